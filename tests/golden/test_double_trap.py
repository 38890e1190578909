"""Ssdbltrp and Smdbltrp: the life of SDT and MDT, double traps, and the critical error."""

import pytest

from utrap_testbench.golden import (
    Config,
    CsrAccess,
    CsrOp,
    Irq,
    Mode,
    Retire,
    Return,
    TakeException,
    TakeInterrupt,
    TakeRnmi,
    TrapReturn,
    reset_state,
    step,
)
from utrap_testbench.golden.isa import bits

from .support import csr, mode, read, state_in, write

M, S, U, VS, VU = Mode.M, Mode.S, Mode.U, Mode.VS, Mode.VU
DTE, SDT, MDT, SIE, MIE = 1 << 59, 1 << 24, 1 << 42, 1 << 1, 1 << 3
BELOW = Config.profile("full", ssdbltrp=True)
BOTH = Config.profile("full", ssdbltrp=True, smdbltrp=True)
BOTH32 = Config.profile("full", xlen=32, ssdbltrp=True, smdbltrp=True)
RNMI = Config.profile("full", ssdbltrp=True, smdbltrp=True, smrnmi=True, rnmi_interrupt_vector=0x4000)
ON = {"menvcfg": DTE, "henvcfg": DTE}


def test_mdt_is_1_after_reset_and_software_clears_it():
    """norm:mstatus_mdt_sz_warl, norm:mstatus_mdt_rst, norm:mstatus_mie_set_mdt_0, norm:mstatus_mie_clr_by_mdt_rv64

    norm:mstatus_mie_set_mdt_0_rv64: the same write clears MDT and sets MIE.
    """
    state = reset_state(BOTH)
    assert read(BOTH, state, "mstatus") & MDT == MDT
    assert read(BOTH, write(BOTH, state, "mstatus", MDT | MIE), "mstatus") & (MDT | MIE) == MDT
    assert read(BOTH, write(BOTH, state, "mstatus", MIE), "mstatus") & (MDT | MIE) == MIE
    assert read(BELOW, write(BELOW, reset_state(BELOW), "mstatus", MDT), "mstatus") & MDT == 0


def test_on_rv32_mdt_is_in_mstatush():
    """norm:mstatus_mie_clr_by_mdt"""
    state = reset_state(BOTH32)
    assert read(BOTH32, state, "mstatush") == 1 << 10
    state = write(BOTH32, write(BOTH32, state, "mstatush", 0), "mstatus", MIE)
    assert read(BOTH32, state, "mstatus") & MIE == MIE
    assert read(BOTH32, write(BOTH32, state, "mstatush", 1 << 10), "mstatus") & MIE == 0


def test_sdt_set_by_software_clears_sie():
    """norm:sstatus_sdt, norm:sstatus_SDT, norm:vsstatus_SDT, norm:sstatus_sdt_sstatus_sie_overwrite

    norm:vsstatus_sdt_op
    """
    for name in ("sstatus", "mstatus", "vsstatus"):
        state = write(BELOW, state_in(BELOW, M, **ON), name, SDT | SIE)
        assert read(BELOW, state, name) & (SDT | SIE) == SDT
        state = csr(BELOW, state, name, SIE, CsrOp.SET, debug=True)[0]
        assert read(BELOW, state, name) & (SDT | SIE) == SDT
        assert read(BELOW, write(BELOW, state, name, SIE), name) & (SDT | SIE) == SIE


@pytest.mark.parametrize(("name", "by"), [("sstatus", "menvcfg"), ("vsstatus", "henvcfg"), ("vsstatus", "menvcfg")])
def test_without_dte_sdt_is_read_only_0_and_nothing_is_behind(name, by):
    """norm:menvcfg_dte_op, norm:henvcfg_dte_op, warl:SDT"""
    state = write(BELOW, state_in(BELOW, M, **ON), name, SDT)
    off = write(BELOW, state, by, 0)
    assert read(BELOW, off, name) & SDT == 0
    assert read(BELOW, write(BELOW, off, name, SDT | SIE), name) & (SDT | SIE) == SIE
    assert read(BELOW, write(BELOW, off, by, DTE), name) & SDT == 0


def exception(config, state, cause=13):
    return step(config, state, TakeException(cause=cause, pc=0x10, tval=0x77))


def test_a_trap_into_s_sets_sdt_and_the_next_is_a_double_trap():
    """norm:sstatus_sdt_trap, norm:mtval2_Ssdbltrap"""
    state = state_in(BELOW, S, medeleg=1 << 13, mstatus_sie=1, mtvec=0x8000, stvec=0x9000, **ON)
    inside, outcome = exception(BELOW, state)
    assert (outcome.target, inside.mstatus_sdt, outcome.double) == (0x9000, 1, 0)
    after, outcome = exception(BELOW, inside)
    assert (mode(after), outcome.target, outcome.double) == (M, 0x8000, 1)
    assert (after.mcause, after.mtval2, after.mtval, after.mepc, after.mstatus_mpp) == (16, 13, 0x77, 0x10, 1)
    assert (after.scause, after.mstatus_sdt) == (13, 1)
    # With DTE=0 the second is a trap into S as the first.
    assert mode(exception(BELOW, state.replace(menvcfg=0, mstatus_sie=0))[0]) == S


