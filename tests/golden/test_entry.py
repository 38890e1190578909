"""What a trap writes: privilege stacks, cause, values and vectors, each level by its own rules."""

import pytest

from utrap_testbench.golden import Config, Mode, TakeException, TakeInterrupt, step
from utrap_testbench.golden.isa import GUEST_PAGE_FAULTS

from .support import FULL, FULL32, mode, state_in, write

WIDE = 2**64 - 1


def test_a_trap_into_m_records_mode_and_virtualization():
    """norm:H_trap_m_csrwrites, norm:mstatus_mpv_op"""
    for source in Mode:
        after, _ = step(FULL, state_in(FULL, source, mstatus_mie=1), TakeException(cause=2, pc=0x80, tval=0x13))
        assert mode(after) == Mode.M
        assert (after.mstatus_mpp, after.mstatus_mpv) == (source & 3, source >> 2)
        assert (after.mstatus_mpie, after.mstatus_mie) == (1, 0)
        assert (after.mepc, after.mcause, after.mtval) == (0x80, 2, 0x13)


def test_a_trap_into_hs_records_spvp_from_a_guest_alone():
    """norm:H_trap_hs_csrwrites, norm:hstatus_spvp_op"""
    for source, spvp in ((Mode.S, 1), (Mode.U, 1), (Mode.VS, 1), (Mode.VU, 0)):
        before = state_in(FULL, source, medeleg=4, hstatus_spvp=1)
        after, _ = step(FULL, before, TakeException(cause=2, pc=0x80))
        assert mode(after) == Mode.S
        assert (after.mstatus_spp, after.hstatus_spv, after.hstatus_spvp) == (source & 3, source >> 2, spvp)


def test_a_trap_into_vs_leaves_hs_alone():
    """norm:H_trap_vs_csrwrites"""
    for source in (Mode.VS, Mode.VU):
        before = state_in(FULL, source, medeleg=4, hedeleg=4, vsstatus_sie=1, sepc=0x1110, hstatus_spv=0)
        after, _ = step(FULL, before, TakeException(cause=2, pc=0x80, tval=0x13, gva=1, tinst=5))
        assert mode(after) == Mode.VS
        assert (after.vsstatus_spp, after.vsstatus_spie, after.vsstatus_sie) == (source & 3, 1, 0)
        assert (after.vsepc, after.vscause, after.vstval) == (0x80, 2, 0x13)
        assert (after.sepc, after.hstatus_spv, after.htinst, after.hstatus_gva) == (0x1110, 0, 0, 0)


@pytest.mark.parametrize("cause", [0, 1, 2, 3, 5, 7, 8, 12, 13, 15, 18, 19, 20, 21, 22, 23])
@pytest.mark.parametrize(("fields", "second"), [({}, "mtval2"), ({"medeleg": WIDE >> 1}, "htval")])
def test_the_guest_physical_address_is_written_on_guest_page_faults_alone(cause, fields, second):
    """norm:mtval2_trapval, norm:htval_trapval, warl:mtval2: GPA>>2 has 48 bits with Sv48x4."""
    before = state_in(FULL, Mode.VS, **fields, mtval2=7, htval=7)
    after, outcome = step(FULL, before, TakeException(cause=cause, pc=0, tval2=WIDE, tinst=WIDE, gva=1))
    wanted = 2**48 - 1 if cause in GUEST_PAGE_FAULTS else 0
    assert getattr(after, second) == outcome.tval2 == wanted
    assert getattr(after, second.replace("val2", "inst").replace("val", "inst")) == 2**32 - 1  # warl:mtinst
    assert outcome.gva == 1


def test_an_interrupt_writes_zero_as_value_and_trap_instruction():
    """norm:H_trap_xtinst_interrupt"""
    before = state_in(FULL, Mode.VS, mie=1 << 11, line_meip=1, mtval=5, mtval2=5, mtinst=5, mstatus_gva=1)
    after, outcome = step(FULL, before, TakeInterrupt(pc=0x44))
    assert outcome.trap
    assert (after.mtval, after.mtval2, after.mtinst, after.mstatus_gva) == (0, 0, 0, 0)
    assert (after.mepc, after.mcause) == (0x44, 1 << 63 | 11)


@pytest.mark.parametrize(("ialign", "epc"), [(16, 0x1236), (32, 0x1234)])
def test_epc_has_the_mask_of_ialign(ialign, epc):
    """norm:mepc_align, warl:IALIGN"""
    config = Config(ialign=ialign)
    after, outcome = step(config, state_in(config, Mode.M), TakeException(cause=2, pc=0x1237))
    assert after.mepc == outcome.epc == epc


@pytest.mark.parametrize(
    ("align", "tvec", "base", "vectored"),
    [
        (256, 0x8000_0304, 0x8000_0304, 0x8000_0304),
        (256, 0x8000_0301, 0x8000_0300, 0x8000_0300 + 44),
        (4, 0x8000_0305, 0x8000_0304, 0x8000_0304 + 44),
        (4, 2**64 - 3, 2**64 - 4, 40),
    ],
)
def test_interrupts_are_vectored_and_exceptions_enter_at_base(align, tvec, base, vectored):
    """norm:mtvec_mode_direct_op, norm:mtvec_mode_vectored_op, warl:xtvec: the sum wraps at XLEN."""
    config = Config(vectored_align=align)
    before = write(config, state_in(config, Mode.U, mie=1 << 11, line_meip=1), "mtvec", tvec)
    assert step(config, before, TakeException(cause=11, pc=0))[1].target == base
    assert step(config, before, TakeInterrupt(pc=0))[1].target == vectored


def test_a_guest_interrupt_is_vectored_by_the_code_that_the_guest_sees():
    """norm:hideleg_trans"""
    before = state_in(FULL32, Mode.VU, mie=1 << 10, hvip=1 << 10, hideleg=1 << 10, vstvec=0x101)
    after, outcome = step(FULL32, before, TakeInterrupt(pc=0))
    assert (outcome.irq, outcome.cause, outcome.target) == (10, 9, 0x100 + 36)
    assert after.vscause == 1 << 31 | 9
