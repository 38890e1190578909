"""Every property breaks when the unit has a fault that it is about."""

import dataclasses
import importlib.util
import re
import sys

import pytest

from utrap_formal.properties.cut import cut
from utrap_formal.properties.sby import Verdict
from utrap_formal.properties.suite import SUITES, Prover
from utrap_formal.properties.window import PLAIN, UNIT

from .property_faults import FAULTS, RESET, config_of, properties

SUITES_WITH_CLAIMS = [name for name, suite in SUITES.items() if not suite.covers]


@pytest.fixture(scope="module")
def seeding(root):
    """The module of the regression's faults."""
    spec = importlib.util.spec_from_file_location("regress_faults", root / "tests" / "regress" / "faults.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # The module's dataclass looks its own module up.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", SUITES_WITH_CLAIMS)
def test_every_property_has_a_fault(name):
    assert [each.name for each in properties(name) if each.name not in FAULTS[name]] == []


def _under_fault(each, number):
    """The property, about runs in which its fault was there all the time."""

    def claim(w):
        plain = each.claim(w)
        there = w.now["fault"] == number
        when = plain.when & ~w.has_been(~there)
        for cycle in w.ahead:
            when = when & (cycle["fault"] == number)
        return dataclasses.replace(plain, when=when)

    return dataclasses.replace(each, claim=claim)


@pytest.mark.parametrize("name", SUITES_WITH_CLAIMS)
def test_every_property_finds_its_fault(name, text, seeding):
    config, chosen = config_of(name), properties(name)
    registers = set(re.findall(r"^  reg (?:\[\d+:0\] )?(\w+) =", text(config), re.MULTILINE))
    faults, resets = [], []
    for number, each in enumerate(chosen, 1):
        place, bad = FAULTS[name][each.name]
        if bad.startswith(RESET):
            resets.append((number, place, bad.removeprefix(RESET)))
            place, bad = "interrupt_wake", "$"
        where = "field" if place in registers else "net"
        faults.append(seeding.Fault(kind=name, what=each.name, bad=bad, **{where: place}))
    wrong = seeding.seeded(text(config), 64, faults)
    for number, place, bad in resets:
        wrong = re.sub(rf"{place} <= ([^;]*);", rf"{place} <= fault == 8'd{number} ? {bad} : \1;", wrong, count=1)
    # What chooses a fault comes from outside, and is free.
    wrong, count = re.subn(r"  reg \[7:0\] fault [^;]*;\n", "", wrong)
    assert count == 1
    wrong = wrong.replace("input  wire         rst,", "input  wire         rst,\n    input  wire   [7:0] fault,")
    units = {UNIT: cut(wrong)}
    if SUITES[name].compares:
        units[PLAIN] = cut(text(config.replace(shudeleg=False, windows=0)), PLAIN)
    prover = Prover(config, units)
    outcome = prover.run([_under_fault(each, number) for number, each in enumerate(chosen, 1)], reaches=False)
    missed = [each for each, verdict in outcome.verdicts.items() if verdict is not Verdict.FAILS]
    assert missed == []
