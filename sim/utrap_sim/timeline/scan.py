"""The value changes of a VCD file, sampled at the rising edges of a clock.

vcdvcd reads every change into Python; here one regular expression takes the changes of the watched
wires out of the file, and the rest is never touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple

from utrap.errors import UserError

from .header import Header, Scope

__all__ = ["Sample", "samples"]

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
        old: What the wires that changed since the edge before had been.
        is_last: The end of the file instead of an edge: the values are those after the last edge.
    """

    cycle: int
    time: int
    values: Mapping[str, bytes]
    old: Mapping[str, bytes]
    is_last: bool = False


def samples(path: Path, file: BinaryIO, header: Header, scope: Scope, watched: list[str]) -> Iterator[Sample]:
    """Yield the edges at which something has changed, those with an event, and the edge after each event.

    Args:
        path: The file's name, for messages.
        file: The file.
        header: Its header.
        scope: The scope of the wires.
        watched: The wires, `trace_kind` among them; `clk` is watched anyhow.

    Raises:
        UserError: When the file is cut off, or has no rising edge.
    """
    clock = scope.wires["clk"].code.encode()
    # Two names may share one code: wires that are connected.
    names: dict[bytes, list[str]] = {}
    for name in watched:
        names.setdefault(scope.wires[name].code.encode(), []).append(name)
    values: dict[str, bytes] = dict.fromkeys(watched, b"x")
    old: dict[str, bytes] = {}
    rise, fall = b"1" + clock, b"0" + clock
    block: list[bytes] = []  # the changes of one time, which an edge at that time does not see yet
    before, stamp, cycle = b"#0", b"#0", -1
    is_low = is_edge = is_active = was_active = False

    for token in _tokens(path, file, header, [clock, *names]):
        if token[0] == _HASH:
            if is_edge:
                cycle += 1
                if old or is_active or was_active:
                    yield Sample(cycle, int(stamp[1:]), values, old)
                    old = {}
                was_active, is_edge = is_active, False
            if block:
                for change in block:
                    if change[0] in _VECTOR:
                        value, _, code = change[1:].partition(b" ")
                    else:
                        value, code = change[:1], change[1:]
                    for name in names[code]:
                        if value != values[name]:
                            old.setdefault(name, values[name])
                            values[name] = value
                block.clear()
                is_active = not _NONE.fullmatch(values["trace_kind"])
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
    yield Sample(cycle + 1, int(before[1:]), values, old, is_last=True)


def _tokens(path: Path, file: BinaryIO, header: Header, codes: list[bytes]) -> Iterator[bytes]:
    """The times and the changes of the codes, one space in a vector's; a time past the last one ends them."""
    code = rb"(?:" + _alternatives(codes) + rb")"
    find = re.compile(rb"\n[ \t]*(#\d+|[01xXzZ]" + code + rb"|[bBsS]\S* " + code + rb")[ \t\r]*(?=\n)").findall
    file.seek(header.body)
    rest = b"\n"
    while piece := file.read(_CHUNK):
        rest += piece
        end = rest.rfind(b"\n") + 1
        yield from find(rest[:end])
        rest = rest[end - 1 :]
    if rest.strip(b" \t") != b"\n":
        raise UserError(f"{path} is cut off: its last line is {_shown(rest)}, without an end")
    yield b"#"


def _shown(line: bytes, most: int = 30) -> str:
    text = line.strip().decode("ascii", "replace")
    return repr(text if len(text) <= most else text[:most] + "...")


def _alternatives(codes: list[bytes]) -> bytes:
    """A pattern of any of the codes, which looks at a first character once."""
    by_first: dict[bytes, list[bytes]] = {}
    for code in sorted(set(codes)):
        by_first.setdefault(code[:1], []).append(re.escape(code[1:]))
    return b"|".join(re.escape(first) + b"(?:" + b"|".join(rest) + b")" for first, rest in by_first.items())
