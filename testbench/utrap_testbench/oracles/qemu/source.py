"""A program as assembly: the runtime, the set-up of each step, the bodies, the handlers and the page tables.

The runtime keeps ra, sp, gp, tp and t0 to t6 for itself. Every way into M-mode
ends in `dump`, which stores the CSRs, prints them to the UART as hexadecimal
lines and goes to the set-up of the next step, whose address is in tp.
"""

from __future__ import annotations

from collections.abc import Iterator

from utrap_testbench.golden import CsrOp

from . import memory
from .core import ESCAPES, START
from .program import DUMPED, FIELDS, OPERANDS, SAVED, Program, Step, Store

_INSTRUCTION = {CsrOp.WRITE: "csrrw", CsrOp.SET: "csrrs", CsrOp.CLEAR: "csrrc"}

#: Sections and their addresses, for the linker.
SECTIONS = {
    ".mbody": memory.M_BODIES, ".stext": memory.S_TEXT, ".utext": memory.U_TEXT, ".tables": memory.TABLES,
}  # fmt: skip


def assembly(program: Program) -> str:
    """The source text."""
    return "\n".join(_lines(program)) + "\n"


def _lines(program: Program) -> Iterator[str]:
    yield f"# utrap qemu: seed {program.seed}, {len(program.steps)} steps"
    yield ".option norvc\n.option norelax\n.text\n.global _start"
    yield "_start: j start"
    yield f".org {memory.M_VECTORS - memory.TEXT:#x}"
    yield from ["jal t1, dump"] * (memory.VECTOR_BYTES // 4)
    yield from _dump()
    yield from _start()
    for number, step in enumerate(program.steps):
        yield from _set_up(number, step)
    yield f"step{len(program.steps)}:"
    yield f"li t0, {memory.FINISHER:#x}\nli t1, 0x5555\nsw t1, 0(t0)\nj ."
    yield from _code(program)
    yield '.section .tables, "aw"'
    yield from _placed({at: f".quad {entry:#x}" for at, entry in memory.page_tables().items()}, memory.TABLES)


def _dump() -> Iterator[str]:
    yield f"""
dump:
    csrr t2, mstatus
    li t0, 0x20000
    csrc mstatus, t0        # MPRV: the stores are M-mode's
    li gp, {memory.LOG:#x}
    addi t1, t1, -4
    sd t1, 0(gp)
    sd t2, 8(gp)"""
    for place, number in enumerate(SAVED, 2):
        yield f"    sd x{number}, {8 * place}(gp)"
    for place, address in enumerate(DUMPED.values(), 2 + len(SAVED)):
        yield f"    csrr t0, {address:#x}\n    sd t0, {8 * place}(gp)"
    yield f"""
    li t0, {memory.UART:#x}
    li t5, {len(FIELDS)}
word:
    ld t1, 0(gp)
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
    addi gp, gp, 8
    addi t5, t5, -1
    bnez t5, word
    sfence.vma
    jr tp"""


def _start() -> Iterator[str]:
    yield "start:"
    yield from _store(Store(memory.MSIP, 0))
    yield from _store(Store(memory.MTIMECMP, 2**64 - 1))
    for address, value in START:
        yield f"    li t0, {value:#x}\n    csrw {address:#x}, t0"
    for number in (*SAVED, *OPERANDS):
        yield f"    li x{number}, 0"
    yield "    sfence.vma"


def _set_up(number: int, step: Step) -> Iterator[str]:
    yield f"step{number}:\n    la tp, step{number + 1}"
    for item in step.setup:
        if isinstance(item, Store):
            yield from _store(item)
        else:
            yield f"    li t0, {item.value:#x}\n    {_INSTRUCTION[item.op]} x{item.rd}, {item.address:#x}, t0"
    for register, value in zip(OPERANDS, step.operands, strict=True):
        yield f"    li x{register}, {value:#x}"
    yield "    mret"


def _store(item: Store) -> Iterator[str]:
    width = "sw" if item.address == memory.MSIP else "sd"
    yield f"    li t1, {item.address:#x}\n    li t0, {item.value:#x}\n    {width} t0, 0(t1)"


def _code(program: Program) -> Iterator[str]:
    """The bodies and the handlers, each part in a section of its own."""
    words = {at: f".4byte {word:#010x}  # {step.text[at]}" for step in program.steps for at, word in step.code.items()}
    for vectors in (memory.S_VECTORS, memory.VS_VECTORS):
        for escape, base in vectors.items():
            for at in range(base, base + memory.VECTOR_BYTES, 4):
                words[at] = f".4byte {ESCAPES[escape]:#010x}"
    for section in (".mbody", ".stext", ".utext"):
        base = SECTIONS[section]
        yield f'.section {section}, "ax"'
        yield from _placed({at: text for at, text in words.items() if 0 <= at - base < memory.UNIT}, base)


def _placed(items: dict[int, str], base: int) -> Iterator[str]:
    for at in sorted(items):
        yield f".org {at - base:#x}\n{items[at]}"
