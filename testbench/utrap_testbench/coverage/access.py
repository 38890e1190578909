"""Classes of CSRs by who judges an access to them, and the verdicts that each can give in each mode."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from utrap_testbench.golden import Config, Fault, Mode, State, reset_state
from utrap_testbench.golden.access import access
from utrap_testbench.golden.events import CsrAccess, CsrOp
from utrap_testbench.golden.stateen import Gate, gate_outside

__all__ = ["DEBUGGERS", "VERDICTS", "access_bins", "address_class", "debugger_bins", "gate_of", "ungated_class"]

VERDICTS = {Fault.NONE.value: "none", Fault.ILLEGAL.value: "illegal", Fault.VIRTUAL.value: "virtual"}
#: The cover point of what a debugger accesses outside the unit.
DEBUGGERS = "accesses outside by a debugger"
#: State that a judge of CSR accesses may look at.
_LOOKED_AT = (
    *("mstatus_tvm", "hstatus_vtvm", "hudcfg_en", "mcounteren", "hcounteren", "scounteren"),
    *("menvcfg", "henvcfg", "debug"),
)
_LEVELS = ("unprivileged", "supervisor", "hypervisor", "machine")


def address_class(config: Config, address: int, exists: int) -> str:
    """The class of an address: by its judge in the unit, by its bits outside."""
    return ungated_class(config, address, exists) + _behind(gate_of(config, address, exists))


def gate_of(config: Config, address: int, exists: int) -> Gate | None:
    """What is behind which bit of the state enables; what does not exist is behind none."""
    if address in config.rules.csrs:
        return config.rules.gates.get(address)
    return gate_outside(config.rules, config.rules.gates, address) if exists else None


def _behind(gate: Gate | None) -> str:
    """How the class is called of what a bit gates: by whether it is the guest's too, and the user's."""
    if gate is None:
        return ""
    return f" behind stateen{gate.register}[{gate.bit}]{' of guests' * gate.by_h}{' and users' * gate.by_s}"


def ungated_class(config: Config, address: int, exists: int) -> str:
    """The class without what the state enables have behind them."""
    owned = config.rules.csrs.get(address)
    if owned is not None:
        return f"{owned.judge.__name__}{', read-only' if owned.is_read_only else ''}"
    if not exists:
        return "absent"
    if 0xC00 <= address < 0xC20 or 0xC80 <= address < 0xCA0:
        return "counter outside"
    if (switch := config.rules.switches.get(address)) is not None:
        kind = "vector" if switch.is_vector else "floating-point"
        return f"{kind} outside{', read-only' if address >> 10 == 3 else ''}"
    if (config.ssqosid and address == 0x181) or (config.smctr and address == 0x15F):
        return "supervisor outside, not of guests"
    return f"{_LEVELS[address >> 8 & 3]} outside{', read-only' if address >> 10 == 3 else ''}"


def _example_addresses(config: Config) -> dict[str, CsrAccess]:
    examples: dict[str, CsrAccess] = {}
    for address in range(4096):
        for exists in (1, 0):
            name = address_class(config, address, exists)
            examples.setdefault(name, CsrAccess(address=address, op=CsrOp.READ, ext_exists=exists))
    return examples


def access_bins(config: Config, modes: list[Mode]) -> dict[tuple[str, ...], str | None]:
    """class x mode x access x verdict; one that no state gives is forbidden by the rules of those that one does."""
    bins: dict[tuple[str, ...], str | None] = {}
    for (name, read), mode in product(_example_addresses(config).items(), modes):
        for op, kind in ((CsrOp.READ, "read"), (CsrOp.WRITE, "write")):
            event = CsrAccess(address=read.address, op=op, ext_exists=read.ext_exists)
            gate = gate_of(config, event.address, event.ext_exists)
            given = _verdicts(config, mode, event, gate)
            rules = ", ".join(dict.fromkeys(given.values()))
            for fault, verdict in VERDICTS.items():
                bins[name, mode.name, kind, verdict] = None if fault in given else rules
    return bins


def debugger_bins(config: Config, modes: list[Mode]) -> dict[tuple[str, ...], str | None]:
    """The same for a debugger's access to what the unit does not own, over which FS and VS alone have a say."""
    bins: dict[tuple[str, ...], str | None] = {}
    start = reset_state(config)
    for address, exists in product(range(4096), (1, 0)):
        name = ungated_class(config, address, exists)
        if address in config.rules.csrs or (name, modes[0].name, "read", VERDICTS[0]) in bins:
            continue
        for mode, (op, kind) in product(modes, ((CsrOp.READ, "read"), (CsrOp.WRITE, "write"))):
            event = CsrAccess(address=address, op=op, ext_exists=exists, debug=True)
            state = start.replace(prv=mode & 3, v=mode >> 2)
            states = _switched(config, state) if address in config.rules.switches else (state,)
            outcomes = [access(config, each, event)[1] for each in states]
            given = {outcome.fault: outcome.reason[-1].rule for outcome in outcomes}
            rules = ", ".join(dict.fromkeys(given.values()))
            for fault, verdict in VERDICTS.items():
                bins[name, mode.name, kind, verdict] = None if fault in given else rules
    return bins


def _verdicts(config: Config, mode: Mode, event: CsrAccess, gate: Gate | None) -> dict[int, str]:
    """The verdicts that some state gives, each with the rule that decides."""
    given: dict[int, str] = {}
    is_switched = event.address in config.rules.switches
    base = (each for state in _states(config, mode) for each in (_switched(config, state) if is_switched else (state,)))
    states = (enabled for state in base for enabled in _enables(state, gate))
    for state in states:
        _, outcome = access(config, state, event)
        given.setdefault(outcome.fault, outcome.reason[-1].rule)
    return given


def _switched(config: Config, state: State) -> Iterator[State]:
    """The state with FS and VS Off and on, the guest's copies too."""
    rules = config.rules
    for host, guest in product((0, 1), repeat=2):
        yield state.replace(
            mstatus_fs=rules.fs * host,
            mstatus_vs=rules.vs * host,
            vsstatus_fs=rules.fs * guest * rules.has_h,
            vsstatus_vs=rules.vs * guest * rules.has_h,
        )


def _enables(state: State, gate: Gate | None) -> Iterator[State]:
    """The state with the bit that gates 0 and 1 at each level."""
    if gate is None:
        yield state
        return
    bit, number = 1 << gate.bit, gate.register
    for m, h, s in product((0, bit), repeat=3):
        changes = {f"mstateen{number}": m, f"hstateen{number}": h}
        yield state.replace(**changes, **({} if number else {"sstateen0": s}))


def _states(config: Config, mode: Mode) -> list[State]:
    start = reset_state(config).replace(prv=mode & 3, v=mode >> 2)
    counters, timers = config.rules.counteren, config.rules.sstc << 63
    #: The bits that judge, all set; 0 where there are none.
    judging = {
        "mstatus_tvm": config.s,
        "hstatus_vtvm": config.h,
        "hudcfg_en": config.shudeleg,
        "mcounteren": counters,
        "hcounteren": counters * config.h,
        "scounteren": counters * config.s,
        "menvcfg": timers,
        "henvcfg": timers * config.h,
        "debug": config.sdext and mode is Mode.M,
    }
    choices = [(0, int(judging[name])) if judging[name] else (0,) for name in _LOOKED_AT]
    return [start.replace(**dict(zip(_LOOKED_AT, values, strict=True))) for values in product(*choices)]
