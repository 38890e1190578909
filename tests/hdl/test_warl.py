"""What a CSR makes of a value that it cannot hold: the choices of warl.md, one by one."""

from itertools import product

import pytest

from utrap.config import Config
from utrap.isa import CommitOp, Fault, Mode

from .bench import on
from .configs import ALL, FULL, FULL32, FULL64, MSU, MU, MUN, NAMED_VARIANTS
from .manual import bits, ones

LARGE64, SMALL64, LARGE32 = (NAMED_VARIANTS[name] for name in ("large64", "small64", "large32"))
TVECS = ("mtvec", "stvec", "vstvec", "utvec")
EPCS = ("mepc", "sepc", "vsepc", "uepc")
CAUSES = ("mcause", "scause", "vscause", "ucause")


def present(bench, names):
    return [name for name in names if name in bench.state()]


@on(*MU, *MUN, *MSU, *FULL)
async def test_mpp_holds_the_modes_that_exist_and_else_u(bench):
    # norm:mstatus_mpp_sz, norm:mstatus_xpp_warl, norm:mstatus_xpp_enc, warl:MPP
    kept = {0: 0, 1: 1 if bench.config.s else 0, 2: 0, 3: 3}
    for before, value in product((0, 1, 3), range(4)):
        await bench.put("mstatus", before << 11)
        await bench.put("mstatus", value << 11)
        assert bench.get("mstatus") >> 11 & 3 == kept[value], (before, value)


@on(*MU, *MSU)
async def test_fields_of_absent_modes_are_zero(bench):
    # norm:mstatus_sie_spie_rdonly0, norm:mstatus_mxr_rdonly0_no_smode, norm:mstatus_sum_rdonly0,
    # norm:mstatus_tvm_warl_op, norm:mstatus_tsr_acc, norm:mstatus_tw_acc, norm:mip_sxip_mie_sxie_rdonly0,
    # norm:mstatus_fs_rdonly0_s_no_f, norm:mstatus_vs_rdonly0_s_no_v
    for name in ("mstatus", "mie", "mip"):
        await bench.put(name, ones(bench.config))
    supervisor = bits(1, 5, 8, 18, 19, 20, 22)
    status = bench.get("mstatus")
    assert status & supervisor == (supervisor if bench.config.s else 0)
    assert status & bits((14, 13), (10, 9)) == (bits((14, 13), (10, 9)) if bench.config.s else 0)
    assert status & bits(0, 4, 38, 39) == 0
    assert status & bits(21) == bits(21)
    assert bench.get("mie") == bits(3, 7, 11) | (bits(1, 5, 9) if bench.config.s else 0)
    assert bench.get("mip") == (bits(1, 5, 9) if bench.config.s else 0)


@on(Config.profile("mu", 64), Config.profile("msu", 64), FULL64)
async def test_the_xlen_fields_always_say_64(bench):
    # norm:mstatus_sxl_uxl_warl_op, norm:mstatus_sxl_uxl_enc, norm:mstatus_sxl_rdonly_mxlen64,
    # norm:mstatus_uxl_rdonly_mxlen64, norm:sstatus_uxl, norm:vsxl_ro, norm:hstatus_vsxl_64, norm:vsstatus_uxl_op,
    # norm:misa_mxl_acc, warl:MXL
    for value in (0, ones(bench.config), 1 << 32, 3 << 34):
        await bench.put("mstatus", value)
        assert bench.get("mstatus") >> 32 & 15 == (0b1010 if bench.config.s else 0b0010)
        for name in present(bench, ("sstatus", "vsstatus", "hstatus")):
            await bench.put(name, value)
            assert bench.get(name) >> 32 & 3 == 2
    await bench.put("misa", 0)
    assert bench.get("misa") >> 62 == 2


@on(*MU, *MSU, *FULL)
async def test_no_mode_is_big_endian(bench):
    # norm:mstatus_mstatush_xbe_warl, norm:hstatus_vsbe_op, norm:mstatus_mstatush_mbe_rst, warl:endianness
    big = {"mstatus": bits(6) | (bits(36, 37) if bench.config.xlen == 64 else 0), "mstatush": bits(4, 5)}
    big |= {"sstatus": bits(6), "vsstatus": bits(6), "hstatus": bits(5)}
    for name in present(bench, big):
        await bench.put(name, ones(bench.config))
        assert bench.get(name) & big[name] == 0, name


