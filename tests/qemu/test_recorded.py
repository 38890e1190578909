"""What QEMU gave once, committed: the model agrees with it, and whatever is changed in it is found."""

import re
from dataclasses import replace

import pytest

from utrap_testbench import golden
from utrap_testbench.golden import Mode
from utrap_testbench.oracles.qemu import core, deviations, known, timers, tools
from utrap_testbench.oracles.qemu.compare import compare
from utrap_testbench.oracles.qemu.generate import execute
from utrap_testbench.oracles.qemu.program import FIELDS, Program
from utrap_testbench.oracles.qemu.walk import Unpredictable


@pytest.fixture(scope="session")
def results(recorded):
    return execute(recorded.program)


@pytest.fixture
def seen(recorded):
    return tools.observed(recorded.uart, recorded.traps)


def test_the_model_agrees_with_qemu(recorded, results, seen):
    report = compare(recorded.program, results, seen)
    assert report.differences == []
    assert report.ok
    assert report.traps == len(seen.traps) > 100
    assert report.fields == 100 * len(FIELDS)


def test_many_deviations_are_predicted(recorded, results, seen):
    predicted = compare(recorded.program, results, seen).predicted
    assert len(predicted) >= 15
    assert predicted.keys() <= known.NAMES


def test_traps_went_everywhere(results):
    covered = set().union(*(result.covered for result in results))
    routes = {route for what in covered for route in re.findall(r"^(?:cause|interrupt) \d+ (.*)", what)}
    assert {"M to M", "S to M", "U to M", "VS to M", "VU to M", "S to S", "U to S", "VS to S", "VU to S"} <= routes
    assert {"VS to VS", "VU to VS"} <= routes


def test_vstval_of_an_illegal_instruction_is_the_instruction(results, seen):
    """Although its cause is 1 there (vs_cause_less_one)."""
    place, found = FIELDS.index("vstval"), 0
    for result, dump in zip(results, seen.dumps, strict=True):
        if result.covered.keys() & {"cause 2 VS to VS", "cause 2 VU to VS"}:
            found += dump[place] in {trap.tval for trap in result.traps if trap.cause == 2} - {0}
    assert found >= 3


def test_a_program_survives_its_file(recorded):
    assert Program.from_json(recorded.program.to_json()) == recorded.program


@pytest.mark.parametrize("name", FIELDS)
def test_a_bit_that_differs_in_a_dump_is_found(recorded, results, seen, name):
    number = FIELDS.index(name)
    dump = seen.dumps[40]
    seen.dumps[40] = (*dump[:number], dump[number] ^ 1 << 5, *dump[number + 1 :])
    report = compare(recorded.program, results, seen)
    assert [(item.step, item.field) for item in report.differences] == [(40, name)]
    assert not report.ok


@pytest.mark.parametrize("name", ["is_interrupt", "cause", "epc", "tval"])
def test_a_bit_that_differs_in_a_trap_is_found(recorded, results, seen, name):
    trap = seen.traps[50]
    seen.traps[50] = replace(trap, **{name: getattr(trap, name) ^ 1})
    report = compare(recorded.program, results, seen)
    assert [item.field.split()[-1] for item in report.differences] == [name]


def test_a_trap_too_few_and_one_too_many_are_found(recorded, results, seen):
    last = seen.traps.pop()
    assert compare(recorded.program, results, seen).differences[0].got is None
    seen.traps.extend([last, last])
    assert str(compare(recorded.program, results, seen).differences[0]).startswith("step 100, trap beyond the last")


def test_a_run_that_was_cut_short_is_found(recorded, results):
    cut = tools.observed(recorded.uart[:20_000], recorded.traps, "QEMU did not end")
    report = compare(recorded.program, results, cut)
    assert report.differences[0].field == "dump"
    assert report.ended == "QEMU did not end"
    assert not report.ok


def differs(recorded, seen):
    """The model, as it is now, does not give what QEMU gave; it may go where no program goes."""
    try:
        return not compare(recorded.program, execute(recorded.program), seen).ok
    except Unpredictable:
        return True


@pytest.mark.parametrize("name", ["trap", "xret", "csr", "interrupt", "verdict", "fault_cause"])
def test_what_is_not_predicted_is_a_difference(recorded, seen, monkeypatch, name):
    """Without one kind of prediction the same run differs."""
    untouched = {
        "trap": lambda old, new, outcome: (new, ()),
        "xret": lambda old, new: (new, ()),
        "csr": lambda config, s, event, kept: (*golden.step(config, s, event), kept, ()),
        "interrupt": lambda config, s: (golden.pending_interrupt(config, s).irq, ()),
        "verdict": lambda s, insn, fault: (fault, ()),
        "fault_cause": lambda s, cause, implicit, mode, by_mprv: (cause, ()),
    }[name]
    monkeypatch.setattr(deviations, name, untouched)
    assert differs(recorded, seen)


@pytest.mark.parametrize("name", ["seen", "verdict", "after"])
def test_what_is_not_predicted_of_the_timers_is_a_difference(recorded, seen, monkeypatch, name):
    untouched = {
        "seen": lambda s, kept: (s, ()),
        "verdict": lambda s, address, fault: (fault, ()),
        "after": lambda old, new, event, outcome, kept: (new, kept, ()),
    }[name]
    monkeypatch.setattr(timers, name, untouched)
    if name == "seen":
        monkeypatch.setattr(core, name, untouched)
    assert differs(recorded, seen)


def _never_to_vs(state, outcome):
    if outcome.trap and outcome.to_mode == Mode.VS.value:
        return state.replace(v=0)
    return state


FAULTS = {
    "mepc": lambda state, outcome: state.replace(mepc=state.mepc + 2) if outcome.trap else state,
    "MPIE": lambda state, outcome: state.replace(mstatus_mpie=0) if outcome.trap else state,
    "SPVP": lambda state, outcome: state.replace(hstatus_spvp=0) if outcome.trap else state,
    "vscause": lambda state, outcome: state.replace(vscause=0) if outcome.trap else state,
    "V": _never_to_vs,
    "SPIE": lambda state, outcome: state.replace(mstatus_spie=0) if outcome.redirect else state,
    "hideleg": lambda state, outcome: state.replace(hideleg=0),
    "htval": lambda state, outcome: state.replace(htval=0) if outcome.trap else state,
    "stimecmp": lambda state, outcome: state.replace(stimecmp=0) if outcome.trap else state,
    "LCOFIP": lambda state, outcome: state.replace(mip_software=state.mip_software & ~(1 << 13)),
    "time": lambda state, outcome: state.replace(time=2**64 - 1),
    "OF": lambda state, outcome: state.replace(counter_overflow=0),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_model_with_a_fault_differs(recorded, seen, monkeypatch, name):
    def faulty(config, state, event):
        new, outcome = step(config, state, event)
        return FAULTS[name](new, outcome), outcome

    step = golden.step
    monkeypatch.setattr(core, "step", faulty)
    monkeypatch.setattr(deviations, "step", faulty)
    assert differs(recorded, seen)
