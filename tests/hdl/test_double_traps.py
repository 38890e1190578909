"""Double traps by the sentences of the manual: SDT, MDT, what a busy handler's trap becomes, and what ends it."""

from utrap.config import Config
from utrap.isa import CommitOp, CsrOp, Mode

from .bench import on

M, S, U, VS, VU = Mode.M, Mode.S, Mode.U, Mode.VS, Mode.VU
BELOW = [Config.profile("msuh", xlen, ssdbltrp=True) for xlen in (64, 32)]
BOTH = [Config.profile("full", xlen, ssdbltrp=True, smdbltrp=True) for xlen in (64, 32)]
ALONE = [Config.profile("mu", xlen, smdbltrp=True) for xlen in (64, 32)]
SIE, MIE, SDT, DTE = 1 << 1, 1 << 3, 1 << 24, 59
ILLEGAL = 2


async def set_dte(bench, menvcfg, henvcfg):
    half, bit = ("", DTE) if bench.config.xlen == 64 else ("h", DTE - 32)
    await bench.put(f"menvcfg{half}", menvcfg << bit)
    await bench.put(f"henvcfg{half}", henvcfg << bit)


def mdt(bench):
    """MDT, which RV32 has in mstatush."""
    return bench.get("mstatus") >> 42 & 1 if bench.config.xlen == 64 else bench.get("mstatush") >> 10 & 1


async def put_mdt(bench, value):
    name, bit = ("mstatus", 42) if bench.config.xlen == 64 else ("mstatush", 10)
    await bench.put(name, 1 << bit, CsrOp.SET if value else CsrOp.CLEAR)


@on(*BELOW)
async def test_a_trap_into_s_sets_sdt_and_the_next_goes_to_m(bench):
    # norm:sstatus_sdt_trap, norm:mtval2_Ssdbltrap, norm:M_mode_invoke_error
    await set_dte(bench, 1, 0)
    await bench.put("medeleg", 1 << ILLEGAL)
    await bench.enter(U)
    await bench.exception(ILLEGAL, pc=0x100, tval=0x55)
    assert (bench.mode, bench.get("sstatus") & SDT, bench.get("scause")) == (S, SDT, ILLEGAL)
    await bench.exception(ILLEGAL, pc=0x200, tval=0x77)
    assert bench.mode is M
    saved = [bench.get(name) for name in ("mcause", "mtval2", "mtval", "mepc")]
    assert saved == [16, ILLEGAL, 0x77, 0x200]
    assert bench.get("sepc") == 0x100


@on(*BELOW)
async def test_a_guests_sdt_is_its_own(bench):
    # norm:henvcfg_dte_op, norm:vsstatus_sdt_op
    await set_dte(bench, 1, 1)
    await bench.put("medeleg", 1 << ILLEGAL)
    await bench.put("hedeleg", 1 << ILLEGAL)
    await bench.enter(VU)
    await bench.exception(ILLEGAL)
    assert (bench.mode, bench.get("vsstatus") & SDT, bench.get("sstatus") & SDT) == (VS, SDT, 0)
    await bench.exception(ILLEGAL)
    assert (bench.mode, bench.get("mcause"), bench.get("mtval2")) == (M, 16, ILLEGAL)


@on(*BELOW)
async def test_an_interrupt_for_a_busy_guest_enters_at_base_with_the_number_of_mip(bench):
    # norm:sstatus_sdt_trap, warl:double trap of an interrupt
    await set_dte(bench, 1, 1)
    await bench.put("hideleg", 1 << 2)
    await bench.put("mie", 1 << 2)
    await bench.put("hvip", 1 << 2)
    await bench.put("mtvec", 0x1001)
    await bench.enter(VU)
    await bench.put("vsstatus", SDT)
    seen = await bench.interrupt(pc=0x40)
    top = 1 << bench.config.xlen - 1
    assert (seen.target, bench.mode) == (0x1000, M)
    assert (bench.get("mcause"), bench.get("mtval2")) == (16, top | 2)


@on(*BELOW)
async def test_sdt_is_read_only_0_without_dte_and_clears_sie_when_set(bench):
    # norm:menvcfg_DTE, norm:henvcfg_DTE, norm:menvcfg_dte_op, norm:henvcfg_dte_op,
    # norm:sstatus_sdt_sstatus_sie_overwrite
    await set_dte(bench, 0, 1)
    for name in ("sstatus", "vsstatus"):
        await bench.put(name, SDT | SIE)
        assert bench.get(name) & (SDT | SIE) == SIE
    await set_dte(bench, 1, 1)
    for name in ("sstatus", "vsstatus"):
        assert bench.get(name) & SDT == 0
        await bench.put(name, SDT | SIE)
        assert bench.get(name) & (SDT | SIE) == SDT
    await set_dte(bench, 0, 1)
    await set_dte(bench, 1, 1)
    assert (bench.get("sstatus") & SDT, bench.get("vsstatus") & SDT) == (0, 0)


