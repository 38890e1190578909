"""The scoreboard: steps the golden model and compares everything that the bench saw, in every cycle.

In the cycle of an event the ports answer it; the state that it leaves is seen
in the next. So one vector a cycle shows both. A difference in a register is the
event's before, and what else differs then follows from it; one in ports alone
is this cycle's event's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from utrap_testbench.boundary import Layout, PackedOutputs, output_ports
from utrap_testbench.golden import Config, Outcome, State, reset, reset_state, step
from utrap_testbench.golden.interrupts import lines_of, set_lines
from utrap_testbench.golden.isa import Irq, bits
from utrap_testbench.golden.registers import register_readers
from utrap_testbench.golden.rules import Rules
from utrap_testbench.golden.views import zero

from .cycle import Cycle
from .monitor import Monitor

__all__ = ["Difference", "Expected", "Scoreboard"]


_LINED, _STIP = bits(Irq.SEI, Irq.UEI), bits(Irq.STI)
#: Ports that show one bit of storage that no register does.
_SHOWN_STATE = frozenset({"hart.debug", "hart.critical_error"})
#: Registers that show the lines of this cycle.
_SENSED = frozenset({"hgeip", "mhartid"})


@dataclass(slots=True)  # not frozen, which would cost more to make
class Expected:
    """What a cycle must show: the bits of the vector under a mask, and where it all comes from."""

    bits: int
    mask: int
    cycle: Cycle
    before: State
    outcome: Outcome
    after: State


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which the unit and the model differ.

    Attributes:
        field: A port's member or a register.
        expected: The model's value.
        got: The unit's; None where a bit is unknown.
        is_state: The event of the cycle before left it so: it is storage, and no answer to this cycle's event or lines.
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
        layout: What the bench sees: output ports, registers, and bits of registers as stored.
        hartid: The hart's number, where a port says it.

    Attributes:
        state: The model's state before the next cycle's event.
    """

    def __init__(self, config: Config, layout: Layout, hartid: int) -> None:
        self.config = config
        self.monitor = Monitor(layout)
        self.state = reset_state(config).replace(mhartid=hartid if config.mhartid == "port" else 0)
        self._has_more_inputs = "port" in (config.mtvec_reset, config.rnmi_vectors) or config.sscofpmf or config.smrnmi
        self._ports = frozenset(output_ports(config))
        self._low = layout.offset
        self._ones = {field.name: (1 << field.width) - 1 for field in layout.fields}
        self._outputs = PackedOutputs(config, layout, self._registers())
        # Of mip what it alone shows of storage: not SEIP and UEIP, nor STIP where there are timers.
        self._pending_state = config.rules.mip_software & ~_LINED & ~(_STIP if config.sstc else 0)

    def step(self, cycle: Cycle) -> Expected:
        """Step the model, and give what the unit must show in this cycle."""
        config, state = self.config, self.state
        if cycle.lines is not None or cycle.hgeip is not None or cycle.time is not None:
            lines = lines_of(state) if cycle.lines is None else cycle.lines
            hgeip = state.hgeip if cycle.hgeip is None else cycle.hgeip
            time = state.time if cycle.time is None else cycle.time
            state = set_lines(config.rules, state, lines, hgeip, time)
        if self._has_more_inputs:
            state = self._take_inputs(state, cycle)
        after, outcome = step(config, state, cycle.event)
        bits, mask = self._outputs.by_state(state)
        if cycle.reset:
            # It wins over the event, and what the ports answer then is no matter.
            after = reset(config, state)
        else:
            answered, meant = self._outputs.by_event(state, cycle.event, outcome)
            bits, mask = bits | answered, mask | meant
        self.state = after
        return Expected(bits, mask, cycle, state, outcome, after)

    def _take_inputs(self, state: State, cycle: Cycle) -> State:
        """The state with the levels of what extensions and configurable vectors bring."""
        config = self.config
        if cycle.mtvec_reset is not None and config.mtvec_reset == "port":
            state = state.replace(mtvec_reset=cycle.mtvec_reset)
        if config.sscofpmf:
            overflows = state.counter_overflow if cycle.overflows is None else cycle.overflows
            state = state.replace(lcofi_request=cycle.lcofi, counter_overflow=overflows)
        if config.smrnmi:
            rnmi = state.line_rnmi if cycle.rnmi is None else cycle.rnmi
            cause = state.rnmi_cause if cycle.rnmi_cause is None else cycle.rnmi_cause
            state = state.replace(line_rnmi=rnmi, rnmi_cause=cause)
        if config.rnmi_vectors == "port":
            told = {name: getattr(cycle, name) for name in ("rnmi_interrupt_vector", "rnmi_exception_vector")}
            state = state.replace(**{name: level for name, level in told.items() if level is not None})
        return state

    def compare(self, expected: Expected, text: str) -> list[Difference]:
        """Every field in which a cycle's vector is not as expected."""
        value = self.monitor.value(text)
        if value is not None and (value ^ expected.bits) & expected.mask == 0:
            return []
        found: dict[str, tuple[int, int | None]] = {}
        for name, got in self.monitor.fields(text).items():
            if expected.mask >> self._low[name] & 1:
                wanted = expected.bits >> self._low[name] & self._ones[name]
                if got != wanted:
                    found[name] = wanted, got
        return [
            Difference(name, wanted, got, self._is_state(name, wanted, got, found.keys()))
            for name, (wanted, got) in found.items()
        ]

    def _is_state(self, name: str, wanted: int, got: int | None, differing: Collection[str]) -> bool:
        """Whether the difference was there before this cycle's event and lines."""
        if name in self._ports:
            # No register has the mode: the port shows it, and the trace does where the event counts.
            return name in _SHOWN_STATE or (name == "hart.mode" and "trace.from_mode" in differing)
        if name == "mip":
            return got is None or bool((wanted ^ got) & self._pending_state)
        return name not in _SENSED

    def _registers(self) -> Iterator[tuple[Callable[[State], int], int, int]]:
        """What is seen beside the ports: registers whole, or bits as stored (`<register>.<field>@<bit>`)."""
        rules, readers = self.config.rules, register_readers(self.config.rules)
        for name, width in self.monitor.layout.fields:
            if name not in self._ports:
                register, _, place = name.partition("@")
                # Without GEILEN hgeip is no register of the model.
                read = readers.get(register.partition(".")[0], zero)
                yield _reader(rules, read, int(place or 0), (1 << width) - 1), self._low[name], width


def _reader(rules: Rules, read: Callable[[Rules, State], int], place: int, ones: int) -> Callable[[State], int]:
    return lambda state: read(rules, state) >> place & ones
