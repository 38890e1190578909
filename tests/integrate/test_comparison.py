"""Two runs of a program beside each other: what counts as the same, and what is said of the rest."""

from utrap_integrate.compare import Comparison, Run
from utrap_integrate.simulation import End, Trap

INTERRUPT = 1 << 63


def ran(code=1, cycles=100, retired=50, traps=(), **more):
    return Run(end=End(code, cycles, retired), traps=[Trap(*trap) for trap in traps], **more)


def said(original, unit, **more):
    return Comparison(name="p", original=original, unit=unit, **more).differences


def test_the_same_is_the_same_whenever_the_traps_come():
    assert said(ran(traps=[(5, 2, 0x80)]), ran(traps=[(6, 2, 0x80)])) == []


def test_the_same_failure_on_both_is_the_same():
    assert said(ran(code=7), ran(code=7)) == []


def test_another_verdict():
    assert said(ran(), ran(code=9)) == ["verdict PASS with its own CSR file, FAIL 4 with the unit"]
    assert said(ran(), ran(code=None)) == ["verdict PASS with its own CSR file, TIMEOUT with the unit"]


def test_other_cycles_and_instructions():
    assert said(ran(), ran(cycles=103, retired=49)) == ["+3 cycles", "-1 instructions"]


def test_cycles_that_are_explained_are_the_same_and_no_others():
    assert said(ran(), ran(cycles=101), more_cycles=1, because="a refused SRET") == []
    assert said(ran(), ran(cycles=102), more_cycles=1) == ["+2 cycles, of which 1 are explained"]


def test_another_trap_is_told_with_both_sides():
    before, after = [(5, 2, 0x80), (9, INTERRUPT | 7, 0x90)], [(5, 2, 0x80), (9, INTERRUPT | 3, 0x90)]
    assert said(ran(traps=before), ran(traps=after)) == [
        "trap 1: interrupt 7 at 0x90 in cycle 9 with its own CSR file, interrupt 3 at 0x90 in cycle 9 with the unit"
    ]


def test_a_trap_too_many_is_told():
    assert said(ran(), ran(traps=[(5, 2, 0x80)])) == [
        "trap 0: none with its own CSR file, exception 2 at 0x80 in cycle 5 with the unit"
    ]


def test_what_the_model_says_comes_first():
    assert said(ran(), ran(differs="the hart and the golden model differ")) == ["the hart and the golden model differ"]


def test_a_program_for_the_unit_alone_must_pass():
    assert said(None, ran()) == []
    assert said(None, ran(code=3)) == ["with the unit FAIL 1"]
