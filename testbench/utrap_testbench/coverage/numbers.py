"""Cover points of numbers in fields: every value of the narrow ones, every ORDER of a window, every guest's line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from utrap_testbench.golden import Config, CsrAccess, Outcome, State, TakeException
from utrap_testbench.golden.route import guest_page, matches

from .axes import Axes, Bin, Point, always

__all__ = ["Lines", "Numbers", "Orders", "points"]

_EDGES = ("first page", "last page", "page before", "page after")
_ALONE, _OTHERS = "its line alone", "all other lines"
_INSIDE, _OUTSIDE, _BEYOND = "inside", "outside", "beyond every page"


class _Field(NamedTuple):
    """A field in which not every value is legal, or every value means something else."""

    name: str
    csr: str
    lsb: int
    width: int


#: norm:mstatus_xpp_warl, norm:mstatus_fs_vs_xs_dirty_op, norm:hstatus_vgein_op, norm:mtvec_base_align_func_mode,
#: norm:satp_mode_op_unsupported, norm:hgatp_mode_warl, norm:menvcfg_cbie_warl_op, norm:menvcfg_pmm_enc
def _fields(config: Config) -> Iterator[_Field]:
    there = {row.name for row in config.rules.csrs.values() if not row.is_placeholder}
    shift = config.rules.atp_mode_shift
    fields = [_Field("MPP", "mstatus", 11, 2), _Field("VGEIN", "hstatus", 12, 6), _Field("MNPP", "mnstatus", 11, 2)]
    for csr in ("mstatus", "sstatus", "vsstatus"):
        fields += [_Field("FS", csr, 13, 2), _Field("VS", csr, 9, 2)]
    fields += [_Field("MODE", csr, 0, 2) for csr in ("mtvec", "stvec", "vstvec", "utvec")]
    fields += [_Field("MODE", csr, shift, config.xlen - shift) for csr in ("satp", "vsatp", "hgatp")]
    fields += [_Field("CBIE", csr, 4, 2) for csr in ("menvcfg", "henvcfg", "senvcfg")]
    if config.xlen == 64:
        fields += [_Field("PMM", csr, 32, 2) for csr in ("menvcfg", "henvcfg", "senvcfg", "mseccfg")]
        fields.append(_Field("HUPMM", "hstatus", 48, 2))
    fields.append(_Field("prv", "dcsr", 0, 2))
    return (field for field in fields if field.csr in there)


def points(config: Config) -> list[Point]:
    """The cover points of what the hart has of these."""
    values: dict[Bin, str | None] = {}
    for field in _fields(config):
        values |= {(f"{field.csr}.{field.name}", str(value)): None for value in range(1 << field.width)}
    found: list[Axes] = []
    if config.geilen:
        vgeins = [str(number) for number in range(config.geilen + 1)]
        found.append(Axes("guest external lines", "VGEIN x high", [vgeins, [_ALONE, _OTHERS]], always))
    if config.shudeleg and config.windows:
        windows, bits = [f"window {number}" for number in range(config.windows)], config.rules.page_bits
        largest = config.window_max_order  # warl:ORDER
        orders, page_bits = [str(order) for order in range(min(bits, largest + 1))], [str(bit) for bit in range(bits)]
        sizes = [*orders, *[_BEYOND] * (largest >= bits)]
        found += [
            Axes("window orders", "window x ORDER x page", [windows, sizes, [_INSIDE, _OUTSIDE]], _order),
            Axes("edges of orders", "ORDER x page", [orders, [*_EDGES]], always),
            Axes("page bits", "window x bit that alone differs", [windows, page_bits], always),
        ]
    return [Point("numbers written", ("field", "value"), values), *(one.point(config) for one in found)]


def _order(config: Config, window: str, order: str, page: str) -> str | None:
    return "HU-17: it has every page" if (order, page) == (_BEYOND, _OUTSIDE) else None


class Numbers:
    """Gathers the values written to narrow fields, as bits of a number for each field."""

    def __init__(self, config: Config) -> None:
        self._fields = list(_fields(config))
        address = {row.name: row.address for row in config.rules.csrs.values()}
        self._at: dict[int, list[tuple[int, int, int]]] = {}
        for place, field in enumerate(self._fields):
            self._at.setdefault(address[field.csr], []).append((place, field.lsb, (1 << field.width) - 1))
        self._seen = [0] * len(self._fields)

    def sample(self, event: CsrAccess, outcome: Outcome) -> None:
        """Take in a write that was allowed."""
        for place, lsb, ones in self._at.get(event.address, ()):
            self._seen[place] |= 1 << (outcome.written >> lsb & ones)

    def hits(self) -> dict[str, dict[Bin, int]]:
        """The values that were written."""
        return {
            "numbers written": {
                (f"{field.csr}.{field.name}", str(value)): 1
                for field, seen in zip(self._fields, self._seen, strict=True)
                for value in range(1 << field.width)
                if seen >> value & 1
            }
        }


class Lines:
    """Gathers which guest's line was high while software looked at what is pending."""

    def __init__(self, config: Config) -> None:
        self._all = config.rules.hgei
        self._alone = self._others = 0

    def sample(self, state: State) -> None:
        """Take in a read of pending interrupts."""
        vgein = state.hstatus_vgein
        one = 1 << vgein & self._all
        if state.hgeip == one:
            self._alone |= 1 << vgein
        if state.hgeip == self._all ^ one:
            self._others |= 1 << vgein

    def hits(self) -> dict[str, dict[Bin, int]]:
        """By VGEIN."""
        found: dict[Bin, int] = {}
        for seen, what in ((self._alone, _ALONE), (self._others, _OTHERS)):
            found |= {(str(vgein), what): 1 for vgein in range(self._all.bit_length() or 1) if seen >> vgein & 1}
        return {"guest external lines": found} if self._all else {}


