"""mtvec after reset as a port says it, and its MODE where that is fixed."""

from random import Random

from utrap.config import Config

from .bench import on

PORT = [
    Config.profile("mu", 32, mtvec_reset="port"),
    Config.profile("mu", 64, mtvec_reset="port", vectored_align=4),
    Config.profile("mu", 32, mtvec_reset="port", mtvec_modes="vectored"),
    Config.profile("mu", 32, mtvec_reset="port", mtvec_modes="vectored", vectored_align=4),
    Config.profile("msu", 64, mtvec_reset="port", mtvec_modes="direct"),
]
FIXED = [
    Config.profile("mu", 32, mtvec_reset=0x80000001, mtvec_modes="vectored"),
    Config.profile("mu", 64, mtvec_reset=0x80000084, mtvec_modes="direct"),
]


def legal(config, written):
    """warl:xtvec, warl:mtvec_modes"""
    mode = {"both": written & 1, "direct": 0, "vectored": 1}[config.mtvec_modes]
    low = config.vectored_align - 1 if mode else 3
    return written & ~low | mode


def values(config):
    random = Random("mtvec")
    ones = (1 << config.xlen) - 1
    yield from (0, 1, 2, 3, 0x7C, 0x80, 0x81, 0xFD, 0x100, ones, ones ^ 1)
    yield from (random.getrandbits(config.xlen) for _ in range(20))


@on(*PORT)
async def test_reset_takes_what_the_port_says_as_a_write_would(bench):
    # norm:mtvec_sz_warl_acc, warl:mtvec
    for value in values(bench.config):
        await bench.put("mtvec", 0)
        await bench.step(rst=1, mtvec_reset=value)
        assert bench.get("mtvec") == legal(bench.config, value), hex(value)
        at_reset = bench.get("mtvec")
        await bench.put("mtvec", value)
        assert bench.get("mtvec") == at_reset


@on(*PORT)
async def test_reset_wins_over_a_write_and_without_reset_the_port_is_not_looked_at(bench):
    ones = (1 << bench.config.xlen) - 1
    bench.peek("mtvec", ones, kind=1, debug=True, rst=1, mtvec_reset=0x5000)
    await bench.tick()
    assert bench.get("mtvec") == legal(bench.config, 0x5000)
    await bench.step(mtvec_reset=ones)
    await bench.exception(2, mtvec_reset=ones)
    assert bench.get("mtvec") == legal(bench.config, 0x5000)


@on(*FIXED)
async def test_a_fixed_mode_is_read_only_and_base_is_as_aligned_as_it_asks_for(bench):
    # norm:mtvec_mode_direct_op, norm:mtvec_mode_vectored_op, warl:mtvec_modes
    assert bench.get("mtvec") == bench.config.mtvec_reset
    for value in values(bench.config):
        await bench.put("mtvec", value)
        assert bench.get("mtvec") == legal(bench.config, value), hex(value)


@on(*FIXED)
async def test_an_interrupt_enters_as_the_fixed_mode_says(bench):
    # norm:mtvec_mode_direct_op, norm:mtvec_mode_vectored_op
    is_vectored = bench.config.mtvec_modes == "vectored"
    await bench.put("mtvec", 0x4000)
    await bench.put("mstatus", 1 << 3)
    await bench.put("mie", 1 << 7)
    bench.level(mtip=1)
    assert (await bench.interrupt()).target == 0x4000 + (28 if is_vectored else 0)
    assert (await bench.exception(2)).target == 0x4000
