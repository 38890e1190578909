"""Where the recording simulator is known to differ in the newer extensions: the deviations of records of format 2."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from utrap_testbench.golden import Config, CsrAccess, Fault, Mode, Return, TakeInterrupt, TrapReturn
from utrap_testbench.golden.isa import Irq, bits
from utrap_testbench.golden.parameters import EXTENSIONS
from utrap_testbench.golden.stateen import CSRIND, P1P13
from utrap_testbench.vectors.compare import Result
from utrap_testbench.vectors.model import run_on_model
from utrap_testbench.vectors.record import Header, Record

from .deviation import Deviation, illegal, store, written_by

_STCE = 63
_STIP, _VSTIP, _LCOFIP = bits(Irq.STI), bits(Irq.VSTI), bits(Irq.LCOFI)
_BELOW_LCOFI = (Irq.SGEI, Irq.VSEI, Irq.VSSI, Irq.VSTI)
_MDT, _SDT, _NMIE = bits(42), bits(24), bits(3)
_SIE = bits(1)


def is_later(header: Header) -> bool:
    """A hart of format 2, recorded from a later Spike: it has one of the newer extensions."""
    return bool(header.beyond) or any(getattr(header.config, name) for name in EXTENSIONS)


def as_recorded(header: Header, own: Result) -> Result:
    """What a recorder can know of a result.

    Registers are recorded as they read with V=0, so that what menvcfg and
    mstateen hide is 0; and STIP's software bit cannot be seen while stimecmp
    stands in its place.
    """
    if not is_later(header):
        return own
    result = own.copy()
    value = _henvcfg(header.config, own.registers)
    for name, half in (("henvcfg", value & header.config.rules.xlen_mask), ("henvcfgh", value >> 32)):
        if name in result.registers:
            result.registers[name] = half
    for hidden in ("hstateen0", "hstateen1", "hstateen2", "hstateen3", "sstateen0"):
        for register in (hidden, hidden + "h"):
            if register in result.registers:
                result.registers[register] &= result.registers["m" + register[1:]]
    if "stip_sw" in result.registers:
        result.registers["stip_sw"] = 0
    return result


def _wide(registers: Mapping[str, int], name: str) -> int:
    """A register of 64 bits, on RV32 of its two halves."""
    return registers.get(name, 0) | registers.get(name + "h", 0) << 32


def _henvcfg(config: Config, registers: Mapping[str, int]) -> int:
    """henvcfg as it acts: without what menvcfg withholds."""
    return _wide(registers, "henvcfg") & (config.rules.henvcfg_own | _wide(registers, "menvcfg"))


# Sstc.


def _vstimecmp_stce(header: Header, config: Config, record: Record, result: Result) -> bool:
    event = record.event
    if not isinstance(event, CsrAccess) or event.address not in (0x24D, 0x25D) or not config.sstc:
        return False
    if record.pre["prv"] == 3 or _wide(record.pre, "menvcfg") >> _STCE & 1:
        return False
    return illegal(record, result)


def _was_timer(config: Config, record: Record, result: Result, of_guest: bool) -> bool:
    """Whether the write took STCE from 1 to 0: menvcfg's, or henvcfg's as it acts."""
    if not config.sstc or written_by(record, result) is None:
        return False
    old, new = (
        (_henvcfg(config, registers) if of_guest else _wide(registers, "menvcfg")) >> _STCE & 1
        for registers in (record.pre, result.registers)
    )
    return old == 1 and new == 0


def _stce_off(header: Header, config: Config, record: Record, result: Result) -> bool:
    if not _was_timer(config, record, result, of_guest=False):
        return False
    result.registers["mip"] |= record.pre.get("mip", 0) & _STIP
    return True


def _vstip_stale(header: Header, config: Config, record: Record, result: Result) -> bool:
    if not _was_timer(config, record, result, of_guest=True):
        return False
    result.registers["mip"] |= record.pre.get("mip", 0) & _VSTIP
    return True


# Sscofpmf.


def _lcofi_order(header: Header, config: Config, record: Record, result: Result) -> bool:
    answers, registers = result.answers, result.registers
    if not config.sscofpmf or not answers["taken"] or answers["to"] != Mode.S.value:
        return False
    mip = answers["mip"] or 0
    ready = mip & registers["mie"] & registers["mideleg"] & ~registers.get("hideleg", 0)
    if answers["irq"] not in _BELOW_LCOFI or not ready & _LCOFIP:
        return False
    answers["irq"] = Irq.LCOFI.value
    registers["scause"] = config.rules.interrupt_bit | Irq.LCOFI.value
    stvec = registers["stvec"]
    if stvec & 1:
        result.pc = (stvec & config.rules.base_direct) + 4 * Irq.LCOFI.value & config.rules.xlen_mask
    return True


def _scountovf_sign(header: Header, config: Config, record: Record, result: Result) -> bool:
    event, rdata = record.event, result.answers.get("rdata")
    if not isinstance(event, CsrAccess) or event.address != 0xDA0 or config.xlen == 32 or rdata is None:
        return False
    if record.pre["prv"] != 3:
        return False
    result.answers["rdata"] = rdata | (rdata >> 31) * 0xFFFF_FFFF << 32
    return True


def _marchid(header: Header, config: Config, record: Record, result: Result) -> bool:
    event = record.event
    if not isinstance(event, CsrAccess) or event.address != 0xF12 or result.answers.get("rdata") is None:
        return False
    result.answers["rdata"] = 5
    return True


# Smstateen and the indirect registers of Smcsrind. Existence hangs on what is selected, which is the core's.


def _indirect(record: Record, first: int) -> bool:
    event = record.event
    if not isinstance(event, CsrAccess):
        return False
    return first < event.address <= first + 7 and event.address != first + 4


def _indirect_absent(header: Header, config: Config, record: Record, result: Result) -> bool:
    if not config.smcsrind or not any(_indirect(record, first) for first in (0x150, 0x250, 0x350)):
        return False
    fault = record.result["fault"]
    if result.answers["fault"] is not None or fault is None:
        return False
    if fault == Fault.VIRTUAL and (record.pre["v"] == 0 or not _indirect(record, 0x150)):
        return False
    illegal(record, result)
    result.answers["fault"] = fault  # in VS it is HS's to have
    return True


def _virtual(result: Result) -> bool:
    result.answers["fault"] = Fault.VIRTUAL.value
    return True


def _mireg_guest(header: Header, config: Config, record: Record, result: Result) -> bool:
    if not _indirect(record, 0x350) or record.pre["v"] == 0:
        return False
    mstateen0, hstateen0 = _wide(record.pre, "mstateen0"), _wide(record.pre, "hstateen0")
    if not config.smstateen:
        return record.pre["prv"] == 0 and _virtual(result)
    if not mstateen0 >> CSRIND & 1 or (record.pre["prv"] == 1 and hstateen0 >> CSRIND & 1):
        return False
    return _virtual(result)


def _sireg_vu(header: Header, config: Config, record: Record, result: Result) -> bool:
    if not _indirect(record, 0x150) or (record.pre["v"], record.pre["prv"]) != (1, 0):
        return False
    return _virtual(result)


def _sstateen_hidden(header: Header, config: Config, record: Record, result: Result) -> bool:
    event = written_by(record, result)
    if event is None or event.address != 0x10C or record.pre["v"] == 0 or "sstateen0" not in result.registers:
        return False
    result.registers["sstateen0"] &= record.pre.get("hstateen0", 0)
    return True


def _p1p13(header: Header, config: Config, record: Record, result: Result) -> bool:
    event = written_by(record, result)
    if event is None or event.address != 0x31C or not config.smstateen:
        return False
    return store(result, "mstateen0h", result.registers["mstateen0h"] & ~bits(P1P13 - 32))


# Smrnmi.


def _nmie0_lower(header: Header, config: Config, record: Record, result: Result) -> bool:
    if not config.smrnmi or record.pre.get("mnstatus", 0) & _NMIE or record.pre["prv"] == 3:
        return False
    if result.answers["to"] != Mode.M.value:
        return False
    result.pc = config.rnmi_exception_vector
    return True


def _mncause_constant(header: Header, config: Config, record: Record, result: Result) -> bool:
    event = written_by(record, result)
    if event is None or event.address != 0x742:
        return False
    return store(result, "mncause", record.pre.get("mncause", 0))


# Double traps.


def _mdt(config: Config) -> tuple[str, int]:
    return ("mstatus", _MDT) if config.xlen == 64 else ("mstatush", _MDT >> 32)


def _delivered(header: Header, config: Config, record: Record, **pre: int) -> Result:
    """What the model gives from another state before."""
    return as_recorded(header, run_on_model(config, dataclasses.replace(record, pre=record.pre | pre)))


def _take(result: Result, other: Result) -> bool:
    result.pc, result.registers, result.answers = other.pc, other.registers, other.answers
    return True


def _mdt_rnmi(header: Header, config: Config, record: Record, result: Result) -> bool:
    """The RNMI handler would have been entered: MDT=1 and NMIE=1."""
    name, bit = _mdt(config)
    before, after = record.pre.get("mnstatus", 0), result.registers.get("mnstatus", 0)
    if not config.smdbltrp or not before & _NMIE or after & _NMIE:
        return False
    return _take(result, _delivered(header, config, record, **{name: record.pre[name] & ~bit}))


def _nmie0_mdt0(header: Header, config: Config, record: Record, result: Result) -> bool:
    """The hart would have stopped, for NMIE=0 alone."""
    name, bit = _mdt(config)
    if not config.smrnmi or not result.registers.get("critical", 0) or record.pre.get(name, 0) & bit:
        return False
    mnstatus = record.pre.get("mnstatus", 0)
    _take(result, _delivered(header, config, record, mnstatus=mnstatus | _NMIE))
    result.registers["mnstatus"] = mnstatus
    result.pc = config.rnmi_exception_vector
    return True


def _double_trap_vector(header: Header, config: Config, record: Record, result: Result) -> bool:
    if not isinstance(record.event, TakeInterrupt) or not result.answers.get("double"):
        return False
    mtvec, irq = result.registers["mtvec"], result.answers["irq"]
    if result.answers["to"] != Mode.M.value or irq is None or not mtvec & 1:
        return False
    result.pc = (mtvec & config.rules.base_direct) + 4 * irq & config.rules.xlen_mask
    return True


def _return(record: Record, result: Result, insn: Return) -> bool:
    event = record.event
    return isinstance(event, TrapReturn) and event.insn is insn and result.answers["fault"] is None


def _keep(record: Record, result: Result, name: str, mask: int) -> None:
    if name in result.registers:
        result.registers[name] = result.registers[name] & ~mask | record.pre.get(name, 0) & mask


def _mnret_dbltrp(header: Header, config: Config, record: Record, result: Result) -> bool:
    if not config.smdbltrp or not _return(record, result, Return.MNRET):
        return False
    for name, mask in (_mdt(config), ("mstatus", _SDT), ("vsstatus", _SDT)):
        _keep(record, result, name, mask)
    return True


def _sret_m_sdt(header: Header, config: Config, record: Record, result: Result) -> bool:
    if not config.ssdbltrp or record.pre["prv"] != 3 or not _return(record, result, Return.SRET):
        return False
    if (result.registers["v"], result.registers["prv"]) != (0, 1):
        return False
    _keep(record, result, "mstatus", _SDT)
    if result.registers["mstatus"] & _SDT:
        result.registers["mstatus"] &= ~_SIE
    return True


def _mret_sdt(header: Header, config: Config, record: Record, result: Result) -> bool:
    if not config.ssdbltrp or config.smdbltrp or not _return(record, result, Return.MRET):
        return False
    prv, v = result.registers["prv"], result.registers["v"]
    if prv == 3 or (prv, v) == (1, 0):
        return False
    result.registers["mstatus"] &= ~_SDT
    if (prv, v) == (0, 1):
        result.registers["vsstatus"] &= ~_SDT
    return True


# The xenvcfg and pointer masking.

_PMM_HIGH = {0x31A: ("menvcfgh", "smnpm"), 0x61A: ("henvcfgh", "ssnpm"), 0x757: ("mseccfgh", "smmpm")}


def _pmm_rv32(header: Header, config: Config, record: Record, result: Result) -> bool:
    event = written_by(record, result)
    if event is None or config.xlen == 64 or event.address not in _PMM_HIGH:
        return False
    name, extension = _PMM_HIGH[event.address]
    written, readback = result.answers["written"] or 0, result.answers["readback"] or 0
    if not getattr(config, extension) or written & 3 < 2:
        return False
    result.answers["readback"] = readback | written & 3
    if name in result.registers:
        result.registers[name] |= written & 3
    return True


def _mseccfg_smepmp(header: Header, config: Config, record: Record, result: Result) -> bool:
    event = written_by(record, result)
    if event is None or event.address != 0x747 or "mseccfg" not in result.registers:
        return False
    return store(result, "mseccfg", result.registers["mseccfg"] | (result.answers["written"] or 0) & 7)


#: Before all others: these say which trap was delivered.
DELIVERIES = (
    Deviation(
        "mdt_rnmi", "norm:trap_unexp_hndl_rnmi",
        "Spike delivers an unexpected trap with MDT=1 and NMIE=1 as usual, not to the handler of RNMIs",
        ("exception", "interrupt"), _mdt_rnmi,
    ),
    Deviation(
        "nmie0_mdt0", "norm:trap_unexp_mnstatus_nmie_0",
        "Spike delivers a trap in M with NMIE=0 and MDT=0; it is a critical error",
        ("exception", "interrupt"), _nmie0_mdt0,
    ),
    Deviation(
        "nmie0_lower", "norm:rnmi_exception_nmie0",
        "Spike takes exceptions from below M with NMIE=0 to the address for those in M",
        ("exception",), _nmie0_lower,
    ),
    Deviation(
        "double_trap_vector", "norm:mtvec_mode_vectored_op",
        "Spike enters at BASE + 4 * the number of an interrupt that became a double trap; mcause is an exception's",
        ("interrupt",), _double_trap_vector,
    ),
)  # fmt: skip

EXTENDED = (
    Deviation(
        "vstimecmp_stce", "norm:menvcfg_stce_op2",
        "Spike keeps vstimecmp from the modes below M while menvcfg.STCE=0; the rule names stimecmp alone",
        ("csr",), _vstimecmp_stce,
    ),
    Deviation(
        "stce_off", "warl:STIP",
        "Spike's STIP keeps the timer's value when menvcfg.STCE is cleared",
        ("csr",), _stce_off,
    ),
    Deviation(
        "vstip_stale", "norm:hip_vstip_op",
        "Spike's VSTIP keeps the timer's value when henvcfg.STCE ceases to act",
        ("csr",), _vstip_stale,
    ),
    Deviation(
        "lcofi_order", "norm:hsint_priority, warl:LCOFI",
        "Spike takes LCOFI before SGEI and the interrupts of VS",
        ("interrupt",), _lcofi_order,
    ),
    Deviation(
        "scountovf_sign", "norm:scountovf_mmode_read_access",
        "Spike extends bit 31 of scountovf over bits 63 to 32 in M",
        ("csr",), _scountovf_sign,
    ),
    Deviation(
        "marchid", "warl:marchid",
        "Spike's marchid is 5, which its headers do not state",
        ("csr",), _marchid,
    ),
    Deviation(
        "mireg_guest", "norm:H_cause_virtual_instruction",
        "Spike raises a virtual instruction for mireg* in a guest, where HS could not either",
        ("csr",), _mireg_guest,
    ),
    Deviation(
        "sireg_vu", "norm:mstateen0_csrind_op",
        "Spike raises a virtual instruction for sireg* in VU although mstateen0.CSRIND keeps it from HS",
        ("csr",), _sireg_vu,
    ),
    Deviation(
        "indirect_absent", "the core's",
        "nothing is behind the selected number, which the core knows and the trap unit does not",
        ("csr",), _indirect_absent,
    ),
    Deviation(
        "sstateen_hidden", "warl:stateen",
        "Spike's write of sstateen0 in VS clears what hstateen0 hides",
        ("csr",), _sstateen_hidden,
    ),
    Deviation(
        "p1p13", "norm:mstateen0_p1p13_op",
        "Spike lacks hedelegh on RV32, and so the bit that it is behind",
        ("csr",), _p1p13,
    ),
    Deviation(
        "mncause_constant", "warl:mncause",
        "Spike's mncause is a constant",
        ("csr",), _mncause_constant,
    ),
    Deviation(
        "mnret_dbltrp", "norm:mstatus_mdt_clr_mnret, norm:sstatus_sdt_clr_mnret, norm:vsstatus_sdt_clr_mnret",
        "Spike's MNRET leaves MDT and SDT",
        ("xret",), _mnret_dbltrp,
    ),
    Deviation(
        "sret_m_sdt", "norm:sstatus_sdt_sret",
        "Spike's SRET in M to HS leaves SDT, and SIE 0",
        ("xret",), _sret_m_sdt,
    ),
    Deviation(
        "mret_sdt", "norm:sstatus_sdt_clr_mret_sret",
        "Spike's MRET clears SDT without Smdbltrp too",
        ("xret",), _mret_sdt,
    ),
    Deviation(
        "pmm_rv32", "norm:pm_rv32_illegal",
        "Spike's PMM is writable on RV32",
        ("csr",), _pmm_rv32,
    ),
    Deviation(
        "mseccfg_smepmp", "warl:mseccfg",
        "Spike's mseccfg holds MML, MMWP and RLB without Smepmp",
        ("csr",), _mseccfg_smepmp,
    ),
)  # fmt: skip
