"""What instructions may execute, and as which mode memory is accessed."""

from itertools import product
from random import Random

from utrap.config import Config
from utrap.isa import CommitOp, CsrOp, Fault, Mode

from .bench import on
from .configs import ALL, FULL, MSU, MU, MUN, NAMED_VARIANTS
from .manual import ADDRESS, ones

M, S, U, VS, VU = Mode.M, Mode.S, Mode.U, Mode.VS, Mode.VU
NONE, ILLEGAL, VIRTUAL = Fault.NONE, Fault.ILLEGAL, Fault.VIRTUAL
TVM, TW, VTVM, VTW, HU = 20, 21, 20, 21, 9
LEGALITY_CONFIGS = [*MU, *MUN, *MSU, Config.profile("msuh", 32), *FULL]


def one_bit(has):
    return (0, 1) if has else (0,)


@on(*LEGALITY_CONFIGS)
async def test_wfi_is_judged_by_tw_and_vtw(bench):
    # norm:mstatus_tw_op, norm:mstatus_tw_always_illegal, norm:mstatus_tw_umode_op, norm:wfi_all_privileged_modes,
    # norm:wfi_opt_U_mode, norm:wfi_ill_exc, norm:hstatus_vtw_op, norm:vtw_virtinstr, norm:H_virtinst_vu_wfi_tw0,
    # norm:H_virtinst_wfi_vtw1_tw0, warl:WFI
    config = bench.config
    for mode, tw, vtw in product(bench.modes, (0, 1), one_bit(config.h)):
        await bench.enter(mode)
        await bench.put("mstatus", tw << TW)
        if config.h:
            await bench.put("hstatus", vtw << VTW)
        expected = {
            M: NONE,
            S: NONE,
            U: ILLEGAL if config.s else NONE,
            VS: VIRTUAL if vtw else NONE,
            VU: VIRTUAL,
        }[mode]
        if tw and mode is not M:
            expected = ILLEGAL
        assert bench.outputs().legality_wfi == expected, (mode, tw, vtw)


@on(*[config for config in LEGALITY_CONFIGS if config.s])
async def test_fences_are_judged_by_tvm_and_vtvm(bench):
    # norm:mstatus_tvm_warl_op, norm:mstatus_tvm_hs, norm:mstatus_modes, norm:hstatus_vtvm_op,
    # norm:H_virtinst_vu_sret_sfence, norm:H_virtinst_vs_sfence_sinval_satp_vtvm1, norm:hfence-vvma_mode,
    # norm:hfence-vvma_tvm, norm:hfence-gvma_op, norm:hfence-vvma_hfence-gvma_exceptions, norm:H_virtinst_vu_vs_hinst
    config = bench.config
    for mode, tvm, vtvm in product(bench.modes, (0, 1), one_bit(config.h)):
        await bench.enter(mode)
        await bench.put("mstatus", tvm << TVM)
        in_hs = ILLEGAL if tvm else NONE
        sfence = {M: NONE, S: in_hs, U: ILLEGAL, VS: VIRTUAL if vtvm else NONE, VU: VIRTUAL}
        vvma = {M: NONE, S: NONE, U: ILLEGAL, VS: VIRTUAL, VU: VIRTUAL}
        gvma = {M: NONE, S: in_hs, U: ILLEGAL, VS: VIRTUAL, VU: VIRTUAL}
        if config.h:
            await bench.put("hstatus", vtvm << VTVM)
        seen = bench.outputs()
        assert seen.legality_sfence_vma == sfence[mode], (mode, tvm, vtvm)
        if config.h:
            assert seen.legality_hfence_vvma == vvma[mode], (mode, tvm, vtvm)
            assert seen.legality_hfence_gvma == gvma[mode], (mode, tvm, vtvm)


@on(*[config for config in LEGALITY_CONFIGS if config.h])
async def test_guest_memory_instructions_are_judged_by_hu(bench):
    # norm:hlsv_mode, norm:hlsv_virtinst, norm:hlsv_illegalinst, norm:hstatus_hu_op, norm:H_virtinst_vu_vs_hinst,
    # HU-28
    for mode, hu in product(bench.modes, (0, 1)):
        await bench.enter(mode)
        await bench.put("hstatus", hu << HU)
        expected = {M: NONE, S: NONE, U: NONE if hu else ILLEGAL, VS: VIRTUAL, VU: VIRTUAL}[mode]
        assert bench.outputs().legality_hlsv == expected, (mode, hu)


