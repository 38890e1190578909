"""What the manual leaves open, row by row of docs/spec/warl.md."""

import pytest

from utrap_testbench.golden import Config, Mode, reset_state
from utrap_testbench.golden.isa import bits, ones

from .support import CONFIGS, FULL, FULL32, config_id, csr, read, state_in, write, written_and_read

MU = Config.profile("mu")
MSU = Config.profile("msu")
MSUN = Config.profile("msun")
MUN = Config.profile("mu", n=True)
BARE = Config.profile("msu", satp_modes=("bare",))
GEI = Config(geilen=5)


def everything(config):
    """All bits of a register."""
    return config.rules.xlen_mask


@pytest.mark.parametrize(
    ("config", "letters"), [(FULL, "IMACUSHN"), (MU, "IMACU"), (MSUN, "IMACUSN"), (Config(isa="IMAFD"), "IMAFDUSHN")]
)
def test_misa_is_read_only_and_follows_the_configuration(config, letters):
    """warl:misa, norm:misa_mxl_enc"""
    value = 2 << 62 | bits(*(ord(letter) - ord("A") for letter in letters))
    assert read(config, reset_state(config), "misa") == value
    assert written_and_read(config, "misa", 0) == value
    assert read(FULL32, reset_state(FULL32), "misa") >> 30 == 1


def test_the_width_fields_say_xlen_and_the_endianness_bits_are_0():
    """warl:MXL, warl:SXL, warl:UXL, warl:VSXL, warl:endianness"""
    for value in (0, ones(64)):
        mstatus = written_and_read(FULL, "mstatus", value)
        assert (mstatus >> 32 & 3, mstatus >> 34 & 3, mstatus & bits(6, 36, 37)) == (2, 2, 0)
        assert written_and_read(FULL, "hstatus", value) & (3 << 32 | bits(5)) == 2 << 32
        assert written_and_read(FULL, "vsstatus", value) & (3 << 32 | bits(6)) == 2 << 32
        assert written_and_read(MU, "mstatus", value) >> 32 & 15 == 2
    assert written_and_read(FULL32, "mstatush", ones(32)) == bits(6, 7)


@pytest.mark.parametrize(("ialign", "low"), [(16, 1), (32, 3)])
def test_epc_keeps_every_bit_above_the_alignment(ialign, low):
    """warl:IALIGN, warl:mepc"""
    config = Config(ialign=ialign)
    for name in ("mepc", "sepc", "vsepc", "uepc"):
        assert written_and_read(config, name, ones(64)) == ones(64) - low


@pytest.mark.parametrize("name", ["mtvec", "stvec", "vstvec", "utvec"])
@pytest.mark.parametrize(
    ("align", "written", "stored"),
    [
        (256, 0x1234_56FC, 0x1234_56FC),
        (256, 0x1234_56FD, 0x1234_5601),
        (256, 0x1234_56FE, 0x1234_56FC),
        (256, 0x1234_56FF, 0x1234_5601),
        (4, 0x1234_56FD, 0x1234_56FD),
        (4, 0x1234_56FE, 0x1234_56FC),
        (4, 0x1234_56FF, 0x1234_56FD),
    ],
)
def test_the_vector_base_is_aligned_as_its_mode_says(name, align, written, stored):
    """warl:xtvec"""
    assert written_and_read(Config(vectored_align=align), name, written) == stored


def test_mtvec_after_reset_is_configured():
    """warl:mtvec, warl:reset"""
    assert read(Config(), reset_state(Config()), "mtvec") == 0
    assert read(Config(mtvec_reset=0x8000_0101), reset_state(Config(mtvec_reset=0x8000_0101)), "mtvec") == 0x8000_0101


@pytest.mark.parametrize("config", [FULL, FULL32], ids=config_id)
def test_cause_has_the_interrupt_bit_and_six_bits_of_code(config):
    """warl:xcause"""
    for name in ("mcause", "scause", "vscause", "ucause"):
        assert written_and_read(config, name, everything(config)) == 1 << config.xlen - 1 | 63


def test_values_and_scratch_hold_xlen_bits():
    """warl:mtval, warl:xscratch"""
    for config in (FULL, FULL32):
        for name in ["mtval", "stval", "vstval", "utval", "mscratch", "sscratch", "vsscratch", "uscratch"]:
            assert written_and_read(config, name, everything(config)) == everything(config)


@pytest.mark.parametrize(
    ("config", "width"),
    [
        (Config(hgatp_modes=("bare", "sv39x4", "sv48x4", "sv57x4")), 57),
        (FULL, 48),
        (Config(hgatp_modes=("bare", "sv39x4")), 39),
        (FULL32, 32),
    ],
)
def test_the_second_values_hold_a_guest_address(config, width):
    """warl:mtval2, warl:htval, warl:hutval, warl:mtinst, warl:htinst, warl:hutinst"""
    for name in ("mtval2", "htval", "hutval"):
        assert written_and_read(config, name, everything(config)) == ones(width)
    for name in ("mtinst", "htinst", "hutinst"):
        assert written_and_read(config, name, everything(config)) == ones(32)


