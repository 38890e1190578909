"""Sequences of writes: every bit of every CSR that a write can change, both ways, by each way to it."""

from __future__ import annotations

from collections.abc import Iterator

from utrap_testbench.env import Cycle
from utrap_testbench.golden import CsrAccess, CsrOp, Halt, Mode, Resume, TakeRnmi
from utrap_testbench.golden.debug_csrs import registers
from utrap_testbench.golden.writable import OPEN, SHUT, Writes, writes

from .source import Source

__all__ = ["every_way"]

_VTVM = 1 << 20


def every_way(source: Source) -> Iterator[Cycle]:
    """Every CSR by its own address, by a debugger, and by a guest for whom another one stands there."""
    plans = writes(source.config)
    guests = [plan for plan in plans if plan.way == "guest"]
    others = [plan for plan in plans if plan.way != "guest"]
    yield from source.go_to(Mode.M)
    # A level would hide the bit that software writes.
    yield Cycle(lines=0, hgeip=0, rnmi=0)
    yield from _fill(source, source.rules.xlen_mask, *OPEN)
    for plan in source.rng.sample(others, len(others)):
        yield from source.go_to(Mode.M)
        yield from _play(source, plan)
    if guests:
        yield Cycle(source.debug("hstatus", _VTVM, CsrOp.CLEAR))
        yield from source.go_to(Mode.VS)
        for plan in source.rng.sample(guests, len(guests)):
            yield from _play(source, plan)


def _play(source: Source, plan: Writes) -> Iterator[Cycle]:
    own = source.rules.csrs[plan.address]
    row = own.guest if plan.way == "guest" and own.guest is not None else own
    is_in_debug_mode = own.judge is registers and plan.way != "debugger"
    if is_in_debug_mode:
        yield Cycle(Halt(pc=0, cause=3, nmip=0))
    if own.name == "mnstatus" and source.state.mnstatus_nmie:
        # Nothing else clears NMIE.
        yield Cycle(TakeRnmi(pc=0), rnmi=1)
        yield Cycle(rnmi=0)
    was_shut = False
    for value, is_shut in plan.values:
        if is_shut and not was_shut:
            was_shut = True
            yield from _fill(source, 0, *SHUT)
        if value or row.read(source.rules, source.state):
            yield Cycle(_write(source, plan, own.name, value))
    if is_in_debug_mode:
        yield Cycle(Resume())
    yield from _fill(source, source.rules.xlen_mask, *(SHUT if was_shut else ()), *({own.name} & {*OPEN}))


def _write(source: Source, plan: Writes, name: str, value: int) -> CsrAccess:
    """Write a value over 0, or 0 over anything: by CSRRW, or by what does the same."""
    if source.chance(0.5):
        op = CsrOp.WRITE
    elif value:
        op = CsrOp.SET
    else:
        op, value = CsrOp.CLEAR, source.rules.xlen_mask
    return source.debug(name, value, op) if plan.way == "debugger" else source.access(plan.address, op, value)


def _fill(source: Source, value: int, *names: str) -> Iterator[Cycle]:
    for name in names:
        if name in source.csr_number:
            yield Cycle(source.debug(name, value))
