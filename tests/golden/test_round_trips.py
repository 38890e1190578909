"""A trap and its return bring the hart back to where it was, from every mode into every mode that it may reach."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from utrap_testbench.golden import (
    Config,
    Mode,
    Return,
    State,
    TakeException,
    TakeInterrupt,
    TrapReturn,
    step,
)

from .support import CONFIGS, FULL, config_id, mode, modes_of, state_from_seed, state_in

RETURN = {Mode.M: Return.MRET, Mode.S: Return.SRET, Mode.VS: Return.SRET, Mode.U: Return.URET}
CAUSE = 13  # load page fault: every level may delegate it


def paths(config):
    """Source, target and the delegation that leads there."""
    deleg = 1 << CAUSE
    for source in modes_of(config):
        yield source, Mode.M, {}
        if source == Mode.M:
            continue
        if not config.s:
            if config.n:
                yield source, Mode.U, {"medeleg": deleg}
            continue
        yield source, Mode.S, {"medeleg": deleg}
        if source >= Mode.VU:
            yield source, Mode.VS, {"medeleg": deleg, "hedeleg": deleg}
            if config.shudeleg:
                yield source, Mode.U, {"medeleg": deleg, "huedeleg": deleg, "hudcfg_en": 1}
        if source == Mode.U and config.n:
            yield source, Mode.U, {"medeleg": deleg, "sedeleg": deleg}


PATHS = [
    pytest.param(config, *path, id=f"{config_id(config)}-{path[0].name}-{path[1].name}")
    for config in CONFIGS
    for path in paths(config)
]

ENABLES = {
    Mode.M: ("mstatus_mie", "mstatus_mpie"),
    Mode.S: ("mstatus_sie", "mstatus_spie"),
    Mode.VS: ("vsstatus_sie", "vsstatus_spie"),
    Mode.U: ("mstatus_uie", "mstatus_upie"),
}


@pytest.mark.parametrize(("config", "source", "target", "delegation"), PATHS)
@pytest.mark.parametrize("enable", [0, 1])
def test_a_trap_and_its_return_restore_mode_pc_and_interrupt_enable(config, source, target, delegation, enable):
    ie, pie = ENABLES[target]
    before = state_in(config, source, **delegation, **{ie: enable})
    pc = 0x8000_1234
    inside, entry = step(config, before, TakeException(cause=CAUSE, pc=pc, tval=0x10))
    assert (mode(inside), entry.from_mode, entry.to_mode) == (target, source, target)
    assert (getattr(inside, ie), getattr(inside, pie)) == (0, enable)
    after, back = step(config, inside, TrapReturn(insn=RETURN[target]))
    assert back.fault == 0
    assert (back.redirect, back.target) == (1, pc)
    assert mode(after) == source
    assert (getattr(after, ie), getattr(after, pie)) == (enable, 1)


@pytest.mark.parametrize(("config", "source", "target", "delegation"), PATHS)
def test_nested_traps_of_different_levels_unwind(config, source, target, delegation):
    """A trap into M from within the handler of a lower level returns into that handler, then to the source."""
    if target == Mode.M:
        delegation = {}
    before = state_in(config, source, **delegation)
    inside, _ = step(config, before, TakeException(cause=CAUSE, pc=0x1000))
    if target == Mode.M:
        return
    deeper, _ = step(config, inside, TakeException(cause=1, pc=0x2000))
    assert mode(deeper) == Mode.M
    inside_again, back = step(config, deeper, TrapReturn(insn=Return.MRET))
    assert (mode(inside_again), back.target) == (target, 0x2000)
    after, back = step(config, inside_again, TrapReturn(insn=RETURN[target]))
    assert (mode(after), back.target) == (source, 0x1000)


@settings(max_examples=600)
@given(st.sampled_from(CONFIGS), st.integers(0, 2**32), st.integers(0, 2**20))
def test_an_interrupt_and_its_return_restore_mode_and_pc_from_any_state(config: Config, seed: int, pc: int):
    before: State = state_from_seed(config, seed)
    pc = 4 * pc
    inside, entry = step(config, before, TakeInterrupt(pc=pc))
    if not entry.trap:
        assert inside == before
        return
    # Nothing may keep the handler from returning.
    inside = inside.replace(mstatus_tsr=0, hstatus_vtsr=0)
    after, back = step(config, inside, TrapReturn(insn=RETURN[Mode(entry.to_mode)]))
    if entry.to_mode == Mode.U and entry.from_mode >= Mode.VU:
        assert before.hudcfg_en == 1
    assert (back.fault, back.target, mode(after)) == (0, pc, mode(before))


@pytest.mark.parametrize("config", CONFIGS, ids=config_id)
def test_mret_leaves_mprv_in_m_and_clears_it_below(config):
    """norm:mstatus_mprv_clr_mret_sret_less_priv"""
    stay = state_in(config, Mode.M, mstatus_mpp=3, mstatus_mprv=1, mstatus_mpv=int(config.h))
    after, _ = step(config, stay, TrapReturn(insn=Return.MRET))
    assert (mode(after), after.mstatus_mprv, after.mstatus_mpv) == (Mode.M, 1, 0)
    leave = stay.replace(mstatus_mpp=0)
    after, _ = step(config, leave, TrapReturn(insn=Return.MRET))
    assert (mode(after), after.mstatus_mprv) == (Mode.VU if config.h else Mode.U, 0)


@pytest.mark.parametrize("source", [Mode.M, Mode.S, Mode.VS])
def test_every_sret_clears_mprv(source):
    """norm:mstatus_mprv_clr_mret_sret_less_priv has no exception for VS."""
    after, outcome = step(FULL, state_in(FULL, source, mstatus_mprv=1), TrapReturn(insn=Return.SRET))
    assert (outcome.fault, after.mstatus_mprv) == (0, 0)


def test_sret_in_hs_goes_where_spv_and_spp_say():
    """norm:sret_v0"""
    for spv, spp, target in ((0, 0, Mode.U), (0, 1, Mode.S), (1, 0, Mode.VU), (1, 1, Mode.VS)):
        before = state_in(FULL, Mode.S, hstatus_spv=spv, mstatus_spp=spp, sepc=0x400)
        after, outcome = step(FULL, before, TrapReturn(insn=Return.SRET))
        assert (mode(after), outcome.target) == (target, 0x400)
        assert (after.hstatus_spv, after.mstatus_spp) == (0, 0)


@pytest.mark.parametrize(
    ("insn", "source", "fields", "fault"),
    [
        (Return.MRET, Mode.S, {}, 2),
        (Return.MRET, Mode.U, {}, 2),
        (Return.MRET, Mode.VS, {}, 2),
        (Return.MRET, Mode.VU, {}, 2),
        (Return.SRET, Mode.S, {"mstatus_tsr": 1}, 2),
        (Return.SRET, Mode.M, {"mstatus_tsr": 1}, 0),
        (Return.SRET, Mode.U, {}, 2),
        (Return.SRET, Mode.VS, {"mstatus_tsr": 1}, 0),
        (Return.SRET, Mode.VS, {"hstatus_vtsr": 1}, 22),
        (Return.SRET, Mode.S, {"hstatus_vtsr": 1}, 0),
        (Return.SRET, Mode.VU, {}, 22),
    ],
)
def test_who_may_execute_mret_and_sret(insn, source, fields, fault):
    """norm:xret_in_lower_mode, norm:mstatus_tsr_op, norm:hstatus_vtsr_op, norm:H_virtinst_vu_sret_sfence"""
    assert step(FULL, state_in(FULL, source, **fields), TrapReturn(insn=insn))[1].fault == fault


def test_without_s_sret_is_illegal_even_in_m():
    """norm:sret_presence"""
    config = Config.profile("mu")
    assert step(config, state_in(config, Mode.M), TrapReturn(insn=Return.SRET))[1].fault == 2
