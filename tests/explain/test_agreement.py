"""What is explained is what the model does: for random configurations, states and events, and reason by reason."""

import random
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from utrap_show.explain.answer import answer
from utrap_show.explain.question import Options
from utrap_show.explain.request import Request, make_request
from utrap_show.names import Names
from utrap_testbench.golden import (
    Config,
    CsrAccess,
    CsrOp,
    Halt,
    Insn,
    Irq,
    Query,
    Resume,
    State,
    TakeException,
    TakeInterrupt,
    TakeRnmi,
    TrapReturn,
    look,
    pending_interrupt,
    registers,
    standing,
    step,
)
from utrap_testbench.golden.effective import hlsv_masking, masking
from utrap_testbench.golden.legality import judge
from utrap_testbench.golden.route import route_exception
from utrap_testbench.golden.translation import hlsv_translation, translation
from utrap_testbench.harts import unit_config
from utrap_testbench.vectors import generate
from utrap_testbench.vectors.generate import random_state

CONFIGS = [
    *(Config.profile(name, xlen=xlen) for name in ("msu", "msuh", "msun", "full") for xlen in (32, 64)),
    *(Config.profile("mu", xlen=xlen, n=n, fs=False, vs=False) for xlen, n in ((32, False), (64, False), (64, True))),
    Config.profile("full", geilen=5, counters="zihpm", vectored_align=4, windows=8),
    Config.profile("max", rnmi_interrupt_vector=0x1000, rnmi_exception_vector=0x2000),
    Config.profile("max", xlen=32, geilen=3),
    Config.profile("rva23s64", smdbltrp=True, ssdbltrp=True),
    Config.profile("mu", smrnmi=True, sdext=True, smmpm=True, smnpm=True),
]


#: What says to which mode a return leads, whichever it is.
RETURNS = ("norm:mret_h", "norm:mnret_restore", "Sdext: Resume")
NAMES = {config: Names(config, unit_config(config)) for config in CONFIGS}
CONFIG, SEEDS = st.sampled_from(CONFIGS), st.integers(0, 2**32)
TOLD = (TakeException, TakeInterrupt, TakeRnmi, Halt, Resume, TrapReturn, CsrAccess, Query)


class Noting(State):
    """A state that notes in `read` which of its fields are read."""

    @classmethod
    def of(cls, state):
        noting = object.__new__(cls)
        noting.__dict__.update(state.__dict__, read=set())
        return noting

    def copy(self):
        """A copy shares the notes."""
        new = object.__new__(Noting)
        new.__dict__.update(self.__dict__)
        return new

    def __getattribute__(self, name):
        if name in State.__dataclass_fields__:
            object.__getattribute__(self, "__dict__")["read"].add(name)
        return object.__getattribute__(self, name)


def state_and_event(config, seed):
    """A random legal state, and an event that can be explained (lines as they are)."""
    state = random_state(config, random.Random(seed))
    event = next(generate(config, 1, seed)).event
    if not isinstance(event, TOLD) or isinstance(event, TakeInterrupt):
        event = TakeInterrupt(pc=4)
    return state, event


def explained(config, state, event):
    return answer(Request(config=config, names=NAMES[config], state=state, event=event))


def fields_of(config):
    """Shown name -> field of the state."""
    return {place: name for name, place in NAMES[config].stored.items()}


