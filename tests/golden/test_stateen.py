"""Smstateen: which bits there are, the chain of read-only zeros, and what each gates in which mode."""

import pytest

from utrap_testbench.golden import Config, Insn, Mode, Return, TrapReturn, float_in_x, reset_state, step, verdict

from .support import csr, mode, read, state_in, write

M, S, U, VS, VU = Mode.M, Mode.S, Mode.U, Mode.VS, Mode.VU
ONES = (1 << 64) - 1
STATEEN = Config.profile("full", smstateen=True)
MSUH = Config.profile("msuh", smstateen=True)
STATEEN32 = Config.profile("full", xlen=32, smstateen=True)
C, FCSR, JVT, CTR, SRMCFG, P1P13, CONTEXT, IMSIC, AIA = 0, 1, 2, 54, 55, 56, 57, 58, 59
CSRIND, ENVCFG, SE0 = 60, 62, 63


def stored(config, name):
    """The bits that a write of all ones leaves."""
    state = reset_state(config)
    for each in ("mstateen0", "mstateen1", "mstateen0h", "mstateen1h", "hstateen0", "hstateen0h", name):
        if any(row.name == each and not row.is_placeholder for row in config.rules.csrs.values()):
            state = write(config, state, each, config.rules.xlen_mask)
    return read(config, state, name)


@pytest.mark.parametrize(
    ("extension", "bit", "by_h", "by_s"),
    [
        ("custom_state", C, True, True), ("zfinx", FCSR, True, True), ("zcmt", JVT, True, True),
        ("smctr", CTR, True, False), ("ssqosid", SRMCFG, False, False), ("sdtrig", CONTEXT, True, False),
        ("imsic", IMSIC, True, False), ("ssaia", AIA, True, False), ("sscsrind", CSRIND, True, False),
    ],
)  # fmt: skip
def test_a_bit_is_writable_where_what_it_gates_exists(extension, bit, by_h, by_s):
    """norm:stateen_unimplemented_state_roz, norm:stateen_warl_access, warl:stateen"""
    with_it = Config.profile("msuh", smstateen=True, **{extension: True})
    for name, has in (("mstateen0", True), ("hstateen0", by_h), ("sstateen0", by_s)):
        assert stored(MSUH, name) >> bit & 1 == 0
        assert stored(with_it, name) >> bit & 1 == has


def test_the_bits_of_every_hart():
    """norm:mstateen_bit_63_op, norm:mstateen_rv64_csrs, norm:sstateen_rv64_csrs, norm:hstateen_rv64_csrs"""
    assert stored(MSUH, "mstateen0") == stored(MSUH, "hstateen0") == 1 << SE0 | 1 << ENVCFG
    assert stored(MSUH, "mstateen1") == stored(MSUH, "hstateen1") == 1 << 63
    assert stored(MSUH, "sstateen0") == stored(MSUH, "sstateen1") == 0
    # warl:stateen: N's and Shudeleg's CSRs are custom state.
    for name in ("mstateen0", "hstateen0", "sstateen0"):
        assert stored(STATEEN, name) & 1 == 1


def test_on_rv32_the_upper_bits_are_in_high_halves():
    """norm:stateen_rv32_upper_bits_csrs, norm:mstateen0_p1p13_op"""
    assert stored(STATEEN32, "mstateen0h") == 1 << 31 | 1 << 30 | 1 << 24
    assert stored(STATEEN32, "hstateen0h") == 1 << 31 | 1 << 30
    assert stored(STATEEN32, "mstateen0") == 1
    for address in (0x31C, 0x61C):
        assert csr(STATEEN, state_in(STATEEN, M), address)[1].fault == 2


def test_all_are_0_after_reset():
    """norm:mstateen_zero_initialization"""
    assert all(getattr(reset_state(STATEEN), f"{m}stateen{i}") == 0 for m in "mh" for i in range(4))


def test_what_mstateen_and_hstateen_hide_reads_as_0_and_is_kept():
    """norm:mstateen_lower_priv_roz, norm:sstateen_vsmode_access_roz, warl:stateen"""
    state = state_in(STATEEN, M, mstateen0=1 << SE0 | 1, hstateen0=1 << SE0 | 1, sstateen0=1)
    assert read(STATEEN, state, "hstateen0") == 1 << SE0 | 1
    hidden = write(STATEEN, state, "mstateen0", 1 << SE0)
    assert read(STATEEN, hidden, "hstateen0") == 1 << SE0
    assert read(STATEEN, hidden, "sstateen0") == 0
    hidden = write(STATEEN, write(STATEEN, hidden, "hstateen0", 0), "sstateen0", 0)
    shown = write(STATEEN, hidden, "mstateen0", 1 << SE0 | 1)
    assert read(STATEEN, shown, "hstateen0") == 1
    assert read(STATEEN, shown, "sstateen0") == 1
    # In VS by hstateen0 too.
    guest = state_in(STATEEN, VS, mstateen0=1 << SE0 | 1, hstateen0=1 << SE0, sstateen0=1)
    after, outcome = csr(STATEEN, guest, "sstateen0", 0)
    assert (outcome.fault, outcome.rdata, after.sstateen0) == (0, 0, 1)


