"""Playing operations on the translation's Verilog under Icarus, and the questions that a scene is asked."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random

from amaranth.back import rtlil

from utrap.config import Config
from utrap.verilog.yosys import run_yosys
from utrap_hart.translation.translate import Translate

from .paging_model import FETCH, LOAD, M_MODE, S_MODE, STORE, U_MODE, VS_MODE, VU_MODE, Answer, Registers
from .scenes import Scene

_BENCH = Path(__file__).with_name("translate_bench.v")


def hart_config(satp: int = 1, hgatp: int = 1) -> Config:
    """The hart's configuration, with so many schemes beside Bare."""
    return Config.profile(
        "full",
        satp_modes=("bare", "sv39", "sv48", "sv57")[: satp + 1],
        hgatp_modes=("bare", "sv39x4", "sv48x4", "sv57x4")[: hgatp + 1],
        ialign=32,
        isa="IMA",
        fs=False,
        vs=False,
    )


@cache
def verilog(config: Config) -> str:
    """The module `translate` of a configuration."""
    return module_text(Translate(config))


def module_text(component: object) -> str:
    """The Verilog of a component as the module `translate`."""
    text = rtlil.convert(component, name="translate", emit_src=False)
    passes = ["read_rtlil translate.il", "proc", "write_verilog -noattr translate.v"]
    return run_yosys(passes, {"translate.il": text}, "translate.v")


@dataclass(frozen=True, kw_only=True)
class Query:
    """One translation that is asked for."""

    address: int
    mode: int = S_MODE
    kind: int = LOAD
    is_hlvx: bool = False


@dataclass(frozen=True, kw_only=True)
class Reply(Answer):
    """What the hardware answered, and how long it took."""

    cycles: int
    reads: int


@dataclass
class Script:
    """Operations, in order; see translate_bench.v."""

    lines: list[str] = field(default_factory=list)

    def poke(self, memory: dict[int, int]) -> None:
        """Change the RAM."""
        self.lines += [f"0 {address:x} {value:x}" for address, value in memory.items()]

    def set(self, registers: Registers) -> None:
        """Change CSRs."""
        enables = (registers.sum, registers.mxr, registers.vs_sum, registers.vs_mxr)
        bits = sum(bool(on) << bit for bit, on in enumerate(enables))
        self.lines.append(f"1 {registers.satp:x} {registers.vsatp:x} {registers.hgatp:x} {bits:x}")

    def fence(self) -> None:
        """Make the TLB forget."""
        self.lines.append("2")

    def ask(self, query: Query) -> None:
        """Translate; gives one reply."""
        self.lines.append(f"3 {query.mode:x} {query.kind:x} {query.is_hlvx:x} {query.address:x}")


class Player:
    """A compiled bench.

    Args:
        folder: For its files.
        text: The module `translate`.
        gpa_bits: Of the configuration's widest guest mode.
    """

    def __init__(self, folder: Path, text: str, gpa_bits: int = 41) -> None:
        self._folder = folder
        source = folder / "translate.v"
        source.write_text(text)
        command: list[str | Path] = [
            "iverilog",
            "-g2005",
            f"-DGPA_BITS={gpa_bits}",
            "-s",
            "bench",
            "-o",
            folder / "bench.vvp",
        ]
        subprocess.run([*command, source, _BENCH], check=True, capture_output=True)

    def play(self, script: Script, *, slow: bool = False, qemu: bool = False) -> list[Reply]:
        """Play a script; return the replies in order. The options are explained in translate_bench.v."""
        operations, answers = self._folder / "operations.txt", self._folder / "answers.txt"
        operations.write_text("\n".join([*script.lines, ""]))
        command: list[str | Path] = [
            "vvp",
            "-n",
            self._folder / "bench.vvp",
            f"+operations={operations}",
            f"+answers={answers}",
        ]
        subprocess.run(
            [*command, *["+slow"] * slow, *["+qemu"] * qemu], check=True, capture_output=True, cwd=self._folder
        )
        return [_reply(line) for line in answers.read_text().splitlines()]


def answer(given: Answer) -> tuple[int | None, int | None, int, bool]:
    """What is compared of an answer."""
    return given.physical, given.cause, given.gpa, given.is_implicit


def _reply(line: str) -> Reply:
    fields = line.split()
    assert len(fields) == 7, f"the bench: {line}"
    fault, cause, physical, gpa, is_implicit = (int(text, 16) for text in fields[:5])
    cycles, reads = int(fields[5]), int(fields[6])
    if not fault:
        return Reply(physical=physical, cycles=cycles, reads=reads)
    if cause not in (20, 21, 23):
        return Reply(cause=cause, cycles=cycles, reads=reads)
    return Reply(cause=cause, gpa=gpa, is_implicit=bool(is_implicit), cycles=cycles, reads=reads)


def queries(scene: Scene, rng: Random) -> Iterator[Query]:
    """Every address of a scene, some near it and some out of range, as everyone and for everything."""
    for modes, addresses in (((U_MODE, S_MODE), scene.addresses[0]), ((VU_MODE, VS_MODE), scene.addresses[1])):
        for address in addresses:
            yield Query(address=address, mode=M_MODE)
            for near in _near(address, rng):
                for mode in modes:
                    for kind in (FETCH, LOAD, STORE):
                        yield Query(address=near, mode=mode, kind=kind)
                yield Query(address=near, mode=rng.choice((VU_MODE, VS_MODE)), is_hlvx=True)


def _near(address: int, rng: Random) -> Iterator[int]:
    yield address
    yield address ^ rng.getrandbits(12)
    yield address ^ rng.getrandbits(rng.choice((21, 30)))
    if rng.random() < 0.2:
        yield address ^ 1 << rng.randrange(38, 64)
