"""The monitor of `utrap_sim.check` in cocotb benches: they pass, and fail where core and model differ."""

import subprocess
import sys

import pytest

from utrap.config import Config
from utrap.form import Form
from utrap.products.file_set import products
from utrap_hart.run.sources import hart_sources
from utrap_sim.simulators.bench import TOP
from utrap_sim.simulators.cocotb_bench import build_verilog, cocotb_test
from utrap_sim.simulators.installed import find_simulator


@pytest.fixture
def bench(simulator, with_changes, environment, tmp_path):
    """Run the example's bench with changes: its status and what it prints."""
    simulator("icarus")

    def bench(*changes):
        with_changes(tmp_path, *changes)
        command = [sys.executable, "-B", tmp_path / "monitored.py", "."]
        result = subprocess.run(command, cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True)
        return result.returncode, result.stdout + result.stderr

    return bench


def test_the_bench_passes(bench):
    status, said = bench()
    assert (status, "TESTS=1 PASS=1" in said) == (0, True), said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("raises <= is_faulty;", "raises <= 1'b0;"), "CSR WRITE 0x340 (mscratch)"),
        (("if (answer_redirect)", "if (1'b0)"), "commit.pc: expected 0x80, got 0x14"),
        (("mode_prv <= 2'd3;\n      mode_v", "mode_prv <= 2'd1;\n      mode_v"), "hart.mode: expected 0x3, got 0x1"),
        ((".commit_gva(1'b0)", ".commit_gva(1'bx)"), "commit.gva is x at the unit's ports"),
        (('Monitor(dut.unit, "full"', 'Monitor(dut.unit, "msu"'), "tiny_core.unit has commit_gva, "),
    ],
)
def test_a_fault_fails_it_with_the_event_and_both_values(bench, change, said):
    status, printed = bench(change)
    assert status == 1
    assert said in printed


@pytest.fixture(scope="session")
def alone(simulator, environment, root, tmp_path_factory):
    """Run the bench of a unit alone under Verilator, with a core that raises no exception where it is seeded."""
    verilator = find_simulator(simulator("verilator"))
    form = Form(name=TOP, reset="asynchronous", reset_active="low", initial_values=False)

    made = {each.name: each.text for each in products(Config.profile("mu", 32), form)}
    public = f'`verilator_config\npublic_flat_rw -module "{TOP}" -var "*"\n'
    built = build_verilog(public, made[f"{TOP}.v"], verilator)

    def alone(seeded):
        folder = tmp_path_factory.mktemp("alone")
        variables = environment(root / "tests" / "check") | {"SEEDED": str(seeded)}
        with (
            (folder / "log").open("wb") as log,
            cocotb_test(verilator, built, folder, "bench_unit", output=log, environment=variables) as process,
        ):
            process.wait(300)
        return (folder / "log").read_text()

    return alone


def test_it_watches_under_verilator_and_with_an_asynchronous_reset_that_is_active_low(alone):
    said = alone(0)
    assert "TESTS=1 PASS=1" in said, said
    said = alone(1)
    assert "CSR WRITE 0x305 (mtvec), operand 0x200 in M: commit.op: expected 0x2" in said, said


@pytest.fixture(scope="session")
def hart(simulator, environment, root, tmp_path_factory):
    """Run the bench around the hart, which may be deaf to one of the unit's answers: its status and what it prints."""
    simulator("icarus")
    folder = tmp_path_factory.mktemp("hart")
    files = {name: hart_sources().files[name] for name in ("soc.v", "trap_unit.v")}
    for number, (port, silent) in enumerate((("answer__fault", "2'd0"), ("answer__redirect", "1'b0")), 1):
        connected = f".{port}({port})"
        assert files["soc.v"].count(connected) == 1
        files["soc.v"] = files["soc.v"].replace(connected, f".{port}(seeded == 2'd{number} ? {silent} : {port})")
    wire = "  wire [1:0] answer__fault;\n"
    files["soc.v"] = files["soc.v"].replace(wire, f"{wire}  reg [1:0] seeded;\n", 1)
    for name, text in files.items():
        (folder / name).write_text(text)
    script = (
        "import sys\nfrom cocotb_tools.check_results import get_results\nfrom cocotb_tools.runner import get_runner\n"
        "runner = get_runner('icarus')\n"
        "runner.build(sources=['soc.v', 'trap_unit.v'], hdl_toplevel='soc', build_dir='build')\n"
        "found = runner.test(test_module='bench_hart', hdl_toplevel='soc', test_dir='.', build_dir='build')\n"
        "sys.exit(get_results(found)[1])\n"
    )

    def hart(seeded):
        variables = environment(root / "tests" / "check") | {"SEEDED": str(seeded)}
        command = [sys.executable, "-B", "-c", script]
        result = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True)
        return result.returncode, result.stdout + result.stderr

    return hart


def test_the_hart_is_watched_live(hart):
    status, said = hart(0)
    assert (status, "TESTS=1 PASS=1" in said) == (0, True), said


@pytest.mark.parametrize(
    ("seeded", "said"),
    [
        # The next instruction is an ECALL.
        (1, "commit.cause: expected 0x2, got 0x8 (bits 1, 3); commit.pc: expected 0x80000084, got 0x80000088"),
        (2, "commit.pc: expected 0x80000080, got 0x80000018"),
    ],
    ids=["a fault is not raised", "a redirect is not followed"],
)
def test_a_hart_that_does_not_do_as_the_unit_says_is_found_live(hart, seeded, said):
    status, printed = hart(seeded)
    assert (status, said in printed) == (1, True), printed