@on(*LEGALITY_CONFIGS)
async def test_each_verdict_depends_on_its_own_bits_alone(bench):
    # norm:mstatus_modes
    random, config = Random("verdicts"), bench.config
    for mode in bench.modes:
        for _ in range(20):
            await bench.enter(mode)
            await bench.scramble(random, "mstatus", "hstatus", "vsstatus", "hudcfg", "hustatus", "henvcfg", "satp")
            state, seen = bench.state(), bench.outputs()
            tvm, tw = state["mstatus"] >> TVM & 1, state["mstatus"] >> TW & 1
            hstatus = state.get("hstatus", 0)
            vtvm, vtw, hu = hstatus >> VTVM & 1, hstatus >> VTW & 1, hstatus >> HU & 1
            guest, in_u = mode in (VS, VU), mode is U
            wfi = ILLEGAL if (tw and mode is not M) or (in_u and config.s) else NONE
            if wfi is NONE and (mode is VU or (mode is VS and vtw)):
                wfi = VIRTUAL
            assert seen.legality_wfi == wfi
            if config.s:
                illegal, virtual = in_u or (mode is S and tvm), mode is VU or (mode is VS and vtvm)
                assert seen.legality_sfence_vma == (ILLEGAL if illegal else VIRTUAL if virtual else NONE)
            if config.h:
                gvma = ILLEGAL if in_u or (mode is S and tvm) else VIRTUAL if guest else NONE
                assert seen.legality_hfence_gvma == gvma
                assert seen.legality_hfence_vvma == (ILLEGAL if in_u else VIRTUAL if guest else NONE)
                assert seen.legality_hlsv == (ILLEGAL if in_u and not hu else VIRTUAL if guest else NONE)


# Effective modes


@on(*LEGALITY_CONFIGS)
async def test_mprv_makes_loads_and_stores_execute_as_mpp_and_mpv_say(bench):
    # norm:mstatus_mprv_ldst_op, norm:mstatus_mprv_hypervisor, norm:mstatus_mprv_hlsv
    config = bench.config
    for mode, mprv, mpp, mpv in product(bench.modes, (0, 1), (0, 1, 3) if config.s else (0, 3), one_bit(config.h)):
        await bench.enter(mode)
        status = mprv << 17 | mpp << 11
        if config.h and config.xlen == 32:
            await bench.put("mstatush", mpv << 7)
        elif config.h:
            status |= mpv << 39
        await bench.put("mstatus", status)
        expected = mode
        if mprv:
            expected = M if mpp == 3 else Mode(mpp | mpv << 2)
        assert bench.outputs().hart_load_store_mode == expected, (mode, mprv, mpp, mpv)
        assert bench.outputs().hart_mode == mode


@on(*[config for config in LEGALITY_CONFIGS if config.h])
async def test_guest_memory_is_accessed_as_spvp_says_or_in_u_with_en_as_upvp_says(bench):
    # norm:hlsv_priv, norm:hstatus_spvp_op, norm:mstatus_mprv_hlsv, HU-28
    has_shudeleg = bench.config.shudeleg
    for mode, spvp, upvp, en in product((M, S, U), (0, 1), one_bit(has_shudeleg), one_bit(has_shudeleg)):
        await bench.enter(mode)
        await bench.put("hstatus", spvp << 8)
        if has_shudeleg:
            await bench.put("hustatus", upvp << 8)
            await bench.put("hudcfg", en)
        await bench.put("mstatus", 1 << 17 | 3 << 11)
        as_supervisor = upvp if mode is U and en else spvp
        assert bench.outputs().hart_hlsv_mode == (VS if as_supervisor else VU), (mode, spvp, upvp, en)


@on(*LEGALITY_CONFIGS, NAMED_VARIANTS["bare64"])
async def test_fences_order_io_as_the_environment_registers_of_the_mode_say(bench):
    # norm:menvcfg_fiom_fence_op, norm:senvcfg_fiom, norm:henvcfg_fiom_op, norm:menvcfg_op, warl:menvcfg
    names = [name for name in ("menvcfg", "senvcfg", "henvcfg") if name in bench.state()]
    for mode in bench.modes:
        await bench.enter(mode)
        for values in product((0, 1), repeat=len(names)):
            found = {"menvcfg": 0, "senvcfg": 0, "henvcfg": 0}
            for name, value in zip(names, values, strict=True):
                await bench.put(name, value)
                found[name] = value if len(bench.config.satp_modes) > 1 else 0
            m, s, h = found.values()
            expected = {M: 0, S: m, U: m | s, VS: m | h, VU: m | h | s}[mode]
            assert bench.outputs().hart_fiom == expected, (mode, found)


