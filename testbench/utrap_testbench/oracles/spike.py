"""Where the recording simulator is known to differ from the manual or from warl.md: predicted by name, per record.

A deviation looks at the configuration, the record's state before and its
event, and at the result of the back end under test, and turns that result into
what the simulator is known to give instead. The outcome must then equal the
record in every field: a line that merely has a tag is not skipped, and a line
that differs in any other way still fails.

Spike's own tags (`opt`) are not consulted.
"""

from __future__ import annotations

from utrap_testbench.golden import Config, CsrAccess, CsrOp, Mode, Return, TakeException, TrapReturn
from utrap_testbench.golden.isa import GUEST_PAGE_FAULTS, bits
from utrap_testbench.vectors.compare import Result
from utrap_testbench.vectors.record import Header, Record

from .deviation import Deviation, illegal, store, written_by
from .spike_beyond import BEYOND
from .spike_extensions import DELIVERIES, EXTENDED, as_recorded, is_later


def predict(header: Header, config: Config, record: Record, own: Result) -> tuple[list[str], Result]:
    """The names of the deviations that this record must show, and the result that it must then have."""
    if not header.is_spike:
        return [], own
    names = list(record.narrowed)
    expected = as_recorded(header, own)
    for deviation in _FOR_SPIKE[record.kind]:
        changed = expected.copy()
        if deviation.apply(header, config, record, changed) and changed != expected:
            names.append(deviation.name)
            expected = changed
    return names, expected


# Exceptions. Spike stores the values it is given whole, and the second trap value on every cause.

_SECOND_VALUE = {Mode.M.value: ("mtval2", "mtinst"), Mode.S.value: ("htval", "htinst")}


def _tval2_other_cause(header: Header, config: Config, record: Record, result: Result) -> bool:
    event, to = record.event, result.answers["to"]
    if not isinstance(event, TakeException) or event.tval2 == 0 or event.cause in GUEST_PAGE_FAULTS:
        return False
    if to not in _SECOND_VALUE or result.answers.get("double"):
        return False
    result.registers[_SECOND_VALUE[to][0]] = event.tval2
    return True


def _tval2_width(header: Header, config: Config, record: Record, result: Result) -> bool:
    event = record.event
    if isinstance(event, TakeException):
        to = result.answers["to"]
        if to not in _SECOND_VALUE or event.cause not in GUEST_PAGE_FAULTS or result.answers.get("double"):
            return False
        result.registers[_SECOND_VALUE[to][0]] = event.tval2
        return True
    return _store_whole(record, result, {0x34B: "mtval2", 0x643: "htval"})


def _tinst_width(header: Header, config: Config, record: Record, result: Result) -> bool:
    event = record.event
    if isinstance(event, TakeException):
        to = result.answers["to"]
        if to not in _SECOND_VALUE:
            return False
        result.registers[_SECOND_VALUE[to][1]] = event.tinst
        return True
    return _store_whole(record, result, {0x34A: "mtinst", 0x64A: "htinst"})


# Returns.


def _vsret_mprv(header: Header, config: Config, record: Record, result: Result) -> bool:
    event = record.event
    if not isinstance(event, TrapReturn) or event.insn is not Return.SRET or result.answers["fault"] is not None:
        return False
    if record.pre["v"] == 0 or not record.pre.get("mstatus", 0) >> 17 & 1:
        return False
    result.registers["mstatus"] |= bits(17)
    return True


# CSR accesses.


def _store_whole(record: Record, result: Result, names: dict[int, str]) -> bool:
    """Spike stores every bit that is written."""
    event = written_by(record, result)
    if event is None or event.address not in names:
        return False
    written = result.answers["written"]
    assert written is not None
    return store(result, names[event.address], written)


def _cause_bits(header: Header, config: Config, record: Record, result: Result) -> bool:
    scause = "vscause" if record.pre["v"] else "scause"
    return _store_whole(record, result, {0x342: "mcause", 0x142: scause, 0x242: "vscause"})


def _fiom(header: Header, config: Config, record: Record, result: Result) -> bool:
    event = written_by(record, result)
    names = {0x30A: "menvcfg", 0x10A: "senvcfg", 0x60A: "henvcfg"}
    if event is None or event.address not in names:
        return False
    name = names[event.address]
    return store(result, name, result.registers[name] & ~bits(0))


