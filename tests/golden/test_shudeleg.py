"""The rules of Shudeleg, one by one."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from utrap_testbench.golden import (
    Config,
    CsrAccess,
    CsrOp,
    Insn,
    Irq,
    Mode,
    Return,
    TakeException,
    TakeInterrupt,
    TrapReturn,
    hlsv_mode,
    pending_interrupt,
    step,
    verdict,
)
from utrap_testbench.golden.isa import bits

from .support import (
    FULL,
    FULL32,
    address_of,
    csr,
    event_from_seed,
    mode,
    read,
    state_from_seed,
    state_in,
    write,
    written_and_read,
)

M, S, U, VS, VU = Mode.M, Mode.S, Mode.U, Mode.VS, Mode.VU
SEEDS = st.integers(0, 2**32)
ALL = 2**64 - 1
GUEST_TO_U = {"medeleg": FULL.rules.medeleg, "huedeleg": FULL.rules.huedeleg, "hudcfg_en": 1}


def verdicts(config, name, **fields):
    """The faults of a read in M, HS, U, VS and VU."""
    return tuple(csr(config, state_in(config, m, **fields), name)[1].fault for m in (M, S, U, VS, VU))


@pytest.mark.parametrize("name", ["hudcfg", "huedeleg", "hugpaw0", "hugpaw3"])
def test_hu_1_the_hypervisors_registers_are_for_m_and_hs(name):
    """HU-1"""
    assert verdicts(FULL, name) == verdicts(FULL, name, hudcfg_en=1) == (0, 0, 2, 22, 22)


def test_hu_1_huedelegh_likewise_on_rv32():
    """HU-1"""
    assert verdicts(FULL32, "huedelegh") == (0, 0, 2, 22, 22)


@pytest.mark.parametrize("name", ["hustatus", "hutval", "hutinst"])
def test_hu_2_the_trap_registers_are_open_to_u_with_en(name):
    """HU-2"""
    assert verdicts(FULL, name) == (0, 0, 2, 22, 22)
    assert verdicts(FULL, name, hudcfg_en=1) == (0, 0, 0, 22, 22)


@pytest.mark.parametrize("name", ["ustatus", "uie", "utvec", "uscratch", "uepc", "ucause", "utval", "uip"])
def test_hu_3_the_registers_of_n_have_no_guest_copy(name):
    """HU-3"""
    assert verdicts(FULL, name) == (0, 0, 0, 22, 22)


@pytest.mark.parametrize("name", ["sedeleg", "sideleg"])
def test_hu_4_the_second_delegation_is_for_m_and_hs(name):
    """HU-4"""
    assert verdicts(FULL, name) == (0, 0, 2, 22, 22)


def test_hu_5_a_guest_sees_no_uie_and_upie():
    """HU-5"""
    state = write(FULL, state_in(FULL, M), "mstatus", bits(0, 4))
    assert read(FULL, state, "sstatus") & 0x11 == 0x11
    assert written_and_read(FULL, "vsstatus", 0x11) & 0x11 == 0
    guest = state.replace(prv=1, v=1)
    assert csr(FULL, guest, "sstatus")[1].rdata & 0x11 == 0
    after, _ = csr(FULL, guest, "sstatus", 0)
    assert (after.mstatus_uie, after.mstatus_upie) == (1, 1)


def test_hu_6_huedelegh_is_illegal_on_rv64():
    """HU-6"""
    assert verdicts(FULL, 0x6D2) == (2,) * 5


@pytest.mark.parametrize("source", [VS, VU])
@pytest.mark.parametrize(
    "cause", [c for c in range(64) if FULL.rules.huedeleg >> c & 1 and FULL.rules.medeleg >> c & 1]
)
def test_hu_7_a_guest_exception_goes_to_u_with_en_and_its_bit(source, cause):
    """HU-7"""
    event = TakeException(cause=cause, pc=0)
    state = state_in(FULL, source, **GUEST_TO_U)
    assert step(FULL, state, event)[1].to_mode == U
    for change, target in (
        ({"hudcfg_en": 0}, S),
        ({"huedeleg": state.huedeleg & ~(1 << cause)}, S),
        ({"medeleg": state.medeleg & ~(1 << cause)}, M),
        ({"hedeleg": FULL.rules.hedeleg}, VS if FULL.rules.hedeleg >> cause & 1 else U),
    ):
        assert step(FULL, state.replace(**change), event)[1].to_mode == target


def test_hu_8_neither_delegation_stands_in_for_the_other():
    """HU-8"""
    event = TakeException(cause=13, pc=0)
    assert step(FULL, state_in(FULL, U, **GUEST_TO_U), event)[1].to_mode == S
    sedeleg = {"medeleg": bits(13), "sedeleg": bits(13), "hudcfg_en": 1}
    assert step(FULL, state_in(FULL, VU, **sedeleg), event)[1].to_mode == S
    assert step(FULL, state_in(FULL, S, **sedeleg), event)[1].to_mode == S
    assert step(FULL, state_in(FULL, U, **sedeleg), event)[1].to_mode == U


def test_hu_9_sedeleg_reads_as_one_where_medeleg_has_the_bit_and_huedeleg_as_written():
    """HU-9"""
    state = write(FULL, state_in(FULL, M), "sedeleg", ALL)
    assert state.sedeleg == bits(*range(1, 9), 12, 13, 15)  # 0 is not in medeleg, with IALIGN=16
    assert read(FULL, state, "sedeleg") == 0
    assert read(FULL, write(FULL, state, "medeleg", bits(2, 9, 13, 20)), "sedeleg") == bits(2, 13)
    huedeleg = bits(*range(9), 10, 12, 13, 15, 18, 20, 21, 22, 23)
    assert written_and_read(FULL, "huedeleg", ALL) == huedeleg


def test_hu_9_a_read_modify_write_writes_back_the_masked_read():
    """HU-9"""
    state = write(FULL, state_in(FULL, M, medeleg=bits(2)), "sedeleg", bits(2, 13))
    after, _ = csr(FULL, state, "sedeleg", bits(5), op=CsrOp.SET)
    assert after.sedeleg == bits(2, 5)


@pytest.mark.parametrize("vectored_align", [4, 256])
def test_hu_10_without_s_medeleg_and_mideleg_lead_to_u(vectored_align):
    """HU-10"""
    config = Config.profile("mu", n=True, vectored_align=vectored_align)
    state = state_in(config, U, medeleg=bits(2), mideleg=bits(4), mie=bits(4), mip_software=bits(4), utvec=0x101)
    after, outcome = step(config, state, TakeException(cause=2, pc=0x40))
    assert (mode(after), outcome.target, after.uepc) == (U, 0x100, 0x40)
    assert not pending_interrupt(config, state).pending
    after, outcome = step(config, state.replace(mstatus_uie=1), TakeInterrupt(pc=0x40))
    assert (mode(after), outcome.target, after.ucause) == (U, 0x110, 1 << 63 | 4)
    for name in ("sedeleg", "sideleg"):
        assert not any(row.name == name for row in config.rules.csrs.values())


def test_hu_11_an_exception_in_m_stays_there():
    """HU-11"""
    state = state_in(FULL, M, **GUEST_TO_U, sedeleg=FULL.rules.sedeleg)
    for cause in range(64):
        assert step(FULL, state, TakeException(cause=cause, pc=0))[1].to_mode == M


@pytest.mark.parametrize(("source", "upv", "upvp"), [(VS, 1, 1), (VU, 1, 0), (U, 0, "kept")])
@pytest.mark.parametrize("old", [0, 1])
def test_hu_12_upv_and_upvp_record_where_the_trap_came_from(source, upv, upvp, old):
    """HU-12"""
    state = state_in(FULL, source, **GUEST_TO_U, sedeleg=bits(13), hustatus_upv=old, hustatus_upvp=old)
    after, _ = step(FULL, state, TakeException(cause=13, pc=0))
    assert mode(after) == U
    assert (after.hustatus_upv, after.hustatus_upvp) == (upv, old if upvp == "kept" else upvp)


@pytest.mark.parametrize("gva", [0, 1])
def test_hu_13_a_trap_into_u_writes_the_registers_of_u(gva):
    """HU-13"""
    state = state_in(FULL, VS, **GUEST_TO_U, mstatus_uie=1, hutval=9, hutinst=9)
    event = TakeException(cause=21, pc=0x80, tval=0x5A, gva=gva, tval2=0x77, tinst=0x3)
    after, outcome = step(FULL, state, event)
    assert (after.ucause, after.uepc, after.utval, after.hutval, after.hutinst) == (21, 0x80, 0x5A, 0x77, 0x3)
    assert (after.hustatus_gva, after.mstatus_upie, after.mstatus_uie) == (gva, 1, 0)
    after, _ = step(FULL, state, dataclasses.replace(event, cause=13))
    assert (after.ucause, after.hutval) == (13, 0)
    assert outcome.redirect


def test_hu_13_an_interrupt_into_u_writes_zero_as_values():
    """HU-13"""
    state = state_in(
        FULL, U, mideleg=0x1755, sideleg=1, mie=1, mip_software=1, mstatus_uie=1,
        utval=5, hutval=5, hutinst=5, hustatus_gva=1, utvec=0x100,
    )  # fmt: skip
    after, outcome = step(FULL, state, TakeInterrupt(pc=0x40))
    assert (after.ucause, after.uepc, outcome.target) == (1 << 63, 0x40, 0x100)
    assert (after.utval, after.hutval, after.hutinst, after.hustatus_gva) == (0, 0, 0, 0)


@pytest.mark.parametrize("irq", [Irq.USI, Irq.UTI, Irq.UEI])
def test_hu_14_utvec_is_direct_or_vectored_for_interrupts(irq):
    """HU-14"""
    for utvec, target in ((0x100, 0x100), (0x101, 0x100 + 4 * irq)):
        state = state_in(
            FULL, U, mideleg=0x1755, sideleg=0x111, mie=1 << irq, mip_software=1 << irq, mstatus_uie=1,
            utvec=utvec, medeleg=4, sedeleg=4,
        )  # fmt: skip
        assert step(FULL, state, TakeInterrupt(pc=0))[1].target == target
        assert step(FULL, state, TakeException(cause=2, pc=0))[1].target == 0x100


def test_hu_15_without_shudeleg_a_trap_into_u_writes_n_alone():
    """HU-15"""
    config = Config.profile("msun")
    for name in ("hustatus", "hutval", "hutinst", "hudcfg"):
        assert not any(row.name == name for row in config.rules.csrs.values())
    state = state_in(config, U, medeleg=bits(13), sedeleg=bits(13))
    after, _ = step(config, state, TakeException(cause=13, pc=0x80, gva=1, tval2=7, tinst=7))
    assert (after.uepc, after.hustatus_gva, after.hutval, after.hutinst) == (0x80, 0, 0, 0)


def window(page, order=0, enabled=1):
    """The value of a hugpaw."""
    return page << 10 | order << 1 | enabled


def guest_page_fault(gpa, cause=21, tinst=0, config=FULL, **fields):
    """Where a guest-page fault at this address goes."""
    state = state_in(config, VS, **{**GUEST_TO_U, "hudcfg_wen": 1, **fields})
    return step(config, state, TakeException(cause=cause, pc=0, tval2=gpa >> 2, tinst=tinst))[1].to_mode


@pytest.mark.parametrize("cause", [20, 21, 23])
def test_hu_16_a_guest_page_fault_goes_to_u_from_within_a_window(cause):
    """HU-16"""
    assert guest_page_fault(0x1234_5678, cause, hugpaw1=window(0x12345)) == U
    assert guest_page_fault(0x1234_6678, cause, hugpaw1=window(0x12345)) == S
    assert guest_page_fault(0x1234_5678, cause, hugpaw1=window(0x12345, enabled=0)) == S
    assert guest_page_fault(0x1234_5678, cause) == S
    assert guest_page_fault(0x1234_5678, cause, hudcfg_wen=0) == U


@pytest.mark.parametrize(
    ("tinst", "target"),
    [(0, U), (0x3000, S), (0x3020, S), (0x2000, S), (4, S), (1, U), (3, U), (0x0000_2003, U), (2, U)],
)
def test_hu_16_a_pseudoinstruction_keeps_the_fault_in_hs(tinst, target):
    """HU-16"""
    assert guest_page_fault(0x5000, tinst=tinst, hugpaw0=window(5)) == target
    assert guest_page_fault(0x5000, tinst=tinst, hudcfg_wen=0) == U


def test_hu_16_other_causes_need_no_window():
    """HU-16"""
    for cause in (2, 5, 13, 22):
        assert guest_page_fault(0, cause, tinst=0x3000) == U


@pytest.mark.parametrize("order", [0, 1, 2, 3, 10, 37, 38, 63])
def test_hu_17_a_window_spans_two_to_the_order_pages_and_ignores_the_bits_below(order):
    """HU-17"""
    base = 0b101 << order
    for below in {0, 1, (1 << min(order, 38)) - 1} if order else {0}:
        hugpaw = window((base | below) & (1 << 38) - 1, order)
        for page in (base, base + (1 << order) - 1, base + (1 << order), base - 1):
            page &= (1 << 38) - 1
            inside = page >> order == (base & (1 << 38) - 1) >> order
            assert guest_page_fault(page << 12, hugpaw3=hugpaw) == (U if inside else S)


@pytest.mark.parametrize(("config", "pages"), [(FULL, 38), (FULL32, 22), (Config(hgatp_modes=("bare", "sv39x4")), 29)])
def test_hu_17_the_page_number_is_as_wide_as_guest_addresses(config, pages):
    """HU-17"""
    everything = config.rules.xlen_mask
    assert written_and_read(config, "hugpaw0", everything) == ((1 << pages) - 1) << 10 | 0x7F
    assert guest_page_fault((1 << pages + 12) - 1, config=config, hugpaw0=window((1 << pages) - 1)) == U


def test_hu_18_windows_may_overlap():
    """HU-18"""
    assert guest_page_fault(0x5000, hugpaw0=window(5), hugpaw1=window(4, 2)) == U
    assert guest_page_fault(0x6000, hugpaw0=window(5), hugpaw1=window(4, 2)) == U
    assert guest_page_fault(0x8000, hugpaw0=window(5), hugpaw1=window(4, 2)) == S


@pytest.mark.parametrize("windows", range(9))
def test_hu_18_every_window_that_exists_counts_and_no_other_does(windows):
    """HU-18; the addresses of absent windows do not exist."""
    config = Config(windows=windows)
    for i in range(8):
        exists = i < windows
        assert csr(config, state_in(config, M), 0x6E0 + i)[1].fault == (0 if exists else 2)
        if exists:
            assert guest_page_fault(0x5000, config=config, **{f"hugpaw{i}": window(5)}) == U
    assert guest_page_fault(0x5000, config=config) == S


def test_hu_19_uret_executes_in_m_hs_and_u():
    """HU-19"""
    wanted = {M: 0, S: 0, U: 0, VS: 22, VU: 22}
    for source, fault in wanted.items():
        assert step(FULL, state_in(FULL, source), TrapReturn(insn=Return.URET))[1].fault == fault
        config = Config.profile("msuh")
        assert verdict(config, state_in(config, source), Insn.URET) == 2


@pytest.mark.parametrize("source", [M, S, U])
@pytest.mark.parametrize("en", [0, 1])
@pytest.mark.parametrize("upv", [0, 1])
@pytest.mark.parametrize("upvp", [0, 1])
def test_hu_20_uret_returns_to_a_guest_with_en_and_upv_alone(source, en, upv, upvp):
    """HU-20, HU-21, HU-22"""
    state = state_in(
        FULL, source, hudcfg_en=en, hustatus_upv=upv, hustatus_upvp=upvp, uepc=0x440,
        mstatus_upie=upv, mstatus_mprv=1,
    )  # fmt: skip
    after, outcome = step(FULL, state, TrapReturn(insn=Return.URET))
    assert mode(after) == ((VS if upvp else VU) if en and upv else U)
    assert (after.hustatus_upv, after.hustatus_upvp) == (upv if not en else 0, upvp)
    assert (after.mstatus_uie, after.mstatus_upie, after.mstatus_mprv) == (upv, 1, 0)
    assert (outcome.redirect, outcome.target) == (1, 0x440)


@settings(max_examples=400)
@given(SEEDS)
def test_hu_22_uret_reaches_u_vs_or_vu_and_a_guest_only_with_en(seed):
    """HU-22"""
    state = state_from_seed(FULL, seed).replace(prv=0, v=0)
    after, _ = step(FULL, state, TrapReturn(insn=Return.URET))
    assert mode(after) in (U, VS, VU)
    assert mode(after) == U or state.hudcfg_en == 1


NOT_SHUDELEG = dataclasses.replace(FULL, shudeleg=False, windows=0)
SHUDELEG_FIELDS = [
    name
    for name in vars(state_in(FULL, M))
    if name.startswith(("hudcfg", "huedeleg", "hugpaw", "hustatus", "hutval", "hutinst"))
]


@settings(max_examples=1500)
@given(SEEDS, SEEDS)
def test_hu_23_with_en_0_the_hart_is_the_hart_without_shudeleg(state_seed, event_seed):
    """HU-23"""
    state = state_from_seed(FULL, state_seed).replace(hudcfg_en=0)
    event = event_from_seed(FULL, event_seed)
    if (
        isinstance(event, CsrAccess)
        and event.address not in NOT_SHUDELEG.rules.csrs
        and event.address in FULL.rules.csrs
    ):
        return  # "accesses to the added CSRs themselves aside"
    without = state.replace(**dict.fromkeys(SHUDELEG_FIELDS, 0))
    after, outcome = step(FULL, state, event)
    plain, plain_outcome = step(NOT_SHUDELEG, without, event)
    assert after.replace(**dict.fromkeys(SHUDELEG_FIELDS, 0)) == plain
    assert (outcome.to_mode, outcome.redirect, outcome.target, outcome.fault, outcome.rdata) == (
        plain_outcome.to_mode, plain_outcome.redirect, plain_outcome.target, plain_outcome.fault, plain_outcome.rdata,
    )  # fmt: skip


def test_hu_24_the_second_interrupt_delegation():
    """HU-24"""
    state = write(FULL, state_in(FULL, M), "sideleg", ALL)
    assert read(FULL, state, "sideleg") == 0
    state = write(FULL, state, "mideleg", ALL)
    assert read(FULL, state, "mideleg") == bits(0, 1, 2, 4, 5, 6, 8, 9, 10, 12)
    assert read(FULL, state, "sideleg") == bits(0, 4, 8)
    assert read(FULL, write(FULL, state, "mideleg", bits(4)), "sideleg") == bits(4)


@pytest.mark.parametrize("irq", [Irq.USI, Irq.UTI, Irq.UEI])
def test_hu_25_a_u_level_interrupt_is_taken_in_u_with_uie_and_from_a_guest_with_en(irq):
    """HU-25"""
    fields = {"mideleg": 0x1555, "sideleg": 0x111, "mie": 1 << irq, "mip_software": 1 << irq, "mstatus_sie": 1}
    for source in Mode:
        for uie in (0, 1):
            for en in (0, 1):
                state = state_in(FULL, source, **fields, mstatus_uie=uie, hudcfg_en=en, mstatus_mie=1)
                taken = (source == U and uie) or (source in (VS, VU) and en)
                request = pending_interrupt(FULL, state)
                assert request.pending == int(bool(taken))
                assert not taken or (request.mode, request.cause) == (U, irq)


def test_hu_25_a_u_level_interrupt_that_hs_keeps_is_taken_in_hs():
    """HU-25"""
    fields = {"mideleg": 0x1555, "mie": 1, "mip_software": 1}
    assert pending_interrupt(FULL, state_in(FULL, U, **fields)).mode == S
    assert pending_interrupt(FULL, state_in(FULL, U, **{**fields, "mideleg": 0x1444})).mode == M


def test_hu_26_u_comes_after_hs_and_before_vs():
    """HU-26"""
    fields = {
        "mideleg": 0x1755, "sideleg": 0x111, "hideleg": 0x444, "hudcfg_en": 1,
        "mie": bits(0, 9, 10), "mip_software": bits(0), "hvip": bits(10),
    }  # fmt: skip
    assert pending_interrupt(FULL, state_in(FULL, VU, **fields)).mode == U
    fields["mip_software"] = bits(0, 9)
    assert pending_interrupt(FULL, state_in(FULL, VU, **{**fields, "mideleg": 0x1755})).mode == S
    fields["mip_software"] = 0
    assert pending_interrupt(FULL, state_in(FULL, VU, **fields)).mode == VS


def test_hu_27_who_writes_which_pending_bit_of_u():
    """HU-27"""
    three = bits(0, 4, 8)
    assert written_and_read(FULL, "mip", three) == three
    delegated = state_in(FULL, M, mideleg=0x1555, sideleg=0x111)
    assert write(FULL, delegated, "sip", three).mip_software == bits(0, 8)
    assert write(FULL, delegated, "uip", three).mip_software == bits(0)
    assert write(FULL, delegated.replace(mideleg=0x1454), "sip", three).mip_software == 0
    assert write(FULL, delegated.replace(sideleg=0x110), "uip", three).mip_software == 0
    assert write(FULL, delegated, "uie", ALL).mie == three


@pytest.mark.parametrize("source", [M, S, U])
@pytest.mark.parametrize("en", [0, 1])
@pytest.mark.parametrize("spvp", [0, 1])
@pytest.mark.parametrize("upvp", [0, 1])
def test_hu_28_hypervisor_loads_from_u_act_as_upvp_says(source, en, spvp, upvp):
    """HU-28"""
    state = state_in(FULL, source, hudcfg_en=en, hstatus_spvp=spvp, hustatus_upvp=upvp, hstatus_hu=1)
    wanted = upvp if source == U and en else spvp
    assert hlsv_mode(FULL, state) == (VS if wanted else VU)
    assert verdict(FULL, state, Insn.HLV_W) == 0


def test_the_addresses_are_those_of_the_text():
    """HU-1, HU-2, HU-4"""
    for name, address in {
        "hudcfg": 0x6C0, "huedeleg": 0x6C2, "hugpaw0": 0x6E0, "hustatus": 0x800, "hutval": 0x843, "hutinst": 0x84A,
        "ustatus": 0x000, "uie": 0x004, "utvec": 0x005, "uscratch": 0x040, "uepc": 0x041, "ucause": 0x042,
        "utval": 0x043, "uip": 0x044, "sedeleg": 0x102, "sideleg": 0x103,
    }.items():  # fmt: skip
        assert address_of(FULL, name) == address
    for name, value in {"hudcfg": 3, "hustatus": bits(6, 7, 8), "hutval": 2**48 - 1, "hutinst": 2**32 - 1}.items():
        assert written_and_read(FULL, name, ALL) == value
