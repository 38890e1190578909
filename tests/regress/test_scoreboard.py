"""The scoreboard names the event that did it: the one before where storage differs, else the one of the cycle."""

import random
from dataclasses import fields
from itertools import islice

import pytest

from utrap.config import Config
from utrap_sim.simulators.bench import Bench
from utrap_testbench.env import Cycle, Scoreboard
from utrap_testbench.golden import Mode, State, reset_state
from utrap_testbench.sequences import Source, stream

BENCH = Bench(Config.profile("full"))
MAX = Bench(Config.profile("max"))
#: Fields of the state that are levels of inputs: nothing stores them.
INPUTS = {
    "line_meip", "line_mtip", "line_msip", "line_seip", "line_ueip", "line_local", "hgeip", "mhartid", "mtvec_reset",
    "time", "line_rnmi", "rnmi_cause", "counter_overflow", "lcofi_request",
}  # fmt: skip


def text(expected, bench):
    return f"{expected.bits:0{bench.outputs.digits}x}"


class Pair:
    """The model, and beside it a unit that is the model with a fault put into it."""

    def __init__(self, bench):
        self.bench = bench
        self.model = Scoreboard(bench.model, bench.outputs, 0)
        self.unit = Scoreboard(bench.model, bench.outputs, 0)

    def start(self, seed):
        """Both from reset, under the cycles of a seed."""
        bench = self.bench
        self.model.state = self.unit.state = reset_state(bench.model)
        self.source = Source(bench.model, random.Random(seed), lambda: self.model.state)
        self.cycles = (cycle for _, cycle in stream(self.source))

    def differences(self, cycle):
        expected = self.model.step(cycle)
        return self.model.compare(expected, text(self.unit.step(cycle), self.bench))


STORED = [field.name for field in fields(State) if field.name not in INPUTS]


def stored(bench):
    """The fields in which the hart stores something that events change."""
    pair = Pair(bench)
    pair.start(3)
    first, found = reset_state(bench.model), set()
    for cycle in islice(pair.cycles, 6000):
        after = pair.model.step(cycle).after
        found |= {name for name in STORED if getattr(after, name) != getattr(first, name)}
    return sorted(found)


@pytest.mark.parametrize("bench", [BENCH, MAX], ids=["full", "max"])
def test_a_wrong_register_is_the_event_befores_whatever_else_differs_then(bench):
    named, pair = {}, Pair(bench)
    for name in stored(bench):
        pair.start(5)
        assert all(not pair.differences(cycle) for cycle in islice(pair.cycles, 20))
        # In S, for there prv and v turned are modes, too.
        assert all(not pair.differences(cycle) for cycle in pair.source.go_to(Mode.S))
        value = getattr(pair.unit.state, name)
        # MPP=3 with its lowest bit turned would be no mode.
        pair.unit.state = pair.unit.state.replace(**{name: 0 if value > 1 else value ^ 1})
        for cycle in islice(pair.cycles, 3):
            if found := pair.differences(Cycle(cycle.event)):
                break
        # What is hidden from every register there, as a bit of henvcfg behind menvcfg, differs later or never.
        if found:
            named[name] = any(difference.is_state for difference in found)
    assert len(named) > 60
    assert [name for name, is_state in named.items() if not is_state] == []


def test_a_wrong_answer_is_its_own_events():
    model = Scoreboard(BENCH.model, BENCH.outputs, 0)
    source = Source(BENCH.model, random.Random(1), lambda: model.state)
    ports = {name for name in BENCH.outputs.offset if "." in name and "@" not in name}
    seen: set[str] = set()
    for _, cycle in islice(stream(source), 400):
        expected = model.step(cycle)
        for name in ports - seen:
            low = BENCH.outputs.offset[name]
            if expected.mask >> low & 1:
                seen.add(name)
                flipped = f"{expected.bits ^ 1 << low:0{BENCH.outputs.digits}x}"
                [difference] = model.compare(expected, flipped)
                assert (difference.field, difference.is_state) == (name, False)
    assert len(seen) > 40


def test_a_line_that_does_not_reach_mip_is_of_the_cycle_in_which_it_rises():
    model = Scoreboard(BENCH.model, BENCH.outputs, 0)
    low = BENCH.outputs.offset["mip"]
    for line in (3, 7, 8, 9, 11):
        expected = model.step(Cycle(lines=1 << line))
        [difference] = model.compare(expected, f"{expected.bits ^ 1 << low + line:0{BENCH.outputs.digits}x}")
        assert (difference.field, difference.is_state) == ("mip", False)
    expected = model.step(Cycle(lines=0))
    [difference] = model.compare(expected, f"{expected.bits ^ 1 << low + 1:0{BENCH.outputs.digits}x}")
    assert (difference.field, difference.is_state) == ("mip", True)
