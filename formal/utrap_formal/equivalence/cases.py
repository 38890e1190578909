"""The events, cut into cases that together are all that the ports can say.

A case fixes some inputs of the RTL, leaves all others free, may state what it
assumes of the free ones, and gives the model's event over the same inputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from utrap.config import Config
from utrap_formal.equivalence.invariants import invariants
from utrap_formal.equivalence.netlist import Netlist
from utrap_formal.equivalence.symbolic import Number
from utrap_testbench.boundary import BY_STATE, Decoder, Op, operation
from utrap_testbench.golden import CsrOp, Event
from utrap_testbench.golden.isa import Cause
from utrap_testbench.harts import model_config

__all__ = ["Case", "Group", "cases", "groups"]

Inputs = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One kind of event.

    Attributes:
        fixed: Inputs that stand at one value, apart from commit_op and those that its group shares.
        assumed: What holds of the free inputs, as z3 Booleans.
        event: The model's event.
    """

    fixed: dict[str, int] = field(default_factory=dict)
    assumed: tuple[Any, ...] = ()
    event: Event

    @property
    def op(self) -> Op:
        """What stands on commit_op."""
        return operation(self.event)


@dataclass(frozen=True, kw_only=True)
class Group:
    """Cases that are proved in one go.

    Attributes:
        kind: What the report adds up under one name.
        name: Unique among the groups of a configuration.
        shared: Inputs that stand at one value in all cases.
    """

    kind: str
    name: str
    shared: dict[str, int] = field(default_factory=dict)


class _Outside(Number):
    """An address of which is known that the unit does not own it: no table of owned ones has it."""

    def __hash__(self) -> int:  # type: ignore[override]
        return -2  # no address has this hash, so no table ever compares


def groups(config: Config, netlist: Netlist) -> Iterator[Group]:
    """Yield the groups of a configuration."""
    yield Group(kind="reset", name="reset")
    for invariant in invariants(config, netlist.registers):
        yield Group(kind="invariant", name=f"invariant {invariant.name}")
    for output in (row.verilog for row in BY_STATE if row.verilog in netlist.outputs):
        yield Group(kind="state output", name=output)
    yield Group(kind="retire", name="retire")
    for address, row in sorted(model_config(config).rules.csrs.items()):
        yield Group(kind="CSR access", name=f"csr {address:#05x} {row.name}", shared={"commit_csr_address": address})
    for address in _gated_outside(config):
        shared = {"commit_csr_address": address}
        yield Group(kind="CSR access outside", name=f"csr {address:#05x} outside", shared=shared)
    yield Group(kind="CSR access outside", name="csr outside")
    for cause in Cause:
        yield Group(kind="exception", name=f"exception {cause:d}", shared={"commit_cause": cause.value})
    yield Group(kind="exception", name="exception other")
    yield Group(kind="interrupt", name="interrupt")
    for op in (Op.MRET, Op.SRET, Op.URET, *[Op.MNRET] * config.smrnmi):
        yield Group(kind="return", name=op.name.lower())
    if config.smrnmi:
        yield Group(kind="interrupt", name="rnmi")
    if config.sdext:
        for op in (Op.HALT, Op.RESUME):
            yield Group(kind="Debug Mode", name=op.name.lower())


def cases(group: Group, config: Config, inputs: Inputs) -> Iterator[Case]:
    """Yield a group's cases over the RTL's inputs."""
    yield from _CASES[group.kind](group, config, inputs)


def _event(group: Group, config: Config, inputs: Inputs, op: Op, **known: Any) -> Event:
    """The event at the RTL's inputs, which are `known`, shared by the group, or free."""
    values = {"commit_op": op, **group.shared, **known}

    def read(name: str) -> Any:
        port = name.replace(".", "_")
        return values[port] if port in values else Number(inputs[port])

    return Decoder(model_config(config)).event(read)


def _single(group: Group, config: Config, inputs: Inputs) -> Iterator[Case]:
    """One operation, with whatever operands."""
    yield Case(event=_event(group, config, inputs, _OPERATIONS[group.name]))


def _gated_outside(config: Config) -> list[int]:
    """Addresses outside the unit that the model finds in a table, so that each is proved for itself."""
    rules = model_config(config).rules
    return sorted((rules.gates.keys() | rules.switches.keys()) - rules.csrs.keys())


def _access(group: Group, config: Config, inputs: Inputs) -> Iterator[Case]:
    owned = model_config(config).rules.csrs
    known: dict[str, Any] = {}
    assumed: tuple[Any, ...] = ()
    if not group.shared:
        free = inputs["commit_csr_address"]
        known = {"commit_csr_address": _Outside(free)}
        assumed = tuple(free != known_address for known_address in (*owned, *_gated_outside(config)))
    for csr_op in CsrOp:
        fixed = {"commit_csr_op": csr_op.value}
        for op in (Op.CSR, Op.DEBUG_CSR):
            yield Case(fixed=fixed, assumed=assumed, event=_event(group, config, inputs, op, **fixed, **known))


def _exception(group: Group, config: Config, inputs: Inputs) -> Iterator[Case]:
    assumed: tuple[Any, ...] = ()
    if not group.shared:
        assumed = tuple(inputs["commit_cause"] != cause.value for cause in Cause)
    yield Case(assumed=assumed, event=_event(group, config, inputs, Op.EXCEPTION))


_OPERATIONS = {
    "retire": Op.NONE,
    "interrupt": Op.INTERRUPT,
    "mret": Op.MRET,
    "sret": Op.SRET,
    "uret": Op.URET,
    "mnret": Op.MNRET,
    "rnmi": Op.RNMI,
    "halt": Op.HALT,
    "resume": Op.RESUME,
}
_CASES = {
    "retire": _single,
    "CSR access": _access,
    "CSR access outside": _access,
    "exception": _exception,
    "interrupt": _single,
    "return": _single,
    "Debug Mode": _single,
}
