"""The judgement of a CSR access: may it execute, and if not, which fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amaranth.hdl import Cat, Const, Module, Mux, Value

from utrap.config import Config
from utrap.csr.configured import COUNTERS_HIGH, COUNTERS_LOW, absent_addresses, csrs
from utrap.csr.guards import AccessMode, Guard
from utrap.csr.outside import outside_guards
from utrap.isa import Fault, Mode
from utrap.registers.decode import any_of, decide
from utrap.registers.state import State
from utrap.rules.event import Event
from utrap.section import Phase, Section

__all__ = ["Judgement", "connect_extension", "hart_mode", "judge"]

SECTION = Section(
    phase=Phase.ACCESS,
    title="May the CSR access execute?",
    rules="norm:H_cause_virtual_instruction, norm:mstatus_tvm_warl_op, norm:hstatus_vtvm_op, HU-2, HU-3, HU-4",
    text=(
        "An address that does not exist comes first, then a write to a read-only one, then privilege; a virtual"
        " instruction is raised only where HS could do the same access."
    ),
)
COUNTERS = Section(
    phase=Phase.ACCESS,
    place=-1,
    title="May the counter be read?",
    rules="norm:mcounteren_op",
    text="Each level's counter enables let the levels below it read a counter.",
)

EXTENSION = Section(
    phase=Phase.WRITE,
    place=1,
    title="CSRs outside the unit",
    text="An access to an address that the unit does not own is judged here and done outside.",
)

_EVERY_ADDRESS = frozenset(range(1 << 12))


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """The judgement of an access.

    Attributes:
        hart_fault: Why an instruction in the hart's mode may not do it, whatever is committed.
        fault: Why the event may not execute; NONE without an access.
        is_refused: There is a fault; known before it is known which.
        is_owned: The unit owns the address.
        accepts_outside: The access may execute, to an address outside the unit.
        writes_own: The access may execute, writes, and the unit owns the address.
    """

    hart_fault: Value
    fault: Value
    is_refused: Value
    is_owned: Value
    accepts_outside: Value
    writes_own: Value


def judge(m: Module, state: State, event: Event, address: Value, exists_outside: Value) -> Judgement:
    """Judge an access to an address, which the core says to exist outside the unit or not.

    Who commits it is looked at last: the verdict on the hart's own access must not depend on the event.
    """
    config, named = state.config, SECTION.signal
    owned_addresses = frozenset(row.address for row in csrs(config))
    absent_set = frozenset(absent_addresses(config))
    is_owned = named(m, "csr_is_owned", _by_page(m, "owned", address, owned_addresses, frozenset()))
    # Whether an owned address is absent too does not matter: it is never both.
    is_absent = named(m, "csr_is_absent", _by_page(m, "absent", address, absent_set, owned_addresses))
    writes_read_only = named(m, "csr_writes_read_only", address[10:12].all() & event.wants_write)
    # Either for an address that the unit does not own.
    guarded = {
        guard: named(m, f"csr_is_{guard.name}_guarded", decide(address, on, owned_addresses - on))
        for guard, on in _guarded(config).items()
    }
    # Either for one that the unit owns or that nobody has, and for M's own, where no guard says more.
    free = owned_addresses | absent_set | frozenset(a for a in _EVERY_ADDRESS if a >> 8 & 3 == 3)
    guarded_outside = {
        guard: named(m, f"csr_outside_is_{guard.name}_guarded", decide(address, on, _EVERY_ADDRESS - on - free))
        for guard, on in outside_guards(config).items()
    }

    level, is_machine = address[8:10], state.prv[1]
    # The levels in order: U and VU 0, VS 1, HS 2, M 3.
    rank = Cat(is_machine | state.is_in(Mode.VS), is_machine | state.is_in(Mode.S))
    is_below_level = named(m, "is_below_level", rank < level)

    def refused(by: Mapping[Guard, Value], mode: AccessMode, fault: Fault) -> Value:
        """Whether a guard refuses the access with a fault."""
        return any_of(on & guard.refuses(mode, state) for guard, on in by.items() if guard.fault is fault)

    def fault_of(name: str, mode: AccessMode, is_below: Value, illegal: Value, virtual: Value) -> Value:
        illegal = named(m, f"{name}_illegal", writes_read_only | (is_below & (~mode.v | level.all())) | illegal)
        virtual = named(m, f"{name}_virtual", mode.v & (is_below | virtual))
        verdict = Mux(illegal, Fault.ILLEGAL, Mux(virtual, Fault.VIRTUAL, Fault.NONE))
        return named(m, f"{name}_fault", verdict, Fault)

    def verdicts(by: str, mode: AccessMode, is_below: Value, counter: tuple[Value, Value]) -> tuple[Value, Value]:
        """Why an access in a mode may not execute, to an address of the unit's own and to another."""
        refusals = [refused(guarded, mode, fault) for fault in (Fault.ILLEGAL, Fault.VIRTUAL)]
        own = fault_of(f"{by}own", mode, is_below, *refusals)
        illegal, virtual = counter
        if guarded_outside:
            illegal |= refused(guarded_outside, mode, Fault.ILLEGAL)
            virtual |= refused(guarded_outside, mode, Fault.VIRTUAL)
        return own, fault_of(f"{by}outside", mode, is_below, ~exists_outside | is_absent | illegal, virtual)

    # Who owns an address is known late: the verdicts are there by then.
    own, outside = verdicts("", hart_mode(state), is_below_level, _judge_counters(m, state, address))
    of_debugger = verdicts("debugger_", _DEBUGGER, _NEVER, (_NEVER, _NEVER))
    by_hart, by_debugger = event.is_access & ~event.is_by_debugger, event.is_access & event.is_by_debugger
    hart_fault = named(m, "hart_fault", Mux(is_owned, own, outside), Fault)
    debugger_fault = named(m, "debugger_fault", Mux(is_owned, *of_debugger), Fault)

    def executes(hart: Value, debugger: Value) -> Value:
        return (by_hart & (hart == Fault.NONE)) | (by_debugger & (debugger == Fault.NONE))

    own_executes = named(m, "own_executes", executes(own, of_debugger[0]))
    outside_executes = named(m, "outside_executes", executes(outside, of_debugger[1]))
    return Judgement(
        hart_fault=hart_fault,
        fault=Mux(by_debugger, debugger_fault, Fault.NONE) | Mux(by_hart, hart_fault, Fault.NONE),
        is_refused=event.is_access & ~Mux(is_owned, own_executes, outside_executes),
        is_owned=is_owned,
        accepts_outside=~is_owned & outside_executes,
        writes_own=named(m, "csr_writes", is_owned & own_executes & event.wants_write),
    )