def _deleg_18_19(header: Header, config: Config, record: Record, result: Result) -> bool:
    event = written_by(record, result)
    names = {0x302: "medeleg", 0x602: "hedeleg"}
    if event is None or event.address not in names:
        return False
    name = names[event.address]
    has_checks = bool(header.beyond & {"zicfilp", "zicfiss"})
    lacking = 0 if has_checks else bits(18) if is_later(header) else bits(18, 19)
    return store(result, name, result.registers[name] & ~lacking)


def _sgeie(header: Header, config: Config, record: Record, result: Result) -> bool:
    event = written_by(record, result)
    if event is None or event.address not in (0x304, 0x604) or config.geilen > 0:
        return False
    written, readback = result.answers["written"], result.answers["readback"]
    assert written is not None
    assert readback is not None
    sgeie = written & bits(12)
    result.registers["mie"] |= sgeie
    result.answers["readback"] = readback | sgeie
    return True


def _seip_rmw(header: Header, config: Config, record: Record, result: Result) -> bool:
    event = written_by(record, result)
    if event is None or event.address != 0x344 or event.op is CsrOp.WRITE:
        return False
    if not record.pre.get("seip_line", 0) or (event.op is CsrOp.CLEAR and event.wdata & bits(9)):
        return False
    written = result.answers["written"]
    assert written is not None
    result.answers["written"] = written | bits(9)
    result.registers["seip_sw"] = 1
    return True


def _delegh(header: Header, config: Config, record: Record, result: Result) -> bool:
    event = record.event
    if not isinstance(event, CsrAccess) or config.xlen == 64 or event.address not in (0x312, 0x612):
        return False
    return illegal(record, result)


_MISA_WRITABLE = bits(*(ord(letter) - ord("A") for letter in "ACHM"))
_MISA_C, _MISA_H = bits(2), bits(7)
_VS_BITS = bits(2, 6, 10, 12)


def _misa_writable(header: Header, config: Config, record: Record, result: Result) -> bool:
    """Spike switches A, C, H and M; without H it clears the hypervisor's fields, once."""
    event = written_by(record, result)
    if event is None or event.address != 0x301:
        return False
    written = result.answers["written"]
    assert written is not None
    if not written & _MISA_C and record.pc & 2:
        return False  # clearing C would misalign the pc: the write is ignored
    misa = config.rules.misa & ~_MISA_WRITABLE | written & _MISA_WRITABLE
    result.answers["readback"] = misa
    result.registers["misa"] = misa
    if not misa & _MISA_H:
        registers = result.registers
        registers["medeleg"] &= ~bits(10, 20, 21, 22, 23)
        registers["mideleg"] &= ~_VS_BITS
        registers["hideleg"] = 0
        registers["mie"] &= ~_VS_BITS
        registers["mip"] &= ~bits(2)
        registers["hvip"] &= ~bits(2)
        registers["hstatus"] = 0
        if config.xlen == 64:  # on RV32 Spike leaves mstatush as it is
            registers["mstatus"] &= ~bits(38, 39)
    return True


def _outside_register(header: Header, config: Config, record: Record, result: Result) -> bool:
    event = written_by(record, result)
    if event is None or event.address not in header.external or "mcountinhibit" not in record.post:
        return False
    result.registers["mcountinhibit"] = record.post["mcountinhibit"]
    return True


# A configuration with N and Shudeleg on records of a hart without them.

_N_STATUS, _N_INTERRUPTS, _N_MISA = bits(0, 4), bits(0, 4, 8), bits(ord("N") - ord("A"))
_N_BITS = {
    0x300: _N_STATUS, 0x100: _N_STATUS,
    0x303: _N_INTERRUPTS, 0x304: _N_INTERRUPTS, 0x344: _N_INTERRUPTS,
    0x104: _N_INTERRUPTS, 0x144: _N_INTERRUPTS,
    0x301: _N_MISA,
}  # fmt: skip
_N_REGISTERS = {
    "mstatus": _N_STATUS, "mideleg": _N_INTERRUPTS, "mie": _N_INTERRUPTS, "mip": _N_INTERRUPTS,
    "ueip_sw": 1, "misa": _N_MISA,
}  # fmt: skip


def _is_extended(header: Header, config: Config) -> bool:
    return config.n and not header.config.n


