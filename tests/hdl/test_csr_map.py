"""Which CSRs exist, where, and what they read after reset."""

import pytest

from utrap.config import Config
from utrap.isa import Fault

from .bench import on
from .configs import ALL, FULL64, PROFILES, VARIANTS
from .manual import CSRS, absent, csrs_of, is_switched

#: CSRs that belong to a profile, counted by hand from the manual's tables, on RV64 and RV32.
COUNTS = {
    "mu": (16, 18),
    "msu": (29, 32),
    "msuh": (54, 60),
    "msun": (39, 42),
    "full": (73, 80),
}


def test_the_table_of_the_tests_has_no_name_or_address_twice():
    assert len({csr.name for csr in CSRS}) == len(CSRS)
    assert len({csr.address for csr in CSRS}) == len(CSRS)


@pytest.mark.parametrize("profile", COUNTS)
def test_the_table_of_the_tests_has_every_csr_of_a_profile(profile):
    counts = tuple(len(csrs_of(Config.profile(profile, xlen))) for xlen in (64, 32))
    assert counts == COUNTS[profile]


def check_address(bench, address, owned):
    is_outside = address not in owned
    # FS and VS are Off after reset.
    is_illegal = address in absent(bench.config) or is_switched(bench.config, address)
    seen = bench.peek(address, debug=True, ext_exists=1)
    assert seen.extension_select == is_outside, hex(address)
    assert seen.fault == (Fault.ILLEGAL if is_illegal else Fault.NONE), hex(address)
    assert seen.extension_accept == (is_outside and not is_illegal), hex(address)


@on(*PROFILES)
async def test_the_unit_owns_exactly_the_csrs_of_the_profile(bench):
    # norm:misa_csr_implemented, norm:medeleg_mideleg_mandatory_S_mode, norm:medeleg_mideleg_omit_wo_S_mode,
    # norm:mtvec_mandatory, norm:mcounteren_presence, norm:mconfigptr_mandatory, HU-15
    owned = {csr.address for csr in csrs_of(bench.config)}
    for address in range(1 << 12):
        check_address(bench, address, owned)


@on(*ALL)
async def test_a_csr_that_neither_the_unit_nor_the_core_has_is_illegal(bench):
    owned = {csr.address for csr in csrs_of(bench.config)}
    known = owned | absent(bench.config) | {csr.address for csr in CSRS}
    near = {address ^ 1 << bit for address in known for bit in range(12)}
    for address in near | known:
        seen = bench.peek(address, debug=True, ext_exists=0)
        assert seen.fault == (Fault.NONE if address in owned else Fault.ILLEGAL), hex(address)
        assert not seen.extension_accept


@on(*VARIANTS)
async def test_the_unit_owns_the_csrs_of_the_configuration_and_none_beside_them(bench):
    owned = {csr.address for csr in csrs_of(bench.config)}
    known = owned | absent(bench.config) | {csr.address for csr in CSRS}
    for address in known | {address ^ 1 << bit for address in owned for bit in range(12)}:
        check_address(bench, address, owned)


@on(*ALL)
async def test_every_csr_reads_its_reset_value(bench):
    # norm:M-mode_at_rst2, norm:mstatus_mie_mprv_rst, norm:misa_extensions_rst2, norm:mcause_rst_zero,
    # norm:hgatp_vsatp_mode_rst, warl:reset
    for csr in csrs_of(bench.config):
        assert bench.get(csr.name) == csr.after_reset(bench.config), csr.name


@on(*ALL)
async def test_every_csr_shows_under_its_own_name(bench):
    names = {csr.name for csr in csrs_of(bench.config)}
    state = bench.state()
    assert set(state) == names | {"mode"}
    for name in names:
        await bench.put(name, (1 << bench.config.xlen) - 1) if name not in READ_ONLY else None
    state = bench.state()
    for name in names:
        assert bench.get(name) == state[name], name


READ_ONLY = ("mvendorid", "marchid", "mimpid", "mhartid", "mconfigptr", "hgeip")


@on(*PROFILES)
async def test_mhartid_is_the_port(bench):
    # norm:mhartid_sz_acc_op, norm:mhartid_always_rd
    for number in (0, 1, 0xA5A5_5A5A, (1 << bench.config.xlen) - 1):
        bench.level(hartid=number)
        assert bench.get("mhartid") == number


@on(*[config for config in ALL if config.mhartid != "port"])
async def test_a_mhartid_that_the_configuration_says_has_no_port(bench):
    assert bench.get("mhartid") == bench.config.mhartid
    with pytest.raises(KeyError):
        bench.drive(hartid=1)


@on(*[Config.profile("full", 64, windows=windows) for windows in (0, 1, 3, 4, 8)])
async def test_windows_beyond_the_configurations_do_not_exist_in_any_mode(bench):
    # HU-17
    for mode in bench.modes:
        await bench.enter(mode)
        for i in range(bench.config.windows, 8):
            assert bench.peek(0x6E0 + i, ext_exists=1).fault == Fault.ILLEGAL
        assert bench.peek(0x6E8, ext_exists=1).fault == (Fault.NONE if mode in (1, 3) else 1 + mode // 4)


@on(FULL64, Config.profile("msuh", 64), Config.profile("msun", 64), Config.profile("mu", 64))
async def test_high_halves_are_illegal_on_rv64_in_every_mode(bench):
    # norm:H_illegal_high_half, norm:medelegh_omit_xlen64, norm:mcounteren_clr_ill_inst_exc, HU-6
    config = bench.config
    high = {0x310: True, 0x312: config.s, 0x31A: True, 0xC80: True, 0xC9F: True}
    high |= dict.fromkeys((0x612, 0x615, 0x61A), config.h)
    high[0x6D2] = config.shudeleg
    for mode in bench.modes:
        await bench.enter(mode)
        for address, has_low_half in high.items():
            if has_low_half:
                assert bench.peek(address, ext_exists=1).fault == Fault.ILLEGAL, hex(address)
    await bench.enter(3)
    for address, has_low_half in high.items():
        if not has_low_half:
            assert bench.peek(address, ext_exists=1).fault == Fault.NONE, hex(address)
