"""Which interrupt is taken, into which mode, and when."""

from itertools import combinations, product
from random import Random

from utrap.config import Config
from utrap.isa import CommitOp, CsrOp, Mode

from .bench import on
from .configs import ALL, FULL, FULL64, GUESTS, MU, MUN, NAMED_VARIANTS, PROFILES
from .manual import bits, ones
from .predict import trap

M, S, U, VS, VU = Mode.M, Mode.S, Mode.U, Mode.VS, Mode.VU
#: HU-26: MEI, MSI, MTI, SEI, SSI, STI, SGEI, VSEI, VSSI, VSTI, UEI, USI, UTI.
ORDER = (11, 3, 7, 9, 1, 5, 12, 10, 2, 6, 8, 0, 4)
LINES = {11: "meip", 7: "mtip", 3: "msip"}
S_LEVEL, U_LEVEL, VS_LEVEL = (1, 5, 9), (0, 4, 8), (2, 6, 10)
UIE, SIE, MIE = 0, 1, 3


def interrupts_of(config):
    codes = {3, 7, 11}
    codes |= set(S_LEVEL) if config.s else set()
    codes |= set(U_LEVEL) if config.n else set()
    codes |= set(VS_LEVEL) if config.h else set()
    codes |= {12} if config.geilen else set()
    return [code for code in ORDER if code in codes]


def destination(config, code, mideleg, hideleg, sideleg):
    """Which mode delegation sends an interrupt to: norm:mideleg_hroz, norm:hideleg_op, HU-24."""
    if code in (3, 7, 11):
        return M
    if code == 12:
        return S
    if code in VS_LEVEL:
        return VS if hideleg >> code & 1 else S
    if not mideleg >> code & 1:
        return M
    if code in U_LEVEL and (not config.s or sideleg >> code & 1):
        return U
    return S


def lets_in(mode, target, status, vsstatus, en):
    """Whether the hart takes an interrupt for a mode: norm:mstatus_xie_intr_en_dis, HU-25."""
    if target is M:
        return mode is not M or bool(status >> MIE & 1)
    if target is S:
        return mode in (U, VS, VU) or (mode is S and bool(status >> SIE & 1))
    if target is VS:
        return mode is VU or (mode is VS and bool(vsstatus >> SIE & 1))
    return (mode is U and bool(status >> UIE & 1)) or (mode in (VS, VU) and bool(en))


def choose(config, mode, ready, delegation, status, vsstatus, en):
    """(target, cause) of the interrupt to take, or None."""
    for target in (M, S, U, VS):
        if lets_in(mode, target, status, vsstatus, en):
            for code in ORDER:
                if ready >> code & 1 and destination(config, code, *delegation) is target:
                    return target, code - 1 if target is VS else code
    return None


class Pending:
    """Makes exactly the given interrupts pending."""

    def __init__(self, bench):
        self.bench = bench

    async def make(self, mip):
        bench = self.bench
        levels = {line: mip >> code & 1 for code, line in LINES.items()}
        if bench.config.geilen:
            levels["hgeip"] = mip >> 12 & 1
        bench.level(**levels)
        await bench.put("mip", mip)
        if bench.config.h:
            await bench.put("hvip", mip)
        assert bench.get("mip") == mip


async def set_delegation(bench, mideleg, hideleg, sideleg):
    for name, value in (("mideleg", mideleg), ("hideleg", hideleg), ("sideleg", sideleg)):
        if name in bench.state():
            await bench.put(name, value)


async def enable_guest_interrupts(bench):
    if bench.config.geilen:
        await bench.put("hgeie", 2)


def taken(seen):
    return (Mode(seen.interrupt_target), seen.interrupt_cause) if seen.interrupt_request else None


async def set_status(bench, status, vsstatus, en):
    """Set the enables of the current mode's relatives, MPP aside."""
    await bench.put("mstatus", status)
    if bench.config.h:
        await bench.put("vsstatus", vsstatus)
    if bench.config.shudeleg:
        await bench.put("hudcfg", en)


