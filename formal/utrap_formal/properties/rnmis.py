"""Smrnmi: what NMIE keeps out, what an RNMI writes and leaves, and the way back."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Mux, Value

from utrap.config import Config
from utrap_formal.properties.manual import Mode, Op
from utrap_formal.properties.property import Claim, Properties
from utrap_formal.properties.window import Window

__all__ = ["PROPERTIES"]

PROPERTIES = Properties("rnmi", "RNMIs: what NMIE keeps out, what they write and leave, and the way back")

_ILLEGAL = 1
_WRITTEN = ("mnepc_pc", "mncause_code", "mncause_interrupt", "mnstatus_mnpp", "mnstatus_mnpv", "mnstatus_nmie")
_MODE = ("mode_prv", "mode_v")


def _alone(config: Config) -> bool:
    """With Smdbltrp a trap that M cannot take enters the handler too."""
    return not config.smdbltrp


def _vector(w: Window, name: str) -> Value:
    """A constant of the configuration, or the input of its name as far as it can be a pc (warl:RNMI)."""
    if w.config.rnmi_vectors == "fixed":
        return Const(getattr(w.config, name), w.config.xlen)
    low = 2 if w.config.ialign == 32 else 1
    return Cat(Const(0, low), w.now[name][low:])


@PROPERTIES.add("norm:mnstatus_nmie_disable HU-32", needs="smrnmi", kind="NMIE")
def with_nmie_0_no_interrupt_is_taken(w: Window) -> Claim:
    """While NMIE is 0 no interrupt is requested, in no mode and for none, and no RNMI."""
    return Claim(when=~w.now["mnstatus.NMIE"], then=~w.now["interrupt_request"] & ~w.now["interrupt_rnmi"])


@PROPERTIES.add("norm:rnmi_not_disabled", needs="smrnmi", kind="NMIE")
def an_rnmi_is_due_whatever_the_other_enables(w: Window) -> Claim:
    """While NMIE is 1 an RNMI is due where its line is high, but for a debugger."""
    now = w.now
    lets = ~now.masks_interrupts if now.has("hart_debug") else ~now["rst"]
    return Claim(when=now["mnstatus.NMIE"] & now["lines_rnmi"] & lets, then=now["interrupt_rnmi"])


@PROPERTIES.add("norm:mnstatus_nmie_set_clear norm:rnmi_entry_nmie_clear", needs="smrnmi", where=_alone, kind="NMIE")
def an_rnmi_alone_clears_nmie(w: Window) -> Claim:
    """NMIE goes from 1 to 0 by an RNMI, by which it always does, and by nothing else."""
    return Claim(when=w.now["mnstatus.NMIE"], then=w.next["mnstatus.NMIE"] == ~w.now.is_rnmi)


@PROPERTIES.add("norm:mnstatus_mprv_clear", needs="smrnmi", kind="NMIE")
def with_nmie_0_mprv_does_not_act(w: Window) -> Claim:
    """While NMIE is 0 loads and stores act in the hart's own mode."""
    return Claim(when=~w.now["mnstatus.NMIE"], then=w.now["hart_load_store_mode"] == w.now.mode)


@PROPERTIES.add("norm:mnstatus_nmie_reset", needs="smrnmi", kind="NMIE")
def reset_clears_nmie(w: Window) -> Claim:
    """After reset NMIE is 0."""
    return Claim(when=w.now["rst"], then=~w.next["mnstatus.NMIE"], is_about_reset=True)


@PROPERTIES.add("norm:rnmi_entry norm:rnmi_entry_cause norm:rnmi_entry_priv", needs="smrnmi", kind="entry")
def an_rnmi_saves_where_the_hart_was(w: Window) -> Claim:
    """An RNMI stores pc, cause and mode, and goes to M, to the hart's address."""
    now, after = w.now, w.next
    low = 2 if w.config.ialign == 32 else 1
    cause = after["mncause.Interrupt"] & (after["mncause"][:6] == now["lines_rnmi_cause"])
    mode = (after["mnstatus.MNPP"] == now.prv) & (after["mnstatus.MNPV"] == now.v) & after.is_in(Mode.M)
    there = now["answer_redirect"] & (now["answer_target"] == _vector(w, "rnmi_interrupt_vector"))
    return Claim(when=w.now.is_rnmi, then=cause & mode & there & (after["mnepc"][low:] == now["commit_pc"][low:]))


@PROPERTIES.add("norm:rnmi_entry HU-32", needs="smrnmi", kind="entry")
def an_rnmi_changes_nothing_else(w: Window) -> Claim:
    """An RNMI leaves every other register as it is, those of the handler in U among them."""
    now = w.now
    others = [name for name in now.stored() if name not in (*_WRITTEN, *_MODE)]
    return Claim(when=w.now.is_rnmi, then=now.keeps(w.next, *others))


@PROPERTIES.add("norm:rnmi_entry", needs="smrnmi", kind="entry")
def without_one_nothing_is_taken(w: Window) -> Claim:
    """Where none is due, committing it changes nothing."""
    now = w.now
    when = (now["commit_op"] == Op.RNMI) & ~now["interrupt_rnmi"]
    return Claim(when=when, then=now.keeps(w.next, *now.stored()) & ~now["answer_redirect"])


@PROPERTIES.add("norm:rnmi_exception_nmie0 norm:rnmi_exc_trap_addr", needs="smrnmi", where=_alone, kind="entry")
def an_exception_in_m_with_nmie_0_has_its_own_address(w: Window) -> Claim:
    """An exception in M goes to the hart's own address while NMIE is 0."""
    now = w.now
    when = now.has_exception & now.is_in(Mode.M) & ~now["mnstatus.NMIE"]
    return Claim(when=when, then=now["answer_target"] == _vector(w, "rnmi_exception_vector"))


@PROPERTIES.add("norm:mnret_mode", needs="smrnmi", kind="return")
def mnret_is_for_m_alone(w: Window) -> Claim:
    """MNRET is illegal below M, and in Debug Mode; elsewhere it executes."""
    now = w.now
    allowed = now.is_in(Mode.M) & ~now.in_debug_mode
    return Claim(when=now["commit_op"] == Op.MNRET, then=now["answer_fault"] == Mux(allowed, 0, _ILLEGAL))


@PROPERTIES.add("norm:mnret_restore norm:mnret_mprv norm:rnmi_resume", needs="smrnmi", kind="return")
def mnret_leads_back(w: Window) -> Claim:
    """MNRET leads to mnepc and to the mode in MNPP and, below M, MNPV; NMIE is 1 and below M MPRV 0 after it."""
    now, after = w.now, w.next
    below = now["mnstatus.MNPP"] != 3
    mode = (after.prv == now["mnstatus.MNPP"]) & (after.v == (now["mnstatus.MNPV"] & below))
    there = now["answer_redirect"] & (now["answer_target"] == now["mnepc"])
    fields = after["mnstatus.NMIE"] & (after["mstatus.MPRV"] == (now["mstatus.MPRV"] & ~below))
    return Claim(when=now.returns_by(Op.MNRET), then=mode & there & fields)
