"""A wrong row is caught: by whoever compares in a simulation, and by the prover."""

from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from itertools import chain

import pytest

from utrap.config import Config, every_extension
from utrap_formal.equivalence.suite import suite
from utrap_formal.runner import run
from utrap_formal.task import Status
from utrap_sim.replay.rtl import RtlRecords
from utrap_sim.replay.session import Session
from utrap_sim.simulators.bench import Bench
from utrap_testbench.boundary import BY_EVENT, BY_STATE, OUTPUTS, Answer, PackedOutputs, expected
from utrap_testbench.harts import model_config
from utrap_testbench.vectors import generate
from utrap_testbench.vectors.model import step_of

#: With every port.
FULL = Config.profile("full", 64, refetch=True, **every_extension(64))
EVERY = pytest.mark.parametrize("row", OUTPUTS, ids=lambda row: row.name)


@contextmanager
def wrong(row, **changes):
    """The row with something else in it."""
    old = {name: getattr(row, name) for name in changes}
    try:
        for name, value in changes.items():
            object.__setattr__(row, name, value)
        yield
    finally:
        for name, value in old.items():
            object.__setattr__(row, name, value)


def other(row):
    """The row's value with its lowest bit the other way."""
    value = row.value
    return lambda moment: int(value(moment)) ^ 1


@cache
def played():
    """Records of every kind on the full unit, played once under Icarus, with what was seen in each."""
    bench = Bench(FULL)
    records = RtlRecords(bench, model_config(FULL))
    sample = list(chain(generate(records.config, 200, 8), generate(records.config, 60, 4, ("interrupt", "exception"))))
    texts = [records.first, *(records.start(number, record)[0] for number, record in enumerate(sample))]
    with Session(bench, "icarus") as player:
        player.start("".join(texts))
        seen = player.finish()
    return records, list(zip(sample, seen[::2], seen[1::2], strict=True))


def differing():
    """The ports in which a record of the sample differs; records are judged anew."""
    records, sample = played()
    found: set[str] = set()
    for record, during, after in sample:
        _, started = records.start(0, record)
        found.update(difference.field for difference in records.judge(started, during, after).others)
    return found


def test_the_right_rows_agree():
    assert differing() == set()


@EVERY
def test_a_wrong_value_is_a_difference_at_its_port_alone(row):
    with wrong(row, value=other(row)):
        assert differing() == {row.name}


@pytest.mark.parametrize(("profile", "xlen"), [("full", 32), ("full", 64), ("max", 64)])
def test_the_packed_rows_are_the_rows(profile, xlen):
    bench = Bench(Config.profile(profile, xlen))
    config, layout = model_config(bench.config), bench.outputs
    packed = PackedOutputs(config, layout)
    for record in generate(config, 200, 5):
        before, _, outcome = step_of(config, record)
        parts = packed.by_event(before, record.event, outcome), packed.by_state(before)
        wanted = expected(Answer(config, before, record.event, outcome))
        assert sum(bits for bits, _ in parts) == layout.pack(wanted)
        widths = {row.name: row.width(config) for row in OUTPUTS}
        assert sum(mask for _, mask in parts) == layout.pack({name: (1 << widths[name]) - 1 for name in wanted})


@pytest.mark.parametrize(
    ("row", "task"),
    [
        *((row, "mret") for row in BY_EVENT if row.name in ("answer.redirect", "answer.target", "trace.from_mode")),
        *((row, row.verilog) for row in BY_STATE if row.name in ("hart.mode", "interrupt.cause", "legality.wfi")),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_wrong_value_is_refuted(row, task):
    value = row.value
    with wrong(row, value=lambda moment: value(moment) ^ 1):
        assert proved("mu", task).status is Status.REFUTED


def test_a_port_that_is_compared_where_it_means_nothing_is_refuted():
    row = next(row for row in BY_EVENT if row.name == "answer.target")
    always = next(row for row in BY_EVENT if row.name == "answer.fault").when
    with wrong(row, when=always):
        assert proved("mu", "retire").status is Status.REFUTED


def proved(profile, name):
    whole = suite(Config.profile(profile, 32))
    (result,) = run(replace(whole, tasks=tuple(task for task in whole.tasks if task.name == name)), jobs=1)
    return result
