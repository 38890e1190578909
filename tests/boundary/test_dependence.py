"""What follows from the state is worked out anew where it must be: no field that it depends on is overlooked."""

import random
from itertools import islice

import pytest

from utrap.config import Config
from utrap_sim.simulators.bench import Bench
from utrap_testbench.boundary import BY_STATE
from utrap_testbench.boundary.dependence import EVERY_FIELD, fields_read
from utrap_testbench.boundary.moment import Now
from utrap_testbench.env import Scoreboard
from utrap_testbench.golden import registers
from utrap_testbench.sequences import Source, stream


def test_a_field_that_is_read_on_one_way_alone_is_found():
    def one_way(state):
        if state.v == 1 and state.prv != 3:
            return state.vsatp if state.mstatus_mpp & 1 else state.satp
        return any(getattr(state, name) == 1 for name in ("hugpaw0", "hugpaw1"))

    assert fields_read(one_way) == {"v", "prv", "vsatp", "mstatus_mpp", "satp", "hugpaw0", "hugpaw1"}


def test_a_copy_with_changes_is_read_as_the_state_is():
    assert fields_read(lambda state: state.replace(debug=1).mepc) == {"mepc"}


def test_what_cannot_be_followed_is_said_to_read_everything():
    assert fields_read(lambda state: [0, 1][state.v]) == EVERY_FIELD
    assert fields_read(lambda state: [state.v == 1 for _ in range(20) if state.prv == 1]) == EVERY_FIELD


@pytest.mark.parametrize(("profile", "xlen"), [("full", 64), ("max", 32)])
def test_state_after_state_it_is_what_it_is_of_each_state_alone(profile, xlen):
    bench = Bench(Config.profile(profile, xlen))
    config, layout = bench.model, bench.outputs
    model = Scoreboard(config, layout, 0)
    source = Source(config, random.Random(2), lambda: model.state)
    widths = {field.name: field.width for field in layout.fields}
    for number, (_, cycle) in enumerate(islice(stream(source), 3000)):
        expected = model.step(cycle)
        if number % 7 == 0:
            now = Now(config, expected.before)
            wanted = {row.name: row.value(now) for row in BY_STATE if row.width(config) and row.when.holds(now)}
            wanted |= {name: value for name, value in registers(config, expected.before).items() if name in widths}
            for name, value in wanted.items():
                low, ones = layout.offset[name], (1 << widths[name]) - 1
                assert expected.bits >> low & ones == value, name
                assert expected.mask >> low & ones == ones, name