def test_a_trap_into_vs_sets_vsstatus_sdt_and_the_next_is_a_double_trap():
    """norm:vsstatus_sdt_op, norm:sstatus_sdt_trap: the guest's alone; GVA, MPV as ever."""
    state = state_in(BELOW, VU, medeleg=1 << 13, hedeleg=1 << 13, **ON)
    inside, _ = exception(BELOW, state)
    assert (mode(inside), inside.vsstatus_sdt, inside.mstatus_sdt) == (VS, 1, 0)
    after, outcome = exception(BELOW, inside)
    assert (mode(after), after.mcause, after.mtval2, after.mstatus_mpv, outcome.double) == (M, 16, 13, 1, 1)


def test_an_interrupt_that_becomes_a_double_trap_enters_at_base():
    """norm:mtvec_mode_vectored_op: mcause is an exception's; mtval2 has the interrupt's own number (warl:double)."""
    bit = bits(Irq.VSSI)
    state = state_in(BELOW, VU, mie=bit, hvip=bit, mideleg=0x1444, hideleg=bit, mtvec=0x8001, vsstatus_sdt=1, **ON)
    after, outcome = step(BELOW, state, TakeInterrupt(pc=0))
    assert (after.mcause, after.mtval2, outcome.target, outcome.irq) == (16, 1 << 63 | 2, 0x8000, 2)


def test_a_trap_into_m_sets_mdt_and_the_next_stops_the_hart():
    """norm:trap_exp, norm:trap_unexp_mdt_1, norm:trap_unexp_hndl_no_rnmi"""
    state = state_in(BOTH, M, mstatus_mdt=0, mstatus_mie=1)
    inside, _ = exception(BOTH, state)
    assert (inside.mstatus_mdt, inside.mstatus_mie) == (1, 0)
    stopped, outcome = exception(BOTH, inside, cause=2)
    assert (outcome.critical, outcome.trap, outcome.redirect) == (1, 0, 0)
    assert stopped == inside.replace(critical=1)
    for event in (
        TakeException(cause=2, pc=0), TakeInterrupt(pc=0), TrapReturn(insn=Return.MRET), Retire(fs_dirty=1),
        CsrAccess(address=0x340, op=CsrOp.WRITE, wdata=5),
    ):  # fmt: skip
        after, outcome = step(BOTH, stopped, event)
        assert after == stopped
        assert (outcome.trap, outcome.redirect) == (0, 0)


def test_with_smrnmi_the_handler_of_rnmis_takes_it():
    """norm:trap_unexp_hndl_rnmi, norm:mncause_doubletrap, norm:Smdbltrp_with_Smrnmi_op"""
    state = state_in(RNMI, VU, mstatus_mdt=1, mnstatus_nmie=1)
    after, outcome = exception(RNMI, state)
    assert (outcome.target, outcome.critical, mode(after)) == (0x4000, 0, M)
    # The mode that is stored is M's, whatever it was.
    assert (after.mnepc, after.mncause, after.mnstatus_mnpp, after.mnstatus_mnpv) == (0x10, 13, 3, 0)
    assert (after.mnstatus_nmie, after.mepc, after.mcause) == (0, 0, 0)


def test_in_m_with_nmie_0_a_trap_is_unexpected_whatever_mdt():
    """norm:trap_unexp_mnstatus_nmie_0; below M it is MDT alone that counts."""
    for mdt in (0, 1):
        assert exception(RNMI, state_in(RNMI, M, mstatus_mdt=mdt))[1].critical == 1
    assert exception(RNMI, state_in(RNMI, S, mstatus_mdt=0))[1].critical == 0
    assert exception(RNMI, state_in(RNMI, S, mstatus_mdt=1))[1].critical == 1


def test_an_rnmi_is_never_unexpected_and_leaves_mdt():
    """norm:trap_unexp_rnmi, norm:mstatus_mdt_not_set_rnmi"""
    for mdt in (0, 1):
        state = state_in(RNMI, M, mstatus_mdt=mdt, mnstatus_nmie=1, line_rnmi=1)
        after, outcome = step(RNMI, state, TakeRnmi(pc=0))
        assert (outcome.rnmi, outcome.critical, after.mstatus_mdt) == (1, 0, mdt)


SET = {"mstatus_sdt": 1, "vsstatus_sdt": 1, **ON}
WAYS = [(M, 3, 0), (S, 1, 0), (U, 0, 0), (VS, 1, 1), (VU, 0, 1)]


