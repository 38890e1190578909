"""Bringing the unit into any legal state through its own ports: reset, a return into the mode, then one write a CSR.

From M after reset `mstatus.MPP` and MPV are written and MRET goes to the mode.
Every CSR that is not as after reset is then written by DEBUG_CSR, which has
M-mode's rights in every mode and leaves the mode alone; so MPP, MPRV or MPIE
can be anything although the mode was reached by a return.
"""

from __future__ import annotations

from utrap.isa import CommitOp, CsrOp
from utrap_testbench.golden import Config, State, registers, reset_state

from .bench import Bench

__all__ = ["Establisher"]

#: mstatus.MPP and MPV; RV32 has MPV in mstatush.
_MPP, _MPV, _MPV_HIGH = 11, 1 << 39, 1 << 7
#: Seen in the registers, but not a CSR to write.
_NOT_WRITTEN = ("prv", "v", "mip", "hgeip", "mhartid", "seip_line", "seip_sw", "ueip_line", "ueip_sw")
_VSSIP = 1 << 2


class Establisher:
    """Makes stimuli that bring the unit of a bench from any state into a given one."""

    def __init__(self, bench: Bench, config: Config) -> None:
        self._config = config
        self._reset = registers(config, reset_state(config))
        inputs = bench.inputs
        self.reset = inputs.pack({"rst": 1})
        self._mret = f"{inputs.pack({'commit.op': CommitOp.MRET}):x}"
        debug_write = inputs.pack({"commit.op": CommitOp.DEBUG_CSR, "commit.csr_op": CsrOp.WRITE})
        low = inputs.offset["commit.csr_address"]
        self._data = inputs.offset["commit.csr_wdata"]
        rows = {row.name: row.address for row in config.rules.csrs.values()}
        self._writes = {name: debug_write | address << low for name, address in rows.items()}

    def stimuli(self, state: State, wanted: dict[str, int]) -> list[str]:
        """Stimuli from the state after reset; `wanted` are the state's registers."""
        reset = self._reset
        lines = self._into_mode(state.prv, state.v)
        # After a return mstatus is not as after reset.
        must = ("mstatus",) if lines else ()
        for name, value in wanted.items():
            if (value != reset[name] or name in must) and name not in _NOT_WRITTEN:
                lines.append(self._write(name, value))
        if state.mip_software:
            # mip and hvip have VSSIP in common.
            lines.append(self._write("mip", state.mip_software | state.hvip & _VSSIP))
        return lines

    def _into_mode(self, prv: int, v: int) -> list[str]:
        if prv == 3:
            return []
        is_rv32 = self._config.xlen == 32
        lines = [self._write("mstatus", prv << _MPP | (_MPV if v and not is_rv32 else 0))]
        if v and is_rv32:
            lines.append(self._write("mstatush", _MPV_HIGH))
        return [*lines, self._mret]

    def _write(self, name: str, value: int) -> str:
        return f"{self._writes[name] | value << self._data:x}"
