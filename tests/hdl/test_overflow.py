"""Sscofpmf: what makes LCOFI pending and where it is taken, and whose overflowed counters scountovf shows."""

from utrap.config import Config
from utrap.isa import CommitOp, CsrOp, Fault, Mode

from .bench import on

COUNTERS = {"sscofpmf": True, "counters": "zihpm"}
PLAIN = [Config.profile(name, xlen, **COUNTERS) for name in ("msu", "msuh") for xlen in (64, 32)]
GUESTS = [Config.profile("msuh", xlen, **COUNTERS, shlcofideleg=True) for xlen in (64, 32)]
FULL = [Config.profile("full", xlen, **COUNTERS, shlcofideleg=True) for xlen in (64, 32)]
LCOFI, NUMBER = 1 << 13, 13
SCOUNTOVF = 0xDA0
EVENT_COUNTERS = 0xFFFF_FFF8


@on(*PLAIN, *FULL)
async def test_a_pulse_makes_it_pending_at_the_edge_and_software_clears_it(bench):
    """norm:LCOFIP_op, norm:mip_lcofip_acc"""
    seen = await bench.step(lcofi=1)
    assert seen.interrupt_wake == 0
    assert bench.get("mip") == LCOFI
    await bench.step()
    assert bench.get("mip") == LCOFI
    await bench.put("mip", LCOFI, CsrOp.CLEAR)
    assert bench.get("mip") == 0
    await bench.put("mip", LCOFI, CsrOp.SET)
    assert bench.get("mip") == LCOFI
    await bench.reset()
    assert bench.get("mip") == 0


@on(*PLAIN, *FULL)
async def test_a_request_is_not_lost_whatever_is_written_in_its_cycle(bench):
    """warl:LCOFI: the write comes first."""
    await bench.put("mideleg", LCOFI)
    for before in (0, LCOFI):
        for csr in ("mip", "sip"):
            for op in CsrOp:
                await bench.put("mip", before)
                seen = await bench.csr(csr, LCOFI, op, lcofi=1)
                assert (seen.fault, seen.rdata & LCOFI) == (0, before), (csr, op)
                assert bench.get("mip") & LCOFI == LCOFI, (csr, op)
    await bench.put("mip", 0)
    await bench.step(op=CommitOp.EXCEPTION, cause=2, lcofi=1)
    assert bench.get("mip") == LCOFI


@on(*PLAIN)
async def test_reset_wins_over_a_request(bench):
    await bench.step(rst=1, lcofi=1)
    assert bench.get("mip") == 0


@on(*PLAIN, *FULL)
async def test_sip_and_sie_have_it_where_mideleg_has_it(bench):
    """norm:sip_sie_Sscofpmf"""
    await bench.step(lcofi=1)
    for deleg in (0, LCOFI):
        await bench.put("mideleg", deleg)
        assert bench.get("sip") == deleg
        await bench.put("sie", LCOFI)
        assert bench.get("mie") == deleg
        await bench.put("sip", 0)
        assert bench.get("mip") == LCOFI - deleg


@on(*PLAIN, *FULL)
async def test_it_ranks_behind_the_others_of_its_level(bench):
    """norm:intr_M_mode_pri, norm:sip_sie_priority_bit_order, norm:hsint_priority, warl:LCOFI"""
    await bench.put("mie", LCOFI | 0x222 | 0x444 * bench.config.h)
    await bench.put("mip", LCOFI | 0x222)
    if bench.config.h:
        await bench.put("hvip", 0x444)
    for deleg, target in ((0, Mode.M), (LCOFI | 0x222, Mode.S)):
        await bench.put("mip", LCOFI | 0x222)
        if bench.config.h:
            await bench.put("hvip", 0x444 if target is Mode.S else 0)
        await bench.put("mideleg", deleg)
        await bench.enter(Mode.U)
        for code in (9, 1, 5, *[10, 2, 6] * (bench.config.h and target is Mode.S), NUMBER):
            seen = bench.outputs()
            assert (seen.interrupt_request, seen.interrupt_target, seen.interrupt_cause) == (1, target, code)
            await bench.put("hvip" if code in (10, 2, 6) else "mip", 1 << code, CsrOp.CLEAR)
        assert bench.outputs().interrupt_request == 0


