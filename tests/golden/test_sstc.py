"""Sstc: the timers of S and VS, what their comparison makes pending, and the ladder of verdicts."""

import pytest

from utrap_testbench.golden import Config, ConfigError, CsrOp, Mode, SetLines, TakeInterrupt, reset_state, step

from .support import csr, read, state_in, write

M, S, U, VS, VU = Mode.M, Mode.S, Mode.U, Mode.VS, Mode.VU
SSTC = Config.profile("full", sstc=True)
SSTC32 = Config.profile("full", xlen=32, sstc=True)
STCE, TM, STIP, VSTIP = 1 << 63, 1 << 1, 1 << 5, 1 << 6
ON = {"menvcfg": STCE, "henvcfg": STCE, "mcounteren": TM, "hcounteren": TM}


def verdicts(name, **fields):
    """The fault of a read in each mode."""
    return {mode: csr(SSTC, state_in(SSTC, mode, **fields), name)[1].fault for mode in (M, S, U, VS, VU)}


@pytest.mark.parametrize(
    ("fields", "stimecmp", "vstimecmp"),
    [
        # norm:mcounteren_tm_clr: illegal for all below M, VU's among them.
        ({**ON, "mcounteren": 0}, (0, 2, 2, 2, 2), (0, 2, 2, 2, 2)),
        # norm:menvcfg_stce_op2: of stimecmp alone.
        ({**ON, "menvcfg": 0}, (0, 2, 2, 2, 2), (0, 0, 2, 22, 22)),
        # norm:hcounteren_acc
        ({**ON, "hcounteren": 0}, (0, 0, 2, 22, 22), (0, 0, 2, 22, 22)),
        # norm:henvcfg_stce
        ({**ON, "henvcfg": 0}, (0, 0, 2, 22, 22), (0, 0, 2, 22, 22)),
        (ON, (0, 0, 2, 0, 22), (0, 0, 2, 22, 22)),
        ({}, (0, 2, 2, 2, 2), (0, 2, 2, 2, 2)),
    ],
)
def test_the_ladder_of_verdicts(fields, stimecmp, vstimecmp):
    assert tuple(verdicts("stimecmp", **fields).values()) == stimecmp
    assert tuple(verdicts("vstimecmp", **fields).values()) == vstimecmp


def test_the_high_halves_exist_on_rv32_alone():
    """norm:stimecmp_stimecmph_sz_acc, norm:vstimecmp_acc"""
    assert csr(SSTC, state_in(SSTC, M), 0x15D)[1].fault == 2
    state = write(SSTC32, reset_state(SSTC32), "stimecmph", 0x12345678)
    assert state.stimecmp == 0x12345678_FFFFFFFF
    state = write(SSTC32, state, "vstimecmp", 5)
    assert state.vstimecmp == 0xFFFFFFFF_00000005
    for name in ("stimecmph", "vstimecmph"):
        assert csr(SSTC32, state_in(SSTC32, S, **{**ON, "mcounteren": 0}), name)[1].fault == 2


def test_without_sstc_there_is_nothing_of_it():
    """norm:menvcfg_stce_rdonly0"""
    plain = Config.profile("full")
    for address in (0x14D, 0x24D, 0x15D, 0x25D):
        assert csr(plain, state_in(plain, M), address)[1].fault == 2
    assert write(plain, reset_state(plain), "menvcfg", STCE).menvcfg & STCE == 0
    with pytest.raises(ConfigError, match="sstc is true: Sstc needs counters zicntr or zihpm"):
        Config.profile("msu", sstc=True, counters="none")
    with pytest.raises(ConfigError, match="sstc is true: Sstc needs s"):
        Config.profile("mu", sstc=True)


def test_no_timer_is_pending_after_reset():
    """warl:stimecmp"""
    state = reset_state(SSTC)
    assert state.stimecmp == state.vstimecmp == (1 << 64) - 1
    assert read(SSTC, state.replace(menvcfg=STCE, henvcfg=STCE, time=(1 << 64) - 2), "mip") & (STIP | VSTIP) == 0


