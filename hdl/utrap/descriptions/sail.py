"""The Sail model's configuration: JSON for its option --config-override, of what a trap unit decides.

The keys are those of riscv/sail-riscv's release 0.14.1, the first with H; it is the one that the architectural tests
take. What is not here stays as the model's own configuration has it.
"""

from __future__ import annotations

import json
from typing import Any

from utrap.config import SATP_MODES, Config
from utrap.csr.configured import csr_rows, stored_fields
from utrap.descriptions.description import Description
from utrap.descriptions.extensions import extensions, unnamed, words
from utrap.limits import HGATP_MODES

__all__ = ["NAMES", "describe"]

#: Extensions with a key of their own and nothing else to say.
NAMES = words(
    """
    M A F D B U Zicsr Zicntr Zihpm Zicbom Zicboz Zawrs Zfinx Sscofpmf Sstc Svinval Svpbmt Svadu Svbare Sv32 Sv39 Sv48
    Sv57 Sstvecd Shtvala Shvstvecd Shvsatpa Shgatpa
    """
)
#: Those that are said in another way, or follow from others.
_OTHERWISE = words("I E C V H S Smmpm Smnpm Ssnpm Smstateen Ssstateen Ssqosid Ssu64xl")
#: What needs an extension, and is on in the model's own configuration or could be.
_NEEDED_BY = {
    "F": words("Zfa Zfbfmin Zfh Zfhmin"),
    "V": words("Zvabd Zvbb Zvbc Zvfbfmin Zvfbfwma Zvfh Zvfhmin Zvkb Zvkg Zvkned Zvknha Zvknhb Zvksed Zvksh Zvkt"),
    "A": words("Zabha Zacas"),
    "C": words("Zcb Zcmop"),
    "S": words("Sscounterenw Sstvala"),
    "paging": words("Ssccptr Svade Svnapot Svrsw60t59b Svvptc"),
    "H": words("Sha Shcounterenw Shvstvala"),
}
#: What the unit does not offer.
_UNABLE = ("Svukte", "Zicfilp", "Zicfiss")
#: Of the interrupts that can be delegated, those that the model knows: SSI, STI, SEI, LCOFI and the platform's.
_INTERRUPTS = ~0xFFFF | 1 << 1 | 1 << 5 | 1 << 9 | 1 << 13


def describe(config: Config) -> Description:
    """Describe a configuration."""
    document = {
        "base": _base(config),
        "memory": {"asidlen": config.asid_bits, "vmidlen": config.vmid_bits},
        "platform": _platform(config),
        "extensions": _extensions(config),
    }
    return Description(files={"": json.dumps(document, indent=2) + "\n"}, notes=_notes(config))


def _platform(config: Config) -> dict[str, Any]:
    said = {"vendorid": config.mvendorid, "archid": config.marchid, "impid": config.mimpid}
    return said if config.mhartid == "port" else {**said, "hartid": config.mhartid}


def _bits(length: int | str, value: int) -> dict[str, Any]:
    return {"len": length, "value": f"{value:#x}"}


def _base(config: Config) -> dict[str, Any]:
    enables = _bits(32, (1 << config.counter_count) - 1)
    vectored = {"supported": True, "base_alignment": config.vectored_align.bit_length() - 1}
    below = {"direct": {"supported": True}, "vectored": vectored}
    states = {True: "ExtContext_FourState", False: "ExtContext_Off"}
    return {
        "xlen": config.xlen,
        "E": config.isa[0] == "E",
        "writable_misa": False,
        "writable_fiom": "menvcfg.fiom" in stored_fields(config),
        "mcounteren_writable_bits": enables,
        "scounteren_writable_bits": enables,
        "hcounteren_writable_bits": enables,
        "mtvec": {
            "direct": {"supported": config.mtvec_modes != "vectored", "base_alignment": 2},
            "vectored": {**vectored, "supported": config.mtvec_modes != "direct"},
        },
        "stvec": below,
        "vstvec": below,
        "medeleg": {"delegatable_bits": _bits(64, _writable(config, "medeleg"))},
        "mideleg": {"delegatable_bits": _bits("xlen", _writable(config, "mideleg") & _INTERRUPTS)},
        "reserved_behavior": {"xenvcfg_cbie": "Xenvcfg_ClearPermissions"},
        "mstatus": {"fs_legal_states": states[config.fs], "vs_legal_states": states[config.vs]},
        "privileged_isa_version": "Privileged_ISA_1_13",
    }


def _writable(config: Config, name: str) -> int:
    """The bits of a CSR that software can set; 0 where there is none."""
    row = csr_rows(config).get(name)
    return sum(field.mask << field.lsb for field in row.fields if field.storage) if row else 0


def _extensions(config: Config) -> dict[str, Any]:
    have = {*extensions(config), "U"}
    on = {name: name in have for name in sorted(NAMES)}
    on |= {"S": config.s, "Zca": "C" in have}
    on |= {"Zcd": {"C", "D"} <= have, "Zcf": {"C", "F"} <= have and config.xlen == 32}
    there = {*have, *(["S"] if config.s else []), *(["paging"] if config.has_paging else [])}
    off = {name for needed, names in _NEEDED_BY.items() if needed not in there for name in names}
    on |= dict.fromkeys(sorted({*off, *_UNABLE}), False)
    if config.xlen == 32:
        on |= {"Svnapot": False, "Svrsw60t59b": False}
    found: dict[str, Any] = {name: {"supported": is_on} for name, is_on in on.items()}
    lengths = {"supported_pmlen_7": True, "supported_pmlen_16": True}
    found |= {name: {"supported": name in have, **lengths} for name in ("Smmpm", "Smnpm", "Ssnpm")}
    found["V"] = {"support_level": "Full" if "V" in have else "Disabled"}
    found["H"] = {
        "supported": config.h,
        "geilen": config.geilen,
        "hgatp_modes": _modes("hgatp", config),
        "vsatp_modes": _modes("vsatp", config),
    }
    found["Stateen"] = {
        "Smstateen": {"supported": config.smstateen},
        "Ssstateen": {"supported": "Ssstateen" in have},
        "C_readonly_zero": "mstateen0.c" not in stored_fields(config),
        "SE0_readonly_zero": config.smstateen
        and not {"mstateen0.se0", "mstateen0h.se0"} & stored_fields(config).keys(),
    }
    found["Ssqosid"] = {"supported": "Ssqosid" in have}
    return found


def _modes(csr: str, config: Config) -> dict[str, bool]:
    """Each translation mode of any XLEN, and whether a guest's CSR holds it."""
    tables, offered = {"hgatp": (HGATP_MODES, config.hgatp_modes), "vsatp": (SATP_MODES, config.satp_modes)}[csr]
    names = [mode for table in tables.values() for mode in table if mode != "bare"]
    return {name.capitalize(): config.h and name in offered for name in names}


def _notes(config: Config) -> tuple[str, ...]:
    notes = []
    if missing := unnamed(config, NAMES | _OTHERWISE):
        notes.append(f"Sail has no name for {', '.join(missing)}: its hart is one without")
    if "Zfinx" in extensions(config) and config.fs:
        notes.append("Sail refuses Zfinx where FS is writable: set fs=false")
    notes.append("Sail keeps the old MODE where mtvec and the like get a reserved one; the unit drops its upper bit")
    return tuple(notes)
