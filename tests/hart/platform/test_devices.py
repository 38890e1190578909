"""The platform's devices on the bus, byte lane by byte lane."""

from types import SimpleNamespace

import pytest

from utrap_hart.platform.devices.clint import Clint
from utrap_hart.platform.devices.finisher import Finisher
from utrap_hart.platform.devices.uart import Uart

from ..clocked import simulate  # noqa: TID252 (the tests are no package)

MSIP, MTIMECMP, MTIME = 0x0200_0000, 0x0200_4000, 0x0200_BFF8
ALL = (1 << 64) - 1


@pytest.fixture
def play():
    """Play one access a cycle, or None, on a device; gives what each of its outputs and the bus said."""

    def play(device, outputs, *accesses):
        answers = []

        async def bench(context):
            for access in accesses:
                for name in ("valid", "write", "address", "wdata", "wmask"):
                    context.set(getattr(device.bus, name), (access or {}).get(name, 0))
                seen = {name: context.get(getattr(device, name)) for name in outputs}
                seen |= {name: context.get(getattr(device.bus, name)) for name in ("ready", "rdata", "error")}
                answers.append(SimpleNamespace(**seen))
                await context.tick()

        simulate(device, bench)
        return answers

    return play


def load(address):
    return {"valid": 1, "address": address & ~7}


def store(address, value, size):
    """As the hart puts it onto the bus: the value in each of its places, the lanes of one."""
    copies = sum((value & (1 << 8 * size) - 1) << at * 8 for at in range(0, 8, size))
    return {"valid": 1, "write": 1, "address": address & ~7, "wdata": copies, "wmask": (1 << size) - 1 << (address & 7)}


# The CLINT.


@pytest.fixture
def clint(play):
    return lambda *accesses: play(Clint(), ("time", "mtip", "msip"), *accesses)


def test_mtime_counts_cycles_and_can_be_written_by_halves(clint):
    steps = [load(MTIME), store(MTIME, 0x1111_2222_FFFF_FFFE, 8), load(MTIME), load(MTIME), load(MTIME)]
    answers = clint(*steps, store(MTIME + 4, 0xABCD, 4), load(MTIME), store(MTIME, 5, 4), load(MTIME))
    assert answers[0].rdata == 0
    assert [answers[n].rdata for n in (2, 3, 4)] == [0x1111_2222_FFFF_FFFE, 0x1111_2222_FFFF_FFFF, 0x1111_2223 << 32]
    assert [answers[n].rdata for n in (6, 8)] == [0xABCD_0000_0001, 0xABCD_0000_0005]
    assert all(answer.ready and not answer.error for answer in answers)
    assert answers[8].time == answers[8].rdata


def test_mtimecmp_is_written_by_bytes_and_never_without_an_access(clint):
    steps = [load(MTIMECMP), store(MTIMECMP, 0x89AB_CDEF, 4), load(MTIMECMP), store(MTIMECMP + 4, 0x0123_4567, 4)]
    idle = {**store(MTIMECMP, 0, 8), "valid": 0}
    answers = clint(*steps, load(MTIMECMP), idle, load(MTIMECMP), store(MTIMECMP + 2, 0xEE, 1), load(MTIMECMP))
    found = [answers[n].rdata for n in (0, 2, 4, 6, 8)]
    assert found == [ALL, 0xFFFF_FFFF_89AB_CDEF, *[0x0123_4567_89AB_CDEF] * 2, 0x0123_4567_89EE_CDEF]


def test_mtip_is_high_while_mtime_is_not_below_mtimecmp(clint):
    answers = clint(store(MTIMECMP, 4, 8), None, None, None, None, store(MTIMECMP, 9, 8), None, None, None, None)
    assert [answer.mtip for answer in answers] == [0, 0, 0, 0, 1, 1, 0, 0, 0, 1]


def test_msip_is_bit_0_of_its_word_and_the_words_behind_it_are_not_this_harts(clint):
    steps = [store(MSIP, ALL, 4), load(MSIP), store(MSIP + 4, 0, 4), load(MSIP), store(MSIP + 8, 0, 8), load(MSIP)]
    answers = clint(*steps, store(MSIP, 0xFE, 1), load(MSIP), store(MSIP + 4, 1, 4), load(MSIP))
    assert [answers[n].rdata for n in (1, 3, 5, 7, 9)] == [1, 1, 1, 0, 0]
    assert [answers[n].msip for n in (1, 3, 5, 7, 9)] == [1, 1, 1, 0, 0]


def test_other_addresses_of_the_clint_read_0(clint):
    places = (MSIP + 8, MTIMECMP + 8, MTIMECMP - 8, MTIME - 8, 0x0200_8000)
    steps = [step for place in places for step in (store(place, ALL, 8), load(place))]
    answers = clint(*steps, load(MTIMECMP), load(MSIP))
    assert [answer.rdata for answer in answers[1::2]] == [0, 0, 0, 0, 0, 0]
    assert answers[-2].rdata == ALL


# The UART.


def test_the_uart_sends_what_is_written_to_its_first_byte(play):
    base = 0x1000_0000
    steps = [store(base, 0x41, 1), store(base + 1, 0x42, 1), store(base + 8, 0x43, 1), load(base), store(base, 0x44, 4)]
    answers = play(Uart(), ("valid", "data"), *steps, {**store(base, 0x45, 1), "valid": 0})
    assert [answer.data for answer in answers if answer.valid] == [0x41, 0x44]
    assert all(answer.ready and not answer.error for answer in answers[:-1])


def test_the_uart_is_always_ready_for_a_byte_and_has_none(play):
    answers = play(Uart(), (), load(0x1000_0000), load(0x1000_0008))
    assert [answer.rdata for answer in answers] == [0x60 << 40, 0]


# Ends.


@pytest.mark.parametrize(
    ("access", "code"),
    [
        (store(0x10_0000, 0x5555, 4), 0),
        (store(0x10_0000, 0x5555, 2), 0),
        (store(0x10_0000, 7 << 16 | 0x3333, 4), 7),
        (store(0x10_0000, 7 << 16 | 0x3333, 8), 7),
        (store(0x10_0000, 0xFFFF_3333, 8), 0xFFFF),
        (store(0x10_0000, 7 << 16 | 0x5555, 4), 0),
        (store(0x10_0000, 0x55, 1), None),
        (store(0x10_0000, 0x1234, 4), None),
        (store(0x10_0004, 0x5555, 4), None),
        (store(0x10_0008, 0x5555, 4), None),
        (load(0x10_0000), None),
        ({**store(0x10_0000, 0x5555, 4), "valid": 0}, None),
        ({**store(0x10_0000, 0x5555, 4), "write": 0}, None),
    ],
)
def test_the_finisher_ends_a_program_at_a_pass_or_a_fail_in_its_first_word(play, access, code):
    (answer,) = play(Finisher(), ("valid", "code"), access)
    assert (answer.code if answer.valid else None) == code
    assert not answer.error
