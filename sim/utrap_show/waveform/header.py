"""The declarations of a VCD file (IEEE 1364, clause 18.2.3): wires by scope, and the time scale."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from utrap.command_line.errors import UserError

from .scopes import Declared, Scope, joined

__all__ = ["EXTENDED", "Header", "read_header"]

EXTENDED = "is an extended VCD file ($dumpports): record ordinary VCD with $dumpvars instead"
_PIECE = 1 << 20
_END = re.compile(r"(?<!\S)\$enddefinitions\s+\$end(?=\s)")
#: A name, and at its end the bit or the bits that the variable is.
_REFERENCE = re.compile(r"(.+?)(?:\[(-?\d+)(?::(-?\d+))?\])?")
#: Sections that say nothing of wires: prose, and the attributes of GTKWave's and Verilator's dumps.
_PASSED = frozenset(("$date", "$version", "$comment", "$attrbegin", "$attrend"))


@dataclass(frozen=True)
class Header:
    """What a VCD file declares.

    Attributes:
        scopes: By full name, in the file's order.
        codes: What changes may be called.
        magnitude, unit: The time scale: how long a step of time is, as 10 and "ns"; 1 and "" where it does not say.
        body: What of the value changes was read with it.
        notes: What was passed over.
    """

    scopes: Mapping[str, Scope]
    codes: frozenset[bytes]
    magnitude: int
    unit: str
    body: bytes
    notes: tuple[str, ...]


def read_header(path: Path, file: BufferedReader, data: bytes) -> Header:
    """Read a file's header, of which `data` was read before.

    Raises:
        UserError: When it is malformed, extended VCD, or ends inside its header.
    """
    start = 0
    while True:
        # Each byte is a character, so that places in the text are places in the file.
        if found := _END.search(data.decode("latin-1"), start):
            sections = list(_sections(path, data[: found.end()].decode("utf-8", "replace").split()))
            if sections[-1][0] == "$enddefinitions":
                return _header(path, sections, data[found.end() :])
            start = found.end()  # a comment spoke of it
            continue
        piece = file.read1(_PIECE)
        if not piece:
            raise UserError(f"{path} is cut off: it ends inside its header, before $enddefinitions")
        data += piece


def _malformed(path: Path, why: str) -> UserError:
    return UserError(f"{path} is not a VCD file that can be read: its header is malformed: {why}")


def _sections(path: Path, tokens: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Each section's keyword with what stands between it and $end."""
    at = 0
    while at < len(tokens):
        keyword = tokens[at]
        if not keyword.startswith("$") or keyword == "$end":
            raise _malformed(path, f"{keyword!r} stands outside of any section")
        end = tokens.index("$end", at)
        yield keyword, tokens[at + 1 : end]
        at = end + 1


def _header(path: Path, sections: list[tuple[str, list[str]]], body: bytes) -> Header:
    around: list[str] = []
    wires: dict[str, dict[str, list[Declared]]] = {}
    magnitude, unit = 1, ""
    passed = dict.fromkeys(keyword for keyword, _ in sections)
    for keyword, words in sections:
        text = " ".join((keyword, *words))
        if keyword == "$scope":
            if len(words) < 2:
                raise _malformed(path, f"{text} has no name")
            around.append(_plain("".join(words[1:])))
        elif keyword == "$upscope":
            if not around:
                raise _malformed(path, "$upscope without a $scope")
            around.pop()
        elif keyword == "$timescale":
            scale = re.fullmatch(r"(\d+)([munpf]?s)", "".join(words))
            if scale is None or not int(scale[1]):
                raise _malformed(path, f"{text} is no time scale like 1 ns")
            magnitude, unit = int(scale[1]), scale[2]
        elif keyword == "$var":
            if words[:1] == ["port"]:
                raise UserError(f"{path} {EXTENDED}")
            name, declared = _variable(path, words)
            wires.setdefault(".".join(around), {}).setdefault(name, []).append(declared)
    known = {"$scope", "$upscope", "$timescale", "$var", "$enddefinitions", *_PASSED}
    scopes = {name: {wire: joined(parts) for wire, parts in in_it.items()} for name, in_it in wires.items()}
    return Header(
        scopes={name: Scope(name, in_it) for name, in_it in scopes.items()},
        codes=frozenset(part.code for in_it in wires.values() for parts in in_it.values() for part in parts),
        magnitude=magnitude,
        unit=unit,
        body=body,
        notes=tuple(f"{keyword} in the header was passed over" for keyword in passed if keyword not in known),
    )


def _variable(path: Path, words: list[str]) -> tuple[str, Declared]:
    """A $var's name and the rest of it: type, size, code, reference."""
    reference = _REFERENCE.fullmatch("".join(words[3:]))
    if reference is None or not words[1].isdecimal():
        raise _malformed(path, f"{' '.join(('$var', *words))} is not a type, a size, a code and a name")
    kind, width, code = words[0], int(words[1]), words[2].encode()
    name, high, low = reference.groups()
    bits = None if high is None else (int(high), int(high if low is None else low))
    if bits is not None and abs(bits[0] - bits[1]) + 1 != width:
        name, bits = name if low is not None else reference[0], None  # one index is that of an array's word
    # Amaranth's simulator names the ports with two underscores.
    return _plain(name).replace("__", "_"), Declared(code, kind, width, bits)


def _plain(name: str) -> str:
    """The name itself of an escaped identifier."""
    return name.removeprefix("\\")
