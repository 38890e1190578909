"""What a trap writes, in each mode that can take it, and where it enters."""

from itertools import product
from random import Random

import pytest

from utrap.isa import CommitOp, Mode

from .bench import on
from .configs import ALL, FULL, FULL64, MU, NAMED_VARIANTS
from .manual import CSRS, bits, gpa_bits, ones
from .predict import field, trap, vector

M, S, U, VS, VU = Mode.M, Mode.S, Mode.U, Mode.VS, Mode.VU
WRITABLE = {csr.name: csr.writable for csr in CSRS}
STATUS = ("mstatus", "mstatush", "hstatus", "vsstatus", "hustatus")
TVECS = ("mtvec", "stvec", "vstvec", "utvec")
#: What an earlier trap left: to see that a trap elsewhere keeps it.
TRAP_CSRS = [f"{mode}{name}" for mode in ("m", "s", "vs", "u") for name in ("epc", "cause", "tval", "scratch")]
TRAP_CSRS += ["mtval2", "mtinst", "htval", "htinst", "hutval", "hutinst"]


def targets_of(config, mode):
    """The modes to which delegation can send a trap from a mode."""
    targets = [M]
    if mode is not M:
        targets += [S] if config.s else []
        if mode in (VS, VU):
            targets += [VS, *([U] if config.shudeleg else [])]
        elif mode is U and config.n:
            targets += [U]
    return targets


async def delegate_exceptions(bench, mode, to):
    """Send every exception from `mode` to `to` that can go there; return their codes."""
    config = bench.config
    chain = {M: (), S: ("medeleg",), VS: ("medeleg", "hedeleg"), U: ("medeleg",)}[to]
    if to is U and config.s:
        chain = ("medeleg", "sedeleg") if mode is U else ("medeleg", "huedeleg")
    codes = set(range(24)) if chain else {*range(24), 24, 31, 40, 63}
    for name in ("medeleg", "hedeleg", "sedeleg", "huedeleg"):
        if name in bench.state():
            await bench.put(name, ones(config) if name in chain else 0)
    for name in chain:
        codes = {code for code in codes if WRITABLE[name](config) >> code & 1}
    if config.shudeleg:
        await bench.put("hudcfg", int(to is U))
    return sorted(codes)


def random_inputs(bench, random):
    inputs = {"pc": random.getrandbits(bench.config.xlen), "tval": random.getrandbits(bench.config.xlen)}
    if bench.config.h:
        inputs |= {"gva": random.getrandbits(1), "tinst": random.getrandbits(32)}
        inputs["tval2"] = random.getrandbits(gpa_bits(bench.config) - 2)
    return inputs


@on(*ALL)
async def test_an_exception_writes_the_csrs_of_its_target_and_nothing_else(bench):
    # norm:mstatus_xpp_enc, norm:mstatus_xpie_xie_xpp_trap_op, norm:mepc_op, norm:mcause_op, norm:mcause_intr_op,
    # norm:mcause_exccode_op, norm:mtval_op, norm:sepc_op_trap_write, norm:scause, norm:stval, norm:stval_acc,
    # norm:trap_del_S_mode_op, norm:medeleg_enc_txt, norm:H_trap_m_csrwrites, norm:H_trap_hs_csrwrites,
    # norm:H_trap_vs_csrwrites, norm:mstatus_mpv_op, norm:mstatus_gva_op, norm:hstatus_spv_op,
    # norm:hstatus_spvp_op, norm:hstatus_gva_op, norm:mtval2_trapval, norm:htval_trapval, norm:mtval2_trapval_other,
    # norm:H_trap_xtinst, norm:H_virtinst_xtval, HU-12, HU-13, HU-15, warl:tval, warl:mtval2
    config, random = bench.config, Random("exceptions")
    for mode in bench.modes:
        for to in targets_of(config, mode):
            await bench.enter(mode)
            await bench.scramble(random)
            codes = await delegate_exceptions(bench, mode, to)
            for code in codes if config in FULL else random.sample(codes, 6):
                if bench.mode is not mode:
                    await bench.enter(mode)
                await bench.scramble(random, *STATUS, *TVECS)
                before, inputs = bench.state(), random_inputs(bench, random)
                seen = await bench.exception(code, **inputs)
                entry = vector(config, before, to, code)
                assert (seen.redirect, seen.target, seen.fault) == (1, entry, 0), (mode, to, code)
                assert bench.state() == trap(config, before, to, code, **inputs), (mode, to, code)


