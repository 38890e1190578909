"""Smstateen: which bits there are, the chain of read-only zeros, and what each bit gates in which mode."""

from utrap.config import Config
from utrap.isa import CsrOp, Fault, Mode

from .bench import on

NONE, ILLEGAL, VIRTUAL = Fault.NONE, Fault.ILLEGAL, Fault.VIRTUAL
OWNERS = dict.fromkeys(
    (
        *("smstateen", "custom_state", "zfinx", "zcmt", "ssqosid", "sdtrig"),
        *("smctr", "smcsrind", "sscsrind", "imsic", "ssaia"),
    ),
    True,
)
ALL = [Config.profile("msuh", xlen, **OWNERS) for xlen in (64, 32)]
PLAIN = [Config.profile("msuh", xlen, smstateen=True) for xlen in (64, 32)]
SUPERVISOR = [Config.profile("msu", xlen, **OWNERS) for xlen in (64, 32)]
USER = [Config.profile("mu", xlen, **OWNERS) for xlen in (64, 32)]
FULL = [Config.profile("full", xlen, smstateen=True) for xlen in (64, 32)]
C, FCSR, JVT, CTR, SRMCFG, P1P13, CONTEXT, IMSIC, AIA = 0, 1, 2, 54, 55, 56, 57, 58, 59
CSRIND, ENVCFG, SE0 = 60, 62, 63
ONES = (1 << 64) - 1
MSTATEEN, HSTATEEN, SSTATEEN = 0x30C, 0x60C, 0x10C


def mask(*bits):
    return sum(1 << bit for bit in bits)


async def put64(bench, csr, value):
    """A state-enable register; RV32 has its upper half 0x10 above."""
    await bench.put(csr, value & (1 << bench.config.xlen) - 1)
    if bench.config.xlen == 32 and csr >> 8 != 1:
        await bench.put(csr + 0x10, value >> 32)


def get64(bench, csr):
    high = bench.get(csr + 0x10) << 32 if bench.config.xlen == 32 and csr >> 8 != 1 else 0
    return high | bench.get(csr)


async def allow(bench, mstateen=ONES, hstateen=ONES, sstateen=ONES):
    """The three registers with number 0, those that there are; M's is open while the others are written."""
    await put64(bench, MSTATEEN, ONES)
    if bench.config.h:
        await put64(bench, HSTATEEN, ONES)
    if bench.config.s:
        await put64(bench, SSTATEEN, sstateen)
    if bench.config.h:
        await put64(bench, HSTATEEN, hstateen)
    await put64(bench, MSTATEEN, mstateen)


def fault(bench, csr, op=CsrOp.READ):
    return bench.peek(csr, 0, op, ext_exists=1).fault


@on(*ALL, *PLAIN, *SUPERVISOR, *USER, *FULL)
async def test_a_bit_exists_where_what_it_is_for_does(bench):
    """norm:stateen_unimplemented_state_roz, norm:stateen_reserved_roz, norm:mstateen_bit_63_op, HU-29

    norm:mstateen_bit_correspondence, norm:mstateen_bit_63_roz
    """
    config = bench.config
    await allow(bench)
    user = mask(*[C] * (config.n or config.custom_state), *[FCSR] * config.zfinx, *[JVT] * config.zcmt)
    guest = mask(ENVCFG, SE0) | (mask(CTR, CONTEXT, IMSIC, AIA, CSRIND) if config.smctr else 0)
    machine = mask(*[SRMCFG] * config.ssqosid, *[P1P13] * (config.h and config.xlen == 32))
    assert get64(bench, MSTATEEN) == (user | guest | machine if config.s else user)
    if config.s:
        assert get64(bench, SSTATEEN) == user
    if config.h:
        assert get64(bench, HSTATEEN) == user | guest
    for number in (1, 2, 3):
        await put64(bench, MSTATEEN + number, ONES)
        assert get64(bench, MSTATEEN + number) == (1 << 63 if config.s else 0)
        if config.s:
            await put64(bench, SSTATEEN + number, ONES)
            assert get64(bench, SSTATEEN + number) == 0
        if config.h:
            await put64(bench, HSTATEEN + number, ONES)
            assert get64(bench, HSTATEEN + number) == 1 << 63


