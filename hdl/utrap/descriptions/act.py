"""The folder that describes a device under test to the RISC-V architectural tests (ACT 4).

The files are those that riscv/riscv-arch-test reads in September 2026. What the unit decides is as it is; what is the
core's or the platform's has a value to begin with, and a comment that says whose it is.
"""

from __future__ import annotations

import json

from utrap.config import Config
from utrap.descriptions import sail
from utrap.descriptions.act_core import core_parameters
from utrap.descriptions.description import Description
from utrap.descriptions.extensions import IMPLIED, extensions, unnamed
from utrap.descriptions.udb import NAMES, describe_beside, modes, parameters, yaml_value

__all__ = ["describe"]

#: The versions, where they are not 1.0.0.
_VERSIONS = {
    **dict.fromkeys(("Sm", "S"), "1.13.0"),
    **dict.fromkeys(("I", "A"), "2.1.0"),
    **dict.fromkeys(("F", "D", "Q"), "2.2.0"),
    **dict.fromkeys(("M", "C", "Zicsr", "Zicntr", "Zihpm"), "2.0.0"),
}
#: Extensions with parameters of the core's that are not given a value here.
_SILENT = ("V", "Zcmt", "Sdtrig", "Smctr")
#: What V consists of.
_VECTOR = ("Zve32x", "Zve32f", "Zve64x", "Zve64f", "Zve64d", "Zvl32b", "Zvl64b", "Zvl128b")

_TEST_CONFIG = """\
# The trap unit in a core, for the architectural tests (ACT 4): CONFIG_FILES=.../test_config.yaml make
name: {name}
compiler_exe: riscv64-unknown-elf-gcc
objdump_exe: riscv64-unknown-elf-objdump
ref_model_exe: sail_riscv_sim
udb_config: {name}.yaml
linker_script: link.ld
dut_include_dir: .
"""

_HEAD = """\
# What a hart with the trap unit has. Lines with "the core's" are to be checked: the unit has no part in them.
---
$schema: config_schema.json#
kind: architecture configuration
type: fully configured
name: {name}
description: A hart with a trap unit, XLEN {xlen}
implemented_extensions:
"""

_MACROS = """\
// How a test talks to the device; all of it is the core's and its platform's, and to be checked.
// Here a test ends by a write to tohost (1 passes), and there is no console.

#ifndef RVMODEL_MACROS_H
#define RVMODEL_MACROS_H

#define RVMODEL_DATA_SECTION \\
  .pushsection .tohost, "aw", @progbits; \\
  .align 6; .global tohost; tohost: .dword 0; \\
  .align 6; .global fromhost; fromhost: .dword 0; \\
  .popsection

#define RVMODEL_BOOT

#define RVMODEL_HALT_PASS \\
  la t0, tohost; li t1, 1; sw t1, 0(t0); sw zero, 4(t0); \\
  1: j 1b

#define RVMODEL_HALT_FAIL \\
  la t0, tohost; li t1, 3; sw t1, 0(t0); sw zero, 4(t0); \\
  1: j 1b

#define RVMODEL_IO_INIT(_R1, _R2, _R3)
#define RVMODEL_IO_WRITE_STR(_R1, _R2, _R3, _STR_PTR)

// An address at which every access faults.
#define RVMODEL_ACCESS_FAULT_ADDRESS 0x00000000

// The CLINT's registers.
#define RVMODEL_MSIP_ADDRESS 0x02000000
#define RVMODEL_MTIMECMP_ADDRESS 0x02004000
#define RVMODEL_MTIME_ADDRESS 0x0200bff8

// Cycles until an interrupt is pending, and ticks of the timer until it is due.
#define RVMODEL_INTERRUPT_LATENCY 10
#define RVMODEL_TIMER_INT_SOON_DELAY 100

#define RVMODEL_SET_MSW_INT(_R1, _R2) li _R1, 1; li _R2, RVMODEL_MSIP_ADDRESS; sw _R1, 0(_R2)
#define RVMODEL_CLR_MSW_INT(_R1, _R2) li _R2, RVMODEL_MSIP_ADDRESS; sw zero, 0(_R2)

// How the platform raises and lowers the external lines, and the supervisor's.
#define RVMODEL_SET_MEXT_INT(_R1, _R2)
#define RVMODEL_CLR_MEXT_INT(_R1, _R2)
#define RVMODEL_SET_SEXT_INT(_R1, _R2)
#define RVMODEL_CLR_SEXT_INT(_R1, _R2)
#define RVMODEL_SET_SSW_INT(_R1, _R2)
#define RVMODEL_CLR_SSW_INT(_R1, _R2)

#endif
"""

