"""Who may access which CSR: by mode, by address, by the bits that open and close, and from a debugger."""

import functools
from itertools import product

import pytest

from utrap_testbench.golden import Config, CsrAccess, CsrOp, Mode, Retire, step

from .support import CONFIGS, FULL, FULL32, address_of, config_id, csr, mode, state_in

M, S, U, VS, VU = Mode.M, Mode.S, Mode.U, Mode.VS, Mode.VU
VERDICTS = {
    "machine": (0, 2, 2, 2, 2),
    "hypervisor": (0, 0, 2, 22, 22),
    "supervisor": (0, 0, 2, 0, 22),
    "user": (0,) * 5,
}


def faults(config, address, op=CsrOp.READ, **fields):
    """The verdict in M, S, U, VS and VU."""
    event = CsrAccess(address=address, op=op, ext_exists=1)
    return tuple(step(config, state_in(config, source, **fields), event)[1].fault for source in (M, S, U, VS, VU))


@pytest.mark.parametrize(
    ("names", "who"),
    [
        (
            "mstatus misa medeleg mideleg mie mtvec mcounteren mscratch mepc mcause mtval mip mtval2 mtinst menvcfg",
            "machine",
        ),
        ("mvendorid marchid mimpid mhartid mconfigptr", "machine"),
        (
            "hstatus hedeleg hideleg hie htimedelta hcounteren hgeie htval hip hvip htinst hgeip henvcfg hgatp",
            "hypervisor",
        ),
        ("vsstatus vsie vstvec vsscratch vsepc vscause vstval vsip vsatp", "hypervisor"),
        ("sstatus sie stvec scounteren sscratch sepc scause stval sip satp senvcfg", "supervisor"),
    ],
)
@pytest.mark.parametrize("op", list(CsrOp))
def test_the_lowest_mode_of_each_register(names, who, op):
    """norm:H_vscsrs_acc_m_hs, norm:H_vscsrs_acc_u, norm:H_vscsrs_acc_vs, norm:H_virtinst_vu_vs_nonhigh_allowedhs_tvm0,
    norm:H_virtinst_vu_nonhigh_supervisor_allowedhs_tvm0"""
    for name in names.split():
        address = address_of(FULL, name)
        read_only = address >> 10 == 3 and op is not CsrOp.READ
        assert faults(FULL, address, op) == ((2,) * 5 if read_only else VERDICTS[who]), name


@pytest.mark.parametrize("name", ["hedelegh", "henvcfgh", "htimedeltah", "huedelegh"])
def test_high_halves_are_their_registers_on_rv32_and_illegal_on_rv64(name):
    """norm:H_illegal_high_half, norm:H_virtinst_vu_vs32_high_allowedhs_tvm0, HU-6"""
    assert faults(FULL32, address_of(FULL32, name)) == VERDICTS["hypervisor"]
    assert faults(FULL, address_of(FULL, name)) == (2,) * 5


@pytest.mark.parametrize("name", ["mstatush", "medelegh", "menvcfgh"])
def test_machine_high_halves_are_illegal_below_m_and_on_rv64(name):
    assert faults(FULL32, address_of(FULL32, name)) == VERDICTS["machine"]
    assert faults(FULL, address_of(FULL, name)) == (2,) * 5


def test_tvm_closes_satp_and_hgatp_to_hs_alone():
    """norm:mstatus_tvm_warl_op, norm:hgatp_tvm_illegal, norm:mstatus_tvm_hs, norm:mstatus_modes"""
    assert faults(FULL, 0x180, mstatus_tvm=1) == (0, 2, 2, 0, 22)
    assert faults(FULL, 0x680, mstatus_tvm=1) == (0, 2, 2, 22, 22)
    assert faults(FULL, 0x280, mstatus_tvm=1) == (0, 0, 2, 22, 22)


