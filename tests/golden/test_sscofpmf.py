"""Sscofpmf and Shlcofideleg: LCOFI and its place in the order, scountovf and its masks."""

import pytest

from utrap_testbench.golden import Config, ConfigError, CounterOverflow, Irq, Mode, TakeInterrupt, step
from utrap_testbench.golden.isa import bits

from .support import csr, read, state_in, write

M, S, U, VS, VU = Mode.M, Mode.S, Mode.U, Mode.VS, Mode.VU
OVERFLOW = Config.profile("full", counters="zihpm", sscofpmf=True)
GUEST = Config.profile("full", counters="zihpm", sscofpmf=True, shlcofideleg=True)
LCOFI = 1 << 13


def test_the_bit_exists_with_the_extension_alone():
    """norm:mip_lcofip_mie_lcofie_rdonly0"""
    plain = Config.profile("full", counters="zihpm")
    for name in ("mip", "mie", "mideleg"):
        assert read(plain, write(plain, state_in(plain, M), name, LCOFI), name) & LCOFI == 0
        assert read(OVERFLOW, write(OVERFLOW, state_in(OVERFLOW, M), name, LCOFI), name) & LCOFI == LCOFI
    with pytest.raises(ConfigError, match="sscofpmf is true: Sscofpmf needs counters zihpm"):
        Config.profile("full", sscofpmf=True)
    with pytest.raises(ConfigError, match="shlcofideleg is true: Shlcofideleg needs h and sscofpmf"):
        Config.profile("msu", counters="zihpm", sscofpmf=True, shlcofideleg=True)


def test_counters_set_it_and_software_clears_it():
    """norm:LCOFIP_op, norm:sip_sie_Sscofpmf: in sip and sie where mideleg has it."""
    state, _ = step(OVERFLOW, state_in(OVERFLOW, M), CounterOverflow())
    assert read(OVERFLOW, state, "mip") & LCOFI == LCOFI
    assert read(OVERFLOW, write(OVERFLOW, state, "sip", 0), "mip") & LCOFI == LCOFI
    delegated = write(OVERFLOW, state, "mideleg", LCOFI)
    assert read(OVERFLOW, delegated, "sip") & LCOFI == LCOFI
    assert read(OVERFLOW, write(OVERFLOW, delegated, "sip", 0), "mip") & LCOFI == 0
    assert read(OVERFLOW, write(OVERFLOW, delegated, "sie", LCOFI), "mie") & LCOFI == LCOFI


@pytest.mark.parametrize("other", [Irq.SEI, Irq.SSI, Irq.STI, Irq.VSEI, Irq.VSSI, Irq.VSTI])
def test_it_ranks_after_the_standard_interrupts_of_its_level(other):
    """norm:hsint_priority, warl:LCOFI"""
    both = bits(other, Irq.LCOFI)
    state = state_in(OVERFLOW, U, mie=both, mideleg=OVERFLOW.rules.mideleg | 0x1444)
    state = state.replace(mip_software=both & OVERFLOW.rules.mip_software, hvip=both & OVERFLOW.rules.hvip)
    assert step(OVERFLOW, state, TakeInterrupt(pc=0))[1].irq == other
    assert step(OVERFLOW, state.replace(mie=LCOFI), TakeInterrupt(pc=0))[1].irq == Irq.LCOFI


def test_it_ranks_before_the_user_interrupts():
    """warl:LCOFI"""
    both = bits(Irq.UEI, Irq.LCOFI)
    state = state_in(OVERFLOW, U, mie=both, mip_software=both)
    assert step(OVERFLOW, state, TakeInterrupt(pc=0))[1].irq == Irq.LCOFI


def test_an_overflow_with_the_step_is_taken_in_it():
    """norm:LCOFIP_op"""
    state = state_in(OVERFLOW, U, mie=LCOFI)
    after, outcome = step(OVERFLOW, state, TakeInterrupt(pc=0, lcofi=1))
    assert (outcome.irq, outcome.to_mode, after.mcause & 63) == (13, M, 13)


def test_hideleg_passes_it_on_to_vs_under_its_own_number():
    """norm:vsip_vsie_lcofi"""
    assert read(OVERFLOW, write(OVERFLOW, state_in(OVERFLOW, M), "hideleg", LCOFI), "hideleg") == 0
    state = state_in(GUEST, VS, mideleg=LCOFI | 0x1444, mip_software=LCOFI, vsstatus_sie=1)
    state = write(GUEST, state, "hideleg", LCOFI)
    assert read(GUEST, state, "vsip") == LCOFI
    state = write(GUEST, state, "vsie", LCOFI)
    assert state.mie == LCOFI
    after, outcome = step(GUEST, state, TakeInterrupt(pc=0))
    assert (outcome.to_mode, after.vscause & 63) == (VS, 13)
    assert read(GUEST, write(GUEST, state, "vsip", 0), "mip") & LCOFI == 0


@pytest.mark.parametrize(
    ("mode", "wanted"), [(M, 0xFFFF_FFF8), (S, 0x0000_FF00), (VS, 0x0000_0F00), (U, None), (VU, None)]
)
def test_scountovf_is_masked_by_the_enables_of_the_counters(mode, wanted):
    """norm:scountovf_mmode_read_access, norm:scountovf_smode_read_access, norm:scountovf_vsmode_read_access"""
    state = state_in(OVERFLOW, mode, counter_overflow=0xFFFF_FFF8, mcounteren=0xFF00, hcounteren=0x0FF8)
    _, outcome = csr(OVERFLOW, state, "scountovf")
    if wanted is None:
        assert outcome.fault == (22 if mode == VU else 2)
    else:
        assert outcome.rdata == wanted
    # Its address is read-only.
    assert csr(OVERFLOW, state_in(OVERFLOW, M), "scountovf", 0)[1].fault == 2
