"""The core: fetches an instruction, executes it, and tells the trap unit what it commits.

One instruction at a time, stage by stage, so that every trap is precise:

    BEGIN --> FETCH --> READ --> EXECUTE --+-----------------------------> BEGIN
      |         |         |         |      +--> MULDIV ------------------> BEGIN
      |         |         |         |      '--> TRANSLATE --> ACCESS --+-> BEGIN
      |         |         |         |               |           |  |   |
      |         |         |         |               |           |  MODIFY
      |         '---------+---------+---------------+-----------'---'
      |                                    RAISE -------------------------> BEGIN
      '--> an interrupt is taken

BEGIN takes an interrupt, or asks for the translation of the pc; FETCH waits
for it where it takes longer. An instruction without a bus access of its own
ends in EXECUTE. A fault is put down in registers, and RAISE commits it one
cycle later: until then nothing of the instruction has happened, and no verdict
of the unit runs back into what is committed.

An interrupt that is due when an instruction begins comes before the
instruction's own exceptions, those of its fetch included. Among exceptions the
order of the stages is the order of the manual (norm:exc_priority): the fetch,
the illegal or virtual instruction, ECALL, EBREAK and the misaligned jump; of a
load or store first the misaligned address, which the manual leaves open, then
the page or guest-page fault, then the access fault.
"""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Mux, ResetSignal, Signal, Value
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import Component, In, Out, Signature

from utrap.config import Config
from utrap.isa import CommitOp, CsrOp, ExceptionCause, Fault, Mode
from utrap.ports import (
    AnswerSignature,
    CommitSignature,
    HartSignature,
    InterruptSignature,
    LegalitySignature,
)
from utrap.route import is_guest_page_fault

from .alu import compute, is_taken
from .atomics import Reservation, amo_result
from .bus import BusSignature
from .decode import Fields, Kind, decode
from .loadstore import is_misaligned, load_value, store_lanes
from .muldiv import MulDiv
from .tinst import PAGE_TABLE_READ, transformed
from .translate import Access, TranslateSignature

__all__ = ["RESET_PC", "Core", "RetireSignature"]

#: Where execution starts unless `reset_pc` said otherwise during reset.
RESET_PC = 0x8000_0000

#: What the unit is told in EXECUTE of the instructions that are its business.
_COMMITS = {
    Kind.CSR: CommitOp.CSR,
    Kind.MRET: CommitOp.MRET,
    Kind.SRET: CommitOp.SRET,
    Kind.URET: CommitOp.URET,
}
_FENCES = (Kind.SFENCE_VMA, Kind.HFENCE_VVMA, Kind.HFENCE_GVMA)
_HYPERVISOR_ACCESSES = (Kind.HLV, Kind.HLVX, Kind.HSV)
#: Instructions that access memory, by what their faults are: an AMO's are a store's.
_LOADS = (Kind.LOAD, Kind.LR, Kind.HLV, Kind.HLVX)
_STORES = (Kind.STORE, Kind.SC, Kind.AMO, Kind.HSV)

_E = ExceptionCause


class RetireSignature(Signature):
    """An instruction that retires, in the cycle in which it does. The core is the initiator.

    One that traps does not retire, ECALL and EBREAK included
    (norm:ecall_ebreak_no_minstret_inc).

    Members:
        valid: One retires.
        pc: Its address.
        insn: The instruction.
        mode: The mode in which it executes.
    """

    def __init__(self) -> None:
        super().__init__({"valid": Out(1), "pc": Out(64), "insn": Out(32), "mode": Out(Mode, init=Mode.M)})


