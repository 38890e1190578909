"""Registers for addresses that are narrower than XLEN: what they keep, what a trap brings, and where the pc goes."""

from utrap.config import Config
from utrap.isa import CommitOp, Mode

from .bench import on

M, S, U = Mode.M, Mode.S, Mode.U
MNSTATUS, MNEPC, DPC = 0x744, 0x741, 0x7B1
NMIE = 8
#: Each register holds 40 bits, with mtvec from a port, and an adder for vectors.
NARROW = Config.profile(
    "msun", 64, satp_modes=("bare", "sv39"), va_bits=39, mtvec_reset="port", vectored_align=4, smrnmi=True, sdext=True
)
EPCS = ("mepc", "sepc", "uepc", MNEPC, DPC)
TVALS = ("mtval", "stval", "utval")
TVECS = ("mtvec", "stvec", "utvec")
#: What is written, and what is kept of it.
KEPT = {
    0: 0,
    0x0000_003F_FFFF_FFFC: 0x0000_003F_FFFF_FFFC,
    # The highest address without translation, and the number below the lowest virtual one: invalid, and held.
    0x0000_007F_FFFF_FFFC: 0x0000_007F_FFFF_FFFC,
    0xFFFF_FFC0_0000_0000: 0xFFFF_FFC0_0000_0000,
    0xFFFF_FFBF_FFFF_FFFC: 0xFFFF_FFBF_FFFF_FFFC,
    0xFFFF_FF80_0000_0000: 0xFFFF_FF80_0000_0000,
    0xFFFF_FFFF_FFFF_FFFC: 0xFFFF_FFFF_FFFF_FFFC,
    # One that is wider keeps its 39 bits, and gets those above with which it is no virtual address.
    0x0000_0080_0000_0000: 0xFFFF_FF80_0000_0000,
    0x0000_00C0_0000_0000: 0x0000_0040_0000_0000,
    0xFFFF_FF7F_FFFF_FFFC: 0x0000_007F_FFFF_FFFC,
    0xFFFF_FF00_0000_0004: 0xFFFF_FF80_0000_0004,
    0x8000_0000_0000_1230: 0xFFFF_FF80_0000_1230,
    0x7FFF_FFFF_FFFF_FFFC: 0x0000_007F_FFFF_FFFC,
    0x0123_4567_89AB_CDEC: 0x0000_0067_89AB_CDEC,
    0x0123_4507_89AB_CDEC: 0xFFFF_FF87_89AB_CDEC,
}


@on(NARROW)
async def test_a_register_keeps_every_address_and_of_what_is_wider_one_that_is_invalid(bench):
    # norm:mepc_inv_addr_conv, norm:mtval_inv_addr_conv, norm:sepc_acc_invalid_addr, norm:mnepc_invalid_convert,
    # norm:mepc_warl, norm:mtval_vaddr_and_0_sz, warl:va_bits
    for csr in (*EPCS, *TVALS, *TVECS):
        for written, kept in KEPT.items():
            await bench.put(csr, written)
            assert bench.get(csr) == kept, (csr, hex(written))
            valid = written >> 38 in (0, (1 << 26) - 1)
            assert (kept >> 38 in (0, (1 << 26) - 1)) == valid


@on(NARROW)
async def test_xtval_holds_every_instruction_of_32_bits(bench):
    # norm:mtval_instr_bits_sz
    for csr in TVALS:
        for instruction in (0x8000_0073, 0xFFFF_FFFF, 0x7FFF_FFFF):
            await bench.put(csr, instruction)
            assert bench.get(csr) == instruction


@on(NARROW)
async def test_a_trap_brings_what_a_write_would_and_the_return_leads_there(bench):
    # norm:mepc_op, norm:sepc_op_trap_write, norm:xret_op, warl:va_bits
    await bench.put("medeleg", 1 << 12)
    await bench.put("sedeleg", 1 << 12)
    for mode, x, cause, back in ((M, "m", 2, CommitOp.MRET), (S, "s", 12, CommitOp.SRET), (U, "u", 12, CommitOp.URET)):
        for come, kept in KEPT.items():
            await bench.enter(mode)
            seen = await bench.exception(cause, pc=come, tval=come)
            # The trace shows what came.
            assert (seen.trace_to_mode, seen.trace_epc, seen.trace_tval) == (mode, come, come)
            assert (bench.get(f"{x}epc"), bench.get(f"{x}tval")) == (kept, kept), hex(come)
            seen = await bench.step(op=back)
            assert (seen.redirect, seen.target) == (1, kept)


@on(NARROW)
async def test_rnmis_and_halts_bring_what_a_write_would(bench):
    # norm:mnepc_invalid_convert, norm:mnret_restore, Sdext: Halt, warl:va_bits
    await bench.put(MNSTATUS, NMIE)
    for come, kept in KEPT.items():
        bench.level(rnmi=1)
        seen = await bench.step(op=CommitOp.RNMI, pc=come)
        assert (seen.trace_epc, bench.get(MNEPC)) == (come, kept)
        bench.level(rnmi=0)
        seen = await bench.step(op=CommitOp.MNRET)
        assert (seen.redirect, seen.target) == (1, kept)
        seen = await bench.step(op=CommitOp.HALT, pc=come)
        assert (seen.trace_epc, bench.get(DPC)) == (come, kept)
        seen = await bench.step(op=CommitOp.RESUME)
        assert (seen.redirect, seen.target) == (1, kept)


@on(NARROW)
async def test_a_vector_behind_the_last_address_is_the_sum(bench):
    # norm:mtvec_mode_vectored_op, warl:xtvec
    await bench.put(MNSTATUS, NMIE)
    await bench.put("mie", 1 << 11)
    for base, vector in (
        (0x0000_007F_FFFF_FFFC, 0x0000_0080_0000_0028),
        (0xFFFF_FFFF_FFFF_FFFC, 0x0000_0000_0000_0028),
        (0xFFFF_FF80_0000_0000, 0xFFFF_FF80_0000_002C),
    ):
        await bench.put("mtvec", base | 1)
        await bench.enter(U)
        bench.level(meip=1)
        seen = await bench.interrupt()
        assert (seen.redirect, seen.target) == (1, vector)
        bench.level(meip=0)


@on(NARROW)
async def test_reset_takes_of_the_port_what_a_write_would(bench):
    # warl:mtvec, warl:va_bits
    for said, kept in KEPT.items():
        await bench.step(rst=1, mtvec_reset=said | 1)
        assert bench.get("mtvec") == kept | 1


@on(
    Config.profile("mu", 64, va_bits=32, mtvec_reset=0xFFFF_FFFF_0000_0000),
    Config.profile("mu", 64, va_bits=40, mtvec_reset=0xFF_FFFF_FF01, mtvec_modes="vectored"),
)
async def test_a_fixed_vector_is_there_after_reset(bench):
    # warl:mtvec
    assert bench.get("mtvec") == bench.config.mtvec_reset
    await bench.put("mtvec", 0x5001)
    await bench.step(rst=1)
    assert bench.get("mtvec") == bench.config.mtvec_reset