@pytest.mark.parametrize(("config", "stored"), [(FULL, (0, 1, 0, 3)), (MU, (0, 0, 0, 3))])
def test_mpp_holds_implemented_modes_and_u_for_others(config, stored):
    """warl:MPP"""
    assert tuple(written_and_read(config, "mstatus", mpp << 11) >> 11 & 3 for mpp in range(4)) == stored


def test_fs_and_vs_exist_as_configured():
    """warl:FS, warl:VS"""
    field = bits(9, 10, 13, 14)
    for fs in (False, True):
        for vs in (False, True):
            config = Config(fs=fs, vs=vs)
            wanted = bits(13, 14) * fs | bits(9, 10) * vs
            for name in ("mstatus", "sstatus", "vsstatus"):
                assert written_and_read(config, name, ones(64)) & field == wanted
                assert written_and_read(config, name, ones(64)) & bits(15, 16) == 0


@pytest.mark.parametrize(
    ("config", "fields"),
    [
        (FULL, bits(0, 1, 3, 4, 5, 7, 8, 17, 18, 19, 20, 21, 22)),
        (MSU, bits(1, 3, 5, 7, 8, 17, 18, 19, 20, 21, 22)),
        (BARE, bits(1, 3, 5, 7, 8, 17, 19, 21, 22)),
        (MUN, bits(0, 3, 4, 7, 17, 21)),
        (MU, bits(3, 7, 17, 21)),
    ],
)
def test_the_bits_of_mstatus_exist_with_their_modes(config, fields):
    """norm:mstatus_sie_spie_rdonly0, norm:mstatus_sum_rdonly0, norm:mstatus_mxr_rdonly0_no_smode,
    norm:mstatus_tvm_warl_op, norm:mstatus_tsr_acc, norm:mstatus_tw_acc"""
    seen = written_and_read(config, "mstatus", ones(64)) & ones(23)
    assert seen & ~bits(9, 10, 11, 12, 13, 14) == fields


MEDELEG = {*range(1, 9), 12, 13, 15, 18, 19}


@pytest.mark.parametrize(
    ("config", "causes"),
    [
        (FULL, MEDELEG | {9, 10, 20, 21, 22, 23}),
        (Config(ialign=32), MEDELEG | {0, 9, 10, 20, 21, 22, 23}),
        (MSU, MEDELEG | {9}),
        (MUN, MEDELEG),
    ],
)
def test_medeleg_has_the_delegable_causes(config, causes):
    """warl:medeleg"""
    assert written_and_read(config, "medeleg", ones(64)) == bits(*causes)


def test_hedeleg_has_its_causes():
    """warl:hedeleg, norm:hedeleg_acc"""
    assert written_and_read(FULL, "hedeleg", ones(64)) == bits(*range(9), 12, 13, 15, 18, 19)


@pytest.mark.parametrize(
    ("config", "writable", "ones_"),
    [
        (FULL, bits(0, 1, 4, 5, 8, 9), bits(2, 6, 10, 12)),
        (MSUN, bits(0, 1, 4, 5, 8, 9), 0),
        (MSU, bits(1, 5, 9), 0),
        (MUN, bits(0, 4, 8), 0),
    ],
)
def test_mideleg_has_read_only_ones_with_h(config, writable, ones_):
    """warl:mideleg, norm:mideleg_acc_h"""
    assert written_and_read(config, "mideleg", ones(64)) == writable | ones_
    assert written_and_read(config, "mideleg", 0) == ones_


def test_hideleg_holds_the_vs_interrupts():
    """warl:hideleg, norm:hideleg_acc"""
    assert written_and_read(FULL, "hideleg", ones(64)) == bits(2, 6, 10)


@pytest.mark.parametrize(
    ("config", "enables"),
    [
        (MU, bits(3, 7, 11)),
        (MSU, bits(1, 3, 5, 7, 9, 11)),
        (MUN, bits(0, 3, 4, 7, 8, 11)),
        (FULL, ones(12)),
        (GEI, ones(13)),
    ],
)
def test_mie_has_a_bit_for_every_interrupt_that_exists(config, enables):
    """warl:mie"""
    assert written_and_read(config, "mie", everything(config)) == enables


@pytest.mark.parametrize(
    ("config", "software"), [(MU, 0), (MSU, bits(1, 5, 9)), (MUN, bits(0, 4, 8)), (FULL, bits(0, 1, 2, 4, 5, 8, 9))]
)
def test_mip_has_the_bits_that_software_writes(config, software):
    """warl:mip"""
    assert written_and_read(config, "mip", everything(config)) == software


@pytest.mark.parametrize(("geilen", "xlen"), [(0, 64), (1, 64), (5, 64), (63, 64), (31, 32)])
def test_guest_external_interrupts_follow_geilen(geilen, xlen):
    """warl:GEILEN, norm:geilen, norm:hstatus_vgein_op"""
    config = Config(xlen=xlen, geilen=geilen)
    assert written_and_read(config, "hgeie", everything(config)) == ones(geilen + 1) & ~1
    for vgein in range(64):
        stored = written_and_read(config, "hstatus", vgein << 12) >> 12 & 63
        assert stored == (vgein if vgein <= geilen else 0)


