"""Who may access which CSR, and which fault it is otherwise."""

from itertools import product

from utrap.config import Config
from utrap.isa import CommitOp, CsrOp, Fault, Mode

from .bench import DELEGATION, on
from .configs import ALL, FULL, MSU, MU, MUN, PROFILES
from .manual import ADDRESS, SWITCHED, absent, csrs_of, is_switched, ones

ILLEGAL, VIRTUAL, NONE = Fault.ILLEGAL, Fault.VIRTUAL, Fault.NONE
M, S, U, VS, VU = Mode.M, Mode.S, Mode.U, Mode.VS, Mode.VU
#: HU-3, HU-4: no guest copy of these.
HOST_ONLY = {
    ADDRESS[name]
    for name in (
        *("ustatus", "uie", "utvec", "uscratch", "uepc", "ucause", "utval", "uip"),
        *("sedeleg", "sideleg"),
    )
}
#: HU-2
USER_SHUDELEG = {ADDRESS[name] for name in ("hustatus", "hutval", "hutinst")}
COUNTERS = [*range(0xC00, 0xC20), *range(0xC80, 0xCA0)]
PLACE = {"fs": 13, "vs": 9}


def judge(config, mode, address, writes, *, exists=True, en=0, enabled=(True, True, True)):
    """The verdict on an access, with TVM=VTVM=0.

    `exists`: the core has a CSR at addresses outside the unit; `enabled`: the
    counter's bit in mcounteren, hcounteren and scounteren.
    """
    is_owned = address in {csr.address for csr in csrs_of(config)}
    if address in absent(config) or not (is_owned or exists):
        return ILLEGAL
    if (writes and address >> 10 == 0b11) or is_switched(config, address):
        return ILLEGAL
    if mode is M:
        return NONE
    level, is_guest = address >> 8 & 3, mode in (VS, VU)
    if level == 3:
        return ILLEGAL
    if level > {U: 0, VU: 0, VS: 1, S: 2}[mode]:
        return VIRTUAL if is_guest else ILLEGAL
    if is_owned and is_guest and address in HOST_ONLY | USER_SHUDELEG:
        return VIRTUAL
    if is_owned and mode is U and address in USER_SHUDELEG and not en:
        return ILLEGAL
    if address in COUNTERS:
        return judge_counter(config, mode, enabled)
    return NONE


def judge_counter(config, mode, enabled):
    by_m, by_h, by_s = enabled
    if not by_m:
        return ILLEGAL
    if mode in (VS, VU) and not by_h:
        return VIRTUAL
    if mode in (U, VU) and config.s and not by_s:
        return VIRTUAL if mode is VU else ILLEGAL
    return NONE


async def set_counters(bench, m, h, s):
    await bench.put("mcounteren", m)
    if bench.config.h:
        await bench.put("hcounteren", h)
    if bench.config.s:
        await bench.put("scounteren", s)


@on(*FULL)
async def test_every_address_is_judged_in_every_mode(bench):
    # norm:H_csrs_hs_not_vs, norm:H_vscsrs_acc_vs, norm:H_vscsrs_acc_u, norm:H_vscsrs_acc_m_hs,
    # norm:H_cause_virtual_instruction, norm:H_virtinst_vu_vs_nonhigh_allowedhs_tvm0,
    # norm:H_virtinst_vu_nonhigh_supervisor_allowedhs_tvm0, HU-1, HU-2, HU-3, HU-4, HU-6
    enabled = ones(bench.config) & 7
    # M is in test_csr_map.py.
    for mode in (S, VU) if bench.config.xlen == 32 else (U, VS):
        await bench.enter(mode)
        await set_counters(bench, enabled, enabled, enabled)
        for address in range(1 << 12):
            # Only cycle, time and instret can be enabled: zicntr.
            on = (address & 31 < 3,) * 3
            seen = bench.peek(address, ext_exists=1)
            assert seen.fault == judge(bench.config, mode, address, False, enabled=on), (mode, hex(address))


