"""Which interrupt is taken, into which mode, in which order, and what wakes the hart."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from utrap_testbench.golden import Config, Irq, Mode, SetLines, TakeInterrupt, pending_interrupt, step, wakes
from utrap_testbench.golden.isa import IRQ_PRIORITY, bits

from .support import CONFIGS, FULL, csr, mode, read, state_from_seed, state_in

M, S, U, VS, VU = Mode.M, Mode.S, Mode.U, Mode.VS, Mode.VU
LINES = {Irq.MEI: "line_meip", Irq.MTI: "line_mtip", Irq.MSI: "line_msip"}
GEI = Config(geilen=5)
ALL = bits(*Irq)


def raised(*irqs):
    """The fields that make these interrupts pending."""
    fields = {"mip_software": 0, "hvip": 0, "mie": bits(*irqs)}
    for irq in irqs:
        if irq in LINES:
            fields[LINES[irq]] = 1
        elif irq == Irq.SGEI:
            fields |= {"hgeip": 2, "hgeie": 2}
        elif irq in (Irq.VSSI, Irq.VSTI, Irq.VSEI):
            fields["hvip"] |= 1 << irq
        else:
            fields["mip_software"] |= 1 << irq
    return fields


MIDELEG = GEI.rules.mideleg | GEI.rules.mideleg_read_only_ones
ENABLED = {"mstatus_mie": 1, "mstatus_sie": 1, "mstatus_uie": 1, "vsstatus_sie": 1}


@pytest.mark.parametrize(
    ("fields", "source", "group"),
    [
        ({"mideleg": GEI.rules.mideleg_read_only_ones}, S, "MEI MSI MTI SEI SSI STI UEI USI UTI"),
        ({"mideleg": MIDELEG}, U, "SEI SSI STI SGEI VSEI VSSI VSTI UEI USI UTI"),
        ({"mideleg": MIDELEG, "sideleg": 0x111}, U, "UEI USI UTI"),
        ({"mideleg": MIDELEG, "hideleg": 0x444}, VU, "VSEI VSSI VSTI"),
    ],
)
def test_within_a_target_the_standard_order_holds(fields, source, group):
    """norm:intr_M_mode_pri, norm:hsint_priority, HU-26"""
    names = group.split()
    for first, second in itertools.combinations(names, 2):
        state = state_in(GEI, source, **fields, **ENABLED, **raised(Irq[first], Irq[second]))
        request = pending_interrupt(GEI, state)
        assert request.pending
        assert Irq(request.irq).name == first, (first, second)


def test_the_order_has_every_interrupt_once():
    assert sorted(IRQ_PRIORITY) == sorted(Irq)


def test_the_higher_target_goes_first_whatever_the_number():
    """HU-26: M, HS, U, VS."""
    ladder = [(Irq.UTI, M), (Irq.VSTI, S), (Irq.USI, U), (Irq.VSEI, VS)]
    fields = {"mideleg": MIDELEG & ~bits(4), "sideleg": 1, "hideleg": bits(10), "hudcfg_en": 1}
    for count in range(1, len(ladder) + 1):
        irqs = ladder[-count:]
        state = state_in(GEI, VU, **fields, **raised(*(irq for irq, _ in irqs)))
        request = pending_interrupt(GEI, state)
        assert (request.irq, request.mode) == irqs[0]


@pytest.mark.parametrize(
    ("irq", "fields", "taken_in"),
    [
        (Irq.MTI, {}, {S: M, U: M, VS: M, VU: M}),
        (Irq.MTI, {"mstatus_mie": 1}, {M: M, S: M, U: M, VS: M, VU: M}),
        (Irq.STI, {}, {S: M, U: M, VS: M, VU: M}),
        (Irq.STI, {"mideleg": MIDELEG}, {U: S, VS: S, VU: S}),
        (Irq.STI, {"mideleg": MIDELEG, "mstatus_sie": 1, "mstatus_mie": 1}, {S: S, U: S, VS: S, VU: S}),
        (Irq.VSTI, {}, {U: S, VS: S, VU: S}),
        (Irq.VSTI, {"hideleg": 0x40}, {VU: VS}),
        (Irq.VSTI, {"hideleg": 0x40, "vsstatus_sie": 1, "mstatus_sie": 1}, {VS: VS, VU: VS}),
        (Irq.SGEI, {"mstatus_sie": 1}, {S: S, U: S, VS: S, VU: S}),
    ],
)
def test_where_and_from_which_mode_an_interrupt_is_taken(irq, fields, taken_in):
    """norm:intr_mip_mie_op, norm:trap_del_intr_priv_lvl, norm:hideleg_hs, norm:hideleg_op"""
    fields = {"mideleg": GEI.rules.mideleg_read_only_ones, **fields}
    seen = {}
    for source in Mode:
        request = pending_interrupt(GEI, state_in(GEI, source, **fields, **raised(irq)))
        if request.pending:
            seen[source] = request.mode
            assert request.reason
    assert seen == taken_in


def test_vs_sees_the_numbers_of_supervisor_interrupts():
    """norm:hideleg_trans"""
    for irq in (Irq.VSSI, Irq.VSTI, Irq.VSEI):
        request = pending_interrupt(FULL, state_in(FULL, VU, hideleg=0x444, **raised(irq)))
        assert (request.irq, request.cause, request.mode) == (irq, irq - 1, VS)
        request = pending_interrupt(FULL, state_in(FULL, VU, **raised(irq)))
        assert (request.irq, request.cause, request.mode) == (irq, irq, S)


@settings(max_examples=800)
@given(st.sampled_from(CONFIGS), st.integers(0, 2**32))
def test_an_interrupt_never_lowers_the_privilege_and_is_always_pending_and_enabled(config, seed):
    """norm:trap_del_intr_priv_lvl, norm:trap_never_trans_lower"""
    state = state_from_seed(config, seed)
    request = pending_interrupt(config, state)
    rank = {VU: 0, VS: 1, U: 2, S: 3, M: 4}  # HU-25: M > HS > U > VS > VU
    if request.pending:
        assert wakes(config, state)
        assert read(config, state, "mip") & state.mie & 1 << request.irq
        assert rank[Mode(request.mode)] >= rank[mode(state)]
        after, outcome = step(config, state, TakeInterrupt(pc=0))
        assert (outcome.trap, outcome.to_mode, outcome.cause) == (1, request.mode, request.cause)
        assert mode(after) == request.mode
    else:
        assert step(config, state, TakeInterrupt(pc=0))[0] == state


def test_the_hart_wakes_by_the_local_enable_alone():
    """norm:wfi_unaffected_conditions"""
    state = state_in(FULL, M, **raised(Irq.MTI))
    assert wakes(FULL, state)
    assert not pending_interrupt(FULL, state).pending
    assert not wakes(FULL, state.replace(mie=0))
    assert not wakes(FULL, state.replace(line_mtip=0))


def test_lines_are_levels_and_do_not_stay():
    """norm:mip_meip_rdonly, norm:mip_mtip_rdonly, norm:mip_msip_rdonly"""
    state, _ = step(FULL, state_in(FULL, M), SetLines(lines=bits(3, 7, 8, 9, 11)))
    assert read(FULL, state, "mip") == bits(3, 7, 8, 9, 11)
    after, _ = csr(FULL, state, "mip", 0)
    assert read(FULL, after, "mip") == bits(3, 7, 8, 9, 11)
    state, _ = step(FULL, state, SetLines(lines=0))
    assert read(FULL, state, "mip") == 0


def test_lines_that_a_configuration_lacks_stay_low():
    config = Config.profile("mu")
    state, _ = step(config, state_in(config, M), SetLines(lines=bits(3, 7, 8, 9, 11), hgeip=2))
    assert read(config, state, "mip") == bits(3, 7, 11)
    assert state.hgeip == 0


def test_lines_given_with_the_event_hold_at_once_and_afterwards():
    before = state_in(GEI, U, mie=bits(11))
    after, outcome = step(GEI, before, TakeInterrupt(pc=0, lines=bits(11), hgeip=2))
    assert outcome.trap
    assert (after.line_meip, after.hgeip) == (1, 2)
    again, _ = step(GEI, after, TakeInterrupt(pc=0, hgeip=4))
    assert (again.line_meip, again.hgeip) == (1, 4)
