"""The cover point of pointer masking: whose setting holds for an access, seen while no other register has the same."""

from __future__ import annotations

from collections.abc import Iterator

from utrap_testbench.golden import Config, Mode, State

from .axes import Bin, Point

__all__ = ["Pointers", "points"]

_NAME = "pointer masking"
_COLUMNS = ("access", "from", "acts in", "MXR")
LOADS, HLV = "loads and stores", "HLV and HSV"
#: MPRV does not act while NMIE is 0 (norm:mnstatus_mprv_clear).
ASLEEP = "M, with MPRV and NMIE=0"
MXR = ("none", "mstatus", "vsstatus")
_PMM = 32
_MODE = {mode.value: mode.name for mode in Mode}


def points(config: Config, modes: list[str]) -> list[Point]:
    """norm:pm_mprv_spvp, norm:pm_mxr_exception: each access from where it comes to where it may act."""
    return [Point(_NAME, _COLUMNS, dict.fromkeys(_bins(config, modes)))] if config.has_pointer_masking else []


def _bins(config: Config, modes: list[str]) -> Iterator[Bin]:
    mxr = MXR[: 1 + config.s + config.h]
    for found in mxr:
        # Below M nothing leaves MPRV set (norm:mstatus_mprv_clr_mret_sret_less_priv).
        yield from ((LOADS, mode, mode, found) for mode in modes if mode != "M")
        yield from ((LOADS, "M", mode, found) for mode in modes)
        if config.smrnmi:
            yield LOADS, ASLEEP, "M", found
        if config.h:
            yield from ((HLV, mode, guest, found) for mode in ("M", "S", "U") for guest in ("VS", "VU"))


class Pointers:
    """Gathers the accesses for which the register that decides was told from all others."""

    def __init__(self, config: Config) -> None:
        self._config = config
        rules, pmm = config.rules, 3 << _PMM
        there = {"hupmm": rules.hupmm, "mseccfg": rules.mseccfg & pmm, "menvcfg": rules.menvcfg & pmm}
        there |= {"senvcfg": rules.senvcfg & pmm, "henvcfg": rules.henvcfg & pmm}
        self._there = [name for name, bits in there.items() if bits]
        self._seen: set[Bin] = set()

    def sample(self, state: State) -> None:
        """Take in an instruction that retires, as a load or a store does."""
        if not self._config.has_pointer_masking or state.debug:
            return
        mode = state.v << 2 | state.prv
        found = "mstatus" if state.mstatus_mxr else "vsstatus" if state.vsstatus_mxr else "none"
        came, acts_in = _MODE[mode], mode
        if state.mstatus_mprv:
            if mode != Mode.M:
                return
            if self._config.smrnmi and not state.mnstatus_nmie:
                came = ASLEEP
            else:
                acts_in = 3 if state.mstatus_mpp == 3 else state.mstatus_mpv << 2 | state.mstatus_mpp
        if came != ASLEEP or state.mstatus_mpp != 3:
            self._note((LOADS, came, _MODE[acts_in], found), state, self._decides(acts_in))
        if self._config.h and not state.v:
            by_user = mode == Mode.U
            privilege = state.hustatus_upvp if by_user and state.hudcfg_en else state.hstatus_spvp
            acts_in = Mode.VS if privilege else Mode.VU
            decides = "hupmm" if by_user and acts_in is Mode.VU else self._decides(acts_in)
            self._note((HLV, came[:1], acts_in.name, found), state, decides)

    def _decides(self, mode: int) -> str:
        """norm:pm_config_next_higher"""
        if mode == Mode.U and not self._config.s:
            return "menvcfg"
        return {Mode.M: "mseccfg", Mode.S: "menvcfg", Mode.VS: "henvcfg"}.get(Mode(mode), "senvcfg")

    def _note(self, key: Bin, state: State, decides: str) -> None:
        values = {name: _pmm(state, name) for name in self._there}
        value = values.pop(decides, None)
        # A register that the hart lacks masks nothing, and is told from those that mask.
        if value != 0 and (value or 0) not in values.values():
            self._seen.add(key)

    def hits(self) -> dict[str, dict[Bin, int]]:
        """By cover point."""
        return {_NAME: dict.fromkeys(self._seen, 1)}


def _pmm(state: State, name: str) -> int:
    return state.hstatus_hupmm if name == "hupmm" else getattr(state, name) >> _PMM & 3
