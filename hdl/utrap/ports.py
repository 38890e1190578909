"""The unit's ports, one signature for each purpose, and their contract.

Timing, for all of them: the core drives `commit`, the levels and the
extension's answers in a cycle; the unit answers combinationally in that same
cycle; all state changes at the rising edge of `clk` that ends it. So a trap,
a return or a CSR access costs one cycle, and another event may follow in the
next. `rst` is synchronous and wins over every event.

Signatures are seen from the initiator: the core for `commit`, the unit for
the others.
"""

from __future__ import annotations

from amaranth.hdl import unsigned
from amaranth.lib.wiring import In, Out, Signature

from utrap.config import Config
from utrap.isa import CsrOp, Fault, Mode, operations

__all__ = [
    "DEBUG_OUTPUTS",
    "MASKING_OUTPUTS",
    "RNMI_VECTORS",
    "AnswerSignature",
    "CommitSignature",
    "CountersSignature",
    "ExtensionSignature",
    "HartSignature",
    "InterruptSignature",
    "LegalitySignature",
    "LinesSignature",
    "TraceSignature",
]

CAUSE = unsigned(6)
#: What the hart port says of Debug Mode, with Sdext.
DEBUG_OUTPUTS = ("debug", "ebreak_halts", "steps", "stops_counters", "stops_time", "critical_halts")

#: The inputs of the whole unit that say where RNMIs, and exceptions in their handler, go, with rnmi_vectors=port.
RNMI_VECTORS = ("rnmi_interrupt_vector", "rnmi_exception_vector")
#: What it says of pointer masking.
MASKING_OUTPUTS = ("load_store_pmm", "hlsv_pmm")


class CommitSignature(Signature):
    """What the core retires in this cycle. The core is the initiator.

    The core holds `op` at NONE in a cycle without an event. It may present an
    event in any cycle, in consecutive cycles too, and may withdraw or change
    it freely before the clock edge: only the values at the edge count.

    Members:
        op: The event; see `CommitOp`.
        pc: EXCEPTION, INTERRUPT: address of the instruction that trapped, or
            that an interrupt preceded; XLEN bits, stored in xepc. With Sdext HALT, with
            Smrnmi RNMI: that of the next instruction, stored in dpc or mnepc.
        cause: EXCEPTION: the exception code, 6 bits.
        tval: EXCEPTION: the trap value: faulting virtual address, instruction
            bits for causes 2 and 22, pc for EBREAK, 0 for ECALL.
        gva: EXCEPTION, with H: `tval` is a guest virtual address.
        tval2: EXCEPTION, with H: guest-physical address shifted right by 2;
            used on causes 20, 21 and 23. An address that is wider than the
            widest guest mode's faults for that alone: with shtvala the whole
            of it, else 0.
        tinst: EXCEPTION, with H: transformed instruction, pseudoinstruction
            or 0 (norm:H_trap_xtinst).
        csr_address: CSR, DEBUG_CSR: the CSR's number, 12 bits.
        csr_op: CSR, DEBUG_CSR: the kind of access; see `CsrOp`.
        csr_wdata: CSR, DEBUG_CSR: rs1 or the immediate, XLEN bits.
        fs_dirty: NONE, and CSR to an address outside the unit: the
            instruction wrote floating-point state; FS becomes Dirty.
        vs_dirty: The same for vector state.
        halt_cause: HALT: why, as dcsr has it, 3 bits, with Sdext.
        nmip: HALT: a non-maskable interrupt is pending, as dcsr has it, with Sdext.
    """

    def __init__(self, config: Config) -> None:
        members = {
            "op": Out(operations(config)),
            "pc": Out(config.xlen),
            "cause": Out(CAUSE),
            "tval": Out(config.xlen),
        }
        if config.h:
            members |= {"gva": Out(1), "tval2": Out(config.tval2_bits), "tinst": Out(32)}
        members |= {
            "csr_address": Out(12),
            "csr_op": Out(CsrOp),
            "csr_wdata": Out(config.xlen),
        }
        if config.fs:
            members["fs_dirty"] = Out(1)
        if config.vs:
            members["vs_dirty"] = Out(1)
        if config.sdext:
            members |= {"halt_cause": Out(3), "nmip": Out(1)}
        super().__init__(members)


