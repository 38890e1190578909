"""Where exceptions go, against the table of the delegation chain, and that the reason is told."""

import itertools
import re

import pytest

from utrap_testbench.golden import Config, Mode, TakeException, step
from utrap_testbench.golden import route as routes

from .support import CONFIGS, config_id, modes_of, state_in

CAUSE = 5


def by_the_text(config, source, medeleg, hedeleg, huedeleg, sedeleg, en):
    """HU-7, word for word."""
    if source == Mode.M or not medeleg:
        return Mode.M
    if not config.s:
        return Mode.U  # HU-10
    if source >= Mode.VU:
        if hedeleg:
            return Mode.VS
        return Mode.U if config.shudeleg and en and huedeleg else Mode.S
    return Mode.U if config.n and source == Mode.U and sedeleg else Mode.S


@pytest.mark.parametrize("config", CONFIGS, ids=config_id)
def test_every_combination_of_mode_and_delegation_goes_where_the_text_says(config):
    """norm:H_trap_deleg, norm:trap_never_trans_lower, HU-7, HU-8, HU-10"""
    for source, *deleg, en in itertools.product(modes_of(config), *[(0, 1)] * 5):
        medeleg, hedeleg, huedeleg, sedeleg = deleg
        state = state_in(
            config, source,
            medeleg=(medeleg << CAUSE) & config.rules.medeleg,
            hedeleg=(hedeleg << CAUSE) & config.rules.hedeleg,
            huedeleg=(huedeleg << CAUSE) & config.rules.huedeleg,
            sedeleg=(sedeleg << CAUSE) & config.rules.sedeleg,
            hudcfg_en=en & config.shudeleg,
        )  # fmt: skip
        can = state.medeleg >> CAUSE & 1
        _, outcome = step(config, state, TakeException(cause=CAUSE, pc=0))
        assert outcome.to_mode == by_the_text(config, source, can, hedeleg, huedeleg, sedeleg, en)
        assert outcome.reason


@pytest.mark.parametrize("cause", range(64))
def test_a_cause_is_delegated_by_its_own_bit(cause):
    config = Config()
    state = state_in(config, Mode.VU, medeleg=config.rules.medeleg)
    target = Mode.S if config.rules.medeleg >> cause & 1 else Mode.M
    assert step(config, state, TakeException(cause=cause, pc=0))[1].to_mode == target
    others = state.replace(medeleg=config.rules.medeleg & ~(1 << cause))
    assert step(config, others, TakeException(cause=cause, pc=0))[1].to_mode == Mode.M


def test_a_double_trap_never_leaves_m():
    """HU-11"""
    config = Config()
    for source in Mode:
        state = state_in(
            config, source, medeleg=config.rules.medeleg, huedeleg=config.rules.huedeleg,
            sedeleg=config.rules.sedeleg, hudcfg_en=1,
        )  # fmt: skip
        assert step(config, state, TakeException(cause=16, pc=0))[1].to_mode == Mode.M


def test_every_reason_names_a_rule_and_says_something_in_words():
    leaves = [value for value in vars(routes).values() if isinstance(value, routes.Route)]
    assert len(leaves) == 16
    assert len({leaf.reason for leaf in leaves}) == len(leaves)
    for leaf in leaves:
        for rule, text, _ in leaf.reason:
            assert re.fullmatch(r"norm:[\w-]+|HU-\d+", rule)
            assert text.format(c=13, S="HS")
