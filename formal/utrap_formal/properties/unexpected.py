"""Smdbltrp with Smrnmi: the handler of RNMIs takes what M cannot, and MNRET ends the double traps below it."""

from __future__ import annotations

from amaranth.hdl import Value

from utrap_formal.properties.manual import Mode, Op
from utrap_formal.properties.property import Claim, Properties
from utrap_formal.properties.rnmis import MODE, WRITTEN, rnmi_vector
from utrap_formal.properties.round_trip import masked_pc
from utrap_formal.properties.routing import has
from utrap_formal.properties.window import Cycle, Window

__all__ = ["PROPERTIES"]

PROPERTIES = Properties("unexpected", "the handler of RNMIs takes the traps that M cannot; what MNRET ends")

_BOTH = "smdbltrp smrnmi"


def _for_m(now: Cycle) -> Value:
    """An exception that nothing delegates."""
    return now.has_exception & (now.is_in(Mode.M) | ~has(now, "medeleg"))


def _into_rnmi(now: Cycle) -> Value:
    """M cannot take it, and the handler of RNMIs can."""
    return _for_m(now) & now["mstatus.MDT"] & now["mnstatus.NMIE"]


@PROPERTIES.add("norm:trap_unexp_hndl_rnmi norm:Smdbltrp_with_Smrnmi_op", needs=_BOTH, kind="traps")
def a_trap_that_m_cannot_take_enters_the_handler_of_rnmis(w: Window) -> Claim:
    """An exception for M while MDT and NMIE are 1 goes to M, to where RNMIs go, and clears NMIE."""
    now, after = w.now, w.next
    there = now["answer_redirect"] & (now["answer_target"] == rnmi_vector(w))
    return Claim(when=_into_rnmi(now), then=there & after.is_in(Mode.M) & ~after["mnstatus.NMIE"])


@PROPERTIES.add("norm:mncause_doubletrap norm:trap_unexp_hndl_rnmi", needs=_BOTH, kind="traps")
def it_saves_what_it_was_and_says_that_it_came_from_m(w: Window) -> Claim:
    """Then mncause has the exception's own code, mnepc its pc, MNPP M and MNPV 0."""
    now, after = w.now, w.next
    cause = ~after["mncause.Interrupt"] & (after["mncause"][:6] == now.cause)
    mode = (after["mnstatus.MNPP"] == Mode.M) & ~after["mnstatus.MNPV"]
    pc = after["mnepc"] == masked_pc(w, now["commit_pc"])
    return Claim(when=_into_rnmi(now), then=cause & mode & pc)


@PROPERTIES.add("norm:trap_unexp_hndl_rnmi", needs=_BOTH, kind="traps")
def it_changes_nothing_else(w: Window) -> Claim:
    """Then every other register stays as it is, those of M's own handler among them."""
    now = w.now
    others = [name for name in now.stored() if name not in (*WRITTEN, *MODE)]
    return Claim(when=_into_rnmi(now), then=now.keeps(w.next, *others))


@PROPERTIES.add("norm:trap_unexp_mnstatus_nmie_0 norm:trap_unexp_hndl_no_rnmi", needs=_BOTH, kind="traps")
def in_m_with_nmie_0_an_exception_stops_the_hart(w: Window) -> Claim:
    """An exception in M while NMIE is 0 is one that nobody can take, whatever MDT is."""
    now = w.now
    when = now.has_exception & now.is_in(Mode.M) & ~now["mnstatus.NMIE"]
    return Claim(when=when, then=w.next.has_stopped & ~now["answer_redirect"])


@PROPERTIES.add("norm:Smdbltrp_with_Smrnmi_op norm:trap_unexp_hndl_no_rnmi", needs=_BOTH, kind="traps")
def with_nmie_1_nothing_stops_the_hart(w: Window) -> Claim:
    """While NMIE is 1 no event stops a hart that runs: one that has stopped does again when its debugger lets it go."""
    runs = ~w.now.in_debug_mode & ~w.now.has_stopped
    return Claim(when=w.now["mnstatus.NMIE"] & runs, then=~w.next.has_stopped)


@PROPERTIES.add("norm:mstatus_mdt_clr_mnret", needs=_BOTH, kind="MNRET")
def mnret_below_m_ends_mdt(w: Window) -> Claim:
    """MNRET clears MDT where it leads below M, and leaves it where it leads to M."""
    now, after = w.now, w.next
    return Claim(when=now.returns_by(Op.MNRET), then=after["mstatus.MDT"] == (now["mstatus.MDT"] & after.is_in(Mode.M)))


@PROPERTIES.add("norm:sstatus_sdt_clr_mnret", needs=f"{_BOTH} ssdbltrp", kind="MNRET")
def mnret_below_s_ends_sdt(w: Window) -> Claim:
    """MNRET clears SDT where it leads to U, VS or VU, and leaves it elsewhere."""
    now, after = w.now, w.next
    kept = now["mstatus.SDT"] & after.is_in(Mode.M, Mode.S)
    return Claim(when=now.returns_by(Op.MNRET), then=after["mstatus.SDT"] == kept)


@PROPERTIES.add("norm:vsstatus_sdt_clr_mnret", needs=f"{_BOTH} ssdbltrp h", kind="MNRET")
def mnret_to_vu_ends_the_guests_sdt(w: Window) -> Claim:
    """MNRET clears the guest's SDT where it leads to VU, and leaves it elsewhere."""
    now, after = w.now, w.next
    kept = now["vsstatus.SDT"] & ~after.is_in(Mode.VU)
    return Claim(when=now.returns_by(Op.MNRET), then=after["vsstatus.SDT"] == kept)
