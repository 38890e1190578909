"""Bringing the unit into any legal state through its own ports: reset, a return into the mode, then one write a CSR.

From M after reset `mstatus.MPP` and MPV are written and MRET goes to the mode.
Every CSR that is not as after reset is then written by DEBUG_CSR, which has
M-mode's rights in every mode and leaves the mode alone; so MPP, MPRV or MPIE
can be anything although the mode was reached by a return.

What only a halt stores, dcsr.cause and nmip, a halt brings about, and so it does
Debug Mode itself; out of that RESUME goes to the mode.
"""

from __future__ import annotations

from utrap_testbench.boundary import Encoder
from utrap_testbench.golden import (
    Config,
    CsrAccess,
    CsrOp,
    Event,
    Halt,
    Resume,
    Return,
    State,
    TrapReturn,
    registers,
    reset_state,
)

from .simulators.bench import Bench

__all__ = ["Establisher", "event_of"]

#: The steps of a way that are events and no CSR: the return into the mode, or the entry into Debug Mode, with what it
#: stores in dcsr, and the way out of it.
_MRET, _HALT, _RESUME = "mret", "halt", "resume"
#: Where that is in dcsr.
_CAUSE, _NMIP = 6, 3

#: mstatus.MPP and MPV; RV32 has MPV in mstatush.
_MPP, _MPV, _MPV_HIGH = 11, 1 << 39, 1 << 7
#: Seen in the registers, but not a CSR to write.
_NOT_WRITTEN = (
    *("prv", "v", "mip", "hgeip", "mhartid", "seip_line", "seip_sw", "ueip_line", "ueip_sw"),
    *("stip_sw", "time", "timeh", "counter_overflow", "debug", "critical"),
)
_VSSIP = 1 << 2
#: They say what others can hold, so they come before them.
_ENABLES = ("menvcfg", "menvcfgh", "henvcfg", "henvcfgh", "mstatush")


class Establisher:
    """Makes stimuli that bring the unit of a bench from any state into a given one."""

    def __init__(self, bench: Bench, config: Config) -> None:
        self._config = config
        self._reset = registers(config, reset_state(config))
        encoder = Encoder(bench.inputs)
        self.reset = bench.inputs.pack({"rst": 1})
        self._encoder = encoder
        self._data = bench.inputs.offset["commit.csr_wdata"]
        self._writes = {
            row.name: encoder.event(CsrAccess(address=row.address, op=CsrOp.WRITE, debug=True))
            for row in config.rules.csrs.values()
        }

    def stimuli(self, state: State, wanted: dict[str, int]) -> list[str]:
        """Stimuli from the state after reset; `wanted` are the state's registers."""
        return [f"{self._bits(name, value):x}" for name, value in self.way(state, wanted)]

    def way(self, state: State, wanted: dict[str, int]) -> list[tuple[str, int]]:
        """The same as CSRs to write, by name, with their values; `event_of` knows the names of events."""
        reset = self._reset
        if state.debug or state.dcsr_cause or state.dcsr_nmip:
            steps = self._by_halt(state)
        else:
            steps = self._into_mode(state.prv, state.v)
        # After a return mstatus and its high half are not as after reset, after a halt dcsr and dpc are not.
        must = ("mstatus", "mstatush", "dcsr", "dpc") if steps else ()
        if state.mip_software:
            # mip and hvip have VSSIP in common. First, for with menvcfg.STCE mip.STIP cannot be written.
            steps.append(("mip", state.mip_software | state.hvip & _VSSIP))
        # What mstateen hides cannot be written, so it comes last, and before the others it is open.
        opened = [name for name in wanted if name.startswith("mstateen")]
        if any(wanted[name] for name in wanted if name.startswith(("hstateen", "sstateen"))):
            steps += [(name, self._config.rules.xlen_mask) for name in opened]
            must = (*must, *opened)
        # Without DTE no SDT can be written, and with MDT no MIE.
        for name, value in sorted(wanted.items(), key=lambda item: (item[0] in opened, item[0] not in _ENABLES)):
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
        return [*steps, (_MRET, 0)]

    def _by_halt(self, state: State) -> list[tuple[str, int]]:
        steps = [(_HALT, state.dcsr_cause << _CAUSE | state.dcsr_nmip << _NMIP)]
        if not state.debug:
            steps += [("dcsr", state.v << 5 | state.prv), (_RESUME, 0)]
        return steps

    def _bits(self, name: str, value: int) -> int:
        event = event_of(name, value)
        return self._writes[name] | value << self._data if event is None else self._encoder.event(event)


def event_of(step: str, value: int) -> Event | None:
    """The event of a step of a way; None for a CSR that is written."""
    if step == _HALT:
        return Halt(pc=0, cause=value >> _CAUSE & 7, nmip=value >> _NMIP & 1)
    if step == _MRET:
        return TrapReturn(insn=Return.MRET)
    return Resume() if step == _RESUME else None
