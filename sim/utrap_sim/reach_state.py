"""Bringing the unit into any legal state through its own ports: reset, a return into the mode, then one write a CSR.

From M after reset `mstatus.MPP` and MPV are written and MRET goes to the mode.
Every CSR that is not as after reset is then written by DEBUG_CSR, which has
M-mode's rights in every mode and leaves the mode alone; so MPP, MPRV or MPIE
can be anything although the mode was reached by a return.
"""

from __future__ import annotations

from utrap_testbench.boundary import Encoder
from utrap_testbench.golden import Config, CsrAccess, CsrOp, Return, State, TrapReturn, registers, reset_state

from .simulators.bench import Bench

__all__ = ["MRET", "Establisher"]

#: The step of a way that is the return into the mode, and no CSR.
MRET = "mret"

#: mstatus.MPP and MPV; RV32 has MPV in mstatush.
_MPP, _MPV, _MPV_HIGH = 11, 1 << 39, 1 << 7
#: Seen in the registers, but not a CSR to write.
_NOT_WRITTEN = (
    *("prv", "v", "mip", "hgeip", "mhartid", "seip_line", "seip_sw", "ueip_line", "ueip_sw"),
    *("stip_sw", "time", "timeh", "counter_overflow"),
)
_VSSIP = 1 << 2


class Establisher:
    """Makes stimuli that bring the unit of a bench from any state into a given one."""

    def __init__(self, bench: Bench, config: Config) -> None:
        self._config = config
        self._reset = registers(config, reset_state(config))
        encoder = Encoder(bench.inputs)
        self.reset = bench.inputs.pack({"rst": 1})
        self._mret = f"{encoder.event(TrapReturn(insn=Return.MRET)):x}"
        self._data = bench.inputs.offset["commit.csr_wdata"]
        self._writes = {
            row.name: encoder.event(CsrAccess(address=row.address, op=CsrOp.WRITE, debug=True))
            for row in config.rules.csrs.values()
        }

    def stimuli(self, state: State, wanted: dict[str, int]) -> list[str]:
        """Stimuli from the state after reset; `wanted` are the state's registers."""
        return [self._mret if name == MRET else self._write(name, value) for name, value in self.way(state, wanted)]

    def way(self, state: State, wanted: dict[str, int]) -> list[tuple[str, int]]:
        """The same as CSRs to write, by name, with their values; the name `MRET` stands for the return."""
        reset = self._reset
        steps = self._into_mode(state.prv, state.v)
        # After a return mstatus is not as after reset.
        must = ("mstatus",) if steps else ()
        if state.mip_software:
            # mip and hvip have VSSIP in common. First, for with menvcfg.STCE mip.STIP cannot be written.
            steps.append(("mip", state.mip_software | state.hvip & _VSSIP))
        # What mstateen hides cannot be written, so it comes last, and before the others it is open.
        opened = [name for name in wanted if name.startswith("mstateen")]
        if any(wanted[name] for name in wanted if name.startswith(("hstateen", "sstateen"))):
            steps += [(name, self._config.rules.xlen_mask) for name in opened]
            must = (*must, *opened)
        for name, value in sorted(wanted.items(), key=lambda item: item[0] in opened):
            if (value != reset[name] or name in must) and name not in _NOT_WRITTEN:
                steps.append((name, value))
        return steps

    def _into_mode(self, prv: int, v: int) -> list[tuple[str, int]]:
        if prv == 3:
            return []
        is_rv32 = self._config.xlen == 32
        steps = [("mstatus", prv << _MPP | (_MPV if v and not is_rv32 else 0))]
        if v and is_rv32:
            steps.append(("mstatush", _MPV_HIGH))
        return [*steps, (MRET, 0)]

    def _write(self, name: str, value: int) -> str:
        return f"{self._writes[name] | value << self._data:x}"
