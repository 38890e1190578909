"""Whether the core obeys the unit: made-up runs of events, each with one disobedience; whole programs have none."""

import pytest

from utrap_testbench.boundary import Op
from utrap_testbench.lockstep import Committed, Obedience

NONE, CSR, EXCEPTION, INTERRUPT, MRET = (
    Op.NONE,
    Op.CSR,
    Op.EXCEPTION,
    Op.INTERRUPT,
    Op.MRET,
)


def event(op, pc=0, retired=0, **rest):
    return Committed(op=op, pc=None if op is NONE else pc, retired=retired, ecall_cause=11, **rest)


def found(*events):
    """The differences that the last event shows; those before it show none."""
    obedience = Obedience(in_order=True)
    *before, last = events
    assert [obedience.differences(event) for event in before] == [()] * len(before)
    return [(difference.field, difference.expected, difference.got) for difference in obedience.differences(last)]


TRAP = event(EXCEPTION, 0x100, 5, cause=2, target=0x800)
WRITE = event(CSR, 0x100, 5)
REFUSED = event(CSR, 0x100, 5, fault=22)
ENABLES = event(CSR, 0x100, 5, is_pending=True)
LINE = event(NONE, 0, 5, is_pending=True)


@pytest.mark.parametrize(
    "events",
    [
        (TRAP, event(CSR, 0x800, 5)),
        (TRAP, event(CSR, 0x840, 9)),
        (event(MRET, 0x100, 5, target=0x800), event(INTERRUPT, 0x800, 6)),
        (WRITE, event(CSR, 0x104, 6)),
        (WRITE, event(NONE, 0, 6), event(CSR, 0x104, 6)),
        (WRITE, event(NONE, 0, 7), event(CSR, 0x300, 7)),
        (REFUSED, event(EXCEPTION, 0x100, 5, cause=22)),
        (REFUSED, event(NONE, 0, 5), event(EXCEPTION, 0x100, 5, cause=22)),
        (ENABLES, event(INTERRUPT, 0x104, 6)),
        (LINE, event(INTERRUPT, 0x104, 6)),
        (LINE, event(INTERRUPT, 0x104, 5)),
        (LINE, event(CSR, 0x104, 5), event(CSR, 0x140, 20)),
        (LINE, event(NONE, 0, 6), event(CSR, 0x140, 20)),
        (LINE, event(EXCEPTION, 0x104, 5, target=0x800)),
        (event(CSR, 0x100, 5, fault=22, is_pending=True), event(EXCEPTION, 0x100, 5, cause=22)),
        (event(EXCEPTION, 0x100, 5, cause=11, target=0x800),),
    ],
)
def test_a_core_that_obeys_differs_in_nothing(events):
    assert found(*events) == []


def test_the_instruction_after_a_trap_is_at_its_target():
    assert found(TRAP, event(CSR, 0x104, 5)) == [("commit.pc", 0x800, 0x104)]


def test_the_instruction_after_a_return_is_at_its_target():
    assert found(event(MRET, 0x100, 5, target=0x800), event(CSR, 0x104, 6)) == [("commit.pc", 0x800, 0x104)]


def test_the_instruction_after_another_is_behind_it():
    assert found(WRITE, event(EXCEPTION, 0x100, 6)) == [("commit.pc", 0x104, 0x100)]


def test_a_change_of_the_lines_does_not_hide_where_the_core_went():
    assert found(TRAP, event(NONE, 0, 5), event(CSR, 0x104, 5)) == [("commit.pc", 0x800, 0x104)]


def test_a_fault_is_raised_with_its_cause():
    assert found(REFUSED, event(EXCEPTION, 0x100, 5, cause=2)) == [("commit.cause", 22, 2)]


def test_a_fault_is_raised_at_its_instruction():
    assert found(REFUSED, event(EXCEPTION, 0x104, 5, cause=22)) == [("commit.pc", 0x100, 0x104)]


def test_a_fault_is_raised_before_anything_else():
    wanted = [("commit.op", EXCEPTION, CSR), ("commit.cause", 22, 0)]
    assert found(REFUSED, event(CSR, 0x100, 5)) == wanted
    assert ("commit.op", EXCEPTION, NONE) in found(REFUSED, event(CSR, 0x104, 6))
    assert ("commit.op", EXCEPTION, NONE) in found(REFUSED, event(NONE, 0, 6))


def test_no_instruction_begins_once_an_interrupt_is_pending():
    def missed(op):
        return [("commit.op", INTERRUPT, op)]

    assert found(ENABLES, event(CSR, 0x140, 7)) == missed(CSR)
    assert found(ENABLES, event(CSR, 0x104, 6)) == missed(CSR)
    assert found(ENABLES, event(EXCEPTION, 0x104, 6)) == missed(EXCEPTION)
    assert found(ENABLES, event(NONE, 0, 7)) == missed(NONE)
    assert found(LINE, event(CSR, 0x140, 6)) == missed(CSR)
    assert found(LINE, event(NONE, 0, 6, is_pending=True), event(CSR, 0x140, 6)) == missed(CSR)


def test_ecall_has_the_cause_of_its_mode():
    assert found(event(EXCEPTION, 0x100, 5, cause=8)) == [("commit.cause", 11, 8)]


def found_in_any(*events):
    """The same of a core of which nothing is known but what every core must do."""
    obedience = Obedience(32)
    *before, last = events
    assert [obedience.differences(event) for event in before] == [()] * len(before)
    return [(difference.field, difference.expected, difference.got) for difference in obedience.differences(last)]


def unseen(op, **rest):
    """An event of a core that tells neither its pc nor what retires."""
    return Committed(op=op, ecall_cause=11, **rest)


@pytest.mark.parametrize(
    "events",
    [
        (REFUSED, event(INTERRUPT, 0x100, 5), event(CSR, 0x800, 5)),
        (LINE, event(CSR, 0x104, 5), event(NONE, 0, 999, is_pending=True)),
        (unseen(CSR, fault=2), unseen(Op.DEBUG_CSR), unseen(EXCEPTION, cause=2)),
        (unseen(CSR, is_pending=True), unseen(CSR, is_requested=False)),
        (unseen(MRET, target=0x800), unseen(EXCEPTION, pc=0x104, cause=2)),
        (event(Op.HALT, 0x100, 5, target=0x800), event(CSR, 0x300, 5)),
        (event(CSR, 0xFFFFFFFC, 5), event(CSR, 0, 6)),
    ],
)
def test_what_some_cores_do_is_no_difference_where_nothing_more_is_promised(events):
    assert found_in_any(*events) == []


def test_what_every_core_must_do_is_seen_without_a_pc_and_without_retirements():
    assert found_in_any(unseen(CSR, fault=2), unseen(CSR)) == [("commit.op", EXCEPTION, CSR), ("commit.cause", 2, 0)]
    assert found_in_any(unseen(CSR, is_pending=True), unseen(MRET)) == [("commit.op", INTERRUPT, MRET)]
    assert found_in_any(unseen(EXCEPTION, cause=9)) == [("commit.cause", 11, 9)]


def test_an_interrupt_that_no_core_takes_within_a_thousand_instructions_is_passed_over():
    rising, later = event(NONE, 0, 5, is_pending=True), event(NONE, 0, 1006, is_pending=True)
    assert found_in_any(rising, later) == [("commit.op", INTERRUPT, NONE)]


def test_an_instruction_without_an_event_is_at_the_target():
    went = Committed(op=NONE, pc=0x104, retired=5, ecall_cause=11)
    assert found_in_any(TRAP, went) == [("commit.pc", 0x800, 0x104)]
