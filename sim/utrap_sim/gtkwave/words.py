"""Modes, causes, events and CSRs as words: GTKWave's translation files, and which of them a port has.

Each stands beside the save file, which names it without a folder, so that the folder can be moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import Any

from vcd.gtkw import make_translation_filter

from utrap.config import Config, every_extension
from utrap.csr.configured import csrs
from utrap.isa import CommitOp, CsrOp, ExceptionCause, Fault, Interrupt, Mode, interrupts
from utrap.products.port_list import Port
from utrap_show.names import Names, cause_name

__all__ = ["Words"]

_COLOURS = {Mode.M: "red", Mode.S: "orange", Mode.U: "green", Mode.VS: "blue", Mode.VU: "purple"}
#: What of a cause is read as one of an exception, of an interrupt, or of either.
_CAUSES = {"commit_cause": "exceptions", "hart_ecall_cause": "exceptions", "interrupt_cause": "interrupts"}
#: Ports that are one of these have its names as words.
_ENUMERATIONS: dict[str, type[IntEnum]] = {
    "modes": Mode,
    "operations": CommitOp,
    "csr-operations": CsrOp,
    "faults": Fault,
}


class Words:
    """The translation files of one save file.

    Args:
        names: The hart's.

    Attributes:
        files: Those that something has asked for, by name.
    """

    def __init__(self, names: Names) -> None:
        self._names = names
        self.files: dict[str, bytes] = {}

    def of_port(self, port: Port) -> str | None:
        """The file for the values of a port, if they have words."""
        if port.encoding:
            kinds = (kind for kind, names in _ENUMERATIONS.items() if port.encoding.items() <= _values(names).items())
            return self.of(next(kinds), port.width)
        if port.name in _CAUSES:
            return self.of(_CAUSES[port.name], port.width)
        other = {"trace_cause": "causes", "commit_csr_address": "csrs"}.get(port.name)
        return self.of(other, port.width) if other else None

    def of(self, kind: str, width: int) -> str:
        """The file that translates values of a kind."""
        words: list[Any]
        file = kind
        if kind == "modes":
            words = [(mode, self._names.mode_name(mode), _COLOURS[mode]) for mode in Mode]
            file = "modes-hs" if self._names.config.h else "modes-s"
        elif kind == "xcauses":
            interrupt = 1 << width - 1
            words = [*list(_exceptions())[1:], *((interrupt | code, name) for code, name in _interrupts())]
            file = f"xcauses-{width}"
        elif kind in _ENUMERATIONS:
            words = _fitting(_values(_ENUMERATIONS[kind]).items(), width)
        else:
            # A port that means nothing in a cycle is 0, and better has no name then.
            words = _fitting(((value, word) for value, word in _TABLES[kind]() if value or kind == "events"), width)
        name = f"gtkwave-{file}.txt"
        self.files[name] = (make_translation_filter(words, "hex", width) + "\n").encode()
        return name


def _fitting(words: Iterable[tuple[int, str]], width: int) -> list[tuple[int, str]]:
    """Those that the configuration's wire can hold."""
    return [(value, word) for value, word in words if value >> width == 0]


def _exceptions() -> Iterator[tuple[int, str]]:
    return ((code.value, cause_name(code)) for code in ExceptionCause)


_MOST_INTERRUPTS = Config.profile("mu", local_interrupts=48)


def _interrupts() -> Iterator[tuple[int, str]]:
    """Every standard one, and the platform's own, of every configuration, so that the file is the same for all."""
    yield from ((code.value, code.name) for code in Interrupt)
    yield from ((rule.code, rule.name) for rule in interrupts(_MOST_INTERRUPTS) if rule.is_local)


def _either() -> Iterator[tuple[int, str]]:
    """What a code may be where nothing says of which kind it is."""
    exceptions, interrupts = dict(_exceptions()), dict(_interrupts())
    for code in sorted(exceptions.keys() | interrupts.keys()):
        yield code, " or ".join(table[code] for table in (exceptions, interrupts) if code in table)


def _events() -> Iterator[tuple[int, str]]:
    """What the bench's `happens` says: kind and cause."""
    for operation in CommitOp:
        if operation is CommitOp.EXCEPTION:
            yield from ((operation << 6 | code, name) for code, name in _exceptions())
        elif operation is CommitOp.INTERRUPT:
            yield from ((operation << 6 | code, name) for code, name in _interrupts())
        else:
            yield operation << 6, {CommitOp.NONE: "-", CommitOp.DEBUG_CSR: "debugger"}.get(operation, operation.name)


def _csr_numbers() -> Iterator[tuple[int, str]]:
    """Names by address, of every configuration, so that the file is the same for all."""
    widest = [Config.profile("full", xlen, windows=8, **every_extension(xlen)) for xlen in (32, 64)]
    yield from sorted({row.address: row.name for config in widest for row in csrs(config)}.items())


def _values(names: type[IntEnum]) -> dict[int, str]:
    return {member.value: member.name for member in names}


_TABLES = {
    "events": _events,
    "exceptions": _exceptions,
    "interrupts": _interrupts,
    "causes": _either,
    "csrs": _csr_numbers,
}
