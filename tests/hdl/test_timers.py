"""Sstc: STIP and VSTIP follow the time, and the ladder of verdicts on the timers' CSRs."""

from itertools import product

from utrap.config import Config
from utrap.isa import CsrOp, Fault, Mode

from .bench import on

ILLEGAL, VIRTUAL, NONE = Fault.ILLEGAL, Fault.VIRTUAL, Fault.NONE
GUESTS = [Config.profile("msuh", xlen, sstc=True) for xlen in (64, 32)]
TIMERS = [*GUESTS, *(Config.profile("msu", xlen, sstc=True) for xlen in (64, 32))]
STIMECMP, VSTIMECMP = 0x14D, 0x24D
TM, STI, VSTI = 1 << 1, 5, 6
LAST = (1 << 64) - 1


async def put64(bench, csr, value):
    """A register of 64 bits; RV32 has its upper half 0x10 above."""
    if bench.config.xlen == 64:
        await bench.put(csr, value)
    else:
        await bench.put(csr, value & 0xFFFF_FFFF)
        await bench.put(csr + 0x10, value >> 32)


async def enable(bench, menvcfg, henvcfg=0):
    """STCE in both."""
    half, bit = (0, 63) if bench.config.xlen == 64 else (0x10, 31)
    for csr, is_set in ((0x30A, menvcfg), (0x60A, henvcfg)):
        if csr < 0x600 or bench.config.h:
            await bench.put(csr + half, 1 << bit, CsrOp.SET if is_set else CsrOp.CLEAR)


def pending(bench, bit):
    return bench.get("mip") >> bit & 1


@on(*TIMERS)
async def test_stip_is_1_from_the_moment_that_stimecmp_names(bench):
    await enable(bench, 1)
    for compare in (0, 1, 0xFFFF_FFFF, 0x1_0000_0000, 1 << 63, LAST):
        await put64(bench, STIMECMP, compare)
        for time in (compare - 1, compare, compare + 1, 0, LAST, compare ^ 1 << 32, compare ^ 1):
            if 0 <= time <= LAST:
                bench.level(mtime=time)
                assert pending(bench, STI) == (time >= compare), (time, compare)


@on(*TIMERS)
async def test_after_reset_no_timer_is_pending_and_stimecmp_is_far_away(bench):
    bench.level(mtime=LAST - 1)
    await enable(bench, 1, 1)
    assert bench.get("mip") == 0
    ones = (1 << bench.config.xlen) - 1
    assert [bench.get(csr) for csr in (STIMECMP, *[VSTIMECMP] * bench.config.h)] == [ones] * (1 + bench.config.h)
    bench.level(mtime=LAST)
    assert pending(bench, STI)


@on(*TIMERS)
async def test_the_software_bit_is_out_of_reach_with_stce_and_there_again_without(bench):
    bench.level(mtime=7)
    await bench.put("mip", 1 << STI)
    assert pending(bench, STI)
    await enable(bench, 1)
    assert not pending(bench, STI)
    await bench.put("mip", 0)
    await enable(bench, 0)
    assert pending(bench, STI)
    await bench.put("mip", 0)
    await put64(bench, STIMECMP, 3)
    await enable(bench, 1)
    assert pending(bench, STI)
    # Nothing of the timer's stays behind.
    await enable(bench, 0)
    assert not pending(bench, STI)


@on(*GUESTS)
async def test_vstip_is_hvips_bit_or_the_guests_timer(bench):
    for compare, delta, time in product((0, 5, 1 << 40), (0, 3, LAST), (0, 1, 5, 1 << 40)):
        await put64(bench, VSTIMECMP, compare)
        await put64(bench, 0x605, delta)
        bench.level(mtime=time)
        reached = (time + delta) % (1 << 64) >= compare
        for menvcfg, henvcfg, hvip in product((0, 1), repeat=3):
            await enable(bench, menvcfg, henvcfg)
            await bench.put("hvip", hvip << VSTI)
            wanted = hvip or (menvcfg and henvcfg and reached)
            assert pending(bench, VSTI) == wanted, (compare, delta, time, menvcfg, henvcfg, hvip)


