"""HTIF: what a program asks of its host through `tohost`, and how that ends."""

import pytest

from ..assembly import FOREVER, T0, T1, T2, ZERO, addi, i_type, li, s_type, store  # noqa: TID252 (the tests are no package)
from ..elf import ABSOLUTE, BASE, leave  # noqa: TID252 (the tests are no package)

#: Where the programs have their data, `tohost` first.
DATA = 0x400
TOHOST, FROMHOST, VALUES = 0, 16, 32
CONSOLE = 0x0101 << 48
#: slli t1, t1, 1, and what follows from it.
END_WITH_T1 = [0x0013_1313, addi(T1, T1, 1), store(T1, T2, 3)]


def ld(rd, offset):
    return i_type(0x03, 3, rd, T2, offset)


def send(number):
    """Put a value into `tohost`, and wait until the host has taken it."""
    return [ld(T1, VALUES + 8 * number), store(T1, T2, 3, TOHOST), ld(T1, TOHOST), 0xFE03_1EE3]  # bnez t1, back


@pytest.fixture
def htif(program, run, simulator):
    """Run a program with these values in its data."""

    def htif(words, values=(), *options, at=0, sim="icarus", **more):
        data = [0] * (VALUES // 4)
        for value in values:
            data += [value & 0xFFFF_FFFF, value >> 32]
        start = [*li(T2, BASE + DATA >> 1), 0x0013_9393]  # slli t2, t2, 1
        text = [*start, *words, FOREVER]
        symbols = [("tohost", BASE + DATA + TOHOST + at), ("fromhost", BASE + DATA + FROMHOST + at)]
        path = program(*text, *[0] * (DATA // 4 - len(text)), *data, symbols=symbols, **more)
        return run("run", path, "--sim", simulator(sim), "--max-cycles", "20000", *options)

    return htif


def call(number, *arguments):
    """The value for `tohost`, and the doublewords that it leads to."""
    return [BASE + DATA + VALUES + 8, number, *arguments, *[0] * (7 - len(arguments))]


@pytest.mark.parametrize(("value", "status"), [(1, 0), (5 << 1 | 1, 5), (1337 << 1 | 1, 255)])
def test_an_odd_value_ends_the_program_with_the_rest_of_it(htif, value, status):
    result = htif(send(0), [value])
    assert result.status == status
    assert f"ended with status {value >> 1} after " in result.err


@pytest.mark.parametrize("at", [0, 4])
def test_a_tohost_that_is_an_absolute_symbol_or_between_doublewords_is_one(htif, at):
    words = [addi(T1, ZERO, 7), s_type(2, T2, T1, at)]
    assert htif(words, at=at, section=ABSOLUTE).status == 3


@pytest.mark.parametrize("value", [0, 1 << 63 | 1, 1 << 48 | 1])
def test_what_is_no_end_is_none(htif, value):
    assert htif([*send(0), *leave(4)], [value]).status == 4


def test_what_is_written_elsewhere_or_read_is_no_request(htif):
    words = [addi(T1, ZERO, 1), s_type(3, T2, T1, 8), s_type(3, T2, T1, -8 & 0xFFF), ld(T1, TOHOST)]
    assert htif([*words, *leave(9)]).status == 9


@pytest.mark.parametrize("sim", ["icarus", "verilator"])
def test_characters_for_the_console_are_printed(htif, sim):
    result = htif([*send(0), *send(1), *leave(0)], [CONSOLE | ord("h"), CONSOLE | ord("\n")], sim=sim)
    assert (result.status, result.out) == (0, "h\n")


@pytest.mark.parametrize("at", [0, 4])
@pytest.mark.parametrize("order", [(0, 4), (4, 0)])
def test_a_request_may_come_in_two_halves(htif, at, order):
    halves = {0: addi(T1, ZERO, ord("A")), 4: 0x0101_0337}  # lui t1, 0x1010
    words = [word for half in order for word in (halves[half], s_type(2, T2, T1, at + half))]
    # Then wait, and end by the lower half alone: the upper one has been cleared.
    wait = [addi(T0, ZERO, 60), addi(T0, T0, -1), 0xFE02_9EE3]  # bnez t0, back
    result = htif([*words, *wait, addi(T1, ZERO, 7), s_type(2, T2, T1, at)], at=at)
    assert (result.status, result.out) == (3, "A")


@pytest.mark.parametrize(
    ("arguments", "result", "out"),
    [
        ((1, BASE + DATA + VALUES + 72 + 3, 9), 9, "lo, HTIF\n"),
        ((2, BASE + DATA + VALUES + 72, 2), 2, "he"),
        ((1, BASE + DATA + VALUES, 0), 0, ""),
        ((3, BASE + DATA + VALUES, 5), -9, ""),
        ((1, 0x1000, 5), -14, ""),
        ((1, BASE, 1 << 60), -14, ""),
        ((1, BASE + (16 << 20) - 1, 2), -14, ""),
    ],
)
def test_the_system_call_write_prints_and_answers(htif, arguments, result, out):
    text = int.from_bytes(b"hello, H", "little"), int.from_bytes(b"TIF\n", "little")
    # `fromhost`, which is 1, and the result without its sign: the program ends with their sum.
    add = 0x4062_8333 if result < 0 else 0x0062_8333  # sub or add t1, t0, t1
    words = [*send(0), ld(T1, VALUES + 8), ld(T0, FROMHOST), add, *END_WITH_T1]
    found = htif(words, [*call(64, *arguments), *text])
    assert (found.status, found.out) == (abs(result) + 1, out)


def test_the_system_call_exit_ends_the_program(htif):
    assert htif(send(0), call(93, 6)).status == 6


def test_what_is_not_offered_is_said_once(htif):
    values = [*call(57), 2 << 56 | 3 << 48, 0x12344, 1 << 56, BASE + DATA + VALUES + 8 * 13, 57, *[0] * 7]
    words = [word for number in (0, 12, 9, 9, 10, 10, 11, 11) for word in send(number)]
    result = htif([*words, *leave(0)], values)
    assert result.status == 0
    *said, _ = result.err.splitlines()
    assert said == [
        "utrap run: program.elf: HTIF's system call 57 is not offered",
        "utrap run: program.elf: HTIF's device 2 does not offer command 3",
        "utrap run: program.elf: HTIF's tohost got 0x12344, which is no address of a system call in memory",
        "utrap run: program.elf: HTIF's device 1 does not offer command 0",
    ]


def test_a_call_that_is_not_offered_gets_enosys(htif):
    words = [*send(0), ld(T1, VALUES + 8), 0x4060_0333, *END_WITH_T1]  # neg t1, t1
    assert htif(words, call(57, 1)).status == 38


def test_a_tohost_that_nobody_looks_at_is_said(htif):
    result = htif(leave(2), at=2)
    assert result.status == 2
    assert "utrap run: program.elf: its tohost is at 0x80000402, which is no multiple of 4, and nobody" in result.err


def test_a_trace_tells_the_console_from_the_uart(htif):
    result = htif([*send(0), *send(1), *leave(0)], [CONSOLE | ord("a"), CONSOLE | ord("\n")], "--trace")
    assert [line.split(maxsplit=1)[1] for line in result.out.splitlines() if " htif " in line] == ["htif 'a\\n'"]
