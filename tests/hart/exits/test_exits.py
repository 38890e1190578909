"""What an emulated access costs: the figures, how they are taken, and the pictures in the documents."""

import json
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from typing import cast

import jsonschema
import pytest

from utrap.command_line.errors import UserError
from utrap.isa import CommitOp
from utrap_hart.exits import command, pictures
from utrap_hart.exits.access import DEVICES, TIMER, Path, accesses
from utrap_hart.exits.baseline import change_table, read_baseline
from utrap_hart.exits.show import PATHS
from utrap_hart.exits.summary import FORMAT, WARM_UP, summarise
from utrap_hart.run.simulation import End, Event, Retired, Sent, build
from utrap_testbench.boundary import Layout
from utrap_testbench.golden import Mode

UART, RTC, PCIE, VIRTIO = DEVICES
A, B, C = Path.KERNEL_AND_BACK, Path.IN_KERNEL, Path.TO_USER


@pytest.fixture(scope="module")
def measured(simulator):
    """The figures of the bundled program."""
    return command.measure(build(simulator("verilator")))


# The goals.


@pytest.mark.parametrize("device", [UART, RTC, PCIE], ids=lambda device: device.name)
def test_straight_to_user_space_is_twice_as_fast_as_by_the_kernel_and_nearly_as_fast_as_in_it(measured, device):
    assert measured.ratio(device, A, C) >= 2
    assert measured.ratio(device, C, B) <= 1.25


def test_the_kernel_has_no_part_in_an_access_that_goes_straight_to_user_space(measured):
    for row in measured.rows:
        modes = set(row.typical.mode_cycles)
        if row.path is C:
            assert modes == ({Mode.U} if row.device.is_in_user else {Mode.S})
        elif row.path is A:
            assert modes == ({Mode.U, Mode.S} if row.device.is_in_user else {Mode.S})
        else:
            assert modes == {Mode.S}
        assert row.traps.median == (2 if row.path is A and row.device.is_in_user else 1)


def test_every_cycle_and_instruction_of_an_access_has_a_mode_and_a_function(measured):
    for row in measured.rows:
        access = row.typical
        assert sum(access.mode_cycles.values()) == sum(access.code_cycles.values()) == access.cycles
        assert sum(access.mode_instructions.values()) == sum(access.code_instructions.values()) == access.instructions
        assert sum(access.mode_csr_accesses.values()) == access.csr_accesses
    for account in measured.accounts:
        for spent in account.modes:
            parts = [part for part in account.functions if part.mode is spent.mode]
            assert sum(part.cycles for part in parts) == pytest.approx(spent.cycles)
            assert sum(part.instructions for part in parts) == pytest.approx(spent.instructions)
            assert all(part.function for part in parts)


# How an access is found: a run of made-up events.


class Made(Layout):
    """Events of which each has what its trace port says, and the layout that reads it there."""

    def __init__(self):
        super().__init__(())
        self.happenings, self.cycle, self.retired = [], 100, 10

    def value(self, said, name):
        return said.get(name.removeprefix("trace."), 0)

    def event(self, kind, cycles, instructions=0, **said):
        self.cycle += cycles
        self.retired += instructions
        self.happenings.append(Event(self.cycle, self.retired, "", cast("str", {"kind": kind, **said})))

    def fault(self, address, to, cause=21, from_mode=Mode.VS):
        self.event(CommitOp.EXCEPTION, 50, 7, cause=cause, gpa=address >> 2, from_mode=from_mode, to_mode=to)

    def back(self, op, from_mode, cycles=10, to=Mode.VS):
        self.event(op, cycles, 2, from_mode=from_mode, to_mode=to)
        self.retired += 1

    def found(self):
        return list(accesses(self.happenings, self))


@pytest.fixture
def made():
    return Made()


def test_the_path_is_that_of_the_modes_that_the_hart_went_through(made):
    made.fault(0x1000_0005, Mode.U)
    made.back(CommitOp.URET, Mode.U)
    made.fault(0x0010_1000, Mode.S, cause=23)
    made.back(CommitOp.SRET, Mode.S)
    made.fault(0x3000_0000, Mode.S, from_mode=Mode.VU)
    made.back(CommitOp.SRET, Mode.S, to=Mode.U)
    made.event(CommitOp.EXCEPTION, 20, 3, cause=8, from_mode=Mode.U, to_mode=Mode.S)
    made.event(CommitOp.CSR, 5, 1, from_mode=Mode.S, to_mode=Mode.S)
    made.back(CommitOp.SRET, Mode.S)
    straight, kernel, around = made.found()
    assert [(access.device, access.path) for access in (straight, kernel, around)] == [(UART, C), (RTC, B), (PCIE, A)]
    assert (straight.cycles, straight.instructions, straight.traps, straight.csr_accesses) == (10, 3, 1, 0)
    assert (around.cycles, around.instructions, around.traps, around.csr_accesses) == (45, 10, 2, 1)
    assert around.mode_cycles == {Mode.S: 25, Mode.U: 20}
    assert around.mode_instructions == {Mode.S: 7, Mode.U: 3}
    assert around.mode_csr_accesses == {Mode.S: 1}