def _n_csr(header: Header, config: Config, record: Record, result: Result) -> bool:
    event = record.event
    if not _is_extended(header, config) or not isinstance(event, CsrAccess):
        return False
    if event.address not in config.rules.csrs or event.address in header.config.rules.csrs:
        return False
    return illegal(record, result)


def _n_bits(header: Header, config: Config, record: Record, result: Result) -> bool:
    event = record.event
    if not _is_extended(header, config) or not isinstance(event, CsrAccess) or event.address not in _N_BITS:
        return False
    if record.pre["v"] == 1:
        return False  # vsstatus, vsie and vsip have none of N's bits (HU-5)
    for name, mask in _N_REGISTERS.items():
        if name in result.registers:
            result.registers[name] &= ~mask
    for answer in ("rdata", "readback"):
        value = result.answers.get(answer)
        if value is not None:
            result.answers[answer] = value & ~_N_BITS[event.address]
    return True


DEVIATIONS = (
    *DELIVERIES,
    Deviation(
        "tval2_other_cause", "norm:htval_trapval",
        "Spike writes mtval2/htval on every exception; it is 0 but for guest-page faults",
        ("exception",), _tval2_other_cause,
    ),
    Deviation(
        "tval2_width", "warl:mtval2, htval, hutval",
        "Spike's mtval2 and htval hold XLEN bits; ours hold GPA>>2 of the widest guest mode",
        ("exception", "csr"), _tval2_width,
    ),
    Deviation(
        "tinst_width", "warl:mtinst, htinst, hutinst",
        "Spike's mtinst and htinst hold XLEN bits; ours hold 32",
        ("exception", "csr"), _tinst_width,
    ),
    Deviation(
        "vsret_mprv", "norm:mstatus_mprv_clr_mret_sret_less_priv",
        "Spike leaves MPRV set on SRET in VS; SRET to a mode below M clears it",
        ("xret", "legality"), _vsret_mprv,
    ),
    Deviation(
        "cause_bits", "warl:xcause",
        "Spike's xcause holds XLEN bits; ours the interrupt bit and a 6-bit code",
        ("csr",), _cause_bits,
    ),
    Deviation(
        "fiom", "warl:menvcfg, senvcfg, henvcfg",
        "Spike's FIOM is read-only 0; ours is writable where translation exists",
        ("csr",), _fiom,
    ),
    Deviation(
        "deleg_18_19", "warl:medeleg, warl:hedeleg",
        "Spike cannot delegate software checks and hardware errors; bits 18 and 19 are writable here",
        ("csr",), _deleg_18_19,
    ),
    Deviation(
        "sgeie", "warl:mie",
        "Spike's SGEIE is writable; ours exists where GEILEN>0 alone",
        ("csr",), _sgeie,
    ),
    Deviation(
        "seip_rmw", "norm:mip_seip_wrcsr",
        "Spike's CSRRS/CSRRC on mip copy SEIP's line into the software bit",
        ("csr",), _seip_rmw,
    ),
    Deviation(
        "delegh", "norm:medelegh_sz_acc_enc_xlen32, norm:hedelegh_sz_acc_op",
        "Spike lacks medelegh and hedelegh on RV32",
        ("csr",), _delegh,
    ),
    Deviation(
        "misa_writable", "warl:misa",
        "Spike's misa switches extensions; ours is read-only",
        ("csr",), _misa_writable,
    ),
    Deviation(
        "outside_register", "the header's `external`",
        "a register of the hart outside the trap unit took the write",
        ("csr",), _outside_register,
    ),
    Deviation(
        "n_csr", "HU-1, HU-2, HU-3, HU-4",
        "run with N and Shudeleg: the recorded hart has no CSR at this address",
        ("csr",), _n_csr,
    ),
    Deviation(
        "n_bits", "HU-5, HU-24, HU-27",
        "run with N and Shudeleg: the recorded hart lacks N's bits of this CSR",
        ("csr",), _n_bits,
    ),
    *EXTENDED,
    *BEYOND,
)  # fmt: skip

_FOR_SPIKE = {
    kind: tuple(deviation for deviation in DEVIATIONS if kind in deviation.kinds)
    for kind in ("exception", "interrupt", "xret", "legality", "csr", "retire")
}
