"""`utrap regress`: the default regression, its reports, and how it ends when it must."""

import json
import os
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from utrap.config import PROFILES, Config
from utrap_sim.regress import report
from utrap_sim.regress.command import RegressSession
from utrap_sim.regress.parallel import Regression, plan
from utrap_sim.regress.seed import Built, Seed, build_benches, run_seed
from utrap_sim.simulators.bench import Bench
from utrap_sim.simulators.cocotb_bench import build
from utrap_sim.simulators.installed import find_simulator
from utrap_testbench.coverage import points
from utrap_testbench.harts import model_config

from ..waiting import processes, wait_for  # noqa: TID252 (the tests are no package)
from .faults import FAULTS, seeded


def cases(path: Path) -> list[ET.Element]:
    return list(ET.parse(path).getroot().iter("testcase"))


def test_the_default_regression_passes_on_both_simulators_and_all_profiles(utrap, installed, simulator, tmp_path):
    for name in ("icarus", "verilator"):
        simulator(name)
    result = utrap("regress", "-o", str(tmp_path / "out"), path=[installed], timeout=900)
    assert (result.returncode, result.stderr) == (0, ""), result.stdout + result.stderr
    found = cases(tmp_path / "out" / "junit.xml")
    classes = {
        f"{profile}.rv{xlen}.{name}" for profile in PROFILES for xlen in (32, 64) for name in ("icarus", "verilator")
    }
    assert {case.get("classname") for case in found} == classes
    assert all(len(case) == 0 for case in found)
    for line in result.stdout.splitlines():
        if "reachable bins" in line:
            words = line.partition(": ")[2].split()
            assert words[0] == words[2], line
    page = (tmp_path / "out" / "report.html").read_text()
    assert "cannot be reached, and why" in page
    assert "HU-22" in page
    assert ET.parse(tmp_path / "out" / "coverage.xml").getroot() is not None


class CoreSeed(Seed):
    """A run on a unit for a core that has interrupts of its own and tells where it boots and where RNMIs go."""

    @property
    def config(self) -> Config:
        changes = {"local_interrupts": 15, "local_interrupts_first": True, "mtvec_modes": "vectored"}
        changes |= {"smrnmi": True, "rnmi_vectors": "port", "tval": "none", "cause_bits": 5}
        return Config.profile(self.profile, self.xlen, mtvec_reset="port", **changes)


def test_a_unit_with_platform_interrupts_and_ports_for_its_vectors_is_as_the_model(simulator):
    seed = CoreSeed(profile="mu", xlen=32, simulator=simulator("icarus"), seed=1, steps=12_000)
    result = run_seed(seed, build_benches(seed.config, ("icarus",), False))
    assert (result.failure, result.crash, result.cycles) == (None, "", seed.steps)
    reachable = {(point.name, key) for point in points(model_config(seed.config)) for key in point.reachable}
    assert reachable <= {(name, key) for name, bins in result.hits.items() for key in bins}
    assert ("M", "M", "LOCAL30") in result.hits["interrupts"]


@pytest.fixture(scope="module")
def failed(simulator):
    """A seed on a unit with a fault in it."""

    class FaultyBench(Bench):
        def unit_verilog(self) -> str:
            return seeded(super().unit_verilog(), 64).replace(
                "fault /*verilator public_flat_rw*/ = 8'd0", "fault = 8'd1"
            )

    bench = FaultyBench(Config.profile("full"))
    folder = build(bench, find_simulator(simulator("icarus")))
    built = Built(
        folders={"icarus": str(folder)},
        inputs=[(field.name, field.width) for field in bench.inputs.fields],
        outputs=[(field.name, field.width) for field in bench.outputs.fields],
    )
    seed = Seed(profile="full", xlen=64, simulator="icarus", seed=7, steps=4000)
    return run_seed(seed, built)


def test_a_wrong_initial_value_is_found_before_anything_resets_the_unit(simulator):
    class UnlikeReset(Bench):
        def unit_verilog(self) -> str:
            text = super().unit_verilog()
            assert "reg mstatus_tw = 1'b0;" in text
            return text.replace("reg mstatus_tw = 1'b0;", "reg mstatus_tw = 1'b1;")

    bench = UnlikeReset(Config.profile("mu"))
    folder = build(bench, find_simulator(simulator("icarus")))
    built = Built(folders={"icarus": str(folder)}, inputs=list(bench.inputs.fields), outputs=list(bench.outputs.fields))
    result = run_seed(Seed(profile="mu", xlen=64, simulator="icarus", seed=1, steps=100), built)
    assert result.failure is not None
    assert result.failure["cycle"] == 0
    assert any(line == "mstatus.TW: expected 0x0, got 0x1" for line in result.failure["differences"])


