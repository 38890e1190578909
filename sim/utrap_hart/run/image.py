"""An executable's contents in the hart's memory, and the names that it gives to places."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

from utrap.command_line.errors import UserError

__all__ = ["MACHINE", "Image", "load"]

#: What a program is compiled for.
MACHINE = "rv64ima_zicsr_zifencei"
#: Bit of e_flags in RISC-V's ELF files: there are compressed instructions.
_COMPRESSED = 1
_TYPES = {"ET_REL": "an object file, not linked", "ET_DYN": "position-independent", "ET_CORE": "a core dump"}
#: The longest distance from a function's start at which a place is named after it.
_FAR = 1 << 16


@dataclass(frozen=True, kw_only=True)
class Image:
    """What is in memory when the program starts.

    Attributes:
        name: The file's name, for messages.
        entry: Where it starts.
        segments: Physical address and contents, in ascending order, without overlaps.
        symbols: Addresses by name.
        tohost, fromhost: The addresses of HTIF's doublewords, 0 where the program has none.
        notes: What a user should know who wonders what becomes of the program, a line each.
        is_compressed: The file says that it has compressed instructions, which the hart lacks. It may ask misa.
    """

    name: str
    entry: int
    segments: tuple[tuple[int, bytes], ...]
    symbols: dict[str, int] = field(default_factory=dict)
    tohost: int = 0
    fromhost: int = 0
    notes: tuple[str, ...] = ()
    is_compressed: bool = False
    _functions: tuple[list[int], list[str]] = field(default=([], []), repr=False)

    def place(self, address: int) -> str:
        """An address as `function+0x10`, or "" where no function is near."""
        starts, names = self._functions
        number = bisect_right(starts, address) - 1
        if number < 0 or address - starts[number] > _FAR:
            return ""
        offset = address - starts[number]
        return f"{names[number]}+{offset:#x}" if offset else names[number]

    def hexadecimal(self, base: int) -> str:
        """The doublewords as $readmemh reads them: addresses count doublewords from `base` on."""
        lines = []
        following = None
        for number, value in self._doublewords(base):
            if number != following:
                lines.append(f"@{number:x}")
            lines.append(f"{value:016x}")
            following = number + 1
        return "\n".join([*lines, ""])

    def _doublewords(self, base: int) -> Iterator[tuple[int, int]]:
        """Number and value of each doubleword that is not 0; two segments may meet in one."""
        values: dict[int, int] = {}
        for address, content in self.segments:
            offset = address - base
            padded = bytes(offset % 8) + content + bytes(-(offset + len(content)) % 8)
            for place in range(0, len(padded), 8):
                if value := int.from_bytes(padded[place : place + 8], "little"):
                    number = offset // 8 + place // 8
                    values[number] = values.get(number, 0) | value
        yield from sorted(values.items())


def load(path: str, ram: range) -> Image:
    """Read an executable.

    Args:
        path: The file.
        ram: The addresses of the hart's memory, in which all of it must lie.

    Raises:
        UserError: When it is not an ELF file that the hart can run: one line says why.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    try:
        from elftools.common.exceptions import ELFError
        from elftools.elf.elffile import ELFFile
    except ModuleNotFoundError:
        raise UserError("programs are read with the Python package pyelftools: pip install 'utrap[hart]'") from None
    if content[:4] != b"\x7fELF":
        raise UserError(f"{path} is not an ELF file")
    _check_identity(path, content)
    try:
        return _read(path, content, ELFFile(BytesIO(content)), ram)
    except (ELFError, ValueError, OverflowError) as error:  # the last two on numbers that make no sense
        raise UserError(f"{path} is damaged: {error or type(error).__name__}") from error


def _check_identity(path: str, content: bytes) -> None:
    """The first bytes alone: what follows is laid out otherwise in another class or byte order."""
    if len(content) < 64:
        raise UserError(f"{path} is cut short: {len(content)} bytes are less than an ELF header")
    kind, order = content[4], content[5]
    machine = int.from_bytes(content[18:20], "little" if order == 1 else "big")
    if machine != 243:
        raise UserError(f"{path} is for another machine (e_machine {machine}); RISC-V is 243: compile with {MACHINE}")
    if kind != 2:
        raise UserError(f"{path} is an RV32 program, and the hart is RV64: compile with -march={MACHINE} -mabi=lp64")
    if order != 1:
        raise UserError(f"{path} is big-endian, and the hart is little-endian")


