"""The events, cut into cases that together are all that the ports can say.

A case fixes some inputs of the RTL, leaves all others free, may state what it
assumes of the free ones, and gives the model's event over the same inputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from utrap.config import Config
from utrap.isa import CommitOp
from utrap.isa import CsrOp as RtlCsrOp
from utrap_formal.equivalence.comparison import BY_STATE
from utrap_formal.equivalence.invariants import invariants
from utrap_formal.equivalence.netlist import Netlist
from utrap_formal.equivalence.symbolic import Number
from utrap_testbench import golden
from utrap_testbench.golden import CsrAccess, CsrOp, Retire, Return, TakeException, TakeInterrupt, TrapReturn
from utrap_testbench.golden.isa import GUEST_PAGE_FAULTS
from utrap_testbench.harts import model_config

__all__ = ["Case", "Group", "cases", "groups"]

Inputs = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One kind of event.

    Attributes:
        op: What stands on commit_op.
        fixed: Other inputs that stand at one value.
        assumed: What holds of the free inputs, as z3 Booleans.
        event: The model's event.
    """

    op: CommitOp
    fixed: dict[str, int] = field(default_factory=dict)
    assumed: tuple[Any, ...] = ()
    event: golden.Event


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
    for output in (row.output for row in BY_STATE if row.output in netlist.outputs):
        yield Group(kind="state output", name=output)
    yield Group(kind="retire", name="retire")
    for address, row in sorted(model_config(config).rules.csrs.items()):
        yield Group(kind="CSR access", name=f"csr {address:#05x} {row.name}", shared={"commit_csr_address": address})
    yield Group(kind="CSR access outside", name="csr outside")
    for cause in GUEST_PAGE_FAULTS:
        yield Group(kind="exception", name=f"exception {cause}", shared={"commit_cause": cause})
    yield Group(kind="exception", name="exception other")
    yield Group(kind="interrupt", name="interrupt")
    for op in (CommitOp.MRET, CommitOp.SRET, CommitOp.URET):
        yield Group(kind="return", name=op.name.lower())


def cases(group: Group, config: Config, inputs: Inputs) -> Iterator[Case]:
    """Yield a group's cases over the RTL's inputs."""
    yield from _CASES[group.kind](group, config, inputs)


def _number(inputs: Inputs, name: str) -> Any:
    """An input as the model's event has it; 0 where the configuration lacks the port."""
    return Number(inputs[name]) if name in inputs else 0


def _retire(group: Group, config: Config, inputs: Inputs) -> Iterator[Case]:
    event = Retire(fs_dirty=_number(inputs, "commit_fs_dirty"), vs_dirty=_number(inputs, "commit_vs_dirty"))
    yield Case(op=CommitOp.NONE, event=event)


def _access(group: Group, config: Config, inputs: Inputs) -> Iterator[Case]:
    owned = model_config(config).rules.csrs
    address: Any = group.shared.get("commit_csr_address")
    assumed: tuple[Any, ...] = ()
    if address is None:
        free = inputs["commit_csr_address"]
        address = _Outside(free)
        assumed = tuple(free != own for own in owned)
    for op in CsrOp:
        for by_debugger in (False, True):
            yield Case(
                op=CommitOp.DEBUG_CSR if by_debugger else CommitOp.CSR,
                fixed={"commit_csr_op": RtlCsrOp[op.name].value},
                assumed=assumed,
                event=CsrAccess(
                    address=address,
                    op=op,
                    wdata=_number(inputs, "commit_csr_wdata"),
                    debug=by_debugger,
                    ext_exists=_number(inputs, "extension_exists"),
                    ext_rdata=_number(inputs, "extension_rdata"),
                    fs_dirty=_number(inputs, "commit_fs_dirty"),
                    vs_dirty=_number(inputs, "commit_vs_dirty"),
                ),
            )


def _exception(group: Group, config: Config, inputs: Inputs) -> Iterator[Case]:
    cause: Any = group.shared.get("commit_cause")
    assumed: tuple[Any, ...] = ()
    if cause is None:
        free = inputs["commit_cause"]
        cause = Number(free)
        assumed = tuple(free != fault.value for fault in GUEST_PAGE_FAULTS)
    yield Case(
        op=CommitOp.EXCEPTION,
        assumed=assumed,
        event=TakeException(
            cause=cause,
            pc=_number(inputs, "commit_pc"),
            tval=_number(inputs, "commit_tval"),
            gva=_number(inputs, "commit_gva"),
            tval2=_number(inputs, "commit_tval2"),
            tinst=_number(inputs, "commit_tinst"),
        ),
    )


def _interrupt(group: Group, config: Config, inputs: Inputs) -> Iterator[Case]:
    yield Case(op=CommitOp.INTERRUPT, event=TakeInterrupt(pc=_number(inputs, "commit_pc")))


def _return(group: Group, config: Config, inputs: Inputs) -> Iterator[Case]:
    yield Case(op=CommitOp[group.name.upper()], event=TrapReturn(insn=Return(group.name)))


_CASES = {
    "retire": _retire,
    "CSR access": _access,
    "CSR access outside": _access,
    "exception": _exception,
    "interrupt": _interrupt,
    "return": _return,
}