def delegations(code, full):
    """(mideleg, hideleg, sideleg): what matters for an interrupt in every combination, the rest all or none."""
    matters = ((*S_LEVEL, *U_LEVEL), VS_LEVEL, U_LEVEL)
    for rest, m, h, s in product((0, 1), repeat=4):
        given = (m, h, s)
        if all(code in codes or value == rest for codes, value in zip(matters, given, strict=True)):
            yield tuple(full * value for value in given)


#: Every set of interrupts and modes, once.
EACH = [
    *(Config.profile("mu", 32), Config.profile("msu", 64), Config.profile("msuh", 32), Config.profile("msun", 32)),
    *(MUN[1], NAMED_VARIANTS["small64"]),
]


@on(*EACH)
async def test_each_interrupt_alone_is_taken_as_delegation_mode_and_enables_say(bench):
    # norm:mip_mie_enc_txt, norm:intr_mip_mie_op, norm:mip_meip_mie_meie_op, norm:mip_mtip_mie_mtie_op,
    # norm:mip_msip_mie_msie_op, norm:mip_seip_mie_seie_op, norm:mip_stip_mie_stie_op, norm:mip_ssip_mie_ssie_op,
    # norm:trap_del_intr_priv_lvl, norm:sie_sip_supervisor_strap, norm:hideleg_op, norm:hideleg_hs,
    # norm:hideleg_trans, norm:mideleg_hroz, norm:mstatus_mie_sie_op1, HU-24, HU-25
    config, pending = bench.config, Pending(bench)
    for mode in bench.modes:
        await bench.enter(mode)
        await enable_guest_interrupts(bench)
        await bench.put("mie", ones(config))
        for code in interrupts_of(config):
            await pending.make(bits(code))
            for delegation in delegations(code, ones(config)):
                await set_delegation(bench, *delegation)
                # Each enable alone, none and all: the modes whose enables are set.
                for enables in ((), (M,), (S,), (U,), (VS,), (M, S, U, VS)):
                    status = bits(*({M: MIE, S: SIE, U: UIE}[x] for x in enables if x is not VS))
                    vsstatus = bits(SIE) if VS in enables else 0
                    en = int(config.shudeleg and U in enables)
                    await set_status(bench, status, vsstatus, en)
                    expected = choose(config, mode, bits(code), delegation, status, vsstatus, en)
                    assert taken(bench.outputs()) == expected, (mode, code, delegation, enables)


@on(*ALL)
async def test_an_interrupt_that_is_not_enabled_in_mie_is_not_taken(bench):
    # norm:intr_mip_mie_op, norm:mie_bits_wr, norm:wfi_resume_reason, norm:wfi_unaffected_conditions
    config, pending = bench.config, Pending(bench)
    await bench.enter(U)
    await enable_guest_interrupts(bench)
    for code in interrupts_of(config):
        await pending.make(bits(code))
        await bench.put("mie", ones(config) & ~bits(code))
        seen = bench.outputs()
        assert (seen.interrupt_request, seen.interrupt_wake) == (0, 0), code
        await bench.put("mie", bits(code))
        seen = bench.outputs()
        assert (seen.interrupt_request, seen.interrupt_wake) == (code not in VS_LEVEL or 1, 1), code


@on(*ALL)
async def test_wfi_wakes_for_whatever_is_pending_and_enabled(bench):
    # norm:wfi_resume_reason, norm:wfi_unaffected_conditions, norm:wfi_intr_dis
    config, pending = bench.config, Pending(bench)
    for mode in bench.modes:
        await bench.enter(mode)
        await enable_guest_interrupts(bench)
        await set_delegation(bench, ones(config), ones(config), ones(config))
        for code in interrupts_of(config):
            await pending.make(bits(code))
            await bench.put("mie", bits(code))
            assert bench.outputs().interrupt_wake == 1, (mode, code)
            await bench.put("mie", ones(config) & ~bits(code))
            assert bench.outputs().interrupt_wake == 0, (mode, code)


async def check_pairs(bench, target, codes, shift=0):
    """Of any two interrupts for one mode the one earlier in ORDER goes first."""
    pending = Pending(bench)
    await bench.put("mie", ones(bench.config))
    for first, second in combinations([code for code in ORDER if code in codes], 2):
        await pending.make(bits(first, second))
        assert taken(bench.outputs()) == (target, first - shift), (target, first, second)


