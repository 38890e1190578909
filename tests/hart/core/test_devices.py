"""The platform's devices, and the platform in Amaranth's own simulator."""

import pytest
from amaranth.hdl import Module, Signal
from amaranth.sim import Simulator

from utrap_hart.hart import hart_config
from utrap_hart.platform.bus import BusSignature
from utrap_hart.platform.devices.clint import Clint
from utrap_hart.platform.devices.finisher import Finisher, tohost_value
from utrap_hart.platform.devices.uart import Uart
from utrap_hart.platform.soc import Soc

from .combinational import ask
from .random_programs import i_type, s_type

UNSET = (1 << 64) - 1


def simulate(component, bench):
    """Run `bench(context)` beside the component."""
    m = Module()
    m.submodules.component = component
    # A component without state needs a clock, too.
    m.d.sync += Signal(name="clocked").eq(1)
    simulator = Simulator(m)
    simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()


async def read(context, bus, address):
    context.set(bus.valid, 1)
    context.set(bus.write, 0)
    context.set(bus.address, address)
    assert context.get(bus.ready)
    value = context.get(bus.rdata)
    await context.tick()
    context.set(bus.valid, 0)
    return value


async def write(context, bus, address, wdata, wmask=0xFF):
    context.set(bus.wdata, wdata)
    context.set(bus.wmask, wmask)
    context.set(bus.address, address)
    context.set(bus.write, 1)
    context.set(bus.valid, 1)
    assert context.get(bus.ready)


def test_the_timer_is_due_when_its_time_has_come_and_until_it_is_set_anew():
    clint = Clint()

    async def bench(context):
        assert await read(context, clint.bus, 0x4000) == UNSET
        assert not context.get(clint.mtip)
        start = await read(context, clint.bus, 0xBFF8)
        assert await read(context, clint.bus, 0xBFF8) == start + 1
        now = context.get(clint.time)
        await write(context, clint.bus, 0x4000, now + 3)
        await context.tick()
        context.set(clint.bus.valid, 0)
        assert [await due(context) for _ in range(4)] == [0, 0, 1, 1]
        await write(context, clint.bus, 0x4000, UNSET)
        await context.tick()
        assert not context.get(clint.mtip)

    async def due(context):
        value = context.get(clint.mtip)
        await context.tick()
        return value

    simulate(clint, bench)


def test_registers_of_the_clint_are_written_by_bytes():
    clint = Clint()

    async def bench(context):
        bus = clint.bus
        await write(context, bus, 0x4000, 0x1122_3344_5566_7788, 0xF0)
        await context.tick()
        assert await read(context, bus, 0x4000) == 0x1122_3344_FFFF_FFFF
        await write(context, bus, 0x0000, UNSET, 0xF0)
        await context.tick()
        assert not context.get(clint.msip)
        await write(context, bus, 0x0000, UNSET, 0x0F)
        await context.tick()
        assert context.get(clint.msip)
        assert await read(context, bus, 0x0000) == 1
        await write(context, bus, 0x0008, 0)  # another hart's
        await context.tick()
        assert context.get(clint.msip)
        await write(context, bus, 0xBFF8, 1 << 40)
        await context.tick()
        assert context.get(clint.time) == 1 << 40

    simulate(clint, bench)


def test_the_uart_sends_what_is_written_to_its_first_byte():
    uart = Uart()

    async def bench(context):
        assert await read(context, uart.bus, 0x1000_0000) >> 40 & 0xFF == 0x60
        for address, wmask, is_sent in ((0x1000_0000, 1, 1), (0x1000_0000, 0xFE, 0), (0x1000_0008, 1, 0)):
            await write(context, uart.bus, address, 0x41, wmask)
            assert context.get(uart.valid) == is_sent
            if is_sent:
                assert context.get(uart.data) == 0x41
            context.set(uart.bus.valid, 0)
            assert not context.get(uart.valid)

    simulate(uart, bench)


