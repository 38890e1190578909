"""Sdext: the entry into Debug Mode and the way out, what it masks, its registers, and what the core is told."""

from itertools import product
from random import Random

from utrap.config import Config
from utrap.isa import CommitOp, CsrOp, Fault, Mode

from .bench import on
from .manual import ones

M, S, U, VS, VU = Mode.M, Mode.S, Mode.U, Mode.VS, Mode.VU
ILLEGAL, NONE = Fault.ILLEGAL, Fault.NONE
FULL = Config.profile("full", 64, sdext=True)
GUESTS = [FULL, Config.profile("msuh", 32, sdext=True)]
DEBUGGED = [*GUESTS, Config.profile("msu", 64, sdext=True), Config.profile("mu", 64, sdext=True)]
DCSR, DPC, DSCRATCH0, DSCRATCH1 = REGISTERS = (0x7B0, 0x7B1, 0x7B2, 0x7B3)
#: dcsr: debugver 4, mprven.
FIXED = 4 << 28 | 1 << 4
STEP, NMIP, V, STOPTIME, STOPCOUNT, STEPIE = 1 << 2, 1 << 3, 1 << 5, 1 << 9, 1 << 10, 1 << 11
EBREAK = {U: 1 << 12, S: 1 << 13, M: 1 << 15, VU: 1 << 16, VS: 1 << 17}
MPRV, MPP_M, MIE, MEI = 1 << 17, 3 << 11, 1 << 3, 1 << 11


async def halt(bench, pc=0x1000, cause=3, nmip=0):
    return await bench.step(op=CommitOp.HALT, pc=pc, halt_cause=cause, nmip=nmip)


async def resume(bench):
    return await bench.step(op=CommitOp.RESUME)


def in_debug_mode(bench):
    return bench.outputs().hart_debug


# The way in


@on(*DEBUGGED)
async def test_after_reset_no_debugger_is_there_and_prv_is_m(bench):
    # Sdext: Core Debug Registers
    assert not in_debug_mode(bench)
    assert [bench.get(csr) for csr in REGISTERS] == [FIXED | 3, 0, 0, 0]


@on(*DEBUGGED)
async def test_a_halt_saves_the_mode_the_pc_and_the_reason_and_has_the_rights_of_m(bench):
    # Sdext: Halt
    for mode, cause in product(bench.modes, range(1, 8)):
        await bench.enter(mode)
        pc, nmip = 0x8000_1236 ^ cause << 4, cause & 1
        seen = await halt(bench, pc, cause, nmip)
        assert (seen.redirect, seen.fault, seen.trace_kind) == (0, NONE, CommitOp.HALT)
        assert (seen.trace_from_mode, seen.trace_to_mode, seen.trace_epc) == (mode, M, pc)
        assert (in_debug_mode(bench), bench.mode) == (1, M)
        v = V if mode in (VS, VU) else 0
        assert bench.get(DCSR) == FIXED | cause << 6 | (NMIP if nmip else 0) | v | mode & 3
        assert bench.get(DPC) == pc
        await resume(bench)
        assert (bench.mode, in_debug_mode(bench)) == (mode, 0)


