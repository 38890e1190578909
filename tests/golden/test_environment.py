"""The xenvcfg: what their fields hold, whom they let execute cache-block instructions, and pointer masking."""

import itertools

import pytest

from utrap_testbench.golden import (
    Config,
    ConfigError,
    Insn,
    Mode,
    cbo_inval_flushes,
    hlsv_pointer_masking,
    pointer_masking,
    reset_state,
    verdict,
)

from .support import csr, read, state_in, write, written_and_read

M, S, U, VS, VU = Mode.M, Mode.S, Mode.U, Mode.VS, Mode.VU
BLOCKS = Config.profile("full", zicbom=True, zicboz=True)
MASKING = Config.profile("full", smmpm=True, smnpm=True, ssnpm=True)
WITHHELD = {"ssdbltrp": 59, "svadu": 61, "svpbmt": 62, "sstc": 63}
ALL = Config.profile("full", **dict.fromkeys(WITHHELD, True))
ALL32 = Config.profile("full", xlen=32, **dict.fromkeys(WITHHELD, True))
XENVCFG = ("menvcfg", "senvcfg", "henvcfg")


@pytest.mark.parametrize("name", XENVCFG)
@pytest.mark.parametrize(("written", "stored"), [(0, 0), (1, 1), (2, 0), (3, 3)])
def test_cbie_has_no_reserved_value(name, written, stored):
    """norm:menvcfg_cbie_warl_op, norm:senvcfg_cbie, norm:henvcfg_cbie, warl:CBIE"""
    assert written_and_read(BLOCKS, name, written << 4) >> 4 & 3 == stored
    # norm:menvcfg_enc_img, norm:menvcfg_cbie_rdonly0, norm:menvcfg_cbcfe_rdonly0, norm:menvcfg_cbze_rdonly0
    assert written_and_read(Config(), name, 0xF0) & 0xF0 == 0
    assert written_and_read(BLOCKS, name, 0xC0) & 0xC0 == 0xC0


@pytest.mark.parametrize("name", [*XENVCFG, "mseccfg"])
@pytest.mark.parametrize(("written", "stored"), [(0, 0), (1, 0), (2, 2), (3, 3)])
def test_pmm_has_no_reserved_value(name, written, stored):
    """norm:menvcfg_pmm_enc, norm:mseccfg_pmm_enc, warl:PMM"""
    assert written_and_read(MASKING, name, written << 32) >> 32 & 3 == stored


@pytest.mark.parametrize(("written", "stored"), [(1, 0), (2, 2), (3, 3)])
def test_hupmm_has_no_reserved_value(written, stored):
    """norm:henvcfg_pmm_op"""
    assert written_and_read(MASKING, "hstatus", written << 48) >> 48 & 3 == stored


def test_pmm_is_read_only_0_on_rv32():
    """norm:pm_rv32_illegal, norm:pm_rv64_only, norm:menvcfg_pmm_rdonly0

    norm:mseccfgh_sz_acc_op, norm:mseccfgh_presence
    """
    hart = Config.profile("full", xlen=32, smmpm=True, smnpm=True, ssnpm=True)
    for name in ("menvcfgh", "henvcfgh", "mseccfgh"):
        assert written_and_read(hart, name, 3) == 0


@pytest.mark.parametrize(("extension", "bit"), WITHHELD.items())
def test_what_menvcfg_withholds_henvcfg_reads_as_0_and_keeps(extension, bit):
    """norm:menvcfg_stce_op2, norm:menvcfg_adue_henvcfg_adue_rdonly0, norm:menvcfg_pbmte_henvcfg_pbmte_rdonly0"""
    for hart, high in ((ALL, ""), (ALL32, "h")):
        value = 1 << bit - (32 if high else 0)
        state = write(hart, reset_state(hart), "menvcfg" + high, value)
        state = write(hart, state, "henvcfg" + high, value)
        assert read(hart, state, "henvcfg" + high) == value
        state = write(hart, state, "menvcfg" + high, 0)
        assert read(hart, state, "henvcfg" + high) == 0
        assert read(hart, write(hart, state, "menvcfg" + high, value), "henvcfg" + high) == value
    others = Config.profile("full", **dict.fromkeys(WITHHELD.keys() - {extension}, True))
    # norm:menvcfg_adue_rdonly0, norm:menvcfg_pbmte_rdonly0, norm:menvcfg_stce_rdonly0
    assert written_and_read(others, "menvcfg", 1 << bit) == 0


