"""MRET, SRET and URET: who may execute them, where they go, what they write."""

from itertools import product
from random import Random

from utrap.isa import CommitOp, Fault, Mode

from .bench import on
from .configs import ALL, FULL, FULL64, MSU, MU, MUN, NAMED_VARIANTS
from .manual import bits, ones
from .predict import field, mret, sret, sret_v1, uret

M, S, U, VS, VU = Mode.M, Mode.S, Mode.U, Mode.VS, Mode.VU
NONE, ILLEGAL, VIRTUAL = Fault.NONE, Fault.ILLEGAL, Fault.VIRTUAL
STATUS = ("mstatus", "mstatush", "hstatus", "vsstatus", "hustatus", "hudcfg", "mepc", "sepc", "vsepc", "uepc")
RETURNS = (CommitOp.MRET, CommitOp.SRET, CommitOp.URET)
TSR, VTSR = 22, 22


def verdict(config, op, state):
    """Whether a return may execute in a state."""
    mode = state["mode"]
    if op == CommitOp.MRET:
        return NONE if mode == M else ILLEGAL
    if op == CommitOp.SRET:
        if not config.s or mode == U:
            return ILLEGAL
        if mode == S:
            return ILLEGAL if field(state, "mstatus", TSR) else NONE
        if mode == VS:
            return VIRTUAL if field(state, "hstatus", VTSR) else NONE
        return VIRTUAL if mode == VU else NONE
    if not config.n:
        return ILLEGAL
    return VIRTUAL if mode in (VS, VU) else NONE


def effect(config, op, state):
    """(state after, where the pc goes) of a return that may execute."""
    if op == CommitOp.MRET:
        return mret(config, state), state["mepc"]
    if op == CommitOp.SRET:
        if state["mode"] == VS:
            return sret_v1(config, state), state["vsepc"]
        return sret(config, state), state["sepc"]
    return uret(config, state), state["uepc"]


async def check_return(bench, op):
    before = bench.state()
    seen = await bench.step(op=op)
    after = bench.state()
    fault = verdict(bench.config, op, before)
    assert seen.fault == fault, (op, before["mode"])
    if fault != NONE:
        assert (seen.redirect, seen.trace_kind) == (0, CommitOp.NONE)
        assert seen.trace_to_mode == before["mode"]
        assert after == before, (op, before["mode"])
        return
    expected, pc = effect(bench.config, op, before)
    assert (seen.redirect, seen.target) == (1, pc), (op, before["mode"])
    assert (seen.trace_kind, seen.trace_vector) == (op, pc)
    assert (seen.trace_from_mode, seen.trace_to_mode) == (before["mode"], expected["mode"])
    assert after == expected, (op, before["mode"])


@on(*ALL)
async def test_returns_pop_the_stack_of_their_level_and_nothing_else(bench):
    # norm:mret_presence, norm:sret_presence, norm:xret_op, norm:xret_in_higher_mode, norm:xret_in_lower_mode,
    # norm:mstatus_xret_op, norm:mstatus_mprv_clr_mret_sret_less_priv, norm:mstatus_tsr_op, norm:mret_h,
    # norm:sret_h, norm:sret_v0, norm:sret_v1, norm:hstatus_spv_sret, norm:hstatus_vtsr_op, norm:mstatus_mpv_op,
    # norm:H_virtinst_vs_sret_vtsr1, norm:H_virtinst_vu_sret_sfence, HU-19, HU-20, HU-21, HU-22
    random = Random("returns")
    for mode, op in product(bench.modes, RETURNS):
        for _ in range(16 if bench.config in FULL else 6):
            if bench.mode is not mode:
                await bench.enter(mode)
            await bench.scramble(random, *STATUS)
            await check_return(bench, op)


@on(*FULL, *MSU, *MU, *MUN)
async def test_mret_goes_to_the_mode_in_mpp_and_mpv(bench):
    # norm:mstatus_xpp_enc, norm:mret_h, norm:mstatus_mpv_op, norm:mstatus_xret_op
    config = bench.config
    for mpp, mpv, mprv in product((0, 1, 3) if config.s else (0, 3), (0, 1) if config.h else (0,), (0, 1)):
        await bench.enter(M)
        high = mpv << 39 if config.xlen == 64 else 0
        await bench.put("mstatus", mpp << 11 | high | mprv << 17)
        if config.h and config.xlen == 32:
            await bench.put("mstatush", mpv << 7)
        await bench.mret()
        assert bench.mode == (3 if mpp == 3 else mpp | mpv << 2)
        now = bench.state()
        assert field(now, "mstatus", 11, 2) == 0
        assert field(now, "mstatus", 17) == (mprv if mpp == 3 else 0)
        assert field(now, "mstatus", 7) == 1
        if config.h:
            assert field(now, "mstatus" if config.xlen == 64 else "mstatush", 39 if config.xlen == 64 else 7) == 0


@on(*FULL, *MSU)
async def test_sret_goes_to_the_mode_in_spp_and_spv(bench):
    # norm:sret_v0, norm:hstatus_spv_sret, norm:sstatus_spp, norm:sstatus_spie
    for mode, spp, spv in product((M, S), (0, 1), (0, 1) if bench.config.h else (0,)):
        await bench.enter(mode)
        await bench.put("sstatus", spp << 8)
        if bench.config.h:
            await bench.put("hstatus", spv << 7)
            await bench.put("vsstatus", bits(8) & ~(spp << 8))
        await bench.put("sepc", 0x1234)
        seen = await bench.sret()
        assert seen.target == 0x1234
        assert bench.mode == spp | spv << 2