def test_vtvm_closes_satp_to_vs_alone():
    """norm:hstatus_vtvm_op, norm:H_virtinst_vs_sfence_sinval_satp_vtvm1"""
    assert faults(FULL, 0x180, hstatus_vtvm=1) == (0, 0, 2, 22, 22)
    assert faults(FULL, 0x680, hstatus_vtvm=1) == (0, 0, 2, 22, 22)


@pytest.mark.parametrize("index", [0, 1, 2, 3, 31])
@pytest.mark.parametrize("half", [0, 0x80])
def test_counters_open_by_mcounteren_hcounteren_and_scounteren(index, half):
    """norm:mcounteren_clr_ill_inst_exc, norm:hcounteren_op, norm:scounteren_op,
    norm:H_virtinst_vs_nonhighctr_h0_m1, norm:H_virtinst_vs32_highctr_h0_m1,
    norm:H_virtinst_vu_nonhighctr_h0_s0_m1, norm:H_virtinst_vu32_highctr_h0_s0_m1"""
    bit, address = 1 << index, 0xC00 + half + index
    others = 2**32 - 1 - bit
    for m in (0, 1):
        for h in (0, 1):
            for s in (0, 1):
                fields = {
                    "mcounteren": bit if m else others,
                    "hcounteren": bit if h else others,
                    "scounteren": bit if s else others,
                }
                if not m:
                    wanted = (0, 2, 2, 2, 2)
                else:
                    wanted = (0, 0, 0 if s else 2, 0 if h else 22, 0 if h and s else 22)
                assert faults(FULL32, address, **fields) == wanted
                assert faults(FULL32, address, CsrOp.SET, **fields) == (2,) * 5
                if half:
                    assert faults(FULL, address, **fields) == (2,) * 5


def test_without_s_mcounteren_alone_opens_the_counters():
    config = Config.profile("mu")
    event = CsrAccess(address=0xC00, op=CsrOp.READ, ext_exists=1, ext_rdata=77)
    assert step(config, state_in(config, U), event)[1].fault == 2
    outcome = step(config, state_in(config, U, mcounteren=1), event)[1]
    assert (outcome.fault, outcome.rdata) == (0, 77)


@pytest.mark.parametrize(
    ("address", "who"), [(0x7A0, "machine"), (0x6A8, "hypervisor"), (0x5A8, "supervisor"), (0x015, "user")]
)
def test_an_address_outside_the_trap_unit_is_judged_by_its_level(address, who):
    assert faults(FULL, address) == VERDICTS[who]
    assert faults(FULL, address, CsrOp.WRITE) == VERDICTS[who]


@pytest.mark.parametrize(
    ("field", "addresses"),
    [("fs", (0x001, 0x002, 0x003)), ("vs", (0x008, 0x009, 0x00A, 0x00F, 0xC20, 0xC21, 0xC22))],
)
def test_floating_point_and_vector_csrs_are_illegal_in_every_mode_while_fs_or_vs_is_off_in_a_guest_either(
    field, addresses
):
    """norm:mstatus_fs_vs_xs_off_op, norm:vsstatus_fs_op, norm:vsstatus_vs_op"""
    other = {"fs": "vs", "vs": "fs"}[field]
    others_on = {f"mstatus_{other}": 3, f"vsstatus_{other}": 3}
    for address in addresses:
        for host, guest in product(range(4), repeat=2):
            switched = {f"mstatus_{field}": host, f"vsstatus_{field}": guest}
            wanted = (2,) * 5 if not host else (0, 0, 0) + (0 if guest else 2,) * 2
            assert faults(FULL, address, **switched, **others_on) == wanted
            event = CsrAccess(address=address, op=CsrOp.READ, ext_exists=1, debug=True)
            outcome = step(FULL, state_in(FULL, VS, **switched, **others_on), event)[1]
            assert outcome.fault == (0 if host else 2)  # as M, whatever the guest's copy says
        without = Config.profile("mu")
        assert (
            step(without, state_in(without, M), CsrAccess(address=address, op=CsrOp.READ, ext_exists=1))[1].fault == 0
        )
    zfinx = Config.profile("msu", zfinx=True, smstateen=True)
    assert faults(zfinx, 0x003)[0] == 0