@pytest.mark.parametrize(("to", "prv", "v"), WAYS)
def test_mret_clears_mdt_and_below_s_sdt(to, prv, v):
    """norm:mstatus_mdt_clr_mret_sret, norm:sstatus_sdt_clr_mret_sret, norm:vsstatus_sdt_clr_mret_sret"""
    state = state_in(BOTH, M, mstatus_mdt=1, mstatus_mpp=prv, mstatus_mpv=v, **SET)
    after, _ = step(BOTH, state, TrapReturn(insn=Return.MRET))
    assert (mode(after), after.mstatus_mdt) == (to, 0)
    assert (after.mstatus_sdt, after.vsstatus_sdt) == (int(to in (M, S)), int(to != VU))
    # The rule is Smdbltrp's.
    state = state_in(BELOW, M, mstatus_mpp=prv, mstatus_mpv=v, **SET)
    after, _ = step(BELOW, state, TrapReturn(insn=Return.MRET))
    assert (after.mstatus_sdt, after.vsstatus_sdt) == (1, 1)


@pytest.mark.parametrize(("to", "prv", "v"), WAYS[1:])
@pytest.mark.parametrize("source", [M, S])
def test_sret_clears_sdt_wherever_it_leads_and_in_m_mdt(source, to, prv, v):
    """norm:sstatus_sdt_sret, norm:mstatus_mdt_clr_mret_sret"""
    state = state_in(BOTH, source, mstatus_mdt=1, mstatus_spp=prv, hstatus_spv=v, mstatus_spie=1, **SET)
    after, _ = step(BOTH, state, TrapReturn(insn=Return.SRET))
    assert (mode(after), after.mstatus_mdt, after.mstatus_sdt) == (to, int(source == S), 0)
    assert (after.vsstatus_sdt, after.mstatus_sie) == (int(to != VU), 1)


def test_sret_in_a_guest_clears_the_guests_sdt_alone():
    """norm:sret_dt"""
    after, _ = step(BOTH, state_in(BOTH, VS, mstatus_mdt=1, **SET), TrapReturn(insn=Return.SRET))
    assert (after.vsstatus_sdt, after.mstatus_sdt, after.mstatus_mdt) == (0, 1, 1)


@pytest.mark.parametrize(("to", "prv", "v"), WAYS)
def test_mnret_clears_them_on_leaving_m(to, prv, v):
    """norm:mstatus_mdt_clr_mnret, norm:sstatus_sdt_clr_mnret, norm:vsstatus_sdt_clr_mnret"""
    state = state_in(RNMI, M, mstatus_mdt=1, mnstatus_mnpp=prv, mnstatus_mnpv=v, **SET)
    after, _ = step(RNMI, state, TrapReturn(insn=Return.MNRET))
    assert (mode(after), after.mstatus_mdt) == (to, int(to == M))
    assert (after.mstatus_sdt, after.vsstatus_sdt) == (int(to in (M, S)), int(to != VU))


@pytest.mark.parametrize(
    ("source", "guest", "sdt", "vssdt", "mdt"),
    [
        (M, None, 0, 1, 0), (S, None, 0, 1, 1), (U, None, 1, 1, 1),
        (U, VS, 1, 1, 1), (U, VU, 1, 0, 1), (S, VS, 0, 1, 1), (S, VU, 0, 0, 1), (M, VU, 0, 0, 0),
    ],
)  # fmt: skip
def test_uret(source, guest, sdt, vssdt, mdt):
    """HU-31: a handler in U cannot undo a guest's SDT in VS, nor leave a guest in VU with it."""
    fields = {"hudcfg_en": 1, "hustatus_upv": 1, "hustatus_upvp": int(guest == VS)} if guest else {}
    after, outcome = step(BOTH, state_in(BOTH, source, mstatus_mdt=1, **fields, **SET), TrapReturn(insn=Return.URET))
    assert (outcome.fault, mode(after)) == (0, guest or U)
    assert (after.mstatus_sdt, after.vsstatus_sdt, after.mstatus_mdt) == (sdt, vssdt, mdt)


def test_a_trap_into_u_neither_tests_nor_sets_them():
    """HU-31"""
    state = state_in(BOTH, U, medeleg=1 << 13, sedeleg=1 << 13, mstatus_mdt=1, **SET)
    after, outcome = exception(BOTH, state)
    assert (mode(after), outcome.double, outcome.critical) == (U, 0, 0)
    assert (after.mstatus_sdt, after.vsstatus_sdt, after.mstatus_mdt) == (1, 1, 1)


def test_double_traps_are_never_delegated():
    """HU-36, warl:medeleg: 16 by no register, 18 and 19 never from U, 19 never from a guest to U."""
    for name in ("medeleg", "hedeleg", "sedeleg", "huedeleg"):
        state = write(BOTH, reset_state(BOTH), "medeleg", (1 << 64) - 1)
        written = read(BOTH, write(BOTH, state, name, (1 << 64) - 1), name)
        assert written & 1 << 16 == 0
        assert written & 1 << 19 == (1 << 19 if name in ("medeleg", "hedeleg") else 0)
        assert written & 1 << 18 == (0 if name == "sedeleg" else 1 << 18)