@on(Config.profile("msu", 64, sdext=True, ialign=32, isa="IMA"), FULL)
async def test_dpc_holds_the_low_bits_that_an_epc_holds(bench):
    # Sdext: Core Debug Registers, warl:IALIGN
    low = -(bench.config.ialign // 8)
    await halt(bench, ones(bench.config))
    assert bench.get(DPC) == ones(bench.config) & low
    await bench.csr(DPC, ones(bench.config))
    assert bench.get(DPC) == ones(bench.config) & low


@on(FULL)
async def test_a_halt_in_the_handler_in_u_leaves_its_state_alone_and_resumes_there(bench):
    # HU-35
    await bench.put("medeleg", ones(bench.config))
    await bench.put("huedeleg", ones(bench.config))
    await bench.put("hudcfg", 1)
    await bench.enter(VS)
    await bench.exception(21, pc=0x8000_0000, tval=0x1000_0005, tval2=0x400_0001, gva=1)
    assert bench.mode == U
    handler = bench.state()
    await halt(bench, 0x4008)
    assert bench.get(DCSR) & (V | 3) == 0
    changed = {name for name, value in bench.state().items() if value != handler[name]}
    assert changed == {"dcsr", "dpc", "mode"}
    seen = await resume(bench)
    assert (seen.redirect, seen.target) == (1, 0x4008)
    assert {name: value for name, value in bench.state().items() if name not in ("dcsr", "dpc")} == {
        name: value for name, value in handler.items() if name not in ("dcsr", "dpc")
    }
    seen = await bench.uret()
    assert (bench.mode, seen.target) == (VS, 0x8000_0000)


# In Debug Mode


@on(*DEBUGGED)
async def test_in_debug_mode_no_trap_takes_place_and_no_halt(bench):
    # Sdext: Debug Mode
    for mode in bench.modes:
        await bench.enter(mode)
        await bench.put("mie", MEI)
        await bench.put("mstatus", MIE, CsrOp.SET)
        bench.level(meip=1)
        await halt(bench)
        before = bench.state()
        for op in (CommitOp.EXCEPTION, CommitOp.INTERRUPT, CommitOp.HALT):
            seen = await bench.step(op=op, pc=0x44, cause=2, tval=7, halt_cause=5, nmip=1)
            assert (seen.redirect, seen.fault, seen.trace_kind, seen.interrupt_request) == (0, NONE, CommitOp.NONE, 0)
            assert (bench.state(), in_debug_mode(bench)) == (before, 1), op
        bench.level(meip=0)
        await resume(bench)


@on(*DEBUGGED)
async def test_in_debug_mode_no_return_executes(bench):
    # HU-35, warl:dcsr
    for mode in bench.modes:
        await bench.enter(mode)
        await halt(bench)
        before = bench.state()
        for op in (CommitOp.MRET, CommitOp.SRET, CommitOp.URET):
            legality = f"legality_{op.name.lower()}"
            if op is CommitOp.MRET or getattr(bench.config, op.name[0].lower().replace("u", "n")):
                assert getattr(bench.outputs(), legality) == ILLEGAL
            seen = await bench.step(op=op)
            assert (seen.redirect, seen.fault, seen.trace_kind) == (0, ILLEGAL, CommitOp.NONE)
            assert (bench.state(), in_debug_mode(bench)) == (before, 1), op
        await resume(bench)


@on(*DEBUGGED)
async def test_in_debug_mode_mprv_acts(bench):
    # warl:dcsr: mprven is read-only 1.
    await bench.put("mstatus", MPRV)
    await halt(bench)
    await bench.csr(DCSR, 0)
    assert bench.get(DCSR) & 1 << 4
    assert (bench.outputs().hart_mode, bench.outputs().hart_load_store_mode) == (M, U)


# The way out


@on(*DEBUGGED)
async def test_a_resume_leads_to_dpc_and_to_prv_and_v_and_ends_mprv_below_m(bench):
    # Sdext: Resume
    for mode, v_beside_m in product(bench.modes, (0, V)):
        await halt(bench)
        v = V if mode in (VS, VU) else v_beside_m if mode is M else 0
        await bench.csr(DCSR, v | mode & 3)
        await bench.csr(DPC, 0x4444)
        await bench.put("mstatus", MPRV | MPP_M)
        seen = await resume(bench)
        assert (seen.redirect, seen.target, seen.fault) == (1, 0x4444, NONE)
        assert (seen.trace_kind, seen.trace_from_mode, seen.trace_to_mode) == (CommitOp.RESUME, M, mode)
        assert (bench.mode, in_debug_mode(bench)) == (mode, 0)
        assert bench.get("mstatus") & MPRV == (MPRV if mode is M else 0)


@on(*DEBUGGED)
async def test_outside_debug_mode_a_resume_is_illegal_in_every_mode(bench):
    # Sdext: Resume
    for mode in bench.modes:
        await bench.enter(mode)
        before = bench.state()
        seen = await resume(bench)
        assert (seen.fault, seen.redirect, seen.trace_kind) == (ILLEGAL, 0, CommitOp.NONE)
        assert bench.state() == before


# Its registers


@on(*DEBUGGED)
async def test_its_registers_are_illegal_outside_it_even_in_m_and_a_debuggers_at_any_time(bench):
    # Sdext: Core Debug Registers
    for mode, csr in product(bench.modes, REGISTERS):
        await bench.enter(mode)
        assert bench.peek(csr).fault == bench.peek(csr).legality_csr == ILLEGAL
        assert bench.peek(csr, debug=True).fault == NONE
        await halt(bench)
        assert bench.peek(csr).fault == bench.peek(csr).legality_csr == NONE
        await bench.csr(csr, 0)
        await bench.csr(DCSR, 3)
        await resume(bench)


@on(*DEBUGGED)
async def test_dcsr_holds_what_it_may_and_cause_and_nmip_are_the_halts(bench):
    # warl:dcsr, warl:MPP
    random, config = Random("dcsr"), bench.config
    writable = STEP | STEPIE | STOPTIME | STOPCOUNT | EBREAK[U] | EBREAK[M]
    writable |= EBREAK[S] if config.s else 0
    writable |= V | EBREAK[VS] | EBREAK[VU] if config.h else 0
    await halt(bench, cause=6, nmip=1)
    for value in (0, ones(config), *(random.getrandbits(config.xlen) for _ in range(50))):
        await bench.csr(DCSR, value)
        prv = {3: 3, 1: 1 if config.s else 0}.get(value & 3, 0)
        assert bench.get(DCSR) == FIXED | value & writable | prv | 6 << 6 | NMIP
    for csr in (DSCRATCH0, DSCRATCH1):
        await bench.csr(csr, ones(config))
        assert bench.get(csr) == ones(config)


# Single steps, and what the core is told


@on(*DEBUGGED)
async def test_a_single_step_lets_interrupts_in_with_stepie_alone(bench):
    # Sdext: Step Bit In Dcsr
    for mode, stepie in product(bench.modes, (0, STEPIE)):
        await bench.enter(mode)
        await bench.put("mie", MEI)
        await bench.put("mstatus", MIE, CsrOp.SET)
        bench.level(meip=1)
        assert bench.outputs().interrupt_request == 1
        await halt(bench)
        assert (bench.outputs().interrupt_request, bench.outputs().hart_steps) == (0, 0)
        await bench.csr(DCSR, STEP | stepie, CsrOp.SET)
        assert (bench.outputs().interrupt_request, bench.outputs().hart_steps) == (0, 0)
        await resume(bench)
        now = bench.outputs()
        assert (now.hart_steps, now.interrupt_request, now.interrupt_wake) == (1, int(bool(stepie)), 1)
        seen = await bench.interrupt(0x700)
        assert (seen.redirect, bench.mode) == ((1, M) if stepie else (0, mode))
        # The step is over; whether it was a trap or an instruction the hart halts at what is next.
        await halt(bench, cause=4)
        await bench.csr(DCSR, STEP | STEPIE, CsrOp.CLEAR)
        bench.level(meip=0)
        await resume(bench)


@on(*DEBUGGED)
async def test_an_ebreak_halts_by_the_bit_of_its_mode(bench):
    # Sdext: Core Debug Registers
    every = sum(EBREAK.values())
    for mode in bench.modes:
        await bench.enter(mode)
        for bits, wanted in ((0, 0), (EBREAK[mode], 1), (every & ~EBREAK[mode], 0), (every, 1)):
            await bench.put(DCSR, bits)
            assert bench.outputs().hart_ebreak_halts == wanted, (mode, bits)
    await halt(bench, cause=1)
    await bench.put(DCSR, every)
    assert bench.outputs().hart_ebreak_halts == 0


@on(*DEBUGGED)
async def test_counters_and_time_stand_still_in_debug_mode_where_dcsr_says_so(bench):
    # Sdext: Debug Mode
    for is_inside in (0, 1):
        for bits in (0, STOPCOUNT, STOPTIME, STOPCOUNT | STOPTIME):
            await bench.put(DCSR, bits | 3)
            now = bench.outputs()
            stopped = (int(bool(bits & STOPCOUNT)) & is_inside, int(bool(bits & STOPTIME)) & is_inside)
            assert (now.hart_stops_counters, now.hart_stops_time) == stopped
        await halt(bench)


@on(Config.profile("msuh", 64))
async def test_without_sdext_its_registers_are_the_cores(bench):
    # warl:addresses
    assert [bench.peek(csr, ext_exists=1).extension_select for csr in REGISTERS] == [1] * 4
    assert not hasattr(bench.unit.hart, "debug")
