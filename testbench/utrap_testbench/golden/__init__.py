"""The golden model: the RISC-V trap architecture in plain Python, to be read next to the manual.

It covers M, S, U, the H extension, the N extension and Shudeleg, on RV32 and
RV64, and the newer extensions that `parameters.EXTENSIONS` names. It imports
nothing from the hardware description.

One pure step::

    config = Config.profile("full", xlen=64)
    state = reset_state(config)
    state, outcome = step(config, state, TakeException(cause=2, pc=0x80000000))

- `Config` says what the hart implements (`Config.profile(name, **changes)`,
  `Config.from_json(header)`, `config.to_json()`).
- `State` holds every stored field as an integer, `reset_state(config)` is the
  one after reset. `step` leaves its argument alone and returns a new one.
- Events: `Retire`, `CsrAccess`, `TakeException`, `TakeInterrupt`, `TakeRnmi`,
  `Halt`, `Resume`, `SetLines`, `CounterOverflow`, `TrapReturn`, `Query` (module
  `events`).
- `Outcome`: fault verdict, read data, redirect, modes before and after, and
  what the trap wrote, and the reasons: `Because` values, which name the rule,
  say what was found and what was looked at (`look` gives its value).

The answers that depend on the state alone are functions of their own:

- `pending_interrupt(config, state)`: what would be taken now, into which mode,
  with which code in xcause, and whether WFI wakes (`wakes`).
- `standing(config, state, irq)`: how one interrupt stands, the others aside.
- `verdict(config, state, insn)`: is this instruction allowed.
- `load_store_mode`, `hlsv_mode`, `fiom`, `ecall_cause`, `pointer_masking`,
  `hlsv_pointer_masking`, `cbo_inval_flushes`, `float_in_x`: the effective
  modes and settings that the core asks for; `ebreak_halts`, `steps`,
  `stops_counters`, `stops_time`, `critical_error`, `critical_halts`: what
  Debug Mode has it do.
- `csr_value(config, state, address)`: what M-mode reads there (views included),
  `registers(config, state)` all stored registers by name, and
  `state_from_registers` back.

Fields may hold symbolic values: conditions are comparisons on fields, all
loops have constant bounds, and only the CSR address, the operation and the
kind of event choose by table.
"""

from __future__ import annotations

from .access import csr_value
from .config import Config
from .debug_mode import critical_error, critical_halts, ebreak_halts, steps, stops_counters, stops_time
from .effective import (
    ecall_cause,
    fiom,
    hlsv_mode,
    hlsv_pointer_masking,
    load_store_mode,
    pointer_masking,
)
from .environment import cbo_inval_flushes
from .events import (
    CounterOverflow,
    CsrAccess,
    CsrOp,
    Event,
    Halt,
    Insn,
    Query,
    Resume,
    Retire,
    Return,
    SetLines,
    TakeException,
    TakeInterrupt,
    TakeRnmi,
    TrapReturn,
)
from .interrupts import InterruptRequest, Standing, pending_interrupt, standing, wakes
from .isa import Cause, Fault, Irq, Mode, Prv, irq_name
from .legality import verdict
from .look import look
from .outcome import Outcome
from .parameters import ConfigError
from .reason import Because, Reason, Verdict
from .registers import IllegalState, is_legal, registers, state_from_registers
from .reset import reset, reset_state
from .rnmi import rnmi_is_due
from .state import State
from .stateen import float_in_x
from .step import step

__all__ = [
    "Because",
    "Cause",
    "Config",
    "ConfigError",
    "CounterOverflow",
    "CsrAccess",
    "CsrOp",
    "Event",
    "Fault",
    "Halt",
    "IllegalState",
    "Insn",
    "InterruptRequest",
    "Irq",
    "Mode",
    "Outcome",
    "Prv",
    "Query",
    "Reason",
    "Resume",
    "Retire",
    "Return",
    "SetLines",
    "Standing",
    "State",
    "TakeException",
    "TakeInterrupt",
    "TakeRnmi",
    "TrapReturn",
    "Verdict",
    "cbo_inval_flushes",
    "critical_error",
    "critical_halts",
    "csr_value",
    "ebreak_halts",
    "ecall_cause",
    "fiom",
    "float_in_x",
    "hlsv_mode",
    "hlsv_pointer_masking",
    "irq_name",
    "is_legal",
    "load_store_mode",
    "look",
    "pending_interrupt",
    "pointer_masking",
    "registers",
    "reset",
    "reset_state",
    "rnmi_is_due",
    "standing",
    "state_from_registers",
    "step",
    "steps",
    "stops_counters",
    "stops_time",
    "verdict",
    "wakes",
]
