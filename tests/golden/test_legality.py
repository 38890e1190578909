"""Instructions that trap state allows or forbids, and the modes in effect."""

import pytest

from utrap_testbench.golden import (
    Config,
    Insn,
    Mode,
    Query,
    ecall_cause,
    fiom,
    hlsv_mode,
    load_store_mode,
    step,
    verdict,
)

from .support import FULL, FULL32, state_in

M, S, U, VS, VU = Mode.M, Mode.S, Mode.U, Mode.VS, Mode.VU
ORDER = (M, S, U, VS, VU)
MU = Config.profile("mu")
MSU = Config.profile("msu")


def verdicts(config, insn, **fields):
    """The verdict in M, S, U, VS and VU, as far as they exist."""
    modes = [m for m in ORDER if (config.h or m < VU) and (config.s or m & 3 != 1)]
    return tuple(verdict(config, state_in(config, m, **fields), insn) for m in modes)


@pytest.mark.parametrize(
    ("config", "fields", "wanted"),
    [
        (FULL, {}, (0, 0, 2, 0, 22)),
        (FULL, {"mstatus_tw": 1}, (0, 2, 2, 2, 2)),
        (FULL, {"hstatus_vtw": 1}, (0, 0, 2, 22, 22)),
        (FULL, {"hstatus_vtw": 1, "mstatus_tw": 1}, (0, 2, 2, 2, 2)),
        (MU, {}, (0, 0)),
        (MU, {"mstatus_tw": 1}, (0, 2)),
    ],
)
def test_wfi(config, fields, wanted):
    """norm:mstatus_tw_op, norm:mstatus_tw_umode_op, norm:vtw_virtinstr, norm:H_virtinst_vu_wfi_tw0, warl:WFI"""
    assert verdicts(config, Insn.WFI, **fields) == wanted


@pytest.mark.parametrize("insn", [Insn.SFENCE_VMA, Insn.SINVAL_VMA])
def test_supervisor_fences(insn):
    """norm:mstatus_tvm_warl_op, norm:hstatus_vtvm_op, norm:H_virtinst_vu_sret_sfence"""
    assert verdicts(FULL, insn) == (0, 0, 2, 0, 22)
    assert verdicts(FULL, insn, mstatus_tvm=1) == (0, 2, 2, 0, 22)
    assert verdicts(FULL, insn, hstatus_vtvm=1) == (0, 0, 2, 22, 22)
    assert verdicts(MU, insn) == (2, 2)


def test_hypervisor_fences():
    """norm:hfence-vvma_hfence-gvma_exceptions, norm:hfence-vvma_tvm, norm:mstatus_tvm_hs"""
    assert verdicts(FULL, Insn.HFENCE_VVMA, mstatus_tvm=1, hstatus_vtvm=1) == (0, 0, 2, 22, 22)
    assert verdicts(FULL, Insn.HFENCE_GVMA, hstatus_vtvm=1) == (0, 0, 2, 22, 22)
    assert verdicts(FULL, Insn.HFENCE_GVMA, mstatus_tvm=1) == (0, 2, 2, 22, 22)
    assert verdicts(MSU, Insn.HFENCE_VVMA) == verdicts(MSU, Insn.HFENCE_GVMA) == (2, 2, 2)


@pytest.mark.parametrize("insn", [insn for insn in Insn if insn.value[:3] in ("hlv", "hsv")])
def test_hypervisor_loads_and_stores(insn):
    """norm:hlsv_mode, norm:hlsv_virtinst, norm:hlsv_illegalinst, norm:hstatus_hu_op, norm:hlsv_op, HU-28"""
    assert verdicts(FULL, insn) == (0, 0, 2, 22, 22)
    assert verdicts(FULL, insn, hstatus_hu=1) == (0, 0, 0, 22, 22)
    assert verdicts(MSU, insn) == (2, 2, 2)
    only_64 = insn in (Insn.HLV_WU, Insn.HLV_D, Insn.HSV_D)
    assert verdicts(FULL32, insn, hstatus_hu=1) == ((2,) * 5 if only_64 else (0, 0, 0, 22, 22))


def test_calls_and_breakpoints_raise_their_own_cause():
    """norm:ecall_op2, norm:H_cause_ecall, norm:ebreak_op2"""
    assert verdicts(FULL, Insn.ECALL) == (11, 9, 8, 10, 8)
    assert verdicts(FULL, Insn.EBREAK) == (3,) * 5
    assert [ecall_cause(FULL, state_in(FULL, m)) for m in ORDER] == [11, 9, 8, 10, 8]


@pytest.mark.parametrize("insn", [Insn.MRET, Insn.SRET, Insn.URET])
def test_a_return_may_be_asked_about_without_executing_it(insn):
    wanted = {Insn.MRET: (0, 2, 2, 2, 2), Insn.SRET: (0, 0, 2, 0, 22), Insn.URET: (0, 0, 0, 22, 22)}
    assert verdicts(FULL, insn) == wanted[insn]
    before = state_in(FULL, M)
    assert step(FULL, before, Query(insn=insn))[0] == before


def test_every_instruction_has_a_verdict():
    for insn in Insn:
        assert len(verdicts(FULL, insn)) == 5


def test_mprv_lends_the_mode_of_mpp_and_mpv():
    """norm:mstatus_mprv_ldst_op, norm:mstatus_mprv_hypervisor"""
    for source in ORDER:
        assert load_store_mode(FULL, state_in(FULL, source, mstatus_mpp=1, mstatus_mpv=1)) == source
        for mpv, mpp, wanted in ((0, 0, U), (0, 1, S), (0, 3, M), (1, 3, M), (1, 0, VU), (1, 1, VS)):
            state = state_in(FULL, source, mstatus_mprv=1, mstatus_mpv=mpv, mstatus_mpp=mpp)
            assert load_store_mode(FULL, state) == wanted


def test_hypervisor_loads_act_as_spvp_says_whatever_mprv():
    """norm:hlsv_priv, norm:mstatus_mprv_hlsv"""
    for source in (M, S, U):
        for spvp in (0, 1):
            state = state_in(FULL, source, hstatus_spvp=spvp, mstatus_mprv=1, mstatus_mpp=3)
            assert hlsv_mode(FULL, state) == (VS if spvp else VU)


@pytest.mark.parametrize(("field", "modes"), [("menvcfg", (S, U, VS, VU)), ("senvcfg", (U, VU)), ("henvcfg", (VS, VU))])
def test_fiom_acts_below_its_register(field, modes):
    """norm:menvcfg_fiom_fence_op, norm:senvcfg_fiom, norm:henvcfg_fiom_op"""
    assert [m for m in ORDER if fiom(FULL, state_in(FULL, m, **{field: 1}))] == [m for m in ORDER if m in modes]
    assert not any(fiom(FULL, state_in(FULL, m)) for m in ORDER)
