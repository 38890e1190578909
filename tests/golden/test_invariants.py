"""What holds for every state and every event: legality, purity, frames, and no look at the type of a value."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from utrap_testbench.golden import (
    Config,
    CsrAccess,
    CsrOp,
    Mode,
    Query,
    SetLines,
    State,
    TakeException,
    TakeInterrupt,
    is_legal,
    registers,
    reset_state,
    state_from_registers,
    step,
)

from .opaque import bare, opaque
from .support import ALL_CONFIGS, FULL, FULL32, config_id, event_from_seed, mode, modes_of, state_from_seed

SEEDS = st.integers(0, 2**32)
CONFIG = st.sampled_from(ALL_CONFIGS)


@pytest.mark.parametrize("config", ALL_CONFIGS, ids=config_id)
def test_the_state_after_reset_is_legal_and_in_m(config):
    state = reset_state(config)
    assert is_legal(config, state)
    assert mode(state) == Mode.M


@settings(max_examples=1500)
@given(CONFIG, SEEDS, SEEDS)
def test_a_legal_state_stays_legal_and_the_old_one_stays_as_it_was(config, state_seed, event_seed):
    before = state_from_seed(config, state_seed)
    assert is_legal(config, before)
    kept = before.copy()
    event = event_from_seed(config, event_seed)
    after, outcome = step(config, before, event)
    assert is_legal(config, after)
    assert before == kept
    assert outcome.from_mode == mode(before)
    assert outcome.to_mode == mode(after)
    assert mode(after) in modes_of(config)


@settings(max_examples=500)
@given(CONFIG, SEEDS, SEEDS)
def test_a_fault_and_a_query_change_nothing(config, state_seed, event_seed):
    before = state_from_seed(config, state_seed)
    event = event_from_seed(config, event_seed)
    after, outcome = step(config, before, event)
    if outcome.fault or isinstance(event, Query):
        assert after == before
        assert not outcome.redirect


@settings(max_examples=500)
@given(CONFIG, SEEDS, SEEDS)
def test_the_same_event_gives_the_same_result(config, state_seed, event_seed):
    before, event = state_from_seed(config, state_seed), event_from_seed(config, event_seed)
    assert step(config, before, event) == step(config, before, event)


@settings(max_examples=500)
@given(CONFIG, SEEDS)
def test_registers_and_state_say_the_same(config, seed):
    state = state_from_seed(config, seed)
    assert state_from_registers(config, registers(config, state)) == state


def test_the_inputs_are_part_of_the_state():
    config = Config(geilen=1)
    state = reset_state(config).replace(mhartid=5, hgeip=2, line_meip=1, line_seip=1, line_ueip=1)
    assert state_from_registers(config, registers(config, state)) == state
    assert registers(config, state)["hgeip"] == 2
    assert not is_legal(config, state.replace(hgeip=4))


def test_an_illegal_state_is_seen_as_illegal():
    state = reset_state(FULL)
    for change in ({"mstatus_mpp": 2}, {"mepc": 1}, {"mideleg": 0}, {"medeleg": 1}, {"mcause": 64}, {"prv": 2}):
        assert not is_legal(FULL, state.replace(**change))
    assert not is_legal(FULL, state.replace(prv=3, v=1))


def test_replacing_a_field_that_does_not_exist_is_refused():
    with pytest.raises(TypeError, match="no such state field: mstatus_nie"):
        State().replace(mstatus_nie=1)


# What a trap into each mode may write; anything else must stay (norm:H_trap_m_csrwrites and its like, HU-13).
WRITES = {
    Mode.M: "mstatus_mpp mstatus_mpie mstatus_mie mstatus_mpv mstatus_gva mepc mcause mtval mtval2 mtinst"
    " mstatus_mdt prv v",
    Mode.S: "mstatus_spp mstatus_spie mstatus_sie sepc scause stval hstatus_spv hstatus_spvp hstatus_gva htval"
    " htinst mstatus_sdt prv v",
    Mode.VS: "vsstatus_spp vsstatus_spie vsstatus_sie vsepc vscause vstval vsstatus_sdt prv",
    Mode.U: "mstatus_upie mstatus_uie uepc ucause utval hustatus_upv hustatus_upvp hustatus_gva hutval hutinst prv v",
}
#: norm:rnmi_entry
WRITES_OF_RNMI = "mnepc mncause mnstatus_mnpp mnstatus_mnpv mnstatus_nmie prv v"


@settings(max_examples=800)
@given(CONFIG, SEEDS, SEEDS)
def test_a_trap_writes_its_own_fields_alone(config, state_seed, event_seed):
    before = state_from_seed(config, state_seed)
    event = event_from_seed(config, event_seed)
    if not isinstance(event, (TakeException, TakeInterrupt)):
        event = TakeInterrupt(pc=0)
    if isinstance(event, TakeInterrupt):
        event = TakeInterrupt(pc=event.pc)
    after, outcome = step(config, before, event)
    changed = {name for name, value in vars(after).items() if value != getattr(before, name)}
    written = "critical" if outcome.critical else ""
    if outcome.trap:
        written = WRITES_OF_RNMI if outcome.rnmi else WRITES[Mode(outcome.to_mode)]
    assert changed <= set(written.split())


DATA = {
    TakeException: ("pc", "tval", "gva", "tval2", "tinst"),
    TakeInterrupt: ("pc",),
    CsrAccess: ("wdata", "ext_exists", "ext_rdata", "fs_dirty", "vs_dirty"),
    SetLines: ("lines", "hgeip"),
}


def opaque_state(state):
    return State(**{name: opaque(value) for name, value in vars(state).items()})


@settings(max_examples=1500)
@given(CONFIG, SEEDS, SEEDS)
def test_the_model_runs_on_values_that_are_no_integers(config, state_seed, event_seed):
    before, event = state_from_seed(config, state_seed), event_from_seed(config, event_seed)
    data = {name: opaque(getattr(event, name)) for name in DATA.get(type(event), ())}
    if isinstance(event, TakeInterrupt):
        data["lines"] = opaque(event.lines or 0)
    after, outcome = step(config, before, event)
    symbolic_after, symbolic_outcome = step(config, opaque_state(before), dataclasses.replace(event, **data))
    assert {name: bare(value) for name, value in vars(symbolic_after).items()} == vars(after)
    for field in dataclasses.fields(outcome):
        assert bare(getattr(symbolic_outcome, field.name)) == getattr(outcome, field.name)


@pytest.mark.parametrize("config", [FULL, FULL32], ids=config_id)
def test_every_csr_reads_and_writes_values_that_are_no_integers(config):
    for address in config.rules.csrs:
        for state_seed in range(3):
            before = state_from_seed(config, state_seed)
            for op in CsrOp:
                plain = CsrAccess(address=address, op=op, wdata=0x123456789ABCDEF & config.rules.xlen_mask)
                after, outcome = step(config, before, plain)
                event = dataclasses.replace(plain, wdata=opaque(plain.wdata))
                symbolic_after, symbolic = step(config, opaque_state(before), event)
                assert {name: bare(value) for name, value in vars(symbolic_after).items()} == vars(after)
                assert bare(symbolic.rdata) == outcome.rdata