def test_a_notification_is_on_the_path_of_the_accesses_around_it(made):
    made.fault(0x1000_0000, Mode.U)
    made.back(CommitOp.URET, Mode.U)
    made.fault(0x1000_8050, Mode.S, cause=23)
    made.back(CommitOp.SRET, Mode.S)
    assert [(access.device, access.path) for access in made.found()] == [(UART, C), (VIRTIO, C)]


def test_a_call_that_the_kernel_answers_by_itself_is_the_timers_and_one_that_the_vmm_sees_is_none(made):
    made.fault(0, Mode.S, cause=10)
    made.event(CommitOp.EXCEPTION, 20, 3, cause=9, from_mode=Mode.S, to_mode=Mode.M)
    made.back(CommitOp.MRET, Mode.M, to=Mode.S)
    made.back(CommitOp.SRET, Mode.S)
    made.fault(0, Mode.S, cause=10)
    made.back(CommitOp.SRET, Mode.S, to=Mode.U)
    made.event(CommitOp.EXCEPTION, 20, 3, cause=8, from_mode=Mode.U, to_mode=Mode.S)
    made.back(CommitOp.SRET, Mode.S)
    made.fault(0x1000_0000, Mode.U)
    made.back(CommitOp.URET, Mode.U)
    timer, uart = made.found()
    assert (timer.device, timer.path, timer.cycles) == (TIMER, B, 40)
    assert timer.mode_cycles == {Mode.S: 30, Mode.M: 10}
    assert (uart.device, uart.path) == (UART, C)


def test_what_is_no_access_to_a_device_is_left_out(made):
    made.fault(0x8000_0000, Mode.S)  # the guest's memory
    made.back(CommitOp.SRET, Mode.S)
    made.fault(0x1000_0000, Mode.S, cause=13)  # the guest's own page fault
    made.back(CommitOp.SRET, Mode.S)
    made.fault(0x1000_0000, Mode.S, from_mode=Mode.S)  # HLV
    made.back(CommitOp.SRET, Mode.S)
    made.fault(0x1000_0000, Mode.S)  # without an end
    assert made.found() == []


def test_an_access_with_an_interrupt_in_it_is_counted_but_not_measured(made):
    for number in range(WARM_UP + 2):
        for device in DEVICES:
            made.fault(device.addresses.start, Mode.S)
            if number == WARM_UP:
                made.event(CommitOp.INTERRUPT, 1000, from_mode=Mode.S, to_mode=Mode.S)
            made.back(CommitOp.SRET, Mode.S)
    found = made.found()
    assert [access.interrupts for access in found] == [0] * 4 * WARM_UP + [1] * 4 + [0] * 4
    everywhere = [replace(access, path=path) for path in Path for access in found]
    for row in summarise(everywhere, lambda pc: "f").rows:
        assert (row.accesses, row.interrupted, row.cycles.median) == (1, 1, 10)


def test_a_device_without_accesses_is_one_line(made):
    with pytest.raises(UserError, match=r"no measured access to UART on path \(a\)"):
        summarise(made.found(), lambda pc: "")


def test_cycles_go_to_the_code_that_took_them(made):
    made.fault(0x1000_0000, Mode.U)
    made.happenings += [Retired(made.cycle + 4, 0x40, 0, Mode.U), Retired(made.cycle + 10, 0x44, 0, Mode.U)]
    made.back(CommitOp.URET, Mode.U)
    (access,) = made.found()
    assert access.code_cycles == {(Mode.U, 0x40): 4, (Mode.U, 0x44): 6}
    assert access.code_instructions == {(Mode.U, 0x40): 1, (Mode.U, 0x44): 1}


# The command.


