"""The scoreboard: steps the golden model and compares everything that the bench saw, in every cycle.

In the cycle of an event the ports answer it; the state that it leaves is seen
in the next. So one vector a cycle shows both, and a difference in a port is
this cycle's event's, one in a register the event's before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from utrap_testbench.golden import Config, Event, Outcome, State, reset_state, step
from utrap_testbench.golden.interrupts import set_lines
from utrap_testbench.golden.registers import registers

from .cycle import Cycle
from .monitor import Monitor
from .vector import Layout

__all__ = ["Difference", "Expected", "Scoreboard"]

#: What the model expects of the ports: (config, state before the event, event, outcome) -> value by field.
Outputs = Callable[[Config, State, Event, Outcome], Mapping[str, int]]
#: Ports that answer the event; with `rst` it has no effect, and what they say then is no matter.
_ANSWERS = ("answer.", "extension.", "trace.")


@dataclass(frozen=True, slots=True)
class Expected:
    """What a cycle must show: the bits of the vector under a mask, and where it all comes from."""

    bits: int
    mask: int
    cycle: Cycle
    before: State
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which the unit and the model differ.

    Attributes:
        field: A port's member or a register.
        expected: The model's value.
        got: The unit's; None where a bit is unknown.
        is_state: It is a register: the event of the cycle before left it so.
    """

    field: str
    expected: int
    got: int | None
    is_state: bool

    def __str__(self) -> str:
        if self.got is None:
            return f"{self.field}: expected {self.expected:#x}, got unknown bits"
        apart = self.expected ^ self.got
        bits = [bit for bit in range(apart.bit_length()) if apart >> bit & 1]
        where = f" (bit{'s' * (len(bits) > 1)} {', '.join(map(str, bits))})" if 0 < len(bits) <= 4 else ""
        return f"{self.field}: expected {self.expected:#x}, got {self.got:#x}{where}"


class Scoreboard:
    """Runs the model beside the unit.

    Args:
        config: The hart.
        layout: What the bench sees.
        outputs: What the model expects of the ports.
        hartid: The hart's number.

    Attributes:
        state: The model's state before the next cycle's event.
    """

    def __init__(self, config: Config, layout: Layout, outputs: Outputs, hartid: int) -> None:
        self.config = config
        self.monitor = Monitor(layout)
        self._outputs = outputs
        self._reset = reset_state(config).replace(mhartid=hartid)
        self.state = self._reset
        fields = layout.fields
        self._is_port = {field.name: field.name.partition(".")[0] in _PORTS for field in fields}
        self._low = layout.offset
        self._ones = {field.name: (1 << field.width) - 1 for field in fields}
        self._registers = [field.name for field in fields if not self._is_port[field.name]]
        # Those that are seen whole, and bits as stored: `<register>.<field>@<bit>`.
        self._whole = [(name, self._low[name]) for name in self._registers if "@" not in name]
        self._parts = [
            (name.partition(".")[0], int(name.partition("@")[2]), self._low[name])
            for name in self._registers
            if "@" in name
        ]
        self._register_mask = sum(self._ones[name] << self._low[name] for name in self._registers)
        self._masks: dict[tuple[str, ...], int] = {}
        self._seen: State | None = None
        self._seen_bits = 0

    def step(self, cycle: Cycle) -> Expected:
        """Step the model, and give what the unit must show in this cycle."""
        config, state = self.config, self.state
        if cycle.lines is not None or cycle.hgeip is not None:
            lines = _levels(state) if cycle.lines is None else cycle.lines
            state = set_lines(config.rules, state, lines, state.hgeip if cycle.hgeip is None else cycle.hgeip)
        after, outcome = step(config, state, cycle.event)
        ports = self._outputs(config, state, cycle.event, outcome)
        if cycle.reset:
            after = _with_lines_of(self._reset, state)
            ports = {name: value for name, value in ports.items() if not name.startswith(_ANSWERS)}
        bits, mask = self._pack_ports(ports)
        self.state = after
        return Expected(bits | self._pack_registers(state), mask | self._register_mask, cycle, state, outcome)

    def compare(self, expected: Expected, text: str) -> list[Difference]:
        """Every field in which a cycle's vector is not as expected."""
        value = self.monitor.value(text)
        if value is not None and (value ^ expected.bits) & expected.mask == 0:
            return []
        differences = []
        for name, got in self.monitor.fields(text).items():
            if expected.mask >> self._low[name] & 1:
                wanted = expected.bits >> self._low[name] & self._ones[name]
                if got != wanted:
                    differences.append(Difference(name, wanted, got, not self._is_port[name]))
        return differences

    def _pack_ports(self, ports: Mapping[str, int]) -> tuple[int, int]:
        low = self._low
        bits = 0
        for name, value in ports.items():
            bits |= value << low[name]
        names = tuple(ports)
        mask = self._masks.get(names)
        if mask is None:
            mask = self._masks[names] = sum(self._ones[name] << low[name] for name in names)
        return bits, mask

    def _pack_registers(self, state: State) -> int:
        """The registers, and those seen bit by bit as stored."""
        if self._seen is state or (self._seen is not None and self._seen.__dict__ == state.__dict__):
            return self._seen_bits
        values = registers(self.config, state)
        bits = 0
        for name, low in self._whole:
            bits |= values.get(name, 0) << low  # without GEILEN hgeip is no register of the model
        for register, place, low in self._parts:
            bits |= (values[register] >> place & 1) << low
        self._seen, self._seen_bits = state, bits
        return bits


_PORTS = ("answer", "interrupt", "extension", "legality", "hart", "trace")


def _levels(s: State) -> int:
    return s.line_msip << 3 | s.line_mtip << 7 | s.line_ueip << 8 | s.line_seip << 9 | s.line_meip << 11


def _with_lines_of(reset: State, state: State) -> State:
    """The state after reset; the lines are levels from outside, which it leaves alone."""
    return reset.replace(
        line_meip=state.line_meip,
        line_mtip=state.line_mtip,
        line_msip=state.line_msip,
        line_seip=state.line_seip,
        line_ueip=state.line_ueip,
        hgeip=state.hgeip,
    )
