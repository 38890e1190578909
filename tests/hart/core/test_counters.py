"""Counters at the extension port: what exists, what is read, what a write does."""

import pytest
from amaranth.sim import Simulator

from utrap_hart.core.counters import Counters
from utrap_hart.hart import hart_config

MCYCLE, MINSTRET, MCOUNTINHIBIT, CYCLE, TIME, INSTRET = 0xB00, 0xB02, 0x320, 0xC00, 0xC01, 0xC02
MASK = (1 << 64) - 1


@pytest.fixture
def play():
    """Run `scene(context, counters)` in simulation."""

    def play(scene):
        counters = Counters(hart_config())

        async def bench(context):
            await scene(context, counters)

        simulator = Simulator(counters)
        simulator.add_clock(1e-6)
        simulator.add_testbench(bench)
        simulator.run()

    return play


def read(context, counters, address):
    context.set(counters.address, address)
    assert context.get(counters.extension.exists), hex(address)
    return context.get(counters.extension.rdata)


async def write(context, counters, address, value):
    context.set(counters.address, address)
    context.set(counters.extension.wdata, value)
    context.set(counters.extension.write, 1)
    await context.tick()
    context.set(counters.extension.write, 0)


def test_the_machine_has_all_of_its_counters_and_lower_modes_three(play):
    async def scene(context, counters):
        found = set()
        for address in range(1 << 12):
            context.set(counters.address, address)
            if context.get(counters.extension.exists):
                found.add(address)
        assert found == {MCOUNTINHIBIT, CYCLE, TIME, INSTRET, MCYCLE, MINSTRET} | {
            *range(0xB03, 0xB20),
            *range(0x323, 0x340),
        }
        assert [read(context, counters, address) for address in (0xB03, 0xB1F, 0x323, 0x33F)] == [0] * 4
        await write(context, counters, 0xB03, MASK)
        assert read(context, counters, 0xB03) == 0

    play(scene)


def test_cycle_counts_cycles_and_instret_what_retires(play):
    async def scene(context, counters):
        for retires in (1, 0, 1, 1):
            context.set(counters.retires, retires)
            await context.tick()
        assert [read(context, counters, address) for address in (MCYCLE, CYCLE)] == [4, 4]
        assert [read(context, counters, address) for address in (MINSTRET, INSTRET)] == [3, 3]

    play(scene)


def test_a_write_takes_the_place_of_the_count(play):
    async def scene(context, counters):
        context.set(counters.retires, 1)
        await write(context, counters, MINSTRET, MASK)
        assert read(context, counters, INSTRET) == MASK
        await context.tick()
        assert read(context, counters, INSTRET) == 0
        await write(context, counters, MCYCLE, 100)
        assert read(context, counters, CYCLE) == 100
        await context.tick()
        assert read(context, counters, CYCLE) == 101

    play(scene)


def test_mcountinhibit_holds_each_counter_by_itself(play):
    async def scene(context, counters):
        context.set(counters.retires, 1)
        await write(context, counters, MCOUNTINHIBIT, MASK)
        assert read(context, counters, MCOUNTINHIBIT) == 0b101
        before = [read(context, counters, address) for address in (MCYCLE, MINSTRET)]
        await context.tick().repeat(3)
        assert [read(context, counters, address) for address in (MCYCLE, MINSTRET)] == before
        await write(context, counters, MCOUNTINHIBIT, 0b001)
        await context.tick().repeat(3)
        assert [read(context, counters, address) for address in (MCYCLE, MINSTRET)] == [before[0], before[1] + 3]
        await write(context, counters, MINSTRET, 7)
        await write(context, counters, MCOUNTINHIBIT, 0b100)
        held = read(context, counters, MINSTRET)
        await context.tick().repeat(2)
        assert read(context, counters, MINSTRET) == held

    play(scene)


def test_time_is_the_platforms_and_a_guests_is_moved_by_htimedelta(play):
    async def scene(context, counters):
        context.set(counters.time, 1000)
        context.set(counters.time_delta, MASK - 99)
        assert read(context, counters, TIME) == 1000
        context.set(counters.is_guest, 1)
        assert read(context, counters, TIME) == 900
        assert read(context, counters, CYCLE) == 0

    play(scene)
