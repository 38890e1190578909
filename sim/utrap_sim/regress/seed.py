"""One seed under one simulator, and the build that it runs on: what a worker does, whatever machine it is on.

Both run in processes of their own that end with the worker, and with it only.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from utrap.command_line.errors import UserError
from utrap.command_line.files import check_room
from utrap.command_line.options import make_config
from utrap.config import Config
from utrap_show.differences import in_words
from utrap_show.names import Names
from utrap_sim.gtkwave.difference import Place, difference_files
from utrap_sim.simulators.bench import TOP, Bench
from utrap_sim.simulators.cocotb_bench import WAVES, cocotb_test
from utrap_sim.simulators.given_verilog import GivenVerilog
from utrap_sim.simulators.installed import find_simulator
from utrap_sim.simulators.processes import CALL, child, last_words
from utrap_testbench.env import Difference
from utrap_testbench.harts import model_config

__all__ = ["CYCLE_NS", "Built", "Seed", "SeedResult", "build_benches", "job_of", "run_seed"]

#: A simulation that takes longer than this and its steps' share is stuck.
_PATIENCE_S, _SLOWEST_STEPS = 120, 200
#: The bench's clock; and how its waves count time, in ps.
CYCLE_NS, _NS_IN_WAVES = 2, 1000


@dataclass(frozen=True, kw_only=True)
class Seed:
    """One run.

    Attributes:
        profile, xlen: The configuration.
        settings: What is changed in it, each as `--set` takes it.
        simulator: icarus or verilator.
        seed: The number that every random choice follows from.
        steps: Cycles to compare.
        waves: Whether to record waves.
        given: The Verilog to run in the place of the generated.
    """

    profile: str
    xlen: int
    simulator: str
    seed: int
    steps: int
    waves: bool = False
    settings: tuple[str, ...] = ()
    given: GivenVerilog | None = None

    @property
    def name(self) -> str:
        """A short name, good for a folder."""
        return f"{self.profile}-rv{self.xlen}-{self.simulator}-{self.seed}"

    @property
    def config(self) -> Config:
        """The unit's configuration."""
        return make_config(self.profile, self.xlen, self.settings)

    @property
    def dump(self) -> str:
        """The name of its waves, where it has some."""
        return f"{self.name}{Path(WAVES[self.simulator]).suffix}"

    def command(self, steps: int, *more: str) -> str:
        """The command that runs this seed alone again, with waves; `more` are words for its end."""
        changes = "".join(f" --set {setting}" for setting in self.settings)
        file = f" --verilog {shlex.quote(self.given.path)}" if self.given else ""
        return (
            f"utrap regress --sim {self.simulator}{file} --profile {self.profile} --xlen {self.xlen}{changes}"
            f" --seed {self.seed} --steps {steps} --waves{''.join(f' {shlex.quote(word)}' for word in more)}"
        )


@dataclass(frozen=True, kw_only=True)
class Built:
    """The builds of one configuration: a folder for each simulator, and what the bench's vectors hold."""

    folders: dict[str, str]
    inputs: list[tuple[str, int]]
    outputs: list[tuple[str, int]]


@dataclass(frozen=True, kw_only=True)
class SeedResult:
    """What a run gave.

    Attributes:
        cycles: Cycles compared, without a difference.
        seconds: The time that they took, the simulator's start aside.
        cpu_seconds: The processor's time for them, model and simulator together.
        sequences: Cycles of each sequence.
        hits: Coverage: point -> bin -> count.
        failure: The first difference, or None: see `utrap_sim.regress.bench_regress`.
        crash: The simulation ended by itself: its last words. Else empty.
        files: Names and contents of files to keep: the log of a failure, its event as a record, waves with a save file
            for GTKWave.
    """

    seed: Seed
    cycles: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    sequences: dict[str, int] = field(default_factory=dict)
    hits: dict[str, dict[tuple[str, ...], int]] = field(default_factory=dict)
    failure: dict[str, Any] | None = None
    crash: str = ""
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def has_passed(self) -> bool:
        return self.failure is None and not self.crash


