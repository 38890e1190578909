"""What comes of a property that is wrong, empty, too hard or killed; and that what is proved is the unit's logic."""

import re
import signal
import subprocess
import sys

import pytest
import z3

from utrap.verilog.netlist import TOP as UNIT_MODULE
from utrap.verilog.yosys import run_yosys
from utrap_formal.equivalence.netlist import load, to_smt2
from utrap_formal.properties import sby
from utrap_formal.properties.cut import cut
from utrap_formal.properties.harness import TOP, Harness
from utrap_formal.properties.manual import Mode
from utrap_formal.properties.property import Claim, Properties
from utrap_formal.properties.sby import Outcome, Verdict
from utrap_formal.properties.suite import SUITES, Prover, suite
from utrap_formal.properties.window import UNIT
from utrap_formal.runner import run as run_suite
from utrap_formal.task import Status, Task

from ..waiting import processes_in, wait_for  # noqa: TID252 (the tests are no package)
from .conftest import MU32


@pytest.fixture(scope="module")
def unit(text):
    return cut(text(MU32))


@pytest.fixture
def result(unit):
    """What `utrap prove` would say of one claim about the small unit."""

    def result(claim, covers=False, unit=unit):
        properties = Properties("trial", "", covers=covers)
        properties.add("HU-7", name="trial", says="It is so.")(claim)
        (found,) = Prover(MU32, {UNIT: unit}, covers).prove(
            {Task(name="trial", kind="trial", index=0): properties["trial"]}
        )
        return found

    return result


def mie_is_0(w):
    return Claim(when=w.now.is_in(Mode.U), then=~w.now["mstatus.MIE"])


def test_a_property_that_does_not_hold_is_refuted_with_a_waveform_and_the_events_in_words(result):
    found = result(mie_is_0)
    assert found.status is Status.REFUTED
    says, *events = found.note.splitlines()
    assert says == "It is so."
    assert any(re.match(r"\d+: M MRET", line) for line in events)
    assert found.files["trial.vcd"].startswith("$")
    assert found.files["trial.txt"] == found.note + "\n"
    last = [line for line in events if re.match(r"\d+: ", line)][-1]
    assert re.match(r"\d+: U ", last)


def test_a_property_that_never_applies_is_refuted_as_empty(result):
    found = result(lambda w: Claim(when=w.now["hart_mode"] == 2, then=w.now["mstatus.MIE"]))
    assert found.status is Status.REFUTED
    assert "it is empty" in found.note


def test_what_cannot_come_about_is_refuted(result):
    found = result(lambda w: Claim(when=w.now["hart_mode"] == 2), covers=True)
    assert (found.status, found.note) == (Status.REFUTED, "this cannot come about: It is so.")


def test_what_comes_about_is_kept_as_a_waveform(result):
    found = result(lambda w: Claim(when=w.now.is_in(Mode.U) & w.now.is_exception), covers=True)
    assert found.status is Status.PROVED
    assert found.files.keys() == {"trial.vcd", "trial.txt"}
    assert "EXCEPTION cause" in found.files["trial.txt"].splitlines()[-2] + found.files["trial.txt"]


def test_killed_engines_leave_a_property_unproved(result, monkeypatch):
    def killed(folder, waveforms):
        write(folder, waveforms)
        for name in ("yosys-abc", "z3"):
            (folder / name).write_text("#!/bin/sh\nkill -9 $$\n")

    write = sby._write_programs
    monkeypatch.setattr(sby, "_write_programs", killed)
    found = result(lambda w: Claim(when=w.now.is_in(Mode.M), then=w.now["hart_mode"] == 3))
    assert found.status is Status.UNPROVED
    assert found.note


def test_a_killed_symbiyosys_leaves_a_property_unproved(result, monkeypatch):
    script = sby._script
    monkeypatch.setattr(sby, "_script", lambda name: "false" if name == "yowasp-sby" else script(name))
    found = result(lambda w: Claim(when=w.now.is_in(Mode.M), then=w.now["hart_mode"] == 3))
    assert found.status is Status.UNPROVED
    assert "killed or out of memory" in found.note