def test_an_address_that_nobody_has_is_illegal_everywhere():
    for source in Mode:
        event = CsrAccess(address=0x5A8, op=CsrOp.READ, ext_exists=0)
        assert step(FULL, state_in(FULL, source), event)[1].fault == 2


def test_what_a_configuration_lacks_is_not_the_trap_units():
    config = Config.profile("mu")
    for address in (0x100, 0x302, 0x312, 0x600, 0x005, 0x6C0):
        outcome = step(
            config, state_in(config, M), CsrAccess(address=address, op=CsrOp.READ, ext_exists=1, ext_rdata=9)
        )
        assert (outcome[1].fault, outcome[1].rdata) == (0, 9)


@pytest.mark.parametrize("config", CONFIGS, ids=config_id)
def test_a_debugger_reaches_every_register_from_every_mode(config):
    for source in (m for m in Mode if (config.h or m < VU) and (config.s or m & 3 != 1)):
        before = state_in(config, source)
        for row in config.rules.csrs.values():
            outcome = csr(config, before, row.address, debug=True)[1]
            assert outcome.fault == (2 if row.is_placeholder else 0)
            assert outcome.to_mode == source


def test_a_debugger_sees_hs_registers_while_a_guest_runs():
    before = state_in(FULL, VS, sscratch=1, vsscratch=2)
    assert csr(FULL, before, "sscratch", debug=True)[1].rdata == 1
    assert csr(FULL, before, "sscratch")[1].rdata == 2
    after, _ = csr(FULL, before, "sscratch", 7, debug=True)
    assert (after.sscratch, after.vsscratch, mode(after)) == (7, 2, VS)


def test_write_set_and_clear_compute_what_is_written():
    before = state_in(FULL, M, mscratch=0b1100)
    for op, value in ((CsrOp.WRITE, 0b1010), (CsrOp.SET, 0b1110), (CsrOp.CLEAR, 0b0100), (CsrOp.READ, 0b1100)):
        after, outcome = csr(FULL, before, "mscratch", 0b1010, op=op)
        assert (after.mscratch, outcome.rdata) == (value, 0b1100)


@pytest.mark.parametrize("v", [0, 1])
def test_dirty_floating_point_and_vector_state_is_noted_in_both_copies_of_a_guest(v):
    """norm:vsstatus_fs_op, norm:vsstatus_vs_op, norm:mstatus_fs_vs_xs_dirty_op"""
    before = state_in(FULL, VU if v else U, mstatus_fs=1, mstatus_vs=1, vsstatus_fs=1, vsstatus_vs=1)
    access = functools.partial(CsrAccess, address=0x003, op=CsrOp.WRITE, ext_exists=1)
    debugger = functools.partial(access, debug=1)
    for make in (Retire, access, debugger):
        after, _ = step(FULL, before, make(fs_dirty=1))
        assert (after.mstatus_fs, after.vsstatus_fs, after.mstatus_vs) == (3, 1 + 2 * v, 1)
        after, _ = step(FULL, before, make(vs_dirty=1))
        assert (after.mstatus_vs, after.vsstatus_vs, after.mstatus_fs) == (3, 1 + 2 * v, 1)


def test_dirty_state_is_ignored_on_faults_owned_registers_and_without_fs():
    access = CsrAccess(address=0x003, op=CsrOp.WRITE, ext_exists=0, fs_dirty=1, vs_dirty=1)
    assert step(FULL, state_in(FULL, U), access)[0] == state_in(FULL, U)
    owned = CsrAccess(address=0x340, op=CsrOp.READ, fs_dirty=1)
    assert step(FULL, state_in(FULL, M), owned)[0] == state_in(FULL, M)
    config = Config(fs=False, vs=False)
    assert step(config, state_in(config, VU), Retire(fs_dirty=1, vs_dirty=1))[0] == state_in(config, VU)
