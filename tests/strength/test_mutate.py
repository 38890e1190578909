"""`utrap mutate`: mutants of every kind, caught where the regression itself catches them, and judged by proof."""

import copy
import json
import random
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
import z3

from utrap.command_line.errors import UserError
from utrap.config import Config
from utrap_formal.equivalence.netlist import Netlist, load, to_smt2
from utrap_formal.equivalence.prover import check_netlist
from utrap_sim.regress.seed import Seed, build_benches, run_seed
from utrap_sim.replay.replay_file import Players, replay_on_rtl
from utrap_sim.simulators.given_verilog import GivenVerilog
from utrap_strength.mutate.judge import _SIGNS, Judge
from utrap_strength.mutate.kinds import OPERATORS, Mutation, mutations_of
from utrap_strength.mutate.netlist import chosen, mutated, unit_module
from utrap_strength.mutate.places import Places
from utrap_strength.mutate.report import scores
from utrap_strength.mutate.results import NAME
from utrap_strength.mutate.session import Plan, run
from utrap_testbench.boundary import BY_EVENT, OUTPUTS, Answer, expected, operation
from utrap_testbench.harts import model_config
from utrap_testbench.replay import replay
from utrap_testbench.vectors.generate import generate
from utrap_testbench.vectors.model import step_of

MU = Config.profile("mu", 32)
STEPS = 700


@pytest.fixture(scope="module")
def module():
    return unit_module(MU)


