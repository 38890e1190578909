"""The judgement of a CSR access: may it execute, and if not, which fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

from amaranth.hdl import Cat, Module, Mux, Signal, Value

from utrap.csr.configured import COUNTERS_HIGH, COUNTERS_LOW, absent_addresses, csrs
from utrap.csr.guards import AccessMode
from utrap.isa import Fault
from utrap.registers.decode import decide, lookup
from utrap.registers.state import State

__all__ = ["Access", "judge"]

_EVERY_ADDRESS = frozenset(range(1 << 12))


@dataclass(frozen=True, kw_only=True)
class Access:
    """An access to judge.

    Attributes:
        address: The CSR's number, 12 bits.
        writes: The instruction writes.
        prv: Nominal privilege with which it is judged (M for a debugger).
        v: Virtualization mode with which it is judged (0 for a debugger).
    """

    address: Value
    writes: Value
    prv: Value
    v: Value


def judge(m: Module, state: State, access: Access, exists_outside: Value) -> tuple[Value, Value]:
    """Judge an access; return its fault and whether the unit owns the address.

    The order is: an address that does not exist, a write to a read-only one,
    then privilege. Virtual instruction is raised only where HS could do the
    same access (norm:H_cause_virtual_instruction).
    """
    config, address, v = state.config, access.address, access.v
    owned_addresses = frozenset(row.address for row in csrs(config))
    absent_set = frozenset(absent_addresses(config))
    is_owned = Signal(name="csr_is_owned")
    m.d.comb += is_owned.eq(decide(address, owned_addresses, _EVERY_ADDRESS - owned_addresses))
    # Whether an owned address is absent too does not matter: it is never both.
    is_absent = decide(address, absent_set, _EVERY_ADDRESS - absent_set - owned_addresses)
    exists = is_owned | (exists_outside & ~is_absent)
    writes_read_only = address[10:12].all() & access.writes

    level = address[8:10]
    is_machine = access.prv[1]
    is_host_supervisor = access.prv[0] & ~access.prv[1] & ~v
    is_guest_supervisor = access.prv[0] & v
    is_user = ~access.prv[0] & ~v
    # The levels in order: U and VU 0, VS 1, HS 2, M 3.
    rank = Cat(is_machine | is_guest_supervisor, is_machine | is_host_supervisor)
    is_below_level = rank < level
    is_machine_level = level.all()
    mode = AccessMode(
        v=v,
        is_machine=is_machine,
        is_host_supervisor=is_host_supervisor,
        is_guest_supervisor=is_guest_supervisor,
        is_user=is_user,
    )

    def refused(fault: Fault) -> Iterator[Value]:
        """Whether each of the guards that raise a fault refuses the access."""
        for guard in dict.fromkeys(guard for row in csrs(config) for guard in row.guards if guard.fault is fault):
            on = frozenset(row.address for row in csrs(config) if guard in row.guards)
            is_guarded = Signal(name=f"csr_is_{guard.name}_guarded")
            m.d.comb += is_guarded.eq(is_owned & decide(address, on, owned_addresses - on))
            yield is_guarded & guard.refuses(mode, state)

    counters_illegal, counters_virtual = _judge_counters(state, access)
    illegal = ~exists | writes_read_only | (is_below_level & (~v | is_machine_level))
    illegal = reduce(or_, refused(Fault.ILLEGAL), illegal) | counters_illegal
    virtual = v & (reduce(or_, refused(Fault.VIRTUAL), is_below_level) | counters_virtual)
    fault = Mux(illegal, Fault.ILLEGAL, Mux(virtual, Fault.VIRTUAL, Fault.NONE))
    return fault, is_owned


def _judge_counters(state: State, access: Access) -> tuple[Value, Value]:
    """Judge a counter access by the counter enables (norm:mcounteren_op).

    Returns whether it is an illegal and, failing that, a virtual instruction.
    """
    config = state.config
    counters = frozenset(COUNTERS_LOW)
    if config.xlen == 32:
        counters |= frozenset(COUNTERS_HIGH)
    is_counter = decide(access.address, counters, _EVERY_ADDRESS - counters)

    def enabled(csr: str) -> Value:
        view = state.views[csr]
        return lookup({i: view[i] for i in range(config.counter_count)}, access.address[:5])

    is_user = ~access.prv[0]
    illegal = ~access.prv[1] & ~enabled("mcounteren")
    denied_to_user = is_user & ~enabled("scounteren") if config.s else is_user & 0
    virtual = denied_to_user
    if config.h:
        virtual = denied_to_user | ~enabled("hcounteren")
    illegal |= denied_to_user & ~access.v
    return is_counter & illegal, is_counter & virtual
