"""The core's data path: the instruction, its operands, and all that can be computed of them at any time.

The stages in `core` choose from it; nothing here knows which stage it is.
"""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Mux, Signal
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import Component

from utrap.isa import CommitOp, CsrOp, Fault, Mode

from .alu import compute
from .atomics import Reservation, amo_result
from .decode import Fields, Kind, decode
from .loadstore import load_value, store_lanes
from .muldiv import MulDiv

__all__ = ["COMMITS", "LOADS", "RESET_PC", "STORES", "Datapath"]

#: Where execution starts unless `reset_pc` said otherwise during reset.
RESET_PC = 0x8000_0000

#: What the unit is told in EXECUTE of the instructions that are its business.
COMMITS = {
    Kind.CSR: CommitOp.CSR,
    Kind.MRET: CommitOp.MRET,
    Kind.SRET: CommitOp.SRET,
    Kind.URET: CommitOp.URET,
}
_HYPERVISOR_ACCESSES = (Kind.HLV, Kind.HLVX, Kind.HSV)
#: Instructions that access memory, by what their faults are (norm:mcause_exccode_st_sc_amo).
LOADS = (Kind.LOAD, Kind.LR, Kind.HLV, Kind.HLVX)
STORES = (Kind.STORE, Kind.SC, Kind.AMO, Kind.HSV)