@on(*ALL)
async def test_every_csr_is_judged_in_every_mode_by_the_kind_of_access(bench):
    # norm:H_virtinst_vu_vs32_high_allowedhs_tvm0, norm:H_virtinst_vu32_high_supervisor_allowedhs_tvm0,
    # norm:H_cause_virtual_instruction_high, norm:H_illegal_high_half, norm:sstatus, HU-1, HU-2, HU-3, HU-4
    config = bench.config
    known = {csr.address for csr in csrs_of(config)} | absent(config)
    # CSRs of others: fflags, stimecmp, vstimecmp, stateen, PMP, debug, custom ones of every level and kind.
    outside = {0x001, 0x10C, 0x14D, 0x24D, 0x60C, 0x3A0, 0x3BF, 0x7A0, 0x7B0, 0x800 ^ 0x0FF, 0x9C0, 0xAC0, 0xBC0}
    outside |= {0xCC0, 0xDC0, 0xEC0, 0xFC0, 0x015, 0x251, 0x6E9, 0xB00, 0x5C0}
    for mode in bench.modes:
        await bench.enter(mode)
        accesses = [(address, kind, True) for address in known - set(COUNTERS) for kind in (CsrOp.READ, CsrOp.WRITE)]
        accesses += product(outside, CsrOp, (False, True))
        for address, kind, exists in accesses:
            seen = bench.peek(address, 0, kind, ext_exists=exists)
            expected = judge(config, mode, address, kind is not CsrOp.READ, exists=exists)
            assert seen.fault == expected, (mode, kind, hex(address), exists)


@on(*ALL)
async def test_nothing_changes_with_a_faulting_access(bench):
    # norm:H_cause_virtual_instruction
    config = bench.config
    for mode in bench.modes:
        await bench.enter(mode)
        before = bench.state()
        for csr in csrs_of(config):
            if judge(config, mode, csr.address, True) != NONE:
                for kind in (CsrOp.WRITE, CsrOp.SET):
                    seen = await bench.csr(csr.name, ones(config) ^ before[csr.name], kind)
                    assert seen.fault != NONE
                    assert not seen.redirect
                    assert bench.state() == before, (mode, csr.name)