@on(FULL32, FULL64, *MU, SMALL64)
async def test_a_vectored_table_of_256_bytes_is_aligned_when_it_is_written(bench):
    # norm:mtvec_base_align_4B, norm:mtvec_base_align_func_mode, norm:mtvec_mode_enc, norm:stvec_op, HU-14,
    # warl:xtvec
    top = ones(bench.config) & ~bits((7, 0))
    for name in present(bench, TVECS):
        for low in range(256):
            await bench.put(name, top | low)
            # MODE 2 is stored as 0 and 3 as 1.
            is_vectored = low & 1
            assert bench.get(name) == top | (1 if is_vectored else low & 0xFC), (name, low)


@on(LARGE64, LARGE32, NAMED_VARIANTS["bare64"])
async def test_a_vectored_table_of_4_bytes_keeps_its_base(bench):
    # norm:mtvec_base_align_4B, norm:mtvec_mode_enc, warl:xtvec
    top = ones(bench.config) & ~bits((7, 0))
    for name in present(bench, TVECS):
        for low in range(256):
            await bench.put(name, top | low)
            assert bench.get(name) == top | low & 0xFD, (name, low)


@on(FULL64, FULL32, LARGE64, LARGE32, *MU)
async def test_epc_holds_addresses_of_instructions(bench):
    # norm:mepc_align, norm:mepc_warl, norm:sepc_op_mask_ialign32, norm:vsepc_warl, warl:IALIGN, warl:mepc
    mask = ones(bench.config) & ~(1 if bench.config.ialign == 16 else 3)
    for name in present(bench, EPCS):
        for value in (ones(bench.config), 0, 1, 2, 3, 1 << bench.config.xlen - 1 | 2):
            await bench.put(name, value)
            assert bench.get(name) == value & mask, (name, value)


@on(FULL64, FULL32, *MU)
async def test_cause_holds_the_interrupt_bit_and_six_bits_of_code(bench):
    # norm:mcause_exccode_wlrl, norm:scause_exception_code_sz, norm:vscause_wlrl, warl:xcause
    interrupt = 1 << bench.config.xlen - 1
    for name in present(bench, CAUSES):
        for code in range(128):
            await bench.put(name, interrupt | code)
            assert bench.get(name) == interrupt | code & 63
        await bench.put(name, ones(bench.config) & ~interrupt)
        assert bench.get(name) == 63


@pytest.mark.parametrize("name", ["mtval2", "htval", "hutval"])
@on(SMALL64, FULL64, LARGE64, FULL32)
async def test_guest_physical_addresses_fit_the_widest_guest_mode(bench, name):
    # norm:mtval2_val, norm:htval_val, warl:mtval2
    widths = {"sv32x4": 32, "sv39x4": 39, "sv48x4": 48, "sv57x4": 57}
    await bench.put(name, ones(bench.config))
    assert bench.get(name) == (1 << widths[bench.config.hgatp_modes[-1]]) - 1


@pytest.mark.parametrize("name", ["mtinst", "htinst", "hutinst"])
@on(*FULL)
async def test_trap_instructions_have_32_bits(bench, name):
    # norm:mtinst_val, norm:htinst_val, warl:mtinst
    await bench.put(name, ones(bench.config))
    assert bench.get(name) == bits((31, 0))


MODES64 = [("bare",), ("bare", "sv39"), ("bare", "sv39", "sv48"), ("bare", "sv39", "sv48", "sv57")]
SATP_CONFIGS = [Config.profile("msu", 64, satp_modes=modes) for modes in MODES64]
SATP_CONFIGS += [Config.profile("msu", 32), Config.profile("msu", 32, satp_modes=("bare",)), *FULL, SMALL64]
CODES = {"bare": 0, "sv32": 1, "sv39": 8, "sv48": 9, "sv57": 10}


def satp_layout(config):
    """(position of MODE, its codes, mask of the other fields) of satp and vsatp."""
    at, asid = (31, 22) if config.xlen == 32 else (60, 44)
    mask = (1 << asid + config.asid_bits) - 1
    return at, range(1 << config.xlen - at), mask


