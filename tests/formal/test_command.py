"""`utrap prove`: its table, its JSON, its memory, its exit status, and what it says to a mistaken user."""

import json
import re
import shutil

import jsonschema
import pytest

from utrap.config import each_extension
from utrap.products.verilog_module import verilog
from utrap_formal.equivalence import suite as equivalence
from utrap_formal.equivalence.prover import Prover, Stuck
from utrap_formal.properties import suite as properties

SUITES = ("equivalence", *properties.SUITES)
MU = ("--profile", "mu", "--xlen", "32")


def test_all_of_a_small_profile_is_proved_in_two_processes(run, tmp_path):
    result = run("prove", "equivalence", *MU, "--jobs", "2", "--cache", tmp_path)
    assert result.status == 0
    title, *lines = result.out.splitlines()
    assert title.startswith("equivalence: ")
    table = [line.split() for line in lines]
    assert table[0] == ["Kind", "Tasks", "Paths", "Queries", "Engine", "Seconds", "Result"]
    assert {line[-1] for line in table[1:-1]} == {"proved"}
    assert table[-2][0] == "all"
    # What is proved and unchanged is not proved again ...
    again = run("prove", "equivalence", *MU, "--cache", tmp_path)
    assert again.status == 0
    tasks = table[-1][0]
    assert f"{tasks} known from an earlier run" in again.out
    # ... unless that is asked for.
    fresh = run("prove", "equivalence", *MU, "--cache", tmp_path, "--fresh", "--only", "mret")
    assert "known" not in fresh.out


def test_what_is_known_is_shown_without_making_the_design_anew(run, tmp_path, monkeypatch):
    first = run("prove", "equivalence", *MU, "--cache", tmp_path, "--only", "mret")

    def none(*_):
        raise AssertionError("it is made again")

    monkeypatch.setattr(equivalence, "verilog", none)
    again = run("prove", "equivalence", *MU, "--cache", tmp_path, "--only", "mret")
    assert again.status == first.status == 0
    assert "2 known from an earlier run" in again.out
    # Other sources make another design.
    monkeypatch.setattr("utrap_formal.opened.hash_of_sources", lambda packages: "others")
    with pytest.raises(AssertionError, match="it is made again"):
        run("prove", "equivalence", *MU, "--cache", tmp_path, "--only", "mret")


def test_another_design_is_not_known(run, tmp_path):
    run("prove", "equivalence", *MU, "--cache", tmp_path, "--only", "mret")
    other = run("prove", "equivalence", "--profile", "mu", "--xlen", "64", "--cache", tmp_path, "--only", "mret")
    assert "known" not in other.out
    assert len(list(tmp_path.glob("*.json"))) == 2


@pytest.mark.parametrize("content", ["", "no JSON", "[]", '{"mret": 1}', '{"mret": {"engine": "z3"}}'])
def test_a_damaged_memory_is_forgotten(run, tmp_path, content):
    run("prove", "equivalence", *MU, "--cache", tmp_path, "--only", "mret")
    (kept,) = tmp_path.glob("*.json")
    kept.write_text(content)
    result = run("prove", "equivalence", *MU, "--cache", tmp_path, "--only", "mret")
    assert (result.status, "known" in result.out) == (0, False)


def test_the_json_is_as_its_schema_says(run, root, tmp_path):
    result = run("prove", "equivalence", *MU, "--cache", tmp_path, "--only", "return", "--json")
    document = json.loads(result.out)
    jsonschema.validate(document, json.loads((root / "docs" / "schemas" / "prove.schema.json").read_text()))
    assert [task["status"] for task in document["suites"][0]["tasks"]] == ["proved"] * 3


def test_the_details_say_what_is_assumed_and_what_is_compared(run, tmp_path):
    result = run("prove", "equivalence", *MU, "--cache", tmp_path, "--only", "mret", "--details")
    assert "with MODE=1 BASE is 256-byte aligned" in result.out
    assert "target is meaningful with redirect" in result.out


def test_what_the_solver_gives_up_is_unproved_and_the_status_is_1(run, tmp_path, monkeypatch):
    def gives_up(prover, group):
        raise Stuck("timeout")

    monkeypatch.setattr(Prover, "prove", gives_up)
    result = run("prove", "equivalence", *MU, "--cache", tmp_path, "--only", "mret", "--jobs", "1")
    assert result.status == 1
    assert "1 unproved" in result.out
    assert "z3 gave up: timeout" in result.out
    assert not list(tmp_path.glob("*.json"))


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_it_stops_at_the_first_refutation_where_that_is_asked_for(run, tmp_path, monkeypatch, jobs):
    monkeypatch.setattr(equivalence, "verilog", lambda config: verilog(config).replace("mie <= 1'b0;", "mie <= 1'b1;"))
    wanted = ("prove", "equivalence", *MU, "--cache", tmp_path, "--only", "e", "--jobs", jobs)
    result = run(*wanted, "--stop-at-first")
    assert result.status == 1
    ((done, tasks),) = re.findall(r"^(\d+) of (\d+) tasks in", result.out, re.MULTILINE)
    assert int(done) < int(tasks)
    assert result.out.count(": refuted\n") == 1


