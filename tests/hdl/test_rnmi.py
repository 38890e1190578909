"""Smrnmi: the way into the handler of RNMIs and out of it, what NMIE masks, its registers."""

from itertools import product
from random import Random

from utrap.config import Config
from utrap.isa import CommitOp, CsrOp, Fault, Mode

from .bench import on
from .manual import ones

M, S, U, VS, VU = Mode.M, Mode.S, Mode.U, Mode.VS, Mode.VU
ILLEGAL, NONE = Fault.ILLEGAL, Fault.NONE
INTERRUPT_VECTOR, EXCEPTION_VECTOR = 0x8000_0100, 0x8000_0200
VECTORS = {"rnmi_interrupt_vector": INTERRUPT_VECTOR, "rnmi_exception_vector": EXCEPTION_VECTOR}
FULL = Config.profile("full", 64, smrnmi=True, **VECTORS)
HARTS = [
    FULL,
    Config.profile("msuh", 32, smrnmi=True, **VECTORS),
    Config.profile("msu", 64, smrnmi=True, **VECTORS),
    Config.profile("mu", 64, smrnmi=True, **VECTORS),
]
MNSCRATCH, MNEPC, MNCAUSE, MNSTATUS = REGISTERS = (0x740, 0x741, 0x742, 0x744)
NMIE, MNPV, MNPP = 1 << 3, 1 << 7, 11
MPRV, MPP_M, MIE, MEI, UEI = 1 << 17, 3 << 11, 1 << 3, 1 << 11, 1 << 8
MDT = 1 << 10  # in mstatush


async def enable(bench):
    """As software does it after reset."""
    await bench.put(MNSTATUS, NMIE, CsrOp.SET)


async def take(bench, pc=0x1000, cause=0):
    return await bench.step(op=CommitOp.RNMI, pc=pc, rnmi=1, rnmi_cause=cause)


async def mnret(bench):
    return await bench.step(op=CommitOp.MNRET)


def saved_mode(mode):
    return (mode & 3) << MNPP | (MNPV if mode in (VS, VU) else 0)


# The way in


@on(*HARTS)
async def test_after_reset_nmie_is_0_and_software_can_set_it_and_not_clear_it(bench):
    # norm:mnstatus_nmie_reset, norm:mnstatus_nmie_set_clear
    assert bench.get(MNSTATUS) & NMIE == 0
    await enable(bench)
    assert bench.get(MNSTATUS) & NMIE
    for value, kind in ((0, CsrOp.WRITE), (NMIE, CsrOp.CLEAR)):
        await bench.put(MNSTATUS, value, kind)
        assert bench.get(MNSTATUS) & NMIE


@on(*HARTS)
async def test_an_rnmi_goes_to_its_vector_in_m_and_saves_pc_cause_and_mode_and_nothing_else_changes(bench):
    # norm:rnmi_entry, norm:rnmi_entry_cause, norm:rnmi_entry_priv, norm:rnmi_entry_nmie_clear, norm:rnmi_trap_addr
    interrupt = 1 << bench.config.xlen - 1
    await enable(bench)
    for mode, cause in product(bench.modes, (0, 1, 2, 31, 63)):
        await bench.enter(mode)
        before, pc = bench.state(), 0x8000_1236 ^ cause << 4
        assert bench.drive(rnmi=1, rnmi_cause=cause).interrupt_rnmi == 1
        seen = await take(bench, pc, cause)
        assert (seen.redirect, seen.target, seen.fault) == (1, INTERRUPT_VECTOR, NONE)
        assert (seen.trace_kind, seen.trace_from_mode, seen.trace_to_mode) == (CommitOp.RNMI, mode, M)
        assert (seen.trace_epc, seen.trace_cause) == (pc, cause)
        assert (bench.mode, bench.get(MNEPC), bench.get(MNCAUSE)) == (M, pc, interrupt | cause)
        assert bench.get(MNSTATUS) == saved_mode(mode)
        after = bench.state()
        changed = {name for name, value in after.items() if value != before[name]}
        assert changed <= {"mnepc", "mncause", "mnstatus", "mode"}
        seen = await mnret(bench)
        assert (seen.redirect, seen.target, bench.mode) == (1, pc, mode)


@on(*HARTS)
async def test_no_enable_but_nmie_keeps_an_rnmi_away(bench):
    # norm:rnmi_not_disabled, norm:mnstatus_nmie_enable
    await bench.put("mie", 0)
    for mode in bench.modes:
        await bench.enter(mode)
        assert bench.drive(rnmi=1).interrupt_rnmi == int(bench.get(MNSTATUS) & NMIE != 0)
        before = bench.state()
        if mode is M:
            # NMIE is 0, as after reset.
            seen = await take(bench)
            assert (seen.redirect, seen.fault, seen.trace_kind) == (0, NONE, CommitOp.NONE)
            assert bench.state() == before
            await enable(bench)
        assert (bench.drive(rnmi=1).interrupt_rnmi, bench.drive(rnmi=0).interrupt_rnmi) == (1, 0)
    assert bench.get("mie") == 0
    assert bench.get("mstatus") & MIE == 0


