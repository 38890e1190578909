"""The prover refuses what it could only pretend to prove."""

import re

import pytest
import z3

from utrap.config import Config
from utrap_formal.equivalence import prover as proving
from utrap_formal.equivalence.cases import Group, cases, groups
from utrap_formal.equivalence.correspondence import CorrespondenceError
from utrap_formal.equivalence.explorer import Explorer
from utrap_formal.equivalence.netlist import load, to_smt2
from utrap_formal.equivalence.prover import Prover, Stuck

from .conftest import MU32

MRET = Group(kind="return", name="mret")


@pytest.fixture(scope="module")
def netlist(text):
    return load(to_smt2(text(MU32)))


def test_a_register_without_counterpart_is_an_error(text):
    wrong = text(MU32).replace("mscratch_scratch", "mscratch_other")
    with pytest.raises(CorrespondenceError, match="mscratch_other"):
        Prover(MU32, load(to_smt2(wrong)))


def test_an_output_that_nothing_is_said_about_is_an_error(text):
    wrong = text(MU32).replace("trace_vector", "trace_victor")
    with pytest.raises(CorrespondenceError, match="outputs that nothing is said about: trace_victor"):
        Prover(MU32, load(to_smt2(wrong)))


def test_a_register_of_another_width_is_an_error(text):
    with pytest.raises(CorrespondenceError, match="bits and not"):
        Prover(Config.profile("mu", 64), load(to_smt2(text(MU32))))


@pytest.mark.parametrize("value", ["1'bx", "4'b1z01", "8'hxx", "2'b?1"])
def test_unknown_bits_are_an_error(text, value):
    wrong = re.sub(r"assign trace_epc = [^;]*;", f"assign trace_epc = {value};", text(MU32))
    with pytest.raises(ValueError, match="unknown value"):
        to_smt2(wrong)


def test_assumptions_that_contradict_each_other_are_an_error(netlist):
    prover = Prover(MU32, netlist)
    prover._needed = [z3.BoolVal(False)]
    with pytest.raises(AssertionError, match="would prove anything"):
        prover.prove(MRET)


def test_paths_that_leave_something_out_are_an_error(netlist, monkeypatch):
    walk = Explorer.walk

    def forgets(explorer, function):
        yield next(walk(explorer, function))

    monkeypatch.setattr(Explorer, "walk", forgets)
    with pytest.raises(AssertionError, match="leave out"):
        Prover(MU32, netlist).prove(MRET)


def test_a_solver_that_gives_up_proves_nothing(netlist, monkeypatch):
    monkeypatch.setattr(proving, "_TACTICS", ("simplify", "fail"))
    with pytest.raises(Stuck):
        Prover(MU32, netlist).prove(MRET)


def test_the_cases_are_all_that_the_ports_can_say(netlist):
    """Every commit_op, every csr_address with every csr_op, every cause; no two cases have one in common."""
    inputs = netlist.inputs
    events = []
    for group in groups(MU32, netlist):
        if group.kind in ("reset", "invariant", "state output"):
            continue
        for case in cases(group, MU32, inputs):
            fixed = {"commit_op": int(case.op), **group.shared, **case.fixed}
            events.append(z3.And(*case.assumed, *(inputs[name] == value for name, value in fixed.items())))
    solver = z3.Solver()
    assert solver.check(z3.Not(z3.Or(*events))) == z3.unsat
    for i, one in enumerate(events):
        assert solver.check(one, z3.Or(*events[:i])) == z3.unsat
