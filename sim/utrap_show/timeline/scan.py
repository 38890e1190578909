"""The value changes of a VCD file, sampled at the rising edges of a clock.

vcdvcd reads every change into Python; here one regular expression takes the changes of the watched
wires out of the file, and the rest is never touched.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from utrap.command_line.errors import UserError

from .header import Header, Scope

__all__ = ["Named", "Sample", "samples"]

_CHUNK = 1 << 22
_HASH = ord("#")
_VECTOR = frozenset(b"bBsS")
#: Values of trace_kind in a cycle without an event; `s` values, without their letter, are Amaranth's.
_NONE = re.compile(rb"0+|NONE|.*[xXzZ].*|")


class Sample(NamedTuple):
    """The wires at a rising edge, as they were before it.

    Attributes:
        cycle: Rising edges before this one.
        time: In steps of the file's time scale.
        values: Every watched wire as the file has it: binary digits, or a name; one dictionary for all samples.
        old: What the signals that changed since the edge before had been.
        is_last: The end of the file instead of an edge: the values are those after the last edge.
    """

    cycle: int
    time: int
    values: Named
    old: Named
    is_last: bool = False


def samples(
    path: Path, file: BinaryIO, header: Header, scope: Scope, watched: list[str], signals: Collection[str]
) -> Iterator[Sample]:
    """Yield the edges at which a signal has changed and those with an event; so the edge after an event, too.

    Args:
        path: The file's name, for messages.
        file: The file.
        header: Its header.
        scope: The scope of the wires.
        watched: The wires, `trace_kind` among them; `clk` is watched anyhow.
        signals: Those of them whose changes matter without an event, `trace_kind` among them.

    Raises:
        UserError: When the file is cut off, or has no rising edge.
    """
    codes = {name: scope.wires[name].code.encode() for name in watched}
    clock, kind = scope.wires["clk"].code.encode(), codes["trace_kind"]
    loud = {codes[name] for name in signals}
    values = dict.fromkeys(codes.values(), b"x")
    old: dict[bytes, bytes] = {}
    rise, fall = b"1" + clock, b"0" + clock
    block: list[bytes] = []  # the changes of one time, which an edge at that time does not see yet
    before, stamp, cycle = b"#0", b"#0", -1
    is_low = is_edge = is_active = False

    for tokens in _tokens(path, file, header, clock, values):
        for token in tokens:
            if not token:  # the clock's falling edge, alone at its time: half of all times in most files
                token, is_falling = b"#", True
            else:
                is_falling = False
            if token[0] == _HASH:
                if is_edge:
                    cycle += 1
                    if old or is_active:
                        yield Sample(cycle, int(stamp[1:]), Named(codes, values), Named(codes, old))
                        old = {}
                    is_edge = False
                if block:
                    for change in block:
                        if change[0] in _VECTOR:
                            value, _, code = change[1:].partition(b" ")
                        else:
                            value, code = change[:1], change[1:]
                        if code in loud and value != values[code]:
                            old.setdefault(code, values[code])
                        values[code] = value
                        if code == kind:
                            is_active = not _NONE.fullmatch(value)
                    block = []
                if is_falling:
                    is_low = True
                else:
                    before, stamp = stamp, token
            elif token == rise:
                is_edge |= is_low
                is_low = False
            elif token == fall:
                is_low = True
            else:
                block.append(token)
    if cycle < 0:
        raise UserError(f"{path} has no rising edge of {scope.name}.clk: nothing was recorded")
    yield Sample(cycle + 1, int(before[1:]), Named(codes, values), Named(codes, old), is_last=True)


class Named(Mapping[str, bytes]):
    """Values by the names of wires: several names may share one code, where wires are connected."""

    def __init__(self, codes: Mapping[str, bytes], values: Mapping[bytes, bytes]) -> None:
        self._codes, self._values = codes, values

    def __getitem__(self, name: str) -> bytes:
        return self._values[self._codes[name]]

    def copy(self) -> Named:
        """The values as they are now."""
        return Named(self._codes, dict(self._values))

    def changed(self, names: Iterable[str], before: Named) -> list[str]:
        """Those of the names that have another value than before."""
        now, then, codes = self._values, before._values, self._codes
        return [name for name in names if now[codes[name]] != then[codes[name]]]

    def __iter__(self) -> Iterator[str]:
        return (name for name, code in self._codes.items() if code in self._values)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _tokens(
    path: Path, file: BinaryIO, header: Header, clock: bytes, codes: Iterable[bytes]
) -> Iterator[Sequence[bytes]]:
    """Yield times and changes of the codes, many at once; an empty one is a time at which only the clock falls.

    A vector's value and code are one space apart. A time past the last one ends them.
    """
    code = rb"(?:" + _alternatives([clock, *codes]) + rb")"
    fall = rb"\n#\d+\r?\n0" + re.escape(clock) + rb"\r?(?=\n#)"
    change = rb"[01xXzZ]" + code + rb"|[bBsS]\S* " + code
    find = re.compile(fall + rb"|\n[ \t]*(#\d+|" + change + rb")[ \t\r]*(?=\n)").findall
    rest = b"\n" + header.body
    while piece := file.read(_CHUNK):
        rest += piece
        # A chunk ends before a time, so that what belongs together is not torn apart.
        end = max(rest.rfind(b"\n#"), 0) + 1
        if end > 1:
            yield find(rest[:end])
            rest = rest[end - 1 :]
    if not rest.rstrip(b" \t").endswith(b"\n"):
        raise UserError(f"{path} is cut off: its last line is {_shown(rest)}, without an end")
    yield find(rest)
    yield [b"#"]


def _shown(line: bytes, most: int = 30) -> str:
    text = line[line.rfind(b"\n") :].strip().decode("ascii", "replace")
    return repr(text if len(text) <= most else text[:most] + "...")


def _alternatives(codes: list[bytes]) -> bytes:
    """A pattern of any of the codes, which looks at a first character once."""
    by_first: dict[bytes, list[bytes]] = {}
    for code in sorted(set(codes)):
        by_first.setdefault(code[:1], []).append(re.escape(code[1:]))
    return b"|".join(re.escape(first) + b"(?:" + b"|".join(rest) + b")" for first, rest in by_first.items())
