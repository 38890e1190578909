"""The hart's memory and what its UART receives, as a user chooses them."""

import os

import pytest

from utrap.command_line.errors import UserError
from utrap_hart.run.keyboard import input_file
from utrap_hart.run.memory import memory_size

from ...waiting import wait_for  # noqa: TID252 (the tests are no package)
from ..assembly import T0, T1, T2, ZERO, addi, csrrw, i_type, jal, li, store  # noqa: TID252 (the tests are no package)
from ..elf import UART, leave  # noqa: TID252 (the tests are no package)

BOTH = pytest.mark.parametrize("sim", ["icarus", "verilator"])
MTVEC = 0x305
#: An address 20 MiB behind memory's start, in t2 by a shift: LUI would extend its sign.
FAR = [*li(T2, 0x8000_0000 + (20 << 20) >> 1), 0x0013_9393]
RBR, LSR = 0, 5


def lbu(rd, rs1, offset):
    return i_type(0x03, 4, rd, rs1, offset)


@BOTH
@pytest.mark.parametrize(("memory", "status"), [("16M", 9), ("32M", 77)])
def test_memory_is_as_large_as_the_user_says_and_behind_it_is_an_access_fault(
    run, program, simulator, sim, memory, status
):
    handler = leave(9)
    to_handler = [0x0000_0297, addi(T0, T0, -4 * len(handler)), csrrw(ZERO, MTVEC, T0)]  # auipc t0, 0
    written = [*FAR, addi(T1, ZERO, 77), store(T1, T2, 3), addi(T1, ZERO, 0), i_type(0x03, 3, T1, T2, 0)]
    # The value becomes the status: 77 << 16 | 0x3333.
    finish = [0x0103_1313, *li(T0, 0x3333), 0x0053_6333, *li(T0, 0x10_0000), store(T1, T0, 2), jal(0, 0)]
    words = [jal(ZERO, 4 * (len(handler) + 1)), *handler, *to_handler, *written, *finish]
    result = run("run", program(*words), "--sim", simulator(sim), "--memory", memory)
    assert result.status == status


@pytest.mark.parametrize("text", ["", "12Q", "-1M", "1.5M", "0", "4095", "6K", "1025M", "2G"])
def test_a_size_that_memory_cannot_have_is_one_line(text):
    with pytest.raises(UserError, match=rf"^--memory {text}: "):
        memory_size(text)


@pytest.mark.parametrize(("text", "size"), [("4096", 4096), ("64K", 65536), ("16M", 1 << 24), ("1GiB", 1 << 30)])
def test_a_size_is_bytes_or_has_its_unit(text, size):
    assert memory_size(text) == size


def echo(count):
    """Wait for a byte and send it, so many times."""
    words = [lbu(T1, T0, LSR), i_type(0x13, 7, T1, T1, 1), 0xFE03_0CE3, lbu(T1, T0, RBR), store(T1, T0, 0)]
    return [*li(T0, UART), *words * count]


@BOTH
def test_the_uart_receives_a_file_byte_by_byte(run, program, simulator, sim, tmp_path):
    (tmp_path / "typed").write_bytes(b"abc, and more")
    options = ("--sim", simulator(sim), "--input", str(tmp_path / "typed"))
    result = run("run", program(*echo(3), *leave(0)), *options)
    assert (result.status, result.out) == (0, "abc")


def test_a_program_that_waits_for_more_than_there_is_waits(run, program, simulator, tmp_path):
    (tmp_path / "typed").write_bytes(b"a")
    options = ("--sim", simulator("icarus"), "--input", str(tmp_path / "typed"), "--max-cycles", "20000")
    result = run("run", program(*echo(2), *leave(0)), *options)
    assert (result.status, result.out) == (2, "a")
    assert "no end within 20,000 cycles" in result.err


def test_input_that_cannot_be_read_is_one_line(run, program, tmp_path):
    result = run("run", program(*leave(0)), "--input", str(tmp_path / "missing"))
    assert result.status == 2
    assert result.err == f"utrap: --input {tmp_path}/missing: cannot be read: No such file or directory\n"


def test_what_is_typed_later_arrives_too(monkeypatch):
    reading, writing = os.pipe()
    with os.fdopen(reading) as typed, os.fdopen(writing, "w") as keyboard:
        monkeypatch.setattr("sys.stdin", typed)
        with input_file("-") as path:
            assert path is not None
            arrived = ""
            for text in ("first\n", "second\n"):
                keyboard.write(text)
                keyboard.flush()
                arrived += text
                wait_for(lambda expected=arrived: path.read_text() == expected)
