"""utrap_csr.h: C, C++ and assembler take it, and its numbers are the table's."""

import re

import pytest

from utrap.csr.configured import csrs
from utrap.isa import ExceptionCause, interrupts
from utrap.products.c_header import c_header

STRICT = ["-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only"]


def values(text):
    """Name -> number of every constant."""
    found = re.findall(r"^#define UTRAP_(\w+) +(?:UTRAP_UL\()?(0x[0-9a-f]+|\d+)\)?(?: /\*.*)?$", text, re.MULTILINE)
    assert len(found) == text.count("#define UTRAP_") - 3  # the guard and two forms of the suffix
    assert len(found) == len(dict(found)), "two constants have the same name"
    return {name: int(value, 0) for name, value in found}


def test_the_numbers_are_those_of_the_tables(config, files):
    numbers = values(files["utrap_csr.h"])
    expected = {"XLEN": config.xlen}
    for row in csrs(config):
        expected[f"CSR_{row.name.upper()}"] = row.address
        for field in row.fields:
            name = f"{row.name}_{field.name}".upper()
            expected |= {f"{name}_SHIFT": field.lsb, f"{name}_MASK": field.bits}
    expected |= {f"IRQ_{rule.name}": rule.code for rule in interrupts(config)}
    expected |= {"CAUSE_INTERRUPT": 1 << config.xlen - 1, "CAUSE_CODE": 63}
    causes = {f"CAUSE_{cause.name}": cause for cause in ExceptionCause}
    others = {"INSN_MRET": 0x30200073, "INSN_SRET": 0x10200073, "INSN_URET": 0x00200073}
    for name, number in numbers.items():
        assert number == (expected | causes | others)[name], name
    assert expected.keys() <= numbers.keys()
    assert ("CAUSE_VIRTUAL_INSTRUCTION" in numbers) == config.h
    assert ("INSN_SRET" in numbers, "INSN_URET" in numbers) == (config.s, config.n)


@pytest.mark.parametrize("name", ["mu 32", "full 32", "full 64"])
@pytest.mark.parametrize(
    "compiler",
    [["gcc", "-std=c89"], ["gcc", "-std=c99"], ["gcc", "-std=c17"], ["g++", "-std=c++98"], ["g++", "-std=c++17"]],
)
def test_a_compiler_takes_it_without_a_warning(files_of, say, tmp_path, name, compiler):
    text = files_of(name)["utrap_csr.h"]
    (tmp_path / "utrap_csr.h").write_text(text)
    numbers = values(text)
    # A negative size is an error. The second inclusion does nothing.
    sizes = "\n".join(
        f"extern char use_{name.lower()}[UTRAP_{name} == {number:#x}UL ? 1 : -1];" for name, number in numbers.items()
    )
    suffix = "cc" if compiler[0] == "g++" else "c"
    source = tmp_path / f"use.{suffix}"
    source.write_text(f'#include "utrap_csr.h"\n#include "utrap_csr.h"\n{sizes}\n')
    assert len(numbers) > 50
    assert say(*compiler, *STRICT, source) == ""


def test_a_compiler_that_finds_fault_is_heard(files_of, say, tmp_path):
    (tmp_path / "utrap_csr.h").write_text(files_of("mu 32")["utrap_csr.h"])
    (tmp_path / "use.c").write_text('#include "utrap_csr.h"\n#define UTRAP_XLEN 31\nextern char use;\n')
    assert "UTRAP_XLEN" in say("gcc", "-std=c89", *STRICT, tmp_path / "use.c")


def test_an_assembler_takes_it(files_of, say, tmp_path):
    text = files_of("full 64")["utrap_csr.h"]
    (tmp_path / "utrap_csr.h").write_text(text)
    lines = "\n".join(f"  .quad UTRAP_{name}" for name in values(text))
    (tmp_path / "use.S").write_text(f'#include "utrap_csr.h"\n{lines}\n')
    assert say("gcc", "-c", "-x", "assembler-with-cpp", tmp_path / "use.S", "-o", tmp_path / "use.o") == ""


def test_a_riscv_compiler_makes_instructions_of_it(needs, files_of, say, tmp_path):
    needs("riscv64-unknown-elf-gcc")
    (tmp_path / "utrap_csr.h").write_text(files_of("full 64")["utrap_csr.h"])
    (tmp_path / "use.S").write_text(
        '#include "utrap_csr.h"\n'
        "  csrw UTRAP_CSR_HUDCFG, a0\n"
        "  csrsi UTRAP_CSR_MSTATUS, UTRAP_MSTATUS_MIE_MASK\n"
        "  li a1, UTRAP_CAUSE_INTERRUPT + UTRAP_IRQ_VSEI\n"
        "  .word UTRAP_INSN_URET\n"
    )
    command = ["riscv64-unknown-elf-gcc", "-march=rv64i_zicsr", "-mabi=lp64", "-c"]
    assert say(*command, tmp_path / "use.S", "-o", tmp_path / "use.o") == ""


def test_only_the_configurations_own_csrs_are_in_it(configurations):
    assert "UTRAP_CSR_SATP" not in c_header(configurations["mu 32"])
    assert "UTRAP_CSR_MSTATUSH " in c_header(configurations["mu 32"])
    assert "UTRAP_CSR_MSTATUSH " not in c_header(configurations["mu 64"])
