"""The contract of the ports: one event a cycle, reset, the trace, and a hart whose delegation is off."""

from random import Random
from typing import Any

from amaranth.hdl import Shape

from utrap.config import Config
from utrap.isa import CommitOp, CsrOp, Fault, Mode

from .bench import bench_of, on
from .configs import ALL, FULL, FULL64, MU, NAMED_VARIANTS, PROFILES
from .manual import ADDRESS, bits, csrs_of, gpa_bits, ones
from .predict import mret, sret, sret_v1, trap, uret

M, S, U, VS, VU = Mode.M, Mode.S, Mode.U, Mode.VS, Mode.VU


def test_the_enums_of_the_ports_have_their_documented_values():
    assert [(mode.name, mode.value) for mode in Mode] == [("U", 0), ("S", 1), ("M", 3), ("VU", 4), ("VS", 5)]
    assert [fault.name for fault in sorted(Fault)] == ["NONE", "ILLEGAL", "VIRTUAL"]
    assert [kind.name for kind in sorted(CsrOp)] == ["READ", "WRITE", "SET", "CLEAR"]
    events = ["NONE", "CSR", "EXCEPTION", "INTERRUPT", "MRET", "SRET", "URET", "DEBUG_CSR"]
    events += ["MNRET", "RESUME", "HALT", "RNMI"]
    assert [op.name for op in sorted(CommitOp)] == events


@on(*ALL)
async def test_the_ports_have_the_widths_of_the_configuration(bench):
    config, unit = bench.config, bench.unit

    def widths(port):
        return {name: Shape.cast(member.shape).width for name, member in port.signature.members.items()}

    commit = {"op": 3, "pc": config.xlen, "cause": 6, "tval": config.xlen}
    commit |= {"csr_address": 12, "csr_op": 2, "csr_wdata": config.xlen}
    if config.h:
        commit |= {"gva": 1, "tval2": gpa_bits(config) - 2, "tinst": 32}
    commit |= {f"{name}_dirty": 1 for name in ("fs", "vs") if getattr(config, name)}
    assert widths(unit.commit) == commit
    lines = dict.fromkeys(["meip", "mtip", "msip", *(["seip"] if config.s else []), *(["ueip"] if config.n else [])], 1)
    assert widths(unit.lines) == lines | ({"hgeip": config.geilen} if config.geilen else {})
    assert widths(unit.answer) == {"fault": 2, "redirect": 1, "target": config.xlen, "rdata": config.xlen}
    assert widths(unit.interrupt) == {"request": 1, "cause": 6, "target": 3, "wake": 1}


# Reset


@on(*ALL)
async def test_reset_in_the_middle_of_anything_leaves_the_state_of_a_new_hart(bench):
    # norm:M-mode_at_rst2, norm:mstatus_mie_mprv_rst, norm:mcause_rst_zero, norm:hgatp_vsatp_mode_rst, warl:reset
    config, random = bench.config, Random("reset")
    fresh = bench.state()
    assert fresh["mode"] == M
    assert fresh == {csr.name: csr.after_reset(config) for csr in csrs_of(config)} | {"mode": M}
    for mode in bench.modes:
        await bench.enter(mode)
        await bench.scramble(random)
        # It wins over the event of its cycle.
        op = random.choice(list(bench.operations))
        await bench.step(rst=1, op=op, cause=2, pc=64, tval=5, csr_address=0x340, csr_op=CsrOp.WRITE, csr_wdata=7)
        assert bench.state() == fresh, (mode, op)
    for op in bench.operations:
        await bench.step(rst=1, op=op, cause=2, pc=64, tval=5, csr_address=0x340, csr_op=CsrOp.WRITE, csr_wdata=7)
        assert bench.state() == fresh, op


# One event a cycle


@on(*PROFILES)
async def test_a_cycle_without_an_event_changes_nothing(bench):
    random = Random("idle")
    for mode in bench.modes:
        await bench.enter(mode)
        await bench.scramble(random)
        before = bench.state()
        seen = await bench.step(
            pc=random.getrandbits(32),
            tval=random.getrandbits(32),
            cause=random.getrandbits(6),
            csr_address=0x340,
            csr_op=CsrOp.WRITE,
            csr_wdata=random.getrandbits(32),
        )
        assert (seen.redirect, seen.fault, seen.trace_kind) == (0, 0, CommitOp.NONE)
        assert (seen.trace_from_mode, seen.trace_to_mode) == (mode, mode)
        assert bench.state() == before