class Core(Component):
    """All of the hart but the trap unit, the translation and the counters.

    Args:
        config: The trap unit's configuration.

    Attributes:
        reset_pc: Where execution starts; sampled during reset.
        commit, answer, interrupt, legality, hart: To the trap unit.
        translate: To the translation.
        flush: What the translation has kept must go: a fence retires.
        bus: Instructions and data.
        retire: What retires.
    """

    def __init__(self, config: Config) -> None:
        super().__init__(
            {
                "reset_pc": In(64),
                "commit": Out(CommitSignature(config)),
                "answer": In(AnswerSignature(config)),
                "interrupt": In(InterruptSignature()),
                "legality": In(LegalitySignature(config)),
                "hart": In(HartSignature(config)),
                "translate": Out(TranslateSignature(config)),
                "flush": Out(1),
                "bus": Out(BusSignature()),
                "retire": Out(RetireSignature()),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """The registers, the data path, the stages in their order, and where the pc goes."""
        m = Module()
        self._make_registers(m)
        self._connect_arithmetic(m)
        self._connect_commit(m)
        self._connect_memory(m)
        self._connect_verdict(m)
        with m.FSM(name="stage"):
            self._fetch(m)
            self._execute(m)
            self._access(m)
            with m.State("RAISE"):
                m.d.comb += self.commit.op.eq(CommitOp.EXCEPTION)
                m.next = "BEGIN"
        with m.If(self.answer.redirect):
            m.d.sync += self._pc.eq(self.answer.target)
        with m.If(ResetSignal()):
            m.d.sync += self._pc.eq(self.reset_pc)
        return m

    # --- the data path ----------------------------------------------------

    def _make_registers(self, m: Module) -> None:
        """The pc, the instruction, x1 to x31 (x0 is never written), and what a stage leaves for the next."""
        self._pc = Signal(64, init=RESET_PC, reset_less=True, name="pc")
        self._insn = Signal(32, name="insn")
        self._physical = Signal(56, name="physical")
        self._loaded = Signal(64, name="loaded")
        self._next_pc = Signal(64, name="next_pc")
        self._kind, self._immediate = decode(m, self._insn)
        self._fields = Fields(self._insn)
        m.d.comb += self._next_pc.eq(self._pc + 4)

        m.submodules.x = registers = Memory(shape=64, depth=32, init=[])
        ports = registers.read_port(domain="comb"), registers.read_port(domain="comb")
        write = registers.write_port()
        self._rs1, self._rs2 = (port.data for port in ports)
        self._result, self._writes_rd = Signal(64, name="result"), Signal(name="writes_rd")
        m.d.comb += [
            ports[0].addr.eq(self._fields.rs1),
            ports[1].addr.eq(self._fields.rs2),
            write.addr.eq(self._fields.rd),
            write.data.eq(self._result),
            write.en.eq(self._writes_rd & self._fields.rd.any()),
        ]

    def _connect_arithmetic(self, m: Module) -> None:
        """The ALU, MULDIV, and the one adder of addresses: of AUIPC, jumps, branches, loads and stores."""
        fields = self._fields
        operand = Mux(fields.is_register_form, self._rs2, self._immediate)
        self._computed = compute(m, fields.funct3, fields.is_alternative, fields.is_word, self._rs1, operand)
        m.submodules.muldiv = self._muldiv = muldiv = MulDiv()
        m.d.comb += [
            muldiv.funct3.eq(fields.funct3),
            muldiv.is_word.eq(fields.is_word),
            muldiv.a.eq(self._rs1),
            muldiv.b.eq(self._rs2),
        ]
        is_relative_to_pc = self._kind.matches(Kind.AUIPC, Kind.JAL, Kind.BRANCH)
        self._address = Signal(64, name="address")
        m.d.comb += self._address.eq(Mux(is_relative_to_pc, self._pc, self._rs1) + self._immediate)

    def _connect_commit(self, m: Module) -> None:
        """What the unit is told of a CSR instruction, and of an exception that RAISE commits."""
        commit, fields = self.commit, self._fields
        members = ("cause", "tval", "gva", "tval2", "tinst")
        self._raised = {name: Signal.like(getattr(commit, name), name=f"raised_{name}") for name in members}
        # CSRRS and CSRRC, and their immediate forms, write nothing where the field rs1 is 0.
        writes = (fields.funct3[:2] == CsrOp.WRITE) | fields.rs1.any()
        m.d.comb += [
            commit.pc.eq(self._pc),
            commit.csr_address.eq(fields.csr),
            commit.csr_op.eq(Mux(writes, fields.funct3[:2], CsrOp.READ)),
            commit.csr_wdata.eq(Mux(fields.funct3[2], fields.rs1, self._rs1)),
        ]
        m.d.comb += [getattr(commit, name).eq(value) for name, value in self._raised.items()]
        m.d.comb += [
            self.retire.pc.eq(self._pc),
            self.retire.insn.eq(self._insn),
            self.retire.mode.eq(self.hart.mode),
        ]

    def _connect_memory(self, m: Module) -> None:
        """What a load or store puts onto the bus and takes from it."""
        fields = self._fields
        self._is_store = self._kind.matches(*_STORES)
        self._data_mode = Signal(Mode, name="data_mode")
        is_hypervisor_access = self._kind.matches(*_HYPERVISOR_ACCESSES)
        m.d.comb += self._data_mode.eq(Mux(is_hypervisor_access, self.hart.hlsv_mode, self.hart.load_store_mode))
        self._load_value = load_value(m, fields.size, fields.is_unsigned, self._address, self.bus.rdata)
        is_word = fields.size == 2
        modified = amo_result(m, fields.funct5, is_word, self._loaded, self._rs2)
        value = Mux(self._kind == Kind.AMO, modified, self._rs2)
        wdata, wmask = store_lanes(fields.size, self._address, value)
        m.d.comb += [
            self.bus.address.eq(Cat(Const(0, 3), self._physical[3:])),
            self.bus.wdata.eq(wdata),
            self.bus.wmask.eq(wmask),
        ]
        m.submodules.reservation = self._reservation = Reservation()
        m.d.comb += self._reservation.address.eq(self._physical)
        with m.If(self.answer.redirect):
            m.d.comb += self._reservation.drop.eq(1)

    def _connect_verdict(self, m: Module) -> None:
        """Whether the instruction may execute: the decoder's word, or the unit's."""
        legality = self.legality
        verdicts = {
            Kind.ILLEGAL: Fault.ILLEGAL,
            Kind.WFI: legality.wfi,
            Kind.SFENCE_VMA: legality.sfence_vma,
            Kind.HFENCE_VVMA: legality.hfence_vvma,
            Kind.HFENCE_GVMA: legality.hfence_gvma,
        }
        verdicts |= dict.fromkeys(_HYPERVISOR_ACCESSES, legality.hlsv)
        verdicts |= dict.fromkeys(_COMMITS, self.answer.fault)
        self._verdict = Signal(Fault, name="verdict")
        with m.Switch(self._kind):
            for kind, verdict in verdicts.items():
                with m.Case(kind):
                    m.d.comb += self._verdict.eq(verdict)

    # --- how an instruction ends ------------------------------------------

    def _end(self, m: Module, result: Value | None = None, pc: Value | None = None) -> None:
        """The instruction retires, with a result for rd or without, and the pc goes on."""
        m.d.comb += self.retire.valid.eq(1)
        if result is not None:
            m.d.comb += [self._writes_rd.eq(1), self._result.eq(result)]
        m.d.sync += self._pc.eq(self._next_pc if pc is None else pc)
        m.next = "BEGIN"

    def _fault(
        self,
        m: Module,
        cause: Value | ExceptionCause,
        tval: Value,
        gva: Value | None = None,
        tval2: Value | None = None,
        tinst: Value | None = None,
    ) -> None:
        """The instruction traps: put down what RAISE commits."""
        values = {"cause": cause, "tval": tval, "gva": gva, "tval2": tval2, "tinst": tinst}
        m.d.sync += [self._raised[name].eq(0 if value is None else value) for name, value in values.items()]
        m.next = "RAISE"

    def _data_fault(self, m: Module, load: ExceptionCause, store: ExceptionCause) -> None:
        """A load or store faults by itself: the trap value is its address, a guest's where its mode is."""
        cause, tinst = Mux(self._is_store, store, load), transformed(self._kind, self._insn)
        self._fault(m, cause, self._address, gva=self._data_mode[2], tinst=tinst)

    def _translation_fault(self, m: Module, explicit: Value) -> None:
        """The translation's verdict; `explicit` is the trap instruction value unless a page table's page faulted."""
        translate = self.translate
        is_implicit = is_guest_page_fault(translate.cause) & translate.is_implicit
        tinst = Mux(is_implicit, PAGE_TABLE_READ, explicit)
        self._fault(m, translate.cause, translate.address, translate.mode[2], translate.gpa, tinst)

    # --- the stages -------------------------------------------------------

    def _fetch(self, m: Module) -> None:
        """BEGIN, FETCH and READ: an interrupt, or the instruction at the pc."""
        with m.State("BEGIN"):
            with m.If(self.interrupt.request):
                m.d.comb += self.commit.op.eq(CommitOp.INTERRUPT)
            with m.Else():
                self._translate_pc(m)
        with m.State("FETCH"):
            self._translate_pc(m)
        with m.State("READ"):
            bus = self.bus
            m.d.comb += bus.valid.eq(1)
            with m.If(bus.ready):
                m.d.sync += self._insn.eq(bus.rdata.word_select(self._physical[2], 32))
                m.next = "EXECUTE"
                with m.If(bus.error):
                    self._fault(m, _E.INSTRUCTION_ACCESS_FAULT, self._pc, gva=self.hart.mode[2])

    def _translate_pc(self, m: Module) -> None:
        translate = self.translate
        m.d.comb += [
            translate.request.eq(1),
            translate.access.eq(Access.FETCH),
            translate.address.eq(self._pc),
            translate.mode.eq(self.hart.mode),
        ]
        m.next = "FETCH"
        with m.If(translate.done):
            m.d.sync += self._physical.eq(translate.physical)
            m.next = "READ"
            with m.If(translate.fault):
                self._translation_fault(m, Const(0, 32))

    def _execute(self, m: Module) -> None:
        """EXECUTE: what needs no memory happens here; MULDIV: what takes longer."""
        with m.State("EXECUTE"):
            with m.Switch(self._kind):
                for kind, op in _COMMITS.items():
                    with m.Case(kind):
                        m.d.comb += self.commit.op.eq(op)
            with m.If(self._verdict != Fault.NONE):
                is_virtual = self._verdict == Fault.VIRTUAL
                self._fault(m, Mux(is_virtual, _E.VIRTUAL_INSTRUCTION, _E.ILLEGAL_INSTRUCTION), self._insn)
            with m.Else():
                self._execute_by_kind(m)
        with m.State("MULDIV"):
            m.d.comb += self._muldiv.request.eq(1)
            with m.If(self._muldiv.done):
                self._end(m, self._muldiv.result)

    def _execute_by_kind(self, m: Module) -> None:
        fields, rs1, rs2, address = self._fields, self._rs1, self._rs2, self._address
        with m.Switch(self._kind):
            with m.Case(Kind.LUI):
                self._end(m, self._immediate)
            with m.Case(Kind.AUIPC):
                self._end(m, address)
            with m.Case(Kind.COMPUTE):
                self._end(m, self._computed)
            with m.Case(Kind.JAL, Kind.JALR):
                self._jump(m, self._next_pc)
            with m.Case(Kind.BRANCH):
                with m.If(is_taken(fields.funct3, rs1, rs2)):
                    self._jump(m)
                with m.Else():
                    self._end(m)
            with m.Case(Kind.MULDIV):
                m.next = "MULDIV"
            with m.Case(*_LOADS, *_STORES):
                m.next = "TRANSLATE"
                with m.If(is_misaligned(fields.size, address)):
                    self._data_fault(m, _E.LOAD_ADDRESS_MISALIGNED, _E.STORE_ADDRESS_MISALIGNED)
            with m.Case(Kind.FENCE):
                self._end(m)
            with m.Case(*_FENCES):
                m.d.comb += self.flush.eq(1)
                self._end(m)
            with m.Case(Kind.CSR):
                self._end(m, self.answer.rdata)
            with m.Case(Kind.MRET, Kind.SRET, Kind.URET):
                self._end(m)
            with m.Case(Kind.ECALL):
                self._fault(m, self.hart.ecall_cause, Const(0, 64))
            with m.Case(Kind.EBREAK):
                self._fault(m, _E.BREAKPOINT, self._pc, gva=self.hart.mode[2])
            with m.Case(Kind.WFI), m.If(self.interrupt.wake):
                # It ends before the interrupt is taken, which so returns behind it (norm:wfi_mepc_val).
                self._end(m)

    def _jump(self, m: Module, link: Value | None = None) -> None:
        """Go to the address; one that is no multiple of 4 traps at the jump, which leaves rd alone."""
        target = Cat(Const(0, 1), self._address[1:])
        with m.If(target[1]):
            self._fault(m, _E.INSTRUCTION_ADDRESS_MISALIGNED, target, gva=self.hart.mode[2])
        with m.Else():
            self._end(m, link, target)

    def _access(self, m: Module) -> None:
        """TRANSLATE and ACCESS, and MODIFY for the second half of an AMO."""
        translate, bus, reservation = self.translate, self.bus, self._reservation
        is_kind = self._kind.matches
        with m.State("TRANSLATE"):
            m.d.comb += [
                translate.request.eq(1),
                translate.access.eq(Mux(self._is_store, Access.STORE, Access.LOAD)),
                translate.address.eq(self._address),
                translate.mode.eq(self._data_mode),
                translate.is_hlvx.eq(is_kind(Kind.HLVX)),
            ]
            with m.If(translate.done):
                m.d.sync += self._physical.eq(translate.physical)
                m.next = "ACCESS"
                with m.If(translate.fault):
                    self._translation_fault(m, transformed(self._kind, self._insn))
        with m.State("ACCESS"):
            with m.If(is_kind(Kind.SC) & ~reservation.holds):
                m.d.comb += reservation.drop.eq(1)
                self._end(m, Const(1, 64))
            with m.Else():
                m.d.comb += [bus.valid.eq(1), bus.write.eq(is_kind(Kind.STORE, Kind.SC, Kind.HSV))]
            with m.If(bus.valid & bus.ready):
                with m.If(bus.error):
                    self._data_fault(m, _E.LOAD_ACCESS_FAULT, _E.STORE_ACCESS_FAULT)
                with m.Else(), m.Switch(self._kind):
                    with m.Case(Kind.STORE, Kind.HSV):
                        self._end(m)
                    with m.Case(Kind.AMO):
                        m.d.sync += self._loaded.eq(self._load_value)
                        m.next = "MODIFY"
                    with m.Case(Kind.SC):
                        m.d.comb += reservation.drop.eq(1)
                        self._end(m, Const(0, 64))
                    with m.Case(Kind.LR):
                        m.d.comb += reservation.reserve.eq(1)
                        self._end(m, self._load_value)
                    with m.Default():
                        self._end(m, self._load_value)
        with m.State("MODIFY"):
            m.d.comb += [bus.valid.eq(1), bus.write.eq(1)]
            with m.If(bus.ready):
                with m.If(bus.error):
                    self._data_fault(m, _E.LOAD_ACCESS_FAULT, _E.STORE_ACCESS_FAULT)
                with m.Else():
                    self._end(m, self._loaded)
