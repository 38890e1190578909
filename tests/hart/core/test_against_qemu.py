"""Random straight programs on the hart and in QEMU: after every instruction the same registers."""

import re
import subprocess
from dataclasses import replace
from itertools import pairwise

import pytest

from .random_programs import doublewords
from .reference import Retired
from .soc_runs import retired
from .straight_line import TEXT, straight_line

QEMU = "qemu-system-riscv64"
MACHINE = ["-machine", "virt", "-cpu", "rv64", "-m", "128M", "-bios", "none"]
QUIET = ["-display", "none", "-monitor", "none", "-serial", "none", "-net", "none"]
NUMBER = re.compile(r"^ pc +(\w+)|x(\d+)/\w+ +(\w+)", re.MULTILINE)


@pytest.fixture
def qemu(needs, tmp_path):
    """Run a program in QEMU: the pc and the registers before each instruction."""
    needs(QEMU)

    def qemu(words):
        image, log = tmp_path / "image.bin", tmp_path / "qemu.log"
        text = bytearray(max(words) + 4 - TEXT)
        for at, word in words.items():
            text[at - TEXT : at - TEXT + 4] = word.to_bytes(4, "little")
        image.write_bytes(text)
        load = f"loader,file={image},addr={TEXT:#x},force-raw=on"
        command = [QEMU, *MACHINE, *QUIET, "-singlestep", "-d", "nochain,cpu", "-D", log, "-device", load]
        subprocess.run(command, check=True, capture_output=True, timeout=30)
        states = []
        for pc, register, value in NUMBER.findall(log.read_text()):
            if pc:
                states.append((int(pc, 16), [0] * 32))
            else:
                states[-1][1][int(register)] = int(value, 16)
        first = next(number for number, (pc, _) in enumerate(states) if pc == TEXT)
        return states[first:]

    return qemu


@pytest.fixture
def hart(soc):
    """Run a program on the hart: what retired."""

    def hart(words):
        lines = soc().run(doublewords(words))
        assert "X 0000000000000000" in lines
        return retired(lines)

    return hart


def compare(words, states, executed):
    """The first difference, or None."""
    assert len(executed) == len(states)
    for number, (done, (pc, _)) in enumerate(zip(executed, states, strict=True)):
        if (done.pc, done.insn) != (pc, words[pc]):
            return number, hex(pc), "executes", done
        if done.rd and number + 1 < len(states) and states[number + 1][1][done.rd] != done.value:
            return number, hex(pc), hex(states[number + 1][1][done.rd]), done
    return None


@pytest.mark.parametrize("seed", [1, 2])
def test_every_instruction_gives_what_qemu_gives(qemu, hart, seed):
    words = straight_line(seed, 1000)
    # The hart first: a program that does not end would fill the disk with QEMU's log.
    executed = hart(words)
    assert len(executed) > 800
    assert compare(words, qemu(words), executed) is None


def test_the_comparison_sees_a_wrong_result(qemu):
    words = straight_line(3, 60)
    states = qemu(words)
    reference = [
        Retired(pc, words[pc], 3, words[pc] >> 7 & 31, after[words[pc] >> 7 & 31])
        for (pc, _), (_, after) in pairwise(states[:41])
    ]
    assert compare(words, states[:40], reference) is None
    place, done = next((place, done) for place, done in enumerate(reference) if done.rd)
    reference[place] = replace(done, value=done.value ^ 1)
    assert compare(words, states[:40], reference)[0] == place