@settings(max_examples=600)
@given(CONFIG, SEEDS)
def test_target_pc_and_csrs_written_are_those_of_a_step(config, seed):
    state, event = state_and_event(config, seed)
    after, outcome = step(config, state, event)
    told = explained(config, state, event)
    names = NAMES[config]
    assert (told.from_mode, told.to_mode) == (names.mode_name(outcome.from_mode), names.mode_name(outcome.to_mode))
    assert (told.pc is not None) == bool(outcome.redirect)
    if outcome.redirect:
        assert int(told.pc, 0) == outcome.target
        (source,) = told.pc_steps[0].looked_at
        formed = int(source.value, 0) & ~3 if outcome.trap else int(source.value, 0)
        assert (outcome.target - formed) % 2**config.xlen in ({0, 4 * outcome.cause} if outcome.is_interrupt else {0})
    if not (isinstance(event, Query) and event.insn is Insn.EBREAK and told.verdict == "halt"):
        assert (told.text.startswith("raises") and f"({outcome.fault})" in told.text) == bool(outcome.fault)
    assert (told.verdict == "critical error") == bool(outcome.critical)
    fields = fields_of(config)
    written = {fields[write.csr, write.field]: write for write in told.writes}
    assert {name: int(write.old, 0) for name, write in written.items()} == {n: vars(state)[n] for n in written}
    unseen = {name: getattr(after, name) for name in ("prv", "v", "debug", "critical")}
    assert state.replace(**unseen, **{n: int(w.new, 0) for n, w in written.items()}) == after


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: f"rv{config.xlen}-{config.profile_name}-{config.geilen}")
def test_what_a_debugger_writes_is_told(config):
    state = random_state(config, random.Random(1)).replace(critical=0, mscratch=1)
    told = explained(config, state, CsrAccess(address=0x340, op=CsrOp.WRITE, wdata=2, debug=True))
    assert [(write.csr, write.old, write.new) for write in told.writes] == [("mscratch", "0x1", "0x2")]


@settings(max_examples=600)
@given(CONFIG, SEEDS)
def test_the_interrupts_told_are_those_pending_and_the_taken_one_is_the_models(config, seed):
    """HU-26"""
    state, _ = state_and_event(config, seed)
    answer = explained(config, state, TakeInterrupt(pc=0))
    told, is_taken = answer.interrupts, answer.verdict == "trap"
    pending = look(config, state, "mip")
    assert sorted(interrupt.number for interrupt in told) == [
        irq for irq in sorted(config.rules.priority) if pending >> irq & 1
    ]
    request = pending_interrupt(config, state)
    assert [i.number for i in told if i.state == "taken"] == ([request.irq] if is_taken else [])
    assert is_taken or answer.verdict == ("critical error" if request.pending else "nothing")
    for interrupt in told:
        if not is_taken and request.pending and interrupt.number == request.irq:
            continue  # nobody can take it
        # By itself: with the others masked it is taken exactly where it is not blocked.
        alone = pending_interrupt(config, state.replace(mie=state.mie & 1 << interrupt.number))
        assert bool(alone.pending) == (interrupt.state != "blocked")
        if alone.pending:
            assert NAMES[config].mode_name(alone.mode) == interrupt.target


VIEWS = {"hideleg": {"hideleg", "mideleg"}, "sideleg": {"sideleg", "mideleg"}, "sedeleg": {"sedeleg", "medeleg"}}
VIEWS["henvcfg"] = {"henvcfg", "menvcfg"}
VIEWS["mip"] = {
    "mip_software", "hvip", "hgeip", "hgeie", "hstatus_vgein",
    "time", "stimecmp", "vstimecmp", "htimedelta", "menvcfg", "henvcfg",
    *(f"line_{line}" for line in ("meip", "mtip", "msip", "seip", "ueip", "local")),
}  # fmt: skip
VIEWS |= {
    "mode": {"prv", "v", "debug"},
    "V": {"v"},
    "windows": {f"hugpaw{i}" for i in range(8)},
    "page": set(),
    "tinst": set(),
}


def covered(reason):
    """The fields of the state that a reason says were looked at."""
    found = set()
    for because in reason:
        for name in because.looked_at:
            csr = name.partition("[")[0]
            csr, dot, field = csr.partition(".")
            is_whole = csr in ("menvcfg", "senvcfg", "henvcfg", "mseccfg")
            found |= VIEWS.get(csr, {csr if is_whole else f"{csr}{dot and '_'}{field.lower()}"})
    return found


