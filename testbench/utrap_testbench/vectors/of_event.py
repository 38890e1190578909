"""A file of one record, from an event that happened and the state before it: what `utrap replay` plays again."""

from __future__ import annotations

import dataclasses
from typing import Any

from utrap_testbench.golden import (
    Config,
    CsrAccess,
    CsrOp,
    Insn,
    Retire,
    State,
    TakeException,
    TakeInterrupt,
    TrapReturn,
    is_legal,
    registers,
)
from utrap_testbench.golden.interrupts import lines_of

from .encoding import encode, encode_csr
from .model import run_on_model
from .record import Header, Record
from .writer import file_bytes

__all__ = ["text_of_event"]

_OPS = {CsrOp.WRITE: "csrrw", CsrOp.SET: "csrrs", CsrOp.CLEAR: "csrrc", CsrOp.READ: "csrrs"}


def text_of_event(config: Config, before: State, event: Any, source: str) -> str:
    """The file: its header, and the record with what the model makes of the event.

    Empty where software cannot bring the state about, and for events that records have not: RNMIs, the ways into
    Debug Mode and out of it.
    """
    if not isinstance(event, CsrAccess | Retire | TakeException | TakeInterrupt | TrapReturn):
        return ""
    if not is_legal(config, before):
        return ""
    kind, details = _details(config, before, event)
    pc = event.pc if isinstance(event, TakeException | TakeInterrupt) else 0
    if isinstance(event, TakeInterrupt):
        event = dataclasses.replace(event, lines=int(details["lines"], 16), hgeip=before.hgeip)
    pre = registers(config, before)
    record = Record(kind=kind, pc=pc, pre=pre, event=event, details=details, post_pc=0, post={}, result={})
    result = run_on_model(config, record)
    record.post_pc = result.pc
    record.post = {
        name: value for name, value in result.registers.items() if value != pre[name] or name in ("prv", "v")
    }
    record.result = result.answers
    data, _ = file_bytes("", Header(config=config, source=source), [record])
    return data.decode()


def _details(config: Config, before: State, event: Any) -> tuple[str, dict[str, Any]]:
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
        more = {"hgeip": hex(before.hgeip)} if config.geilen else {}
        return "interrupt", {"lines": hex(lines_of(before)), **more}
    if isinstance(event, TrapReturn):
        return "xret", {"insn": event.insn.value, "bits": hex(encode(Insn(event.insn.value)))}
    if isinstance(event, CsrAccess):
        return "csr", _access(config, event)
    return "retire", {"fs_dirty": event.fs_dirty, "vs_dirty": event.vs_dirty}


def _access(config: Config, event: CsrAccess) -> dict[str, Any]:
    csr = config.rules.csrs.get(event.address)
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