def test_the_figures_are_printed_as_json_that_fits_its_schema_and_written_with_the_pictures(
    run, root, simulator, tmp_path
):
    simulator("verilator")
    result = run("exits", "--json", "-o", tmp_path / "out")
    assert (result.status, result.err) == (0, "")
    found = json.loads(result.out)
    jsonschema.validate(found, json.loads((root / "docs" / "schemas" / "exits.schema.json").read_text()))
    names = ["exits.json", "exits.md", "exits.svg", "workload.svg"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == names
    assert (tmp_path / "out" / "exits.json").read_text() == result.out
    # The documents show what is measured now.
    for name in names:
        made, committed = tmp_path / "out" / name, root / "docs" / "exits" / name
        assert made.read_bytes() == committed.read_bytes(), f"docs/exits/{name} is old: utrap exits -o docs/exits"


def test_the_table_has_a_line_for_each_device_and_path(run, simulator, tmp_path):
    simulator("verilator")
    result = run("exits", "-o", tmp_path)
    assert result.status == 0
    for device in DEVICES:
        assert result.out.count(f"\n{device.name}  ") >= 3
    for words in ("(a) kernel and back", "(b) in the kernel", "(c) straight to user space"):
        assert result.out.count(words) == len(DEVICES)
    assert "vmm_emulate" in result.out


def test_a_program_that_fails_is_not_measured(simulator, monkeypatch, tmp_path, run):
    happenings = [Sent(5, byte) for byte in b"fine\nguest: wrong\n"] + [End(3, 10, 10)]
    monkeypatch.setattr(command, "simulate", lambda *arguments: (happening for happening in happenings))
    simulator("verilator")
    result = run("exits", "-o", tmp_path / "out")
    assert result.status == 2
    assert result.err == "utrap: the program hypervisor ended with 3, its last words: guest: wrong\n"
    assert not (tmp_path / "out").exists()


# The pictures.


def test_amdahls_law_at_its_ends_and_in_the_middle():
    assert pictures.speed_up(0, 3) == 1
    assert pictures.speed_up(1, 3) == pytest.approx(3)
    assert pictures.speed_up(pictures.share_for(2, 3), 3) == pytest.approx(2)
    assert pictures.share_for(2, 1.5) > 1


def test_a_picture_is_an_svg_file_for_light_and_dark_with_its_text_as_text(measured):
    drawn = pictures.draw(measured)
    assert drawn == pictures.draw(measured)
    for text in drawn.values():
        document = ElementTree.fromstring(text)
        style = document.findtext("{http://www.w3.org/2000/svg}style", "")
        assert "prefers-color-scheme: dark" in style
        # Every colour that is used has another one on dark.
        used = {value for node in document.iter() for name in ("fill", "stroke") if (value := node.get(name))}
        assert {colour for colour in used if colour.startswith("#")} <= {
            colour for colour in used if f'[fill="{colour}"]' in style
        }
        assert not [node for node in document.iter() if "#" in node.get("style", "")]
    assert ">UART<" in drawn["exits.svg"]
    assert "nearly 2 times" in drawn["workload.svg"]


# The baseline.

QUANTITIES = ("cycles", "instructions", "traps", "csr_accesses")
ROWS = [
    {"device": device, "path": path, **{name: {"median": median} for name in QUANTITIES}}
    for device, path, median in (("UART", "a", 100), ("RTC", "c", 50))
]


def test_a_baseline_shows_what_has_changed_and_what_is_new(tmp_path):
    file = tmp_path / "old.json"
    before = {"format": FORMAT, "accesses": [{**ROWS[0], "cycles": {"median": 80}}]}
    file.write_text(json.dumps(before))
    table = change_table(ROWS, read_baseline(str(file), FORMAT, "utrap exits"), PATHS)
    assert table.rows == [
        ("UART", "(a) kernel and back", "+25.0%", "80 -> 100", "100", "100", "100"),
        ("RTC", "(c) straight to user space", "new", "50", "50", "50", "50"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "No such file or directory"),
        ("{", "it is not JSON: utrap exits writes such files"),
        ("[]", f"it says no format, needed is {FORMAT}: measure again with utrap exits"),
        (
            '{"format": "utrap-linux/1"}',
            f"its format is utrap-linux/1, needed is {FORMAT}: measure again with utrap exits",
        ),
        (
            f'{{"format": "{FORMAT}", "accesses": [{{}}]}}',
            "it has no accesses as utrap exits writes them: measure again",
        ),
    ],
)
def test_a_file_that_is_no_baseline_is_one_line_before_the_work(run, tmp_path, text, message):
    file = tmp_path / "old.json"
    if text is not None:
        file.write_text(text)
    result = run("exits", "--baseline", file, "-o", tmp_path)
    assert (result.status, result.out, result.err) == (2, "", f"utrap: --baseline {file}: {message}\n")


def test_a_baseline_and_json_exclude_each_other(run):
    result = run("exits", "--baseline", "x", "--json")
    assert (result.status, result.err.count("\n")) == (2, 1)
    assert "--baseline and --json exclude each other" in result.err
