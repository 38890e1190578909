"""What `utrap run --trace` prints: every instruction that retires, every trap and return, the program's lines."""

from __future__ import annotations

from collections.abc import Iterator

from utrap.config import Config
from utrap.isa import CommitOp
from utrap_show.names import cause_name
from utrap_testbench.golden import irq_name

from .disassembly import Disassembler
from .image import Image
from .mode_names import MODES
from .simulation import Event, Happening, Retired, Sent
from .sources import Sources

__all__ = ["Tracer"]

_RETURNS = {CommitOp.MRET: "mret", CommitOp.SRET: "sret", CommitOp.URET: "uret"}
_GUEST_PAGE_FAULTS = (20, 21, 23)


class Tracer:
    """Turns happenings into lines.

    Args:
        config: The unit's configuration.
        sources: What the events' vectors hold.
        image: The program, which names places.
    """

    def __init__(self, config: Config, sources: Sources, image: Image) -> None:
        self._disassembler = Disassembler(config)
        self._outputs, self._image = sources.outputs, image
        self._sent, self._sent_at, self._sent_by = bytearray(), 0, "uart"

    def lines(self, happening: Happening) -> Iterator[str]:
        """The lines for one happening: none, one, or two."""
        if isinstance(happening, Retired):
            words = self._disassembler.words(happening.pc, happening.insn)
            place = self._image.place(happening.pc)
            line = f"{happening.cycle:>9} {MODES.get(happening.mode, '?'):2} {happening.pc:#018x} {words}"
            yield f"{line:<72} {place}".rstrip()
        elif isinstance(happening, Event):
            if text := self._event(happening):
                yield f"{happening.cycle:>9} {text}"
        elif isinstance(happening, Sent):
            device = "htif" if happening.by_htif else "uart"
            if device != self._sent_by:
                yield from self.rest()
            self._sent_by = device
            self._sent.append(happening.byte)
            self._sent_at = happening.cycle
            if happening.byte == 0x0A:
                yield from self.rest()

    def rest(self) -> Iterator[str]:
        """The last line that the program sent, if it has no end yet."""
        if self._sent:
            yield f"{self._sent_at:>9} {self._sent_by} {self._sent.decode(errors='backslashreplace')!r}"
            self._sent.clear()

    def _event(self, event: Event) -> str:
        """A trap or a return in words; "" for what only retires."""

        def value(name: str) -> int:
            return self._outputs.value(event.outputs, f"trace.{name}")

        kind = CommitOp(value("kind"))
        path = f"{MODES.get(value('from_mode'), '?')} -> {MODES.get(value('to_mode'), '?')}"
        vector = value("vector")
        place = f"{vector:#x} {self._image.place(vector)}".rstrip()
        if kind in _RETURNS:
            return f"{_RETURNS[kind]} {path}, to {place}"
        if kind is CommitOp.INTERRUPT:
            cause = value("cause")
            return f"interrupt {path}, {irq_name(cause)} ({cause}), epc {value('epc'):#x}, to {place}"
        if kind is CommitOp.EXCEPTION:
            cause = value("cause")
            gpa = f", gpa {value('gpa') << 2:#x}" if cause in _GUEST_PAGE_FAULTS else ""
            where = f"epc {value('epc'):#x}, tval {value('tval'):#x}{gpa}"
            return f"exception {path}, {cause_name(cause)} ({cause}), {where}, to {place}"
        return ""