@on(*FULL, *MU)
async def test_an_event_that_is_withdrawn_before_the_edge_does_nothing(bench):
    for op in bench.operations:
        before = bench.state()
        bench.drive(op=op, cause=2, pc=64, csr_address=0x340, csr_op=CsrOp.WRITE, csr_wdata=7)
        await bench.step()
        assert bench.state() == before, op


def predicted(config, state, seen, op, inputs):
    """The state after an event that is no CSR access, from what was requested."""
    if op == CommitOp.EXCEPTION:
        return trap(config, state, Mode(seen.trace_to_mode), **inputs)
    if op == CommitOp.INTERRUPT:
        if not seen.interrupt_request:
            return state
        to = Mode(seen.interrupt_target)
        return trap(config, state, to, seen.interrupt_cause, is_interrupt=True, pc=inputs["pc"])
    if seen.fault:
        return state
    if op == CommitOp.SRET:
        return (sret_v1 if state["mode"] == VS else sret)(config, state)
    return {CommitOp.MRET: mret, CommitOp.URET: uret}[op](config, state)


@on(*ALL)
async def test_events_in_consecutive_cycles_each_take_one(bench):
    # norm:mstatus_xpie_xie_xpp_trap_op, norm:mstatus_xret_op, norm:mstatus_mie_sie_op1
    config, random = bench.config, Random("back to back")
    await bench.scramble(random)
    state = bench.state()
    names = [csr.name for csr in csrs_of(config)]
    for _ in range(400):
        op = random.choice([*bench.operations, CommitOp.EXCEPTION, CommitOp.MRET])
        if op in (CommitOp.CSR, CommitOp.DEBUG_CSR):
            kind, value = random.choice(list(CsrOp)), random.getrandbits(config.xlen)
            seen = await bench.csr(random.choice(names), value, kind, debug=op == CommitOp.DEBUG_CSR)
            now = bench.state()
            assert now["mode"] == state["mode"]
            if seen.fault or kind is CsrOp.READ:
                assert now == state
        elif op == CommitOp.NONE:
            await bench.step()
            now = bench.state()
            assert now == state
        else:
            inputs = {}
            if op in (CommitOp.EXCEPTION, CommitOp.INTERRUPT):
                inputs["pc"] = random.getrandbits(config.xlen)
            if op == CommitOp.EXCEPTION:
                inputs |= {"cause": random.randrange(24), "tval": random.getrandbits(config.xlen)}
            seen = await bench.step(op=op, **inputs)
            now = bench.state()
            assert now == predicted(config, state, seen, op, inputs), op
        state = now


# The trace


@on(*FULL, *MU)
async def test_the_trace_shows_an_access_that_executes_and_hides_one_that_faults(bench):
    for mode in bench.modes:
        await bench.enter(mode)
        for debug, op in ((False, CommitOp.CSR), (True, CommitOp.DEBUG_CSR)):
            for address, exists in ((0x340, 0), (0x001, 1), (0x001, 0), (0xF14, 0), (0x7C0, 1)):
                seen = bench.peek(address, debug=debug, ext_exists=exists)
                assert seen.trace_kind == (op if seen.fault == Fault.NONE else CommitOp.NONE)
                assert (seen.trace_from_mode, seen.trace_to_mode) == (mode, mode)
                assert seen.redirect == 0