@on(*GUESTS)
async def test_stce_of_hs_is_kept_and_shows_where_m_has_it(bench):
    csr, bit = ("henvcfg", 63) if bench.config.xlen == 64 else ("henvcfgh", 31)
    await enable(bench, 0, 1)
    assert bench.get(csr) >> bit == 0
    await enable(bench, 1, 1)
    assert bench.get(csr) >> bit == 1
    await bench.put(0x30A if bench.config.xlen == 64 else 0x31A, 0)
    assert bench.get(csr) >> bit == 0


def verdict(mode, address, mtm, mstce, htm, hstce):
    """norm:mcounteren_tm_clr, norm:menvcfg_stce_op2, norm:hcounteren_acc, norm:henvcfg_stce"""
    is_supervisors = address < 0x200
    if mode is Mode.M:
        return NONE
    if mode is Mode.U or not mtm or (is_supervisors and not mstce):
        return ILLEGAL
    if mode is Mode.S:
        return NONE
    if mode is Mode.VU or not is_supervisors:
        return VIRTUAL
    return NONE if htm and hstce else VIRTUAL


@on(*TIMERS)
async def test_the_ladder_of_verdicts(bench):
    addresses = [base + half for base in (STIMECMP, *[VSTIMECMP] * bench.config.h) for half in (0, 0x10)]
    for mode in bench.modes:
        for mtm, mstce, htm, hstce in product((0, 1), repeat=4):
            await bench.enter(mode)
            await enable(bench, mstce, hstce)
            await bench.put("mcounteren", mtm * TM)
            if bench.config.h:
                await bench.put("hcounteren", htm * TM)
            for address, kind in product(addresses, (CsrOp.READ, CsrOp.WRITE)):
                has_half = bench.config.xlen == 32 or not address & 0x10
                wanted = verdict(mode, address, mtm, mstce, htm, hstce) if has_half else ILLEGAL
                seen = bench.peek(address, 1, kind)
                assert (seen.fault, seen.legality_csr) == (wanted, wanted), (mode, hex(address), mtm, mstce, htm, hstce)


@on(*GUESTS)
async def test_a_guest_that_writes_stimecmp_writes_vstimecmp(bench):
    await enable(bench, 1, 1)
    await bench.put("mcounteren", TM)
    await bench.put("hcounteren", TM)
    await bench.put(STIMECMP, 11)
    await bench.enter(Mode.VS)
    assert (await bench.csr(STIMECMP, 22)).fault == NONE
    assert bench.peek(STIMECMP).rdata == 22
    assert (bench.get(STIMECMP), bench.get(VSTIMECMP)) == (11, 22)


@on(*GUESTS)
async def test_the_timers_interrupt_each_their_own_mode(bench):
    bench.level(mtime=100)
    await put64(bench, STIMECMP, 100)
    await put64(bench, VSTIMECMP, 100)
    await bench.put("mie", 1 << STI | 1 << VSTI)
    await bench.put("mideleg", 1 << STI)
    await bench.put("hideleg", 1 << VSTI)
    await bench.enter(Mode.VU)
    await enable(bench, 1, 1)
    seen = bench.outputs()
    assert (seen.interrupt_request, seen.interrupt_cause, seen.interrupt_target) == (1, STI, Mode.S)
    await put64(bench, STIMECMP, 101)
    seen = bench.outputs()
    assert (seen.interrupt_request, seen.interrupt_cause, seen.interrupt_target) == (1, STI, Mode.VS)
    await put64(bench, VSTIMECMP, 101)
    assert not bench.outputs().interrupt_request
    bench.level(mtime=101)
    assert bench.outputs().interrupt_target == Mode.S
