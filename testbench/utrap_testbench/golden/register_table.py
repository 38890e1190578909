"""The registers by which a state is recorded: their names, and how each is read and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from . import debug_csrs, wide
from .csrs import Csr
from .rules import Rules
from .state import State

#: CSRs with storage in the order of the record format; mip is added between mie and mtvec.
CSR_NAMES = (
    "mstatus", "mstatush", "medeleg", "mideleg", "mie", "mtvec", "mcounteren", "mscratch", "mepc",
    "mcause", "mtval", "mtval2", "mtinst", "stvec", "scounteren", "sscratch", "sepc", "scause", "stval",
    "satp", "senvcfg", "hstatus", "hedeleg", "hideleg", "hvip", "hgeie", "hcounteren", "htval", "htinst",
    "hgatp", "henvcfg", "vsstatus", "vstvec", "vsscratch", "vsepc", "vscause", "vstval", "vsatp",
    "menvcfg", "menvcfgh", "mseccfg", "mnscratch", "mnepc", "mncause", "mnstatus",
    "dcsr", "dpc", "dscratch0", "dscratch1",
    "htimedelta", "htimedeltah", "henvcfgh",
    "mstateen0", "mstateen0h", "mstateen1", "mstateen1h", "mstateen2", "mstateen2h", "mstateen3", "mstateen3h",
    "hstateen0", "hstateen0h", "hstateen1", "hstateen1h", "hstateen2", "hstateen2h", "hstateen3", "hstateen3h",
    "sstateen0", "sstateen1", "sstateen2", "sstateen3",
    "stimecmp", "stimecmph", "vstimecmp", "vstimecmph",
    "utvec", "uscratch", "uepc", "ucause", "utval", "sedeleg", "sideleg",
    "hudcfg", "huedeleg", "hugpaw0", "hugpaw1", "hugpaw2", "hugpaw3", "hugpaw4", "hugpaw5", "hugpaw6",
    "hugpaw7", "hustatus", "hutval", "hutinst",
)  # fmt: skip
PENDING_NAMES = ("mip", "seip_line", "seip_sw", "ueip_line", "ueip_sw", "stip_sw", "hgeip")
#: Every name that a recorded state may have.
REGISTER_NAMES = (
    "prv",
    "v",
    *CSR_NAMES,
    *PENDING_NAMES,
    "mhartid",
    "time",
    "timeh",
    "counter_overflow",
    "critical",
    "debug",
)

Read = Callable[[Rules, State], int]

#: What a read does not show whole is recorded as it is stored.
_AS_STORED: Mapping[str, Read] = {
    "hideleg": wide.stored("hideleg"),
    "sedeleg": wide.stored("sedeleg"),
    "sideleg": wide.stored("sideleg"),
    "sstateen0": wide.stored("sstateen0"),
    **{f"hstateen{i}": wide.low(wide.stored(f"hstateen{i}")) for i in range(4)},
    **{f"hstateen{i}h": wide.high(wide.stored(f"hstateen{i}")) for i in range(4)},
    "henvcfg": wide.low(wide.stored("henvcfg")),
    "henvcfgh": wide.high(wide.stored("henvcfg")),
}

Write = Callable[[Rules, State, int], None]
Access = tuple[str, Read, Write]


def _set_sstateen0(r: Rules, s: State, w: int) -> None:
    s.sstateen0 = w & r.sstateen0


def _set_hstateen(number: int) -> tuple[Write, Write]:
    """The writers of the whole register, and on RV32 of its high half."""
    field = f"hstateen{number}"

    def low(r: Rules, s: State, w: int) -> None:
        wide.write_low(field, r.hstateen[number])(r, s, w)

    def high(r: Rules, s: State, w: int) -> None:
        wide.write_high(field, r.hstateen[number])(r, s, w)

    return low, high


#: What a write through the CSR reaches as the mode sees it is set whole.
_WRITTEN_WHOLE: Mapping[str, Write] = {
    "dcsr": debug_csrs.restore_dcsr,
    "sstateen0": _set_sstateen0,
    **{f"hstateen{i}": _set_hstateen(i)[0] for i in range(4)},
    **{f"hstateen{i}h": _set_hstateen(i)[1] for i in range(4)},
}


def register_table(csrs: Mapping[int, Csr]) -> list[Access]:
    """Name, reader and writer of every CSR with storage that this configuration has."""
    rows = {row.name: row for row in csrs.values()}
    table: list[Access] = []
    for name in CSR_NAMES:
        # What the trap unit owns only to refuse it is no register: high halves on RV64, absent windows.
        if name not in rows or rows[name].is_placeholder:
            continue
        read = _AS_STORED.get(name, rows[name].read)
        table.append((name, read, _WRITTEN_WHOLE.get(name, rows[name].write)))
    return table