@on(*SATP_CONFIGS)
async def test_satp_ignores_the_write_of_an_unsupported_mode(bench):
    # norm:satp_mode_op_unsupported, norm:satp_mode_sxlen32, norm:satp_mode_sxlen64, norm:asidlen, warl:satp
    config = bench.config
    at, modes, mask = satp_layout(config)
    supported = [CODES[name] for name in config.satp_modes]
    for old, mode in product(supported, modes):
        await bench.put("satp", old << at | 0x5A5)
        await bench.put("satp", mode << at | ones(config) >> config.xlen - at & ~0x0F0)
        expected = mode << at | mask & ~0x0F0 if mode in supported else old << at | 0x5A5
        assert bench.get("satp") == expected, (old, mode)


@on(*FULL, LARGE64, SMALL64)
async def test_vsatp_by_its_own_address_keeps_the_mode_and_takes_the_rest(bench):
    # norm:vsatp_mode_unsupported_v0, norm:vsatp_sz_acc_op, warl:vsatp
    config = bench.config
    at, modes, mask = satp_layout(config)
    supported = [CODES[name] for name in config.satp_modes]
    for mode_of_hart, old, mode in product((Mode.M, Mode.S, None), supported, modes):
        if mode_of_hart is None:
            if bench.mode is not Mode.VS:
                await bench.enter(Mode.VS)
        elif bench.mode is not mode_of_hart:
            await bench.enter(mode_of_hart)
        await bench.put("vsatp", old << at | 0x5A5)
        value = mode << at | ones(config) >> config.xlen - at & ~0x0F0
        # A debugger's access counts as one with V=0, even in VS.
        await (bench.put if mode_of_hart is None else bench.csr)("vsatp", value)
        kept = mode if mode in supported else old
        assert bench.get("vsatp") == kept << at | mask & ~0x0F0, (mode_of_hart, old, mode)


@on(*FULL, LARGE64, SMALL64)
async def test_vsatp_through_satp_in_vs_mode_ignores_the_write_of_an_unsupported_mode(bench):
    # norm:vsatp_mode_unsupported_v1, warl:satp
    config = bench.config
    at, modes, mask = satp_layout(config)
    supported = [CODES[name] for name in config.satp_modes]
    await bench.enter(Mode.VS)
    for old, mode in product(supported, modes):
        await bench.put("vsatp", old << at | 0x5A5)
        seen = await bench.csr("satp", mode << at | ones(config) >> config.xlen - at & ~0x0F0)
        assert seen.fault == Fault.NONE
        expected = mode << at | mask & ~0x0F0 if mode in supported else old << at | 0x5A5
        assert bench.get("vsatp") == expected, (old, mode)
        assert bench.get("satp") == 0


@on(*FULL, LARGE64, SMALL64, NAMED_VARIANTS["small32"])
async def test_hgatp_keeps_the_mode_and_takes_the_rest(bench):
    # norm:hgatp_mode_warl, norm:hgatp_mode_bare, norm:hgatp_mode_sv, norm:hgatp_ppn_op, norm:hgatp_vmid,
    # norm:hgatp_vmid_lsbs, warl:hgatp, warl:ASIDLEN
    config = bench.config
    at, vmid = (31, 22) if config.xlen == 32 else (60, 44)
    mask = (1 << vmid + config.vmid_bits) - 4
    supported = [CODES[name.removesuffix("x4")] for name in config.hgatp_modes]
    for old, mode in product(supported, range(1 << config.xlen - at)):
        await bench.put("hgatp", old << at | 0x5A4)
        await bench.put("hgatp", mode << at | ones(config) >> config.xlen - at)
        kept = mode if mode in supported else old
        assert bench.get("hgatp") == kept << at | mask, (old, mode)


@pytest.mark.parametrize("name", ["menvcfg", "senvcfg", "henvcfg"])
@on(*MU, *MSU, *FULL, NAMED_VARIANTS["bare64"])
async def test_fiom_exists_where_paging_does(bench, name):
    # norm:menvcfg_fiom_rdonly0_ok, norm:senvcfg_fiom_acc, norm:henvcfg_fiom_op, warl:menvcfg
    if name in bench.state():
        await bench.put(name, ones(bench.config))
        assert bench.get(name) == (1 if len(bench.config.satp_modes) > 1 else 0)