ALL_ON = {"mstateen0": ONES, "hstateen0": ONES, "sstateen0": ONES}


def faults(config, address, on, **more):
    """The fault of a read in each mode."""
    given = {"hudcfg_en": 1} if config.shudeleg else {}
    return [csr(config, state_in(config, mode, **given, **on), address, **more)[1].fault for mode in (M, S, U, VS, VU)]


def without(bit, *names):
    """All bits but this one of these registers."""
    return {name: value & ~(1 << bit) if name in names else value for name, value in ALL_ON.items()}


@pytest.mark.parametrize(
    ("address", "bit", "ungated", "by_m", "by_h"),
    [
        # norm:mstateen0_envcfg_op, norm:hstateen0_envcfg_op
        (0x10A, ENVCFG, [0, 0, 2, 0, 22], [0, 2, 2, 2, 2], [0, 0, 2, 22, 22]),
        (0x60A, ENVCFG, [0, 0, 2, 22, 22], [0, 2, 2, 2, 2], None),
        # norm:mstateen_bit_63_op, norm:hstateen_bit_63_op
        (0x10C, SE0, [0, 0, 2, 0, 22], [0, 2, 2, 2, 2], [0, 0, 2, 22, 22]),
        (0x60C, SE0, [0, 0, 2, 22, 22], [0, 2, 2, 2, 2], None),
        # norm:stateen0_c_op, warl:stateen: of N and Shudeleg.
        (0x041, C, [0, 0, 0, 22, 22], [0, 2, 2, 2, 2], None),
        (0x800, C, [0, 0, 0, 22, 22], [0, 2, 2, 2, 2], None),
        (0x6C2, C, [0, 0, 2, 22, 22], [0, 2, 2, 2, 2], None),
        (0x102, C, [0, 0, 2, 22, 22], [0, 2, 2, 2, 2], None),
    ],
)
def test_a_bit_gates_its_state_in_every_mode(address, bit, ungated, by_m, by_h):
    """norm:stateen_illegal_state_access: illegal where HS may not either, else virtual in a guest."""
    assert faults(STATEEN, address, ALL_ON) == ungated
    assert faults(STATEEN, address, without(bit, "mstateen0")) == by_m
    assert faults(STATEEN, address, without(bit, "hstateen0")) == (by_h or ungated)
    if bit != SE0:
        assert faults(Config.profile("full"), address, {}) == ungated


def test_sstateen_keeps_the_csrs_of_n_from_u():
    """norm:sstateen_user_access_control"""
    assert faults(STATEEN, 0x041, without(C, "sstateen0")) == [0, 0, 2, 22, 22]


def test_uret_and_traps_into_u_are_not_gated():
    """warl:stateen"""
    after, outcome = step(STATEEN, state_in(STATEEN, U, uepc=0x40), TrapReturn(insn=Return.URET))
    assert (outcome.fault, outcome.target, mode(after)) == (0, 0x40, U)