def decisions(config, state, event):
    """Reasons, and the fields that the model read to find each."""

    def watched(decide):
        state_under_watch = Noting.of(state)
        reason = decide(state_under_watch).reason
        return reason, state_under_watch.__dict__["read"]

    if isinstance(event, TakeException):
        yield watched(lambda s: route_exception(config, s, event.cause, event.tval2, event.tinst))
    if isinstance(event, CsrAccess) and event.address in config.rules.csrs:
        csr = config.rules.csrs[event.address]
        reason, read = watched(lambda s: csr.judge(s, state.prv, state.v))
        yield reason, read
    if isinstance(event, CsrAccess) and (switches := list(config.rules.switches.values())):
        switch = switches[event.address % len(switches)]
        yield watched(lambda s: switch.judge(s, state.v))
    for insn in Insn if isinstance(event, Query) else ():
        yield watched(lambda s, insn=insn: judge(config, s, insn))
    held = (masking, translation, *[hlsv_masking, hlsv_translation] * config.h)
    for holds in held if isinstance(event, Query) else ():
        yield watched(lambda s, holds=holds: holds(config, s))
    for irq in config.rules.priority if isinstance(event, TakeInterrupt) else ():
        if config.rules.mie >> irq & 1 and look(config, state, "mip") >> irq & 1 and state.mie >> irq & 1:
            yield watched(lambda s, irq=irq: standing(config, s, irq))


@settings(max_examples=600)
@given(CONFIG, SEEDS)
def test_a_reason_names_everything_that_the_model_looked_at_to_decide(config, seed):
    state, event = state_and_event(config, seed)
    # The model sorts all interrupts at once by delegation: that of others is not told.
    of_others = {"mideleg", "hideleg", "sideleg"} if isinstance(event, TakeInterrupt) else set()
    # What masks all of them is told where it does.
    of_others |= {"mnstatus_nmie", "debug", "dcsr_step", "dcsr_stepie"} if isinstance(event, TakeInterrupt) else set()
    for reason, read in decisions(config, state, event):
        assert read <= covered(reason) | of_others, reason


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: f"rv{config.xlen}-{config.profile_name}-{config.geilen}")
def test_a_step_with_these_words_always_saw_the_same_bits(config):
    """So that no branch returns the reason of another one."""
    seen = defaultdict(set)
    for seed in range(300):
        state, event = state_and_event(config, seed)
        _, outcome = step(config, state, event)
        number = outcome.irq
        if isinstance(event, TakeException):
            number = event.cause
        elif isinstance(event, CsrAccess):
            number = event.address & 31
        reasons = [(because, number) for because in outcome.reason]
        for irq in Irq:
            if look(config, state, "mip") >> irq & 1:
                reasons += [(because, irq.value) for because in standing(config, state, irq).reason]
        for because, number in reasons:
            bits = [name for name in because.looked_at if name.endswith("]") or "." in name]
            if because.rule not in RETURNS and "SPP" not in str(bits) and "UPVP" not in str(bits):
                values = tuple(look(config, state, name.format(c=number, i=number)) for name in bits)
                seen[because].add(values)
    assert {because: values for because, values in seen.items() if len(values) > 1} == {}


@settings(max_examples=150)
@given(CONFIG, SEEDS)
def test_every_state_can_be_asked_for_register_by_register(config, seed):
    state = random_state(config, random.Random(seed)).replace(line_seip=0, line_ueip=0, hgeip=0)
    for name in ("hstateen0", "hstateen1", "hstateen2", "hstateen3", "sstateen0"):  # what M hides cannot be asked for
        setattr(state, name, getattr(state, name) & getattr(state, f"m{name[1:]}"))
    if state.menvcfg >> 63:
        state.mip_software &= ~(1 << Irq.STI)  # behind the comparison
    state.dcsr_cause = state.dcsr_nmip = 0  # a halt alone writes them
    told = registers(config, state)
    csrs = [f"{name}={value:#x}" for name, value in told.items() if name in NAMES[config].rows]
    csrs = [text for text in csrs if not text.startswith(("mvendorid", "misa"))]
    random.Random(seed).shuffle(csrs)
    mode = NAMES[config].mode_name(state.v << 2 | state.prv)
    request = make_request(
        unit_config(config), Options(mode=mode, insn="ebreak", debug=bool(state.debug), csrs=tuple(csrs))
    )
    assert request.state == state
