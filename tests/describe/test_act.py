"""The folder for the architectural tests: what the framework wants of each file, and that a test can be linked."""

import json
import subprocess

import pytest
import yaml
from elftools.elf.elffile import ELFFile
from jsonschema import Draft202012Validator

from utrap.config import Config
from utrap.descriptions import act, udb
from utrap.descriptions.act_core import core_parameters
from utrap.descriptions.udb_file import parse
from utrap.descriptions.udb_reading import asked_for, refused

from .configurations import CONFIGURATIONS

_TEXT = {"type": "string", "minLength": 1}
#: What the framework's own model of test_config.yaml has.
FRAMEWORK = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "udb_config", "linker_script", "dut_include_dir", "compiler_exe", "ref_model_exe"],
    "properties": {
        **dict.fromkeys(("name", "udb_config", "linker_script", "dut_include_dir"), _TEXT),
        **dict.fromkeys(("compiler_exe", "objdump_exe", "ref_model_exe"), _TEXT),
        "include_priv_tests": {"type": "boolean"},
    },
}
#: A full configuration, as the database's schema has it.
FORM = {
    "type": "object",
    "additionalProperties": False,
    "required": ["$schema", "kind", "type", "name", "description", "implemented_extensions", "params"],
    "properties": {
        "$schema": {"const": "config_schema.json#"},
        "kind": {"const": "architecture configuration"},
        "type": {"const": "fully configured"},
        "name": _TEXT,
        "description": _TEXT,
        "params": {"type": "object"},
        "implemented_extensions": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name", "version"],
                "properties": {
                    "name": {"pattern": "^([A-WY]|[SXZ][a-z0-9]+)$"},
                    "version": {"pattern": r"^= \d+\.\d+\.\d+$"},
                },
            },
        },
    },
}
#: The macros that the tests expand; those for the console and the lines may be empty.
MACROS = (
    "DATA_SECTION", "BOOT", "HALT_PASS", "HALT_FAIL", "IO_INIT", "IO_WRITE_STR", "ACCESS_FAULT_ADDRESS",
    "MTIME_ADDRESS", "MTIMECMP_ADDRESS", "TIMER_INT_SOON_DELAY", "MSIP_ADDRESS", "INTERRUPT_LATENCY",
    *(f"{way}_{line}_INT" for line in ("MEXT", "MSW", "SEXT", "SSW") for way in ("SET", "CLR")),
)  # fmt: skip


@pytest.mark.parametrize("name", ["max 32", "max 64", "rva23s64 64", "mu 32", "every mode", "bare"])
def test_the_files_have_the_frameworks_form(name):
    config = CONFIGURATIONS[name]
    files = act.describe(config).files
    plan = yaml.safe_load(files["test_config.yaml"])
    Draft202012Validator(FRAMEWORK).validate(plan)
    assert {plan["udb_config"], plan["linker_script"], "rvmodel_macros.h"} < files.keys()
    hart = yaml.safe_load(files[plan["udb_config"]])
    Draft202012Validator(FORM).validate(hart)
    names = [entry["name"] for entry in hart["implemented_extensions"]]
    assert len(set(names)) == len(names)
    assert hart["params"] == udb.parameters(config) | core_parameters(config)
    assert not udb.parameters(config).keys() & core_parameters(config).keys()
    assert json.loads(files["sail-override.json"])["base"]["xlen"] == config.xlen


@pytest.mark.parametrize("name", ["max 64", "rva22s64 64", "a core's"])
def test_what_it_says_of_the_unit_is_the_unit(name):
    config = CONFIGURATIONS[name]
    file = parse(act.describe(config).files[f"utrap-rv{config.xlen}.yaml"])
    assert list(refused(file, config)) == []
    settings = {setting.partition("=")[0]: getattr(config, setting.partition("=")[0]) for setting in file.settings}
    assert Config(**(asked_for(file) | settings)) == config


