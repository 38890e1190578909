"""QEMU itself, where it is installed; where it is not, one clear line."""

import json
import os

import jsonschema
import pytest

from utrap.command_line.errors import UserError
from utrap_testbench import golden
from utrap_testbench.oracles.qemu import core, generate, known, running, tools


def test_without_qemu_one_line_names_the_packages(run, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    result = run("qemu", "--seeds", "1")
    assert result.status == 2
    assert result.err.splitlines() == [
        "utrap: riscv64-unknown-elf-as is not installed: apt-get install binutils-riscv64-unknown-elf qemu-system-misc"
    ]


@pytest.fixture
def fake_tools(monkeypatch, tmp_path):
    """All tools, doing nothing but print."""

    def fake(tool, script):
        path = tmp_path / tool
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    for tool in tools.PACKAGES:
        fake(tool, "exit 0")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return fake


def test_another_version_is_refused(run, fake_tools):
    fake_tools(tools.QEMU, "echo QEMU emulator version 9.1.0")
    result = run("qemu")
    assert result.status == 2
    assert "'QEMU emulator version 9.1.0': the deviations that are listed are those of version 7.2" in result.err


def test_a_tool_that_fails_is_one_line(run, fake_tools):
    fake_tools(tools.QEMU, "echo QEMU emulator version 7.2.22")
    fake_tools(tools.ASSEMBLER, "echo first >&2; echo no memory left >&2; exit 1")
    result = run("qemu", "--seed", "1", "--steps", "1")
    assert (result.status, result.err) == (2, "utrap: riscv64-unknown-elf-as: no memory left\n")


def test_a_qemu_that_ends_early_is_a_difference(run, fake_tools):
    fake_tools(tools.QEMU, "[ $1 = --version ] && echo QEMU emulator version 7.2.22 || exit 7")
    result = run("qemu", "--seed", "1", "--steps", "1")
    assert result.status == 1
    assert "seed 1: differs; to see it again: utrap qemu --seed 1 --steps 1 --keep DIR\n" in result.out
    assert "QEMU ended early: sh: exit status 7" in result.out
    assert "step 0, dump: model 0x80001000, QEMU nothing" in result.out


def test_a_folder_that_cannot_be_made_is_one_line(run, qemu, tmp_path):
    (tmp_path / "file").write_text("")
    result = run("qemu", "--seed", "1", "--steps", "1", "--keep", str(tmp_path / "file"))
    assert result.status == 2
    assert result.err == f"utrap: cannot write into {tmp_path}/file: {tmp_path}/file is not a directory\n"


def test_qemu_agrees_with_the_model(run, qemu, root):
    result = run("qemu", "--seeds", "4", "--steps", "250", "--json")
    document = json.loads(result.out)
    jsonschema.validate(document, json.loads((root / "docs" / "schemas" / "qemu.schema.json").read_text()))
    assert [program["differences"] for program in document["programs"]] == [[]] * 4
    assert result.status == 0
    assert document["total"]["traps"] > 1000
    assert set(document["total"]["predicted"]) <= known.NAMES


def test_what_ran_is_kept_and_the_summary_says_so(run, qemu, tmp_path):
    result = run("qemu", "--seed", "9", "--steps", "20", "--keep", str(tmp_path))
    assert result.status == 0
    assert result.out.splitlines()[-1].startswith("1 programs, ")
    names = {tools.PROGRAM, tools.SOURCE, tools.OBJECT, tools.ELF, tools.UART, tools.TRAPS}
    assert {path.name for path in (tmp_path / "seed-9").iterdir()} == names


def test_a_model_with_a_fault_differs(qemu, monkeypatch):
    """norm:H_trap_hs_csrwrites: SPVP is not written by traps from V=0."""

    def faulty(config, state, event):
        new, outcome = step(config, state, event)
        return (new.replace(hstatus_spvp=new.mstatus_spp) if outcome.trap and outcome.to_mode == 1 else new), outcome

    step = golden.step
    monkeypatch.setattr(core, "step", faulty)
    report = running.run_seed(1, 150)
    assert not report.ok
    assert report.differences[0].field == "hstatus"


def test_a_program_that_runs_for_ever_is_ended(qemu, monkeypatch, tmp_path):
    monkeypatch.setattr(tools, "_SECONDS", 2)
    monkeypatch.setattr(tools, "assembly", lambda program: ".globl _start\n_start: j _start\n")
    program, _, _ = generate.generate(1, 1)
    seen = tools.run(program, tmp_path)
    assert (seen.traps, seen.dumps, seen.ended) == ([], [], "QEMU did not end within 2 s")


def test_the_errors_of_the_tools_are_the_users(monkeypatch, fake_tools):
    fake_tools(tools.QEMU, "exit 3")
    with pytest.raises(UserError, match="qemu-system-riscv64: exit status 3"):
        tools.check_version()