@on(*ALL)
async def test_an_access_that_is_allowed_writes_in_every_mode(bench):
    # norm:H_scsrs_nomatch, norm:H_vscsrs_v0, HU-3
    config = bench.config
    substituted = ("status", "ie", "tvec", "scratch", "epc", "cause", "tval", "ip", "atp")
    for mode in bench.modes:
        await bench.enter(mode)
        await bench.delegate_everything()
        for csr in csrs_of(config):
            if csr.address >> 10 == 3 or judge(config, mode, csr.address, True) != NONE:
                continue
            target = csr.name
            if mode is VS and csr.name[0] == "s" and csr.name[1:] in substituted:
                target = f"vs{csr.name[1:]}"
            if target in DELEGATION:
                continue
            own = next(c for c in csrs_of(config) if c.name == target)
            for value in (ones(config) >> config.xlen // 2, 0):
                before = bench.state()
                seen = await bench.csr(csr.name, value)
                assert seen.rdata == before[target], (mode, csr.name)
                assert bench.state()[target] == own.written(config, before[target], value), (mode, csr.name)


@on(*FULL)
async def test_the_u_level_csrs_of_shudeleg_need_en_in_u(bench):
    # HU-2
    for mode, en, name in product(bench.modes, (0, 1), ("hustatus", "hutval", "hutinst")):
        await bench.enter(mode)
        await bench.put("hudcfg", en)
        expected = {U: NONE if en else ILLEGAL, VS: VIRTUAL, VU: VIRTUAL}.get(mode, NONE)
        for kind in CsrOp:
            assert bench.peek(name, 0, kind).fault == expected, (mode, en, name)


@on(*MSU, *FULL)
async def test_tvm_and_vtvm_guard_the_translation_roots(bench):
    # norm:mstatus_tvm_warl_op, norm:mstatus_tvm_hs, norm:mstatus_modes, norm:hgatp_tvm_illegal,
    # norm:hstatus_vtvm_op, norm:H_virtinst_vs_sfence_sinval_satp_vtvm1
    has_h = bench.config.h
    for mode, tvm, vtvm in product(bench.modes, (0, 1), (0, 1) if has_h else (0,)):
        await bench.enter(mode)
        await bench.put("mstatus", tvm << 20)
        satp = {M: NONE, S: ILLEGAL if tvm else NONE, U: ILLEGAL, VS: VIRTUAL if vtvm else NONE, VU: VIRTUAL}
        hgatp = {M: NONE, S: ILLEGAL if tvm else NONE, U: ILLEGAL, VS: VIRTUAL, VU: VIRTUAL}
        others = {M: NONE, S: NONE, U: ILLEGAL, VS: VIRTUAL, VU: VIRTUAL}
        scratch = {M: NONE, S: NONE, U: ILLEGAL, VS: NONE, VU: VIRTUAL}
        rules = {"satp": satp, "sscratch": scratch}
        if has_h:
            await bench.put("hstatus", vtvm << 20)
            rules |= {"hgatp": hgatp, "vsatp": others, "vsscratch": others, "htval": others}
        for kind, (name, rule) in product(CsrOp, rules.items()):
            assert bench.peek(name, 0, kind).fault == rule[mode], (mode, tvm, vtvm, name)


COUNTER_CONFIGS = [
    Config.profile(profile, xlen, counters=counters)
    for profile, xlen in (("mu", 64), ("msu", 32), ("full", 32), ("full", 64))
    for counters in ("none", "zicntr", "zihpm")
]


@on(*COUNTER_CONFIGS)
async def test_counters_are_judged_by_every_combination_of_their_enables(bench):
    # norm:mcounteren_op, norm:mcounteren_clr_ill_inst_exc, norm:mcounteren_set_nxt_priv, norm:mcounteren_flds_rdonly0,
    # norm:scounteren_op, norm:hcounteren_op, norm:H_virtinst_vs_nonhighctr_h0_m1,
    # norm:H_virtinst_vs32_highctr_h0_m1, norm:H_virtinst_vu_nonhighctr_h0_s0_m1,
    # norm:H_virtinst_vu32_highctr_h0_s0_m1, norm:mcounteren_presence, warl:counter
    config = bench.config
    count = {"none": 0, "zicntr": 3, "zihpm": 32}[config.counters]
    for mode, shift in product(bench.modes, range(8)):
        await bench.enter(mode)
        # Counter i meets combination i + shift of the three bits.
        masks = [sum(1 << i for i in range(32) if (i + shift) >> register & 1) for register in range(3)]
        await set_counters(bench, *masks)
        for i in range(32):
            enabled = tuple(bool(i < count and mask >> i & 1) for mask in masks)
            expected = NONE if mode is M else judge_counter(config, mode, enabled)
            high = ILLEGAL if config.xlen == 64 else expected
            assert bench.peek(0xC00 + i, ext_exists=1).fault == expected, (mode, i, enabled)
            assert bench.peek(0xC80 + i, ext_exists=1).fault == high, (mode, i, enabled)
            if shift == 7:
                for address in (0xC00 + i, 0xC80 + i):
                    assert bench.peek(address, ext_exists=0).fault == ILLEGAL
                    assert bench.peek(address, 0, CsrOp.WRITE, ext_exists=1).fault == ILLEGAL


@on(*PROFILES, *MUN)
async def test_an_access_outside_goes_to_the_extension_port(bench):
    config = bench.config
    rdata, wdata = ones(config) // 3, ones(config) // 5
    written = {
        CsrOp.WRITE: wdata,
        CsrOp.SET: rdata | wdata,
        CsrOp.CLEAR: rdata & ~wdata,
    }
    for mode, address, kind in product(bench.modes, (0x001, 0x5C0, 0x6FF, 0x7C0, 0xCC0, 0xDC0), CsrOp):
        if mode != bench.mode:
            await bench.enter(mode)
        before = bench.state()
        seen = bench.peek(address, wdata, kind, ext_exists=1, ext_rdata=rdata)
        accept = judge(config, mode, address, kind is not CsrOp.READ) == NONE
        assert seen.extension_select
        assert seen.extension_accept == accept, (mode, address, kind)
        assert seen.extension_write == (accept and kind is not CsrOp.READ)
        if accept:
            assert seen.rdata == rdata
        if seen.extension_write:
            assert seen.extension_wdata == written[kind]
        await bench.tick()
        assert bench.state() == before


@on(*FULL, *MSU)
async def test_floating_point_and_vector_csrs_need_fs_or_vs_in_a_guest_both_copies(bench):
    # norm:mstatus_fs_vs_xs_off_op, norm:vsstatus_fs_op, norm:vsstatus_vs_op
    for field, addresses in SWITCHED.items():
        place = PLACE[field]
        for mode in bench.modes:
            await bench.enter(mode)
            for host, guest in product(range(4), (0, 1, 2)) if bench.config.h else product(range(4), (0,)):
                await bench.put("mstatus", host << place)
                if bench.config.h:
                    await bench.put("vsstatus", guest << place)
                refuses = not host or (mode in (VS, VU) and not guest)
                for address in addresses:
                    assert bench.peek(address, ext_exists=1).fault == (ILLEGAL if refuses else NONE), (field, mode)
                    assert bench.peek(address, ext_exists=0).fault == ILLEGAL
                    by_debugger = bench.peek(address, ext_exists=1, debug=True)
                    assert by_debugger.fault == (NONE if host else ILLEGAL)
                    assert by_debugger.extension_accept == bool(host)


@on(*FULL, *MSU)
async def test_no_software_bit_of_mip_gets_into_a_csr_outside(bench):
    # norm:mip_seip_wrcsr: found by replaying recorded events; an address near mip's was taken for it.
    full = ones(bench.config)
    for software, rdata, kind in ((full, 0, CsrOp.SET), (0, full, CsrOp.CLEAR)):
        await bench.put("mip", software)
        for address in range(0xC00):
            seen = bench.peek(address, 0, kind, ext_exists=1, ext_rdata=rdata)
            if seen.extension_write:
                assert seen.extension_wdata == rdata, hex(address)


def outside(seen):
    return seen.extension_select, seen.extension_accept, seen.extension_write


@on(*FULL, *MU)
async def test_the_extension_port_is_quiet_without_an_access_outside(bench):
    for op in bench.operations:
        if op not in (CommitOp.CSR, CommitOp.DEBUG_CSR):
            seen = bench.drive(op=op, csr_address=0x7C0, csr_op=CsrOp.WRITE, ext_exists=1)
            assert outside(seen) == (0, 0, 0), op
    seen = bench.peek("mscratch", 1, CsrOp.WRITE, ext_exists=1, ext_rdata=7)
    assert outside(seen) == (0, 0, 0)
    assert seen.rdata == 0


@on(*ALL)
async def test_a_debugger_reaches_every_csr_in_every_mode(bench):
    # norm:H_vscsrs_v0
    config = bench.config
    for mode in bench.modes:
        await bench.enter(mode)
        for csr in csrs_of(config):
            if csr.address >> 10 == 3:
                continue
            before = bench.state()
            assert await bench.put(csr.name, ones(config)) == before[csr.name], csr.name
            after = bench.state()
            assert after["mode"] == mode
            await bench.put(csr.name, before[csr.name])
        seen = bench.peek(0x7C0, debug=True, ext_exists=1)
        assert (seen.fault, seen.extension_accept) == (NONE, 1)
