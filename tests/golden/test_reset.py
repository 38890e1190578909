"""Reset: all state has a value after it, or what must have one, and the rest stays as it was."""

import dataclasses

import pytest

from utrap_testbench.golden import Config, State, reset, reset_state

from .support import CONFIGS, config_id, state_from_seed

ONES = (1 << 64) - 1


def required(profile, **changes):
    return Config.profile(profile, reset_state="required", **changes)


def after(config):
    """What reset leaves of a state in which every field is all ones."""
    full = State(**{field.name: ONES for field in dataclasses.fields(State)})
    return reset(config, full)


@pytest.mark.parametrize("config", CONFIGS, ids=config_id)
def test_all_state_is_as_at_the_start_but_for_the_inputs(config):
    state = state_from_seed(config, 7)
    left = reset(config, state)
    assert left == reset_state(config).replace(**{
        name: getattr(state, name)
        for name in ("line_meip", "line_mtip", "line_msip", "line_seip", "line_ueip", "line_local", "hgeip", "mhartid",
                     "mtvec_reset", "time", "line_rnmi", "rnmi_cause", "counter_overflow", "lcofi_request")
    })  # fmt: skip


def test_what_the_manual_says_has_its_value():
    """norm:M-mode_at_rst2, norm:mstatus_mie_mprv_rst, norm:mcause_rst1_val, norm:hgatp_vsatp_mode_rst,
    norm:mnstatus_nmie_rst, norm:mstatus_mdt_rst, norm:mstateen_zero_initialization"""
    config = required("msuh", xlen=64, smdbltrp=True, smrnmi=True, smstateen=True)
    left = after(config)
    assert (left.prv, left.v, left.mstatus_mie, left.mstatus_mprv, left.mcause) == (3, 0, 0, 0, 0)
    assert (left.hgatp >> 60, left.vsatp >> 60, left.mnstatus_nmie, left.mstatus_mdt) == (0, 0, 0, 1)
    assert [left.mstateen0, left.mstateen1, left.mstateen2, left.mstateen3] == [0] * 4


def test_what_could_be_illegal_is_legal():
    """norm:warl_rst"""
    left = after(required("full", xlen=64, geilen=5, zicbom=True, smnpm=True, ssnpm=True, asid_bits=3))
    assert (left.mstatus_mpp, left.mtvec & 3, left.stvec & 3, left.vstvec & 3, left.hstatus_vgein) == (0, 0, 0, 0, 0)
    assert (left.satp >> 44, left.hgatp & 3) == (0, 0)
    assert [value & (3 << 4 | 3 << 32) for value in (left.menvcfg, left.henvcfg, left.senvcfg)] == [0] * 3


def test_what_shudeleg_says_is_0():
    """shudeleg section 3: its CSRs, and those of N."""
    left = after(required("full"))
    names = ("utvec", "uscratch", "uepc", "ucause", "utval", "sedeleg", "sideleg", "hudcfg_en", "huedeleg", "hugpaw3",
             "hustatus_upv", "hutval", "hutinst", "mstatus_uie", "mstatus_upie")  # fmt: skip
    assert [getattr(left, name) for name in names] == [0] * len(names)
    assert (left.mie & 0x111, left.mip_software & 0x111) == (0, 0)


def test_the_rest_stays_as_it_was():
    left = after(required("msuh"))
    names = ("mepc", "mtval", "mscratch", "medeleg", "mideleg", "mie", "sepc", "scause", "vsepc", "hedeleg", "htval",
             "mstatus_sie", "mstatus_fs", "mstatus_tw", "hstatus_spv", "mcounteren", "htimedelta")  # fmt: skip
    assert {name: getattr(left, name) for name in names if name != "mie"} == dict.fromkeys(set(names) - {"mie"}, ONES)
    assert left.mtvec == ONES - 3
    assert left.satp == (1 << 60) - 1


@pytest.mark.parametrize(("value", "mtvec"), [(0x1000, 0x1000), ("port", 0xABCD0)])
def test_mtvec_is_as_the_configuration_says(value, mtvec):
    config = required("mu", mtvec_reset=value)
    state = reset_state(config).replace(mtvec=0x8000, mtvec_reset=0xABCD2)
    assert reset(config, state).mtvec == mtvec
