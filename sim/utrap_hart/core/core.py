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

from amaranth.hdl import Cat, Const, Module, Mux, ResetSignal, Value
from amaranth.lib.wiring import Component, In, Out, Signature

from utrap.config import Config
from utrap.isa import CommitOp, ExceptionCause, Fault, Mode
from utrap.ports import (
    AnswerSignature,
    CommitSignature,
    HartSignature,
    InterruptSignature,
    LegalitySignature,
)
from utrap.rules.entry import is_guest_page_fault
from utrap_hart.platform.bus import BusSignature
from utrap_hart.translation.translate import Access, TranslateSignature

from .alu import is_taken
from .datapath import COMMITS, LOADS, STORES, Datapath
from .decode import Kind
from .loadstore import is_misaligned
from .tinst import PAGE_TABLE_READ, transformed

__all__ = ["Core", "RetireSignature"]

_FENCES = (Kind.SFENCE_VMA, Kind.HFENCE_VVMA, Kind.HFENCE_GVMA)

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
                "interrupt": In(InterruptSignature(config)),
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
        self._path = Datapath(m, self)
        with m.FSM(name="stage"):
            self._fetch(m)
            self._execute(m)
            self._access(m)
            with m.State("RAISE"):
                m.d.comb += self.commit.op.eq(CommitOp.EXCEPTION)
                m.next = "BEGIN"
        with m.If(self.answer.redirect):
            m.d.sync += self._path.pc.eq(self.answer.target)
        with m.If(ResetSignal()):
            m.d.sync += self._path.pc.eq(self.reset_pc)
        return m

    # --- how an instruction ends ------------------------------------------

    def _end(self, m: Module, result: Value | None = None, pc: Value | None = None) -> None:
        """The instruction retires, with a result for rd or without, and the pc goes on."""
        path = self._path
        m.d.comb += self.retire.valid.eq(1)
        if result is not None:
            m.d.comb += [path.writes_rd.eq(1), path.result.eq(result)]
        m.d.sync += path.pc.eq(path.next_pc if pc is None else pc)
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
        """The instruction traps: put down what RAISE commits, 0 where nothing is said.

        norm:mtval_vaddr_wr1, norm:mtval_instr_bits_list, norm:mtval_other_traps_zero;
        norm:mstatus_gva_op: `gva` with every address of an access with V=1.
        """
        values = {"cause": cause, "tval": tval, "gva": gva, "tval2": tval2, "tinst": tinst}
        m.d.sync += [self._path.raised[name].eq(0 if value is None else value) for name, value in values.items()]
        m.next = "RAISE"

    def _data_fault(self, m: Module, load: ExceptionCause, store: ExceptionCause) -> None:
        """A load or store faults by itself: the trap value is its address, a guest's where its mode is.

        norm:mcause_exccode_ld_ldrsv, norm:mcause_exccode_st_sc_amo.
        """
        path = self._path
        cause, tinst = Mux(path.is_store, store, load), transformed(path.kind, path.insn)
        self._fault(m, cause, path.address, gva=path.data_mode[2], tinst=tinst)

    def _translation_fault(self, m: Module, explicit: Value) -> None:
        """The translation's verdict; `explicit` is the trap instruction value unless a page table's page faulted.

        norm:H_trap_xtinst_guestpage, norm:mtval2_trapval_vstrans.
        """
        translate = self.translate
        is_implicit = is_guest_page_fault(translate.cause) & translate.is_implicit
        tinst = Mux(is_implicit, PAGE_TABLE_READ, explicit)
        self._fault(m, translate.cause, translate.address, translate.mode[2], translate.gpa, tinst)

    # --- the stages -------------------------------------------------------

    def _fetch(self, m: Module) -> None:
        """BEGIN, FETCH and READ: an interrupt, or the instruction at the pc."""
        path = self._path
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
                m.d.sync += path.insn.eq(bus.rdata.word_select(path.physical[2], 32))
                m.next = "EXECUTE"
                with m.If(bus.error):
                    self._fault(m, _E.INSTRUCTION_ACCESS_FAULT, path.pc, gva=self.hart.mode[2])

    def _translate_pc(self, m: Module) -> None:
        path = self._path
        translate = self.translate
        m.d.comb += [
            translate.request.eq(1),
            translate.access.eq(Access.FETCH),
            translate.address.eq(path.pc),
            translate.mode.eq(self.hart.mode),
        ]
        m.next = "FETCH"
        with m.If(translate.done):
            m.d.sync += path.physical.eq(translate.physical)
            m.next = "READ"
            with m.If(translate.fault):
                self._translation_fault(m, Const(0, 32))

    def _execute(self, m: Module) -> None:
        """EXECUTE: what needs no memory happens here; MULDIV: what takes longer."""
        path = self._path
        with m.State("EXECUTE"):
            with m.Switch(path.kind):
                for kind, op in COMMITS.items():
                    with m.Case(kind):
                        m.d.comb += self.commit.op.eq(op)
            with m.If(path.verdict != Fault.NONE):
                is_virtual = path.verdict == Fault.VIRTUAL
                self._fault(m, Mux(is_virtual, _E.VIRTUAL_INSTRUCTION, _E.ILLEGAL_INSTRUCTION), path.insn)
            with m.Else():
                self._execute_by_kind(m)
        with m.State("MULDIV"):
            m.d.comb += path.muldiv.request.eq(1)
            with m.If(path.muldiv.done):
                self._end(m, path.muldiv.result)

    def _execute_by_kind(self, m: Module) -> None:
        path = self._path
        fields, rs1, rs2, address = path.fields, path.rs1, path.rs2, path.address
        with m.Switch(path.kind):
            with m.Case(Kind.LUI):
                self._end(m, path.immediate)
            with m.Case(Kind.AUIPC):
                self._end(m, address)
            with m.Case(Kind.COMPUTE):
                self._end(m, path.computed)
            with m.Case(Kind.JAL, Kind.JALR):
                self._jump(m, path.next_pc)
            with m.Case(Kind.BRANCH):
                with m.If(is_taken(fields.funct3, rs1, rs2)):
                    self._jump(m)
                with m.Else():
                    self._end(m)
            with m.Case(Kind.MULDIV):
                m.next = "MULDIV"
            with m.Case(*LOADS, *STORES):
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
                self._fault(m, _E.BREAKPOINT, path.pc, gva=self.hart.mode[2])
            with m.Case(Kind.WFI), m.If(self.interrupt.wake):
                # It ends before the interrupt is taken, which so returns behind it (norm:wfi_mepc_val).
                self._end(m)

    def _jump(self, m: Module, link: Value | None = None) -> None:
        """Go to the address; one that is no multiple of 4 traps at the jump, which leaves rd alone."""
        target = Cat(Const(0, 1), self._path.address[1:])
        with m.If(target[1]):
            self._fault(m, _E.INSTRUCTION_ADDRESS_MISALIGNED, target, gva=self.hart.mode[2])
        with m.Else():
            self._end(m, link, target)

    def _access(self, m: Module) -> None:
        """TRANSLATE and ACCESS, and MODIFY for the second half of an AMO."""
        path = self._path
        translate, bus, reservation = self.translate, self.bus, path.reservation
        is_kind = path.kind.matches
        with m.State("TRANSLATE"):
            m.d.comb += [
                translate.request.eq(1),
                translate.access.eq(Mux(path.is_store, Access.STORE, Access.LOAD)),
                translate.address.eq(path.address),
                translate.mode.eq(path.data_mode),
                translate.is_hlvx.eq(is_kind(Kind.HLVX)),
            ]
            with m.If(translate.done):
                m.d.sync += path.physical.eq(translate.physical)
                m.next = "ACCESS"
                with m.If(translate.fault):
                    self._translation_fault(m, transformed(path.kind, path.insn))
        with m.State("ACCESS"):
            with m.If(is_kind(Kind.SC) & ~reservation.holds):
                m.d.comb += reservation.drop.eq(1)
                self._end(m, Const(1, 64))
            with m.Else():
                m.d.comb += [bus.valid.eq(1), bus.write.eq(is_kind(Kind.STORE, Kind.SC, Kind.HSV))]
            with m.If(bus.valid & bus.ready):
                with m.If(bus.error):
                    self._data_fault(m, _E.LOAD_ACCESS_FAULT, _E.STORE_ACCESS_FAULT)
                with m.Else(), m.Switch(path.kind):
                    with m.Case(Kind.STORE, Kind.HSV):
                        self._end(m)
                    with m.Case(Kind.AMO):
                        m.d.sync += path.loaded.eq(path.load_value)
                        m.next = "MODIFY"
                    with m.Case(Kind.SC):
                        m.d.comb += reservation.drop.eq(1)
                        self._end(m, Const(0, 64))
                    with m.Case(Kind.LR):
                        m.d.comb += reservation.reserve.eq(1)
                        self._end(m, path.load_value)
                    with m.Default():
                        self._end(m, path.load_value)
        with m.State("MODIFY"):
            m.d.comb += [bus.valid.eq(1), bus.write.eq(1)]
            with m.If(bus.ready):
                with m.If(bus.error):
                    self._data_fault(m, _E.LOAD_ACCESS_FAULT, _E.STORE_ACCESS_FAULT)
                with m.Else():
                    self._end(m, path.loaded)
