"""What the xenvcfg, mseccfg and hstatus say of cache-block instructions, fences, page tables and pointers."""

from itertools import product

from utrap.config import Config
from utrap.isa import Fault, Mode

from .bench import on

M, S, U, VS, VU = Mode.M, Mode.S, Mode.U, Mode.VS, Mode.VU
NONE, ILLEGAL, VIRTUAL = Fault.NONE, Fault.ILLEGAL, Fault.VIRTUAL
_BELOW_M = {"zicbom": True, "zicboz": True, "zawrs": True, "smmpm": True, "smnpm": True}
_BELOW_S = {"svinval": True, "svpbmt": True, "svadu": True, "ssnpm": True}
MU = [Config.profile("mu", xlen, **_BELOW_M) for xlen in (32, 64)]
MSUH = [Config.profile("msuh", xlen, **_BELOW_M, **_BELOW_S) for xlen in (32, 64)]
FULL = Config.profile("full", 64, **_BELOW_M, **_BELOW_S)
MSECCFG = 0x747
CBIE, CBCFE, CBZE, PMM, HUPMM, MXR = 4, 6, 7, 32, 48, 19


def verdict(config, mode, menvcfg, henvcfg, senvcfg):
    """norm:cbo-inval, norm:cbo-clean_cbo-flush, norm:cbo-zero_basedon_xenvcfg-CBZE"""
    is_user = config.s and mode in (U, VU)
    if (mode is not M and not menvcfg) or (is_user and mode is U and not senvcfg):
        return ILLEGAL
    if mode in (VS, VU) and not (henvcfg and (senvcfg or mode is VS)):
        return VIRTUAL
    return NONE


@on(*MU, *MSUH)
async def test_cache_block_instructions_are_judged_by_each_level(bench):
    config = bench.config
    values = (0, 1, 3)
    for mode in bench.modes:
        for m, h, s in product(values, values if config.h else (0,), values if config.s else (0,)):
            await bench.enter(mode)
            for csr, value in (("menvcfg", m), *[("henvcfg", h)] * config.h, *[("senvcfg", s)] * config.s):
                await bench.put(csr, value << CBIE | (value & 1) << CBCFE | (value >> 1) << CBZE)
            seen, at = bench.outputs(), (mode, m, h, s)
            assert seen.legality_cbo_inval == verdict(config, mode, m, h, s), at
            assert seen.legality_cbo_clean == verdict(config, mode, m & 1, h & 1, s & 1), at
            assert seen.legality_cbo_zero == verdict(config, mode, m >> 1, h >> 1, s >> 1), at
            # norm:menvcfg_cbie_cbo-inval_op_list, norm:cbo-inval_s-mode_op0, norm:cbo-inval_s-mode_op1,
            # norm:cbo-inval_s-mode_op2, norm:cbo-inval_h-mode_op0, norm:cbo-inval_h-mode_op1, norm:cbo-inval_h-mode_op2
            above = [m] * (mode is not M) + [h] * (mode in (VS, VU)) + [s] * (config.s and mode in (U, VU))
            if seen.legality_cbo_inval == NONE:
                assert seen.hart_cbo_inval_flushes == (1 in above), at


@on(*MU, *MSUH)
async def test_wrs_nto_is_judged_as_wfi_but_in_user_mode(bench):
    # norm:Zawrs_priv_illegal_instr_excp, norm:Zawrs_virtual_instr_excp
    for mode, tw, vtw in product(bench.modes, (0, 1), (0, 1)[: 1 + bench.config.h]):
        await bench.enter(mode)
        await bench.put("mstatus", tw << 21)
        if bench.config.h:
            await bench.put("hstatus", vtw << 21)
        virtual = VIRTUAL if vtw and mode in (VS, VU) else NONE
        assert bench.outputs().legality_wrs_nto == (ILLEGAL if tw and mode is not M else virtual), (mode, tw, vtw)


@on(*MSUH)
async def test_the_fences_around_sinval_are_every_supervisors(bench):
    # norm:Svinval_sfence_w_inval_inval_u_mode, norm:Svinval_sfence_w_inval_inval_vu_mode,
    # norm:Svinval_sfence_w_inval_inval_s_vs_mode
    for mode, tvm in product(bench.modes, (0, 1)):
        await bench.enter(mode)
        await bench.put("mstatus", tvm << 20)
        await bench.put("hstatus", tvm << 20)
        assert bench.outputs().legality_sfence_inval == {U: ILLEGAL, VU: VIRTUAL}.get(mode, NONE), (mode, tvm)


