"""The whole state as named registers, and back: the form in which states are recorded and compared.

A register is what M-mode reads from the CSR of that name, with these
exceptions: `sedeleg`, `sideleg` and `hideleg` are as stored, not as masked on
a read; the lines and the software bits behind `mip` are registers of their
own (`seip_line`, `seip_sw`, `ueip_line`, `ueip_sw`, `hgeip`); `stip_sw` is
STIP's software bit while stimecmp hides it. `time` and `timeh` are an input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from weakref import WeakKeyDictionary

from .config import Config
from .isa import Irq, Prv, bits
from .rules import Rules
from .state import State
from .tables import Tables
from .timer import has_stimecmp
from .views import mip

_STIP = bits(Irq.STI)
_SOFTWARE = {"seip_sw": 9, "ueip_sw": 8, "stip_sw": 5}
_WITHOUT_LINE = bits(Irq.USI, Irq.SSI, Irq.UTI, Irq.STI, Irq.LCOFI)
_FIRST = ("menvcfg", "menvcfgh", "henvcfg", "henvcfgh", *(f"mstateen{i}{h}" for i in range(4) for h in ("", "h")))
_OVERFLOWS = 0xFFFF_FFF8


class IllegalState(ValueError):
    """Register values that the configured hart cannot hold; the message is one line."""


Read = Callable[[Rules, State], int]


def registers(config: Config, s: State) -> dict[str, int]:
    """Every register of the configuration by name, zeros included."""
    r = config.rules
    return {name: read(r, s) for name, read in register_readers(r).items()}


def register_readers(r: Tables) -> dict[str, Read]:
    """How each register of the configuration is read."""
    if r not in _READERS:
        _READERS[r] = dict(_readers(r))
    return _READERS[r]


_READERS: WeakKeyDictionary[Tables, dict[str, Read]] = WeakKeyDictionary()


def _readers(r: Tables) -> Iterator[tuple[str, Read]]:
    yield "prv", lambda r, s: s.prv
    yield "v", lambda r, s: s.v
    for name, read, _ in r.registers:
        yield name, read
    yield "mip", mip
    if r.has_s:
        yield "seip_line", lambda r, s: s.line_seip
        yield "seip_sw", lambda r, s: s.mip_software >> 9 & 1
    if r.has_n:
        yield "ueip_line", lambda r, s: s.line_ueip
        yield "ueip_sw", lambda r, s: s.mip_software >> 8 & 1
    if r.geilen > 0:
        yield "hgeip", lambda r, s: s.hgeip
    if r.is_number_told:
        yield "mhartid", lambda r, s: s.mhartid
    if r.lcofi:
        yield "counter_overflow", lambda r, s: s.counter_overflow
    if r.smdbltrp:
        yield "critical", lambda r, s: s.critical
    if r.sdext:
        yield "debug", lambda r, s: s.debug
    if r.sstc:
        yield "stip_sw", lambda r, s: s.mip_software >> 5 & 1 if has_stimecmp(s) else 0
        yield "time", lambda r, s: s.time & r.xlen_mask
        if r.xlen == 32:
            yield "timeh", lambda r, s: s.time >> 32


def state_from_registers(config: Config, values: Mapping[str, int]) -> State:
    """The state with these register values; an absent one is 0 (read-only bits keep their value).

    Raises `IllegalState` where a name is no register of this configuration or
    a value is not one that the register can hold.
    """
    r = config.rules
    s = State(prv=values.get("prv", Prv.M.value), v=values.get("v", 0))
    if s.prv not in (0, 1, 3) or s.v not in (0, 1) or (s.prv == 1 and not config.s):
        raise IllegalState(f"prv={s.prv}, v={s.v} is not a mode of this hart")
    if s.v == 1 and (not config.h or s.prv == 3):
        raise IllegalState(f"prv={s.prv}, v=1 is not a mode of this hart")
    known = ("prv" in values) + ("v" in values)
    # What SDT may hold depends on DTE.
    for name, read, write in sorted(r.registers, key=lambda row: row[0] not in _FIRST):
        if name in values:
            known += 1
            value = values[name]
            if value > r.xlen_mask:
                raise IllegalState(f"{name}={value:#x} is wider than XLEN={r.xlen}")
            write(r, s, value)
            if read(r, s) != value:
                raise IllegalState(f"{name}={value:#x} is not legal here: it would read {read(r, s):#x}")
        else:
            write(r, s, 0)
    known += _set_inputs(r, s, values)
    if s.debug == 1 and (s.prv, s.v) != (Prv.M.value, 0):
        raise IllegalState(f"debug=1, prv={s.prv}, v={s.v}: Debug Mode has M-mode's privilege")
    known += _set_pending(r, s, values)
    if known != len(values):
        names = {name for name, _, _ in r.registers} | _pending_names(r) | set(_input_names(r)) | {"prv", "v"}
        extra = sorted(set(values) - names)
        raise IllegalState(f"{', '.join(extra)}: no such register in this configuration")
    return s


def _input_names(r: Rules) -> tuple[str, ...]:
    names: tuple[str, ...] = ("counter_overflow",) if r.lcofi else ()
    names += ("critical",) if r.smdbltrp else ()
    names += ("debug",) if r.sdext else ()
    if r.sstc:
        names += ("time",) if r.xlen == 64 else ("time", "timeh")
    return names


def _set_inputs(r: Rules, s: State, values: Mapping[str, int]) -> int:
    """The time, whose halves RV32 names apart, and OF of the counters; gives how many of the names were there."""
    names = [name for name in _input_names(r) if name in values]
    for name in names:
        value = values[name]
        if name in ("critical", "debug"):
            setattr(s, name, value & 1)
            continue
        if value > r.xlen_mask or (name == "counter_overflow" and value > _OVERFLOWS):
            raise IllegalState(f"{name}={value:#x} is wider than the input")
        if name == "counter_overflow":
            s.counter_overflow = value & _OVERFLOWS
        else:
            s.time |= value << (32 if name == "timeh" else 0)
    return len(names)


def _pending_names(r: Rules) -> set[str]:
    names = {"mip"}
    if r.is_number_told:
        names |= {"mhartid"}
    if r.has_s:
        names |= {"seip_line", "seip_sw"}
    if r.has_n:
        names |= {"ueip_line", "ueip_sw"}
    if r.geilen > 0:
        names |= {"hgeip"}
    if r.sstc:
        names |= {"stip_sw"}
    return names


def _set_pending(r: Rules, s: State, values: Mapping[str, int]) -> int:
    """Lines and software bits from `mip` and its companions; gives how many of the names were there."""
    value = values.get("mip", 0)
    s.line_msip = value >> 3 & 1
    s.line_mtip = value >> 7 & 1
    s.line_meip = value >> 11 & 1
    s.line_local = value & r.local
    known = int("mip" in values)
    software = value & _WITHOUT_LINE & r.mip_software
    if r.sstc and has_stimecmp(s):
        software &= ~_STIP  # it is the timer's
    for name in _pending_names(r) - {"mip"}:
        if name not in values:
            continue
        known += 1
        level = values[name]
        if name == "hgeip":
            s.hgeip = level
            if level & r.hgei != level:
                raise IllegalState(f"hgeip={level:#x} is not legal here: GEILEN is {r.geilen}")
            continue
        if name == "mhartid":
            s.mhartid = level & r.xlen_mask
            continue
        if level not in (0, 1):
            raise IllegalState(f"{name}={level:#x} is not a bit")
        if name == "seip_line":
            s.line_seip = level
        elif name == "ueip_line":
            s.line_ueip = level
        else:
            software |= level << _SOFTWARE[name]
    s.mip_software = software
    if "mip" in values and mip(r, s) != value:
        raise IllegalState(f"mip={value:#x} does not fit the lines and hvip: it would read {mip(r, s):#x}")
    return known


def is_legal(config: Config, s: State) -> bool:
    """Can the configured hart be in this state: every field is one that its legaliser would store."""
    try:
        return state_from_registers(config, registers(config, s)) == s
    except IllegalState:
        return False
