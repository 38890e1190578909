"""A small core around the golden model: executes a program's steps and says what must come out.

The core does what a core does (fetch, decode, translate, supply xtval and the
guest-physical address); every CSR, every verdict, every trap and every return
is the model's, then changed as `deviations` predicts. Where the manual leaves
the core a choice it makes QEMU's: xtval of EBREAK is 0, xtinst is 0 but for
the pseudoinstruction of an implicit access, and a misaligned AMO traps.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from utrap_testbench.golden import (
    CsrAccess,
    CsrOp,
    Insn,
    Mode,
    Retire,
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
from utrap_testbench.golden.isa import Cause

from . import deviations, memory
from .decode import EMPTY, Decoded, decode
from .program import CONFIG, DUMPED, EVENT_COUNTERS, OPERANDS, SAVED, CsrWrite, Step, Store
from .timers import STIMECMP, VSTIMECMP, Timers, seen, unseen
from .walk import Access, MemoryFault, Unpredictable, rights, translate

_READ, _WRITE, _CLEAR = CsrOp.READ, CsrOp.WRITE, CsrOp.CLEAR
_MPRV = 1 << 17
_MAX_EVENTS = 40
#: The pseudoinstruction of a 64-bit read for VS-stage translation (norm:H_trap_xtinst_guestpage_rw).
_PSEUDO_READ = 0x3000
_INSTRUCTION = {"page": Cause.INSTRUCTION_PAGE_FAULT, "guest": Cause.INSTRUCTION_GUEST_PAGE_FAULT}
_LOAD = {"page": Cause.LOAD_PAGE_FAULT, "guest": Cause.LOAD_GUEST_PAGE_FAULT, "access": Cause.LOAD_ACCESS_FAULT}
_CAUSES = {
    Access.FETCH: {**_INSTRUCTION, "access": Cause.INSTRUCTION_ACCESS_FAULT},
    Access.LOAD: _LOAD,
    Access.HLVX: _LOAD,
    Access.STORE: {
        "page": Cause.STORE_PAGE_FAULT, "guest": Cause.STORE_GUEST_PAGE_FAULT, "access": Cause.STORE_ACCESS_FAULT,
    },
}  # fmt: skip

#: Before the first step the runtime writes these to every register that has storage; the rest of them get 0.
_NEVER = 2**64 - 1
_AT_START = {0x305: memory.M_VECTORS, STIMECMP: _NEVER, VSTIMECMP: _NEVER}
START = tuple(
    (address, _AT_START.get(address, 0))
    for name, address in {"mstatus": 0x300, **DUMPED}.items()
    if name not in ("misa", "mhartid", "hgeip", "hip", "sip", "sie", "hie", "vsie", "vsip", "sstatus", "scountovf")
)
#: What mtime is, of which only this much matters: it is small, and no value that it is compared with is near.
_TIME = 1 << 20


@dataclass(frozen=True)
class Trap:
    """A trap as QEMU's log shows it: the cause is as in mip for an interrupt, even one for VS."""

    is_interrupt: int
    cause: int
    epc: int
    tval: int


@dataclass
class Result:
    """What a step must give: the traps in their order, then the dump's values; and what happened on the way."""

    traps: list[Trap] = field(default_factory=list)
    dump: tuple[int, ...] = ()
    predicted: Counter[str] = field(default_factory=Counter)
    covered: Counter[str] = field(default_factory=Counter)


