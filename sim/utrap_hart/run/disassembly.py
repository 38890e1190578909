"""Instructions in words, those of the hypervisor extension and the names of our CSRs among them."""

from __future__ import annotations

import re
from functools import lru_cache

from utrap.command_line.errors import UserError
from utrap.config import Config
from utrap.csr.configured import csr_rows

__all__ = ["Disassembler"]

#: Names of the hypervisor's loads and stores by funct7 and rs2; stores have no rs2 here.
_LOADS = {
    (0x30, 0): "hlv.b", (0x30, 1): "hlv.bu", (0x32, 0): "hlv.h", (0x32, 1): "hlv.hu", (0x34, 0): "hlv.w",
    (0x34, 1): "hlv.wu", (0x36, 0): "hlv.d", (0x32, 3): "hlvx.hu", (0x34, 3): "hlvx.wu",
}  # fmt: skip
_STORES = {0x31: "hsv.b", 0x33: "hsv.h", 0x35: "hsv.w", 0x37: "hsv.d"}
_FENCES = {0x09: "sfence.vma", 0x11: "hfence.vvma", 0x31: "hfence.gvma"}
_REGISTERS = (
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5",
    "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
)  # fmt: skip
_JUMPS = re.compile(r"(?<![\w(])(-?0x[0-9a-f]+|-?\d+)$")
_SYSTEM, _BRANCH, _JAL = 0x73, 0x63, 0x6F


class Disassembler:
    """Words for instructions of the hart.

    Args:
        config: The unit's configuration: its CSRs have names.

    Raises:
        UserError: When the package that knows the instructions is missing.
    """

    def __init__(self, config: Config) -> None:
        try:
            from capstone import CS_ARCH_RISCV, CS_MODE_RISCV64, Cs
        except ModuleNotFoundError:
            raise UserError("a trace needs the Python package capstone: pip install 'utrap[hart]'") from None
        self._capstone = Cs(CS_ARCH_RISCV, CS_MODE_RISCV64)
        self._csrs = {row.address: name for name, row in csr_rows(config).items()}
        self.words = lru_cache(maxsize=1 << 14)(self._words)

    def _words(self, pc: int, insn: int) -> str:
        """The instruction at a pc; a jump's target is an address."""
        opcode, function_3 = insn & 0x7F, insn >> 12 & 7
        if opcode == _SYSTEM and function_3 == 4:
            return _hypervisor(insn) or f".word {insn:#010x}"
        if opcode == _SYSTEM and function_3 == 0 and insn >> 25 in _FENCES:
            return f"{_FENCES[insn >> 25]} {_register(insn, 15)}, {_register(insn, 20)}"
        for found in self._capstone.disasm(insn.to_bytes(4, "little"), pc):
            operands = found.op_str
            if opcode in (_BRANCH, _JAL):
                operands = _JUMPS.sub(lambda match: hex(pc + int(match[1], 0) & (1 << 64) - 1), operands)
            elif opcode == _SYSTEM and insn >> 20 in self._csrs:
                operands = re.sub(rf"\b{insn >> 20}\b", self._csrs[insn >> 20], operands)
            return f"{found.mnemonic} {operands}".strip()
        return f".word {insn:#010x}"


def _hypervisor(insn: int) -> str:
    function_7, rs2 = insn >> 25, insn >> 20 & 31
    if name := _LOADS.get((function_7, rs2)):
        return f"{name} {_register(insn, 7)}, ({_register(insn, 15)})"
    if name := _STORES.get(function_7):
        return f"{name} {_register(insn, 20)}, ({_register(insn, 15)})"
    return ""


def _register(insn: int, place: int) -> str:
    return _REGISTERS[insn >> place & 31]
