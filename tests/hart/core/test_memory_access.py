"""Byte lanes of loads and stores, misaligned addresses, reservations, trap instruction values."""

from random import Random

import pytest

from utrap_hart.core.atomics import Reservation
from utrap_hart.core.decode import Fields, decode
from utrap_hart.core.loadstore import is_misaligned, load_value, store_lanes
from utrap_hart.core.tinst import transformed

from ..clocked import simulate  # noqa: TID252 (the tests are no package)
from .combinational import ask


def places():
    return [(size, at) for size in range(4) for at in range(8) if at % (1 << size) == 0]


def test_a_store_writes_its_bytes_and_no_others():
    rng = Random(1)
    cases = [{"size": size, "address": at, "value": rng.getrandbits(64)} for size, at in places() * 8]
    answers = ask(
        {"size": 2, "address": 64, "value": 64},
        lambda m, size, address, value: store_lanes(size, address, value),
        cases,
    )
    for case, (wdata, wmask) in zip(cases, answers, strict=True):
        memory = bytearray(b"\xaa" * 8)
        for lane, byte in enumerate(wdata.to_bytes(8, "little")):
            if wmask >> lane & 1:
                memory[lane] = byte
        expected = bytearray(b"\xaa" * 8)
        length = 1 << case["size"]
        expected[case["address"] : case["address"] + length] = case["value"].to_bytes(8, "little")[:length]
        assert memory == expected


def test_a_load_takes_its_bytes_and_extends_them():
    rng = Random(2)
    cases = [
        {"size": size, "unsigned": unsigned, "address": at, "rdata": rng.getrandbits(64)}
        for size, at in places() * 8
        for unsigned in (0, 1)
    ]
    answers = ask(
        {"size": 2, "unsigned": 1, "address": 64, "rdata": 64},
        lambda m, size, unsigned, address, rdata: load_value(m, size, unsigned, address, rdata),
        cases,
    )
    for case, got in zip(cases, answers, strict=True):
        length = 1 << case["size"]
        text = case["rdata"].to_bytes(8, "little")[case["address"] :][:length]
        value = int.from_bytes(text, "little", signed=not case["unsigned"])
        assert got == value & (1 << 64) - 1


def test_an_address_is_misaligned_when_it_is_no_multiple_of_the_size():
    cases = [{"size": size, "address": 0x1000 + at} for size in range(4) for at in range(16)]
    answers = ask({"size": 2, "address": 64}, lambda m, size, address: is_misaligned(size, address), cases)
    assert answers == [int(case["address"] % (1 << case["size"]) != 0) for case in cases]


@pytest.fixture
def reservation():
    """Play steps (address, reserve, drop) and return what `holds` says in each."""

    def play(*steps):
        unit, seen = Reservation(), []

        async def bench(context):
            for address, reserve, drop in steps:
                context.set(unit.address, address)
                context.set(unit.reserve, reserve)
                context.set(unit.drop, drop)
                seen.append(context.get(unit.holds))
                await context.tick()

        simulate(unit, bench)
        return seen

    return play


def test_nothing_is_reserved_after_reset(reservation):
    assert reservation((0, 0, 0)) == [0]


def test_a_reservation_holds_for_its_doubleword_until_it_is_dropped(reservation):
    steps = [(0x80, 1, 0), (0x84, 0, 0), (0x88, 0, 0), (0x78, 0, 0), (0x80, 0, 1), (0x80, 0, 0)]
    assert reservation(*steps) == [0, 1, 0, 0, 1, 0]


def test_a_new_reservation_takes_the_place_of_the_old_one(reservation):
    assert reservation((0x80, 1, 0), (0x100, 1, 0), (0x80, 0, 0), (0x100, 0, 0)) == [0, 0, 0, 1]


#: Instructions as GNU as 2.40 assembles them, and what the figures of the manual make of them: rs1 and the
#: immediate's fields are 0.
TRANSFORMED = {
    0xFF05_3583: 0x0000_3583,  # ld a1, -16(a0)
    0x0065_C503: 0x0000_4503,  # lbu a0, 6(a1)
    0xFEB5_3823: 0x00B0_3023,  # sd a1, -16(a0)
    0x00B5_0323: 0x00B0_0023,  # sb a1, 6(a0)
    0x00B5_362F: 0x00B0_362F,  # amoadd.d a2, a1, (a0)
    0x1605_25AF: 0x1600_25AF,  # lr.w.aqrl a1, (a0)
    0x1AB5_362F: 0x1AB0_362F,  # sc.d.rl a2, a1, (a0)
    0x6C05_45F3: 0x6C00_45F3,  # hlv.d a1, (a0)
    0x6835_45F3: 0x6830_45F3,  # hlvx.wu a1, (a0)
    0x6EB5_4073: 0x6EB0_4073,  # hsv.d a1, (a0)
}


def test_a_transformed_instruction_has_no_rs1_and_no_immediate():
    answers = ask(
        {"insn": 32}, lambda m, insn: transformed(decode(m, insn)[0], insn), [{"insn": word} for word in TRANSFORMED]
    )
    assert dict(zip(TRANSFORMED, map(hex, answers), strict=True)) == {
        word: hex(expected) for word, expected in TRANSFORMED.items()
    }


def test_sizes_and_signs_of_hypervisor_accesses_are_where_the_manual_has_them():
    # hlv.b hlv.bu hlv.h hlv.hu hlvx.hu hlv.w hlvx.wu hlv.wu hlv.d hsv.b hsv.h hsv.w hsv.d, and lbu, ld, sw, amoor.d.
    words = {
        0x6005_45F3: (0, 0), 0x6015_45F3: (0, 1), 0x6405_45F3: (1, 0), 0x6415_45F3: (1, 1), 0x6435_45F3: (1, 1),
        0x6805_45F3: (2, 0), 0x6835_45F3: (2, 1), 0x6815_45F3: (2, 1), 0x6C05_45F3: (3, 0),
        0x62B5_4073: (0, None), 0x66B5_4073: (1, None), 0x6AB5_4073: (2, None), 0x6EB5_4073: (3, None),
        0x0065_C503: (0, 1), 0xFF05_3583: (3, 0), 0xFEB5_2823: (2, None), 0x40B5_362F: (3, 0),
    }  # fmt: skip
    answers = ask(
        {"insn": 32},
        lambda m, insn: (Fields(insn).size, Fields(insn).is_unsigned),
        [{"insn": word} for word in words],
    )
    for (word, (size, is_unsigned)), (got_size, got_unsigned) in zip(words.items(), answers, strict=True):
        assert got_size == size, hex(word)
        assert is_unsigned is None or got_unsigned == is_unsigned, hex(word)
