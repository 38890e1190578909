"""A view shows and changes what its register holds, under the masks that the manual gives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from utrap_testbench.golden import Config, CsrOp, Irq, Mode, csr_value, registers
from utrap_testbench.golden.isa import bits

from .support import CONFIGS, FULL, address_of, csr, read, state_from_seed, state_in, write

SEEDS = st.integers(0, 2**32)
WITH_S = [config for config in CONFIGS if config.s]
WITH_H = [config for config in CONFIGS if config.h]
WITH_N = [config for config in CONFIGS if config.n]
VS_BITS = bits(2, 6, 10)


@settings(max_examples=400)
@given(st.sampled_from(WITH_S), SEEDS)
def test_sstatus_is_the_part_of_mstatus_that_s_sees(config, seed):
    """norm:sstatus"""
    state = state_from_seed(config, seed)
    seen = bits(0, 1, 4, 5, 8, 9, 10, 13, 14, 18, 19, 32, 33, config.xlen - 1)
    assert read(config, state, "sstatus") == read(config, state, "mstatus") & seen & config.rules.xlen_mask


@settings(max_examples=400)
@given(st.sampled_from(WITH_S), SEEDS, st.integers(0, 2**64 - 1))
def test_a_write_to_sstatus_is_a_write_to_those_bits_of_mstatus(config, seed, value):
    """norm:sstatus"""
    state = state_from_seed(config, seed)
    value &= config.rules.xlen_mask
    seen = bits(0, 1, 4, 5, 8, 9, 10, 13, 14, 18, 19)
    merged = read(config, state, "mstatus") & ~seen | value & seen
    assert write(config, state, "sstatus", value) == write(config, state, "mstatus", merged)


@settings(max_examples=400)
@given(st.sampled_from(WITH_S), SEEDS, st.integers(0, 2**64 - 1))
def test_sie_and_sip_are_mie_and_mip_masked_by_mideleg(config, seed, value):
    """norm:sip_sie, norm:sie_acc, norm:sip_acc"""
    state = state_from_seed(config, seed)
    mask = state.mideleg & ~bits(2, 6, 10, 12)
    assert read(config, state, "sie") == state.mie & mask
    assert read(config, state, "sip") == read(config, state, "mip") & mask
    value &= config.rules.xlen_mask
    assert write(config, state, "sie", value).mie == state.mie & ~mask | value & mask
    software = mask & (bits(1) | bits(0, 8) * config.n)
    after = write(config, state, "sip", value)
    assert after.mip_software == state.mip_software & ~software | value & software
    assert after.replace(mip_software=state.mip_software) == state


@settings(max_examples=400)
@given(st.sampled_from(WITH_H), SEEDS, st.integers(0, 2**64 - 1))
def test_the_hypervisors_interrupt_registers_alias_mip_and_mie(config, seed, value):
    """norm:mip_mie_alias, norm:hip_op, norm:hie_op, norm:hip_vssip_vssie_op, norm:hvip_acc"""
    state = state_from_seed(config, seed)
    value &= config.rules.xlen_mask
    mask = VS_BITS | bits(12)
    assert read(config, state, "hip") == read(config, state, "mip") & mask
    assert read(config, state, "hie") == state.mie & mask
    enables = VS_BITS | bits(12) * (config.geilen > 0)
    assert write(config, state, "hie", value).mie == state.mie & ~enables | value & enables
    assert write(config, state, "hip", value).hvip == state.hvip & ~bits(2) | value & bits(2)
    assert write(config, state, "mip", value).hvip == state.hvip & ~bits(2) | value & bits(2)
    assert write(config, state, "hvip", value).hvip == value & VS_BITS


@settings(max_examples=400)
@given(st.sampled_from(WITH_H), SEEDS)
def test_sie_and_hie_have_no_bit_in_common(config, seed):
    """norm:sie_hip_hie_mutex"""
    state = state_from_seed(config, seed)
    assert read(config, state, "sie") & read(config, state, "hie") == 0
    assert read(config, state, "sip") & read(config, state, "hip") == 0


@settings(max_examples=400)
@given(st.sampled_from(WITH_H), SEEDS, st.integers(0, 2**64 - 1))
def test_vsie_and_vsip_are_the_delegated_bits_one_place_lower(config, seed, value):
    """norm:vsip_vsie_sei, norm:vsip_vsie_sti, norm:vsip_vsie_ssi"""
    state = state_from_seed(config, seed)
    value &= config.rules.xlen_mask
    assert read(config, state, "vsie") == (state.mie & state.hideleg) >> 1
    assert read(config, state, "vsip") == (read(config, state, "mip") & state.hideleg) >> 1
    assert write(config, state, "vsie", value).mie == state.mie & ~state.hideleg | value << 1 & state.hideleg
    ssip = state.hideleg & bits(2)
    assert write(config, state, "vsip", value).hvip == state.hvip & ~ssip | value << 1 & ssip


@settings(max_examples=400)
@given(st.sampled_from(WITH_N), SEEDS, st.integers(0, 2**64 - 1))
def test_uie_uip_and_ustatus_are_what_is_delegated_to_u(config, seed, value):
    """HU-27, HU-10"""
    state = state_from_seed(config, seed)
    value &= config.rules.xlen_mask
    mask = state.mideleg & bits(0, 4, 8)
    if config.s:
        mask &= state.sideleg
    assert read(config, state, "uie") == state.mie & mask
    assert read(config, state, "uip") == read(config, state, "mip") & mask
    assert write(config, state, "uie", value).mie == state.mie & ~mask | value & mask
    usip = mask & 1
    assert write(config, state, "uip", value).mip_software == state.mip_software & ~usip | value & usip
    assert read(config, state, "ustatus") == read(config, state, "mstatus") & bits(0, 4)
    assert write(config, state, "ustatus", value).mstatus_upie == value >> 4 & 1


@settings(max_examples=300)
@given(SEEDS, st.integers(0, 2**64 - 1), st.sampled_from(list(CsrOp)))
def test_with_v_the_vs_csr_stands_in_for_the_supervisor_csr(seed, value, op):
    """norm:H_vscsrs_sub"""
    names = ["status", "ie", "tvec", "scratch", "epc", "cause", "tval", "ip"]
    state = state_from_seed(FULL, seed).replace(prv=1, v=1)
    for name in names:
        as_guest, seen = csr(FULL, state, f"s{name}", value, op=op)
        by_address, direct = csr(FULL, state, f"vs{name}", value, op=op, debug=True)
        assert (as_guest, seen.rdata, seen.fault) == (by_address, direct.rdata, 0)


@settings(max_examples=300)
@given(SEEDS, st.integers(0, 2**64 - 1))
def test_a_guest_does_not_touch_the_registers_of_hs(seed, value):
    """norm:H_vscsrs_v1"""
    state = state_from_seed(FULL, seed).replace(prv=1, v=1)
    for name in ["sstatus", "stvec", "sscratch", "sepc", "scause", "stval", "satp"]:
        after, _ = csr(FULL, state, name, value)
        assert getattr(after, name, 0) == getattr(state, name, 0)
        assert read(FULL, after, "mstatus") == read(FULL, state, "mstatus")


@pytest.mark.parametrize("name", ["scounteren", "senvcfg"])
def test_supervisor_csrs_without_a_vs_counterpart_are_the_same_for_a_guest(name):
    """norm:H_scsrs_nomatch"""
    after, outcome = csr(FULL, state_in(FULL, Mode.VS), name, 1)
    assert (outcome.fault, getattr(after, name)) == (0, 1)


def test_seip_and_ueip_read_as_line_or_software_bit():
    """norm:mip_seip_rdcsr, HU-27"""
    for irq, line in ((Irq.SEI, "line_seip"), (Irq.UEI, "line_ueip")):
        for level in (0, 1):
            for software in (0, 1):
                state = state_in(FULL, Mode.M, mip_software=software << irq).replace(**{line: level})
                assert read(FULL, state, "mip") == (level | software) << irq


@pytest.mark.parametrize("op", [CsrOp.SET, CsrOp.CLEAR])
def test_the_lines_take_no_part_in_a_read_modify_write_of_mip(op):
    """norm:mip_seip_wrcsr"""
    state = state_in(FULL, Mode.M, line_seip=1, line_ueip=1, mideleg=0x1777)
    for name in ("mip", "sip"):
        after, outcome = csr(FULL, state, name, bits(1), op=op)
        assert outcome.rdata == bits(8, 9)
        assert after.mip_software == (bits(1) if op is CsrOp.SET else 0)


def test_vseip_is_hvip_or_the_selected_guest_line():
    """norm:hip_vseip_vseie_op, norm:hip_sgeip_sgeie_acc_op, norm:hgeie_op"""
    config = Config(geilen=5)
    state = state_in(config, Mode.S, hgeip=bits(3), hgeie=bits(2))
    assert read(config, state, "hip") == 0
    assert read(config, state.replace(hstatus_vgein=3), "hip") == bits(10)
    assert read(config, state.replace(hstatus_vgein=2, hvip=bits(10)), "hip") == bits(10)
    assert read(config, state.replace(hgeie=bits(3)), "hip") == bits(12)
    assert read(config, state, "hgeip") == bits(3)


def test_sd_follows_fs_and_vs():
    """norm:mstatus_sd_op1, norm:vsstatus_sd_xs_op"""
    for fields in ({"mstatus_fs": 3}, {"mstatus_vs": 3}):
        state = state_in(FULL, Mode.M, **fields)
        assert read(FULL, state, "mstatus") >> 63 == read(FULL, state, "sstatus") >> 63 == 1
        assert read(FULL, state, "vsstatus") >> 63 == 0
    assert read(FULL, state_in(FULL, Mode.M, mstatus_fs=2, vsstatus_fs=3), "vsstatus") >> 63 == 1
    assert read(FULL, state_in(FULL, Mode.M, mstatus_fs=2, vsstatus_fs=3), "mstatus") >> 63 == 0


def test_on_rv32_the_high_halves_hold_the_upper_bits():
    """norm:mstatush_enc, norm:htimedeltah_sz_acc_op"""
    config = Config(xlen=32)
    state = write(config, state_in(config, Mode.M), "mstatush", 2**32 - 1)
    assert (state.mstatus_gva, state.mstatus_mpv, read(config, state, "mstatush")) == (1, 1, bits(6, 7))
    state = write(config, write(config, state, "htimedelta", 0x1234), "htimedeltah", 0x5678)
    assert state.htimedelta == 0x5678_0000_1234
    assert (read(config, state, "htimedelta"), read(config, state, "htimedeltah")) == (0x1234, 0x5678)
    for name in ("medelegh", "hedelegh", "menvcfgh", "henvcfgh", "huedelegh"):
        assert read(config, write(config, state, name, 2**32 - 1), name) == 0


@settings(max_examples=300)
@given(st.sampled_from(CONFIGS), SEEDS)
def test_the_registers_are_what_m_reads_but_for_raw_delegation(config, seed):
    state = state_from_seed(config, seed)
    values = registers(config, state)
    for name, value in values.items():
        if name in ("prv", "v", "seip_line", "seip_sw", "ueip_line", "ueip_sw", "mhartid"):
            continue
        seen = csr_value(config, state, address_of(config, name))
        masks = {"sedeleg": state.medeleg, "sideleg": state.mideleg, "hideleg": state.mideleg}
        assert seen == value & masks.get(name, value)