@on(*HARTS)
async def test_without_the_line_no_rnmi_takes_place(bench):
    # norm:mnstatus_nmie_enable
    await enable(bench)
    before = bench.state()
    seen = await bench.step(op=CommitOp.RNMI, pc=0x44, rnmi=0, rnmi_cause=5)
    assert (seen.redirect, seen.fault, seen.trace_kind) == (0, NONE, CommitOp.NONE)
    assert bench.state() == before


@on(FULL)
async def test_an_rnmi_in_the_handler_in_u_leaves_its_state_alone(bench):
    # HU-32
    await enable(bench)
    await bench.put("medeleg", ones(bench.config))
    await bench.put("huedeleg", ones(bench.config))
    await bench.put("hudcfg", 1)
    await bench.enter(VS)
    await bench.exception(21, pc=0x8000_0000, tval=0x1000_0005, tval2=0x400_0001, gva=1)
    assert bench.mode == U
    handler = bench.state()
    await take(bench, 0x4008, 9)
    assert bench.get(MNSTATUS) == 0
    changed = {name for name, value in bench.state().items() if value != handler[name]}
    assert changed == {"mnepc", "mncause", "mnstatus", "mode"}
    seen = await mnret(bench)
    assert (seen.redirect, seen.target) == (1, 0x4008)
    own = ("mnepc", "mncause", "mnstatus")
    assert {n: v for n, v in bench.state().items() if n not in own} == {
        n: v for n, v in handler.items() if n not in own
    }
    seen = await bench.uret()
    assert (bench.mode, seen.target) == (VS, 0x8000_0000)


# With NMIE=0


@on(*HARTS)
async def test_with_nmie_0_no_interrupt_is_taken_in_any_mode(bench):
    # norm:mnstatus_nmie_disable
    await bench.put("mie", MEI)
    for mode in bench.modes:
        await bench.enter(mode)
        await bench.put("mstatus", MIE, CsrOp.SET)
        bench.level(meip=1)
        assert bench.get(MNSTATUS) & NMIE == 0
        assert (bench.outputs().interrupt_request, bench.outputs().interrupt_wake) == (0, 1)
        before = bench.state()
        seen = await bench.interrupt(0x44)
        assert (seen.redirect, bench.state()) == (0, before)
        bench.level(meip=0)
    await enable(bench)
    assert bench.level(meip=1).interrupt_request == 1


@on(FULL)
async def test_with_nmie_0_no_interrupt_goes_to_u_either(bench):
    # HU-32
    for name in ("mideleg", "sideleg", "mie"):
        await bench.put(name, UEI)
    await bench.enter(U)
    await bench.put("mstatus", 1, CsrOp.SET)
    assert bench.level(ueip=1).interrupt_request == 0
    await enable(bench)
    assert (bench.outputs().interrupt_request, bench.outputs().interrupt_target) == (1, U)


@on(*HARTS)
async def test_with_nmie_0_an_exception_in_m_goes_to_the_vector_of_exceptions(bench):
    # norm:rnmi_exception_nmie0, norm:rnmi_exc_trap_addr
    await bench.put("mtvec", 0x4000)
    mnstatus = bench.get(MNSTATUS)
    seen = await bench.exception(2, pc=0x44, tval=7)
    assert (seen.redirect, seen.target) == (1, EXCEPTION_VECTOR)
    # All else is as for any exception.
    assert (bench.get("mepc"), bench.get("mcause"), bench.get("mtval")) == (0x44, 2, 7)
    assert bench.get(MNSTATUS) == mnstatus
    for mode in bench.modes[1:]:
        await bench.enter(mode)
        assert (await bench.exception(24)).target == 0x4000, mode
    await enable(bench)
    assert (await bench.exception(2)).target == 0x4000


@on(*HARTS)
async def test_with_nmie_0_mprv_does_not_act(bench):
    # norm:mnstatus_mprv_clear
    await bench.put("mstatus", MPRV)
    assert (bench.outputs().hart_mode, bench.outputs().hart_load_store_mode) == (M, M)
    assert bench.get("mstatus") & MPRV
    await enable(bench)
    assert bench.outputs().hart_load_store_mode == U


@on(*HARTS)
async def test_an_rnmi_ends_wfi_whatever_nmie_is(bench):
    # norm:mnstatus_wfi
    assert bench.outputs().interrupt_wake == 0
    assert bench.drive(rnmi=1).interrupt_wake == 1
    await enable(bench)
    assert bench.drive(rnmi=1).interrupt_wake == 1