def _read(path: str, content: bytes, elf: Any, ram: range) -> Image:
    header = elf.header
    if header["e_type"] != "ET_EXEC":
        kind = _TYPES.get(header["e_type"], f"of type {header['e_type']}")
        raise UserError(f"{path} is {kind}: the hart runs executables with fixed addresses (link with -static -no-pie)")
    segments = []
    for segment in elf.iter_segments():
        if segment["p_type"] == "PT_LOAD" and segment["p_memsz"]:
            segments.append(_segment(path, content, segment, ram))
    segments.sort()
    if not segments:
        raise UserError(f"{path} has nothing to load")
    for (first, inside), (second, _) in pairwise(segments):
        if first + len(inside) > second:
            raise UserError(f"{path} has two segments at {second:#x}")
    entry = header["e_entry"]
    if entry % 4 or entry not in ram:
        raise UserError(f"{path} starts at {entry:#x}, which is no place for an instruction in {_span(ram)}")
    symbols, functions = _symbols(elf)
    tohost, fromhost, notes = _htif(symbols, ram)
    return Image(
        name=Path(path).name,
        entry=entry,
        segments=tuple(segments),
        symbols=symbols,
        tohost=tohost,
        fromhost=fromhost,
        notes=notes,
        is_compressed=bool(header["e_flags"] & _COMPRESSED),
        _functions=functions,
    )


def _segment(path: str, content: bytes, segment: Any, ram: range) -> tuple[int, bytes]:
    address, size = segment["p_paddr"], segment["p_memsz"]
    if address < ram.start or address + size > ram.stop:
        raise UserError(f"{path} has a segment at {address:#x} to {address + size - 1:#x}, outside {_span(ram)}:"
                        " link for it, with -Wl,-N or a linker script that leaves the headers out")  # fmt: skip
    start, length = segment["p_offset"], segment["p_filesz"]
    if length > size:
        raise UserError(f"{path} is damaged: a segment has {length} bytes in the file and {size} in memory")
    if length and start + length > len(content):  # the place of no bytes means nothing
        raise UserError(f"{path} is cut short: its segment at {address:#x} ends at byte {start + length:,},"
                        f" the file at {len(content):,}")  # fmt: skip
    return address, content[start : start + length] + bytes(size - length)


def _span(ram: range) -> str:
    return f"the memory from {ram.start:#x} to {ram.stop - 1:#x}"


def _htif(symbols: dict[str, int], ram: range) -> tuple[int, int, tuple[str, ...]]:
    """The addresses of `tohost` and `fromhost`, 0 where there is none to be used; and why one cannot be used."""
    places, notes = [], []
    for name in ("tohost", "fromhost"):
        place = symbols.get(name, 0)
        why = f"not in {_span(ram)}" if place not in ram or place + 7 not in ram else ""
        why = "no multiple of 4" if place % 4 else why
        if name in symbols and why:
            notes.append(f"its {name} is at {place:#x}, which is {why}, and nobody looks at it")
        places.append(0 if why else place)
    return places[0], places[1], tuple(notes)


def _symbols(elf: Any) -> tuple[dict[str, int], tuple[list[int], list[str]]]:
    """Addresses by name, and the names of code in ascending order; a stripped file has neither."""
    from elftools.elf.sections import SymbolTableSection

    symbols: dict[str, int] = {}
    places: dict[int, str] = {}
    for section in elf.iter_sections():
        if not isinstance(section, SymbolTableSection):
            continue
        for symbol in section.iter_symbols():
            kind, index = symbol["st_info"]["type"], symbol["st_shndx"]
            if not symbol.name or index == "SHN_UNDEF" or kind in ("STT_FILE", "STT_SECTION"):
                continue
            symbols[symbol.name] = symbol["st_value"]
            # Labels in assembly have no type; the compiler's own begin with a dot or a dollar sign. An absolute
            # symbol may be a place that the linker's script names, or any number.
            if index != "SHN_ABS" and kind in ("STT_FUNC", "STT_NOTYPE") and symbol.name[0] not in ".$":
                places.setdefault(symbol["st_value"], symbol.name)
    starts = sorted(places)
    return symbols, (starts, [places[start] for start in starts])
