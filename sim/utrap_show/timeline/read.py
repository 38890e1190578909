"""Reads a timeline from a waveform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import IntEnum
from pathlib import Path

from utrap.command_line.errors import UserError
from utrap.isa import CommitOp, CsrOp, ExceptionCause, Mode
from utrap_show.outside import OUTSIDE
from utrap_show.waveform import Recording, Sample, Scope, Values, choose_scope, number, open_recording, samples

from .csrs import in_fields, rows, unexplained
from .event import Event, Kind, Write, trap_name
from .port import COMMIT, CRITICAL, NEEDED, PORTS, RESETS, readable, xlen_of
from .saved import Place, places
from .timeline import Timeline, Wave

__all__ = ["read_timeline"]

_KINDS = {
    CommitOp.CSR: Kind.CSR,
    CommitOp.EXCEPTION: Kind.EXCEPTION,
    CommitOp.INTERRUPT: Kind.INTERRUPT,
    CommitOp.MRET: Kind.MRET,
    CommitOp.SRET: Kind.SRET,
    CommitOp.URET: Kind.URET,
    CommitOp.MNRET: Kind.MNRET,
    CommitOp.RNMI: Kind.RNMI,
    CommitOp.DEBUG_CSR: Kind.DEBUG_CSR,
    CommitOp.HALT: Kind.HALT,
    CommitOp.RESUME: Kind.RESUME,
}
#: The waveforms, with the enumeration of those whose values the file may say as names.
_WAVES: dict[str, type[IntEnum] | None] = {
    "hart_mode": Mode,
    "trace_kind": CommitOp,
    "interrupt_request": None,
    **dict.fromkeys(("mepc", "sepc", "vsepc", "uepc")),
}
#: CSRs that a core has beside the unit's, by address.
_OUTSIDE = {address: name for name, address in OUTSIDE.items()}
_LANES = (Mode.M, Mode.S, Mode.U, Mode.VS, Mode.VU)


def read_timeline(
    file: Path | str,
    title: str = "",
    scope: str | None = None,
    *,
    accesses: bool = False,
    first: int = 0,
    last: int | None = None,
    limit: int = 200,
) -> Timeline:
    """Read the timeline of a hart from a VCD or FST file that has the trace port.

    Args:
        file: The file.
        title: What was recorded; the file's name by default.
        scope: The scope of the trace port, whole or from a dot on; found where there is one.
        accesses: CSR accesses are events too.
        first, last: Only the events of these cycles.
        limit: So many events are drawn at most; all are listed.

    Raises:
        UserError: When the file cannot be read, is none, is cut off, has no trace port or several, or one
            without values.
    """
    path = Path(file)
    with open_recording(path) as recording:
        chosen = choose_scope(recording, NEEDED, "trace port", scope)
        reader = _Reader(recording, chosen, accesses, first, last, limit)
        event = ("trace_kind", reader.is_event)
        for sample in samples(recording, chosen, "clk", reader.watched, reader.signals, event):
            reader.take(sample)
    timeline = reader.timeline(title or path.stem, path.name)
    if timeline.first >= timeline.end:
        raise UserError(f"--cycles {first}: {path} has {timeline.cycles} cycles, counted from 0")
    return timeline


def _mode(value: bytes | None) -> Mode | None:
    mode = number(value, Mode)
    return None if mode is None or mode not in Mode.__members__.values() else Mode(mode)


class _Reader:
    """Turns samples into events."""

    def __init__(
        self, recording: Recording, scope: Scope, accesses: bool, first: int, last: int | None, limit: int
    ) -> None:
        wires = scope.wires
        self.scope, self._recording = scope, recording
        self.xlen = xlen_of(scope)
        self.reset = next((name for name in RESETS if name in wires), next(iter(RESETS)))
        wanted = (self.reset, *PORTS, *COMMIT * accesses, "interrupt_request", *CRITICAL, *rows(self.xlen))
        self.watched, self._notes = readable(recording, scope, wanted, self.xlen)
        self.csrs = [name for name in rows(self.xlen) if name in self.watched]
        self.signals = frozenset(name for name in (self.reset, *_WAVES, *CRITICAL) if name in self.watched)
        self.has_h = "hstatus" in wires or "trace_gpa" in wires
        self._accesses, self._first, self._last, self._limit = accesses, first, last, limit
        self._events: list[Event] = []
        self._waiting: tuple[Event, Values] | None = None  # with the wires before it
        self._start: Mode | None = None
        self._mode: Mode | None = None
        self._was_reset = True
        self._changes: dict[str, list[tuple[int, int | None]]] = {name: [] for name in _WAVES if name in self.watched}
        self._times: list[tuple[int, int]] = []
        self._cycles = self._unknown = 0
        self._is_kind_known = False

    def take(self, sample: Sample) -> None:
        """Take the next sample."""
        self._cycles = sample.cycle + (not sample.is_last)
        if self._waiting is not None:
            event, before = self._waiting
            self._waiting = None
            self._events.append(self._finished(event, before, sample))
        is_wanted = self._is_wanted(sample.cycle)
        if is_wanted:
            self._record(sample)
        if sample.is_last:
            self._judge_end(sample.values)
            return
        if len(self._times) < 2:
            self._times.append((sample.cycle, sample.time))
        is_reset = number(sample.values.get(self.reset)) == RESETS[self.reset]
        mode = _mode(sample.values.get("hart_mode"))
        self._mode = self._mode if mode is None else mode
        if self._start is None and is_wanted:
            self._start = self._mode
        if is_wanted and self._mode is not None and _has_stopped(sample):
            self._events.append(self._in_place(Kind.CRITICAL_ERROR, sample, self._mode))
        if not is_reset:
            happened = self._event(sample)
            if happened is not None:
                self._mode = happened.to_mode
                self._waiting = (happened, sample.values.copy()) if is_wanted else None
        elif not self._was_reset and is_wanted and self._mode is not None:
            self._events.append(self._in_place(Kind.RESET, sample, self._mode))
        if is_reset:
            self._mode = Mode.M
        self._was_reset = is_reset

    def is_event(self, kind: bytes) -> bool:
        """Whether trace_kind tells of an event."""
        op = number(kind, CommitOp)
        self._is_kind_known |= op is not None
        return bool(op)

    def _judge_end(self, values: Values) -> None:
        """Say which wires have told nothing."""
        where = f"{self._recording.path}: {self.scope.name}"
        never = values.never(self.watched)
        for name in NEEDED[1:]:
            if name in never:
                raise UserError(f"{where}.{name} never gets a value: whether anything happened is not known")
        if not self._is_kind_known:
            raise UserError(f"{where}.trace_kind is x throughout: whether anything happened is not known")
        if never:
            self._notes.append(f"without any value in the file: {', '.join(never)}")

    def _is_wanted(self, cycle: int) -> bool:
        return self._first <= cycle and (self._last is None or cycle <= self._last)

    def _record(self, sample: Sample) -> None:
        """The waveforms, as far as they are drawn."""
        if len(self._events) > self._limit:
            return
        for name, changes in self._changes.items():
            if not changes and sample.cycle > self._first:
                value = sample.old.get(name, sample.values[name])
                changes.append((self._first, number(value, _WAVES[name])))
            if not changes or name in sample.old:
                changes.append((sample.cycle, number(sample.values[name], _WAVES[name])))

    def _in_place(self, kind: Kind, sample: Sample, mode: Mode) -> Event:
        """A reset, or a critical error: no event of the trace port."""
        to_mode = Mode.M if kind is Kind.RESET else mode
        return Event(cycle=sample.cycle, time=sample.time, kind=kind, from_mode=mode, to_mode=to_mode)

    def _event(self, sample: Sample) -> Event | None:
        """The event that takes effect at the edge."""
        values = sample.values
        op = number(values["trace_kind"], CommitOp)
        if (
            not op
            or op not in CommitOp.__members__.values()
            or (not self._accesses and op in (CommitOp.CSR, CommitOp.DEBUG_CSR))
        ):
            return None
        kind = _KINDS[CommitOp(op)]
        from_mode, to_mode = _mode(values["trace_from_mode"]), _mode(values["trace_to_mode"])
        if from_mode is None or to_mode is None:
            self._unknown += 1
            return None
        self.has_h |= bool((from_mode | to_mode) & 4)
        cause = number(values["trace_cause"]) if kind.is_trap else None
        is_exception = kind is Kind.EXCEPTION
        gpa = number(values.get("trace_gpa")) if is_exception and _has_gpa(cause) else None
        return Event(
            cycle=sample.cycle,
            time=sample.time,
            kind=kind,
            from_mode=from_mode,
            to_mode=to_mode,
            cause=cause,
            epc=number(values.get("trace_epc")) if kind.is_trap or kind is Kind.HALT else None,
            tval=number(values.get("trace_tval")) if is_exception else None,
            gpa=None if gpa is None else gpa << 2,
            vector=number(values.get("trace_vector")) if kind.is_trap or kind.is_return else None,
            access=self._access(kind, values, from_mode) if kind.is_access else "",
        )

    def _access(self, kind: Kind, values: Mapping[str, bytes], mode: Mode) -> str:
        """A CSR access in words."""
        address, op = number(values.get("commit_csr_address")), number(values.get("commit_csr_op"), CsrOp)
        operand = number(values.get("commit_csr_wdata"))
        if address is None or op is None:
            return ""
        row = next((row for row in rows(self.xlen).values() if row.address == address), None)
        name = _OUTSIDE.get(address, f"CSR {address:#x}") if row is None else row.name
        if row is not None and row.vs_name and mode & 4 and kind is Kind.CSR:
            name = row.vs_name
        data = "" if operand is None or op == CsrOp.READ else f", {operand:#x}"
        who = "debugger: " if kind is Kind.DEBUG_CSR else ""
        return f"{who}{CsrOp(op).name.lower()} {name}{data}"

    def _finished(self, event: Event, before: Values, after: Sample) -> Event:
        """The event with what it wrote, as the CSRs show it one cycle later."""
        new = after.values
        if event.kind in (Kind.EXCEPTION, Kind.INTERRUPT) and event.to_mode is Mode.M:
            event = self._into_m(event, before, new)
        kind = Kind.RNMI if event.to_rnmi_handler else event.kind
        has_shudeleg = "hudcfg" in self.csrs or (not self.csrs and event.to_mode is Mode.U and event.from_mode > 3)
        written = places(kind, event.from_mode, event.to_mode, self.xlen, self.has_h, has_shudeleg)
        others = []
        for name in new.changed(self.csrs, before):
            old, now = number(before[name]), number(new[name])
            if old is not None and now is not None and (old ^ now) & unexplained(name, written, self.xlen):
                others.append(Write(name, "", old, now))
        if event.kind.is_access:
            return replace(event, writes=tuple(part for write in others for part in in_fields(write, self.xlen)))
        writes = [_write(place, before, new) for place in written if not self.csrs or place.csr in before]
        rare = {(place.csr, place.field) for place in written if place.is_rare}
        told = (write for write in writes if write.old != write.new or (write.csr, write.field) not in rare)
        return replace(event, writes=tuple(told), others=tuple(others))

    def _into_m(self, event: Event, before: Values, after: Values) -> Event:
        """With what mcause, mtval2 and mnstatus say of it: a double trap, or one that M could not take."""
        known = [number(values.get("mnstatus")) for values in (before, after)]
        to_handler = [value and value >> 3 & 1 for value in known] == [1, 0]
        mcause, mtval2 = (number(after.get(csr)) for csr in ("mncause" if to_handler else "mcause", "mtval2"))
        double_of = None
        if event.cause == ExceptionCause.DOUBLE_TRAP and (
            event.kind is Kind.EXCEPTION or mcause == ExceptionCause.DOUBLE_TRAP
        ):
            double_of = ""
            if mtval2 is not None and not to_handler:
                interrupt = 1 << self.xlen - 1
                double_of = trap_name(bool(mtval2 & interrupt), mtval2 & ~interrupt, event.from_mode)
        return replace(event, double_of=double_of, to_rnmi_handler=to_handler)

    def timeline(self, title: str, source: str) -> Timeline:
        """The timeline of what was taken."""
        seen = {mode for event in self._events for mode in (event.from_mode, event.to_mode)}
        has_s = self.has_h or "sstatus" in self.csrs or Mode.S in seen
        there = {Mode.M, Mode.U} | ({Mode.S} if has_s else set()) | ({Mode.VS, Mode.VU} if self.has_h else set())
        start = self._mode if self._start is None else self._start
        if self._events:
            start = self._events[0].from_mode
        recording = self._recording
        notes = [*self._notes, *recording.notes]
        if self._unknown:
            events = "event with an unknown mode is" if self._unknown == 1 else "events with an unknown mode are"
            notes.append(f"{self._unknown} {events} left out")
        return Timeline(
            title=title,
            source=source,
            scope=self.scope.name,
            xlen=self.xlen,
            has_h=self.has_h,
            modes=tuple(mode for mode in _LANES if mode in there),
            cycles=self._cycles,
            first=self._first,
            end=self._cycles if self._last is None else min(self._last + 1, self._cycles),
            magnitude=recording.magnitude,
            unit=recording.unit,
            period=self._period(),
            start=start,
            events=tuple(self._events),
            waves=tuple(Wave(name, tuple(c)) for name, c in self._changes.items()),
            limit=self._limit,
            notes=tuple(notes),
        )

    def _period(self) -> int:
        if len(self._times) < 2:
            return 1
        (cycle, time), (later, then) = self._times
        return max(1, (then - time) // (later - cycle))


def _has_stopped(sample: Sample) -> bool:
    """Whether the hart has stopped since the sample before."""
    return any(
        number(sample.values[name]) == 1 and number(sample.old[name]) == 0 for name in CRITICAL if name in sample.old
    )


def _has_gpa(cause: int | None) -> bool:
    if cause is None or cause not in ExceptionCause.__members__.values():
        return False
    return ExceptionCause(cause).is_guest_page_fault


def _write(place: Place, before: Values, after: Values) -> Write:
    return Write(place.csr, place.field, _part(place, before), _part(place, after))


def _part(place: Place, values: Values) -> int | None:
    value = number(values.get(place.csr))
    return None if value is None else value >> place.lsb & (1 << place.width) - 1