class Orders:
    """Gathers at which edge of which window a guest-page fault lay that the windows decided."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._bits = config.rules.page_bits
        self._windows = config.rules.windows
        count = len(self._windows)
        self._inside, self._outside, self._single = [0] * count, [0] * count, [0] * count
        self._edges = [0] * len(_EDGES)

    def sample(self, state: State, event: TakeException) -> None:
        """Take in a fault that the windows judge; one that several of them have says nothing of any."""
        page = guest_page(self._config, event.tval2)
        if page >> self._bits:
            return
        windows = [getattr(state, name) for name in self._windows]
        hit = [number for number, window in enumerate(windows) if matches(self._config, window, page)]
        if len(hit) > 1:
            return
        for number in hit or range(len(windows)):
            window = windows[number]
            order = window >> 1 & 63
            if not window & 1:
                continue
            if order >= self._bits:
                self._inside[number] |= 1 << self._bits
                continue
            apart = (window >> 10 ^ page) >> order
            if apart and not apart & (apart - 1):
                self._single[number] |= apart << order
            size = 1 << order
            first = window >> 10 & -size
            for edge, at in enumerate((first, first + size - 1, first - 1, first + size)):
                if page == at:
                    self._edges[edge] |= size
                    (self._inside if edge < 2 else self._outside)[number] |= size

    def hits(self) -> dict[str, dict[Bin, int]]:
        """By cover point."""
        sizes: dict[Bin, int] = {}
        single: dict[Bin, int] = {}
        for number in range(len(self._windows)):
            name = f"window {number}"
            for seen, place in ((self._inside[number], _INSIDE), (self._outside[number], _OUTSIDE)):
                sizes |= {(name, self._order(order), place): 1 for order in range(self._bits + 1) if seen >> order & 1}
            single |= {(name, str(bit)): 1 for bit in range(self._bits) if self._single[number] >> bit & 1}
        edges: dict[Bin, int] = {}
        for edge, seen in zip(_EDGES, self._edges, strict=True):
            edges |= {(str(order), edge): 1 for order in range(self._bits) if seen >> order & 1}
        return {"window orders": sizes, "edges of orders": edges, "page bits": single}

    def _order(self, order: int) -> str:
        return str(order) if order < self._bits else _BEYOND