@on(*ALL)
async def test_the_trace_port_shows_an_exception(bench):
    # norm:htval_trapval
    config, random = bench.config, Random("trace")
    for mode in bench.modes:
        for to in targets_of(config, mode):
            await bench.enter(mode)
            for code in await delegate_exceptions(bench, mode, to):
                before, inputs = bench.state(), random_inputs(bench, random)
                inputs["pc"] &= ~3
                seen = bench.drive(op=CommitOp.EXCEPTION, cause=code, **inputs)
                assert seen.trace_kind == CommitOp.EXCEPTION
                assert (seen.trace_from_mode, seen.trace_to_mode) == (mode, to)
                assert (seen.trace_cause, seen.trace_epc, seen.trace_tval) == (code, inputs["pc"], inputs["tval"])
                assert seen.trace_vector == vector(config, before, to, code)
                if code in (20, 21, 23) and config.h:
                    assert seen.trace_gpa == inputs["tval2"]


def interrupt_for(config, mode, to, random):
    """(code in mip, code in xcause) of an interrupt that delegation can send to a mode."""
    code = {
        M: random.choice((3, 7, 11)),
        S: random.choice((1, 5, 9, *((2, 6, 10) if config.h else ()))),
        U: random.choice((0, 4, 8)),
        VS: random.choice((2, 6, 10)),
    }[to]
    return code, code - 1 if to is VS else code


async def make_pending(bench, mode, to, code):
    """Let one interrupt be taken into `to`, whatever the status bits that do not matter."""
    config = bench.config
    for name, value in (
        ("mideleg", ones(config) if to is not M else 0),
        ("hideleg", ones(config) if to is VS else 0),
        ("sideleg", ones(config) if to is U else 0),
    ):
        if name in bench.state():
            await bench.put(name, value)
    bench.level(meip=int(code == 11), mtip=int(code == 7), msip=int(code == 3))
    await bench.put("mip", bits(code))
    if config.h:
        await bench.put("hvip", bits(code))
    await bench.put("mie", bits(code))
    status = bench.get("mstatus")
    if mode is to and mode is not VS:
        await bench.put("mstatus", status | bits({M: 3, S: 1, U: 0}[to]))
    if mode is VS:
        await bench.put("vsstatus", bench.get("vsstatus") | bits(1))
    if config.shudeleg:
        await bench.put("hudcfg", int(to is U))


@on(*ALL)
async def test_an_interrupt_writes_the_csrs_of_its_target_and_nothing_else(bench):
    # norm:mcause_intr_op, norm:mtval_other_traps_zero, norm:stval_op_other_traps, norm:H_trap_xtinst_interrupt,
    # norm:mtval2_trapval_other, norm:hideleg_trans, norm:mstatus_xpie_xie_xpp_trap_op, norm:mtvec_mode_vectored_op,
    # HU-12, HU-13, HU-14, HU-25, warl:mtinst
    config, random = bench.config, Random("interrupts")
    for mode in bench.modes:
        for to in targets_of(config, mode) * (4 if config in FULL else 2):
            await bench.enter(mode)
            await bench.scramble(random, *STATUS, *TVECS, *TRAP_CSRS)
            if mode is M:
                await bench.put("mstatus", bench.get("mstatus") | 8)
            code, cause = interrupt_for(config, mode, to, random)
            await make_pending(bench, mode, to, code)
            before, garbage = bench.state(), random_inputs(bench, random)
            seen = bench.outputs()
            assert (seen.interrupt_request, seen.interrupt_cause, seen.interrupt_target) == (1, cause, to), (mode, to)
            garbage |= {"cause": random.getrandbits(6), "pc": garbage["pc"] & ~3}
            seen = await bench.step(op=CommitOp.INTERRUPT, **garbage)
            entry = vector(config, before, to, cause, is_interrupt=True)
            assert (seen.redirect, seen.target, seen.fault) == (1, entry, 0), (mode, to, code)
            assert (seen.trace_kind, seen.trace_cause) == (CommitOp.INTERRUPT, cause)
            assert (seen.trace_from_mode, seen.trace_to_mode) == (mode, to)
            assert (seen.trace_epc, seen.trace_vector) == (garbage["pc"], entry)
            after = trap(config, before, to, cause, is_interrupt=True, pc=garbage["pc"])
            assert bench.state() == after, (mode, to, code)


@on(*ALL)
async def test_interrupts_enter_at_four_times_their_code_in_vectored_mode(bench):
    # norm:mtvec_mode_direct_op, norm:mtvec_mode_vectored_op, norm:mtvec_base_align_func_mode, HU-14, warl:xtvec
    config = bench.config
    top = ones(config) & ~bits((7, 0))
    for mode in bench.modes:
        for to in targets_of(config, mode):
            for code in {M: (3, 7, 11), S: (1, 5, 9), U: (0, 4, 8), VS: (2, 6, 10)}[to]:
                await bench.enter(mode)
                await make_pending(bench, mode, to, code)
                if mode is M:
                    await bench.put("mstatus", 8)
                cause = code - 1 if to is VS else code
                name = {M: "mtvec", S: "stvec", U: "utvec", VS: "vstvec"}[to]
                for base in (top, 0xA_BC00):
                    await bench.put(name, base | 1)
                    assert bench.drive(op=CommitOp.INTERRUPT).target == base + 4 * cause, (mode, to, code)
                    await bench.put(name, base)
                    assert bench.drive(op=CommitOp.INTERRUPT).target == base
                if config.vectored_align == 4:
                    # An adder, which wraps.
                    for base in (0x104, 0x1FC, 0xFFC, ones(config) - 3):
                        await bench.put(name, base | 1)
                        expected = (base + 4 * cause) % (1 << config.xlen)
                        assert bench.drive(op=CommitOp.INTERRUPT).target == expected, (mode, to, code, hex(base))


