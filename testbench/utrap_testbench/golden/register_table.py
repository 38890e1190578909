"""The registers by which a state is recorded: their names, and how each is read and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from . import wide
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
    "htimedelta", "htimedeltah", "henvcfgh",
    "stimecmp", "stimecmph", "vstimecmp", "vstimecmph",
    "utvec", "uscratch", "uepc", "ucause", "utval", "sedeleg", "sideleg",
    "hudcfg", "huedeleg", "hugpaw0", "hugpaw1", "hugpaw2", "hugpaw3", "hugpaw4", "hugpaw5", "hugpaw6",
    "hugpaw7", "hustatus", "hutval", "hutinst",
)  # fmt: skip
PENDING_NAMES = ("mip", "seip_line", "seip_sw", "ueip_line", "ueip_sw", "stip_sw", "hgeip")
#: Every name that a recorded state may have.
REGISTER_NAMES = ("prv", "v", *CSR_NAMES, *PENDING_NAMES, "mhartid", "time", "timeh", "counter_overflow", "critical")

Read = Callable[[Rules, State], int]

#: What a read does not show whole is recorded as it is stored.
_AS_STORED: Mapping[str, Read] = {
    "hideleg": wide.stored("hideleg"),
    "sedeleg": wide.stored("sedeleg"),
    "sideleg": wide.stored("sideleg"),
    "henvcfg": wide.low(wide.stored("henvcfg")),
    "henvcfgh": wide.high(wide.stored("henvcfg")),
}

Access = tuple[str, Read, Callable[[Rules, State, int], None]]


def register_table(csrs: Mapping[int, Csr]) -> list[Access]:
    """Name, reader and writer of every CSR with storage that this configuration has."""
    rows = {row.name: row for row in csrs.values()}
    table: list[Access] = []
    for name in CSR_NAMES:
        # What the trap unit owns only to refuse it is no register: high halves on RV64, absent windows.
        if name not in rows or rows[name].is_placeholder:
            continue
        read = _AS_STORED.get(name, rows[name].read)
        table.append((name, read, rows[name].write))
    return table