@on(*ALL)
async def test_interrupts_for_m_mode_are_taken_in_the_standard_order(bench):
    # norm:intr_M_mode_pri, HU-26, warl:priority
    await bench.enter(U)
    codes = set(interrupts_of(bench.config)) & {3, 7, 11, *S_LEVEL, *U_LEVEL}
    await check_pairs(bench, M, codes)


@on(*[config for config in ALL if config.s])
async def test_interrupts_for_hs_mode_are_taken_in_the_standard_order(bench):
    # norm:s_interrupt_priority, norm:hsint_priority, norm:sip_sie_priority_bit_order, HU-26
    await bench.enter(U)
    await enable_guest_interrupts(bench)
    await set_delegation(bench, ones(bench.config), 0, 0)
    await check_pairs(bench, S, set(interrupts_of(bench.config)) - {3, 7, 11})


@on(*[config for config in ALL if config.h])
async def test_interrupts_for_vs_mode_are_taken_in_the_standard_order_under_their_own_codes(bench):
    # norm:hideleg_trans, HU-26
    await bench.enter(VU)
    await set_delegation(bench, ones(bench.config), ones(bench.config), 0)
    await check_pairs(bench, VS, set(VS_LEVEL), shift=1)


@on(*[config for config in ALL if config.n])
async def test_interrupts_for_u_mode_are_taken_in_the_standard_order(bench):
    # HU-26
    await bench.enter(U)
    await bench.put("mstatus", bits(UIE))
    await set_delegation(bench, ones(bench.config), 0, ones(bench.config))
    await check_pairs(bench, U, set(U_LEVEL))


@on(*FULL, *GUESTS, Config.profile("msuh", 64), NAMED_VARIANTS["msuhn64"])
async def test_an_interrupt_for_a_more_privileged_mode_goes_first(bench):
    # norm:intr_M_mode_highest_pri, HU-25, HU-26
    config, pending = bench.config, Pending(bench)
    await enable_guest_interrupts(bench)
    await set_delegation(bench, ones(config) & ~bits(1), ones(config), ones(config))
    await bench.put("mie", ones(config))
    # The lowest of M (SSI was not delegated), HS (STI), U (UTI, with Shudeleg) and VS (VSEI, the highest).
    targets = [(M, 7), (M, 1), (S, 5), *([(U, 4)] if config.shudeleg else []), (VS, 9)]
    codes = {(VS, 9): 10}
    for mode, (first, second) in product((VS, VU), combinations(targets, 2)):
        await bench.enter(mode)
        await set_status(bench, 0, bits(SIE), 1)
        await pending.make(bits(codes.get(first, first[1]), codes.get(second, second[1])))
        assert taken(bench.outputs()) == first, (mode, first, second)
        # Nothing of the other target changes.
        before = bench.state()
        await bench.interrupt(pc=0x4560)
        assert bench.state() == trap(config, before, *first, is_interrupt=True, pc=0x4560), (mode, first, second)


@on(*ALL)
async def test_random_interrupts_and_enables_are_taken_as_the_rules_say(bench):
    # norm:intr_mip_mie_op, norm:hideleg_hs, HU-25, HU-26
    config, pending, random = bench.config, Pending(bench), Random("interrupts")
    codes = interrupts_of(config)
    await enable_guest_interrupts(bench)
    for mode in bench.modes:
        for _ in range(30):
            if bench.mode is not mode:
                await bench.enter(mode)
            some = random.sample(((3, 7, 11), S_LEVEL, U_LEVEL, VS_LEVEL, (12,)), random.randint(1, 5))
            mip = bits(*(code for code in codes if random.random() < 0.5 and any(code in level for level in some)))
            await pending.make(mip)
            await bench.put("mie", random.getrandbits(13) | random.getrandbits(13))
            mie = bench.get("mie")
            status, vsstatus = random.getrandbits(4), random.getrandbits(4)
            en = random.getrandbits(1) if config.shudeleg else 0
            await set_status(bench, status, vsstatus, en)
            delegation = [random.getrandbits(13) for _ in range(3)]
            await set_delegation(bench, *delegation)
            expected = choose(config, mode, mip & mie, delegation, status, vsstatus, en)
            seen = bench.outputs()
            assert taken(seen) == expected, (mode, bin(mip & mie), delegation)
            assert seen.interrupt_wake == (mip & mie != 0)
            before = bench.state()
            await bench.interrupt(pc=0x4560)
            if expected is not None:
                before = trap(config, before, *expected, is_interrupt=True, pc=0x4560)
            assert bench.state() == before, (mode, expected)