@pytest.mark.parametrize(
    ("extension", "address", "bit", "by_m", "by_h", "by_s"),
    [
        # norm:stateen0_fcsr_op, norm:stateen0_jvt_op
        ("zfinx", 0x003, FCSR, [0, 2, 2, 2, 2], [0, 0, 0, 22, 22], [0, 0, 2, 0, 22]),
        ("zcmt", 0x017, JVT, [0, 2, 2, 2, 2], [0, 0, 0, 22, 22], [0, 0, 2, 0, 22]),
        # norm:mstateen0_context_op, norm:hstateen0_context_op
        ("sdtrig", 0x5A8, CONTEXT, [0, 2, 2, 2, 2], [0, 0, 2, 22, 22], None),
        ("sdtrig", 0x6A8, CONTEXT, [0, 2, 2, 2, 2], None, None),
        # norm:mstateen0_imsic_op, norm:hstateen0_imsic_op
        ("imsic", 0x15C, IMSIC, [0, 2, 2, 2, 2], [0, 0, 2, 22, 22], None),
        # norm:mstateen0_aia_op, norm:hstateen0_aia_op: stopi; hvien, vstopi
        ("ssaia", 0xDB0, AIA, [0, 2, 2, 2, 2], [0, 0, 2, 22, 22], None),
        ("ssaia", 0x608, AIA, [0, 2, 2, 2, 2], None, None),
        ("ssaia", 0xEB0, AIA, [0, 2, 2, 2, 2], None, None),
        # norm:mstateen0_csrind_op, norm:hstateen0_csrind_op
        ("sscsrind", 0x150, CSRIND, [0, 2, 2, 2, 2], [0, 0, 2, 22, 22], None),
        ("sscsrind", 0x251, CSRIND, [0, 2, 2, 2, 2], None, None),
        # norm:mstateen0_srmcfg_op
        ("ssqosid", 0x181, SRMCFG, [0, 2, 2, 2, 2], None, None),
        ("smctr", 0x14E, CTR, [0, 2, 2, 2, 2], [0, 0, 2, 22, 22], None),
    ],
)
def test_state_outside_the_unit_is_gated_as_well(extension, address, bit, by_m, by_h, by_s):
    hart = Config.profile("msuh", smstateen=True, **{extension: True})
    ungated = faults(hart, address, ALL_ON, ext_exists=1)
    assert ungated[:2] == [0, 0]
    assert faults(hart, address, without(bit, "mstateen0"), ext_exists=1) == by_m
    assert faults(hart, address, without(bit, "hstateen0"), ext_exists=1) == (by_h or ungated)
    assert faults(hart, address, without(bit, "sstateen0"), ext_exists=1) == (by_s or ungated)


@pytest.mark.parametrize("address", [0x114, 0x154, 0x613, 0x618, 0x655, 0x656, 0x657, 0x214, 0x254])
def test_the_high_halves_of_the_aia_are_behind_its_bit_on_rv32_alone(address):
    """norm:mstateen0_aia_op, norm:hstateen0_aia_op, warl:stateen"""
    hart = Config.profile("msuh", xlen=32, smstateen=True, ssaia=True)
    ungated = faults(hart, address, ALL_ON, ext_exists=1)
    assert faults(hart, address, without(AIA, "mstateen0"), ext_exists=1) == [0, 2, 2, 2, 2]
    by_h = [0, 0, 2, 22, 22]
    assert faults(hart, address, without(AIA, "hstateen0"), ext_exists=1) == by_h
    assert ungated == ([0, 0, 2, 0, 22] if address in (0x114, 0x154) else by_h)
    wide = Config.profile("msuh", smstateen=True, ssaia=True)
    assert faults(wide, address, without(AIA, "mstateen0"), ext_exists=1)[1] == 0


def test_hedelegh_is_behind_p1p13_on_rv32():
    """norm:mstateen0_p1p13_op"""
    assert faults(STATEEN32, 0x612, ALL_ON) == [0, 0, 2, 22, 22]
    assert faults(STATEEN32, 0x612, without(P1P13, "mstateen0")) == [0, 2, 2, 2, 2]


def test_instructions_that_read_gated_state():
    """norm:stateen0_jvt_op, norm:stateen0_fcsr0_misa_f0_illegal_fpu_instr"""
    hart = Config.profile("msuh", smstateen=True, zcmt=True, zfinx=True)

    def found(bit, judge):
        return [
            [judge(state_in(hart, mode, **on)) for mode in (M, S, U, VS, VU)]
            for on in (without(bit, "mstateen0"), without(bit, "hstateen0"), without(bit, "sstateen0"), ALL_ON)
        ]

    wanted = [[0, 2, 2, 2, 2], [0, 0, 0, 22, 22], [0, 0, 2, 0, 22], [0, 0, 0, 0, 0]]
    assert found(JVT, lambda state: verdict(hart, state, Insn.CM_JALT)) == wanted
    assert found(FCSR, lambda state: float_in_x(hart.rules, state).fault) == wanted


def test_a_debugger_is_gated_by_nothing():
    for bit_off in ({}, ALL_ON):
        assert csr(STATEEN, state_in(STATEEN, VU, **bit_off), 0x60A, debug=True)[1].fault == 0


def test_without_it_there_is_nothing_of_it():
    plain = Config.profile("full")
    for address in (*range(0x30C, 0x310), *range(0x10C, 0x110), *range(0x60C, 0x610), 0x31C, 0x61C):
        assert csr(plain, state_in(plain, M), address)[1].fault == 2
