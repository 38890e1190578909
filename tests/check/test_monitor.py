"""The monitor of `utrap_sim.check` in the examples' cocotb bench: it passes, and fails where core and model differ."""

import subprocess
import sys

import pytest


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
