"""A reference hart in plain Python: one instruction at a time, to be read next to the manual.

The trap architecture is the golden model's, translation is `paging_model`'s, arithmetic `arithmetic`'s. What is here
is the rest of a core: encodings, which exception comes first, and what a trap says about the access. Where the manual
leaves a choice it is the hart's: misaligned accesses trap, before translation; SC needs the reservation of an LR since
the last trap or return; there is no PMP.
"""

from __future__ import annotations

from dataclasses import dataclass

from utrap_testbench.golden import (
    Config,
    CsrAccess,
    CsrOp,
    Insn,
    Outcome,
    Return,
    SetLines,
    State,
    TakeException,
    TakeInterrupt,
    TrapReturn,
    hlsv_mode,
    load_store_mode,
    pending_interrupt,
    reset_state,
    step,
    verdict,
    wakes,
)

from ..translation.paging_model import FETCH, LOAD, STORE, Machine, Registers  # noqa: TID252 (the tests are no package)
from .arithmetic import CONDITIONS, result, signed

MASK = (1 << 64) - 1
RAM_BASE = 0x8000_0000
MSIP, MTIMECMP, MTIME, UART, LSR, FINISHER = 0x200_0000, 0x200_4000, 0x200_BFF8, 0x1000_0000, 0x1000_0005, 0x10_0000
DEVICES = {0x200_0000: 1 << 16, 0x1000_0000: 1 << 8, 0x10_0000: 1 << 12}

MISALIGNED_FETCH, FETCH_ACCESS, ILLEGAL, BREAKPOINT, VIRTUAL = 0, 1, 2, 3, 22
MISALIGNED, ACCESS = {LOAD: 4, STORE: 6}, {LOAD: 5, STORE: 7}
PSEUDO_READ = 0x3000

_OP = {
    (0x00, 0): "add", (0x20, 0): "sub", (0x00, 1): "sll", (0x00, 2): "slt", (0x00, 3): "sltu", (0x00, 4): "xor",
    (0x00, 5): "srl", (0x20, 5): "sra", (0x00, 6): "or", (0x00, 7): "and",
    (0x01, 0): "mul", (0x01, 1): "mulh", (0x01, 2): "mulhsu", (0x01, 3): "mulhu", (0x01, 4): "div", (0x01, 5): "divu",
    (0x01, 6): "rem", (0x01, 7): "remu",
}  # fmt: skip
_OP_32 = {(0x00, 0), (0x20, 0), (0x00, 1), (0x00, 5), (0x20, 5), (1, 0), (1, 4), (1, 5), (1, 6), (1, 7)}
_AMO = {
    0x00: "amoadd", 0x01: "amoswap", 0x04: "amoxor", 0x08: "amoor", 0x0C: "amoand", 0x10: "amomin", 0x14: "amomax",
    0x18: "amominu", 0x1C: "amomaxu",
}  # fmt: skip
_BRANCH = {0: "beq", 1: "bne", 4: "blt", 5: "bge", 6: "bltu", 7: "bgeu"}
_PLAIN = {
    0x0000_0073: Insn.ECALL, 0x0010_0073: Insn.EBREAK, 0x0020_0073: Insn.URET, 0x1020_0073: Insn.SRET,
    0x3020_0073: Insn.MRET, 0x1050_0073: Insn.WFI,
}  # fmt: skip
_FENCES = {0x09: Insn.SFENCE_VMA, 0x11: Insn.HFENCE_VVMA, 0x31: Insn.HFENCE_GVMA}
#: funct7, and rs2 of loads.
_HLSV = {
    (0x30, 0): Insn.HLV_B, (0x30, 1): Insn.HLV_BU, (0x32, 0): Insn.HLV_H, (0x32, 1): Insn.HLV_HU,
    (0x34, 0): Insn.HLV_W, (0x34, 1): Insn.HLV_WU, (0x36, 0): Insn.HLV_D, (0x32, 3): Insn.HLVX_HU,
    (0x34, 3): Insn.HLVX_WU,
}  # fmt: skip
_HSV = {0x31: Insn.HSV_B, 0x33: Insn.HSV_H, 0x35: Insn.HSV_W, 0x37: Insn.HSV_D}
_RETURNS = {Insn.MRET: Return.MRET, Insn.SRET: Return.SRET, Insn.URET: Return.URET}
#: Counters that run with the clock: what they read is the hardware's to say.
CLOCKS = (0xB00, 0xC00, 0xC01)


