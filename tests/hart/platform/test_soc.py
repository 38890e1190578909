"""The platform as a whole in Amaranth's own simulator."""

from utrap_hart.hart import hart_config
from utrap_hart.platform.soc import Soc

from ..assembly import addi, csrrs, store  # noqa: TID252 (the tests are no package)
from ..clocked import simulate  # noqa: TID252 (the tests are no package)


def test_the_platform_runs_in_amaranths_own_simulator():
    soc = Soc(hart_config())
    program = [
        0x1000_00B7,  # lui x1, 0x10000
        addi(2, 0, ord("!")),
        store(2, 1, 0),  # sb x2, 0(x1)
        csrrs(3, 0xF14, 0),  # csrr x3, mhartid
        0x0010_01B7,  # lui x3, 0x100
        0x0003_3237,  # lui x4, 0x33
        addi(4, 4, 0x333),
        store(4, 3, 2),  # sw x4, 0(x3): 0x33333 is FAIL with code 3
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
