"""ELF files become memory, and every file that the hart cannot run is one clear line."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from utrap.command_line.errors import UserError
from utrap_hart.run.image import load
from utrap_hart.run.memory import memory_range

from ..elf import ABSOLUTE, BASE, code, elf, leave, say  # noqa: TID252 (the tests are no package)

RAM = memory_range()
PROGRAM = code([*say("hi"), *leave(0)])


@pytest.fixture
def written(tmp_path):
    def written(content, name="program.elf"):
        path = tmp_path / name
        path.write_bytes(content)
        return str(path)

    return written


def test_a_program_is_in_memory_where_it_was_linked_to_and_the_rest_of_its_segment_is_zero(written):
    image = load(written(elf(PROGRAM, address=BASE + 0x104, size=len(PROGRAM) + 100)), RAM)
    assert image.entry == BASE + 0x104
    assert image.segments == ((BASE + 0x104, PROGRAM + bytes(100)),)


def test_memory_is_written_in_doublewords_from_the_start_of_memory_and_zeros_are_left_out(written):
    image = load(
        written(elf(bytes.fromhex("01020304 05060708 090a0b0c") + bytes(12) + b"\x55", address=BASE + 12)), RAM
    )
    assert image.hexadecimal(BASE).split() == ["@1", "0403020100000000", "0c0b0a0908070605", "@4", "0000005500000000"]


def test_a_place_is_named_after_the_function_before_it(written):
    image = load(written(elf(PROGRAM, symbols=[("main", BASE + 8), (".L1", BASE + 12), ("tohost", BASE + 16)])), RAM)
    assert [image.place(BASE + offset) for offset in (4, 8, 12)] == ["", "main", "main+0x4"]
    assert image.tohost == BASE + 16


def test_an_absolute_symbol_is_a_place_for_htif_and_names_no_function(written):
    symbols = [("tohost", BASE + 0x1000), ("fromhost", BASE + 0x1040), ("SIZE", BASE)]
    image = load(written(elf(PROGRAM, symbols=symbols, section=ABSOLUTE)), RAM)
    assert (image.tohost, image.fromhost, image.notes) == (BASE + 0x1000, BASE + 0x1040, ())
    assert image.place(BASE) == ""


@pytest.mark.parametrize(
    ("place", "why"), [(BASE + 0x102, "no multiple of 4"), (0x1000, "not in the memory"), (RAM.stop - 4, "not in the ")]
)
def test_a_tohost_that_is_no_place_for_one_is_not_used_and_a_note_says_so(written, place, why):
    image = load(written(elf(PROGRAM, symbols=[("tohost", place), ("fromhost", BASE)])), RAM)
    assert (image.tohost, image.fromhost) == (0, BASE)
    (note,) = image.notes
    assert note.startswith(f"its tohost is at {place:#x}, which is {why}")
    assert note.endswith(", and nobody looks at it")


def test_a_segment_without_bytes_may_be_anywhere_in_the_file(written):
    image = load(written(elf(PROGRAM, empty=[(BASE + 0x1000, 0x20, 1 << 40), (BASE + 0x2000, 8, 0)])), RAM)
    assert image.segments == ((BASE, PROGRAM), (BASE + 0x1000, bytes(0x20)), (BASE + 0x2000, bytes(8)))


def test_a_stripped_program_has_no_tohost_and_no_names(written):
    image = load(written(elf(PROGRAM)), RAM)
    assert (image.tohost, image.place(BASE)) == (0, "")


WRONG = {
    "not ELF": (b"#!/bin/sh\n", "is not an ELF file"),
    "empty": (b"", "is not an ELF file"),
    "half a header": (elf(PROGRAM)[:40], "is cut short: 40 bytes are less than an ELF header"),
    "no segment table": (elf(PROGRAM)[:80], "is damaged"),
    "half a segment": (elf(PROGRAM)[:140], "is cut short: its segment at 0x80000000 ends at byte"),
    "RV32": (elf(PROGRAM, kind=1), "is an RV32 program, and the hart is RV64"),
    "big-endian": (elf(PROGRAM, order=2, machine=0xF300), "is big-endian"),
    "x86-64": (elf(PROGRAM, machine=62), "is for another machine (e_machine 62)"),
    "an object file": (elf(PROGRAM, type_=1), "is an object file, not linked"),
    "position-independent": (elf(PROGRAM, type_=3), "is position-independent"),
    "a core dump": (elf(PROGRAM, type_=4), "is a core dump"),
    "below memory": (elf(PROGRAM, address=0x1_0000), "has a segment at 0x10000 to 0x10"),
    "past memory's end": (elf(PROGRAM, size=len(RAM) + 1), "outside the memory from 0x80000000 to 0x80ffffff"),
    "an entry elsewhere": (elf(PROGRAM, entry=0x1000), "starts at 0x1000, which is no place"),
    "an entry between": (elf(PROGRAM, entry=BASE + 2), "starts at 0x80000002, which is no place"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_program_for_the_hart_is_one_line_that_says_why(written, wrong):
    content, message = WRONG[wrong]
    path = written(content)
    with pytest.raises(UserError, match=re.escape(message)) as caught:
        load(path, RAM)
    assert str(caught.value).startswith(path)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_one_line(tmp_path):
    with pytest.raises(UserError, match=r"cannot read .*missing\.elf: No such file"):
        load(str(tmp_path / "missing.elf"), RAM)
    with pytest.raises(UserError, match="Is a directory"):
        load(str(tmp_path), RAM)


def test_two_segments_at_one_place_are_refused(written):
    content = bytearray(elf(PROGRAM))
    # A second program header over the code's first bytes, the same segment once more.
    content[56:58] = (2).to_bytes(2, "little")
    moved = content[:120] + content[64:120] + content[120:]
    with pytest.raises(UserError, match="has two segments at 0x80000000"):
        load(written(bytes(moved)), RAM)


WHOLE = elf(PROGRAM, symbols=[("main", BASE)])
#: Everything but the code: what a reader looks at.
HEADERS = [*range(4, 120), *range(120 + len(PROGRAM), len(WHOLE))]


@settings(max_examples=500)
@given(
    changes=st.dictionaries(st.sampled_from(HEADERS), st.sampled_from((0, 1, 2, 3, 0x7F, 0x80, 0xFF)), max_size=6),
    length=st.just(len(WHOLE)) | st.integers(4, len(WHOLE)),
)
@example(changes={0x2F: 0x80}, length=len(WHOLE))  # a section table past 2 to the power of 63
def test_whatever_is_damaged_in_a_file_is_read_or_refused_in_one_line(tmp_path_factory, changes, length):
    content = bytearray(WHOLE)
    for place, byte in changes.items():
        content[place] = byte
    path = tmp_path_factory.getbasetemp() / "damaged.elf"
    path.write_bytes(content[:length])
    try:
        said = load(str(path), RAM).hexadecimal(BASE)
    except UserError as error:
        said = str(error)
    assert said.startswith("@") or "\n" not in said
