"""The device tree of the hart, from its own description: what Linux learns of its processor, memory and devices.

python -m utrap_linux.device_tree (hart|guest) MEMORY INITRD_START INITRD

`guest` is the machine that the VMM makes for a guest that is Linux.
"""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import indent

from utrap.config import Config
from utrap.descriptions.extensions import extensions, isa_string, mmu_type
from utrap_hart.hart import hart_config
from utrap_hart.platform.soc import CLINT, FINISHER, MEMORY_BASE, UART, Region

__all__ = ["FIRMWARE_SIZE", "TIMEBASE", "device_tree", "guest_device_tree"]

#: The first bytes of memory are the firmware's.
FIRMWARE_SIZE = 2 << 20
#: What a clock cycle is taken for, in Hz: mtime counts cycles.
TIMEBASE = 50_000_000
_BOOT_ARGUMENTS = "console=hvc0 quiet"
#: The guest says all that it has to say to the UART; when it gives up it restarts, which the VMM sees.
_GUEST_ARGUMENTS = "console=ttyS0 panic=-1"
#: The emulated UART, a page of guest-physical addresses.
_GUEST_UART = Region(base=0x1000_0000, bits=12)


def device_tree(config: Config, memory: int, initrd: range, arguments: str = _BOOT_ARGUMENTS) -> str:
    """The source of the device tree (DTS).

    Args:
        config: The trap unit's configuration.
        memory: Bytes.
        initrd: Where the archive of the first files is.
        arguments: The kernel's command line.
    """
    devices = _DEVICES.format(
        finisher_at=f"{FINISHER.base:x}",
        finisher=_region(FINISHER),
        clint_at=f"{CLINT.base:x}",
        clint=_region(CLINT),
        uart_at=f"{UART.base:x}",
        uart=_region(UART),
    )
    firmware = _FIRMWARE.format(memory_at=f"{MEMORY_BASE:x}", firmware=_reg(MEMORY_BASE, FIRMWARE_SIZE))
    return _tree(config, "hart", memory, initrd, arguments, _letters(config), firmware, devices)


def guest_device_tree(config: Config, memory: int, initrd: range, arguments: str = _GUEST_ARGUMENTS) -> str:
    """The same of the machine that a guest has: one UART that it polls, no hypervisor extension."""
    devices = _GUEST_DEVICES.format(uart_at=f"{_GUEST_UART.base:x}", uart=_region(_GUEST_UART))
    letters = [letter for letter in _letters(config) if letter != "H"]
    return _tree(config, "guest", memory, initrd, arguments, letters, "", devices)


def _tree(
    config: Config,
    model: str,
    memory: int,
    initrd: range,
    arguments: str,
    letters: list[str],
    firmware: str,
    devices: str,
) -> str:
    return _TEMPLATE.format(
        model=model,
        arguments=arguments,
        initrd_start=_cells(initrd.start),
        initrd_end=_cells(initrd.stop),
        timebase=TIMEBASE,
        isa=isa_string(config.xlen, letters),
        mmu=mmu_type(config),
        memory_at=f"{MEMORY_BASE:x}",
        memory=_reg(MEMORY_BASE, memory),
        firmware=indent(firmware, "  "),
        devices=indent(devices, "    "),
    )


def _letters(config: Config) -> list[str]:
    """The letters that the kernel reads; no longer name is told to it."""
    return [name for name in extensions(config) if name in set("IMAFDCVH")]


def _cells(value: int) -> str:
    return f"{value >> 32:#x} {value & 0xFFFF_FFFF:#x}"


def _reg(base: int, size: int) -> str:
    return f"{_cells(base)} {_cells(size)}"


def _region(region: Region) -> str:
    return _reg(region.base, 1 << region.bits)


_TEMPLATE = """\
/dts-v1/;

/ {{
  #address-cells = <2>;
  #size-cells = <2>;
  compatible = "utrap,{model}";
  model = "utrap {model}";

  chosen {{
    bootargs = "{arguments}";
    linux,initrd-start = <{initrd_start}>;
    linux,initrd-end = <{initrd_end}>;
  }};

  cpus {{
    #address-cells = <1>;
    #size-cells = <0>;
    timebase-frequency = <{timebase}>;

    cpu@0 {{
      device_type = "cpu";
      reg = <0>;
      status = "okay";
      compatible = "riscv";
      riscv,isa = "{isa}";
      mmu-type = "{mmu}";

      local_interrupts: interrupt-controller {{
        compatible = "riscv,cpu-intc";
        interrupt-controller;
        #interrupt-cells = <1>;
        #address-cells = <0>;
      }};
    }};
  }};

  memory@{memory_at} {{
    device_type = "memory";
    reg = <{memory}>;
  }};

{firmware}  soc {{
    #address-cells = <2>;
    #size-cells = <2>;
    compatible = "simple-bus";
    ranges;

{devices}  }};
}};
"""

_FIRMWARE = """\
reserved-memory {{
  #address-cells = <2>;
  #size-cells = <2>;
  ranges;

  firmware@{memory_at} {{
    reg = <{firmware}>;
    no-map;
  }};
}};

"""

_DEVICES = """\
test@{finisher_at} {{
  compatible = "sifive,test1", "sifive,test0", "syscon";
  reg = <{finisher}>;
}};

clint@{clint_at} {{
  compatible = "sifive,clint0", "riscv,clint0";
  reg = <{clint}>;
  interrupts-extended = <&local_interrupts 3>, <&local_interrupts 7>;
}};

/* The firmware's console: no driver of the kernel touches it. */
serial@{uart_at} {{
  compatible = "ns16550a";
  reg = <{uart}>;
  clock-frequency = <3686400>;
  status = "reserved";
}};
"""

_GUEST_DEVICES = """\
serial@{uart_at} {{
  compatible = "ns16550a";
  reg = <{uart}>;
  clock-frequency = <3686400>;
}};
"""


def main(arguments: list[str]) -> None:
    """Print it."""
    whose, memory, start, initrd = arguments
    make = {"hart": device_tree, "guest": guest_device_tree}[whose]
    first = int(start, 0)
    size = Path(initrd).stat().st_size
    print(make(hart_config(), int(memory) << 20, range(first, first + size)), end="")


if __name__ == "__main__":
    main(sys.argv[1:])
