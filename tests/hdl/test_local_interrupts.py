"""The platform's own interrupts: their bits, whom they go to, under which number, and in which order."""

from itertools import product

import pytest

from utrap.config import Config
from utrap.isa import Mode

from .bench import on
from .manual import bits, ones

M, S, U, VS, VU = Mode.M, Mode.S, Mode.U, Mode.VS, Mode.VU
MU = Config.profile("mu", 32, local_interrupts=15, local_interrupts_first=True)
MUN = Config.profile("mu", 32, n=True, local_interrupts=16)
MSU = Config.profile("msu", 64, local_interrupts=4)
MSUH = Config.profile("msuh", 64, local_interrupts=3, local_interrupts_first=True, vectored_align=4)
FULL = Config.profile("full", 64, local_interrupts=48)
CONFIGS = [MU, MUN, MSU, MSUH, FULL]
WITH_S = [config for config in CONFIGS if config.s]
WITH_H = [config for config in CONFIGS if config.h]
SIE, MIE = 1, 3


def codes(config):
    return range(16, 16 + config.local_interrupts)


def mask(config):
    return bits(*codes(config))


def standard(config):
    """norm:intr_M_mode_pri: those for M that no delegation register must be set for, highest first."""
    return [11, 3, 7, *([9, 1, 5] if config.s else [])]


def taken(bench):
    seen = bench.outputs()
    return (Mode(seen.interrupt_target), seen.interrupt_cause) if seen.interrupt_request else None


async def give(bench, mideleg=0, hideleg=0):
    for name, value in (("mideleg", mideleg), ("hideleg", hideleg)):
        if name in bench.state():
            await bench.put(name, value)


@on(*CONFIGS)
async def test_mip_shows_the_lines_and_cannot_be_written(bench):
    # norm:mip_mie_enc_txt, norm:mip_bits_rdonly_op, warl:local_interrupts
    lines = mask(bench.config)
    for code in codes(bench.config):
        bench.level(local=1 << code - 16)
        assert bench.get("mip") & ~0xFFFF == bits(code)
        await bench.put("mip", ones(bench.config) ^ bits(code))
        assert bench.get("mip") & ~0xFFFF == bits(code)
    bench.level(local=lines >> 16)
    assert bench.get("mip") & ~0xFFFF == lines


@on(*CONFIGS)
async def test_mie_has_a_bit_for_each_and_delegation_registers_where_their_level_exists(bench):
    # warl:local_interrupts, warl:mideleg, warl:hideleg
    config = bench.config
    found = {"mie": True, "mideleg": config.s, "hideleg": config.h, "sideleg": False}
    found = {name: has_bits for name, has_bits in found.items() if name in bench.state()}
    for name, has_bits in found.items():
        await bench.put(name, ones(config))
        assert bench.get(name) & ~0xFFFF == mask(config) * has_bits, name
    for name in reversed(found):
        await bench.put(name, 0)
        assert bench.get(name) & ~0xFFFF == 0, name


@on(*WITH_S)
async def test_sie_and_sip_show_them_where_mideleg_has_them_and_sie_writes_them_there(bench):
    # norm:sip_sie, warl:views
    config = bench.config
    bench.level(local=mask(config) >> 16)
    await bench.put("mie", ones(config))
    for code in codes(config):
        await give(bench, mideleg=bits(code))
        assert (bench.get("sip") & ~0xFFFF, bench.get("sie") & ~0xFFFF) == (bits(code), bits(code))
        await bench.put("sie", 0)
        assert bench.get("mie") & ~0xFFFF == mask(config) & ~bits(code)
        await bench.put("sie", ones(config))
        await bench.put("sip", 0)
        assert bench.get("mip") & ~0xFFFF == bench.get("mie") & ~0xFFFF == mask(config)


@on(*WITH_H)
async def test_a_guest_sees_them_under_their_own_numbers_where_hideleg_and_mideleg_have_them(bench):
    # norm:mideleg_hroz, warl:hideleg, warl:local_interrupts
    config = bench.config
    bench.level(local=mask(config) >> 16)
    await bench.put("mie", ones(config))
    assert bench.get("hie") & ~0xFFFF == bench.get("hip") & ~0xFFFF == 0
    for code in codes(config):
        await give(bench, mideleg=mask(config) & ~bits(code), hideleg=bits(code))
        assert bench.get("hideleg") & ~0xFFFF == bench.get("vsie") & ~0xFFFF == bench.get("vsip") & ~0xFFFF == 0
        await give(bench, mideleg=bits(code), hideleg=mask(config))
        assert bench.get("hideleg") & ~0xFFFF == bits(code)
        assert (bench.get("vsip") & ~0xFFFF, bench.get("vsie") & ~0xFFFF) == (bits(code), bits(code))
        await bench.put("vsie", 0)
        assert bench.get("mie") & ~0xFFFF == mask(config) & ~bits(code)
        await bench.put("vsie", ones(config))
        assert bench.get("mie") & ~0xFFFF == mask(config)


