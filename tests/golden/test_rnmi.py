"""Smrnmi: entry and return, what NMIE=0 masks, and exceptions in the handler."""

import pytest

from utrap_testbench.golden import (
    Config,
    ConfigError,
    Insn,
    Irq,
    Mode,
    Query,
    Return,
    SetLines,
    TakeException,
    TakeInterrupt,
    TakeRnmi,
    TrapReturn,
    load_store_mode,
    pending_interrupt,
    reset,
    reset_state,
    step,
    wakes,
)
from utrap_testbench.golden.isa import bits

from .support import csr, mode, read, state_in, write

M, S, U, VS, VU = Mode.M, Mode.S, Mode.U, Mode.VS, Mode.VU
RNMI = Config.profile("full", smrnmi=True, rnmi_interrupt_vector=0x4000, rnmi_exception_vector=0x5000)
ON = {"mnstatus_nmie": 1}


def raised(state, cause=3):
    """With the line high."""
    return step(RNMI, state, SetLines(lines=0, rnmi=1, rnmi_cause=cause))[0]


def test_without_it_there_is_nothing_of_it():
    """norm:Smrnmi_csrs, norm:mnret_exist"""
    plain = Config()
    for address in (0x740, 0x741, 0x742, 0x744):
        assert csr(plain, state_in(plain, M), address)[1].fault == 2
    assert step(plain, state_in(plain, M), TrapReturn(insn=Return.MNRET))[1].fault == 2
    assert step(plain, state_in(plain, M), SetLines(lines=0, rnmi=1))[0].line_rnmi == 0
    with pytest.raises(ConfigError, match="rnmi_interrupt_vector is 0x4000: without smrnmi it must be 0"):
        Config(rnmi_interrupt_vector=0x4000)
    with pytest.raises(ConfigError, match="rnmi_exception_vector is 0x4001: it must be a multiple of 2"):
        Config(smrnmi=True, rnmi_exception_vector=0x4001)
    with pytest.raises(ConfigError, match="rnmi_vectors is port: without smrnmi there is no such input"):
        Config(rnmi_vectors="port")
    with pytest.raises(ConfigError, match="rnmi_exception_vector is 0x4000: with rnmi_vectors port it must be 0"):
        Config(smrnmi=True, rnmi_vectors="port", rnmi_exception_vector=0x4000)


@pytest.mark.parametrize(("source", "mnpp", "mnpv"), [(M, 3, 0), (S, 1, 0), (U, 0, 0), (VS, 1, 1), (VU, 0, 1)])
def test_entry_and_return(source, mnpp, mnpv):
    """norm:rnmi_entry, norm:rnmi_entry_cause, norm:rnmi_entry_priv, norm:rnmi_entry_nmie_clear, norm:rnmi_enter_mmode

    norm:rnmi_trap_addr, norm:mncause_interrupt, norm:mncause_interrupt_code, norm:mnepc_op, norm:mnstatus_mnpp_op,
    norm:mnstatus_mnpv_op, norm:rnmi_resume, norm:mnret_restore, HU-32
    """
    before = raised(state_in(RNMI, source, mstatus_mie=1, hustatus_upv=1, **ON), cause=5)
    inside, outcome = step(RNMI, before, TakeRnmi(pc=0x1234))
    assert (outcome.trap, outcome.rnmi, outcome.target, mode(inside)) == (1, 1, 0x4000, M)
    assert (inside.mnepc, inside.mncause) == (0x1234, 1 << 63 | 5)
    assert (inside.mnstatus_mnpp, inside.mnstatus_mnpv, inside.mnstatus_nmie) == (mnpp, mnpv, 0)
    # All else is as it was: MPP, MIE, and the handler's in U.
    assert inside.replace(
        mnepc=0, mncause=0, mnstatus_mnpp=0, mnstatus_mnpv=0, mnstatus_nmie=1, prv=before.prv, v=before.v
    ) == before.replace(mnepc=0, mncause=0, mnstatus_mnpp=0, mnstatus_mnpv=0)
    # It is not taken again before NMIE is set.
    assert step(RNMI, inside, TakeRnmi(pc=0))[1].trap == 0
    after, back = step(RNMI, inside, TrapReturn(insn=Return.MNRET))
    assert (back.fault, back.target, mode(after), after.mnstatus_nmie) == (0, 0x1234, source, 1)


def test_it_is_masked_by_nmie_alone():
    """norm:rnmi_not_disabled, norm:mnstatus_nmie_enable, norm:mnstatus_nmie_reset"""
    assert reset_state(RNMI).mnstatus_nmie == 0
    assert step(RNMI, raised(reset_state(RNMI)), TakeRnmi(pc=0))[1].trap == 0
    assert step(RNMI, raised(state_in(RNMI, M, mstatus_mie=0, **ON)), TakeRnmi(pc=0))[1].trap == 1
    assert step(RNMI, state_in(RNMI, M, **ON), TakeRnmi(pc=0))[1].trap == 0


def test_nmie_can_be_set_and_not_cleared():
    """norm:mnstatus_nmie_set_clear, norm:mnstatus_reserved"""
    state = write(RNMI, reset_state(RNMI), "mnstatus", (1 << 64) - 1)
    assert read(RNMI, state, "mnstatus") == 3 << 11 | 1 << 7 | 1 << 3
    assert read(RNMI, write(RNMI, state, "mnstatus", 0), "mnstatus") == 1 << 3
    assert write(RNMI, state, "mnstatus", 2 << 11).mnstatus_mnpp == 0


