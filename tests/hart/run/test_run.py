"""`utrap run` as a user meets it: what it prints, its status, and every way to go wrong."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from utrap_hart.run import simulation
from utrap_hart.run.programs import bundled

from ...waiting import processes_in, wait_for  # noqa: TID252 (the tests are no package)
from ..assembly import ECALL, FOREVER, MRET, T0, T1, ZERO, addi, csrrs, csrrw, jal  # noqa: TID252 (the tests are no package)
from ..elf import leave, say  # noqa: TID252 (the tests are no package)

BOTH = pytest.mark.parametrize("sim", ["icarus", "verilator"])
MTVEC, MEPC = 0x305, 0x341


def with_trap(words):
    """Before the words a handler that skips the instruction that trapped."""
    handler = [csrrs(T1, MEPC, ZERO), addi(T1, T1, 4), csrrw(ZERO, MEPC, T1), MRET]
    skip = 4 * (len(handler) + 1)
    set_up = [(1 << 12 | T0 << 7 | 0x17) - (1 << 12), addi(T0, T0, -4 * len(handler)), csrrw(ZERO, MTVEC, T0)]
    return [jal(0, skip), *handler, *set_up, *words]


@BOTH
def test_the_uart_goes_to_the_output_and_the_programs_status_is_the_commands(run, program, simulator, sim):
    result = run("run", program(*say("hello\n"), *leave(7)), "--sim", simulator(sim))
    assert (result.status, result.out) == (7, "hello\n")
    assert result.err.startswith("utrap run: program.elf: ended with status 7 after ")
    assert result.err.endswith(" events agree with the golden model\n")
    assert result.err.count("\n") == 1


def test_both_simulators_do_the_same_cycle_by_cycle(run, program, simulator):
    path = program(*with_trap([*[ECALL] * 3, *say("x"), *leave(0)]))
    icarus, verilator = (run("run", path, "--trace", "--sim", simulator(sim)) for sim in ("icarus", "verilator"))
    assert icarus.status == 0
    assert icarus.out.count("ecall from M") == 3
    assert (icarus.out, icarus.err) == (verilator.out, verilator.err)


def test_a_large_status_is_the_largest_that_a_process_can_have(run, program, simulator):
    simulator("icarus")
    result = run("run", program(*leave(0x1234)), "--sim", "icarus")
    assert result.status == 255
    assert "ended with status 4660 after" in result.err


@BOTH
def test_a_program_that_never_ends_is_one_line(run, program, simulator, sim):
    result = run("run", program(*say("on\n"), FOREVER), "--sim", simulator(sim), "--max-cycles", "2000")
    assert (result.status, result.out) == (2, "on\n")
    assert result.err == "utrap run: program.elf: no end within 2,000 cycles; --max-cycles allows more\n"


def test_a_trace_has_every_instruction_every_trap_and_the_uarts_lines_in_order(run, program, simulator):
    simulator("icarus")
    result = run("run", program(*with_trap([ECALL, *say("a\nb"), *leave(0)])), "--sim", "icarus", "--trace")
    lines = [line.split(maxsplit=1)[-1] for line in result.out.splitlines()]
    assert lines[0] == "M  0x0000000080000000 j 0x80000014"
    assert lines[3] == "M  0x000000008000001c csrw mtvec, t0"
    assert lines[4] == "exception M -> M, ecall from M (11), epc 0x80000020, tval 0x0, to 0x80000004"
    assert lines[8:10] == ["M  0x0000000080000010 mret", "mret M -> M, to 0x80000024"]
    assert [line for line in lines if line.startswith("uart")] == ["uart 'a\\n'", "uart 'b'"]
    assert lines[-1] == "uart 'b'"


@BOTH
def test_waves_have_the_units_trace_port_and_every_csr(run, program, simulator, sim, tmp_path):
    folder = tmp_path / "deep" / "waves"
    result = run("run", program(*leave(0)), "--sim", simulator(sim), "--waves", "-o", folder)
    assert result.status == 0
    assert f"waves are in {folder}/waves.vcd\n" in result.err
    assert [path.name for path in folder.iterdir()] == ["waves.vcd"]
    text = (folder / "waves.vcd").read_text()
    assert text.endswith("\n")
    for name in ("trace_kind", "trace_vector", "mstatus", "hudcfg", "commit_pc"):
        assert f" {name} " in text


def test_a_timeline_is_printed_and_written_and_its_waves_are_not_kept(run, program, simulator, tmp_path):
    simulator("icarus")
    result = run(
        "run", program(*with_trap([ECALL, *leave(3)])), "--sim", "icarus", "--timeline", "-o", tmp_path / "out"
    )
    assert result.status == 3
    rows = [line.split() for line in result.out.splitlines()[1:]]
    assert rows[0][3:10] == ["exception", "M", "->", "M", "ecall", "from", "M"]
    assert [row[3] for row in rows] == ["exception", "MRET"]
    names = ["timeline.html", "timeline.json", "timeline.svg"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == names
    assert "ecall from M" in (tmp_path / "out" / "timeline.svg").read_text()


def test_a_program_that_says_it_is_compressed_runs_and_a_line_says_what_will_come_of_it(run, program, simulator):
    simulator("icarus")
    result = run("run", program(*leave(3), flags=1), "--sim", "icarus")
    assert result.status == 3
    assert "program.elf: has compressed instructions, which trap on this hart" in result.err


def test_without_the_model_nothing_is_compared(run, program, simulator):
    simulator("icarus")
    result = run("run", program(*leave(0)), "--sim", "icarus", "--no-model")
    assert result.status == 0
    assert result.err.endswith("instructions\n")


def test_a_bundled_program_runs_by_its_name(run, simulator):
    simulator("verilator")
    result = run("run", "hello")
    assert (result.status, result.out) == (0, "Hello from M-mode.\n")


def test_the_bundled_programs_are_listed_with_a_line_each(run):
    result = run("run", "--list")
    assert result.status == 0
    assert [line.split()[0] for line in result.out.splitlines()[1:]] == sorted(bundled())
    assert all(len(line.split()) > 3 for line in result.out.splitlines()[1:])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "utrap: say which program to run, or --list\n"),
        (("nothing",), "utrap: there is no file nothing, nor a bundled program of that name: "),
        (("missing/x.elf",), "utrap: cannot read missing/x.elf: No such file or directory\n"),
        (("/dev/null",), "utrap: /dev/null is not an ELF file\n"),
    ],
)
def test_a_program_that_is_not_there_is_one_line(run, arguments, message):
    result = run("run", *arguments)
    assert result.status == 2
    assert result.err.startswith(message)
    assert result.err.count("\n") == 1


def test_a_simulator_that_is_missing_is_one_line(run, program, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    result = run("run", program(*leave(0)), "--sim", "icarus")
    assert result.status == 2
    assert result.err.startswith("utrap: Icarus Verilog is missing")
    assert result.err.count("\n") == 1


def test_a_simulator_that_ends_by_itself_is_one_line(run, program, monkeypatch, simulator):
    simulator("icarus")
    monkeypatch.setattr(simulation, "build_alone", lambda *arguments: Path("nothing"))
    result = run("run", program(*leave(0)), "--sim", "icarus")
    assert result.status == 2
    assert result.err.startswith("utrap: icarus ended by itself: ")
    assert result.err.count("\n") == 1


def test_a_folder_that_cannot_be_written_is_one_line(run, program, simulator, tmp_path):
    simulator("icarus")
    (tmp_path / "file").write_text("")
    result = run("run", program(*leave(0)), "--sim", "icarus", "--waves", "-o", tmp_path / "file" / "deeper")
    assert result.status == 2
    assert result.err.startswith(f"utrap: cannot write into {tmp_path}/file/deeper: ")


@BOTH
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_end_in_mid_run_leaves_no_simulator(environment, installed, program, simulator, tmp_path, sim, how):
    simulator(sim)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    words = ["run", str(program(*say("."), FOREVER)), "--sim", sim, "--waves", "-o", str(scratch / "out")]
    process = subprocess.Popen(
        [sys.executable, "-m", "utrap", *words],
        env={**environment(installed), "TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.read(1) == b"."  # the UART's output comes as it is sent
    assert processes_in(scratch)
    process.send_signal(how)
    _, error = process.communicate(timeout=60)
    wait_for(lambda: not processes_in(scratch))
    if how is signal.SIGINT:
        assert (process.returncode, error) == (130, b"utrap: interrupted\n")
        assert [path for path in scratch.rglob("*") if path.is_file()] == []
    wait_for(lambda: not list(scratch.glob("utrap-run-*")))


@BOTH
def test_its_waves_are_checked_like_those_of_any_core(run, program, simulator, sim, tmp_path):
    """docs/check.md has the command."""
    made = run("run", program(*with_trap([ECALL, *leave(0)])), "--sim", simulator(sim), "--waves", "-o", tmp_path)
    assert made.status == 0
    changes = ("satp_modes=bare,sv39", "hgatp_modes=bare,sv39x4", "ialign=32", "fs=false", "vs=false", "isa=IMA")
    hart = [word for change in changes for word in ("--set", change)]
    core = ("--retires", "soc.hart.retire_valid", "--pc", "soc.hart.retire_pc", "--in-order")
    result = run("check", tmp_path / "waves.vcd", *hart, *core)
    assert (result.status, result.err) == (0, "")
    assert ": hart_bench.soc.hart.unit: agrees with the golden model in " in result.out
    assert "note" not in result.out