class AnswerSignature(Signature):
    """The unit's answer to the commit port, in the same cycle.

    Members:
        fault: Why the CSR access or the return may not execute. With a fault
            no state changes; the core then raises the exception by itself.
        redirect: The pc must go to `target`: a trap, or a return that may
            execute.
        target: Where to; XLEN bits. Meaningful with `redirect`.
        rdata: What the CSR reads; XLEN bits. Meaningful with a CSR access
            and without a fault. Of `commit.op` it depends only on whether that is DEBUG_CSR.
        refetch: A CSR access that may execute writes mstatus, sstatus, vsstatus, hstatus, satp,
            vsatp, hgatp, mseccfg, menvcfg, henvcfg, their upper halves or senvcfg: what is younger
            is to be fetched and translated again. With refetch.
    """

    def __init__(self, config: Config) -> None:
        members = {
            "fault": Out(Fault),
            "redirect": Out(1),
            "target": Out(config.xlen),
            "rdata": Out(config.xlen),
        }
        if config.refetch:
            members["refetch"] = Out(1)
        super().__init__(members)


class InterruptSignature(Signature):
    """The interrupt that the hart would take now.

    It follows from state, lines and time alone, never from `commit`, and may be
    withdrawn when a line falls. The core takes it by committing INTERRUPT in
    a cycle in which `request` is 1; in any other that event does nothing.

    Members:
        request: An interrupt is to be taken.
        cause: Its code as xcause gets it: a guest's VSEI is 9 (norm:hideleg_trans).
            Meaningful with `request`.
        target: The mode that takes it. Meaningful with `request`.
        wake: WFI resumes: mip AND mie is not 0, delegated or masked or not; or there is an RNMI.
        rnmi: An RNMI is to be taken, before all else: the core commits RNMI, which does nothing
            in any other cycle. With smrnmi.
    """

    def __init__(self, config: Config) -> None:
        members = {"request": Out(1), "cause": Out(CAUSE), "target": Out(Mode), "wake": Out(1)}
        if config.smrnmi:
            members["rnmi"] = Out(1)
        super().__init__(members)


class LinesSignature(Signature):
    """Interrupt levels from outside, synchronous to `clk`. The platform drives.

    Members:
        meip: Machine external interrupt.
        mtip: Machine timer interrupt.
        msip: Machine software interrupt.
        seip: Supervisor external interrupt, with S.
        ueip: User external interrupt, with N.
        local: Interrupts of the platform's own, bit 0 is number 16, with local_interrupts.
        hgeip: Guest external interrupts 1 to GEILEN, bit 0 is number 1.
        rnmi: There is a resumable non-maskable interrupt, with smrnmi.
        rnmi_cause: Its cause, as mncause gets it, 6 bits. Looked at when it is taken.
    """

    def __init__(self, config: Config) -> None:
        members = {"meip": Out(1), "mtip": Out(1), "msip": Out(1)}
        if config.s:
            members["seip"] = Out(1)
        if config.n:
            members["ueip"] = Out(1)
        if config.local_interrupts:
            members["local"] = Out(config.local_interrupts)
        if config.geilen:
            members["hgeip"] = Out(config.geilen)
        if config.smrnmi:
            members |= {"rnmi": Out(1), "rnmi_cause": Out(CAUSE)}
        super().__init__(members)


class CountersSignature(Signature):
    """What the event counters say, with sscofpmf. The core drives, synchronous to `clk`.

    The counters with their OF bits (mhpmevent) are outside the unit.

    Members:
        lcofi: A counter has overflowed whose OF was 0: a count-overflow interrupt
            request. It sets LCOFIP at the clock edge, whatever is committed: a
            write to LCOFIP in the same cycle comes before it. A pulse of one cycle is enough.
        of: The OF bits: bit X is mhpmeventX's, 3 to 31; what scountovf shows. Bits 2 to 0 are not looked at.
    """

    def __init__(self) -> None:
        super().__init__({"lcofi": Out(1), "of": Out(32)})


class ExtensionSignature(Signature):
    """CSRs outside the unit: counters, PMP, floating point, custom ones.

    The unit offers every CSR access whose address it does not own and judges
    it; the core answers in the same cycle. The address is `commit.csr_address`.

    Members:
        select: A CSR access is to an address outside the unit.
        accept: The access may execute: it exists and passes the judgement.
        write: The access may execute and writes.
        wdata: The value to write, set and clear already done; XLEN bits. Of
            `commit.op` it depends only on whether that is DEBUG_CSR.
        exists: The core has a CSR at the address. (FS and VS are the unit's to
            judge: it has fcsr while FS is Off, too.) May depend on anything but
            `accept`, `write` and `wdata`; where `legality_csr` is looked at, not
            on `select` or `commit.op` either: it is asked whatever is committed.
        rdata: What it reads; XLEN bits.
    """

    def __init__(self, config: Config) -> None:
        super().__init__(
            {
                "select": Out(1),
                "accept": Out(1),
                "write": Out(1),
                "wdata": Out(config.xlen),
                "exists": In(1),
                "rdata": In(config.xlen),
            }
        )


