"""What a recorded hart with AIA, landing pads or shadow stacks does that no trap unit can: predicted by name.

What those extensions choose by themselves is taken from the record, where the
state before says that they choose; all else is compared.
"""

from __future__ import annotations

from utrap_testbench.golden import Config, CsrAccess, CsrOp, Fault, TakeException
from utrap_testbench.golden.isa import Irq, bits
from utrap_testbench.golden.stateen import AIA
from utrap_testbench.vectors.compare import Result
from utrap_testbench.vectors.record import Header, Record

from .deviation import Deviation, store, written_by

_VTI, _IID = 30, 16
#: sie, sip; their halves; stimecmp and its half.
_SUPERVISORS = (0x104, 0x144, 0x114, 0x154)
_TIMERS = (0x14D, 0x15D)
#: mip, mvien, mvip; miph, whose write copies SEIP as it reads.
_PENDING = (0x344, 0x308, 0x309, 0x354)
_BOTH = bits(Irq.SSI, Irq.SEI)
_SSP, _STOPEI = 0x011, 0x15C


def _injects(record: Record) -> bool:
    """hvictl.VTI."""
    return bool(record.beyond.get("hvictl", 0) >> _VTI & 1)


def _mvien_adds(record: Record) -> bool:
    """mvien gives HS interrupts that mideleg does not."""
    return bool(record.beyond.get("mvien", 0) & ~record.pre.get("mideleg", 0) & _BOTH)


def _as_in(record: Record, result: Result) -> bool:
    """The whole outcome is as recorded, as far as the unit has a part in it."""
    recorded = record.expected_registers()
    result.pc = record.post_pc
    result.registers = {name: recorded.get(name, 0) for name in result.registers}
    result.answers = dict(record.result)
    return True


def _aia_interrupts(header: Header, config: Config, record: Record, result: Result) -> bool:
    event = record.event
    if isinstance(event, TakeException):
        iid = record.beyond.get("hvictl", 0) >> _IID & 0x3F
        return _injects(record) and event.cause == iid and _as_in(record, result)
    return (_injects(record) or _mvien_adds(record)) and _as_in(record, result)


def _refuse(record: Record, result: Result, fault: Fault) -> bool:
    result.pc = record.pc
    result.registers = {name: record.pre.get(name, 0) for name in result.registers}
    result.answers = {"fault": fault.value, "tval": int(record.details["bits"], 16)}
    return True


def _vti_access(header: Header, config: Config, record: Record, result: Result) -> bool:
    event = record.event
    if not isinstance(event, CsrAccess) or not _injects(record) or (record.pre["v"], record.pre["prv"]) != (1, 1):
        return False
    if event.address in _TIMERS and event.op is not CsrOp.READ and result.answers["fault"] is None:
        return _refuse(record, result, Fault.VIRTUAL)
    return False


def _mvien_views(header: Header, config: Config, record: Record, result: Result) -> bool:
    event = record.event
    if not isinstance(event, CsrAccess) or event.address not in _SUPERVISORS or result.answers["fault"] is not None:
        return False
    if not _mvien_adds(record) or record.pre["v"]:
        return False
    for name in result.answers.keys() & record.result.keys():
        recorded, got = record.result[name], result.answers[name]
        if recorded is not None and got is not None:
            result.answers[name] = got & ~_BOTH | recorded & _BOTH
    return True


def _mvip_alias(header: Header, config: Config, record: Record, result: Result) -> bool:
    event = written_by(record, result)
    if "smaia" not in header.beyond or event is None or event.address not in _PENDING:
        return False
    recorded = record.expected_registers()
    mask = bits(Irq.SSI, Irq.STI, Irq.SEI)
    result.registers["mip"] = result.registers["mip"] & ~mask | recorded.get("mip", 0) & mask
    result.registers["seip_sw"] = recorded.get("seip_sw", 0)
    readback = record.result.get("readback")
    if readback is not None:
        result.answers["readback"] = readback
    return True


def _stopei_guest(header: Header, config: Config, record: Record, result: Result) -> bool:
    event = record.event
    if "smaia" not in header.beyond or not isinstance(event, CsrAccess) or event.address != _STOPEI:
        return False
    if record.pre["v"] == 0 or result.answers["fault"] != Fault.ILLEGAL:
        return False
    result.answers["fault"] = Fault.VIRTUAL.value
    return True


def _stateen_aia(header: Header, config: Config, record: Record, result: Result) -> bool:
    event = written_by(record, result)
    place, address = (AIA, 0x30C) if config.xlen == 64 else (AIA - 32, 0x31C)
    name = "mstateen0" if config.xlen == 64 else "mstateen0h"
    if not config.ssaia or event is None or event.address != address or name not in result.registers:
        return False
    return store(result, name, result.registers[name] & ~bits(place))


def _ssp_enables(header: Header, config: Config, record: Record, result: Result) -> bool:
    event, fault = record.event, record.result["fault"]
    if not isinstance(event, CsrAccess) or event.address != _SSP or record.pre["prv"] == 3 or fault is None:
        return False
    return result.answers["fault"] is None and _refuse(record, result, Fault(fault))


BEYOND = (
    Deviation(
        "aia_interrupts", "AIA: hvictl, mvien",
        "hvictl injects an interrupt, or mvien adds one for HS: which is taken, and when WFI ends, is the AIA's",
        ("exception", "interrupt"), _aia_interrupts,
    ),
    Deviation(
        "vti_access", "AIA: hvictl",
        "with hvictl.VTI a write of stimecmp in VS is a virtual instruction",
        ("csr",), _vti_access,
    ),
    Deviation(
        "mvien_views", "AIA: mvien",
        "sie and sip show what mvien adds for HS",
        ("csr",), _mvien_views,
    ),
    Deviation(
        "mvip_alias", "AIA: mvip",
        "mvip and mvien reach into mip, mvien keeps SEIP's software bit from it, and a write of miph copies SEIP there",
        ("csr",), _mvip_alias,
    ),
    Deviation(
        "stopei_guest", "norm:H_cause_virtual_instruction",
        "Spike raises a virtual instruction for stopei in a guest, where HS could not either",
        ("csr",), _stopei_guest,
    ),
    Deviation(
        "stateen_aia", "norm:mstateen0_aia_op",
        "Spike's mstateen0[59] is read-only 0",
        ("csr",), _stateen_aia,
    ),
    Deviation(
        "ssp_enables", "Zicfiss: Shadow Stack Enable",
        "below M the xenvcfg's SSE, outside the unit, refuse ssp",
        ("csr",), _ssp_enables,
    ),
)  # fmt: skip