class Core:
    """The hart between two steps: in M-mode, MPRV=0, after a dump."""

    def __init__(self) -> None:
        self.state = reset_state(CONFIG).replace(time=_TIME)
        self.timers = Timers()
        self.guest_mxr = 0  # vsstatus.MXR when the guest was entered
        self.events: dict[int, int] = {}  # what the mhpmevent registers hold
        self.registers = [0] * 32
        self.instruction_bits = 0  # what QEMU holds in env->bins
        self.result = Result()
        self.code: dict[int, int] = {}
        self.pc = 0
        for address, value in START:
            self.csr(address, _WRITE, value, 0)

    def copy(self) -> Core:
        """Another core in the same condition."""
        other = object.__new__(Core)
        other.__dict__.update(self.__dict__)
        other.registers = list(self.registers)
        other.events = dict(self.events)
        return other

    def run(self, work: Step) -> Result:
        """Execute a step up to and including its dump."""
        self.result = Result()
        self.code = work.code
        for item in work.setup:
            if isinstance(item, Store):
                self._device(item)
            else:
                self._set_up(item)
        for number, value in zip(OPERANDS, work.operands, strict=True):
            self.registers[number] = value
        self._return(Return.MRET)
        for _ in range(_MAX_EVENTS):
            if self.state.prv == 3 and 0 <= self.pc - memory.M_VECTORS < memory.VECTOR_BYTES:
                self._dump()
                return self.result
            self._instruction()
        raise Unpredictable("it does not come back to M-mode")

    def _set_up(self, item: CsrWrite) -> None:
        if item.address in EVENT_COUNTERS:
            self._event_counter(item)
            return
        if self.csr(item.address, item.op, item.value, item.rd):
            raise Unpredictable("the set-up traps")

    def _event_counter(self, item: CsrWrite) -> None:
        """An mhpmevent register, outside the trap unit: its OF is an input."""
        self.registers[item.rd] = self.events.get(item.address, 0)
        self.events[item.address] = item.value
        of = sum((value >> 63) << address - 0x320 for address, value in self.events.items())
        self.state = self.state.replace(counter_overflow=of)

    def _device(self, item: Store) -> None:
        """The CLINT: a timer is either due at once or never."""
        s = self.state
        msip, mtip = s.line_msip, s.line_mtip
        if item.address == memory.MSIP:
            msip = item.value
        else:
            mtip = int(item.value == 0)
        self.state, _ = step(CONFIG, s, SetLines(lines=msip << 3 | mtip << 7, time=s.time))

    def _dump(self) -> None:
        """norm:mstatus_mprv_ldst_op: the runtime clears MPRV before its first store."""
        entry = self.pc
        self.csr(0x300, _READ, 0, 5)
        values = [entry, self.registers[5]]
        self.csr(0x300, _CLEAR, _MPRV, 5)
        values += [self.registers[number] for number in SAVED]
        for address in DUMPED.values():
            if self.csr(address, _READ, 0, 5):
                raise AssertionError(f"M-mode may read {address:#x}")
            values.append(self.registers[5])
        self.result.dump = tuple(values)

    # One instruction, or the interrupt before it.

    def _instruction(self) -> None:
        s = self.state
        shown, because = seen(s, self.timers)
        request = pending_interrupt(CONFIG, shown)
        if request != pending_interrupt(CONFIG, s):
            self._deviate(because)
        if request.pending:
            self._interrupt(shown)
            return
        mode = s.v << 2 | s.prv
        found = self._translate(self.pc, Access.FETCH, mode)
        if isinstance(found, MemoryFault):
            self._fault(found, Access.FETCH, self.pc, mode, 0)
            return
        word = self.code.get(found)
        if word is None:
            word = self._word(found)
        insn = decode(word)
        self._cover(f"{insn.insn.value if insn.kind in ('plain', 'hypervisor') else insn.kind} in {Mode(mode).name}")
        getattr(self, f"_do_{insn.kind}")(insn, word)

    def _word(self, address: int) -> int:
        """A handler's entry, or memory that nothing was written to."""
        for vectors in (memory.S_VECTORS, memory.VS_VECTORS):
            for escape, base in vectors.items():
                if base <= address < base + memory.VECTOR_BYTES:
                    return ESCAPES[escape]
        if address & -memory.UNIT not in memory.WINDOWS:
            raise Unpredictable("another step's code")
        return EMPTY

    def _do_nop(self, insn: Decoded, word: int) -> None:
        self.pc += 4

    def _do_float(self, insn: Decoded, word: int) -> None:
        """norm:mstatus_fs_vs_xs_off_op, norm:vsstatus_fs_op: FS must not be off, with V=1 neither of the two."""
        s = self.state
        if s.mstatus_fs == 0 or (s.v and s.vsstatus_fs == 0):
            self._refuse(Cause.ILLEGAL_INSTRUCTION, word)
        else:
            self.state, _ = step(CONFIG, s, Retire(fs_dirty=1))
            self.pc += 4

    def _do_illegal(self, insn: Decoded, word: int) -> None:
        self._refuse(Cause.ILLEGAL_INSTRUCTION, word)

    def _do_csr(self, insn: Decoded, word: int) -> None:
        fault = self.csr(insn.csr, insn.op, self.registers[insn.rs1], insn.rd)
        if fault:
            self._refuse(fault, word)
        else:
            self.pc += 4

    def _do_plain(self, insn: Decoded, word: int) -> None:
        s = self.state
        own = verdict(CONFIG, s, insn.insn)
        fault, names = deviations.verdict(s, insn.insn, own)
        self._deviate(names)
        if insn.insn in (Insn.ECALL, Insn.EBREAK):
            self._exception(fault)
        elif fault:
            self._refuse(fault, word)
        elif insn.insn in (Insn.MRET, Insn.SRET):
            self._return(Return(insn.insn.value))
        else:
            if insn.insn is Insn.WFI and not wakes(CONFIG, seen(s, self.timers)[0]):
                raise Unpredictable("WFI waits for ever")
            self.pc += 4

    def _do_hypervisor(self, insn: Decoded, word: int) -> None:
        s = self.state
        fault = verdict(CONFIG, s, insn.insn)
        if fault:
            if self.instruction_bits != word:
                self._deviate(("hlsv_tval",))
            self._exception(fault, tval=self.instruction_bits)
            return
        kind = insn.insn.value.partition(".")[0]
        access = {"hlv": Access.LOAD, "hlvx": Access.HLVX, "hsv": Access.STORE}[kind]
        self._memory(insn, access, hlsv_mode(CONFIG, s), gva=1)

    def _do_load(self, insn: Decoded, word: int) -> None:
        self._memory(insn, Access.LOAD, self._data_mode())

    def _do_store(self, insn: Decoded, word: int) -> None:
        self._memory(insn, Access.STORE, self._data_mode())

    def _do_lr(self, insn: Decoded, word: int) -> None:
        self._aligned(insn, Access.LOAD, Cause.LOAD_ADDRESS_MISALIGNED)

    def _do_amo(self, insn: Decoded, word: int) -> None:
        """norm:H_cause: the manual has a store's causes here, of which QEMU makes a load's."""
        address, mode = self.registers[insn.rs1], self._data_mode()
        before = self.result.predicted.copy()
        found = self._translate(address, Access.LOAD, mode)
        self.result.predicted = before
        if isinstance(found, MemoryFault) or address % insn.bytes:
            self._deviate(("amo_load_fault",))
            self._aligned(insn, Access.LOAD, Cause.LOAD_ADDRESS_MISALIGNED)
        else:
            self._memory(insn, Access.STORE, mode)

    def _do_jump(self, insn: Decoded, word: int) -> None:
        self.pc = self.registers[insn.rs1]

    def _aligned(self, insn: Decoded, access: Access, cause: Cause) -> None:
        address, mode = self.registers[insn.rs1], self._data_mode()
        if address % insn.bytes:
            if isinstance(self._translate(address, access, mode), MemoryFault):
                raise Unpredictable("misaligned and a fault: the priority is the core's")
            self.instruction_bits = 0
            self._exception(cause, tval=address, gva=mode >> 2)
        else:
            self._memory(insn, access, mode)

    def _memory(self, insn: Decoded, access: Access, mode: int, gva: int | None = None) -> None:
        s = self.state
        if s.prv == 3 and s.mstatus_mprv and s.mstatus_mpp == 3 and s.mstatus_mpv:
            raise Unpredictable("QEMU 7.2 translates in two stages (cpu_helper.c, riscv_cpu_tlb_fill)")
        address = self.registers[insn.rs1]
        found = self._translate(address, access, mode)
        if isinstance(found, MemoryFault):
            by_mprv = insn.kind != "hypervisor" and self.state.prv == 3
            self._fault(found, access, address, mode, mode >> 2 if gva is None else gva, by_mprv)
        else:
            self.pc += 4

    # What all of them need.

    def csr(self, address: int, op: CsrOp, wdata: int, rd: int) -> int:
        """A CSR instruction: gives the fault, or reads and writes."""
        event = CsrAccess(address=address, op=op, wdata=wdata, ext_exists=int(address in OUTSIDE))
        self.state, outcome, self.timers, names = deviations.csr(CONFIG, self.state, event, self.timers)
        self._deviate(names)
        if not outcome.fault and rd:
            self.registers[rd] = outcome.rdata
        return outcome.fault

    def _translate(self, address: int, access: Access, mode: int) -> int | MemoryFault:
        s = self.state
        own = translate(s, address, access, mode, rights(s, mode))
        found, names = deviations.translation(s, address, access, mode, own, self.guest_mxr)
        self._deviate(names)
        return found

    def _data_mode(self) -> int:
        """The mode of loads and stores. MPRV=1 below M is a consequence of `mprv_kept`; QEMU asks for it in M alone."""
        s = self.state
        return load_store_mode(CONFIG, s) if s.prv == 3 else s.v << 2 | s.prv

    def _fault(
        self, fault: MemoryFault, access: Access, address: int, mode: int, gva: int, by_mprv: bool = False
    ) -> None:
        if fault.gpa >> CONFIG.rules.gpa_bits:
            raise Unpredictable("a guest-physical address wider than any G-stage mode has")
        cause: int = _CAUSES[access][fault.kind]
        if access is Access.FETCH:
            gva = mode >> 2
        else:
            self.instruction_bits = 0
        cause, names = deviations.fault_cause(self.state, cause, fault.implicit, mode, by_mprv)
        self._deviate(names)
        if fault.implicit:
            self._cover("guest-page fault in a walk")
        self._exception(
            cause,
            tval=address,
            gva=gva,
            tval2=fault.gpa >> 2,
            tinst=_PSEUDO_READ if fault.implicit else 0,
        )
        if "mprv_guest_fault" in names:
            self.state = self.state.replace(mtval2=fault.gpa >> 2)

    def _refuse(self, cause: int, word: int) -> None:
        self.instruction_bits = word
        self._exception(cause, tval=word)

    def _exception(self, cause: int, tval: int = 0, gva: int = 0, tval2: int = 0, tinst: int = 0) -> None:
        event = TakeException(cause=cause, pc=self.pc, tval=tval, gva=gva, tval2=tval2, tinst=tinst)
        old = self.state
        new, outcome = step(CONFIG, old, event)
        self.state, names = deviations.trap(old, new, outcome)
        self._deviate(names)
        self.result.traps.append(Trap(0, cause, self.pc, tval))
        self._cover(f"cause {cause} {Mode(outcome.from_mode).name} to {Mode(outcome.to_mode).name}")
        self.pc = outcome.target

    def _interrupt(self, shown: State) -> None:
        """Take an interrupt; `shown` is the state with the pending bits that QEMU has."""
        old = self.state
        irq, names = deviations.interrupt(CONFIG, shown)
        self._deviate(names)
        new, outcome = step(CONFIG, shown.replace(mie=old.mie & 1 << irq), TakeInterrupt(pc=self.pc))
        self.state, names = deviations.trap(old, unseen(new.replace(mie=old.mie), old), outcome)
        self._deviate(names)
        self.result.traps.append(Trap(1, irq, self.pc, 0))
        self._cover(f"interrupt {irq} {Mode(outcome.from_mode).name} to {Mode(outcome.to_mode).name}")
        self.pc = outcome.target

    def _return(self, insn: Return) -> None:
        old = self.state
        if insn is Return.MRET and old.mstatus_mpp == 3 and old.mstatus_mpv == 1:
            raise Unpredictable("QEMU 7.2 enters M-mode with V=1 (op_helper.c, helper_mret)")
        new, outcome = step(CONFIG, old, TrapReturn(insn=insn))
        self.state, names = deviations.xret(old, new)
        self._deviate(names)
        if new.v > old.v:
            self.guest_mxr = new.vsstatus_mxr
        self._cover(f"{insn.value} {Mode(outcome.from_mode).name} to {Mode(outcome.to_mode).name}")
        self.pc = outcome.target

    def _deviate(self, names: tuple[str, ...]) -> None:
        self.result.predicted.update(names)

    def _cover(self, what: str) -> None:
        self.result.covered[what] += 1


#: How a handler leaves for M-mode.
ESCAPES = {"illegal": 0x0B, "ebreak": 0x0010_0073}
#: CSRs of QEMU's hart that the trap unit does not own and the programs read: cycle, time, instret, 16 hpmcounters.
OUTSIDE = frozenset(range(0xC00, 0xC13))