@pytest.mark.parametrize(
    ("wdata", "wmask", "address", "ends"),
    [
        (0x5555, 0x0F, 0, (1, 0)),
        (0x0007_3333, 0x0F, 0, (1, 7)),
        (0xFFFF_3333, 0xFF, 0, (1, 0xFFFF)),
        (0x7777, 0x0F, 0, (0, 0)),
        (0x5555, 0x01, 0, (0, 0)),
        (0x5555, 0xF0, 0, (0, 0)),
        (0x5555, 0x0F, 8, (0, 0)),
    ],
)
def test_the_finisher_ends_the_program_with_a_code(wdata, wmask, address, ends):
    finisher = Finisher()

    async def bench(context):
        await write(context, finisher.bus, 0x10_0000 + address, wdata, wmask)
        assert (context.get(finisher.valid), context.get(finisher.code)) == ends
        context.set(finisher.bus.write, 0)
        assert not context.get(finisher.valid)

    simulate(finisher, bench)


TOHOST = 0x8000_1000


@pytest.mark.parametrize(
    ("tohost", "address", "wdata", "wmask", "ends"),
    [
        (TOHOST, TOHOST, 1, 0xFF, (1, 0)),
        (TOHOST, TOHOST, 5, 0x0F, (1, 2)),
        (TOHOST, TOHOST, 0xDEAD_0000_0000_0003, 0x0F, (1, 1)),
        (TOHOST, TOHOST, 4, 0xFF, (0, None)),
        (TOHOST, TOHOST, 1, 0xF0, (0, None)),
        (TOHOST, TOHOST, 0x0101_0000_0000_0041, 0xFF, (0, None)),  # a character for the console
        (TOHOST, TOHOST + 8, 1, 0xFF, (0, None)),
        (0, 0, 1, 0xFF, (0, None)),
    ],
)
def test_an_odd_value_in_tohost_ends_the_program(tohost, address, wdata, wmask, ends):
    names = ("valid", "ready", "write", "address", "wdata", "wmask", "tohost")

    def build(m, **inputs):
        bus = BusSignature().create()
        m.d.comb += [getattr(bus, name).eq(inputs[name]) for name in names[:-1]]
        return tohost_value(bus, inputs["tohost"])

    widths = dict(zip(names, (1, 1, 1, 56, 64, 8, 56), strict=True))
    case = {"valid": 1, "ready": 1, "write": 1, "address": address, "wdata": wdata, "wmask": wmask, "tohost": tohost}
    cases = [case, case | {"ready": 0}, case | {"write": 0}]
    (is_end, code), *others = ask(widths, build, cases)
    assert (is_end, code if is_end else None) == ends
    assert [other for other, _ in others] == [0, 0]


def test_the_platform_runs_in_amaranths_own_simulator():
    soc = Soc(hart_config())
    program = [
        0x1000_00B7,  # lui x1, 0x10000
        i_type(0x13, 0, 2, 0, ord("!")),
        s_type(0, 1, 2, 0),  # sb x2, 0(x1)
        i_type(0x73, 2, 3, 0, 0xF14),  # csrr x3, mhartid
        0x0010_01B7,  # lui x3, 0x100
        0x0003_3237,  # lui x4, 0x33
        i_type(0x13, 0, 4, 4, 0x333),
        s_type(2, 3, 4, 0),  # sw x4, 0(x3): 0x33333 is FAIL with code 3
    ]
    sent: list[str] = []
    ended: list[int] = []

    async def bench(context):
        context.set(soc.reset_pc, 0x8000_0000)
        while not ended and len(sent) < 10:
            valid, address = context.get(soc.memory.valid), context.get(soc.memory.address)
            place = address - 0x8000_0000 >> 2
            pair = [*program, 0, 0][place : place + 2] if valid else [0, 0]
            if valid:
                await step(context)
            context.set(soc.memory.ready, valid)
            context.set(soc.memory.rdata, pair[0] | pair[1] << 32)
            await step(context)
            context.set(soc.memory.ready, 0)

    async def step(context):
        if context.get(soc.uart_valid):
            sent.append(chr(context.get(soc.uart_data)))
        if context.get(soc.exit_valid):
            ended.append(context.get(soc.exit_code))
        await context.tick()

    simulate(soc, bench)
    assert (sent, ended) == (["!"], [3])