@on(*ALL)
async def test_mtvec_starts_at_the_configured_address(bench):
    # warl:mtvec
    assert bench.get("mtvec") == bench.config.mtvec_reset
    await bench.put("mtvec", 0)
    await bench.reset()
    assert bench.get("mtvec") == bench.config.mtvec_reset


# FS and VS


def status_fields(bench, name):
    value = bench.get(name)
    return value >> 13 & 3, value >> 9 & 3, value >> bench.config.xlen - 1


@on(*ALL)
async def test_sd_says_whether_fs_or_vs_is_dirty(bench):
    # norm:mstatus_fs_vs_xs_enc, norm:mstatus_sd_op1, norm:mstatus_sd_rdonly0, norm:vsstatus_sd_xs_op,
    # norm:mstatus_xs_acc, norm:mstatus_fs_acc1, norm:mstatus_vs_acc1, warl:FS
    config = bench.config
    for name, fs, vs in product(present(bench, ("mstatus", "vsstatus")), range(4), range(4)):
        await bench.put(name, fs << 13 | vs << 9 | 3 << 15 | 1 << config.xlen - 1)
        kept = fs if config.fs else 0, vs if config.vs else 0
        assert status_fields(bench, name) == (*kept, int(3 in kept))
        assert bench.get(name) >> 15 & 3 == 0
        if name == "mstatus" and config.s:
            assert status_fields(bench, "sstatus") == (*kept, int(3 in kept))
        if name == "mstatus" and config.h:
            assert status_fields(bench, "vsstatus") == (0, 0, 0)
        await bench.put(name, 0)


DIRTY_CONFIGS = [*FULL, *MSU, NAMED_VARIANTS["embedded32"], NAMED_VARIANTS["bare64"], SMALL64]


@on(*DIRTY_CONFIGS)
async def test_writing_floating_point_or_vector_state_makes_it_dirty(bench):
    # norm:mstatus_fs_vs_xs_dirty_op, norm:mstatus_fs_wr, norm:mstatus_vs_wr, norm:vsstatus_fs_op,
    # norm:vsstatus_vs_op, norm:mstatus_fs_vs_xs_update_indep_priv
    config = bench.config
    for mode, fs, vs, access in product(bench.modes, (0, 1), (0, 1), ("", "by the hart", "by a debugger")):
        dirty = {key: value for key, value in (("fs_dirty", fs), ("vs_dirty", vs)) if bench.has(key)}
        await bench.enter(mode)
        if config.h:
            await bench.put("vsstatus", 0)
        if access:
            await bench.csr(0x015, 1, debug=access == "by a debugger", ext_exists=1, **dirty)
        else:
            await bench.step(**dirty)
        expected = (3 if fs and config.fs else 0, 3 if vs and config.vs else 0)
        assert status_fields(bench, "mstatus")[:2] == expected, mode
        if config.h:
            both = expected if mode in (Mode.VS, Mode.VU) else (0, 0)
            assert status_fields(bench, "vsstatus")[:2] == both, mode


@on(*DIRTY_CONFIGS)
async def test_only_a_retiring_instruction_makes_state_dirty(bench):
    # norm:mstatus_fs_no_change_dirty
    dirty = {key: 1 for key in ("fs_dirty", "vs_dirty") if bench.has(key)}

    async def stays_clean(**inputs):
        await bench.step(**dirty, **inputs)
        assert status_fields(bench, "mstatus") == (0, 0, 0), inputs

    await stays_clean(op=CommitOp.CSR, csr_address=0x340, csr_op=1, csr_wdata=5)
    await stays_clean(op=CommitOp.CSR, csr_address=0x003, csr_op=1, ext_exists=0)
    await stays_clean(op=CommitOp.CSR, csr_address=0xF00, csr_op=1, ext_exists=1)
    await stays_clean(op=CommitOp.DEBUG_CSR, csr_address=0x340, csr_op=1, csr_wdata=5)
    await stays_clean(op=CommitOp.EXCEPTION, cause=2)
    await stays_clean(op=CommitOp.INTERRUPT)
    await stays_clean(op=CommitOp.MRET)
    await stays_clean(op=CommitOp.MRET)
    await stays_clean(op=CommitOp.SRET)
    await stays_clean(op=CommitOp.URET)
    await bench.enter(Mode.U)
    await stays_clean(op=CommitOp.CSR, csr_address=0x7C0, csr_op=1, ext_exists=1)
