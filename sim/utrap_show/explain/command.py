"""The `utrap explain` command that asks about an event in a state: for whoever has both, and wants it in words."""

from __future__ import annotations

import dataclasses
import shlex
from typing import Any

from utrap.command_line.errors import UserError
from utrap.command_line.fewest import configuration_words
from utrap.config import Config as UnitConfig
from utrap_show.names import Names
from utrap_testbench.golden import (
    Config,
    CsrAccess,
    Event,
    State,
    TakeException,
    TakeInterrupt,
    TakeRnmi,
    TrapReturn,
    csr_value,
    irq_name,
    pending_interrupt,
    reset_state,
    step,
)
from utrap_testbench.golden.isa import GUEST_PAGE_FAULTS
from utrap_testbench.harts import model_config

from .question import RNMI_VECTORS, Options
from .request import make_request

__all__ = ["explain_command"]

_OPERANDS = {"READ": "", "WRITE": "write", "SET": "set_bits", "CLEAR": "clear_bits"}


def explain_command(unit: UnitConfig, state: State, event: Event) -> str:
    """The command; "" where it cannot ask just that."""
    config = model_config(unit)
    names = Names(config, unit)
    asked = _event(config, names, state, event)
    if asked is None:
        return ""
    asked |= {name: hex(value) for name in RNMI_VECTORS if (value := getattr(state, name))}
    options = Options(mode=names.mode_name(state.v << 2 | state.prv), csrs=_csrs(config, names, state), **asked)
    try:
        request = make_request(unit, options)
        asks: Any = request.event
        is_same = step(config, request.state, asks)[1] == step(config, state, event)[1]
    except UserError:
        return ""
    return shlex.join(["utrap", "explain", *configuration_words(unit), *_words(options)]) if is_same else ""


def _event(config: Config, names: Names, state: State, event: Event) -> dict[str, Any] | None:
    if isinstance(event, TakeException):
        told: dict[str, Any] = {"cause": str(event.cause), "pc": hex(event.pc & config.rules.epc_mask)}
        told |= {name: hex(value) for name in ("tval", "tinst") if (value := getattr(event, name))}
        return (
            told
            | ({"gpa": hex(event.tval2 << 2)} if event.tval2 and event.cause in GUEST_PAGE_FAULTS else {})
            | ({"gva": True} if event.gva else {})
        )
    if isinstance(event, TakeInterrupt) and (due := pending_interrupt(config, state)).pending == 1:
        return {"interrupts": (irq_name(due.irq),), "pc": hex(event.pc & config.rules.epc_mask)}
    if isinstance(event, TakeRnmi) and state.line_rnmi:
        return {"rnmi": str(state.rnmi_cause), "pc": hex(event.pc & config.rules.epc_mask)}
    if isinstance(event, TrapReturn):
        return {"returns": event.insn.value}
    if isinstance(event, CsrAccess) and not event.debug and event.address in config.rules.csrs:
        operand = _OPERANDS[event.op.name]
        return {"access": names.csr_name(event.address)} | ({operand: hex(event.wdata)} if operand else {})
    return None


def _csrs(config: Config, names: Names, state: State) -> tuple[str, ...]:
    """The CSRs that are not as after reset, those alone that store something."""
    reset = reset_state(config)
    told = []
    for row in names.rows.values():
        values = [csr_value(config, each, row.address) for each in (state, reset)]
        is_stored = any(row.owns(field) for field in row.fields) and not row.is_read_only and row.name != "misa"
        if is_stored and values[0] != values[1]:
            told.append(f"{row.name}={values[0]:#x}")
    return tuple(told)


def _words(options: Options) -> list[str]:
    words = []
    for field in dataclasses.fields(options):
        value = getattr(options, field.name)
        option = "--" + {"interrupts": "interrupt", "returns": "return", "csrs": "csr"}.get(field.name, field.name)
        if value is True:
            words.append(option)
        elif isinstance(value, tuple):
            words += [word for each in value for word in (option, each)]
        elif value:
            words += [option.replace("_", "-"), str(value)]
    return words
