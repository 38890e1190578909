"""Cover points of Ssdbltrp, Smdbltrp and Smrnmi: traps that a handler cannot take, and the interrupt none masks."""

from __future__ import annotations

from itertools import product

from utrap_testbench.golden import (
    Config,
    Event,
    Mode,
    Outcome,
    Return,
    State,
    TakeException,
    TakeRnmi,
    TrapReturn,
    step,
)
from utrap_testbench.golden.xret import returns_of

from .axes import Axes, Hits, always
from .status import combinations, leads_to, words_of

__all__ = ["WITHOUT_NMIE", "axes", "sample"]

#: The cover point of exceptions while NMIE is 0.
WITHOUT_NMIE = "exceptions with NMIE=0"
_EXCEPTION, _INTERRUPT = "exception", "interrupt"
_MODE = {mode.value: mode.name for mode in Mode}
_GUESTS = ("VS", "VU")
_BUSY = "returns of busy handlers"
#: What a return ends.
_ENDED = ("mdt", "sdt", "vs sdt")
_FIELD = {"mdt": "mstatus_mdt", "sdt": "mstatus_sdt", "vs sdt": "vsstatus_sdt"}


def axes(config: Config, modes: list[str]) -> list[Axes]:
    """The cover points of what the hart has of the three."""
    found = []
    kinds = [_EXCEPTION, _INTERRUPT]
    if config.ssdbltrp:
        busy = ["S"] + ["VS"] * config.h
        found.append(Axes("double traps", "busy handler x from x what", [busy, modes, kinds], _double))
    if config.smdbltrp:
        ends = ["stops"] + ["RNMI handler"] * config.smrnmi
        found.append(Axes("traps that M cannot take", "from x what x end", [modes, kinds, ends], _in_m))
    if config.ssdbltrp or config.smdbltrp:
        returns = [insn.value for insn in returns_of(config)]
        there = [name for name in _ENDED if _has(config, name)]
        found.append(Axes("what returns end", "return x field", [returns, there], _ends))
        found.append(Axes(_BUSY, "return x field", [_statuses(config, modes), there], always))
    if config.smrnmi:
        found.append(Axes("RNMIs", "from x what", [modes, ["taken", "NMIE is 0", "none"]], always))
    return found


def _statuses(config: Config, modes: list[str]) -> list[str]:
    """Every return from every mode with every status that says where it leads, or only seems to."""
    plans = [(insn, Mode[name]) for insn, name in product(returns_of(config), modes)]
    return [
        _status(insn, came, words)
        for insn, came in plans
        if (fields := leads_to(config, insn, came))
        for words in combinations(config, fields)
    ]


def _status(insn: Return, came: Mode, words: str) -> str:
    return f"{insn.value} in {came.name}, {words}"


def _has(config: Config, name: str) -> bool:
    if name == "mdt":
        return config.smdbltrp
    return config.ssdbltrp and (config.h or name == "sdt")


def _double(config: Config, busy: str, source: str, what: str) -> str | None:
    """A trap never goes to a less privileged mode, and into VS from a guest alone."""
    if source == "M" or (busy == "VS" and source not in _GUESTS):
        return "norm:trap_never_trans_lower"
    # While SDT is 1 SIE is 0.
    return "norm:sstatus_sdt_sstatus_sie_overwrite" if what == _INTERRUPT and busy == source else None


def _in_m(config: Config, source: str, what: str, end: str) -> str | None:
    if source == "M" and what == _INTERRUPT:
        return "norm:mstatus_mie_clr_by_mdt"  # while MDT is 1 MIE is 0
    if config.smrnmi and what == _INTERRUPT and end == "stops":
        return "norm:mnstatus_nmie_disable"  # with NMIE=1 the handler of RNMIs takes it, with NMIE=0 there is none
    return None


def _ends(config: Config, insn: str, field: str) -> str | None:
    if insn == "mret" and field != "mdt" and not config.smdbltrp:
        return "norm:sstatus_sdt_clr_mret_sret"
    if insn == "sret" and not config.s:
        return "norm:sret_presence"
    if insn == "mnret" and not config.smdbltrp:
        return "norm:mstatus_mdt_clr_mnret"
    if insn == "uret" and not config.n:
        return "HU-19"
    return "HU-20" if insn == "uret" and field == "vs sdt" and not config.shudeleg else None


def sample(hits: Hits, config: Config, state: State, event: Event, outcome: Outcome) -> None:
    """Count what happened in a cycle."""
    if config.smdbltrp and state.critical and not state.debug:
        return
    source = _MODE[outcome.from_mode]
    if isinstance(event, TakeRnmi):
        if outcome.rnmi:
            hits["RNMIs"][source, "taken"] += 1
        elif not state.debug and not state.dcsr_step:
            hits["RNMIs"][source, "NMIE is 0" if state.line_rnmi else "none"] += 1
        return
    if isinstance(event, TrapReturn):
        if not outcome.fault and (config.ssdbltrp or config.smdbltrp):
            _ended(hits, config, event, state)
        return
    what = _EXCEPTION if isinstance(event, TakeException) else _INTERRUPT
    if outcome.double:
        # The model says whose SDT it looked at.
        is_guests = any("vsstatus.SDT" in because.looked_at for because in outcome.reason)
        hits["double traps"]["VS" if is_guests else "S", source, what] += 1
    if config.smrnmi and not state.mnstatus_nmie and what == _EXCEPTION and outcome.trap:
        hits[WITHOUT_NMIE][source, _MODE[outcome.to_mode]] += 1
    if config.smdbltrp and (outcome.critical or outcome.rnmi):
        hits["traps that M cannot take"][source, what, "stops" if outcome.critical else "RNMI handler"] += 1


def _ended(hits: Hits, config: Config, event: TrapReturn, before: State) -> None:
    after, _ = step(config, before, event)
    came = Mode(before.v << 2 | before.prv)
    status = _status(event.insn, came, words_of(before, leads_to(config, event.insn, came)))
    for name, field in _FIELD.items():
        if _has(config, name) and getattr(before, field):
            hits[_BUSY][status, name] += 1
            if not getattr(after, field):
                hits["what returns end"][event.insn.value, name] += 1