def test_a_failure_names_field_values_event_seed_and_cycle(failed):
    assert FAULTS[0].what == "medeleg is not looked at"
    assert not failed.has_passed
    text = report.told(failed, Regression([failed.seed], [failed], output="o"))
    assert text.startswith(f"full-rv64-icarus-7: cycle {failed.failure['cycle']}, {failed.failure['ns']} ns, ")
    assert "exception" in text
    assert "trace.to_mode: expected HS, got M" in text
    assert "\n  why: utrap explain --profile full --xlen 64 --mode " in text


def test_a_failure_prints_the_one_command_that_replays_it_with_waves(failed):
    command = report.replay_command(failed, Regression([failed.seed], [failed], again=("-o", "my results")))
    assert command.startswith("utrap regress --sim icarus --profile full --xlen 64 --seed 7 --steps ")
    assert command.endswith(" --waves -o 'my results'")
    assert int(command.split()[11]) > failed.failure["cycle"]


def test_a_failure_leaves_its_event_as_a_record(failed, run, tmp_path):
    (tmp_path / "a.jsonl").write_bytes(failed.files[f"{failed.seed.name}.jsonl"])
    result = run("replay", tmp_path / "a.jsonl")
    assert (result.status, result.out) == (0, f"{tmp_path}/a.jsonl: 1 records, 1 agree\n")
    assert f"replay: utrap replay --on icarus o/{failed.seed.name}.jsonl" in report.told(
        failed, Regression([failed.seed], [failed], output="o")
    )


def test_the_reports_show_a_failure(failed):
    regression = Regression([failed.seed, Seed(profile="full", xlen=64, simulator="icarus", seed=8, steps=1)], [failed])
    root = ET.fromstring(report.junit(regression))
    assert root[0].attrib | {"time": ""} == {
        "name": "utrap regress", "tests": "2", "failures": "1", "errors": "0", "skipped": "1", "time": "",
    }  # fmt: skip
    [failure] = root.iter("failure")
    assert report.replay_command(failed, regression) in (failure.text or "")
    page = report.html(regression, report.coverage(regression)).decode()
    assert "trace.to_mode: expected" in page
    assert report.replay_command(failed, regression) in page
    assert [row[-1] for row in report.rows(regression)] == ["FAILED", "not run"]


@pytest.mark.parametrize("name", ["icarus", "verilator"])
def test_a_seed_is_replayed_with_waves(name, utrap, installed, simulator, tmp_path):
    simulator(name)
    chosen = ("--sim", name, "--profile", "mu", "--xlen", "32", "--seed", "3", "--steps", "60")
    result = utrap("regress", *chosen, "--waves", "-o", str(tmp_path), path=[installed])
    assert result.returncode == 0, result.stderr
    [waves] = tmp_path.glob(f"mu-rv32-{name}-3.*")
    assert waves.stat().st_size > 1000


def test_a_run_that_covers_less_than_it_must_fails_and_says_how_much(utrap, installed, simulator, tmp_path):
    chosen = ("--sim", simulator("icarus"), "--profile", "mu", "--xlen", "32", "--steps", "60", "-o", str(tmp_path))
    for least, status in ((1, 0), (90, 1)):
        result = utrap("regress", *chosen, "--min-coverage", str(least), path=[installed])
        assert result.returncode == status
        assert " reachable bins are not covered: more --steps or --seeds may" in result.stdout
    assert result.stderr.startswith("utrap regress: mu, RV32: ")
    assert result.stderr.endswith(" % of the reachable bins are covered, and --min-coverage wants 90\n")


def test_the_same_seed_gives_the_same_cycles(simulator):
    def again():
        seed = plan((simulator("icarus"),), ("mu",), (64,), (5,), 300)[0]
        from utrap_sim.regress.seed import build_benches

        return run_seed(seed, build_benches(seed.config, ("icarus",), False))

    first, second = again(), again()
    assert first.has_passed
    assert first.hits == second.hits
    assert first.sequences == second.sequences


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--profile", "mus"),
            "'--profile': 'mus' is not one of 'mu', 'msu', 'msuh', 'msun', 'full', 'rva22s64', 'rva23s64', ",
        ),
        (("--udb", "x.yaml", "--xlen", "32"), "--udb x.yaml: it says what the unit is; leave --xlen out, or the file"),
        (("--seed", "1", "--seeds", "2"), "--seed and --seeds exclude each other"),
        (("--jobs", "1", "--scheduler", "tcp://127.0.0.1:1"), "--jobs and --scheduler exclude each other"),
        (("--sim", "vcs"), "'vcs' is not one of"),
    ],
)
def test_a_wrong_request_is_one_line(arguments, message, utrap, installed, tmp_path):
    result = utrap("regress", *arguments, "-o", str(tmp_path / "out"), path=[installed])
    assert result.returncode == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_the_configuration_of_a_file_is_run_by_its_settings(run, monkeypatch, tmp_path):
    monkeypatch.setattr("utrap_sim.regress.parallel.regress", lambda *arguments: None)
    run("describe", "--format", "udb", "--profile", "msu", "--xlen", "32", "--set", "sstc=true", "-o", tmp_path / "udb")
    result = run(
        "regress", "--udb", tmp_path / "udb", "--set", "local_interrupts=2", "--sim", "icarus", "--json", "-o", tmp_path
    )
    assert (result.status, result.err) == (0, "")
    [seed] = json.loads(result.out)["runs"]
    assert (seed["profile"], seed["xlen"], seed["set"]) == ("msu", 32, ["local_interrupts=2", "sstc=true"])