@pytest.mark.parametrize("source", [M, S, U, VS, VU])
def test_nmie_0_disables_all_interrupts_and_wakes_all_the_same(source):
    """norm:mnstatus_nmie_disable, norm:mnstatus_wfi; those for U among them (warl:RNMI)."""
    for irq in (Irq.MEI, Irq.SSI, Irq.USI):
        fields = {"mie": bits(irq), "mip_software": bits(irq) & 0x3, "line_meip": int(irq == Irq.MEI)}
        state = state_in(
            RNMI, source, mideleg=0x1777, sideleg=0x111, mstatus_mie=1, mstatus_sie=1, mstatus_uie=1, **fields
        )
        assert pending_interrupt(RNMI, state).pending == 0
        assert step(RNMI, state, TakeInterrupt(pc=0))[1].trap == 0
        assert wakes(RNMI, state)
    assert wakes(RNMI, raised(state_in(RNMI, source)))


def test_nmie_0_takes_mprv_away():
    """norm:mnstatus_mprv_clear"""
    lent = {"mstatus_mprv": 1, "mstatus_mpp": 0}
    assert load_store_mode(RNMI, state_in(RNMI, M, **lent)) == M
    assert load_store_mode(RNMI, state_in(RNMI, M, **lent, **ON)) == U


@pytest.mark.parametrize(
    ("source", "nmie", "target"), [(M, 0, 0x5000), (M, 1, 0x8000), (S, 0, 0x8000), (VU, 0, 0x8000)]
)
def test_an_exception_in_m_with_nmie_0_has_an_address_of_its_own(source, nmie, target):
    """norm:rnmi_exception_nmie0, norm:rnmi_exc_trap_addr: the rest is as ever."""
    before = state_in(RNMI, source, mnstatus_nmie=nmie, mtvec=0x8000)
    after, outcome = step(RNMI, before, TakeException(cause=2, pc=0x10))
    assert (outcome.target, after.mepc, after.mcause, after.mstatus_mpp) == (target, 0x10, 2, before.prv)
    assert after.mnstatus_nmie == nmie


@pytest.mark.parametrize(("ialign", "low"), [(16, 1), (32, 3)])
def test_inputs_say_where_the_handlers_are(ialign, low):
    """norm:rnmi_trap_addr, norm:rnmi_exc_trap_addr, warl:RNMI: as far as a pc can be there; reset leaves them."""
    isa = "IMA" if ialign == 32 else "IMAC"
    config = Config.profile("msu", smrnmi=True, rnmi_vectors="port", ialign=ialign, isa=isa)
    there = {"rnmi_interrupt_vector": 0x4000 | low, "rnmi_exception_vector": 0x5000 | low}
    state = state_in(config, S, line_rnmi=1, **there, **ON)
    inside, outcome = step(config, state, TakeRnmi(pc=0x10))
    assert outcome.target == 0x4000
    assert step(config, inside, TakeException(cause=2, pc=0x20))[1].target == 0x5000
    assert {name: getattr(reset(config, inside), name) for name in there} == there


def test_mnret_executes_in_m_alone_and_ends_mprv_on_leaving_it():
    """norm:mnret_mode, norm:mnret_mprv"""
    for source, fault in ((M, 0), (S, 2), (U, 2), (VS, 2), (VU, 2)):
        state = state_in(RNMI, source, mstatus_mprv=1, mnstatus_mnpp=1)
        assert step(RNMI, state, Query(insn=Insn.MNRET))[1].fault == fault
        assert step(RNMI, state, TrapReturn(insn=Return.MNRET))[1].fault == fault
    for mnpp, mprv in ((3, 1), (1, 0), (0, 0)):
        state = state_in(RNMI, M, mstatus_mprv=1, mnstatus_mnpp=mnpp, mnstatus_mnpv=1)
        after, _ = step(RNMI, state, TrapReturn(insn=Return.MNRET))
        assert (after.mstatus_mprv, after.v) == (mprv, int(mnpp != 3))


def test_the_other_returns_leave_nmie():
    for insn in (Return.MRET, Return.SRET, Return.URET):
        assert step(RNMI, state_in(RNMI, M, mstatus_mpp=1), TrapReturn(insn=insn))[0].mnstatus_nmie == 0


def test_the_registers_hold_what_they_say():
    """norm:mnscratch_sz, norm:mnscratch_acc, norm:mnepc_sz, norm:mnepc_acc, norm:mnepc_bit0, norm:mnepc_warl

    norm:mncause_op, norm:mncause_img, norm:mnstatus_img, warl:mncause
    """
    ones = (1 << 64) - 1
    for name, wanted in (("mnscratch", ones), ("mnepc", ones - 1), ("mncause", 1 << 63 | 63)):
        assert read(RNMI, write(RNMI, reset_state(RNMI), name, ones), name) == wanted
        assert csr(RNMI, state_in(RNMI, S), name)[1].fault == 2
        assert csr(RNMI, state_in(RNMI, VS), name)[1].fault == 2