def test_extensions_name_what_they_need():
    for name in ("svpbmt", "svadu", "svinval"):
        with pytest.raises(ConfigError, match=f"{name} is true: {name.capitalize()} needs a translation mode"):
            Config.profile("msu", satp_modes=("bare",), asid_bits=0, **{name: True})
    with pytest.raises(ConfigError, match="ssnpm is true: Ssnpm needs s"):
        Config.profile("mu", ssnpm=True)


FIELD = {Insn.CBO_INVAL: 1 << 4, Insn.CBO_CLEAN: 1 << 6, Insn.CBO_FLUSH: 1 << 6, Insn.CBO_ZERO: 1 << 7}


@pytest.mark.parametrize("insn", FIELD)
@pytest.mark.parametrize("given", list(itertools.product((0, 1), repeat=3)))
def test_each_level_lets_the_modes_below_it_execute_cache_block_instructions(insn, given):
    """norm:menvcfg_cbie_warl_op, norm:menvcfg_cbcfe_op, norm:menvcfg_cbze_op, norm:senvcfg_cbcfe, norm:senvcfg_cbze

    norm:cbo-inval_h-mode_veq1_op, norm:henvcfg_cbcfe, norm:henvcfg_cbze: HS-qualified is what menvcfg allows.
    """
    m, h, s = given
    fields = {name: FIELD[insn] * on for name, on in zip(("menvcfg", "henvcfg", "senvcfg"), given, strict=True)}
    wanted = {
        M: 0,
        S: 0 if m else 2,
        U: 0 if m and s else 2,
        VS: 2 if not m else 0 if h else 22,
        VU: 2 if not m else 0 if h and s else 22,
    }
    assert {mode: verdict(BLOCKS, state_in(BLOCKS, mode, **fields), insn) for mode in wanted} == wanted


@pytest.mark.parametrize("insn", FIELD)
def test_without_the_extension_they_are_illegal_in_m_too(insn):
    plain = Config()
    assert verdict(plain, state_in(plain, M), insn) == 2


@pytest.mark.parametrize(
    ("mode", "fields", "flushes"),
    [
        (M, {"menvcfg": 1 << 4}, False),
        (S, {"menvcfg": 1 << 4}, True),
        (S, {"menvcfg": 3 << 4}, False),
        (S, {"menvcfg": 3 << 4, "senvcfg": 1 << 4, "henvcfg": 1 << 4}, False),
        (U, {"menvcfg": 3 << 4, "senvcfg": 1 << 4}, True),
        (U, {"menvcfg": 3 << 4, "senvcfg": 3 << 4, "henvcfg": 1 << 4}, False),
        (VS, {"menvcfg": 3 << 4, "henvcfg": 1 << 4}, True),
        (VS, {"menvcfg": 1 << 4, "henvcfg": 3 << 4}, True),
        (VU, {"menvcfg": 3 << 4, "henvcfg": 3 << 4, "senvcfg": 1 << 4}, True),
        (VU, {"menvcfg": 3 << 4, "henvcfg": 3 << 4, "senvcfg": 3 << 4}, False),
    ],
)
def test_cbo_inval_flushes_where_a_level_above_says_so(mode, fields, flushes):
    """norm:menvcfg_cbie_cbo-inval_op_list, norm:cbo-inval_h-mode_op0"""
    assert cbo_inval_flushes(BLOCKS.rules, state_in(BLOCKS, mode, **fields)) == flushes


@pytest.mark.parametrize(
    ("insn", "name"),
    [
        (Insn.SFENCE_W_INVAL, "svinval"),
        (Insn.SFENCE_INVAL_IR, "svinval"),
        (Insn.WRS_NTO, "zawrs"),
        (Insn.CM_JALT, "zcmt"),
    ],
)
def test_what_an_extension_adds_is_illegal_without_it(insn, name):
    plain, hart = Config(), Config.profile("full", **{name: True})
    assert verdict(plain, state_in(plain, M), insn) == 2
    assert verdict(hart, state_in(hart, M), insn) == 0