def test_every_line_of_the_cores_says_so():
    config = CONFIGURATIONS["rva23s64 64"]
    lines = act.describe(config).files["utrap-rv64.yaml"].splitlines()
    marked = [line for line in lines if line.endswith(" # the core's")]
    assert [line.strip().partition(":")[0] for line in marked] == list(core_parameters(config))
    assert act.describe(config).notes[0].startswith(f"utrap-rv64.yaml: {len(marked)} parameters are the core's")


def test_what_is_missing_is_said():
    notes = act.describe(CONFIGURATIONS["max 32"]).notes
    assert "utrap-rv32.yaml: more parameters are to be added for Zcmt, Sdtrig, Smctr" in notes
    assert "utrap-rv32.yaml: the database has no H without guest external interrupts; set geilen=1 or more" in notes
    assert "utrap-rv32.yaml: no name for N, Shudeleg; the tests know nothing of them" in notes
    assert not [note for note in act.describe(CONFIGURATIONS["msu 64"]).notes if "geilen" in note or "no name" in note]


PROGRAM = """
#include "rvmodel_macros.h"
.section .text.init
.globl rvtest_entry_point
rvtest_entry_point:
  RVMODEL_BOOT
  RVMODEL_IO_INIT(t0, t1, t2)
  RVMODEL_IO_WRITE_STR(t0, t1, t2, a0)
  RVMODEL_SET_MSW_INT(t0, t1)
  RVMODEL_CLR_MSW_INT(t0, t1)
  RVMODEL_SET_MEXT_INT(t0, t1)
  RVMODEL_CLR_SEXT_INT(t0, t1)
  RVMODEL_SET_SSW_INT(t0, t1)
  li t0, RVMODEL_INTERRUPT_LATENCY + RVMODEL_TIMER_INT_SOON_DELAY
  li t0, RVMODEL_MTIME_ADDRESS
  la sp, __stack_top
.section .text.rvtest, "ax"
  nop
.section .rodata
  .byte 1
.data
begin_signature: .dword 0
.bss
  .space 8
.section .text.rvmodel, "ax"
  RVMODEL_HALT_PASS
  RVMODEL_HALT_FAIL
RVMODEL_DATA_SECTION
"""


@pytest.mark.parametrize("xlen", [32, 64])
def test_a_test_is_compiled_and_linked_with_it(needs, xlen, tmp_path):
    needs("riscv64-unknown-elf-gcc")
    files = act.describe(CONFIGURATIONS[f"msuh {xlen}"]).files
    assert [name for name in MACROS if f"#define RVMODEL_{name}" not in files["rvmodel_macros.h"]] == []
    for name, text in {**files, "test.S": PROGRAM}.items():
        (tmp_path / name).write_text(text)
    command = ["riscv64-unknown-elf-gcc", f"-march=rv{xlen}ima", f"-mabi={'lp64' if xlen == 64 else 'ilp32'}",
               "-nostdlib", "-static", "-mcmodel=medany", "-Wl,-T,link.ld", "-o", "test.elf", "test.S"]  # fmt: skip
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    with (tmp_path / "test.elf").open("rb") as file:
        elf = ELFFile(file)
        assert elf["e_entry"] == 0x8000_0000
        placed = [section.name for section in elf.iter_sections() if section["sh_flags"] & 2]
        sections = {section.name: section for section in elf.iter_sections()}
        symbols = {each.name: each["st_value"] for each in sections[".symtab"].iter_symbols()}  # type: ignore[attr-defined]
        code = sections[".text.rvmodel"]["sh_addr"]
    assert placed == [".text.init", ".text.rvtest", ".rodata", ".data", ".bss", ".text.rvmodel", ".tohost"]
    assert symbols["__bss_start"] < symbols["__bss_end"] <= symbols["__stack_bottom"]
    assert symbols["__stack_top"] - symbols["__stack_bottom"] == 0x20000
    assert symbols["__stack_top"] <= code < symbols["tohost"]