@on(*ALL)
async def test_ecall_has_a_cause_for_each_mode(bench):
    # norm:H_cause, norm:H_cause_ecall, norm:ecall_op2
    causes = {U: 8, VU: 8, S: 9, VS: 10, M: 11}
    for mode in bench.modes:
        await bench.enter(mode)
        assert bench.outputs().hart_ecall_cause == causes[mode]


@on(*ALL)
async def test_the_core_sees_what_it_needs_of_the_csrs(bench):
    # norm:satp, norm:hgatp_sz_acc_op, norm:vsatp_sz_acc_op, norm:htimedelta_sz_acc_op, norm:mstatus_sum_op,
    # norm:mstatus_mxr_op, norm:sstatus_sum, norm:sstatus_mxr, norm:hlsv_vsstatus_mxr, norm:mstatus_fs_op
    config, random = bench.config, Random("outputs")
    names = ("mstatus", "vsstatus", "satp", "vsatp", "hgatp", "htimedelta", "htimedeltah")
    for _ in range(20):
        await bench.scramble(random, *names)
        state, seen = bench.state(), bench.outputs()
        for field_name, position in (("fs", 13), ("vs", 9)):
            if getattr(config, field_name):
                assert getattr(seen, f"hart_{field_name}") == state["mstatus"] >> position & 3
                if config.h:
                    assert getattr(seen, f"hart_vs_{field_name}") == state["vsstatus"] >> position & 3
        if config.s:
            assert (seen.hart_sum, seen.hart_mxr) == (state["mstatus"] >> 18 & 1, state["mstatus"] >> 19 & 1)
            assert seen.hart_satp == state["satp"]
        if config.h:
            assert (seen.hart_vs_sum, seen.hart_vs_mxr) == (state["vsstatus"] >> 18 & 1, state["vsstatus"] >> 19 & 1)
            assert (seen.hart_vsatp, seen.hart_hgatp) == (state["vsatp"], state["hgatp"])
            assert seen.hart_time_delta == state["htimedelta"] | state.get("htimedeltah", 0) << 32


@on(*FULL, *MU)
async def test_verdicts_and_modes_follow_from_state_and_no_event(bench):
    for mode in bench.modes:
        await bench.enter(mode)
        names = list(bench.unit.legality.signature.members)
        before = bench.drive(csr_address=0x300, csr_op=CsrOp.WRITE)
        found = {name: getattr(before, f"legality_{name}") for name in names} | {"mode": before.hart_load_store_mode}
        for op in bench.operations:
            seen = bench.drive(op=op, csr_address=0x300, csr_op=CsrOp.WRITE, csr_wdata=ones(bench.config), cause=2)
            now = {name: getattr(seen, f"legality_{name}") for name in names} | {"mode": seen.hart_load_store_mode}
            assert now == found, op


# Verdicts on what may be committed


@on(*LEGALITY_CONFIGS)
async def test_the_verdict_on_an_access_is_what_committing_it_answers_and_does_not_look_at_the_event(bench):
    # norm:H_cause_virtual_instruction, norm:mstatus_tvm_warl_op, HU-2
    random, owned = Random("accesses"), [ADDRESS[name] for name in bench.state() if name in ADDRESS]
    for mode, _ in product(bench.modes, range(12)):
        await bench.scramble(random, "mcounteren", "scounteren", "hcounteren", "hstatus", "hudcfg")
        await bench.enter(mode)
        await bench.put("mstatus", random.getrandbits(1) << TVM)
        for _ in range(12):
            address = random.choice(owned) if random.random() < 0.6 else random.getrandbits(12)
            access = {"csr_address": address, "csr_op": random.randrange(4), "ext_exists": random.getrandbits(1)}
            wanted = bench.drive(op=CommitOp.CSR, **access).fault
            for op in bench.operations:
                assert bench.drive(op=op, cause=random.getrandbits(6), **access).legality_csr == wanted, (mode, access)


@on(*LEGALITY_CONFIGS)
async def test_the_verdict_on_a_return_is_what_committing_it_answers_and_does_not_look_at_the_event(bench):
    # norm:mret_h, norm:mstatus_tsr_op, norm:hstatus_vtsr_op, HU-19
    returns = {CommitOp.MRET: True, CommitOp.SRET: bench.config.s, CommitOp.URET: bench.config.n}
    for mode, tsr, vtsr in product(bench.modes, (0, 1), one_bit(bench.config.h)):
        await bench.enter(mode)
        await bench.put("mstatus", tsr << 22)
        if bench.config.h:
            await bench.put("hstatus", vtsr << 22)
        for ret, is_there in returns.items():
            wanted = bench.drive(op=ret).fault
            for op in bench.operations if is_there else ():
                assert getattr(bench.drive(op=op), f"legality_{ret.name.lower()}") == wanted, (mode, ret, op)