@on(ALL[0].replace(isa="IMAFC"))
async def test_with_f_there_is_no_fcsr_bit_and_fcsr_is_open(bench):
    """norm:stateen0_fcsr_op"""
    await allow(bench)
    assert get64(bench, MSTATEEN) >> FCSR & 1 == 0
    await allow(bench, 0)
    await bench.put("mstatus", 1 << 13)  # FS, without which nobody has fcsr; and MPP=U
    await bench.mret()
    assert fault(bench, 3) == NONE


@on(*ALL, *FULL)
async def test_after_reset_all_is_closed(bench):
    """norm:mstateen_zero_initialization, norm:hstateen_sstateen_zero_initialization"""
    await allow(bench)
    await bench.reset()
    for number in range(4):
        assert get64(bench, MSTATEEN + number) == 0
    await put64(bench, MSTATEEN, ONES)
    assert (get64(bench, HSTATEEN), get64(bench, SSTATEEN)) == (0, 0)


@on(*ALL)
async def test_what_is_0_above_is_read_only_0_below_and_kept(bench):
    """norm:mstateen_lower_priv_roz, norm:sstateen_vsmode_access_roz, norm:hstateen_bit_63_writable, warl:stateen

    norm:sstateen_ro1_bits, norm:hstateen_ro1_bits
    """
    user = mask(C, FCSR, JVT)
    for m in (0, mask(C), mask(JVT, SE0), mask(C, FCSR, CTR, SE0), ONES):
        await allow(bench, m)
        h_bits = user | mask(CTR, CONTEXT, IMSIC, AIA, CSRIND, ENVCFG, SE0)
        assert get64(bench, HSTATEEN) == h_bits & m
        assert get64(bench, SSTATEEN) == user & m
        # Neither is what cannot be seen written.
        await put64(bench, HSTATEEN, 0)
        await put64(bench, SSTATEEN, 0)
        await put64(bench, MSTATEEN, ONES)
        assert get64(bench, HSTATEEN) == h_bits & ~m
        assert get64(bench, SSTATEEN) == user & ~m


@on(*ALL)
async def test_in_a_guest_hstateen_masks_sstateen(bench):
    """norm:sstateen_vsmode_access_roz"""
    await allow(bench, hstateen=mask(FCSR, SE0))
    await bench.enter(Mode.VS)
    assert (await bench.csr(SSTATEEN, kind=CsrOp.READ)).rdata == mask(FCSR)
    await bench.csr(SSTATEEN, 0)
    assert bench.get(SSTATEEN) == mask(C, JVT)  # a debugger sees it as M does
    # And writes it as M does.
    await bench.put(SSTATEEN, mask(C, FCSR, JVT))
    assert bench.get(SSTATEEN) == mask(C, FCSR, JVT)


#: State of each bit: a CSR, and the lowest mode that may have it; "h" where hstateen gates it in guests, "s" where
#: sstateen does in user modes. Outside the unit but for those of *envcfg and the registers themselves.
GATED = {
    C: [(0x800, "uhs"), (0x8FF, "uhs"), (0xCC0, "uhs"), (0x5C0, "sh"), (0x9FF, "sh"), (0xDC0, "sh"), (0x6C0, "m"),
        (0xAC5, "m"), (0xEFF, "m")],
    FCSR: [(0x001, "uhs"), (0x002, "uhs"), (0x003, "uhs")],
    JVT: [(0x017, "uhs")],
    CTR: [(0x14E, "sh"), (0x14F, "sh"), (0x15F, "sv"), (0x24E, "m")],
    SRMCFG: [(0x181, "sv")],
    CONTEXT: [(0x5A8, "sh"), (0x6A8, "m")],
    IMSIC: [(0x15C, "sh"), (0x25C, "m")],
    AIA: [(0xDB0, "sh"), *((csr, "m") for csr in (0x608, 0x609, 0x646, 0x647, 0xEB0))],
    CSRIND: [*((0x150 + i, "sh") for i in (0, 1, 2, 3, 5, 6, 7)), *((0x250 + i, "m") for i in (0, 1, 2, 3, 5, 6, 7))],
    ENVCFG: [(0x10A, "sh"), (0x60A, "m")],
    SE0: [(0x10C, "sh"), (0x60C, "m")],
}  # fmt: skip
#: The same of RV32's high halves: sieh, siph; hidelegh, hvienh, hviph, hviprio1h, hviprio2h, vsieh, vsiph.
GATED_HALVES = [
    *((csr, "sh") for csr in (0x114, 0x154)),
    *((csr, "m") for csr in (0x613, 0x618, 0x655, 0x656, 0x657, 0x214, 0x254)),
]


