"""`utrap faults`: every fault fits the sources, some of each kind are caught, and what the command says and keeps."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from importlib.resources import files
from types import SimpleNamespace

import jsonschema
import pytest
from tests.waiting import processes, wait_for

from utrap.command_line.errors import UserError
from utrap.command_line.options import make_config
from utrap_strength.faults import judge
from utrap_strength.faults.catalogue import ENTRIES
from utrap_strength.faults.families import families
from utrap_strength.faults.fault import Edit, Fault
from utrap_strength.faults.faulty import SOURCES, apply_edits, faulty_verilog

FAULTS = {entry.name: entry for entry in ENTRIES if isinstance(entry, Fault)}
#: One for each way in which the unit can be wrong, in small configurations.
SOME = (
    "sie-in-m",  # an interrupt is taken that must not be
    "medeleg-bit0",  # it has a flip-flop more
    "mret-updates-epc",  # a return writes what it must not
    "csr-no-priv-check",  # a verdict is another
    "tval-int-bit",  # an entry writes another value
    "wfi-wake-disabled",  # an output is wrong in every cycle
)


def changed(fault):
    """The files that a fault changes, as they are then."""
    texts: dict[str, str] = {}
    for edit in fault.edits:
        text = texts.get(edit.file) or (SOURCES / edit.file).read_text()
        assert text.count(edit.old) == 1, f"{edit.file}: {edit.old!r} stands {text.count(edit.old)} times"
        assert edit.old != edit.new
        texts[edit.file] = text.replace(edit.old, edit.new)
    return texts


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_fits_the_sources_and_its_configuration_exists(name):
    fault = FAULTS[name]
    for file, text in changed(fault).items():
        compile(text, file, "exec")
    make_config(fault.profile, fault.xlen, fault.settings)


def test_a_fault_names_nothing_that_its_file_does_not_know(tmp_path):
    """To build the unit with each of them would take minutes."""
    for name, fault in FAULTS.items():
        for file, text in changed(fault).items():
            (tmp_path / f"{name}-{file.replace('/', '-')}").write_text(text)
    check = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F821", "--output-format", "concise"]
    found = subprocess.run([*check, str(tmp_path)], capture_output=True, text=True)
    assert found.returncode == 0, found.stdout


def test_every_family_is_put_in_or_said_to_be_impossible():
    shipped = json.loads((files("utrap_strength.faults") / "shipped.json").read_text())
    assert families().keys() == shipped.keys()
    assert len(FAULTS) == sum(isinstance(entry, Fault) for entry in ENTRIES)
    for family in families().values():
        assert family.shipped
        assert bool(family.faults) != bool(family.why_not), family.name


def test_the_document_has_every_fault_and_every_reason(root):
    text = (root / "docs" / "faults.md").read_text()
    for family in families().values():
        for project, reference in family.shipped:
            assert project in text
            assert reference in text
        assert family.why_not in text
        for fault in family.faults:
            (row,) = (line for line in text.splitlines() if line.startswith(f"| `{fault.name}` |"))
            assert f"| {fault.what} | {fault.configuration} |" in row


@pytest.fixture(scope="module")
def some(utrap, installed, simulator, tmp_path_factory):
    """What the command says of some faults, and the folder in which it keeps it."""
    simulator("icarus")
    folder = tmp_path_factory.mktemp("faults")
    arguments = ("--sim", "icarus", "--jobs", "1", "-o", str(folder), "--json")
    return SimpleNamespace(folder=folder, result=utrap("faults", *SOME, *arguments, path=[installed]))


def test_faults_are_caught_and_named_by_the_regression_and_refuted_by_the_proof(root, some):
    document = json.loads(some.result.stdout)
    jsonschema.validate(document, json.loads((root / "docs" / "schemas" / "faults.schema.json").read_text()))
    found = {fault["name"]: fault["found"] for family in document["families"] for fault in family["faults"]}
    assert found.keys() >= set(SOME)
    for name, checks in found.items():
        assert checks["icarus"]["event"], f"{name}: {checks}"
        assert checks["proof"]["differences"], f"{name}: {checks}"
    assert some.result.returncode == 0, some.result.stdout


def test_what_was_done_is_not_done_again(run, some, monkeypatch):
    monkeypatch.setattr(judge, "run_regression", None)
    monkeypatch.setattr(judge, "run_proof", None)
    monkeypatch.setattr(judge, "faulty_verilog", None)
    result = run("faults", "tval-int-bit", "--sim", "icarus", "-o", some.folder)
    assert result.status == 0
    assert result.out.endswith("\n1 of 1 faults are caught by icarus, proof\n")


def test_the_list_says_what_caught_a_fault_the_last_time(run, some):
    lines = run("faults", "tval-int-bit", "mpp-2", "mpp-reset", "--list", "-o", some.folder).out.splitlines()
    assert [line.split()[0] for line in lines] == ["Fault", "mpp-2", "mpp-reset", "tval-int-bit"]
    assert "not run" in lines[1]
    assert "impossible" in lines[2]
    assert "proof: interrupt" in lines[3]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({"events": 12_000, "seconds": 1.0}, "MISSED"),
        (
            {
                "events": 7,
                "seconds": 1.0,
                "event": "mret",
                "mode": "M",
                "sequence": "returns",
                "differences": ["mcause: expected 0x0, got 0x1"],
            },
            "misnamed",
        ),
    ],
)
def test_a_fault_that_is_not_caught_or_named_wrongly_is_shown_and_the_status_is_1(
    run, simulator, tmp_path, monkeypatch, found, words
):
    simulator("icarus")
    monkeypatch.setattr(judge, "run_regression", lambda fault, verilog, simulator: found)
    monkeypatch.setattr(judge, "faulty_verilog", lambda config, edits: "")
    arguments = ("faults", "tval-int-bit", "--sim", "icarus", "--no-proof", "-o", tmp_path)
    result = run(*arguments, "--table", tmp_path / "table.md")
    assert result.status == 1
    assert f"tval-int-bit, icarus: {words}: An interrupt leaves" in result.out
    assert result.out.endswith("\n0 of 1 faults are caught by icarus\n")
    assert f"| {words.lower()} |" in (tmp_path / "table.md").read_text()


def test_ctrl_c_leaves_no_process_and_no_part_of_a_file(environment, installed, simulator, tmp_path):
    simulator("icarus")
    temporary, out = tmp_path / "temporary", tmp_path / "out"
    temporary.mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", "utrap", "faults", "--sim", "icarus", "--jobs", "2", "-o", str(out)],
        env=environment(installed) | {"TMPDIR": str(temporary)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        wait_for(lambda: any(temporary.glob("utrap-regress-*")))
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (130, "utrap: interrupted\n")
    assert processes(str(temporary)) == []
    assert list(temporary.iterdir()) == []
    assert {path.suffix for path in out.iterdir()} <= {".v", ".json"}


def test_an_edit_that_does_not_fit_is_one_line(tmp_path):
    (tmp_path / "isa.py").write_text("one\none\n")
    with pytest.raises(UserError, match=r"^isa.py has 'one' 2 times; the fault's edit wants it once$"):
        apply_edits(tmp_path, [Edit(file="isa.py", old="one", new="two")])


def test_sources_that_make_no_unit_are_one_line():
    fault = replace(FAULTS["mpp-2"], edits=(Edit(file="unit.py", old="m = Module()", new="m = Modul()"),))
    with pytest.raises(UserError, match=r"^the sources with the fault make no unit: NameError"):
        faulty_verilog(make_config(fault.profile, fault.xlen), fault.edits)


def test_edits_that_leave_the_verilog_as_it_is_are_one_line_that_names_the_fault(tmp_path):
    """They fit, and what they change is of no effect in the configuration of the fault."""
    line = (SOURCES / "unit.py").read_text().partition("\n")[0]
    fault = replace(FAULTS["mpp-2"], edits=(Edit(file="unit.py", old=line, new=f"{line}  # no mistake"),))
    with pytest.raises(UserError, match=r"^mpp-2: the edits change nothing in the Verilog of its configuration, so "):
        judge.judge(fault, ("proof",), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mpp2"], "mpp2: no family of faults has this name; do you mean mpp-2?"),
        (["qqqq"], "qqqq: no family of faults has this name; utrap faults --list has them all"),
        (["--sim", "none", "--no-proof"], "--sim none and --no-proof leave nothing that could catch a fault"),
        (["mpp-2", "--table", "/"], "--table /: a directory is in its place"),
        (["mpp-2", "-o", "/dev/null"], "cannot write into /dev/null: /dev/null is not a directory"),
    ],
)
def test_a_mistaken_request_is_one_line(utrap, arguments, message, installed):
    result = utrap("faults", *arguments, path=[installed])
    assert (result.returncode, result.stdout) == (2, "")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
