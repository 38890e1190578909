"""Assembles a program and runs it under QEMU; what is missing on this machine is one line with the Debian package."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from utrap.command_line.errors import UserError
from utrap.command_line.files import check_room

from .core import Trap
from .program import CPU, FIELDS, Program
from .source import SECTIONS, assembly

ASSEMBLER, LINKER, QEMU = "riscv64-unknown-elf-as", "riscv64-unknown-elf-ld", "qemu-system-riscv64"
#: Command -> Debian package.
PACKAGES = {
    ASSEMBLER: "binutils-riscv64-unknown-elf",
    LINKER: "binutils-riscv64-unknown-elf",
    QEMU: "qemu-system-misc",
}
#: The version whose deviations are listed.
VERSION = "7.2"
_TEXT = 0x8000_0000
_MAX_BLOCKS = (128 << 20) // 512  # a program that runs away fills no disk
_SECONDS = 60

PROGRAM, SOURCE, OBJECT, ELF = "program.json", "program.s", "program.o", "program.elf"
UART, TRAPS = "uart.txt", "traps.log"

_TRAP = re.compile(r"riscv_cpu_do_interrupt: hart:0, async:(\d), cause:([0-9a-f]+), epc:0x([0-9a-f]+), tval:0x(\w+), ")


@dataclass(frozen=True)
class Observed:
    """What came out of QEMU: the traps, the dumps in order, and why it ended early ("" if it did not)."""

    traps: list[Trap]
    dumps: list[tuple[int, ...]]
    ended: str


def missing() -> str:
    """The line to say where a tool is missing, or "" where all are there."""
    lacking = [tool for tool in PACKAGES if shutil.which(tool) is None]
    if not lacking:
        return ""
    packages = dict.fromkeys(PACKAGES[tool] for tool in lacking)
    return f"{lacking[0]} is not installed: apt-get install {' '.join(packages)}"


def check_version() -> None:
    """Refuse another QEMU than the one whose deviations are known."""
    said = _run([QEMU, "--version"]).partition("\n")[0]
    if f"version {VERSION}." not in said:
        raise UserError(f"{QEMU} is {said.strip()!r}: the deviations that are listed are those of version {VERSION}")


def run(program: Program, folder: Path) -> Observed:
    """Assemble, link and run a program in a folder, where its files are then.

    Raises:
        OSError: The disk has no room for what QEMU prints.
    """
    path = {name: folder / name for name in (PROGRAM, SOURCE, OBJECT, ELF, UART, TRAPS)}
    path[PROGRAM].write_text(json.dumps(program.to_json(), indent=1) + "\n")
    path[SOURCE].write_text(assembly(program))
    _run([ASSEMBLER, "-march=rv64ia_zicsr", "-mabi=lp64", "-o", path[OBJECT], path[SOURCE]])
    starts = [f"--section-start={name}={at:#x}" for name, at in SECTIONS.items()]
    _run([LINKER, "-o", path[ELF], f"-Ttext={_TEXT:#x}", *starts, path[OBJECT]])
    for name in (UART, TRAPS):
        path[name].write_text("")
    ended = ""
    machine = ["-machine", "virt", "-cpu", CPU, "-m", "128M", "-bios", "none", "-display", "none", "-monitor", "none"]
    outputs: list[str | Path] = ["-serial", f"file:{path[UART]}", "-d", "int", "-D", path[TRAPS]]
    try:
        _run(
            [
                "sh",
                "-c",
                f'ulimit -f {_MAX_BLOCKS}; exec "$@"',
                "sh",
                QEMU,
                *machine,
                "-net",
                "none",
                *outputs,
                "-kernel",
                path[ELF],
            ]
        )
    except subprocess.TimeoutExpired:
        ended = f"QEMU did not end within {_SECONDS} s"
    except UserError as error:
        ended = f"QEMU ended early: {error}"
    for name in (UART, TRAPS):
        check_room(path[name])
    return observed(path[UART].read_text(), path[TRAPS].read_text(), ended)


def observed(uart: str, traps: str, ended: str = "") -> Observed:
    """What two logs say; a dump or a line that was cut short is left out."""
    words = [int(line, 16) for line in uart.split("\n")[:-1]]
    whole = len(words) // len(FIELDS)
    return Observed(
        traps=[
            Trap(int(is_interrupt), int(cause, 16), int(epc, 16), int(tval, 16))
            for is_interrupt, cause, epc, tval in _TRAP.findall(traps)
        ],
        dumps=[tuple(words[number * len(FIELDS) : (number + 1) * len(FIELDS)]) for number in range(whole)],
        ended=ended,
    )


def _run(command: list[str | Path]) -> str:
    """What a tool prints; if it fails, its last line."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_SECONDS)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or [f"exit status {done.returncode}"]
        raise UserError(f"{Path(command[0]).name}: {lines[-1]}")
    return done.stdout
