"""Small executables made here, so that no compiler is needed: instruction words, and an ELF file around them."""

import struct

from .assembly import FOREVER, T0, T1, ZERO, addi, li, store

BASE = 0x8000_0000
#: `st_shndx` of a symbol that is in no section.
ABSOLUTE = 0xFFF1
UART, FINISHER = 0x1000_0000, 0x0010_0000


def say(text):
    """Write to the UART."""
    words = li(T0, UART)
    for byte in text.encode():
        words += [addi(T1, ZERO, byte), store(T1, T0, 0)]
    return words


def leave(status):
    """End the program through the finisher device."""
    value = status << 16 | 0x3333 if status else 0x5555
    return [*li(T0, FINISHER), *li(T1, value), store(T1, T0, 2), FOREVER]


def code(words):
    return struct.pack(f"<{len(words)}I", *words)


def elf(
    content, *, address=BASE, entry=None, kind=2, order=1, machine=243, type_=2, flags=0, size=None, symbols=(),
    section=1, empty=(),
):  # fmt: skip
    """An ELF64 file with a segment of this content.

    `symbols`: name and address of each; `section`: where they are; `empty`: address, size and place in the file of
    more segments, none of which has bytes there.
    """
    strings = b"\0" + b"".join(name.encode() + b"\0" for name, _ in symbols)
    table, place = bytes(24), 1
    for name, value in symbols:
        table += struct.pack("<IBBHQQ", place, 1 << 4, 0, section, value, 0)
        place += len(name) + 1
    names = b"\0.symtab\0.strtab\0.text\0"
    start = 64 + 56 * (1 + len(empty))
    offsets, rest = [], b""
    for part in (table, strings, names):
        offsets.append(start + len(content) + len(rest))
        rest += part
    sections = [
        struct.pack("<IIQQQQIIQQ", *(0,) * 10),
        struct.pack("<IIQQQQIIQQ", 17, 1, 6, address, start, len(content), 0, 0, 4, 0),
        struct.pack("<IIQQQQIIQQ", 1, 2, 0, 0, offsets[0], len(table), 3, 1, 8, 24),
        struct.pack("<IIQQQQIIQQ", 9, 3, 0, 0, offsets[1], len(strings), 0, 0, 1, 0),
        struct.pack("<IIQQQQIIQQ", 9, 3, 0, 0, offsets[2], len(names), 0, 0, 1, 0),
    ]
    entry = address if entry is None else entry
    header = b"\x7fELF" + bytes([kind, order, 1]) + bytes(9)
    header += struct.pack("<HHIQQQIHHHHHH", type_, machine, 1, entry, 64, start + len(content) + len(rest), flags,
                          64, 56, 1 + len(empty), 64, len(sections), 4)  # fmt: skip
    program = struct.pack("<IIQQQQQQ", 1, 5, start, address, address, len(content), size or len(content), 8)
    for place, length, offset in empty:
        program += struct.pack("<IIQQQQQQ", 1, 6, offset, place, place, 0, length, 8)
    return header + program + content + rest + b"".join(sections)
