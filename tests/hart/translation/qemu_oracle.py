"""Random tables under QEMU 7.2: a program in M-mode that makes one access after the other, and reports each.

Loads and stores as U and S are made with MPRV, those as VU and VS with HLV, HLVX and HSV.
"""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from utrap_testbench.oracles.qemu import tools
from utrap_testbench.oracles.qemu.program import CPU

from .paging_model import LOAD, U_MODE, VU_MODE, Registers
from .translating import Query

__all__ = ["PATTERN", "RAM", "Access", "Seen", "run"]

#: Where the tables are: the bench knows this place, too.
RAM = 0x8280_0000
#: Here each doubleword is its own address: a load tells where it has been.
PATTERN = 0x8290_0000
PATTERN_SIZE = 1 << 20
_CODE, _WORK, _LOG = 0x8000_0000, 0x8400_0000, 0x8600_0000
_NOTHING = (1 << 64) - 1

_SOURCE = f"""
.option norvc
.global _start
_start:
    la t0, trap
    csrw mtvec, t0
    li s0, {_WORK:#x}
    li s1, {_LOG:#x}
    li s11, 0x20000             # MPRV
next:
    ld t0, 0(s0)
    beqz t0, report
    ld a1, 8(s0)
    ld a2, 16(s0)
    addi t0, t0, -1
    beqz t0, poke
    ld t1, 24(s0)
    csrw satp, t1
    ld t1, 32(s0)
    csrw 0x280, t1              # vsatp
    ld t1, 40(s0)
    csrw 0x680, t1              # hgatp
    ld t1, 48(s0)
    csrw 0x200, t1              # vsstatus
    ld t1, 56(s0)
    csrw 0x600, t1              # hstatus
    ld t1, 64(s0)
    csrw mstatus, t1
    sfence.vma
    .4byte 0x22000073           # hfence.vvma
    .4byte 0x62000073           # hfence.gvma
    addi s0, s0, 72
    li a0, 0
    li s2, -1
    la t1, accesses
    slli t0, t0, 4
    add t1, t1, t0
    jr t1
accesses:
    nop; nop; nop; nop
    csrs mstatus, s11;  ld a0, 0(a1);   j passed; nop
    csrs mstatus, s11;  sd a2, 0(a1);   j passed; nop
    .4byte 0x6c05c573;  j passed; nop; nop      # hlv.d a0, (a1)
    .4byte 0x6ec5c073;  j passed; nop; nop      # hsv.d a2, (a1)
passed:
    csrc mstatus, s11
    sd s2, 0(s1)
    sd a0, 8(s1)
    sd zero, 16(s1)
    sd zero, 24(s1)
    addi s1, s1, 32
    j next
poke:
    sd a2, 0(a1)
    addi s0, s0, 72
    j next
.balign 4
trap:
    csrc mstatus, s11
    csrr t0, mcause
    sd t0, 0(s1)
    csrr t0, mtval
    sd t0, 8(s1)
    csrr t0, 0x34b              # mtval2
    sd t0, 16(s1)
    csrr t0, 0x34a              # mtinst
    sd t0, 24(s1)
    addi s1, s1, 32
    j next
report:
    li t0, 0x10000000           # the UART
    li s0, {_LOG:#x}
word:
    bgeu s0, s1, end
    ld t1, 0(s0)
    li t2, 16
digit:
    srli t3, t1, 60
    slli t1, t1, 4
    sltiu t4, t3, 10
    addi t3, t3, 'a' - 10
    beqz t4, letter
    addi t3, t3, '0' - 'a' + 10
letter:
    sb t3, 0(t0)
    addi t2, t2, -1
    bnez t2, digit
    li t3, '\\n'
    sb t3, 0(t0)
    addi s0, s0, 8
    j word
end:
    li t0, 0x100000             # the finisher
    li t1, 0x5555
    sw t1, 0(t0)
    j .
"""


@dataclass(frozen=True, kw_only=True)
class Access:
    """A load or a store, with the registers that hold then; `data` is what is stored."""

    registers: Registers
    query: Query
    data: int = 0


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What became of it: what a load got, or the exception."""

    value: int = 0
    cause: int | None = None
    tval: int = 0
    tval2: int = 0
    tinst: int = 0


def _item(item: Access | dict[int, int]) -> Iterator[bytes]:
    """The words of one piece of work."""
    if isinstance(item, dict):
        for address, value in item.items():
            yield struct.pack("<9Q", 1, address, value, *[0] * 6)
        return
    query, registers = item.query, item.registers
    is_guest, is_store = query.mode >= VU_MODE, query.kind != LOAD
    is_user = query.mode in (U_MODE, VU_MODE)
    mstatus = registers.sum << 18 | registers.mxr << 19 | (0 if is_user else 1) << 11
    vsstatus = registers.vs_sum << 18 | registers.vs_mxr << 19
    hstatus = 0 if is_user else 1 << 8
    yield struct.pack(
        "<9Q",
        2 + 2 * is_guest + is_store,
        query.address,
        item.data,
        registers.satp,
        registers.vsatp,
        registers.hgatp,
        vsstatus,
        hstatus,
        mstatus,
    )


def run(folder: Path, work: Iterable[Access | dict[int, int]]) -> list[Seen]:
    """Do the work, doublewords to write and accesses to make; return what became of the accesses."""
    files = {name: folder / name for name in ("oracle.s", "oracle.o", "oracle.elf", "work", "pattern", "uart")}
    files["oracle.s"].write_text(_SOURCE)
    files["work"].write_bytes(b"".join(words for item in work for words in _item(item)) + bytes(8))
    addresses = range(PATTERN, PATTERN + PATTERN_SIZE, 8)
    files["pattern"].write_bytes(struct.pack(f"<{len(addresses)}Q", *addresses))
    commands: list[list[str | Path]] = [
        [tools.ASSEMBLER, "-march=rv64i_zicsr", "-mabi=lp64", "-o", files["oracle.o"], files["oracle.s"]],
        [tools.LINKER, f"-Ttext={_CODE:#x}", "-o", files["oracle.elf"], files["oracle.o"]],
        [
            *(tools.QEMU, "-machine", "virt", "-cpu", CPU, "-m", "128M", "-bios", "none", "-display", "none"),
            *("-monitor", "none", "-net", "none", "-serial", f"file:{files['uart']}", "-kernel", files["oracle.elf"]),
            *("-device", f"loader,file={files['work']},addr={_WORK:#x},force-raw=on"),
            *("-device", f"loader,file={files['pattern']},addr={PATTERN:#x},force-raw=on"),
        ],
    ]
    for command in commands:
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    words = [int(line, 16) for line in files["uart"].read_text().split()]
    return [_seen(*words[at : at + 4]) for at in range(0, len(words), 4)]


def _seen(cause: int, value: int, tval2: int, tinst: int) -> Seen:
    if cause == _NOTHING:
        return Seen(value=value)
    return Seen(cause=cause, tval=value, tval2=tval2, tinst=tinst)