def wanted(mode, kind, m, h, s):
    """The verdict by the manual's sentences."""
    if mode is Mode.M:
        return NONE
    if not m:
        return ILLEGAL
    if kind == "m":  # a CSR of HS
        return {Mode.S: NONE, Mode.U: ILLEGAL}.get(mode, VIRTUAL)
    if kind[0] == "s" and mode in (Mode.U, Mode.VU):
        return ILLEGAL if mode is Mode.U else VIRTUAL
    if mode in (Mode.VS, Mode.VU) and ("v" in kind or ("h" in kind and not h)):
        return VIRTUAL
    if "s" in kind[1:] and mode in (Mode.U, Mode.VU) and not s:
        return ILLEGAL if mode is Mode.U else VIRTUAL
    return NONE


@on(*ALL)
async def test_each_bit_gates_its_state_in_every_mode(bench):
    """norm:stateen_op, norm:stateen_illegal_state_access, norm:sstateen_user_access_control, norm:hstateen_encoding,
    norm:stateen0_c_op, norm:stateen0_fcsr_op, norm:stateen0_jvt_op, norm:mstateen0_se0_op, norm:hstateen0_SE0_op,
    norm:mstateen0_envcfg_op, norm:hstateen0_envcfg_op, norm:mstateen0_csrind_op, norm:hstateen0_csrind_op,
    norm:mstateen0_imsic_op, norm:hstateen0_imsic_op, norm:mstateen0_aia_op, norm:hstateen0_aia_op,
    norm:mstateen0_context_op, norm:hstateen0_context_op, norm:mstateen0_srmcfg_op, norm:mstateen_ctr0_except1,
    norm:hstateen_ctr, norm:sctrdepth_mode
    """
    for mode in bench.modes:
        await bench.enter(mode)
        for bit, rows in GATED.items():
            state = [*rows, *GATED_HALVES] if bit == AIA and bench.config.xlen == 32 else rows
            for levels in range(8):
                m, h, s = (bool(levels >> i & 1) for i in range(3))
                clear = ONES & ~(1 << bit)
                await allow(bench, ONES if m else clear, ONES if h else clear, ONES if s else clear)
                for csr, kind in state:
                    found = fault(bench, csr)
                    assert found == wanted(mode, kind, m, h, s), (mode, bit, hex(csr), m, h, s)


@on(*ALL)
async def test_a_bit_gates_nothing_else(bench):
    """norm:stateen_op: what no bit names is as it was."""
    others = (0x100, 0x140, 0x180, 0x5BF, 0x158, 0x000, 0x7C0)
    for mode in bench.modes:
        await bench.enter(mode)
        await allow(bench)
        before = [fault(bench, csr) for csr in others if csr]
        await allow(bench, 0, 0, 0)
        assert [fault(bench, csr) for csr in others if csr] == before


@on(*PLAIN)
async def test_what_has_no_bit_is_open(bench):
    """norm:stateen_unimplemented_state_roz"""
    await bench.enter(Mode.VU)
    for name in ("mstatus", "vsstatus"):
        await bench.put(name, 3 << 13)  # FS is not Off
    for csr in (0x001, 0x017, 0x800):
        assert fault(bench, csr) == NONE
    await bench.enter(Mode.VS)
    for csr in (0x14E, 0x150, 0x15C, 0x5A8, 0x5C0):
        assert fault(bench, csr) == NONE


@on(*USER)
async def test_without_s_mstateen_alone_is_for_u(bench):
    """norm:sstateen_rv64_csrs"""
    await bench.enter(Mode.U)
    for bit, csr in ((C, 0x800), (FCSR, 3), (JVT, 0x17)):
        await allow(bench, mask(bit))
        assert fault(bench, csr) == NONE
        await allow(bench, ONES & ~mask(bit))
        assert fault(bench, csr) == ILLEGAL