def test_what_pdr_does_not_decide_is_tried_by_induction_and_never_bounded(unit, monkeypatch):
    run = Prover.run

    def undecided(prover, properties, *, reaches=False, engine=sby.PDR, waveforms=False):
        outcome = run(prover, properties, reaches=reaches, engine=engine, waveforms=waveforms)
        if engine is sby.PDR:
            claims = {each.name: Verdict.UNKNOWN for each in properties}
            return Outcome(verdicts={**outcome.verdicts, **claims}, note="no time")
        return outcome

    monkeypatch.setattr(Prover, "run", undecided)
    trial = Properties("trial", "")
    trial.add("HU-7", name="inductive", says="So.")(lambda w: Claim(then=w.now["mstatus.SPP"] == 0))
    # True of what can be reached, and no induction of two steps shows it.
    trial.add("HU-7", name="not_inductive", says="So.")(
        lambda w: Claim(when=w.has_been(w.now.is_in(Mode.U)) & (w.now["hart_mode"] == 2), then=w.now["hart_mode"] != 2)
    )
    tasks = [Task(name=name, kind="", index=0) for name in ("inductive", "not_inductive")]
    found = Prover(MU32, {UNIT: unit}).prove({task: trial[task.name] for task in tasks})
    inductive, other = found
    assert (inductive.status, inductive.engine) == (Status.PROVED, sby.INDUCTION.name)
    assert other.status is not Status.PROVED


def test_a_property_without_a_meaning_is_absent():
    names = {each.name for each in SUITES["routing"].of(MU32)}
    assert "what_m_keeps_goes_to_m" in names
    assert "what_the_guest_has_goes_to_vs" not in names
    assert suite(MU32, "conservative") is None


@pytest.mark.parametrize("name", SUITES)
def test_every_property_of_the_smallest_unit_is_proved(name, text):
    whole = suite(MU32, name, text(MU32))
    if whole is not None:
        assert {each.task.name: each.note for each in run_suite(whole, 1) if each.status is not Status.PROVED} == {}


def test_a_wrong_unit_is_refuted_by_name(text):
    wrong = text(MU32).replace("mstatus_mie <= 1'b0;", "mstatus_mie <= 1'b1;")
    whole = suite(MU32, "entry", wrong)
    assert whole is not None
    bad = [each for each in run_suite(whole, 1) if each.status is not Status.PROVED]
    assert [(each.task.name, each.status) for each in bad] == [("status_of_m", Status.REFUTED)]


def test_what_is_proved_is_the_units_own_logic(text, unit):
    """The harness without properties, and the Verilog, get the same out of the same."""
    harness = Harness(MU32, {UNIT: unit}, [])
    passes = [
        "read_rtlil unit.il", "read_rtlil harness.il", f"hierarchy -check -top {TOP}", "proc", "flatten",
        f"delete {UNIT_MODULE}", f"rename {TOP} {UNIT_MODULE}", "async2sync", "dffunmap",
        "write_smt2 -wires -stdt unit.smt2",
    ]  # fmt: skip
    inputs = {"unit.il": unit.text, "harness.il": harness.rtlil(reaches=False)}
    again, plain = load(run_yosys(passes, inputs, "unit.smt2", allows_warnings=True)), load(to_smt2(text(MU32)))
    assert again.registers.keys() == {f"{UNIT}_{name}" for name in plain.registers}
    same = [(again.registers[f"{UNIT}_{name}"], register) for name, register in plain.registers.items()]
    same += [(again.inputs[f"cycle0_{name}"], port) for name, port in plain.inputs.items()]
    for name, following in plain.following.items():
        other = z3.substitute(again.following[f"{UNIT}_{name}"], *same)
        solver = z3.Solver()
        solver.add(other != following)
        assert solver.check() == z3.unsat, name
    solver = z3.Solver()
    solver.add(z3.substitute(again.initial, *same) != plain.initial)
    assert solver.check() == z3.unsat


def test_ctrl_c_leaves_no_process_and_no_folder(environment, root, tmp_path):
    command = [
        sys.executable, "-c", "import sys; from utrap.command_line.cli import main; sys.exit(main())", "prove", "cover",
        "--profile", "mu", "--xlen", "32", "--cache", str(tmp_path / "prove"),
    ]  # fmt: skip
    env = {**environment(), "TMPDIR": str(tmp_path)}
    process = subprocess.Popen(command, env=env, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: process.poll() is not None or list(tmp_path.glob("utrap-*/**/job/model")))
    assert process.poll() is None, process.communicate()
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    wait_for(lambda: not processes_in(tmp_path) and not list(tmp_path.glob("utrap-*")), 60)
    process.communicate()