@on(*FULL)
async def test_u_level_interrupts_reach_u_from_a_guest_only_where_hs_turned_delegation_on(bench):
    # HU-25
    pending = Pending(bench)
    for mode, uie, en, code in product((VS, VU, U, S, M), (0, 1), (0, 1), U_LEVEL):
        if bench.mode is not mode:
            await bench.enter(mode)
            await set_delegation(bench, ones(bench.config), 0, ones(bench.config))
            await bench.put("mie", ones(bench.config))
        await pending.make(bits(code))
        await set_status(bench, bits(SIE, MIE) | uie, bits(SIE), en)
        is_taken = en if mode in (VS, VU) else uie if mode is U else 0
        assert taken(bench.outputs()) == ((U, code) if is_taken else None), (mode, uie, en)


@on(*FULL)
async def test_u_level_interrupts_that_s_keeps_go_to_hs(bench):
    # HU-24
    pending = Pending(bench)
    for mode in (U, VS, VU):
        await bench.enter(mode)
        await set_delegation(bench, ones(bench.config), 0, 0)
        await bench.put("mie", ones(bench.config))
        for code in U_LEVEL:
            await pending.make(bits(code))
            assert taken(bench.outputs()) == (S, code)


@on(*MUN)
async def test_without_s_mode_delegated_interrupts_go_to_u(bench):
    # HU-10, HU-25
    pending = Pending(bench)
    for mode, uie in product((M, U), (0, 1)):
        await bench.enter(mode)
        await bench.put("mideleg", ones(bench.config))
        await bench.put("mie", ones(bench.config))
        for code in U_LEVEL:
            await pending.make(bits(code))
            await bench.put("mstatus", bits(MIE) | uie)
            assert taken(bench.outputs()) == ((U, code) if mode is U and uie else None)
        await bench.put("mideleg", 0)
        assert taken(bench.outputs()) == (M, 8)


@on(*PROFILES)
async def test_an_interrupt_event_with_nothing_to_take_does_nothing(bench):
    # norm:intr_mip_mie_op
    for mode in bench.modes:
        await bench.enter(mode)
        before = bench.state()
        seen = await bench.interrupt(pc=0x1234)
        assert (seen.redirect, seen.trace_kind, seen.fault) == (0, CommitOp.NONE, 0)
        assert seen.trace_to_mode == mode
        assert bench.state() == before


@on(*PROFILES)
async def test_the_request_follows_the_lines_and_no_event(bench):
    # norm:mip_meip_rdonly, norm:intr_mip_mie_bounded_time
    await bench.enter(U)
    await bench.put("mie", ones(bench.config))
    assert bench.outputs().interrupt_request == 0
    bench.level(mtip=1)
    for op in bench.operations:
        seen = bench.drive(op=op, csr_address=0x304, csr_op=CsrOp.WRITE)
        assert taken(seen) == (M, 7)
    assert bench.level(mtip=1, msip=1).interrupt_cause == 3
    assert bench.level(mtip=1, msip=1, meip=1).interrupt_cause == 11
    assert bench.level(mtip=0, msip=0, meip=0).interrupt_request == 0


@on(*MU, FULL64)
async def test_an_mret_or_a_csr_write_that_enables_an_interrupt_shows_it_in_the_next_cycle(bench):
    # norm:intr_mip_mie_xret_csrwr
    bench.level(mtip=1)
    await bench.csr("mie", bits(7))
    assert bench.outputs().interrupt_request == 0
    await bench.csr("mstatus", bits(MIE))
    assert taken(bench.outputs()) == (M, 7)
    await bench.csr("mstatus", bits(7, 11, 12))
    assert bench.outputs().interrupt_request == 0
    await bench.mret()
    assert taken(bench.outputs()) == (M, 7)
