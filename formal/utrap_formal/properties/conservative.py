"""With EN=0 the hart is the hart without Shudeleg (HU-23): two units, the same inputs, equal for ever."""

from __future__ import annotations

from collections.abc import Callable

from amaranth.hdl import Const, Value

from utrap_formal.properties.manual import CSRS, Op
from utrap_formal.properties.property import Claim, Properties
from utrap_formal.properties.window import Cycle, Window, all_of, any_of

__all__ = ["PROPERTIES"]

PROPERTIES = Properties("conservative", "with EN=0 the unit is the unit without Shudeleg", compares=True)

_ADDED = [name for name in CSRS if name.startswith("hu")]


def _is_added_address(cycle: Cycle) -> Value:
    return any_of(cycle["commit_csr_address"] == CSRS[name] for name in _ADDED)


def added(cycle: Cycle) -> Value:
    """A CSR access, a debugger's too, to one of the added addresses."""
    return _is_added_address(cycle) & _is_access(cycle)


def same_state(w: Window) -> Value:
    """Every register of the plain unit holds what the unit's holds."""
    return all_of(w.now[name] == w.plain[name] for name in w.plain.stored())


def _equal(w: Window) -> Value:
    return same_state(w) & ~w.now["hudcfg.EN"]


def _following_equal(w: Window) -> Value:
    return all_of(w.now.following[name] == w.plain.following[name] for name in w.plain.stored())


@PROPERTIES.add("HU-23", needs="shudeleg")
def they_stay_equal(w: Window) -> Claim:
    """Equal and with EN=0, every event leaves them equal: all registers but the added ones'."""
    return Claim(when=_equal(w) & ~_is_taken(w.now), then=_following_equal(w))


def _is_taken(cycle: Cycle) -> Value:
    """The core without Shudeleg has a CSR of its own at an added address: then they are not the same hart."""
    return added(cycle) & cycle["extension_exists"]


@PROPERTIES.add("HU-23", needs="shudeleg")
def they_start_equal(w: Window) -> Claim:
    """rst makes both hold the same, with EN=0: then, by what stays equal, they are for ever."""
    then = _following_equal(w) & ~w.now.following["hudcfg_en"]
    return Claim(when=w.now["rst"], then=then, is_about_reset=True)


#: Outputs that mean something in some cycles alone (docs/ports.md), and in which.
_MEANT: dict[str, Callable[[Cycle], Value]] = {
    "answer_target": lambda now: now["answer_redirect"],
    "answer_rdata": lambda now: _is_access(now) & (now["answer_fault"] == 0),
    "legality_csr": lambda now: ~_is_added_address(now),
    "extension_wdata": lambda now: now["extension_write"],
}


def _is_access(cycle: Cycle) -> Value:
    return (cycle["commit_op"] == Op.CSR) | (cycle["commit_op"] == Op.DEBUG_CSR)


def _outputs(group: str, says: str) -> None:
    @PROPERTIES.add("HU-23", needs="shudeleg", kind="answers", name=f"{group}_is_equal", says=says)
    def claim(w: Window) -> Claim:
        now, plain = w.now, w.plain
        names = [name for name in plain.outputs if name.startswith(f"{group}_")]
        same = all_of(
            (now[name] == plain[name]) | (~_MEANT[name](now) if name in _MEANT else Const(0)) for name in names
        )
        return Claim(when=_equal(w) & ~added(now), then=same)


_outputs("answer", "Equal and with EN=0, fault, redirect, target and read data are equal.")
_outputs("interrupt", "Equal and with EN=0, the requested interrupt, its target and the wake-up are equal.")
_outputs("trace", "Equal and with EN=0, the traces of every event are equal.")
_outputs("legality", "Equal and with EN=0, the verdicts on instructions are equal.")
_outputs("hart", "Equal and with EN=0, what the core is told of the hart is equal.")
_outputs("extension", "Equal and with EN=0, CSRs outside are judged alike.")