def build_benches(config: Config, simulators: tuple[str, ...], waves: bool, given: GivenVerilog | None = None) -> Built:
    """Build a configuration's bench for the simulators, or find it built; `given` is Verilog to run instead of ours.

    Raises:
        UserError: When a simulator is missing or cannot build.
    """
    request = {"config": config.to_json(), "simulators": simulators, "waves": waves, "given": given and asdict(given)}
    function = "utrap_sim.regress.build_bench:build_benches"
    with tempfile.NamedTemporaryFile("w", prefix="utrap-build-", suffix=".json") as file:
        json.dump(request, file)
        file.flush()
        with child(CALL, function, file.name, output=subprocess.PIPE) as process:
            assert process.stdout is not None
            text = process.stdout.read().decode(errors="replace")
            status = process.wait()
    if status:
        raise UserError(f"the build ended by itself, with status {status}: {last_words(text)}")
    # Beside the answer there may be warnings.
    answer = json.loads(next(line for line in reversed(text.splitlines()) if line.startswith("{")))
    if "error" in answer:
        raise UserError(answer["error"])
    return Built(
        folders=answer["folders"],
        inputs=[(name, width) for name, width in answer["inputs"]],
        outputs=[(name, width) for name, width in answer["outputs"]],
    )


def job_of(seed: Seed, built: Built) -> dict[str, Any]:
    """What the cocotb test is told: the model's hart, the seed, how many cycles, and what the bench's vectors hold."""
    return {
        "config": model_config(seed.config).to_json(),
        "seed": seed.seed,
        "steps": seed.steps,
        # A file of the user's may have no initial values.
        "reset": bool(seed.given),
        "inputs": built.inputs,
        "outputs": built.outputs,
    }


def run_seed(seed: Seed, built: Built, module: str = "utrap_sim.regress.bench_regress") -> SeedResult:
    """Run a seed on a build; where the build is not on this machine, it is made here. `module` has the cocotb test."""
    if not Path(built.folders[seed.simulator]).is_dir():
        built = build_benches(seed.config, (seed.simulator,), seed.waves, seed.given)
    with tempfile.TemporaryDirectory(prefix="utrap-regress-") as name:
        folder = Path(name)
        (folder / "job.json").write_text(json.dumps(job_of(seed, built)))
        status = _simulate(seed, built.folders[seed.simulator], folder, module)
        return _result(seed, folder, status)


def _simulate(seed: Seed, built: str, folder: Path, module: str) -> str:
    """Run the simulator; gives how it ended if that was too late."""
    simulator = find_simulator(seed.simulator)
    with (
        (folder / "log").open("wb") as log,
        cocotb_test(simulator, Path(built), folder, module, output=log, waves=seed.waves) as process,
    ):
        try:
            process.wait(_PATIENCE_S + seed.steps / _SLOWEST_STEPS)
        except subprocess.TimeoutExpired:
            return "it was stuck, and was ended"
    return ""


def _in_words(seed: Seed, fields: list[dict[str, Any]]) -> list[str]:
    """The differences with the names of fields, modes, causes and verdicts."""
    names = Names(model_config(seed.config), seed.config)
    return [line for each in fields for line in in_words(names, Difference(**each, is_state=False))]


def _save_file(seed: Seed, failure: dict[str, Any]) -> dict[str, bytes]:
    """What shows the difference in the waves."""
    ns = _NS_IN_WAVES
    place = Place(dump=seed.dump, unit=f"{TOP}.dut", time=failure["ns"] * ns, cycle=CYCLE_NS * ns)
    fields = [each["field"] for each in failure["fields"]]
    return difference_files(seed.name, Bench(seed.config), place, fields)


def _result(seed: Seed, folder: Path, status: str) -> SeedResult:
    files = {}
    waves = folder / WAVES[seed.simulator]
    if seed.waves and waves.exists():
        check_room(waves)
        files[seed.dump] = waves.read_bytes()
    log = (folder / "log").read_text(errors="replace")
    try:
        told = json.loads((folder / "result.json").read_text())
    except (OSError, ValueError):
        crash = status or last_words(log)
        return SeedResult(seed=seed, crash=crash, files={**files, f"{seed.name}.log": log.encode()})
    if told["failure"]:
        told["failure"]["differences"] = _in_words(seed, told["failure"]["fields"])
        files[f"{seed.name}.log"] = log.encode()
        if record := told["failure"].pop("record"):
            files[f"{seed.name}.jsonl"] = record.encode()
        if seed.dump in files:
            files |= _save_file(seed, told["failure"])
    hits = {point: {tuple(row[:-1]): row[-1] for row in rows} for point, rows in told.pop("hits").items()}
    return SeedResult(seed=seed, hits=hits, files=files, **told)
