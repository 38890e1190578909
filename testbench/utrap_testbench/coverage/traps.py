"""Counts exceptions by mode, cause and delegation, and the vectors of all traps: as numbers, named at the end."""

from __future__ import annotations

from collections import Counter

from utrap_testbench.golden import Cause, Config, Mode, Outcome, State, TakeException
from utrap_testbench.golden.isa import GUEST_PAGE_FAULTS
from utrap_testbench.golden.views import sedeleg

from .axes import Bin

__all__ = ["CAUSES", "RESERVED", "Traps"]

#: Codes of an exception that no table names: never delegated.
RESERVED = "reserved"
CAUSES = dict.fromkeys(range(64), RESERVED) | {cause.value: cause.name for cause in Cause}
_MODE = {mode.value: mode.name for mode in Mode}
_M, _U = Mode.M.value, Mode.U.value
_VECTOR = {_M: "mtvec", Mode.S.value: "stvec", Mode.VS.value: "vstvec", _U: "utvec"}
#: What a trap is, by whether it is an interrupt; and its vector, by the lowest bit of xtvec.
_KINDS, _VECTORS = ("exception", "interrupt"), ("direct", "vectored")


class Traps:
    """Counts the traps of one hart."""

    def __init__(self, config: Config) -> None:
        self._rules = config.rules
        self._has_registers, self._has_sedeleg = config.s or config.n, config.s and config.n
        # Target mode, whether it is an interrupt, mode of the vector.
        self._vectors: Counter[tuple[int, int, int]] = Counter()
        # Mode before, target mode, cause.
        self._exceptions: Counter[tuple[int, int, int]] = Counter()
        # Register, cause, its bit.
        self._delegation: Counter[tuple[str, int, int]] = Counter()

    def trap(self, state: State, outcome: Outcome) -> None:
        """Count a trap of either kind."""
        to = outcome.to_mode
        self._vectors[to, outcome.is_interrupt, getattr(state, _VECTOR[to]) & 1] += 1

    def exception(self, state: State, event: TakeException, outcome: Outcome) -> bool:
        """Count an exception; gives whether the delegation windows are asked."""
        came, cause = outcome.from_mode, event.cause
        self._exceptions[came, outcome.to_mode, cause] += 1
        if came == _M or not self._has_registers:
            return False
        bit = state.medeleg >> cause & 1
        self._delegation["medeleg", cause, bit] += 1
        if bit and state.v:
            bit = state.hedeleg >> cause & 1
            self._delegation["hedeleg", cause, bit] += 1
            if not bit and state.hudcfg_en:
                bit = state.huedeleg >> cause & 1
                self._delegation["huedeleg", cause, bit] += 1
                return bool(bit) and cause in GUEST_PAGE_FAULTS
        elif bit and came == _U and self._has_sedeleg:
            self._delegation["sedeleg", cause, sedeleg(self._rules, state) >> cause & 1] += 1
        return False

    def hits(self) -> dict[str, dict[Bin, int]]:
        """What was counted, by cover point."""
        exceptions: Counter[Bin] = Counter()
        for (came, to, cause), count in self._exceptions.items():
            exceptions[_MODE[came], _MODE[to], CAUSES[cause]] += count
        delegation: Counter[Bin] = Counter()
        for (register, cause, bit), count in self._delegation.items():
            delegation[register, CAUSES[cause], str(bit)] += count
        vectors: dict[Bin, int] = {
            (_MODE[to], _KINDS[kind], _VECTORS[mode]): count for (to, kind, mode), count in self._vectors.items()
        }
        return {"exceptions": exceptions, "delegation": delegation, "vectors": vectors}