@on(*MSUH)
async def test_page_tables_of_a_guest_have_what_m_and_hs_grant(bench):
    # norm:menvcfg_pbmte_henvcfg_pbmte_rdonly0, norm:menvcfg_adue_henvcfg_adue_rdonly0, norm:menvcfg_pbmte_op,
    # norm:menvcfg_adue_op, norm:henvcfg_pbmte_op, norm:henvcfg_adue_op
    half, low = ("", 32) if bench.config.xlen == 64 else ("h", 0)
    for (name, bit), m, h in product((("pbmte", 30), ("adue", 29)), (0, 1), (0, 1)):
        await bench.put(f"henvcfg{half}", h << low + bit)
        await bench.put(f"menvcfg{half}", m << low + bit)
        seen = bench.outputs()
        assert getattr(seen, f"hart_{name}") == m
        assert getattr(seen, f"hart_vs_{name}") == (m & h)
        assert bench.get(f"henvcfg{half}") >> low + bit & 1 == (m & h)


@on(*MSUH)
async def test_reserved_encodings_are_stored_as_0(bench):
    # norm:menvcfg_cbie_warl_op, norm:menvcfg_pmm_enc, norm:pm_rv32_illegal, norm:pmlen_supported_values,
    # norm:pmlen_future_reserved, norm:pmlen_illegal_warl, norm:senvcfg_pmm_Ssnpm, norm:mseccfg_sz_acc
    for csr in ("menvcfg", "senvcfg", "henvcfg"):
        for value in range(4):
            await bench.put(csr, value << CBIE)
            assert bench.get(csr) == (0 if value == 2 else value) << CBIE
    places: list[tuple[str | int, int]] = [(csr, PMM) for csr in ("menvcfg", "senvcfg", "henvcfg", MSECCFG)]
    for (place, lsb), value in product([*places, ("hstatus", HUPMM)], range(4)):
        if bench.config.xlen == 64:
            await bench.put(place, value << lsb)
            assert bench.get(place) >> lsb & 3 == (0 if value == 1 else value)
    await bench.put(MSECCFG, (1 << bench.config.xlen) - 1)
    assert bench.get(MSECCFG) == (3 << PMM if bench.config.xlen == 64 else 0)


@on(FULL, MSUH[1], MU[1])
async def test_pointers_are_masked_as_the_mode_above_says(bench):
    # norm:pm_config_next_higher, norm:pm_mprv_spvp, norm:pm_mxr_exception, norm:pm_per_mode_control,
    # norm:pm_auto_apply_active_mode, norm:pm_mode_only_dependency, norm:menvcfg_pmm_op, norm:senvcfg_pmm_immediate
    config = bench.config
    by = {M: 3, S: 2, U: 3, VS: 2, VU: 3} if config.s else {M: 3, U: 2}
    for mode, mxr, vs_mxr in product(bench.modes, (0, 1)[: 1 + config.s], (0, 1)[: 1 + config.h]):
        await bench.enter(mode)
        await bench.put(MSECCFG, 3 << PMM)
        await bench.put("menvcfg", 2 << PMM)
        if config.s:
            await bench.put("senvcfg", 3 << PMM)
            await bench.put("mstatus", mxr << MXR)
        if config.h:
            await bench.put("henvcfg", 2 << PMM)
            await bench.put("vsstatus", vs_mxr << MXR)
        is_off = (mode is not M and mxr) or (mode in (VS, VU) and vs_mxr)
        assert bench.outputs().hart_load_store_pmm == (0 if is_off else by[mode]), (mode, mxr, vs_mxr)


@on(FULL, MSUH[1])
async def test_hlv_in_u_follows_hupmm(bench):
    # norm:henvcfg_pmm_op, HU-34, HU-28
    for mode, spvp, mxr in product((M, S, U), (0, 1), (0, 1)):
        await bench.enter(mode)
        await bench.put("senvcfg", 3 << PMM)
        await bench.put("henvcfg", 2 << PMM)
        await bench.put("hstatus", spvp << 8)
        await bench.put("vsstatus", mxr << MXR)
        wanted = 2 if spvp else 0 if mode is U else 3
        assert bench.outputs().hart_hlsv_pmm == (0 if mxr else wanted), (mode, spvp, mxr)
        if mode is U and not spvp and not mxr:
            await bench.put("hstatus", 2 << HUPMM)
            assert bench.outputs().hart_hlsv_pmm == 2