@pytest.mark.parametrize(("time", "wanted"), [(9, 0), (10, STIP), (11, STIP), ((1 << 64) - 1, STIP)])
def test_stip_follows_the_comparison_as_unsigned_numbers(time, wanted):
    """norm:mip_sip_stip_op, norm:mip_stip_stimecmp_op2"""
    before = state_in(SSTC, S, menvcfg=STCE, stimecmp=10, mideleg=STIP)
    state, _ = step(SSTC, before, SetLines(lines=0, time=time))
    assert read(SSTC, state, "mip") & STIP == wanted
    assert read(SSTC, state, "sip") & STIP == wanted
    # norm:mip_stip_stimecmp_clr: writing a later time clears it.
    assert read(SSTC, write(SSTC, state, "stimecmp", (1 << 64) - 1), "mip") & STIP == (STIP if time > 11 else 0)


def test_the_software_bit_is_kept_and_not_written_while_the_timer_has_stip():
    """norm:mip_stip_stimecmp_acc, norm:mip_stip_no_stimecmp_acc, warl:STIP"""
    state = write(SSTC, state_in(SSTC, M, time=5, stimecmp=10), "mip", STIP)
    timed = write(SSTC, state, "menvcfg", STCE)
    assert read(SSTC, timed, "mip") & STIP == 0
    timed = csr(SSTC, timed, "mip", STIP, CsrOp.CLEAR)[0]
    assert read(SSTC, write(SSTC, timed, "menvcfg", 0), "mip") & STIP == STIP
    # Nothing of the timer stays behind.
    due = write(SSTC, state_in(SSTC, M, time=10, stimecmp=10), "menvcfg", STCE)
    assert read(SSTC, due, "mip") & STIP == STIP
    assert read(SSTC, write(SSTC, due, "menvcfg", 0), "mip") & STIP == 0


@pytest.mark.parametrize(
    ("time", "delta", "wanted"),
    [(9, 0, 0), (10, 0, VSTIP), (5, 5, VSTIP), (12, (1 << 64) - 4, 0), (20, 1 << 63, VSTIP)],
)
def test_vstip_follows_the_guests_time_or_hvip(time, delta, wanted):
    """norm:hip_vstip_op, norm:hip_vstip_clear: the sum wraps at 64 bits."""
    state = state_in(SSTC, VS, menvcfg=STCE, henvcfg=STCE, vstimecmp=10, time=time, htimedelta=delta)
    assert read(SSTC, state, "mip") & VSTIP == wanted
    assert read(SSTC, state.replace(hvip=VSTIP), "hip") & VSTIP == VSTIP
    assert read(SSTC, state.replace(henvcfg=0), "mip") & VSTIP == 0
    # henvcfg.STCE is hidden behind menvcfg's, and kept.
    # norm:stce_bit_exist, norm:menvcfg_stce_op1
    hidden = write(SSTC, state, "menvcfg", 0)
    assert read(SSTC, hidden, "henvcfg") & STCE == 0
    assert read(SSTC, hidden, "mip") & VSTIP == 0
    assert read(SSTC, write(SSTC, hidden, "menvcfg", STCE), "mip") & VSTIP == wanted


def test_in_a_guest_stimecmp_is_vstimecmp():
    """norm:stimecmp_exist, norm:vstimecmp_exist, norm:vstimecmp_sz, norm:H_vscsrs_sub"""
    state, outcome = csr(SSTC, state_in(SSTC, VS, **ON), "stimecmp", 77)
    assert outcome.fault == 0
    assert (state.vstimecmp, state.stimecmp) == (77, (1 << 64) - 1)


def test_a_timer_interrupts_a_guest():
    """norm:sstc_vs_facility, norm:hip_vstip_enable: taken in VS under the number of the supervisor's timer."""
    state = state_in(
        SSTC, VU, menvcfg=STCE, henvcfg=STCE, vstimecmp=10, mie=VSTIP, mideleg=VSTIP, hideleg=VSTIP, vstvec=0x1000
    )
    after, outcome = step(SSTC, state, TakeInterrupt(pc=0x80, time=10))
    assert (outcome.to_mode, outcome.irq, after.vscause & 63) == (VS, 6, 5)
    assert step(SSTC, state, TakeInterrupt(pc=0x80, time=9))[1].trap == 0