@pytest.fixture(scope="module")
def plan(simulator, tmp_path_factory):
    return Plan(
        config=MU, count=24, seed=1, simulator=simulator("icarus"), steps=STEPS, budget=None, jobs=1,
        output=tmp_path_factory.mktemp("mutants"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def made(plan):
    return run(plan)


def test_comparisons_constants_choices_and_registers_can_be_wrong(module):
    kinds: dict[str, Any] = {}
    for name, cell in module["cells"].items():
        for mutation in mutations_of(name, cell):
            kinds.setdefault(mutation.kind, set()).add(cell["type"])
    assert {"$eq", "$lt", "$mux", "$or"} <= kinds["constant changed, bit"] | kinds["another operator:"]
    assert kinds["never written"] == {"$dff"}
    assert kinds["choice inverted"] == kinds["always the first"] == kinds["always the second"] == {"$mux"}
    assert kinds["operand left out:"] == {"$and", "$or"}
    assert {"operand one place lower", "operand one place higher", "inverted", "stuck at 0", "stuck at 1"} <= set(kinds)
    for kind, others in OPERATORS.items():
        assert kind not in others


def test_a_larger_number_has_the_same_mutants_and_more(module):
    few, many = chosen(module, 50, 3), chosen(module, 200, 3)
    assert many[:50] == few
    assert len(set(many)) == 200
    assert chosen(module, 50, 4) != few


def test_each_kind_changes_the_netlist_and_the_registers_stay_what_they_are(module):
    rng, good = random.Random(1), mutated(MU, module, [])
    check_netlist(MU, load(to_smt2(good)))
    kinds: dict[str, Any] = {}
    for name, cell in module["cells"].items():
        for mutation in mutations_of(name, cell):
            kinds.setdefault(mutation.kind, []).append(mutation)
    some = [rng.choice(of_kind) for of_kind in kinds.values()]
    for mutation in some:
        assert mutated(MU, module, [mutation], is_chosen=False) != good
    netlist = load(to_smt2(mutated(MU, module, some)))
    assert netlist.inputs["mutant"].size() == len(some)


def test_every_cell_has_a_place_in_the_source_and_most_have_a_rule(module):
    places = Places(module)
    told = [places.describe(name) for name, cell in module["cells"].items() if cell["type"] != "$dff"]
    assert sum(bool(each["place"]) for each in told) > 0.95 * len(told)
    assert sum(bool(each["rules"]) for each in told) > 0.8 * len(told)
    assert all(each["signal"] for each in told)
    assert any(each["place"].startswith("hdl/utrap/rules/") for each in told)


def test_every_mutant_has_a_verdict_that_the_schema_allows(plan, made, root):
    schema = json.loads((root / "docs" / "schemas" / "mutants.schema.json").read_text())
    lines = [json.loads(line) for line in (plan.output / NAME).read_text().splitlines()]
    for line in lines:
        jsonschema.validate(line, schema)
    assert sorted(line["number"] for line in lines[1:]) == list(range(plan.count))
    verdicts = {line["verdict"] for line in lines[1:]}
    assert {"caught", "missed"} <= verdicts <= {"caught", "missed", "equivalent"}
    [score] = scores(made)
    assert score.caught + score.equivalent + score.missed == plan.count
    assert score.percent == pytest.approx(100 * score.caught / (plan.count - score.equivalent))
    assert score.percent > 60


def test_the_same_command_goes_on_with_what_is_left(plan, made):
    file = plan.output / NAME
    before = file.read_text()
    assert run(plan).done == 0
    lines = before.splitlines(keepends=True)
    file.write_text("".join(lines[:-2]) + lines[-2][:20])  # cut off within a line
    idle = run(replace(plan, budget=0.0))
    assert (idle.done, len(idle.entries)) == (0, plan.count - 2)
    assert run(plan).done == 2
    # What the solver finds to show a miss may be another state.
    assert _verdicts(file.read_text()) == _verdicts(before)
    with pytest.raises(UserError, match="results of another unit, other options or other stimuli"):
        run(replace(plan, steps=STEPS + 1))


def _verdicts(text):
    entries = [json.loads(line) for line in text.splitlines()[1:]]
    return {entry["number"]: (entry["verdict"], entry.get("cycle"), entry["cell"]) for entry in entries}


def regressed(module, mutation, steps=STEPS):
    """The regression itself on a mutant alone."""
    given = GivenVerilog(path="mutant.v", text=mutated(MU, module, [mutation], is_chosen=False))
    seed = Seed(profile="mu", xlen=32, simulator="icarus", seed=1, steps=steps, given=given)
    return run_seed(seed, build_benches(seed.config, ("icarus",), False, given))


def test_a_mutant_is_caught_in_the_cycle_in_which_the_regression_catches_it(made):
    caught = sorted(
        (entry for entry in made.entries.values() if entry["verdict"] == "caught"), key=lambda entry: entry["cycle"]
    )
    for entry in (caught[len(caught) // 2], caught[-1]):
        result = regressed(made.module, made.mutations[entry["number"]])
        assert result.cycles == entry["cycle"]
        assert [row["field"] for row in result.failure["fields"]] == entry["fields"]


def test_what_was_missed_is_shown_by_a_record_on_the_mutants_verilog(made, tmp_path):
    entry = next(entry for entry in made.entries.values() if entry["verdict"] == "missed" and entry["record"])
    mutation = made.mutations[entry["number"]]
    assert regressed(made.module, mutation).has_passed
    path = tmp_path / "missed.jsonl"
    path.write_text(entry["record"])
    assert replay(str(path)).ok
    given = GivenVerilog(path="mutant.v", text=mutated(MU, made.module, [mutation], is_chosen=False))
    with Players("icarus", given) as players:
        assert replay_on_rtl(str(path), players).differing == 1


def test_the_proof_finds_what_differs_and_nothing_where_nothing_does(module):
    def verdict(*mutations):
        return Judge(MU, load(to_smt2(mutated(MU, module, mutations)))).verdict(0)

    wrong = next(
        m for name, cell in module["cells"].items() if cell["type"] == "$dff" for m in mutations_of(name, cell)
    )
    found = verdict(wrong)
    assert found["verdict"] == "missed"
    assert found["differences"]
    # A choice between two that are the same may be inverted.
    same = copy.deepcopy(module)
    name, ports = next((name, cell["connections"]) for name, cell in same["cells"].items() if cell["type"] == "$mux")
    ports["B"] = ports["A"]
    inverted = Mutation(cell=name, kind="choice inverted", port="S")
    assert Judge(MU, load(to_smt2(mutated(MU, same, [inverted])))).verdict(0) == {"verdict": "equivalent"}


def test_where_an_output_means_something_the_proof_looks_at_it():
    """The signs by which the proof leaves a difference out hold wherever the rows of the boundary say `when`."""
    unit = Config.profile("full", 64)
    config = model_config(unit)
    assert {row.when.text for row in OUTPUTS} <= _SIGNS.keys()
    seen = set()
    for record in generate(config, count=400, seed=1):
        done = step_of(config, record)
        answer = Answer(config, done.before, record.event, done.outcome)
        shown = {name.replace(".", "_"): z3.BitVecVal(value, 64) for name, value in expected(answer).items()}
        inputs = {"commit_op": z3.BitVecVal(int(operation(record.event)), 4)}
        netlist = Netlist(inputs=inputs, registers={}, outputs=shown, following={}, initial=None)
        for row in BY_EVENT:
            if row.width(config) and row.when.holds(answer):
                assert z3.is_true(z3.simplify(z3.And(_SIGNS[row.when.text](netlist)))), (row.name, record.event)
                seen.add(row.when.text)
    assert len(seen) > 6


def test_a_folder_that_is_none_is_one_line(run, tmp_path):
    (tmp_path / "file").write_text("")
    result = run("mutate", "-n", "1", "--profile", "mu", "--steps", "1", "-o", tmp_path / "file")
    assert result.status == 2
    assert result.err.count("\n") == 1