def test_a_file_where_the_results_should_go_is_one_line_before_anything_runs(utrap, installed, tmp_path):
    (tmp_path / "out").write_text("")
    result = utrap("regress", "-o", str(tmp_path / "out"), path=[installed], timeout=60)
    assert result.returncode == 2
    assert result.stderr == f"utrap: cannot write into {tmp_path}/out: {tmp_path}/out is not a directory\n"


def test_a_missing_simulator_is_one_line_that_names_the_package(utrap, installed, environment, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    result = utrap("regress", "--sim", "icarus", "-o", str(tmp_path / "out"), path=[installed])
    assert result.returncode == 2
    assert result.stderr == "utrap: Icarus Verilog is missing (iverilog); on Debian: apt-get install iverilog\n"


def test_ctrl_c_leaves_no_simulator_behind_and_keeps_the_results_so_far(
    command, installed, environment, simulator, tmp_path
):
    simulator("icarus")
    temporary, out = tmp_path / "temporary", tmp_path / "out"
    temporary.mkdir()
    arguments = [
        "--sim",
        "icarus",
        "--profile",
        "mu",
        "--xlen",
        "64",
        "--seeds",
        "50",
        "--steps",
        "3000",
        "--jobs",
        "2",
    ]
    seen: set[str] = set()

    def is_under_way():
        seen.update(path.name for path in temporary.glob("utrap-regress-*"))
        return len(seen) >= 8  # with two at a time: some have ended, and are known to have

    with subprocess.Popen(
        [*command, *arguments, "-o", str(out)],
        env=environment(installed) | {"TMPDIR": str(temporary)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        wait_for(is_under_way)
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (130, "utrap: interrupted\n")
    assert processes(str(temporary)) == []
    assert list(temporary.iterdir()) == []
    found = cases(out / "junit.xml")
    assert 1 <= sum(len(case) == 0 for case in found) < 50
    assert len(found) == 50


def test_interrupted_before_the_first_result_the_reports_say_that_nothing_was_run(tmp_path):
    regression = Regression(plan(("icarus",), profiles=("mu",)), was_interrupted=True, output=str(tmp_path))
    with pytest.raises(KeyboardInterrupt), RegressSession(regression):
        pass
    assert [case[0].tag for case in cases(tmp_path / "junit.xml")] == ["skipped", "skipped"]
    assert {path.name for path in tmp_path.iterdir()} == {"junit.xml", "report.html"}


def test_a_scheduler_loses_a_worker_and_no_seed(command, installed, environment, simulator, tmp_path):
    simulator("icarus")
    file = tmp_path / "scheduler.json"
    started = []

    def start(kind, name, *arguments):
        folder = tmp_path / name
        folder.mkdir()
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{kind}", *arguments, "--scheduler-file", str(file)],
                env=environment(installed) | {"TMPDIR": str(folder)},
                cwd=folder,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        return started[-1], folder

    try:
        start("scheduler", "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        wait_for(lambda: file.exists() and file.read_text().endswith("}"))
        for name in ("one", "two"):
            worker, folder = start("worker", name, "--nthreads", "1", "--no-nanny", "--no-dashboard")
        import json

        address = json.loads(file.read_text())["address"]
        arguments = ["--sim", "icarus", "--profile", "mu", "--xlen", "64", "--seeds", "6", "--steps", "8000"]
        with subprocess.Popen(
            [*command, *arguments, "--scheduler", address, "-o", str(tmp_path / "out")],
            env=environment(installed), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            wait_for(lambda: processes(f"{folder}/utrap-regress-"))
            worker.kill()
            output, errors = process.communicate(timeout=240)
        assert (process.returncode, errors) == (0, ""), output
        wait_for(lambda: not processes(f"{folder}/utrap-regress-"), 20)
    finally:
        for child in started:
            child.kill()
            child.wait()
    found = cases(tmp_path / "out" / "junit.xml")
    assert len(found) == 6
    assert all(len(case) == 0 for case in found)


def test_no_scheduler_is_one_line(utrap, installed, tmp_path):
    address = "tcp://127.0.0.1:9"
    result = utrap("regress", "--scheduler", address, "-o", str(tmp_path), path=[installed], timeout=60)
    assert result.returncode == 2
    assert result.stderr.startswith(f"utrap: --scheduler {address}: no scheduler answers there")
    assert result.stderr.count("\n") == 1


def test_every_forbidden_bin_names_its_rule():
    from utrap_testbench.harts import model_config

    for profile in PROFILES:
        for xlen in (32, 64):
            for point in points(model_config(Config.profile(profile, xlen))):
                assert all(rule for rule in point.forbidden.values())
                assert point.reachable or profile == "mu"
