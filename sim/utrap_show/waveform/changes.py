"""The value changes of a VCD file (IEEE 1364, clause 18.2): a stream of tokens, parted by any white space.

One regular expression passes over the changes of wires that nobody asked for and yields all else token
by token, so that whatever is not of the grammar is seen, at the cost of looking for the wires alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from io import BufferedReader
from pathlib import Path

from utrap.command_line.errors import UserError

from .header import EXTENDED, Header
from .value import digits

__all__ = ["Moment", "moments"]

_CHUNK = 1 << 22
_HASH = ord("#")
#: How a value begins: vectors, names and real numbers, whose code is a token of its own; one bit, whose code follows.
_TEXT, _REAL, _HEADS = frozenset(b"sS"), frozenset(b"rR"), frozenset(b"bBrRsS")
_SCALARS = frozenset(b"01xXzZ")
_SPACE = rb"[ \t\r\n\f\v]"
_GAP, _SEEN = _SPACE + rb"++", rb"(?=" + _SPACE + rb")"
#: What stands before a code.
_VALUE = rb"(?:[01xXzZ]|[bB][01xXzZ]*+" + _GAP + rb"|[rRsS]\S*+" + _GAP + rb")"
_COMMENT = rb"\$comment(?=" + _SPACE + rb")[\s\S]*?" + _SPACE + rb"\$end" + _SEEN
_TOKEN = rb"(" + _COMMENT + rb"|#\d++" + _SEEN + rb"|" + _VALUE + rb"[!-~]++" + _SEEN + rb"|\S++)"
#: The last token that is whole: a value that is a token of its own is none without its code.
_WHOLE = re.compile(rb"(?<!\S)[^bBrRsS\s]\S*+(?=\s)")
#: Ends a part: a token that says nothing, as the pattern wants one behind the changes that it passes over.
_END = b"\n$dumpon\n"
_KEYWORDS = frozenset((b"$dumpvars", b"$dumpall", b"$dumpon", b"$dumpoff", b"$end"))


#: What happens at one time: the time, in steps of the file's time scale; whether the clock rises; and the changes
#: of wires, by code, with the values in full, which an edge at this time does not see.
Moment = tuple[int, bool, Sequence[tuple[bytes, bytes]]]


def moments(
    path: Path, file: BufferedReader, header: Header, clock: bytes, widths: Mapping[bytes, int | None], notes: list[str]
) -> Iterator[Moment]:
    """Yield what happens to the wires of these codes, in the file's order; last the file's last time.

    A clock's first level and one after x are no edge, a level that is written again neither.

    Args:
        path: The file's name, for messages.
        file: The file behind its header.
        header: Its header.
        clock: The clock's code.
        widths: The codes, with the digits that their values have; None for names.
        notes: Takes what the reader should know.

    Raises:
        UserError: When the file is cut off, or says what is not of the grammar.
    """
    time = was_off = 0
    is_low = is_edge = False
    block: list[tuple[bytes, bytes]] = []
    rise, widths = b"1" + clock, {**widths, clock: 1}
    for tokens in _tokens(path, file, header, clock, widths, notes):
        for token in tokens:
            if not token:  # a time at which the clock falls and nothing else happens: half of all times in most files
                if is_edge or block:
                    yield time, is_edge, block
                    is_edge, block = False, []
                is_low = True
                continue
            if token == rise:
                is_edge |= is_low
                is_low = False
                continue
            first = token[0]
            if first == _HASH and token[1:].isdigit():
                if is_edge or block:
                    yield time, is_edge, block
                    is_edge, block = False, []
                then, time = time, int(token[1:])
                if time < then:
                    raise UserError(f"{path} cannot be read: time goes back from #{then} to #{time}")
                continue
            if first in _HEADS:
                try:
                    value, code = token.split()
                except ValueError:
                    raise _not_understood(path, token, time) from None
                value = value[1:]
            elif first in _SCALARS and len(token) > 1:
                value, code = token[:1], token[1:]
            else:
                _pass(path, token, time)
                was_off += token == b"$dumpoff"
                continue
            width = widths[code]
            if width is not None and value.isdigit() and len(value) <= width and first not in _REAL:
                value = value.zfill(width)
            elif width is not None and first not in _TEXT:
                fitted = digits(value, width) if value and first not in _REAL else None
                if fitted is None:
                    said = f"at #{time} the value {_shown(value)}"
                    raise UserError(f"{path}: {_name(header, code)} has {width} bits, and {said}")
                value = fitted
            if code == clock:
                is_edge |= is_low and value == b"1"
                is_low = value == b"0"
            else:
                block.append((code, value))
    if was_off:
        notes.append(f"recording was switched off {_times(was_off)} ($dumpoff): what happened then is not known")
    yield time, is_edge, block


def _pass(path: Path, token: bytes, time: int) -> None:
    """Pass over a token that is no change and no time, if it is one of the grammar."""
    if token in _KEYWORDS or (token.startswith(b"$comment") and token.endswith(b"$end")):
        return
    if token.startswith((b"$dumpports", b"$vcdclose")):
        raise UserError(f"{path} {EXTENDED}")
    if token == b"$comment":
        raise UserError(f"{path} is cut off inside a comment")
    raise _not_understood(path, token, time)


def _not_understood(path: Path, token: bytes, time: int) -> UserError:
    return UserError(f"{path} is not VCD throughout: after #{time} it has {_shown(token)}")


def _name(header: Header, code: bytes) -> str:
    """A wire of this code."""
    return next(
        f"{scope.name}.{name}"
        for scope in header.scopes.values()
        for name, wire in scope.wires.items()
        if any(piece.code == code for piece in wire.pieces)
    )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _tokens(
    path: Path, file: BufferedReader, header: Header, clock: bytes, codes: Collection[bytes], notes: list[str]
) -> Iterator[Sequence[bytes]]:
    """Yield the tokens that matter, many at once; an empty one is a time at which only the clock falls."""
    asked = rb"(?:" + _alternatives({clock, *codes}) + rb")" + _SEEN
    others = rb"(?:" + _GAP + _VALUE + rb"(?!" + asked + rb")[!-~]++" + _SEEN + rb")*+"
    falls = _GAP + rb"#\d++" + _GAP + rb"0" + re.escape(clock) + rb"(?=" + _GAP + rb"#)"
    find = re.compile(others + rb"(?:" + falls + rb"|" + _GAP + _TOKEN + rb")").findall
    rest = b"\n" + header.body
    while piece := file.read(_CHUNK):
        rest += piece
        if end := _cut(rest):
            yield find(rest[:end] + _END)
            rest = rest[end:]
    if not rest[-1:].isspace():
        _judge_end(path, header, rest, notes)
    yield find(rest + _END)


def _cut(data: bytes) -> int:
    """Where the last token ends behind which a part may end; 0 for nowhere."""
    for window in (1 << 12, len(data)):
        tail = data[-window:]
        whole = [found.end() for found in _WHOLE.finditer(tail) if found.start() or len(tail) == len(data)]
        if whole:
            end = len(data) - len(tail) + whole[-1]
            comment = data.rfind(b"$comment", 0, end)
            return end if comment < 0 or re.search(rb"\s\$end\s", data[comment : end + 1]) else max(comment - 1, 0)
    return 0


def _judge_end(path: Path, header: Header, rest: bytes, notes: list[str]) -> None:
    """The end of a file that has no end of line: half a token, or a whole one?"""
    last = re.search(rb"(?:(#\d+)|[01xXzZ](\S+)|[bB][01xXzZ]+\s+(\S+)|\s(\$end))$", rest)
    if last is None or not (last[1] or last[4] or (last[2] or last[3]) in header.codes):
        line = rest[rest.rfind(b"\n") :]
        raise UserError(f"{path} is cut off: its last line is {_shown(line)}, without an end")
    notes.append("the file ends without an end of line: it may be cut off")


def _shown(text: bytes, most: int = 30) -> str:
    plain = text.strip().decode("ascii", "replace")
    return repr(plain if len(plain) <= most else plain[:most] + "...")


def _alternatives(codes: Collection[bytes]) -> bytes:
    """A pattern of any of the codes, which looks at a first character once."""
    by_first: dict[bytes, list[bytes]] = {}
    for code in sorted(codes):
        by_first.setdefault(code[:1], []).append(re.escape(code[1:]))
    return b"|".join(re.escape(first) + b"(?:" + b"|".join(rest) + b")" for first, rest in by_first.items())
