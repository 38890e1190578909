"""A difference in plain numbers: the state, the event, what differs, and a record that `utrap replay` accepts."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import z3

from utrap.config import Config
from utrap_formal.equivalence.cases import Case
from utrap_formal.equivalence.correspondence import model_state
from utrap_formal.equivalence.netlist import Netlist, substituted
from utrap_formal.equivalence.symbolic import Number
from utrap_testbench import golden
from utrap_testbench.boundary import Answer, expected
from utrap_testbench.golden import CsrAccess, CsrOp, Insn, Retire, State, TakeException, TakeInterrupt, TrapReturn
from utrap_testbench.golden.interrupts import lines_of
from utrap_testbench.harts import model_config
from utrap_testbench.vectors import Header, Record, run_on_model
from utrap_testbench.vectors.encoding import encode, encode_csr
from utrap_testbench.vectors.writer import header_line, record_line

__all__ = ["Counterexample", "explain", "registers"]


#: Events of which records have a kind.
_RECORDED = (CsrAccess, Retire, TakeException, TakeInterrupt, TrapReturn)


@dataclass(frozen=True, kw_only=True)
class Counterexample:
    """What to look at.

    Attributes:
        event: The event in words.
        before: The registers before it, as records have them; those that are not 0.
        differences: Name, model's value, RTL's value.
        lines: A file of one record, as objects; empty where software cannot bring the state about, and for events
            that records have not: RNMIs, the ways into Debug Mode and out of it.
    """

    event: str
    before: dict[str, int]
    differences: list[tuple[str, int, int]]
    lines: list[dict[str, Any]]


def explain(config: Config, netlist: Netlist, case: Case | None, values: Mapping[str, int]) -> Counterexample:
    """Work a solver's values out on both sides; `case` None: any event shows it, so one without effect is taken."""
    model = model_config(config)
    before = model_state(config, values)
    event = _concrete(case.event, netlist, values) if case else Retire()
    after, outcome = golden.step(model, before, event)
    wanted = {name.replace(".", "_"): value for name, value in expected(Answer(model, before, event, outcome)).items()}
    seen, following = _rtl(netlist, values)
    rtl_after = model_state(config, {**values, **following})
    differences = [(name, value, seen[name]) for name, value in wanted.items() if value != seen[name]]
    differences += [
        (f"next {name}", getattr(after, name), getattr(rtl_after, name))
        for name in (field.name for field in dataclasses.fields(State))
        if getattr(after, name) != getattr(rtl_after, name)
    ]
    held = {name: value for name, value in golden.registers(model, before).items() if value}
    is_recordable = isinstance(event, _RECORDED) and golden.is_legal(model, before)
    lines = _lines(model, before, event) if is_recordable else []
    return Counterexample(event=str(event), before=held, differences=differences, lines=lines)


def registers(netlist: Netlist, values: Mapping[str, int]) -> list[str]:
    """What is driven, what the registers hold and what follows, one a line; nothing of what is 0 and stays 0."""
    _, following = _rtl(netlist, values)
    lines = [f"{name} = {values[name]:#x}" for name in netlist.inputs if values[name]]
    lines += [
        f"{name}: {values[name]:#x}, then {following[name]:#x}"
        for name in netlist.registers
        if values[name] or following[name]
    ]
    return lines


def _concrete(event: golden.Event, netlist: Netlist, values: Mapping[str, int]) -> Any:
    """The event with numbers for what was symbolic."""
    known = [(constant, z3.BitVecVal(values[name], constant.size())) for name, constant in netlist.inputs.items()]

    def plain(value: Any) -> Any:
        return z3.simplify(z3.substitute(value.term, known)).as_long() if isinstance(value, Number) else value

    return dataclasses.replace(
        event, **{field.name: plain(getattr(event, field.name)) for field in dataclasses.fields(event)}
    )


def _rtl(netlist: Netlist, values: Mapping[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    """Outputs, and registers after the clock edge, for these inputs and registers."""
    constants = {**netlist.inputs, **netlist.registers}
    known = [(constant, z3.BitVecVal(values[name], constant.size())) for name, constant in constants.items()]
    outputs, following = (
        {name: term.as_long() for name, term in substituted(terms, known).items()}
        for terms in (netlist.outputs, netlist.following)
    )
    return outputs, following


def _lines(model: golden.Config, before: State, event: Any) -> list[dict[str, Any]]:
    """The record: the state, the event, and what the model makes of them."""
    kind, details = _details(model, before, event)
    pc = event.pc if isinstance(event, (TakeException, TakeInterrupt)) else 0
    if isinstance(event, TakeInterrupt):
        event = dataclasses.replace(event, lines=int(details["lines"], 16), hgeip=before.hgeip)
    pre = golden.registers(model, before)
    record = Record(kind=kind, pc=pc, pre=pre, event=event, details=details, post_pc=0, post={}, result={})
    result = run_on_model(model, record)
    record.post_pc = result.pc
    record.post = {
        name: value for name, value in result.registers.items() if value != pre[name] or name in ("prv", "v")
    }
    record.result = result.answers
    return [header_line(Header(config=model, source="utrap prove")), record_line(record)]


def _details(model: golden.Config, before: State, event: Any) -> tuple[str, dict[str, Any]]:
    """The kind of record, and the event as a record states it."""
    if isinstance(event, TakeException):
        return "exception", {
            "cause": event.cause,
            "tval": hex(event.tval),
            "gva": event.gva,
            "tval2": hex(event.tval2),
            "tinst": hex(event.tinst),
        }
    if isinstance(event, TakeInterrupt):
        more = {"hgeip": hex(before.hgeip)} if model.geilen else {}
        return "interrupt", {"lines": hex(lines_of(before)), **more}
    if isinstance(event, TrapReturn):
        return "xret", {"insn": event.insn.value, "bits": hex(encode(Insn(event.insn.value)))}
    if isinstance(event, CsrAccess):
        return "csr", _access(model, event)
    return "retire", {"fs_dirty": event.fs_dirty, "vs_dirty": event.vs_dirty}


_OPS = {CsrOp.WRITE: "csrrw", CsrOp.SET: "csrrs", CsrOp.CLEAR: "csrrc", CsrOp.READ: "csrrs"}


def _access(model: golden.Config, event: CsrAccess) -> dict[str, Any]:
    csr = model.rules.csrs.get(event.address)
    return {
        "op": _OPS[event.op],
        "csr": hex(event.address),
        **({"name": csr.name} if csr else {}),
        "bits": hex(encode_csr(event.op, event.address, ren=1)),
        "ren": 1,
        "wen": int(event.op is not CsrOp.READ),
        "wdata": hex(event.wdata),
        "tracked": int(csr is not None),
        "debug": int(event.debug),
        "ext_exists": event.ext_exists,
        "ext_rdata": hex(event.ext_rdata),
        "fs_dirty": event.fs_dirty,
        "vs_dirty": event.vs_dirty,
    }