#: Instructions that an extension brings, and that the unit judges.
_JUDGED_WITH = {
    "svinval": ("sfence_inval",),
    "zawrs": ("wrs_nto",),
    "zicbom": ("cbo_inval", "cbo_clean"),
    "zicboz": ("cbo_zero",),
}


class LegalitySignature(Signature):
    """Whether privileged instructions may execute now, whatever is committed.

    It follows from state alone, never from `commit.op`.

    A decoder may look at it before it knows whether the instruction is
    committed, and an exception may follow from it in the same cycle.

    Members:
        csr: The CSR access at `commit.csr_address` of the kind `commit.csr_op`,
            by an instruction in the hart's mode. Of an address outside the unit
            it is as `extension.exists` says.
        mret: MRET.
        sret: SRET (TSR, VTSR), with S.
        uret: URET, with N.
        mnret: MNRET, with smrnmi.
        wfi: WFI (TW, VTW).
        sfence_vma: SFENCE.VMA and SINVAL.VMA (TVM, VTVM), with S.
        hfence_vvma: HFENCE.VVMA and HINVAL.VVMA, with H.
        hfence_gvma: HFENCE.GVMA and HINVAL.GVMA (TVM), with H.
        hlsv: HLV, HLVX and HSV (HU), with H.
        sfence_inval: SFENCE.W.INVAL and SFENCE.INVAL.IR, with svinval. SINVAL.VMA is judged
            as SFENCE.VMA, HINVAL.VVMA and HINVAL.GVMA as HFENCE.VVMA and HFENCE.GVMA.
        wrs_nto: WRS.NTO that has waited for long (TW, VTW), with zawrs.
        cbo_inval: CBO.INVAL (CBIE), with zicbom; `hart.cbo_inval_flushes` says what it does.
        cbo_clean: CBO.CLEAN and CBO.FLUSH (CBCFE), with zicbom.
        cbo_zero: CBO.ZERO (CBZE), with zicboz.
        cm_jalt: CM.JT and CM.JALT (JVT of the state enables), with smstateen and zcmt.
        zfinx: Every floating-point instruction (FCSR of the state enables), with smstateen and zfinx without F.
        sctrclr: SCTRCLR (CTR of the state enables), with smctr and S; an access by sireg* or vsireg* to
            what CTR gates is judged alike.
    """

    def __init__(self, config: Config) -> None:
        members = {"csr": Out(Fault), "mret": Out(Fault)}
        if config.s:
            members["sret"] = Out(Fault)
        if config.n:
            members["uret"] = Out(Fault)
        if config.smrnmi:
            members["mnret"] = Out(Fault)
        members["wfi"] = Out(Fault)
        if config.s:
            members["sfence_vma"] = Out(Fault)
        if config.h:
            members |= {name: Out(Fault) for name in ("hfence_vvma", "hfence_gvma", "hlsv")}
        for extension, names in _JUDGED_WITH.items():
            members |= {name: Out(Fault) for name in names if getattr(config, extension)}
        if config.smstateen:
            members |= {"cm_jalt": Out(Fault)} if config.zcmt else {}
            members |= {"zfinx": Out(Fault)} if config.zfinx and "F" not in config.isa else {}
        if config.smctr and config.s:
            members["sctrclr"] = Out(Fault)
        super().__init__(members)