@on(*FULL)
async def test_it_ranks_before_those_of_u(bench):
    """warl:LCOFI: HU-26 puts those of U behind the standard ones."""
    await bench.put("mie", LCOFI | 0x111)
    await bench.put("mip", LCOFI | 0x111)
    await bench.enter(Mode.U)
    assert bench.outputs().interrupt_cause == NUMBER


@on(*GUESTS, *FULL)
async def test_hideleg_passes_it_on_to_the_guest_under_its_own_number(bench):
    """norm:vsip_vsie_lcofi"""
    await bench.put("mideleg", LCOFI)
    await bench.put("hideleg", LCOFI)
    await bench.step(lcofi=1)
    await bench.enter(Mode.VS)
    assert (await bench.csr(0x144, kind=CsrOp.READ)).rdata == LCOFI  # sip is vsip
    await bench.csr(0x104, LCOFI)
    assert bench.get("mie") == LCOFI
    await bench.csr(0x100, 2, CsrOp.SET)
    seen = await bench.interrupt()
    assert (seen.interrupt_target, seen.interrupt_cause, bench.mode) == (Mode.VS, NUMBER, Mode.VS)
    assert bench.get(0x242) & 63 == NUMBER
    seen = await bench.csr(0x144, LCOFI, CsrOp.CLEAR, lcofi=1)
    assert (seen.rdata, bench.get("mip")) == (LCOFI, LCOFI)
    await bench.csr(0x144, LCOFI, CsrOp.CLEAR)
    assert bench.get("mip") == 0


@on(*PLAIN[2:])
async def test_without_shlcofideleg_hideleg_does_not_have_it(bench):
    """norm:vsip_vsie_lcofi"""
    await bench.put("mideleg", LCOFI)
    await bench.put("hideleg", LCOFI)
    await bench.put("vsie", LCOFI)
    await bench.step(lcofi=1)
    assert (bench.get("hideleg"), bench.get("vsip"), bench.get("mie")) == (0, 0, 0)


@on(*FULL)
async def test_sideleg_does_not_have_it(bench):
    """HU-33"""
    await bench.put("mideleg", LCOFI)
    await bench.put("sideleg", LCOFI)
    assert bench.get("sideleg") == 0


@on(*PLAIN, *FULL)
async def test_scountovf_shows_what_the_mode_may_know(bench):
    """norm:scountovf_mmode_read_access, norm:scountovf_smode_read_access, norm:scountovf_vsmode_read_access

    norm:scountovf_smode_read_access_control
    """
    bench.level(of=0xFFFF_FFFF)
    await bench.put("mcounteren", 0xFF0F)
    if bench.config.h:
        await bench.put("hcounteren", 0x0FF8)
    shown = {Mode.M: EVENT_COUNTERS, Mode.S: 0xFF08, Mode.VS: 0x0F08}
    for mode in bench.modes:
        await bench.enter(mode)
        seen = bench.peek(SCOUNTOVF)
        if mode in shown:
            assert (seen.fault, seen.rdata) == (Fault.NONE, shown[mode]), mode
        else:
            assert seen.fault == (Fault.VIRTUAL if mode is Mode.VU else Fault.ILLEGAL), mode
        assert bench.get(SCOUNTOVF) == EVENT_COUNTERS  # a debugger has M's rights
        assert bench.peek(SCOUNTOVF, 0, CsrOp.WRITE).fault == Fault.ILLEGAL


@on(PLAIN[0])
async def test_scountovf_has_each_counter_at_its_number(bench):
    """norm:scountovf_op"""
    for number in range(32):
        bench.level(of=1 << number)
        assert bench.get(SCOUNTOVF) == (1 << number) & EVENT_COUNTERS