@on(*ALL)
async def test_the_trace_shows_the_pc_that_the_register_gets_whatever_the_low_bits_on_the_port(bench):
    pc = ones(bench.config)
    seen = await bench.step(op=CommitOp.EXCEPTION, cause=2, pc=pc)
    assert seen.trace_epc == bench.get("mepc") == pc & -(bench.config.ialign // 8)


@on(*FULL)
async def test_faults_come_with_accesses_and_returns_alone(bench):
    for mode in bench.modes:
        await bench.enter(mode)
        for op in (CommitOp.NONE, CommitOp.EXCEPTION, CommitOp.INTERRUPT):
            assert bench.drive(op=op, csr_address=0xFFF, csr_op=CsrOp.WRITE).fault == Fault.NONE


# HU-23


def record(config, seed, keep):
    """Run random events with EN=0; return what the hart did and showed after each."""
    random = Random(seed)
    log: list[tuple[Any, ...]] = []
    bench = bench_of(config)
    full = Config.profile("full", config.xlen)
    shared = [csr.name for csr in csrs_of(full) if csr.name in keep]

    async def scenario():
        for _ in range(300):
            often = (CommitOp.EXCEPTION, CommitOp.URET, CommitOp.MRET, CommitOp.DEBUG_CSR)
            op = random.choice([*bench.operations, *often])
            name, kind = random.choice(shared), random.choice(list(CsrOp))
            inputs = {
                "csr_address": ADDRESS[name],
                "csr_op": kind,
                "csr_wdata": random.getrandbits(config.xlen),
                "pc": random.getrandbits(config.xlen),
                "cause": random.randrange(24),
                "tval": random.getrandbits(config.xlen),
                "tval2": random.getrandbits(20),
                "tinst": random.getrandbits(32),
                "gva": random.getrandbits(1),
            }
            bench.level(mtip=int(random.random() < 0.1), ueip=random.getrandbits(1))
            if config.shudeleg and len(log) % 25 == 0:
                # The added CSRs hold anything, EN aside.
                for added in ("huedeleg", "hustatus", "hugpaw0"):
                    await bench.put(added, ones(config) >> len(log) % 7)
                await bench.put("hudcfg", 2)
            seen = await bench.step(op=op, **inputs)
            state = bench.state()
            log.append((op, seen.fault, seen.redirect, seen.target, {name: state[name] for name in keep}))

    bench.run(scenario)
    return log


def test_with_en_off_the_hart_is_the_hart_without_shudeleg():
    # HU-15, HU-23
    for with_it, without in (
        (Config.profile("full", 64), NAMED_VARIANTS["msuhn64"]),
        (Config.profile("full", 32), Config.profile("msuh", 32, n=True)),
    ):
        keep = [csr.name for csr in csrs_of(without)] + ["mode"]
        logs = [record(config, seed="EN=0", keep=keep) for config in (with_it, without)]
        for number, (one, other) in enumerate(zip(*logs, strict=True)):
            op, fault, redirect = one[:3]
            assert one[:3] == other[:3], number
            if redirect:
                assert one[3] == other[3], (number, op)
            assert one[4] == other[4], (number, op, fault)


@on(FULL64)
async def test_a_trap_costs_one_cycle_and_its_handlers_first_access_may_follow_in_the_next(bench):
    await bench.put("mtvec", 0x100)
    await bench.enter(VU)
    await bench.exception(8, pc=0x500)
    seen = await bench.csr("mepc", 4, CsrOp.SET)
    assert (seen.fault, seen.rdata) == (Fault.NONE, 0x500)
    seen = await bench.mret()
    assert (seen.target, bench.mode) == (0x504, VU)
    assert bench.get("mstatus") & bits((12, 11)) == 0


@on(*MU, *FULL, Config.profile("msu", 64), Config.profile("msuh", 32))
async def test_a_debugger_can_put_the_hart_into_any_mode_and_leave_all_else_as_it_was(bench):
    """As docs/instantiation.md says: through M, by a trap that nothing delegates, with what that writes put back."""
    random, config = Random("modes"), bench.config
    names = ("mstatus", "mstatush", "mepc", "mcause", "mtval", "mtval2", "mtinst")
    kept = [name for name in names if name in bench.state()]
    mpv = {"mstatush": 1 << 7} if config.xlen == 32 else {"mstatus": 1 << 39}
    for origin in bench.modes:
        for mode in bench.modes:
            await bench.enter(origin)
            await bench.scramble(random)
            before = bench.state()
            values = {name: bench.get(name) for name in kept}
            await bench.exception(63)
            assert bench.mode is M
            wanted = {"mstatus": (mode & 3) << 11}
            for name, bit in mpv.items() if config.h else ():
                wanted[name] = wanted.get(name, 0) | bit * (mode >> 2)
            for name, value in wanted.items():
                await bench.put(name, value)
            await bench.mret()
            for name, value in values.items():
                await bench.put(name, value)
            assert bench.state() == before | {"mode": mode}, (origin, mode)


@on(*MU, FULL64)
async def test_an_interrupt_that_is_gone_by_commit_changes_nothing_and_one_that_took_its_place_is_taken(bench):
    await bench.put("mie", bits(7, 11))
    await bench.put("mstatus", bits(3))
    bench.level(mtip=1)
    assert bench.outputs().interrupt_cause == 7
    bench.level(mtip=0)
    before = bench.state()
    seen = await bench.interrupt(pc=0x1000)
    assert (seen.redirect, seen.trace_kind, bench.state()) == (0, CommitOp.NONE, before)
    bench.level(meip=1)
    seen = await bench.interrupt(pc=0x1000)
    assert (seen.redirect, seen.trace_cause, bench.get("mepc")) == (1, 11, 0x1000)