def test_what_is_refuted_is_written_for_replay_and_the_status_is_1(run, tmp_path, monkeypatch):
    def wrong(config):
        return verilog(config).replace("mstatus_mie <= 1'b0;", "mstatus_mie <= 1'b1;")

    monkeypatch.setattr(equivalence, "verilog", wrong)
    result = run("prove", "equivalence", *MU, "--cache", tmp_path, "--only", "exception", "--jobs", "1")
    assert result.status == 1
    assert "refuted" in result.out
    records = sorted((tmp_path / "counterexamples").glob("*.jsonl"))
    assert records[0].name == "exception-0.jsonl"
    assert f"utrap replay --on icarus {records[0]}" in result.out
    assert run("replay", records[0]).status == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["prove", "equality"], f"'equality' is no suite: there are {', '.join(SUITES)}"),
        (
            ["prove", "equivalence", *MU, "--only", "nothing"],
            "--only nothing: nothing in equivalence has this in its name or kind",
        ),
        (
            ["prove", "conservative", *MU],
            "no property of these suites has a meaning for this configuration",
        ),
        (["prove", *MU, "--cache", ""], "cannot write into a directory with an empty name"),
        (["prove", "--set", "windows=9"], "--set windows=9: must be 0 to 8"),
        (
            ["prove", "equivalence", *MU, "--set", "isa=IACZ"],
            "--set isa=IACZ: must be I or E, then letters of MAFDQCBVX, each once",
        ),
    ],
)
def test_a_mistaken_request_is_one_line(run, arguments, message):
    result = run(*arguments)
    assert (result.status, result.out, result.err) == (2, "", f"utrap: {message}\n")


@pytest.mark.parametrize("jobs", ["0", "-1", "many"])
def test_a_wrong_number_of_jobs_is_status_2(utrap, installed, jobs):
    result = utrap("prove", "--jobs", jobs, path=[installed])
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1


def test_a_folder_that_cannot_be_written_is_one_line(run, tmp_path):
    (tmp_path / "file").write_text("")
    result = run("prove", "equivalence", *MU, "--only", "mret", "--cache", tmp_path / "file")
    assert (result.status, result.err.count("\n")) == (2, 1)
    assert "is not a directory" in result.err


def test_the_help_names_every_suite(utrap, installed):
    shown = utrap("prove", "--help", path=[installed]).stdout
    assert [name for name in SUITES if f"\n  {name} " not in shown] == []


def test_cover_keeps_waveforms_and_makes_them_again_when_they_are_gone(run, tmp_path):
    first = run("prove", "cover", *MU, "--only", "to_u", "--cache", tmp_path, "--details", "--jobs", "1")
    assert first.status == 0
    assert "nothing is claimed of a cycle in which rst is 1" in first.out
    (folder,) = (tmp_path / "waveforms").iterdir()
    assert f"waveforms: {folder}" in first.out
    assert {path.name for path in folder.iterdir()} == {"m_to_u.vcd", "m_to_u.txt"}
    again = run("prove", "cover", *MU, "--only", "to_u", "--cache", tmp_path, "--jobs", "1")
    assert "1 known from an earlier run" in again.out
    shutil.rmtree(folder)
    last = run("prove", "cover", *MU, "--only", "to_u", "--cache", tmp_path, "--jobs", "1")
    assert "known" not in last.out
    assert (folder / "m_to_u.vcd").is_file()


def test_a_refuted_property_is_printed_event_by_event_with_its_waveform(run, root, tmp_path, monkeypatch):
    def wrong(config):
        return verilog(config).replace("mstatus_mie <= 1'b0;", "mstatus_mie <= 1'b1;")

    monkeypatch.setattr(properties, "verilog", wrong)
    arguments = ("prove", "entry", *MU, "--only", "status_of_m", "--cache", tmp_path, "--jobs", "1")
    result = run(*arguments)
    assert result.status == 1
    assert re.search(r"^  \d+: M EXCEPTION cause", result.out, re.MULTILINE)
    assert f"waveform: {tmp_path / 'counterexamples' / 'status_of_m.vcd'}" in result.out
    assert (tmp_path / "counterexamples" / "status_of_m.txt").read_text().splitlines()[0] in result.out
    document = json.loads(run(*arguments, "--json").out)
    jsonschema.validate(document, json.loads((root / "docs" / "schemas" / "prove.schema.json").read_text()))
    assert [note["title"] for note in document["suites"][0]["notes"]] == ["Properties", "Assumptions"]


def test_each_extension_is_proved_alone(run, tmp_path):
    result = run("prove", "rnmi", "--each-extension", *MU, "--only", "NMIE", "--cache", tmp_path)
    assert result.status == 0
    parts = dict(re.findall(r"^(\w+):\n(.*?)(?=^\w+:\n|\Z)", result.out, re.MULTILINE | re.DOTALL))
    # In the order of the list; only what RNMIs bring has anything to prove here, and what mu cannot have says so.
    assert list(parts) == list(each_extension(32))
    assert "all" in parts["smrnmi"]
    assert " proved\n" in parts["smrnmi"]
    assert parts["sstc"].startswith("not proved: sstc=true: sstc needs s=true")
    assert "no property of these suites has a meaning" in parts["sdext"]


def test_each_extension_needs_something_to_prove(run, tmp_path):
    result = run("prove", "timers", "--each-extension", *MU, "--cache", tmp_path)
    assert result.status == 2
    assert "nothing was proved of any extension" in result.err
    as_json = run("prove", "--each-extension", "--json", *MU, "--cache", tmp_path)
    assert as_json.status == 2
    assert "give the extension with --set" in as_json.err


def test_the_smallest_hart_is_proved(run, tmp_path):
    settings = ("tval=none", "cause_bits=4", "counters=none", "mhartid=5")
    smallest = [*MU, *(word for setting in settings for word in ("--set", setting))]
    result = run("prove", "equivalence", "entry", *smallest, "--cache", tmp_path)
    assert result.status == 0, result.out