SATP = [  # xlen, modes, MODE, supported
    *((64, ("bare",), mode, mode == 0) for mode in range(16)),
    *((64, ("bare", "sv39", "sv48"), mode, mode in (0, 8, 9)) for mode in range(16)),
    *((64, ("bare", "sv39", "sv48", "sv57"), mode, mode in (0, 8, 9, 10)) for mode in range(16)),
    (32, ("bare", "sv32"), 0, True),
    (32, ("bare", "sv32"), 1, True),
    (32, ("bare",), 1, False),
]


@pytest.mark.parametrize(("xlen", "modes", "number", "supported"), SATP)
def test_an_unsupported_mode_makes_the_whole_write_to_satp_void(xlen, modes, number, supported):
    """warl:satp, norm:satp_mode_op_unsupported; Bare with other bits set is stored."""
    config = Config.profile("msu", xlen=xlen, satp_modes=modes)
    shift = 60 if xlen == 64 else 31
    state = write(config, reset_state(config), "satp", 0x123)
    value = number << shift | 0x456
    assert written_and_read(config, "satp", value, state) == (value if supported else 0x123)


def test_satp_vsatp_and_hgatp_from_their_own_addresses_and_from_a_guest():
    """warl:satp, warl:vsatp, warl:hgatp, norm:vsatp_mode_unsupported_v1, norm:hgatp_mode_warl, norm:hgatp_ppn_op"""
    sv39, sv57 = 8 << 60, 10 << 60
    state = write(FULL, write(FULL, reset_state(FULL), "vsatp", sv39 | 1), "hgatp", sv39 | 4)
    assert read(FULL, write(FULL, state, "vsatp", sv57 | 2), "vsatp") == sv39 | 2
    assert read(FULL, write(FULL, state, "hgatp", sv57 | 0xF), "hgatp") == sv39 | 0xC
    guest = state.replace(prv=1, v=1)
    assert csr(FULL, guest, "satp", sv57 | 2)[0] == guest
    assert csr(FULL, guest, "satp", 9 << 60 | 2)[0].vsatp == 9 << 60 | 2


@pytest.mark.parametrize(("xlen", "asid", "vmid"), [(64, 16, 14), (64, 0, 0), (64, 3, 5), (32, 9, 7), (32, 1, 2)])
def test_the_identifiers_have_their_length(xlen, asid, vmid):
    """warl:ASIDLEN, warl:VMIDLEN, norm:hgatp_vmid_lsbs"""
    config = Config(xlen=xlen, asid_bits=asid, vmid_bits=vmid)
    ppn, shift = (44, 44) if xlen == 64 else (22, 22)
    fields = ones(60 if xlen == 64 else 31)
    for name in ("satp", "vsatp"):
        assert written_and_read(config, name, fields) == ones(ppn) | ones(asid) << shift
    assert written_and_read(config, "hgatp", fields) == ones(ppn) - 3 | ones(vmid) << shift


@pytest.mark.parametrize(("counters", "width"), [("none", 0), ("zicntr", 3), ("zihpm", 32)])
def test_counter_enables_are_as_wide_as_the_counters(counters, width):
    """warl:counter"""
    config = Config(counters=counters)
    for name in ("mcounteren", "scounteren", "hcounteren"):
        assert written_and_read(config, name, ones(64)) == ones(width)


@pytest.mark.parametrize(("config", "value"), [(FULL, 1), (FULL32, 1), (BARE, 0), (MU, 0)])
def test_fiom_exists_where_there_is_translation(config, value):
    """warl:menvcfg, warl:senvcfg, warl:henvcfg"""
    for name in ("menvcfg", "senvcfg", "henvcfg"):
        if any(row.name == name for row in config.rules.csrs.values()):
            assert written_and_read(config, name, everything(config)) == value


def test_htimedelta_holds_64_bits():
    """warl:htimedelta"""
    state = write(FULL, reset_state(FULL), "htimedelta", ones(64))
    assert state.htimedelta == ones(64)
    assert write(FULL, state, "htimedelta", 5).htimedelta == 5


@pytest.mark.parametrize("config", CONFIGS, ids=config_id)
def test_after_reset_everything_is_0_but_what_cannot_be(config):
    """warl:reset, norm:mstatus_mie_mprv_rst"""
    state = reset_state(config)
    nonzero = {name for name, value in vars(state).items() if value}
    assert nonzero <= {"prv", "mideleg", "mtvec"}
    assert state.mideleg == (bits(2, 6, 10, 12) if config.h else 0)


@pytest.mark.parametrize("mhartid", ["port", 5])
def test_identification_registers_are_configured_and_read_only(mhartid):
    config = Config(mvendorid=1, marchid=2, mimpid=3, mconfigptr=4, mhartid=mhartid)
    state = state_in(config, Mode.M, mhartid=5 if mhartid == "port" else 9)
    for name, value in {"mvendorid": 1, "marchid": 2, "mimpid": 3, "mconfigptr": 4, "mhartid": 5}.items():
        assert csr(config, state, name)[1].rdata == value
        assert csr(config, state, name, 9)[1].fault == 2