class HartSignature(Signature):
    """The hart's mode and what the rest of the core needs of the CSRs.

    Members:
        mode: The current mode.
        ecall_cause: Cause of an ECALL in the current mode.
        load_store_mode: Mode as which loads and stores execute (MPRV).
        hlsv_mode: Mode as which HLV, HLVX and HSV execute: VS or VU (HU-28).
        fiom: Fences on I/O order memory too, in the current mode.
        sum, mxr: mstatus.SUM and MXR, with S.
        vs_sum, vs_mxr: vsstatus.SUM and MXR, with H.
        satp, vsatp, hgatp: Translation roots as the CSRs read.
        fs, vs: mstatus.FS and VS where the configuration has them.
        vs_fs, vs_vs: vsstatus.FS and VS.
        time_delta: 64 bits to add to `time` while V=1 (htimedelta).
        cbo_inval_flushes: A CBO.INVAL that may execute writes back as CBO.FLUSH does (CBIE), with zicbom.
        pbmte, adue: Page-based memory types, and updates of A and D by hardware, act in S-mode's and
            the guests' physical translation, with svpbmt, svadu.
        vs_pbmte, vs_adue: They act in VS-stage translation.
        load_store_pmm: PMM, 2 bits: the pointer masking that holds for loads and stores (0 none, 2 of 7
            bits, 3 of 16), with smmpm, smnpm or ssnpm on RV64.
        hlsv_pmm: The same for HLV and HSV; HLVX fetches, and is not masked.
        debug: The hart is in Debug Mode, with Sdext; `mode` is M then.
        ebreak_halts: An EBREAK in the current mode is to commit HALT and not EXCEPTION (dcsr.ebreak*).
        steps: The hart is to commit HALT after the next instruction or trap (dcsr.step).
        stops_counters: The counters stand still (dcsr.stopcount).
        stops_time: `time` stands still (dcsr.stoptime).
        critical_halts: The hart is to commit HALT with cause 7: it has stopped in a critical error and
            dcsr.cetrig is set, with Smdbltrp.
        critical_error: The hart has stopped: it could not take a trap, and takes no event until reset, with
            Smdbltrp. Where dcsr.cetrig is set it is 0.
    """

    def __init__(self, config: Config) -> None:
        members = {
            "mode": Out(Mode, init=Mode.M),
            "ecall_cause": Out(CAUSE),
            "load_store_mode": Out(Mode),
            "fiom": Out(1),
        }
        states = [name for name in ("fs", "vs") if getattr(config, name)]
        members |= {name: Out(2) for name in states}
        if config.s:
            members |= {"sum": Out(1), "mxr": Out(1), "satp": Out(config.xlen)}
        if config.h:
            members |= {"hlsv_mode": Out(Mode), "vs_sum": Out(1), "vs_mxr": Out(1)}
            members |= {"vsatp": Out(config.xlen), "hgatp": Out(config.xlen)}
            members |= {f"vs_{name}": Out(2) for name in states}
            members["time_delta"] = Out(64)
        if config.zicbom:
            members["cbo_inval_flushes"] = Out(1)
        for extension, name in (("svpbmt", "pbmte"), ("svadu", "adue")):
            if getattr(config, extension):
                members[name] = Out(1)
                members |= {f"vs_{name}": Out(1)} if config.h else {}
        if config.xlen == 64 and (config.smmpm or config.smnpm or config.ssnpm):
            members["load_store_pmm"] = Out(2)
        if config.xlen == 64 and config.h and config.ssnpm:
            members["hlsv_pmm"] = Out(2)
        if config.sdext:
            members |= {name: Out(1) for name in DEBUG_OUTPUTS if name != "critical_halts" or config.smdbltrp}
        if config.smdbltrp:
            members["critical_error"] = Out(1)
        super().__init__(members)


class TraceSignature(Signature):
    """Every event that takes effect, in the cycle in which it does.

    Members:
        kind: The event; NONE in a cycle without one, with a fault, with an
            INTERRUPT or an RNMI that found nothing to take, or with a trap
            that nobody can take (Smdbltrp). In Debug Mode an EXCEPTION, an
            INTERRUPT, an RNMI and a HALT are none. A double trap is of the
            kind that it was.
        cause: EXCEPTION, INTERRUPT, RNMI: the code that xcause gets, or mncause
            where the handler of RNMIs is entered; of a double trap 16.
        from_mode: The mode before.
        to_mode: The mode after.
        epc: EXCEPTION, INTERRUPT, RNMI, HALT: the pc that xepc gets, or mnepc
            or dpc.
        tval: EXCEPTION: the value that xtval gets (an interrupt's is 0).
        gpa: EXCEPTION with a guest-page fault, with H: the guest-physical
            address, shifted right by 2.
        vector: EXCEPTION, INTERRUPT, RNMI, returns: where the pc goes.
    """

    def __init__(self, config: Config) -> None:
        members = {
            "kind": Out(operations(config)),
            "cause": Out(CAUSE),
            "from_mode": Out(Mode, init=Mode.M),
            "to_mode": Out(Mode, init=Mode.M),
            "epc": Out(config.xlen),
            "tval": Out(config.xlen),
        }
        if config.h:
            members["gpa"] = Out(config.tval2_bits)
        members["vector"] = Out(config.xlen)
        super().__init__(members)