@on(*CONFIGS)
async def test_each_is_taken_by_the_mode_that_it_is_delegated_to_with_its_number(bench):
    # norm:trap_del_intr_priv_lvl, norm:hideleg_op, norm:mtvec_mode_vectored_op, warl:local_interrupts
    config = bench.config
    ways = {M: (0, 0), **({S: (1, 0)} if config.s else {}), **({VS: (1, 1)} if config.h else {})}
    for code, (target, (by_m, by_h)) in product(codes(config), ways.items()):
        mode = VU if target is VS else U
        await bench.enter(mode)
        await give(bench, by_m * ones(config), by_h * ones(config))
        await bench.put(f"{target.name.lower()}tvec", 0x40000001)
        await bench.put("mie", bits(code))
        bench.level(local=1 << code - 16)
        assert taken(bench) == (target, code), (target, code)
        assert bench.outputs().interrupt_wake
        seen = await bench.interrupt(pc=0x1234)
        assert (seen.redirect, seen.target) == (1, 0x40000000 + 4 * code)
        assert (seen.trace_cause, bench.mode) == (code, target)
        assert bench.get(f"{target.name.lower()}cause") == 1 << config.xlen - 1 | code
        bench.level(local=0)
        assert taken(bench) is None


@on(*CONFIGS)
async def test_one_that_is_not_enabled_waits(bench):
    # norm:intr_mip_mie_op, norm:mstatus_xie_intr_en_dis
    bench.level(local=mask(bench.config) >> 16)
    await bench.put("mie", ones(bench.config))
    assert (taken(bench), bench.outputs().interrupt_wake) == (None, 1)
    await bench.put("mstatus", bits(MIE))
    assert taken(bench) is not None
    await bench.put("mie", ones(bench.config) & ~mask(bench.config))
    assert (taken(bench), bench.outputs().interrupt_wake) == (None, 0)


@on(*CONFIGS)
async def test_of_several_the_lowest_number_goes_first(bench):
    # warl:local_interrupts
    config = bench.config
    await bench.enter(U)
    await bench.put("mie", ones(config))
    for code in codes(config):
        bench.level(local=(mask(config) & ~(bits(code) - 1)) >> 16)
        assert taken(bench) == (M, code)


@on(*CONFIGS)
async def test_beside_the_standard_ones_for_the_same_mode_they_rank_as_configured(bench):
    # norm:intr_M_mode_pri, warl:local_interrupts
    config = bench.config
    await bench.enter(U)
    await bench.put("mie", ones(config))
    lines = {11: "meip", 7: "mtip", 3: "msip"}
    for code, other in product(codes(config), standard(config)):
        bench.level(local=1 << code - 16, **{line: int(at == other) for at, line in lines.items()})
        await bench.put("mip", bits(other))
        assert taken(bench) == (M, code if config.local_interrupts_first else other), (code, other)


@on(*WITH_S)
async def test_one_for_a_higher_mode_goes_before_all_for_a_lower_one(bench):
    # norm:intr_M_mode_highest_pri, HU-26
    config, (first, *_, last) = bench.config, codes(bench.config)
    await bench.enter(U)
    await bench.put("mie", ones(config))
    bench.level(local=mask(config) >> 16)
    await give(bench, mideleg=ones(config) & ~bits(last))
    assert taken(bench) == (M, last)
    await give(bench, mideleg=ones(config))
    assert taken(bench) == (S, first)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: f"{config.xlen}-{config.local_interrupts}")
def test_a_guests_own_interrupts_are_one_lower_and_the_platforms_are_not(config):
    # norm:hideleg_trans
    from utrap.isa import Target, interrupts

    for rule in interrupts(config):
        assert rule.code_in(Target.VS) == (rule.code - 1 if rule.code in (2, 6, 10) else rule.code)
        assert rule.code_in(Target.S) == rule.code_in(Target.M) == rule.code