class Datapath:
    """Registers, operands and results, made in the core's module.

    Args:
        m: The core's module.
        core: Whose ports it looks at and drives.

    Attributes:
        pc, next_pc: The instruction's address, and the one behind it.
        insn, kind, immediate, fields: The instruction, and what `decode` says of it.
        rs1, rs2: What its source registers hold.
        writes_rd, result: The stages say that rd is written, and with what.
        computed, muldiv: The ALU's result; the unit of the M extension.
        address: Of a load or store, the target of a jump or branch, AUIPC's result.
        verdict: The `Fault` of the instruction: whether it may execute.
        is_store: It accesses memory, and faults as a store does.
        data_mode: The `Mode` as which it accesses memory.
        physical: The address that was translated last.
        load_value: What a load takes out of what the bus reads.
        loaded: An AMO's value from memory, when it writes.
        reservation: Of LR and SC.
        raised: What RAISE commits: members of the commit port by name.
    """

    def __init__(self, m: Module, core: Component) -> None:
        self._make_registers(m)
        self._connect_arithmetic(m)
        self._connect_commit(m, core)
        self._connect_memory(m, core)
        self._connect_verdict(m, core)

    def _make_registers(self, m: Module) -> None:
        """The pc, the instruction, x1 to x31 (x0 is never written), and what a stage leaves for the next."""
        self.pc = Signal(64, init=RESET_PC, reset_less=True, name="pc")
        self.insn = Signal(32, name="insn")
        self.physical = Signal(56, name="physical")
        self.loaded = Signal(64, name="loaded")
        self.next_pc = Signal(64, name="next_pc")
        self.kind, self.immediate = decode(m, self.insn)
        self.fields = Fields(self.insn)
        m.d.comb += self.next_pc.eq(self.pc + 4)

        m.submodules.x = registers = Memory(shape=64, depth=32, init=[])
        ports = registers.read_port(domain="comb"), registers.read_port(domain="comb")
        write = registers.write_port()
        self.rs1, self.rs2 = (port.data for port in ports)
        self.result, self.writes_rd = Signal(64, name="result"), Signal(name="writes_rd")
        m.d.comb += [
            ports[0].addr.eq(self.fields.rs1),
            ports[1].addr.eq(self.fields.rs2),
            write.addr.eq(self.fields.rd),
            write.data.eq(self.result),
            write.en.eq(self.writes_rd & self.fields.rd.any()),
        ]

    def _connect_arithmetic(self, m: Module) -> None:
        """The ALU, MULDIV, and the one adder of addresses: of AUIPC, jumps, branches, loads and stores."""
        fields = self.fields
        operand = Mux(fields.is_register_form, self.rs2, self.immediate)
        self.computed = compute(m, fields.funct3, fields.is_alternative, fields.is_word, self.rs1, operand)
        m.submodules.muldiv = self.muldiv = muldiv = MulDiv()
        m.d.comb += [
            muldiv.funct3.eq(fields.funct3),
            muldiv.is_word.eq(fields.is_word),
            muldiv.a.eq(self.rs1),
            muldiv.b.eq(self.rs2),
        ]
        is_relative_to_pc = self.kind.matches(Kind.AUIPC, Kind.JAL, Kind.BRANCH)
        self.address = Signal(64, name="address")
        m.d.comb += self.address.eq(Mux(is_relative_to_pc, self.pc, self.rs1) + self.immediate)

    def _connect_commit(self, m: Module, core: Component) -> None:
        """What the unit is told of a CSR instruction, and of an exception that RAISE commits."""
        commit, fields = core.commit, self.fields
        members = ("cause", "tval", "gva", "tval2", "tinst")
        self.raised = {name: Signal.like(getattr(commit, name), name=f"raised_{name}") for name in members}
        # CSRRS and CSRRC, and their immediate forms, write nothing where the field rs1 is 0.
        writes = (fields.funct3[:2] == CsrOp.WRITE) | fields.rs1.any()
        m.d.comb += [
            commit.pc.eq(self.pc),
            commit.csr_address.eq(fields.csr),
            commit.csr_op.eq(Mux(writes, fields.funct3[:2], CsrOp.READ)),
            commit.csr_wdata.eq(Mux(fields.funct3[2], fields.rs1, self.rs1)),
        ]
        m.d.comb += [getattr(commit, name).eq(value) for name, value in self.raised.items()]
        m.d.comb += [
            core.retire.pc.eq(self.pc),
            core.retire.insn.eq(self.insn),
            core.retire.mode.eq(core.hart.mode),
        ]

    def _connect_memory(self, m: Module, core: Component) -> None:
        """What a load or store puts onto the bus and takes from it, and the mode it acts in.

        norm:mstatus_mprv_ldst_op, norm:hlsv_priv: the unit says which.
        """
        fields = self.fields
        self.is_store = self.kind.matches(*STORES)
        self.data_mode = Signal(Mode, name="data_mode")
        is_hypervisor_access = self.kind.matches(*_HYPERVISOR_ACCESSES)
        m.d.comb += self.data_mode.eq(Mux(is_hypervisor_access, core.hart.hlsv_mode, core.hart.load_store_mode))
        self.load_value = load_value(m, fields.size, fields.is_unsigned, self.address, core.bus.rdata)
        is_word = fields.size == 2
        modified = amo_result(m, fields.funct5, is_word, self.loaded, self.rs2)
        value = Mux(self.kind == Kind.AMO, modified, self.rs2)
        wdata, wmask = store_lanes(fields.size, self.address, value)
        m.d.comb += [
            core.bus.address.eq(Cat(Const(0, 3), self.physical[3:])),
            core.bus.wdata.eq(wdata),
            core.bus.wmask.eq(wmask),
        ]
        m.submodules.reservation = self.reservation = Reservation()
        m.d.comb += self.reservation.address.eq(self.physical)
        with m.If(core.answer.redirect):
            m.d.comb += self.reservation.drop.eq(1)

    def _connect_verdict(self, m: Module, core: Component) -> None:
        """Whether the instruction may execute: the decoder's word, or the unit's."""
        legality = core.legality
        verdicts = {
            Kind.ILLEGAL: Fault.ILLEGAL,
            Kind.WFI: legality.wfi,
            Kind.SFENCE_VMA: legality.sfence_vma,
            Kind.HFENCE_VVMA: legality.hfence_vvma,
            Kind.HFENCE_GVMA: legality.hfence_gvma,
        }
        verdicts |= dict.fromkeys(_HYPERVISOR_ACCESSES, legality.hlsv)
        verdicts |= dict.fromkeys(COMMITS, core.answer.fault)
        self.verdict = Signal(Fault, name="verdict")
        with m.Switch(self.kind):
            for kind, verdict in verdicts.items():
                with m.Case(kind):
                    m.d.comb += self.verdict.eq(verdict)