@dataclass(frozen=True)
class Retired:
    """An instruction that retired: `rd` is 0 where it wrote no register."""

    pc: int
    insn: int
    mode: int
    rd: int = 0
    value: int = 0


@dataclass(frozen=True)
class Trapped:
    """An exception, or an interrupt with its number as xcause gets it; what does not apply is 0."""

    is_interrupt: int
    cause: int
    epc: int
    tval: int = 0
    gva: int = 0
    tval2: int = 0
    tinst: int = 0


class Ended(Exception):
    """The program wrote to the finisher, or waits for ever."""


class _Exception(Exception):
    def __init__(self, cause: int, tval: int = 0, gva: int = 0, tval2: int = 0, tinst: int = 0) -> None:
        self.cause, self.tval, self.gva, self.tval2, self.tinst = cause, tval, gva, tval2, tinst


class ReferenceHart:
    """The hart, its memory and its devices.

    Args:
        config: The golden model's.
        memory: Doublewords by address.
        ram_bytes: Memory's size.
    """

    def __init__(self, config: Config, memory: dict[int, int], ram_bytes: int) -> None:
        self.config = config
        self.memory = memory
        self.ram_bytes = ram_bytes
        self.state: State = reset_state(config)
        self.x = [0] * 32
        self.pc = RAM_BASE
        self.reservation: int | None = None
        self.msip, self.mtimecmp = 0, MASK
        self.minstret, self.inhibits = 0, 0
        self.clock = 0  # what the hardware read of a clock, for the one instruction that asks

    @property
    def mode(self) -> int:
        """As `Mode` numbers it."""
        return self.state.v << 2 | self.state.prv

    def step(self) -> Retired | Trapped:
        """Execute an instruction, or take a trap.

        Raises:
            Ended: There is nothing more to execute.
        """
        if pending_interrupt(self.config, self.state).pending:
            self.state, outcome = step(self.config, self.state, TakeInterrupt(pc=self.pc))
            return self._trapped(outcome)
        pc, mode = self.pc, self.mode
        try:
            insn = self._fetch()
            self._next, self._wrote, self._counts = pc + 4 & MASK, (0, 0), True
            self._execute(insn)
        except _Exception as trap:
            event = TakeException(
                cause=trap.cause, pc=pc, tval=trap.tval, gva=trap.gva, tval2=trap.tval2, tinst=trap.tinst
            )
            self.state, outcome = step(self.config, self.state, event)
            self._trapped(outcome)
            is_guest_page = trap.cause in (20, 21, 23)
            return Trapped(0, trap.cause, pc, trap.tval, trap.gva, trap.tval2 * is_guest_page, trap.tinst)
        self.pc = self._next
        if self._counts and not self.inhibits & 4:
            self.minstret = self.minstret + 1 & MASK
        rd, value = self._wrote
        if rd:
            self.x[rd] = value
        return Retired(pc, insn, mode, rd, value if rd else 0)

    def _trapped(self, outcome: Outcome) -> Trapped:
        self.reservation = None
        epc, self.pc = self.pc, outcome.target
        return Trapped(1, outcome.cause, epc)

    # --- memory -----------------------------------------------------------

    def _translate(self, address: int, mode: int, kind: int, tinst: int, is_hlvx: bool = False) -> int:
        s = self.state
        registers = Registers(
            satp=s.satp,
            vsatp=s.vsatp,
            hgatp=s.hgatp,
            sum=bool(s.mstatus_sum),
            mxr=bool(s.mstatus_mxr),
            vs_sum=bool(s.vsstatus_sum),
            vs_mxr=bool(s.vsstatus_mxr),
        )
        machine = Machine(self.memory, registers, self._is_ram, self.config.rules.gpa_bits)
        answer = machine.translate(address, mode, kind, is_hlvx)
        if answer.cause is not None:
            tinst = PSEUDO_READ if answer.is_implicit else tinst
            raise _Exception(answer.cause, address, mode >> 2, answer.gpa, tinst)
        assert answer.physical is not None
        return answer.physical

    def _is_ram(self, physical: int) -> bool:
        return RAM_BASE <= physical < RAM_BASE + self.ram_bytes

    def _exists(self, physical: int) -> bool:
        return self._is_ram(physical) or any(base <= physical < base + size for base, size in DEVICES.items())

    def _fetch(self) -> int:
        physical = self._translate(self.pc, self.mode, FETCH, 0)
        if not self._exists(physical):
            raise _Exception(FETCH_ACCESS, self.pc, self.mode >> 2)
        return self._read(physical, 4)

    def _read(self, physical: int, size: int) -> int:
        if self._is_ram(physical):
            doubleword = self.memory.get(physical & ~7, 0)
        else:
            registers = {MSIP: self.msip, MTIMECMP: self.mtimecmp, LSR & ~7: 0x60 << 40}
            doubleword = registers.get(physical & ~7, 0)
        return doubleword >> 8 * (physical & 7) & (1 << 8 * size) - 1

    def _write(self, physical: int, size: int, value: int) -> None:
        at, mask = 8 * (physical & 7), (1 << 8 * size) - 1

        def merged(old: int) -> int:
            return old & ~(mask << at) | (value & mask) << at

        doubleword = physical & ~7
        if self._is_ram(physical):
            self.memory[doubleword] = merged(self.memory.get(doubleword, 0))
        elif doubleword == FINISHER and size > 1 and merged(0) & 0xFFFF in (0x5555, 0x3333):
            raise Ended("the finisher")
        elif doubleword == MSIP:
            self.msip = merged(self.msip) & 1
        elif doubleword == MTIMECMP:
            self.mtimecmp = merged(self.mtimecmp)
        elif doubleword == MTIME:
            raise AssertionError("the reference keeps no time")
        # A timer is due at once or never: programs write 0, or so much that the time does not come.
        lines = self.msip << 3 | (self.mtimecmp < 1 << 62) << 7
        self.state, _ = step(self.config, self.state, SetLines(lines=lines))

    def _access(self, kind: int, size: int, address: int, mode: int, tinst: int, is_hlvx: bool = False) -> int:
        """The physical address of a load or store, or its exception."""
        if address % size:
            raise _Exception(MISALIGNED[kind], address, mode >> 2, tinst=tinst)
        physical = self._translate(address, mode, kind, tinst, is_hlvx)
        return physical

    def _check(self, physical: int, kind: int, address: int, mode: int, tinst: int) -> None:
        if not self._exists(physical):
            raise _Exception(ACCESS[kind], address, mode >> 2, tinst=tinst)

    # --- instructions -----------------------------------------------------

    def _execute(self, insn: int) -> None:
        opcode, rd, f3, f7 = insn & 0x7F, insn >> 7 & 31, insn >> 12 & 7, insn >> 25
        a, b = self.x[insn >> 15 & 31], self.x[insn >> 20 & 31]
        immediate = signed(insn >> 20, 12)
        pc = self.pc
        if opcode == 0x37:
            self._wrote = rd, signed(insn & 0xFFFF_F000, 32) & MASK
        elif opcode == 0x17:
            self._wrote = rd, pc + signed(insn & 0xFFFF_F000, 32) & MASK
        elif opcode == 0x6F:
            offset = (insn >> 31) << 20 | (insn >> 12 & 0xFF) << 12 | (insn >> 20 & 1) << 11 | (insn >> 21 & 0x3FF) << 1
            self._jump(pc + signed(offset, 21), rd)
        elif opcode == 0x67 and f3 == 0:
            self._jump(a + immediate & ~1, rd)
        elif opcode == 0x63 and f3 in _BRANCH:
            offset = (insn >> 31) << 12 | (insn >> 7 & 1) << 11 | (insn >> 25 & 0x3F) << 5 | (insn >> 8 & 0xF) << 1
            if CONDITIONS[_BRANCH[f3]](a, b):
                self._jump(pc + signed(offset, 13), 0)
        elif opcode == 0x13:
            name = _OP[f7 & 0x7E if f3 in (1, 5) else 0, f3] if f3 not in (1, 5) or (f7 & 0x7E, f3) in _OP else ""
            self._compute(insn, name, rd, a, insn >> 20 & 63 if f3 in (1, 5) else immediate)
        elif opcode == 0x1B and f3 in (0, 1, 5):
            key = (f7 if f3 else 0, f3)
            name = _OP[key] + "w" if (key in _OP_32 and f7 != 1) or f3 == 0 else ""
            self._compute(insn, name, rd, a, insn >> 20 & 31 if f3 else immediate)
        elif opcode == 0x33:
            self._compute(insn, _OP.get((f7, f3), ""), rd, a, b)
        elif opcode == 0x3B:
            self._compute(insn, _OP[f7, f3] + "w" if (f7, f3) in _OP_32 else "", rd, a, b)
        elif opcode == 0x03 and f3 != 7:
            mode = load_store_mode(self.config, self.state)
            self._load(1 << (f3 & 3), f3 > 3, a + immediate & MASK, mode, insn & 0x7FFF, rd)
        elif opcode == 0x23 and f3 < 4:
            mode = load_store_mode(self.config, self.state)
            offset = signed(f7 << 5 | rd, 12)
            self._store(1 << f3, a + offset & MASK, mode, insn & 0x01F0_707F, b)
        elif opcode == 0x2F and f3 in (2, 3):
            self._atomic(insn, 1 << f3, rd, a, b)
        elif opcode == 0x0F and f3 in (0, 1):
            pass
        elif opcode == 0x73 and f3 in (1, 2, 3, 5, 6, 7):
            self._csr(insn, f3, rd, insn >> 15 & 31 if f3 & 4 else a)
        elif opcode == 0x73 and f3 == 4:
            self._hypervisor(insn, f7, rd, a, b)
        elif insn in _PLAIN:
            self._plain(insn, _PLAIN[insn])
        elif opcode == 0x73 and f3 == 0 and rd == 0 and f7 in _FENCES:
            self._allow(insn, verdict(self.config, self.state, _FENCES[f7]))
        else:
            raise _Exception(ILLEGAL, insn)

    def _compute(self, insn: int, name: str, rd: int, a: int, b: int) -> None:
        if not name:
            raise _Exception(ILLEGAL, insn)
        self._wrote = rd, result(name, a, b & MASK)

    def _jump(self, target: int, rd: int) -> None:
        target &= MASK
        if target & 2:
            raise _Exception(MISALIGNED_FETCH, target, self.state.v)
        self._wrote = rd, self.pc + 4 & MASK
        self._next = target

    def _load(
        self, size: int, is_unsigned: bool, address: int, mode: int, tinst: int, rd: int, is_hlvx: bool = False
    ) -> None:
        physical = self._access(LOAD, size, address, mode, tinst, is_hlvx)
        self._check(physical, LOAD, address, mode, tinst)
        value = self._read(physical, size)
        self._wrote = rd, value if is_unsigned else signed(value, 8 * size) & MASK

    def _store(self, size: int, address: int, mode: int, tinst: int, value: int) -> None:
        physical = self._access(STORE, size, address, mode, tinst)
        self._check(physical, STORE, address, mode, tinst)
        self._write(physical, size, value)

    def _atomic(self, insn: int, size: int, rd: int, a: int, b: int) -> None:
        funct5, tinst = insn >> 27, insn & ~0xF_8000
        mode = load_store_mode(self.config, self.state)
        if funct5 == 2 and insn >> 20 & 31 == 0:
            self._load(size, False, a, mode, tinst, rd)
            self.reservation = self._translate(a, mode, LOAD, tinst) & ~7
        elif funct5 == 3:
            physical = self._access(STORE, size, a, mode, tinst)
            holds, self.reservation = self.reservation == physical & ~7, None
            if holds:
                self._check(physical, STORE, a, mode, tinst)
                self._write(physical, size, b)
            self._wrote = rd, int(not holds)
        elif funct5 in _AMO:
            physical = self._access(STORE, size, a, mode, tinst)
            self._check(physical, STORE, a, mode, tinst)
            old = signed(self._read(physical, size), 8 * size) & MASK
            self._write(physical, size, result(_AMO[funct5] + "w" * (size == 4), old, b))
            self._wrote = rd, old
        else:
            raise _Exception(ILLEGAL, insn)

    def _allow(self, insn: int, fault: int) -> None:
        if fault:
            raise _Exception(fault, insn)

    def _csr(self, insn: int, f3: int, rd: int, operand: int) -> None:
        address, op = insn >> 20, CsrOp(f3 & 3)
        if op is not CsrOp.WRITE and insn >> 15 & 31 == 0:
            op = CsrOp.READ
        counters = {0xB02: self.minstret, 0xC02: self.minstret, 0x320: self.inhibits}
        counters |= dict.fromkeys(CLOCKS, self.clock)
        counters |= {place + n: 0 for place in (0x320, 0xB00) for n in range(3, 32)}
        event = CsrAccess(
            address=address,
            op=op,
            wdata=operand,
            ext_exists=int(address in counters),
            ext_rdata=counters.get(address, 0),
        )
        new, outcome = step(self.config, self.state, event)
        self._allow(insn, outcome.fault)
        self.state = new
        self._wrote = rd, outcome.rdata
        if op is not CsrOp.READ and address == 0xB02:
            self.minstret, self._counts = outcome.written, False
        elif op is not CsrOp.READ and address == 0x320:
            self._counts = not self.inhibits & 4
            if self._counts:
                self.minstret += 1
            self.inhibits, self._counts = outcome.written & 5, False

    def _hypervisor(self, insn: int, f7: int, rd: int, a: int, b: int) -> None:
        found = _HLSV.get((f7, insn >> 20 & 31)) or (_HSV.get(f7) if rd == 0 else None)
        if found is None:
            raise _Exception(ILLEGAL, insn)
        self._allow(insn, verdict(self.config, self.state, found))
        size, mode, tinst = 1 << (f7 >> 1 & 3), hlsv_mode(self.config, self.state), insn & ~0xF_8000
        name = found.value
        if name.startswith("hsv"):
            self._store(size, a, mode, tinst, b)
        else:
            self._load(size, name.endswith("u"), a, mode, tinst, rd, name.startswith("hlvx"))

    def _plain(self, insn: int, which: Insn) -> None:
        s = self.state
        fault = verdict(self.config, s, which)
        if which is Insn.ECALL:
            raise _Exception(fault)
        if which is Insn.EBREAK:
            raise _Exception(fault, self.pc, s.v)
        self._allow(insn, fault)
        if which is Insn.WFI:
            if not wakes(self.config, s):
                raise Ended("WFI")
            return
        self.state, outcome = step(self.config, s, TrapReturn(insn=_RETURNS[which]))
        self.reservation = None
        self._next = outcome.target
