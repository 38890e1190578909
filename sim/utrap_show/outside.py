"""Standard CSRs outside the trap unit, by name: their state is the core's, the unit judges accesses to them."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["OUTSIDE"]


def _numbered(name: str, first: int, numbers: range, last: str = "") -> dict[str, int]:
    """CSRs with a number in their name, of which number n is at `first + n`."""
    return {f"{name}{number}{last}": first + number for number in numbers}


def _indirect(level: str, select: int) -> dict[str, int]:
    """The CSRs of indirect access: the select, six registers; the place of a seventh is another's."""
    names = (f"{level}iselect", f"{level}ireg", f"{level}ireg2", f"{level}ireg3", "", f"{level}ireg4", f"{level}ireg5")
    places = dict(zip((*names, f"{level}ireg6"), range(select, select + 8), strict=True))
    return {name: place for name, place in places.items() if name}


_EVENTS = range(3, 32)
_COUNTERS = {"cycle": 0xC00, "time": 0xC01, "instret": 0xC02, **_numbered("hpmcounter", 0xC00, _EVENTS)}
_MACHINE_COUNTERS = {"mcycle": 0xB00, "minstret": 0xB02, **_numbered("mhpmcounter", 0xB00, _EVENTS)}

#: Name -> address, as the manual's tables of CSRs and the chapters of extensions list them.
OUTSIDE: Mapping[str, int] = {
    # Counters, with RV32's upper halves.
    **_COUNTERS,
    **{f"{name}h": address + 0x80 for name, address in (_COUNTERS | _MACHINE_COUNTERS).items()},
    **_MACHINE_COUNTERS,
    "mcountinhibit": 0x320, "mcyclecfg": 0x321, "minstretcfg": 0x322, "mcyclecfgh": 0x721, "minstretcfgh": 0x722,
    **_numbered("mhpmevent", 0x320, _EVENTS), **_numbered("mhpmevent", 0x720, _EVENTS, "h"), "scountinhibit": 0x120,
    # Floating point, vectors, entropy, table jumps, shadow stacks.
    "fflags": 0x001, "frm": 0x002, "fcsr": 0x003,
    "vstart": 0x008, "vxsat": 0x009, "vxrm": 0x00A, "vcsr": 0x00F, "vl": 0xC20, "vtype": 0xC21, "vlenb": 0xC22,
    "seed": 0x015, "jvt": 0x017, "ssp": 0x011,
    # Physical memory protection.
    **_numbered("pmpcfg", 0x3A0, range(16)), **_numbered("pmpaddr", 0x3B0, range(64)),
    # Triggers and contexts.
    "tselect": 0x7A0, "tdata1": 0x7A1, "tdata2": 0x7A2, "tdata3": 0x7A3, "tinfo": 0x7A4, "tcontrol": 0x7A5,
    "mcontext": 0x7A8, "mscontext": 0x7AA, "scontext": 0x5A8, "hcontext": 0x6A8,
    # Control transfer records, quality of service.
    "mctrctl": 0x34E, "sctrctl": 0x14E, "sctrstatus": 0x14F, "sctrdepth": 0x15F, "vsctrctl": 0x24E, "srmcfg": 0x181,
    # Indirect access, and the advanced interrupt architecture.
    **_indirect("m", 0x350), **_indirect("s", 0x150), **_indirect("vs", 0x250),
    "mtopei": 0x35C, "mtopi": 0xFB0, "mvien": 0x308, "mvip": 0x309, "mvienh": 0x318, "mviph": 0x319,
    "midelegh": 0x313, "mieh": 0x314, "miph": 0x354,
    "stopei": 0x15C, "stopi": 0xDB0, "sieh": 0x114, "siph": 0x154,
    "hvien": 0x608, "hvictl": 0x609, "hvienh": 0x618, "hidelegh": 0x613, "hviph": 0x655,
    "hviprio1": 0x646, "hviprio2": 0x647, "hviprio1h": 0x656, "hviprio2h": 0x657,
    "vstopei": 0x25C, "vstopi": 0xEB0, "vsieh": 0x214, "vsiph": 0x254,
}  # fmt: skip