@on(*BOTH, *ALONE)
async def test_after_reset_m_takes_no_trap_until_software_says_so(bench):
    # norm:mstatus_mdt_rst, norm:mstatus_mie_clr_by_mdt, norm:mstatus_mie_set_mdt_0
    await bench.reset()
    assert mdt(bench) == 1
    await bench.put("mstatus", MIE, CsrOp.SET)
    assert bench.get("mstatus") & MIE == 0
    await put_mdt(bench, 0)
    await bench.put("mstatus", MIE, CsrOp.SET)
    assert bench.get("mstatus") & MIE == MIE
    await put_mdt(bench, 1)
    assert bench.get("mstatus") & MIE == 0


@on(*BOTH, *ALONE)
async def test_a_trap_that_m_cannot_take_stops_the_hart(bench):
    # norm:trap_exp, norm:trap_unexp_mdt_1, norm:trap_unexp_hndl_no_rnmi
    await bench.reset()
    await put_mdt(bench, 0)
    await bench.exception(ILLEGAL, pc=0x100)
    assert (mdt(bench), bench.get("mepc")) == (1, 0x100)
    before = bench.state()
    seen = await bench.exception(ILLEGAL, pc=0x200)
    assert (seen.redirect, seen.trace_kind) == (0, CommitOp.NONE)
    assert bench.outputs().hart_critical_error == 1
    for op in (CommitOp.EXCEPTION, CommitOp.MRET, CommitOp.CSR):
        seen = await bench.step(op=op, csr_address=0x340, csr_op=CsrOp.WRITE, csr_wdata=5)
        assert (seen.redirect, seen.trace_kind) == (0, CommitOp.NONE)
    assert bench.state() == before
    await bench.reset()
    assert bench.outputs().hart_critical_error == 0


@on(*BOTH)
async def test_returns_end_mdt_and_sdt(bench):
    # norm:mstatus_mdt_clr_mret_sret, norm:sstatus_sdt_clr_mret_sret, norm:vsstatus_sdt_clr_mret_sret,
    # norm:sstatus_sdt_sret, norm:sret_dt
    for to, sdt, guests in ((S, SDT, SDT), (U, 0, SDT), (VS, 0, SDT), (VU, 0, 0)):
        await bench.reset()
        await put_mdt(bench, 0)
        await set_dte(bench, 1, 1)
        await bench.put("vsstatus", SDT)
        mpp, mpv = to & 3, to >> 2
        if bench.config.xlen == 32:
            await bench.put("mstatush", mpv << 7 | 1 << 10)
            await bench.put("mstatus", mpp << 11 | SDT)
        else:
            await bench.put("mstatus", mpp << 11 | mpv << 39 | 1 << 42 | SDT)
        assert mdt(bench) == 1
        await bench.mret()
        assert (bench.mode, mdt(bench)) == (to, 0)
        assert (bench.get("sstatus") & SDT, bench.get("vsstatus") & SDT) == (sdt, guests)


@on(*BOTH)
async def test_u_has_no_part_in_them(bench):
    # HU-31
    await bench.reset()
    await put_mdt(bench, 0)
    await set_dte(bench, 1, 1)
    await bench.put("medeleg", 1 << ILLEGAL)
    await bench.put("sedeleg", 1 << ILLEGAL)
    await bench.enter(U)
    await bench.put("sstatus", SDT)
    await bench.put("vsstatus", SDT)
    await put_mdt(bench, 1)
    await bench.exception(ILLEGAL)
    assert (bench.mode, bench.get("ucause")) == (U, ILLEGAL)
    assert (bench.get("sstatus") & SDT, bench.get("vsstatus") & SDT, mdt(bench)) == (SDT, SDT, 1)
    await bench.uret()
    assert (bench.get("sstatus") & SDT, bench.get("vsstatus") & SDT, mdt(bench)) == (SDT, SDT, 1)


@on(*BOTH)
async def test_a_double_trap_never_goes_below_m(bench):
    # norm:medeleg_16_no_rd0, HU-36
    for name in ("medeleg", "hedeleg", "sedeleg", "huedeleg"):
        await bench.put(name, (1 << bench.config.xlen) - 1)
        assert bench.get(name) >> 16 & 1 == 0
