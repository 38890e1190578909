"""Sdext: halt and resume, the rights in Debug Mode, what it masks, single steps, and its registers."""

import pytest

from utrap_testbench.golden import (
    Config,
    CsrOp,
    Halt,
    Irq,
    Mode,
    Resume,
    Return,
    SetLines,
    TakeException,
    TakeInterrupt,
    TakeRnmi,
    TrapReturn,
    critical_error,
    critical_halts,
    ebreak_halts,
    load_store_mode,
    pending_interrupt,
    reset_state,
    step,
    steps,
    stops_counters,
    stops_time,
)
from utrap_testbench.golden.isa import bits

from .support import csr, mode, read, state_in, write

M, S, U, VS, VU = Mode.M, Mode.S, Mode.U, Mode.VS, Mode.VU
DEBUG = Config.profile("full", sdext=True)
ALL = Config.profile("full", sdext=True, smrnmi=True, ssdbltrp=True, smdbltrp=True)
PLACES = [(M, 3, 0), (S, 1, 0), (U, 0, 0), (VS, 1, 1), (VU, 0, 1)]
_DTE = 1 << 59


def halted(config, source, cause=3, **fields):
    """Halted at 0x1234."""
    state, outcome = step(config, state_in(config, source, **fields), Halt(pc=0x1234, cause=cause))
    assert outcome.halted == 1
    return state


def test_without_it_there_is_nothing_of_it():
    plain = Config()
    for address in range(0x7B0, 0x7B4):
        assert csr(plain, state_in(plain, M), address)[1].fault == 2
    assert step(plain, state_in(plain, U), Halt(pc=0, cause=3)) == (
        state_in(plain, U), step(plain, state_in(plain, U), Halt(pc=0, cause=3))[1],
    )  # fmt: skip
    assert step(plain, state_in(plain, M), Resume())[1].fault == 2


@pytest.mark.parametrize(("source", "prv", "v"), PLACES)
def test_a_halt_saves_the_mode_and_the_pc_and_a_resume_goes_back(source, prv, v):
    """Sdext: Halt, Resume, HU-35: the handler's hustatus and uepc stay as they are."""
    before = state_in(DEBUG, source, hudcfg_en=1, hustatus_upv=1, uepc=0x40, mstatus_mie=1)
    inside, outcome = step(DEBUG, before, Halt(pc=0x1235, cause=3, nmip=1))
    assert (outcome.redirect, outcome.trap, outcome.to_mode, mode(inside), inside.debug) == (0, 0, M, M, 1)
    assert read(DEBUG, inside, "dcsr") == 4 << 28 | 3 << 6 | v << 5 | 1 << 4 | 1 << 3 | prv
    assert inside.dpc == 0x1234
    saved = {"dcsr_cause": 0, "dcsr_nmip": 0, "dcsr_prv": 0, "dcsr_v": 0, "dpc": 0, "debug": 0, "prv": 0, "v": 0}
    assert inside.replace(**saved) == before.replace(**saved)
    after, back = step(DEBUG, inside, Resume())
    assert (back.fault, back.redirect, back.target, mode(after), after.debug) == (0, 1, 0x1234, source, 0)
    assert after.replace(**saved) == before.replace(**saved)


def test_a_debugger_chooses_the_mode_to_resume_in():
    """Core Debug Registers, dcsr.prv and v: legal modes alone; V counts below M alone, as MPV does."""
    for written, where in ((0, U), (1, S), (2, U), (3, M), (0x20, VU), (0x21, VS), (0x23, M)):
        state = write(DEBUG, halted(DEBUG, M), "dcsr", written)
        assert mode(step(DEBUG, state, Resume())[0]) == where
    plain = Config.profile("mu", sdext=True)
    assert read(plain, write(plain, halted(plain, M), "dcsr", 0xFFFF_FFFF), "dcsr") & 0xFFFF == 0x9ED7


def test_resume_ends_mprv_and_double_traps_below_m():
    """Sdext: Resume"""
    tracked = {"menvcfg": _DTE, "henvcfg": _DTE, "mstatus_mprv": 1, "mstatus_mdt": 1, "mstatus_sdt": 1}
    for source, mprv, mdt, sdt, vssdt in (
        (M, 1, 1, 1, 1), (S, 0, 0, 1, 1), (U, 0, 0, 0, 1), (VS, 0, 0, 0, 1), (VU, 0, 0, 0, 0),
    ):  # fmt: skip
        after, _ = step(ALL, halted(ALL, source, vsstatus_sdt=1, **tracked), Resume())
        assert (after.mstatus_mprv, after.mstatus_mdt, after.mstatus_sdt, after.vsstatus_sdt) == (mprv, mdt, sdt, vssdt)


@pytest.mark.parametrize("address", range(0x7B0, 0x7B4))
def test_the_registers_are_for_debug_mode_and_debuggers(address):
    for source in (M, S, U, VS, VU):
        for op in CsrOp:
            assert csr(DEBUG, state_in(DEBUG, source), address, op=op)[1].fault == 2
        assert csr(DEBUG, state_in(DEBUG, source), address, debug=True)[1].fault == 0
        assert csr(DEBUG, halted(DEBUG, source), address)[1].fault == 0


