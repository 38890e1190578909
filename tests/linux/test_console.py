"""What the VMM says on the console is understood, and what the kernel says when it gives up."""

import json

import jsonschema
import pytest

from utrap_hart.exits.access import Path
from utrap_linux.console import Console, Round
from utrap_linux.measure import Ran, Workload
from utrap_linux.qemu import verdict
from utrap_linux.show import boots_document, boots_markdown

SAID = """\
[    0.1] a line of the kernel's
vmm: started 61260022
vmm: begin checks a
  guest: hello
vmm: end 3112308 cycles, 204 accesses, 18 notifications: passed
vmm: begin print c
"""
#: What is said where all is well without path (c).
BOTH = """\
vmm: started 1
vmm: begin checks a
vmm: end 5 cycles, 1 accesses, 0 notifications: passed
vmm: begin checks b
vmm: end 5 cycles, 1 accesses, 1 notifications: passed
"""

BOOT = "vmm: started 5\nvmm: begin boot a\nvmm: end 200 cycles, 7 accesses, 0 notifications: passed\n"


def said(text):
    console = Console()
    for byte in text.encode():
        console.take(byte)
    return console


def test_rounds_have_their_workload_path_and_figures():
    console = said(SAID)
    assert console.started == 61260022
    assert console.rounds == [
        Round(
            workload="checks",
            path=Path.KERNEL_AND_BACK,
            cycles=3112308,
            accesses=204,
            notifications=18,
            verdict="passed",
        )
    ]
    assert console.now == ("print", Path.TO_USER)
    assert bytes(console.text).decode() == SAID


def test_a_verdict_may_be_a_complaint():
    console = said("vmm: begin scan a\nvmm: end 5 cycles, 1 accesses, 0 notifications: emulated on the wrong path\n")
    assert console.rounds[0].verdict == "emulated on the wrong path"


def test_a_kernel_that_gives_up_is_seen_in_its_line():
    console = said("[ 0.1] Kernel panic - not syncing: No working init found.\n[ 0.2] more\n")
    assert console.panic == "[ 0.1] Kernel panic - not syncing: No working init found."
    assert console.last_line == "[ 0.2] more"


def test_a_console_that_says_nothing_has_a_last_line():
    assert said("").last_line == "nothing"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Kernel panic: no init\n", "the kernel gave up: Kernel panic: no init"),
        ("reboot: Power down\n", "the kernel ended before the VMM began; the last line: reboot: Power down"),
        (
            BOTH.replace("1 notifications: passed", "1 notifications: the guest's check"),
            "checks on path b: the guest's check",
        ),
        (BOTH.replace("checks b", "checks c"), "QEMU has no Shudeleg, and the VMM ran on the paths a, c"),
        (BOTH, None),
        (BOOT, None),
        (BOOT.replace("boot a", "boot b"), "QEMU has no Shudeleg, and the VMM ran on the paths b"),
    ],
    ids=["panic", "no VMM", "a complaint", "another path", "passed", "a guest that is Linux", "no path (a)"],
)
def test_a_run_under_qemu_passes_on_the_paths_that_it_has(text, wrong):
    assert verdict(said(text)) == wrong


def test_the_boots_of_a_guest_that_is_linux_are_figures_of_their_schema(root):
    rounds = said(BOOT + BOOT.replace("boot a", "boot c").replace("200 cycles", "100 cycles")).rounds
    ran = Ran(tuple(Workload(made, 50) for made in rounds), started=1, cycles=400, instructions=80, compared=9)
    made = boots_document(ran)
    schema = json.loads((root / "docs" / "schemas" / "linux-guest.schema.json").read_text())
    jsonschema.validate(made, schema, cls=jsonschema.Draft202012Validator)
    assert [(one["path"], one["share"], one["speed_up"]) for one in made["workloads"]] == [
        ("a", 0.25, 1),
        ("c", 0.5, 2),
    ]
    assert "| boot | (c) | 100 | 7 | 0 | 50% | 2.00 |" in boots_markdown(ran)