@on(
    Config.profile("full", 64, smrnmi=True, rnmi_vectors="port"),
    Config.profile("mu", 32, smrnmi=True, rnmi_vectors="port", ialign=32, isa="IMA"),
    Config.profile("msu", 32, smrnmi=True, rnmi_vectors="port", smdbltrp=True),
)
async def test_inputs_say_where_the_handlers_are_in_the_cycle_in_which_they_are_entered(bench):
    # norm:rnmi_trap_addr, norm:rnmi_exc_trap_addr, norm:trap_unexp_hndl_rnmi, warl:RNMI
    random, xlen = Random("vectors"), bench.config.xlen
    low = 3 if bench.config.ialign == 32 else 1
    await bench.put("mtvec", 0x4000)
    for mode in (*bench.modes, *bench.modes):
        of_rnmis, of_exceptions = random.getrandbits(xlen), random.getrandbits(xlen)
        said = {"rnmi_interrupt_vector": of_rnmis, "rnmi_exception_vector": of_exceptions}
        await bench.enter(mode)
        await bench.put(MNSTATUS, NMIE, CsrOp.SET)
        other = {name: ~value & ones(bench.config) for name, value in said.items()}
        assert bench.drive(rnmi=1, **other).interrupt_rnmi == 1
        seen = await bench.step(op=CommitOp.RNMI, rnmi=1, **said)
        assert (seen.target, bench.mode) == (of_rnmis & ~low, M)
        if bench.config.smdbltrp:
            # A double trap in M goes where RNMIs go; the handler's own would stop the hart.
            await bench.put(MNSTATUS, NMIE, CsrOp.SET)
            await bench.put("mstatush", MDT, CsrOp.SET)
            assert (await bench.exception(2, **said)).target == of_rnmis & ~low
        else:
            assert (await bench.exception(2, **said)).target == of_exceptions & ~low
            await mnret(bench)
            assert bench.mode == mode


# The way out


@on(*HARTS)
async def test_mnret_leads_to_mnepc_and_to_the_saved_mode_sets_nmie_and_ends_mprv_below_m(bench):
    # norm:mnret_mode, norm:mnret_restore, norm:mnret_mprv, norm:rnmi_resume
    for mode, beside_m in product(bench.modes, (0, MNPV)):
        await bench.enter(M)
        mnpv = beside_m if bench.config.h and mode is M else saved_mode(mode) & MNPV
        await bench.put(MNSTATUS, (mode & 3) << MNPP | mnpv)
        await bench.put(MNEPC, 0x4444)
        await bench.put("mstatus", MPRV | MPP_M)
        seen = await mnret(bench)
        assert (seen.redirect, seen.target, seen.fault) == (1, 0x4444, NONE)
        assert (seen.trace_kind, seen.trace_from_mode, seen.trace_to_mode) == (CommitOp.MNRET, M, mode)
        assert bench.mode == mode
        assert bench.get(MNSTATUS) == (mode & 3) << MNPP | mnpv | NMIE
        assert bench.get("mstatus") & (MPRV | MPP_M) == (MPRV if mode is M else 0) | MPP_M


@on(*HARTS)
async def test_below_m_mnret_and_its_registers_are_illegal(bench):
    # norm:mnret_mode, norm:Smrnmi_csrs
    for mode in bench.modes:
        await bench.enter(mode)
        wanted = NONE if mode is M else ILLEGAL
        assert bench.outputs().legality_mnret == wanted
        assert [bench.peek(csr).fault for csr in REGISTERS] == [wanted] * 4
        if mode is not M:
            before = bench.state()
            seen = await mnret(bench)
            assert (seen.fault, seen.redirect, seen.trace_kind) == (ILLEGAL, 0, CommitOp.NONE)
            assert bench.state() == before


# Its registers


@on(*HARTS)
async def test_its_registers_hold_what_they_may(bench):
    # norm:mnscratch_op, norm:mnepc_bit0, norm:mncause_op, norm:mnstatus_reserved, warl:mncause, warl:MPP
    random, config = Random("rnmi"), bench.config
    interrupt = 1 << config.xlen - 1
    await enable(bench)
    for value in (0, ones(config), *(random.getrandbits(config.xlen) for _ in range(50))):
        for csr in REGISTERS:
            await bench.put(csr, value)
        assert bench.get(MNSCRATCH) == value
        assert bench.get(MNEPC) == value & ~1
        assert bench.get(MNCAUSE) == value & (interrupt | 63)
        mnpp = {3: 3, 1: 1 if config.s else 0}.get(value >> MNPP & 3, 0)
        assert bench.get(MNSTATUS) == mnpp << MNPP | NMIE | (value & MNPV if config.h else 0)


@on(Config.profile("msu", 64, smrnmi=True, ialign=32, isa="IMA"))
async def test_mnepc_has_no_bit_1_where_instructions_have_32_bits(bench):
    # norm:mnepc_ialign32
    await enable(bench)
    await take(bench, ones(bench.config))
    assert bench.get(MNEPC) == ones(bench.config) & ~3


@on(Config.profile("msuh", 64))
async def test_without_smrnmi_its_registers_are_the_cores(bench):
    # warl:addresses
    assert [bench.peek(csr, ext_exists=1).extension_select for csr in REGISTERS] == [1] * 4
    assert not hasattr(bench.unit.interrupt, "rnmi")