_LINK = """\
/* Where a test's parts go: memory is the platform's, and to be checked. The order is the tests' own. */
RAM_ORIGIN = 0x80000000;
RAM_LENGTH = 0x10000000;
TEST_BASE = RAM_ORIGIN;
__num_harts = 1;
__stack_size = 0x20000;

OUTPUT_ARCH(riscv)
ENTRY(rvtest_entry_point)

MEMORY
{
  ram (rwx) : ORIGIN = RAM_ORIGIN, LENGTH = RAM_LENGTH
}

SECTIONS
{
  .text.init TEST_BASE : { *(.text.init) } > ram
  .text.rvtest . : { *(.text.rvtest) *(.text.rvtest.*) } > ram
  . = ALIGN(0x4000);
  .rodata . : { *(.rodata) *(.rodata.*) *(.srodata) *(.srodata.*) } > ram
  . = ALIGN(0x4000);
  .data . : { *(.data) *(.data.*) *(.sdata) *(.sdata.*) } > ram
  .bss . : { __bss_start = .; *(.sbss) *(.sbss.*) *(.bss) *(.bss.*) *(COMMON) __bss_end = .; } > ram
  . = ALIGN(16);
  __stack_bottom = .;
  . = . + __stack_size * __num_harts;
  __stack_top = .;
  . = ALIGN(0x1000);
  .text.rvmodel . : { *(.text.rvmodel) *(.text.rvmodel.*) *(.text) *(.text.*) } > ram
  .tohost . : { *(.tohost) } > ram
}
"""


def describe(config: Config) -> Description:
    """Describe a configuration."""
    name = f"utrap-rv{config.xlen}"
    core = core_parameters(config)
    of_sail = sail.describe(config)
    files = {
        "test_config.yaml": _TEST_CONFIG.format(name=name),
        f"{name}.yaml": _whole(config, name),
        "rvmodel_macros.h": _MACROS,
        "link.ld": _LINK,
        "sail-override.json": of_sail.files[""],
    }
    notes = [f"{name}.yaml: {len(core)} parameters are the core's, with values to begin with; they say so"]
    if silent := [each for each in extensions(config) if each in _SILENT]:
        notes.append(f"{name}.yaml: more parameters are to be added for {', '.join(silent)}")
    if config.h and not config.geilen:
        notes.append(f"{name}.yaml: the database has no H without guest external interrupts; set geilen=1 or more")
    if missing := unnamed(config, NAMES):
        notes.append(f"{name}.yaml: no name for {', '.join(missing)}; the tests know nothing of them")
    notes += [
        "rvmodel_macros.h, link.ld: the platform's; look through them",
        "sail.json: make it of 'sail_riscv_sim --print-default-config' with sail-override.json over it",
    ]
    return Description(files=files, notes=(*notes, *of_sail.notes))


def _whole(config: Config, name: str) -> str:
    """The configuration of the Unified Database, nothing of the hart left open."""
    names = dict.fromkeys(part for each in _names(config) for part in (each, *IMPLIED.get(each, ())))
    lines = [f'  - {{ name: {each}, version: "= {_VERSIONS.get(each, "1.0.0")}" }}' for each in names]
    lines += ["params:", *(f"  {key}: {yaml_value(value)}" for key, value in parameters(config).items())]
    lines += [f"  {key}: {json.dumps(value)} # the core's" for key, value in core_parameters(config).items()]
    lines += describe_beside(config)
    return _HEAD.format(name=name, xlen=config.xlen) + "\n".join(lines) + "\n"


def _names(config: Config) -> list[str]:
    """The extensions that the database has names for, with those that follow from two letters, or from V."""
    have = [*modes(config), *(each for each in extensions(config) if each in NAMES)]
    if {"C", "D"} <= set(have):
        have.append("Zcd")
    if {"C", "F"} <= set(have) and config.xlen == 32:
        have.append("Zcf")
    return [*have, *(_VECTOR if "V" in have else ())]