def test_dcsr_holds_what_it_says():
    """Core Debug Registers: cause and nmip are the halt's; cetrig is Smdbltrp's; bits of modes that are not are 0."""
    ones = (1 << 64) - 1
    assert read(DEBUG, reset_state(DEBUG), "dcsr") == 0x4000_0013
    assert read(DEBUG, write(DEBUG, reset_state(DEBUG), "dcsr", ones), "dcsr") == 0x4003_BE37
    assert read(ALL, write(ALL, reset_state(ALL), "dcsr", ones), "dcsr") == 0x400B_BE37
    assert read(DEBUG, write(DEBUG, halted(DEBUG, U, cause=6), "dcsr", 0), "dcsr") == 0x4000_0190
    assert read(DEBUG, write(DEBUG, reset_state(DEBUG), "dpc", ones), "dpc") == ones - 1
    assert read(DEBUG, write(DEBUG, reset_state(DEBUG), "dscratch1", ones), "dscratch1") == ones


def test_debug_mode_has_the_rights_of_m():
    """Sdext: Debug Mode; MPRV acts there (dcsr.mprven is 1)."""
    state = halted(DEBUG, VU, mstatus_mprv=1, mstatus_mpp=1)
    assert csr(DEBUG, state, "mscratch", 5)[0].mscratch == 5
    assert csr(DEBUG, state, "sscratch", 5)[0].sscratch == 5
    assert load_store_mode(DEBUG, state) == S


def test_no_trap_takes_place_in_debug_mode():
    """Sdext: Debug Mode"""
    state = halted(ALL, S, mnstatus_nmie=1, mie=bits(Irq.MEI), mstatus_mie=1)
    state = step(ALL, state, SetLines(lines=bits(Irq.MEI), rnmi=1))[0]
    for event in (TakeException(cause=2, pc=0), TakeInterrupt(pc=0), TakeRnmi(pc=0), Halt(pc=0, cause=1)):
        after, outcome = step(ALL, state, event)
        assert (after, outcome.trap, outcome.redirect, outcome.halted) == (state, 0, 0, 0)
    assert pending_interrupt(ALL, state).pending == 0


@pytest.mark.parametrize("insn", Return)
def test_no_return_leaves_debug_mode(insn):
    """warl:dcsr"""
    state = halted(ALL, U, hudcfg_en=1, hustatus_upv=1)
    after, outcome = step(ALL, state, TrapReturn(insn=insn))
    assert (after, outcome.fault) == (state, 2)


def test_resume_is_illegal_outside_debug_mode():
    for source in (M, S, U, VS, VU):
        after, outcome = step(DEBUG, state_in(DEBUG, source), Resume())
        assert (after, outcome.fault) == (state_in(DEBUG, source), 2)


@pytest.mark.parametrize(("stepie", "taken"), [(0, 0), (1, 1)])
def test_a_step_takes_interrupts_where_stepie_lets_it(stepie, taken):
    """Core Debug Registers, dcsr.stepie: RNMIs too."""
    fields = {"dcsr_step": 1, "dcsr_stepie": stepie, "mstatus_mie": 1, "mie": bits(Irq.MEI), "mnstatus_nmie": 1}
    state = step(ALL, state_in(ALL, M, **fields), SetLines(lines=bits(Irq.MEI), rnmi=1))[0]
    assert pending_interrupt(ALL, state).pending == taken
    assert step(ALL, state, TakeInterrupt(pc=0))[1].trap == taken
    assert step(ALL, state, TakeRnmi(pc=0))[1].trap == taken
    assert steps(ALL, state)
    assert not steps(ALL, step(ALL, state, Halt(pc=0, cause=4))[0])


@pytest.mark.parametrize(("source", "bit"), [(M, "m"), (S, "s"), (U, "u"), (VS, "vs"), (VU, "vu")])
def test_ebreak_halts_by_the_bit_of_its_mode(source, bit):
    every = {f"dcsr_ebreak{name}": 1 for name in ("m", "s", "u", "vs", "vu")}
    assert ebreak_halts(DEBUG, state_in(DEBUG, source, **{f"dcsr_ebreak{bit}": 1}))
    assert not ebreak_halts(DEBUG, state_in(DEBUG, source, **{**every, f"dcsr_ebreak{bit}": 0}))


def test_counters_and_time_stop_in_debug_mode_alone():
    asked = {"dcsr_stopcount": 1, "dcsr_stoptime": 1}
    for read_out in (stops_counters, stops_time):
        assert not read_out(DEBUG, state_in(DEBUG, U, **asked))
        assert read_out(DEBUG, halted(DEBUG, U, **asked))
        assert not read_out(DEBUG, halted(DEBUG, U))


def test_a_critical_error_enters_debug_mode_where_cetrig_says_so():
    """Core Debug Registers, dcsr.cetrig: and a resume returns to it."""
    stopped = state_in(ALL, M, critical=1)
    assert critical_error(ALL, stopped)
    assert not critical_halts(ALL, stopped)
    asked = stopped.replace(dcsr_cetrig=1)
    assert critical_halts(ALL, asked)
    assert not critical_error(ALL, asked)
    inside, outcome = step(ALL, asked, Halt(pc=8, cause=7))
    assert (outcome.halted, inside.critical, inside.dcsr_cause) == (1, 1, 7)
    assert not critical_halts(ALL, inside)
    inside = csr(ALL, inside, "mscratch", 5)[0]
    assert inside.mscratch == 5
    after, _ = step(ALL, inside, Resume())
    assert (after.critical, after.debug) == (1, 0)
    assert step(ALL, after, TakeException(cause=2, pc=0))[0] == after