@on(*FULL, *MU)
async def test_exceptions_enter_at_base_in_vectored_mode_too(bench):
    # norm:mtvec_mode_vectored_op, HU-14
    for name in TVECS:
        if name in bench.state():
            await bench.put(name, 0x8001)
    for cause in range(64):
        assert bench.drive(op=CommitOp.EXCEPTION, cause=cause).target == 0x8000


@pytest.mark.parametrize("mode", [VS, VU])
@on(*FULL)
async def test_a_guest_trap_into_u_remembers_where_it_came_from(bench, mode):
    # HU-12
    for upv, upvp in product((0, 1), (0, 1)):
        await bench.enter(mode)
        await delegate_exceptions(bench, mode, U)
        await bench.put("hustatus", upv << 7 | upvp << 8)
        await bench.exception(21)
        assert bench.mode is U
        assert field(bench.state(), "hustatus", 7, 2) == (0b11 if mode is VS else 0b01)


@on(*FULL)
async def test_a_trap_from_u_into_u_clears_upv_and_keeps_upvp(bench):
    # HU-12
    for upv, upvp in product((0, 1), (0, 1)):
        await bench.enter(U)
        await delegate_exceptions(bench, U, U)
        await bench.put("hustatus", upv << 7 | upvp << 8)
        await bench.exception(5)
        assert bench.mode is U
        assert field(bench.state(), "hustatus", 7, 2) == upvp << 1


@on(*FULL)
async def test_spvp_stays_on_a_trap_from_hs_or_u(bench):
    # norm:hstatus_spvp_op
    for mode, spvp in product((S, U), (0, 1)):
        await bench.enter(mode)
        await delegate_exceptions(bench, mode, S)
        await bench.put("hstatus", spvp << 8 | 1 << 7)
        await bench.exception(5)
        assert field(bench.state(), "hstatus", 7, 2) == spvp << 1


@on(*FULL)
async def test_a_trap_into_u_changes_no_state_of_m_hs_and_vs(bench):
    # HU-13
    random = Random("U")
    for mode in (VS, VU, U):
        await bench.enter(mode)
        await bench.scramble(random)
        await delegate_exceptions(bench, mode, U)
        await bench.put("mstatus", random.getrandbits(bench.config.xlen) | 0b1)
        before = bench.state()
        await bench.exception(4, pc=0x1000, tval=0x2000)
        now = bench.state()
        own = {"uepc", "ucause", "utval", "hustatus", "hutval", "hutinst", "ustatus", "mstatus", "sstatus", "mode"}
        assert {name for name in now if now[name] != before[name]} <= own
        assert (now["mstatus"] ^ before["mstatus"]) & ~bits(0, 4) == 0
        assert now["mstatus"] & bits(0, 4) == bits(4)


@on(*FULL, NAMED_VARIANTS["large64"], FULL64.replace(shtvala=True))
async def test_the_guest_physical_address_is_written_on_guest_page_faults_alone(bench):
    # norm:mtval2_trapval, norm:htval_trapval, norm:mtval2_trapval_other, HU-13
    gpa = WRITABLE["mtval2"](bench.config) - 4
    names = {M: "mtval2", S: "htval", U: "hutval"}
    for to, name in names.items():
        await bench.enter(VS)
        for code in await delegate_exceptions(bench, VS, to):
            await bench.put(name, 0x77)
            if bench.mode is not VS:
                await bench.enter(VS)
            await bench.exception(code, tval2=gpa)
            assert bench.get(name) == (gpa if code in (20, 21, 23) else 0), (to, code)


@on(FULL64)
async def test_no_exception_and_no_interrupt_writes_an_epc_that_is_no_instructions_address(bench):
    # norm:mepc_align, norm:sepc_op_mask_ialign32
    await bench.exception(3, pc=0x1003)
    assert bench.get("mepc") == 0x1002


@on(NAMED_VARIANTS["large32"], NAMED_VARIANTS["large64"], NAMED_VARIANTS["embedded32"])
async def test_with_long_instructions_an_epc_has_two_zero_bits(bench):
    # norm:mepc_align, norm:sepc_op_mask_ialign32
    for pc in (0x1001, 0x1002, 0x1003):
        await bench.exception(3, pc=pc)
        assert bench.get("mepc") == 0x1000
