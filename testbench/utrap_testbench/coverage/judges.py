"""Cover points of judgement by address: every CSR in every mode while all judges let it pass, and while none does."""

from __future__ import annotations

from operator import attrgetter

from utrap_testbench.golden import Config, CsrAccess, CsrOp, Mode, State

from .access import ungated_class
from .axes import Axes, Bin, Point, always

__all__ = ["Judged", "points"]

_LET, _REFUSE = "let", "refuse"
_KINDS = ("read", "write")


def points(config: Config, modes: list[str]) -> list[Point]:
    """Every CSR of the unit, and every class of the addresses outside, in every mode."""
    names = list(dict.fromkeys(_label(config, address, exists) for exists in (1, 0) for address in range(4096)))
    return [
        Axes("judged CSRs", "CSR x in x judges", [names, modes, [_LET, _REFUSE]], always).point(config),
        Axes("accessed CSRs", "CSR x in x access", [names, modes, [*_KINDS]], always).point(config),
    ]


def _label(config: Config, address: int, exists: int) -> str:
    """A CSR's name; of what the unit does not own, or owns only to refuse it, the class of the address."""
    row = config.rules.csrs.get(address)
    return ungated_class(config, address, exists) if row is None or row.is_placeholder else row.name


def _judges(config: Config) -> dict[str, tuple[int, int]]:
    """Fields that can refuse an access or an instruction: with which value all pass, and with which none.

    norm:mstatus_tvm_warl_op, norm:mstatus_tsr_op, norm:mstatus_tw_acc, norm:hstatus_vtvm_op, norm:hstatus_vtsr_op,
    HU-2, norm:mcounteren_op, norm:hcounteren_op, norm:scounteren_op, norm:mstatus_fs_vs_xs_off_op,
    norm:vsstatus_fs_op, norm:vsstatus_vs_op. State enables hide all behind them: open in both.
    """
    rules, s, h = config.rules, int(config.s), int(config.h)
    return {
        "mstatus_tvm": (0, rules.has_translation),
        "mstatus_tsr": (0, s),
        "mstatus_tw": (0, 1),
        "hstatus_vtvm": (0, h),
        "hstatus_vtsr": (0, h),
        "hstatus_vtw": (0, h),
        "hudcfg_en": (int(config.shudeleg), 0),
        "mcounteren": (rules.counteren, 0),
        "hcounteren": (rules.counteren * h, 0),
        "scounteren": (rules.counteren * s, 0),
        "mstatus_fs": (rules.fs, 0),
        "mstatus_vs": (rules.vs, 0),
        "vsstatus_fs": (rules.fs * h, 0),
        "vsstatus_vs": (rules.vs * h, 0),
        "mstateen0": (rules.mstateen[0],) * 2,
        "hstateen0": (rules.hstateen[0],) * 2,
        "sstateen0": (rules.sstateen0,) * 2,
    }


class Judged:
    """Gathers numbers of address, mode, kind of access and what the judges say."""

    def __init__(self, config: Config) -> None:
        self._config = config
        judges = _judges(config)
        self._get = attrgetter(*judges)
        self._let, self._refuse = zip(*judges.values(), strict=True)
        self._judged: set[int] = set()
        self._accessed: set[int] = set()

    def sample(self, state: State, event: CsrAccess, mode: int) -> None:
        """Take in an instruction's access."""
        number = event.address << 5 | event.ext_exists << 4 | mode << 1
        self._accessed.add(number | (event.op is not CsrOp.READ))
        found = self._get(state)
        if found == self._let:
            self._judged.add(number)
        elif found == self._refuse:
            self._judged.add(number | 1)

    def hits(self) -> dict[str, dict[Bin, int]]:
        """By cover point."""
        return {
            "judged CSRs": self._named(self._judged, (_LET, _REFUSE)),
            "accessed CSRs": self._named(self._accessed, _KINDS),
        }

    def _named(self, numbers: set[int], words: tuple[str, str]) -> dict[Bin, int]:
        found: dict[Bin, int] = {}
        for number in numbers:
            name = _label(self._config, number >> 5, number >> 4 & 1)
            key = name, Mode(number >> 1 & 7).name, words[number & 1]
            found[key] = found.get(key, 0) + 1
        return found
