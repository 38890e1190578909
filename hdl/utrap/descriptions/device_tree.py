"""The properties of a hart's node in a device tree, inside a tree that the compiler takes as it is.

The names are those of the Linux kernel's bindings riscv/extensions.yaml and riscv/cpus.yaml (2025).
"""

from __future__ import annotations

from utrap.config import Config
from utrap.descriptions.description import Description
from utrap.descriptions.extensions import IMPLIED, extensions, mmu_type, unnamed, words

__all__ = ["NAMES", "describe"]

#: Those of the binding, of all that a unit can have.
NAMES = words(
    """
    I M A F D Q C V H Zicsr Zicntr Zihpm Zicbom Zicboz Zawrs Zba Zbb Zbs Smmpm Smnpm Smstateen Ssaia Ssnpm Sscofpmf Sstc
    Svadu Svinval Svpbmt
    """
)
#: What a tree does not name: it follows from what it does, from `mmu-type`, or concerns nobody but M-mode.
_SILENT = words(
    """
    B Ssstateen Sstvecd Ssu64xl Shtvala Shvstvecd Shvsatpa Shgatpa Svbare Sv32 Sv39 Sv48 Sv57 Sdext Sdtrig
    """
)

_TREE = """\
/dts-v1/;

/* The trap unit's part of a hart's node. The core's: compatible, {core_reg}timebase-frequency, block sizes of caches;
   with more extensions it names them here. */
/ {{
  cpus {{
    #address-cells = <{cells}>;
    #size-cells = <0>;

    cpu@{number:x} {{
      device_type = "cpu";
      reg = <{reg}>;
      compatible = "riscv";
      riscv,isa-base = "rv{xlen}{base}";
      riscv,isa-extensions = {names};
      mmu-type = "{mmu}";{comment}

      interrupt-controller {{
        compatible = "riscv,cpu-intc";
        interrupt-controller;
        #interrupt-cells = <1>;
        #address-cells = <0>;
      }};
    }};
  }};
}};
"""


def describe(config: Config) -> Description:
    """Describe a configuration as the source of a device tree."""
    spelt = [part for name in extensions(config) for part in ((name,) if name != "B" else IMPLIED["B"])]
    names = sorted((name for name in spelt if name in NAMES), key=lambda name: len(name) > 1)
    missing = unnamed(config, NAMES | _SILENT)
    comment = f"\n      /* No name in the binding: {', '.join(missing)}. */" if missing else ""
    number = 0 if isinstance(config.mhartid, str) else config.mhartid
    parts = [number >> 32, number & 0xFFFF_FFFF] if number >> 32 else [number]
    text = _TREE.format(
        core_reg="reg, " if config.mhartid == "port" else "",
        cells=len(parts),
        number=number,
        reg=" ".join(f"{part:#x}" if part else "0" for part in parts),
        xlen=config.xlen,
        base=config.isa[0].lower(),
        names=", ".join(f'"{name.lower()}"' for name in names),
        mmu=mmu_type(config),
        comment=comment,
    )
    note = f"the device tree's binding has no name for {', '.join(missing)}: software does not learn of it"
    return Description(files={"": text}, notes=(note,) if missing else ())
