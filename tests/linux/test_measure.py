"""A run that does not go well says so in one line, whatever the simulation would still do."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from utrap_hart.run.simulation import Alive, Built, End, Sent
from utrap_linux import measure, qemu
from utrap_linux.building import Boot
from utrap_linux.console import Console
from utrap_linux.measure import Failed, measure_boots
from utrap_testbench.boundary import Layout

BOOT = Boot(Path("linux.elf"), Path("System.map"), Path("init"))


@pytest.fixture
def boots(monkeypatch):
    """Measure made-up happenings: text is the console's; gives what was wrong."""

    def boots(*happenings):
        def simulate(*_):
            for happening in happenings:
                yield from (Sent(7, byte) for byte in happening.encode()) if isinstance(happening, str) else [happening]

        monkeypatch.setattr(measure, "load", lambda *_: None)
        monkeypatch.setattr(measure, "hart_lockstep", lambda *_: SimpleNamespace(compared=5))
        monkeypatch.setattr(measure, "simulate", simulate)
        built = SimpleNamespace(memory=range(9), sources=SimpleNamespace(config=None, outputs=Layout(())))
        return measure_boots(cast("Built", built), BOOT, Console(), lambda *_: None)

    return boots


STARTED = "vmm: started 5\n"
PASSED = "vmm: begin boot a\nvmm: end 200 cycles, 7 accesses, 0 notifications: passed\n"


def test_a_run_that_goes_well_is_its_workloads(boots):
    ran = boots(STARTED, PASSED, End(0, 900, 100))
    assert (ran.started, ran.cycles, ran.instructions, ran.compared) == (5, 900, 100, 5)
    assert [workload.round.cycles for workload in ran.workloads] == [200]


@pytest.mark.parametrize(
    ("happenings", "message"),
    [
        (
            ["Kernel panic - not syncing: no init\n", Alive(1)],
            "the kernel gave up: Kernel panic - not syncing: no init",
        ),
        (
            ["[ 0.1] Booting\n", Alive(200_000_001)],
            "the kernel has not reached the VMM within 200,000,000 cycles; the last line: [ 0.1] Booting",
        ),
        ([STARTED, "hm\n", End(None, 10, 5)], "no end within 10 cycles; the last line: hm"),
        ([STARTED, PASSED.replace("passed", "too few"), End(0, 10, 5)], "boot on path a: too few"),
        ([STARTED, "vmm: FAILED: mmap: error 12\n", End(1, 10, 5)], "ended with status 1; the last line: vmm: FAILED"),
        (["reboot: Power down\n", End(0, 10, 5)], "the kernel ended before the VMM began; the last line: reboot"),
    ],
    ids=["panic", "no VMM", "no end", "a complaint", "a status", "an early end"],
)
def test_what_went_wrong_is_one_line(boots, happenings, message):
    with pytest.raises(Failed) as raised:
        boots(*happenings)
    assert str(raised.value).startswith(message)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("script", "patience", "message"),
    [
        ("echo Kernel panic: no init; sleep 60", 30, "the kernel gave up: Kernel panic: no init"),
        ("echo Booting; sleep 60", 2, "QEMU has not ended within 2 seconds; the last line: Booting"),
        ("echo bad option", 30, "the kernel ended before the VMM began; the last line: bad option"),
    ],
    ids=["panic", "no end", "an error of QEMU's"],
)
def test_a_kernel_that_hangs_under_qemu_is_not_waited_for(monkeypatch, tmp_path, script, patience, message):
    program = tmp_path / "qemu"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(qemu, "_QEMU", str(program))
    monkeypatch.setattr(qemu, "_PATIENCE_S", patience)
    assert qemu.check_under_qemu(BOOT, Console()) == message
