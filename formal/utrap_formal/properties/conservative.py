"""With EN=0 the hart is the hart without Shudeleg (HU-23): two units, the same inputs, equal for ever."""

from __future__ import annotations

from amaranth.hdl import Value

from utrap_formal.properties.manual import CSRS
from utrap_formal.properties.property import Claim, Properties
from utrap_formal.properties.window import Cycle, Window, all_of, any_of

__all__ = ["PROPERTIES"]

PROPERTIES = Properties("conservative", "with EN=0 the unit is the unit without Shudeleg", compares=True)

_ADDED = [name for name in CSRS if name.startswith(("hud", "hued", "hugpaw", "hus", "hut"))]


def added(cycle: Cycle) -> Value:
    """A CSR access, a debugger's too, to one of the added addresses."""
    address = any_of(cycle["commit_csr_address"] == CSRS[name] for name in _ADDED)
    return address & ((cycle["commit_op"] == 1) | (cycle["commit_op"] == 7))


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


def _outputs(group: str, says: str) -> None:
    @PROPERTIES.add("HU-23", needs="shudeleg", kind="answers", name=f"{group}_is_equal", says=says)
    def claim(w: Window) -> Claim:
        names = [name for name in w.plain.outputs if name.startswith(f"{group}_")]
        then = all_of(w.now[name] == w.plain[name] for name in names)
        return Claim(when=_equal(w) & ~added(w.now), then=then)


_outputs("answer", "Equal and with EN=0, fault, redirect, target and read data are equal.")
_outputs("interrupt", "Equal and with EN=0, the requested interrupt, its target and the wake-up are equal.")
_outputs("trace", "Equal and with EN=0, the traces of every event are equal.")
_outputs("legality", "Equal and with EN=0, the verdicts on instructions are equal.")
_outputs("hart", "Equal and with EN=0, what the core is told of the hart is equal.")
_outputs("extension", "Equal and with EN=0, CSRs outside are judged alike.")


@PROPERTIES.add("HU-23", needs="shudeleg")
def they_are_equal_for_ever(w: Window) -> Claim:
    """From the start, and as long as EN has been 0, both units hold the same."""
    return Claim(when=~w.has_been(w.now["hudcfg_en"] | _is_taken(w.now)), then=same_state(w))