#: M-mode's rights, whatever the hart's mode is.
_NEVER, _ALWAYS = Const(0, 1), Const(1, 1)
_DEBUGGER = AccessMode(
    v=_NEVER,
    is_machine=_ALWAYS,
    is_host_supervisor=_NEVER,
    is_guest_supervisor=_NEVER,
    is_user=_NEVER,
    is_debug=_ALWAYS,
)


def hart_mode(state: State) -> AccessMode:
    """Return the hart's mode as guards see it."""
    return AccessMode(
        v=state.v,
        is_machine=state.prv[1],
        is_host_supervisor=state.is_in(Mode.S),
        is_guest_supervisor=state.is_in(Mode.VS),
        is_user=state.is_in(Mode.U),
        is_debug=state.debug,
    )


def _guarded(config: Config) -> dict[Guard, frozenset[int]]:
    """The guards of a configuration, each with the addresses that it guards."""
    guards = dict.fromkeys(guard for row in csrs(config) for guard in row.guards)
    return {guard: frozenset(row.address for row in csrs(config) if guard in row.guards) for guard in guards}


def connect_extension(m: Module, extension: Any, event: Event, judgement: Judgement, written: Value) -> None:
    """Drive the extension port; `written` is the value that the access writes."""
    EXTENSION.drive(m, extension.select, event.is_access & ~judgement.is_owned)
    EXTENSION.drive(m, extension.accept, judgement.accepts_outside)
    EXTENSION.drive(m, extension.write, extension.accept & event.wants_write)
    EXTENSION.drive(m, extension.wdata, written)


def _by_page(m: Module, what: str, address: Value, on: frozenset[int], either: frozenset[int]) -> Value:
    """Whether an address is one of some; for those in `either` the result is either.

    The sixteen pages of 256 addresses are decided each for itself.
    """
    found: dict[int, Value] = {}
    for page in sorted({a >> 8 for a in on}):
        here = frozenset(a & 0xFF for a in on if a >> 8 == page)
        free = frozenset(a & 0xFF for a in either if a >> 8 == page)
        inside = decide(address[:8], here, frozenset(range(256)) - here - free)
        found[page] = SECTION.signal(m, f"csr_is_{what}_in_{page:x}xx", inside)
    return any_of((address[8:12] == page) & inside for page, inside in found.items())


def _judge_counters(m: Module, state: State, address: Value) -> tuple[Value, Value]:
    """Judge a counter access by the counter enables.

    Returns whether it is an illegal and, failing that, a virtual instruction.
    """
    config, named = state.config, COUNTERS.signal
    counters = frozenset(COUNTERS_LOW)
    if config.xlen == 32:
        counters |= frozenset(COUNTERS_HIGH)
    is_counter = named(m, "csr_is_counter", decide(address, counters, _EVERY_ADDRESS - counters))

    def enabled(csr: str) -> Value:
        return named(m, f"{csr}_enables", state.views[csr].bit_select(address[:5], 1))

    denied_to_user: Value = Const(0, 1)
    if config.s:
        denied_to_user = named(m, "counter_denied_to_user", ~state.prv[0] & ~enabled("scounteren"))
    illegal = (~state.prv[1] & ~enabled("mcounteren")) | (denied_to_user & ~state.v)
    virtual = denied_to_user | ~enabled("hcounteren") if config.h else Const(0, 1)
    return (
        named(m, "counter_illegal", is_counter & illegal),
        named(m, "counter_virtual", is_counter & virtual),
    )