@on(*FULL)
async def test_sret_in_vs_mode_goes_to_the_mode_in_vsstatus_and_leaves_hs_alone(bench):
    # norm:sret_v1, norm:vsstatus_sz_acc_op
    for spp, spv, hs_spp in product((0, 1), (0, 1), (0, 1)):
        await bench.enter(VS)
        await bench.put("vsstatus", spp << 8 | bits(5))
        await bench.put("hstatus", spv << 7)
        await bench.put("sstatus", hs_spp << 8)
        before = bench.state()
        await bench.sret()
        now = bench.state()
        assert bench.mode == (VS if spp else VU)
        assert (now["hstatus"], now["sstatus"]) == (before["hstatus"], before["sstatus"])
        assert field(now, "vsstatus", 1) == 1
        assert field(now, "vsstatus", 8) == 0


@on(*FULL, *MSU)
async def test_tsr_and_vtsr_trap_sret_in_hs_and_vs_alone(bench):
    # norm:mstatus_tsr_op, norm:mstatus_modes, norm:hstatus_vtsr_op, norm:H_virtinst_vs_sret_vtsr1
    has_h = bench.config.h
    for mode, tsr, vtsr in product(bench.modes, (0, 1), (0, 1) if has_h else (0,)):
        await bench.enter(mode)
        await bench.put("mstatus", tsr << TSR)
        if has_h:
            await bench.put("hstatus", vtsr << VTSR)
        expected = {
            M: NONE,
            S: ILLEGAL if tsr else NONE,
            U: ILLEGAL,
            VS: VIRTUAL if vtsr else NONE,
            VU: VIRTUAL,
        }[mode]
        assert bench.drive(op=CommitOp.SRET).fault == expected, (mode, tsr, vtsr)


@on(*MU, *MUN)
async def test_without_s_mode_sret_is_illegal(bench):
    # norm:sret_presence
    for mode in bench.modes:
        await bench.enter(mode)
        assert bench.drive(op=CommitOp.SRET).fault == ILLEGAL


@on(*MU, *MSU, NAMED_VARIANTS["msuhn64"], *FULL)
async def test_uret_needs_n_and_no_guest(bench):
    # HU-19
    for mode in bench.modes:
        await bench.enter(mode)
        expected = ILLEGAL
        if bench.config.n:
            expected = VIRTUAL if mode in (VS, VU) else NONE
        assert bench.drive(op=CommitOp.URET).fault == expected, mode


@on(*FULL)
async def test_uret_reaches_a_guest_only_with_en_and_upv(bench):
    # HU-20, HU-21, HU-22
    for mode, en, upv, upvp, upie in product((M, S, U), (0, 1), (0, 1), (0, 1), (0, 1)):
        await bench.enter(mode)
        await bench.put("hudcfg", en)
        await bench.put("hustatus", upv << 7 | upvp << 8)
        await bench.put("mstatus", upie << 4 | 1 << 17)
        await bench.put("uepc", 0x8642)
        seen = await bench.uret()
        assert (seen.fault, seen.target) == (NONE, 0x8642)
        returns_to_guest = en and upv
        assert bench.mode == ((VS if upvp else VU) if returns_to_guest else U), (mode, en, upv, upvp)
        now = bench.state()
        assert field(now, "hustatus", 7) == (upv if not en else 0)
        assert field(now, "hustatus", 8) == upvp
        assert (field(now, "mstatus", 0), field(now, "mstatus", 4), field(now, "mstatus", 17)) == (upie, 1, 0)


@on(*FULL)
async def test_whatever_u_mode_writes_uret_never_reaches_m_or_hs(bench):
    # HU-22
    for en in (0, 1):
        for value in range(8):
            await bench.enter(U)
            await bench.put("hudcfg", en)
            await bench.csr("hustatus", value << 6)
            await bench.uret()
            assert bench.mode in (U, VS, VU)
            assert bench.mode is U or en


@on(FULL64)
async def test_a_trap_into_u_and_uret_come_back_to_the_guest(bench):
    # HU-12, HU-20, HU-21
    for mode in (VS, VU):
        await bench.enter(mode)
        await bench.put("medeleg", bits(21))
        await bench.put("huedeleg", bits(21))
        await bench.put("hudcfg", 1)
        await bench.put("utvec", 0x7000)
        seen = await bench.exception(21, pc=0x4440, tval=0x10, tval2=0x400)
        assert (bench.mode, seen.target) == (U, 0x7000)
        await bench.csr("uepc", 0x4444)
        seen = await bench.uret()
        assert (bench.mode, seen.target) == (mode, 0x4444)


@on(*ALL)
async def test_a_return_goes_to_the_epc_as_it_is_stored(bench):
    # norm:xret_op, norm:mepc_align
    await bench.put("mepc", ones(bench.config))
    mask = 1 if bench.config.ialign == 16 else 3
    assert bench.drive(op=CommitOp.MRET).target == ones(bench.config) & ~mask
