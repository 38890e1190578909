"""The platform's Verilog under Icarus, instruction by instruction beside the reference hart."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from utrap.config import Config
from utrap_hart.platform.verilog_files import soc_verilog
from utrap_testbench.harts import model_config

from .random_programs import RAM_BYTES
from .reference import CLOCKS, Ended, ReferenceHart, Retired, Trapped

_BENCH = Path(__file__).with_name("soc_bench.v")
Happened = Retired | Trapped


@cache
def sources(config: Config) -> Mapping[str, str]:
    """The Verilog files."""
    return soc_verilog(config)


class Soc:
    """A compiled bench.

    Args:
        folder: For its files.
        files: The Verilog.
    """

    def __init__(self, folder: Path, files: Mapping[str, str]) -> None:
        self._folder = folder
        for name, text in files.items():
            (folder / name).write_text(text)
        command = ["iverilog", "-g2005", f"-DRAM_WORDS={RAM_BYTES // 8}", "-s", "bench", "-o", "bench.vvp"]
        subprocess.run([*command, *files, str(_BENCH)], check=True, capture_output=True, cwd=folder)

    def run(self, memory: Mapping[int, int], cycles: int = 1_000_000, *, slow: bool = False) -> list[str]:
        """The lines that a run writes down; see soc_bench.v."""
        image, lines = self._folder / "image.hex", self._folder / "lines.txt"
        image.write_text("".join(f"@{at - 0x8000_0000 >> 3:x} {value:016x}\n" for at, value in sorted(memory.items())))
        command = ["vvp", "-n", "bench.vvp", "+image=image.hex", "+lines=lines.txt", f"+max={cycles}"]
        subprocess.run([*command, *["+slow"] * slow], check=True, capture_output=True, cwd=self._folder)
        return lines.read_text().splitlines()


def happened(line: str) -> Happened:
    """What a line says."""
    return _retired(line) if line.startswith("R") else _trapped(line)


def retired(lines: Iterable[str]) -> list[Retired]:
    """The instructions that retired."""
    return [_retired(line) for line in lines if line.startswith("R")]


def trapped(lines: Iterable[str]) -> list[Trapped]:
    """The traps."""
    return [_trapped(line) for line in lines if line[0] in "EI"]


def _retired(line: str) -> Retired:
    return Retired(*_values(line))


def _trapped(line: str) -> Trapped:
    if line.startswith("I"):
        return Trapped(1, *_values(line))
    trap = Trapped(0, *_values(line))
    # The unit looks at a guest-physical address with a guest-page fault alone.
    return trap if trap.cause in (20, 21, 23) else replace(trap, tval2=0)


def _values(line: str) -> list[int]:
    return [int(text, 16) for text in line.split()[1:]]


def differences(config: Config, memory: Mapping[int, int], lines: list[str]) -> Iterator[str]:
    """What the hardware did otherwise than the reference, up to the first such thing."""
    reference = ReferenceHart(model_config(config), dict(memory), RAM_BYTES)
    for number, line in enumerate(lines):
        if line[0] not in "REI":
            yield f"{number}: {line}"
            return
        if "x" in line:
            yield f"{number}: unknown values in {line}"
            return
        got = happened(line)
        if isinstance(got, Retired) and got.insn & 0x7F == 0x73 and got.insn >> 20 in CLOCKS:
            reference.clock = got.value
        try:
            expected = reference.step()
        except Ended as end:
            # The store that ends a program retires, too.
            last = ["X 0000000000000000", *(f"G {value:016x}" for value in reference.x[1:])]
            if lines[number + 1 :] != last:
                yield f"{number}: {end}, then not {last} but {lines[number + 1 :]}"
            return
        if got != expected:
            yield f"{number}: expected {expected}, got {got}"
            return
    yield "the program did not end"