@on(*PLAIN)
async def test_bit_63_of_the_others_gates_their_registers(bench):
    """norm:mstateen_bit_63_op, norm:hstateen_bit_63_op"""
    for number in (1, 2, 3):
        await put64(bench, MSTATEEN + number, ONES)
        await put64(bench, HSTATEEN + number, ONES)
        for mode, sstateen, hstateen in ((Mode.S, NONE, NONE), (Mode.VS, NONE, VIRTUAL), (Mode.U, ILLEGAL, ILLEGAL)):
            await bench.enter(mode)
            assert (fault(bench, SSTATEEN + number), fault(bench, HSTATEEN + number)) == (sstateen, hstateen)
        await put64(bench, HSTATEEN + number, 0)
        await bench.enter(Mode.VS)
        assert fault(bench, SSTATEEN + number) == VIRTUAL
        await put64(bench, MSTATEEN + number, 0)
        for mode in (Mode.S, Mode.VS, Mode.VU):
            await bench.enter(mode)
            assert fault(bench, SSTATEEN + number) == fault(bench, HSTATEEN + number) == ILLEGAL


@on(PLAIN[1], FULL[1])
async def test_on_rv32_p1p13_gates_hedelegh_and_halves_their_own(bench):
    """norm:mstateen0_p1p13_op, norm:stateen_rv32_upper_bits_csrs"""
    for mode, with_it in ((Mode.S, NONE), (Mode.VS, VIRTUAL), (Mode.VU, VIRTUAL), (Mode.U, ILLEGAL)):
        await bench.enter(mode)
        await allow(bench)
        assert fault(bench, 0x612) == fault(bench, 0x61A) == fault(bench, 0x61C) == with_it
        for bit, csr in ((P1P13, 0x612), (ENVCFG, 0x61A), (SE0, 0x61C)):
            await allow(bench, ONES & ~mask(bit))
            assert fault(bench, csr) == ILLEGAL


@on(*FULL)
async def test_the_csrs_of_n_and_shudeleg_are_custom_state(bench):
    """HU-29"""
    await bench.put("hudcfg", 1)
    user, host, hypervisor = (0x000, 0x005, 0x041, 0x800, 0x843, 0x84A), (0x102, 0x103), (0x6C0, 0x6C2, 0x6E0)
    for mode in bench.modes:
        await bench.enter(mode)
        for levels in range(8):
            m, h, s = (bool(levels >> i & 1) for i in range(3))
            await allow(bench, *(ONES if is_set else ONES & ~1 for is_set in (m, h, s)))
            for csr in (*user, *host, *hypervisor):
                if mode is Mode.M:
                    expected = NONE
                elif not m:
                    expected = ILLEGAL
                elif mode in (Mode.VS, Mode.VU):
                    expected = VIRTUAL
                elif mode is Mode.U:
                    expected = NONE if csr in user and s else ILLEGAL
                else:
                    expected = NONE
                assert fault(bench, csr) == expected, (mode, hex(csr), m, h, s)


@on(*FULL)
async def test_traps_into_u_and_uret_are_not_gated(bench):
    """HU-29"""
    await bench.put("medeleg", 1 << 8)
    await bench.put("sedeleg", 1 << 8)
    await bench.enter(Mode.U)
    await bench.exception(8, pc=0x100)
    assert (bench.mode, bench.get("ucause")) == (Mode.U, 8)
    seen = await bench.uret()
    assert (seen.fault, bench.mode) == (NONE, Mode.U)


@on(*ALL)
async def test_instructions_that_need_gated_state(bench):
    """norm:stateen0_jvt_op, norm:stateen0_fcsr0_misa_f0_illegal_fpu_instr, norm:sctrclr_exceptions,
    norm:mstateen_ctr0_except3, norm:hstateen_vs
    """
    for mode in bench.modes:
        await bench.enter(mode)
        for levels in range(8):
            m, h, s = (bool(levels >> i & 1) for i in range(3))
            await allow(bench, *(ONES if is_set else 0 for is_set in (m, h, s)))
            seen = bench.outputs()
            assert seen.legality_cm_jalt == seen.legality_zfinx == wanted(mode, "uhs", m, h, s), (mode, m, h, s)
            assert seen.legality_sctrclr == wanted(mode, "sh", m, h, s), (mode, m, h, s)
