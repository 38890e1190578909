"""Cover points of returns: what status a return finds, whether or not a trap could have left it."""

from __future__ import annotations

from collections import Counter
from itertools import product
from operator import attrgetter

from utrap_testbench.golden import Config, Mode, Return, State
from utrap_testbench.golden.xret import returns_of

from .axes import Bin, Point

__all__ = ["Statuses", "combinations", "leads_to", "points", "words_of"]

_PRIVILEGES = {0: "U", 1: "S", 3: "M"}
#: Fields of status that a return reads, or could mistake for one that it reads, and the state's fields.
_FIELDS = {
    "MPP": "mstatus_mpp",
    "MPV": "mstatus_mpv",
    "SPP": "mstatus_spp",
    "SPV": "hstatus_spv",
    "SPVP": "hstatus_spvp",
    "UPV": "hustatus_upv",
    "UPVP": "hustatus_upvp",
    "MPRV": "mstatus_mprv",
    "TSR": "mstatus_tsr",
    "VTSR": "hstatus_vtsr",
    "vsstatus.SPP": "vsstatus_spp",
    "EN": "hudcfg_en",
    "MNPP": "mnstatus_mnpp",
    "MNPV": "mnstatus_mnpv",
}
#: Fields that decide about a return, and not about where it leads.
_NO_MODE = ("EN", "MPRV", "TSR", "VTSR")
_get = attrgetter(*_FIELDS.values())


def _decided_by(insn: Return, came: Mode) -> tuple[str, ...]:
    """What a return's effect depends on where it may execute, beside the pc and the interrupt enables.

    norm:mret_h, norm:sret_v0, norm:sret_v1, norm:mstatus_tsr_op, norm:hstatus_vtsr_op, HU-20, norm:mnret_restore,
    norm:mstatus_mprv_clr_mret_sret_less_priv
    """
    if insn is Return.MRET:
        return ("MPP", "MPV", "MPRV") if came is Mode.M else ()
    if insn is Return.MNRET:
        return ("MNPP", "MNPV", "MPRV") if came is Mode.M else ()
    if insn is Return.URET:
        return ("EN", "UPV", "UPVP", "MPRV") if came < Mode.VU else ()
    if came is Mode.VS:
        return ("vsstatus.SPP", "VTSR", "MPRV")
    return ("SPP", "SPV", "TSR", "MPRV") if came in (Mode.M, Mode.S) else ()


def points(config: Config, modes: list[str]) -> list[Point]:
    """Every combination of what decides, and each value of each field beside every return in every mode."""
    decided: dict[Bin, str | None] = {}
    beside: dict[Bin, str | None] = {}
    for insn, name in product(returns_of(config), modes):
        for field in _FIELDS:
            beside |= {(insn.value, name, field, value): None for value in _values(config, field)}
        fields = [field for field in _decided_by(insn, Mode[name]) if _values(config, field)]
        if fields and _exists(config, insn):
            for values in product(*(_values(config, field) for field in fields)):
                decided[insn.value, name, _words(fields, values)] = None
    return [
        Point("status that returns find", ("instruction", "from", "status"), decided),
        Point("status beside returns", ("instruction", "from", "field", "value"), beside),
    ]


def _exists(config: Config, insn: Return) -> bool:
    return {Return.SRET: config.s, Return.URET: config.n}.get(insn, True)


def _values(config: Config, field: str) -> list[str]:
    """The values that the field can have; none where the hart has no such field."""
    if field in ("MPP", "MNPP"):
        there = True if field == "MPP" else config.smrnmi
        return ["U", *["S"] * config.s, "M"] * there
    if field == "MPRV":
        return ["0", "1"]
    there = config.s if field in ("SPP", "TSR") else config.shudeleg if field in ("UPV", "UPVP", "EN") else config.h
    return ["0", "1"] * (there and (field != "MNPV" or config.smrnmi))


def _words(fields: list[str], values: tuple[str, ...]) -> str:
    return ", ".join(f"{field}={value}" for field, value in zip(fields, values, strict=True))


def leads_to(config: Config, insn: Return, came: Mode) -> list[str]:
    """The fields that name the mode to which a return leads, or that only seem to."""
    if not _exists(config, insn):
        return []
    return [field for field in _decided_by(insn, came) if _values(config, field) and field not in _NO_MODE]


def combinations(config: Config, fields: list[str]) -> list[str]:
    """Every combination of values of fields, in words."""
    return [_words(fields, values) for values in product(*(_values(config, field) for field in fields))]


def words_of(state: State, fields: list[str]) -> str:
    """The values that fields have."""
    values = [getattr(state, _FIELDS[field]) for field in fields]
    return _words(fields, tuple(map(_shown, fields, values)))


def _shown(field: str, value: int) -> str:
    return _PRIVILEGES[value] if field in ("MPP", "MNPP") else str(value)


class Statuses:
    """Counts the returns by who returns whence and all of `_FIELDS`."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._seen: Counter[tuple[Return, int, tuple[int, ...]]] = Counter()

    def sample(self, state: State, insn: Return, mode: int) -> None:
        """Count a return outside Debug Mode."""
        self._seen[insn, mode, _get(state)] += 1

    def hits(self) -> dict[str, dict[Bin, int]]:
        """What was counted, by cover point."""
        decided: Counter[Bin] = Counter()
        beside: Counter[Bin] = Counter()
        known = {field for field in _FIELDS if _values(self._config, field)}
        for (insn, mode, found), count in self._seen.items():
            came = Mode(mode).name
            values = {
                field: _shown(field, value) for field, value in zip(_FIELDS, found, strict=True) if field in known
            }
            for field, value in values.items():
                beside[insn.value, came, field, value] += count
            fields = [field for field in _decided_by(insn, Mode(mode)) if field in values]
            if fields and _exists(self._config, insn):
                decided[insn.value, came, _words(fields, tuple(values[field] for field in fields))] += count
        return {"status that returns find": decided, "status beside returns": beside}
