"""The counters at the trap unit's extension port, cycle by cycle: the reference hart takes clocks as they are read."""

from types import SimpleNamespace

import pytest

from utrap_hart.core.counters import Counters
from utrap_hart.hart import hart_config

from ..clocked import simulate  # noqa: TID252 (the tests are no package)

MCYCLE, MINSTRET, MCOUNTINHIBIT = 0xB00, 0xB02, 0x320
CYCLE, TIME, INSTRET = 0xC00, 0xC01, 0xC02
CY, IR = 1, 4
ALL = (1 << 64) - 1


@pytest.fixture
def play():
    """Play one step a cycle; gives what the counters answered in each."""

    def play(*steps):
        counters, answers = Counters(hart_config()), []

        async def bench(context):
            for step in steps:
                context.set(counters.address, step.get("address", 0))
                context.set(counters.extension.write, "wdata" in step)
                context.set(counters.extension.wdata, step.get("wdata", 0))
                for name in ("retires", "time", "time_delta", "is_guest"):
                    context.set(getattr(counters, name), step.get(name, 0))
                port = counters.extension
                answers.append(SimpleNamespace(value=context.get(port.rdata), exists=context.get(port.exists)))
                await context.tick()

        simulate(counters, bench)
        return answers

    return play


def read(address, **inputs):
    return {"address": address, **inputs}


def write(address, value, **inputs):
    return {"address": address, "wdata": value, **inputs}


def values(answers):
    return [answer.value for answer in answers]


def test_mcycle_counts_cycles_and_cycle_reads_it(play):
    assert values(play(read(MCYCLE), read(CYCLE), read(MCYCLE), read(CYCLE, retires=1))) == [0, 1, 2, 3]


def test_minstret_counts_what_retires_and_instret_reads_it(play):
    steps = [read(MINSTRET, retires=1), read(MINSTRET), read(INSTRET, retires=1), read(INSTRET)]
    assert values(play(*steps)) == [0, 1, 1, 2]


@pytest.mark.parametrize("address", [MCYCLE, MINSTRET])
def test_a_write_takes_the_place_of_the_count_of_its_cycle_and_its_instruction(play, address):
    reads = [read(address, retires=1), read(address, retires=1), read(address)]
    assert values(play(write(address, ALL - 1, retires=1), *reads))[1:] == [ALL - 1, ALL, 0]


def test_each_counter_has_an_inhibit_of_its_own_and_time_has_none(play):
    steps = [
        write(MCOUNTINHIBIT, ALL),
        read(MCOUNTINHIBIT, retires=1),
        read(MCYCLE, retires=1),
        read(MINSTRET),
        write(MCOUNTINHIBIT, CY),
        read(MCYCLE, retires=1),
        read(MCYCLE),
        read(MINSTRET),
        write(MCOUNTINHIBIT, IR),
        read(MCYCLE, retires=1),
        read(MCYCLE),
        read(MINSTRET),
        read(TIME, time=7),
    ]
    answers = values(play(*steps))
    # The cycle that sets the inhibit still counts.
    assert answers[1:4] == [CY | IR, 1, 0]
    assert answers[5:8] == [1, 1, 1]
    assert answers[9:] == [1, 2, 1, 7]


def test_an_inhibited_counter_can_be_written(play):
    steps = [write(MCOUNTINHIBIT, CY | IR), write(MCYCLE, 5, retires=1), write(MINSTRET, 6, retires=1), read(MCYCLE)]
    assert values(play(*steps, read(MINSTRET)))[3:] == [5, 6]


def test_time_is_the_platforms_and_a_guests_with_htimedelta(play):
    steps = [read(TIME, time=10, time_delta=ALL), read(TIME, time=10, time_delta=ALL, is_guest=1)]
    assert values(play(*steps, read(CYCLE, time_delta=100, is_guest=1))) == [10, 9, 2]


def test_the_other_counters_and_events_of_m_mode_are_there_and_0(play):
    others = [*range(0x323, 0x340), *range(0xB03, 0xB20)]
    steps = [step for address in others for step in (write(address, ALL, retires=1), read(address))]
    assert {(answer.exists, answer.value) for answer in play(*steps)} == {(1, 0)}


def test_no_other_address_is_a_counters(play):
    there = {MCYCLE, MINSTRET, MCOUNTINHIBIT, CYCLE, TIME, INSTRET, *range(0x323, 0x340), *range(0xB03, 0xB20)}
    answers = play(*(read(address) for address in range(1 << 12)))
    assert {address for address, answer in enumerate(answers) if answer.exists} == there
