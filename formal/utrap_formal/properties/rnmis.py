"""Smrnmi: what NMIE keeps out, what an RNMI writes and leaves, and the way back."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Mux, Value

from utrap.config import Config
from utrap_formal.properties.manual import Mode, Op
from utrap_formal.properties.property import Claim, Properties
from utrap_formal.properties.round_trip import masked_pc
from utrap_formal.properties.window import Window

__all__ = ["MODE", "PROPERTIES", "WRITTEN", "rnmi_vector"]

PROPERTIES = Properties("rnmi", "RNMIs: what NMIE keeps out, what they write and leave, and the way back")

_ILLEGAL = 1
#: The registers that an entry into the handler of RNMIs writes, and those of the mode.
WRITTEN = (
    *("mnepc_pc", "mnepc_sign", "mncause_code", "mncause_interrupt"),
    *("mnstatus_mnpp", "mnstatus_mnpv", "mnstatus_nmie"),
)
MODE = ("mode_prv", "mode_v")


def _alone(config: Config) -> bool:
    """With Smdbltrp a trap that M cannot take enters the handler too."""
    return not config.smdbltrp


def _vector(w: Window, name: str) -> Value:
    """A constant of the configuration, or the input of its name as far as it can be a pc (warl:RNMI)."""
    if w.config.rnmi_vectors == "fixed":
        return Const(getattr(w.config, name), w.config.xlen)
    low = 2 if w.config.ialign == 32 else 1
    return Cat(Const(0, low), w.now[name][low:])


def rnmi_vector(w: Window) -> Value:
    """Where RNMIs go (norm:rnmi_trap_addr)."""
    return _vector(w, "rnmi_interrupt_vector")


@PROPERTIES.add("norm:mnstatus_nmie_disable HU-32", needs="smrnmi", kind="NMIE")
def with_nmie_0_no_interrupt_is_taken(w: Window) -> Claim:
    """While NMIE is 0 no interrupt is requested, in no mode and for none, and no RNMI."""
    return Claim(when=~w.now["mnstatus.NMIE"], then=~w.now["interrupt_request"] & ~w.now["interrupt_rnmi"])


@PROPERTIES.add("norm:rnmi_not_disabled norm:mnstatus_nmie_enable", needs="smrnmi", kind="NMIE")
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


@PROPERTIES.add(
    "norm:rnmi_entry norm:rnmi_entry_cause norm:rnmi_entry_priv norm:rnmi_enter_mmode norm:rnmi_trap_addr"
    " norm:mnepc_op norm:mncause_interrupt norm:mncause_interrupt_code norm:mnstatus_mnpp_op norm:mnstatus_mnpv_op",
    needs="smrnmi", kind="entry",
)  # fmt: skip
def an_rnmi_saves_where_the_hart_was(w: Window) -> Claim:
    """An RNMI stores pc, cause and mode, and goes to M, to the hart's address."""
    now, after = w.now, w.next
    cause = after["mncause.Interrupt"] & (after["mncause"][:6] == now["lines_rnmi_cause"])
    mode = (after["mnstatus.MNPP"] == now.prv) & (after["mnstatus.MNPV"] == now.v) & after.is_in(Mode.M)
    there = now["answer_redirect"] & (now["answer_target"] == rnmi_vector(w))
    return Claim(when=w.now.is_rnmi, then=cause & mode & there & (after["mnepc"] == masked_pc(w, now["commit_pc"])))


@PROPERTIES.add(
    "norm:rnmi_entry norm:trap_unexp_rnmi norm:mstatus_mdt_not_set_rnmi HU-32", needs="smrnmi", kind="entry"
)
def an_rnmi_changes_nothing_else(w: Window) -> Claim:
    """An RNMI leaves every other register as it is, those of the handler in U among them."""
    now = w.now
    others = [name for name in now.stored() if name not in (*WRITTEN, *MODE)]
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


@PROPERTIES.add("norm:mnret_mode norm:mnret_exist", needs="smrnmi", kind="return")
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


@PROPERTIES.add(
    "norm:mnepc_bit0 norm:mnepc_ialign32 norm:mncause_op norm:mncause_img norm:mnstatus_reserved norm:mnstatus_img",
    needs="smrnmi", kind="registers",
)  # fmt: skip
def its_registers_hold_what_they_may(w: Window) -> Claim:
    """mnepc is a possible pc, mncause has the interrupt bit and six bits of code, mnstatus MNPP, MNPV and NMIE."""
    now, config = w.now, w.config
    low = 2 if config.ialign == 32 else 1
    others = ~(3 << 11 | config.h << 7 | 1 << 3) & (1 << config.xlen) - 1
    code = now["mncause"][6 : config.xlen - 1] == 0
    return Claim(
        then=(now["mnepc"][:low] == 0) & code & ((now["mnstatus"] & others) == 0) & (now["mnstatus.MNPP"] != 2)
    )


@PROPERTIES.add(
    "norm:Smrnmi_csrs norm:mnscratch_sz norm:mnscratch_acc norm:mnscratch_op norm:mnepc_sz norm:mnepc_acc"
    " norm:mnepc_warl", needs="smrnmi", kind="registers",
)  # fmt: skip
def m_writes_mnscratch_and_mnepc_whole(w: Window) -> Claim:
    """What M writes to mnscratch and mnepc is there in the next cycle, of mnepc all that can be a pc."""
    now, after = w.now, w.next
    writes = now.is_in(Mode.M) & (now["commit_csr_op"] == 1) & (now["answer_fault"] == 0)
    scratch = ~now.accesses("mnscratch") | (after["mnscratch"] == now["commit_csr_wdata"])
    pc = ~now.accesses("mnepc") | (after["mnepc"] == masked_pc(w, now["commit_csr_wdata"]))
    return Claim(when=writes, then=scratch & pc)


@PROPERTIES.add("norm:mnstatus_wfi", needs="smrnmi", kind="NMIE")
def an_rnmi_ends_wfi(w: Window) -> Claim:
    """Where the line is high WFI ends, whatever NMIE is."""
    return Claim(when=w.now["lines_rnmi"], then=w.now["interrupt_wake"])