def test_the_fences_around_sinval_ignore_tvm_and_vtvm():
    hart = Config(svinval=True)
    for insn in (Insn.SFENCE_W_INVAL, Insn.SFENCE_INVAL_IR):
        fields = {"mstatus_tvm": 1, "hstatus_vtvm": 1}
        found = [verdict(hart, state_in(hart, mode, **fields), insn) for mode in (M, S, U, VS, VU)]
        assert found == [0, 0, 2, 0, 22]


def test_wrs_nto_waits_as_wfi_does_and_in_u_too():
    hart = Config(zawrs=True)
    found = {
        (tw, vtw): [
            verdict(hart, state_in(hart, mode, mstatus_tw=tw, hstatus_vtw=vtw), Insn.WRS_NTO)
            for mode in (M, S, U, VS, VU)
        ]
        for tw in (0, 1)
        for vtw in (0, 1)
    }
    assert found == {
        (0, 0): [0, 0, 0, 0, 0],
        (0, 1): [0, 0, 0, 22, 22],
        (1, 0): [0, 2, 2, 2, 2],
        (1, 1): [0, 2, 2, 2, 2],
    }


# Pointer masking: a different value in each register shows which one holds.

PMM = {"mseccfg": 2 << 32, "menvcfg": 3 << 32, "senvcfg": 2 << 32, "henvcfg": 3 << 32}


@pytest.mark.parametrize("only", ["mseccfg", "menvcfg", "senvcfg", "henvcfg"])
def test_the_register_of_the_next_higher_mode_masks(only):
    """norm:pm_config_next_higher, norm:smmpm_definition, norm:smnpm_definition, norm:ssnpm_definition"""
    whose = {M: "mseccfg", S: "menvcfg", U: "senvcfg", VS: "henvcfg", VU: "senvcfg"}
    for mode, name in whose.items():
        state = state_in(MASKING, mode, **{only: PMM[only]})
        assert pointer_masking(MASKING, state) == (PMM[only] >> 32 if name == only else 0)
    without = Config.profile("mu", smnpm=True)
    assert pointer_masking(without, state_in(without, U, menvcfg=2 << 32)) == 2


def test_mprv_lends_the_masking_too_and_mxr_ends_it_below_m():
    """norm:pm_mprv_spvp, norm:pm_mxr_exception"""
    lent = {"mstatus_mprv": 1, **PMM}
    assert pointer_masking(MASKING, state_in(MASKING, M, mstatus_mpp=0, **lent)) == 2
    assert pointer_masking(MASKING, state_in(MASKING, M, mstatus_mpp=1, **lent)) == 3
    assert pointer_masking(MASKING, state_in(MASKING, M, mstatus_mpp=1, mstatus_mpv=1, **lent)) == 3
    assert pointer_masking(MASKING, state_in(MASKING, M, mstatus_mpp=1, mstatus_mxr=1, **lent)) == 0
    assert pointer_masking(MASKING, state_in(MASKING, M, mstatus_mxr=1, **PMM)) == 2
    for mode in (S, U, VS, VU):
        assert pointer_masking(MASKING, state_in(MASKING, mode, mstatus_mxr=1, **PMM)) == 0
    for mode, wanted in ((S, 3), (U, 2), (VS, 0), (VU, 0)):
        assert pointer_masking(MASKING, state_in(MASKING, mode, vsstatus_mxr=1, **PMM)) == wanted


def test_hlv_in_u_follows_hupmm():
    """norm:henvcfg_pmm_op, HU-34"""
    given = {**PMM, "senvcfg": 0, "hstatus_hu": 1}
    assert hlsv_pointer_masking(MASKING, state_in(MASKING, U, hstatus_hupmm=2, **given)) == 2
    assert hlsv_pointer_masking(MASKING, state_in(MASKING, S, hstatus_spvp=1, **given)) == 3
    assert hlsv_pointer_masking(MASKING, state_in(MASKING, S, hstatus_spvp=0, **{**given, "senvcfg": 2 << 32})) == 2


def test_mseccfg_exists_with_smmpm_alone():
    """norm:mseccfg_pmm_presence_op, norm:mseccfg_presence, norm:mseccfg_pmm_rdonly0, warl:mseccfg"""
    plain = Config()
    assert csr(plain, state_in(plain, M), 0x747)[1].fault == 2
    assert written_and_read(MASKING, "mseccfg", (1 << 64) - 1) == 3 << 32
