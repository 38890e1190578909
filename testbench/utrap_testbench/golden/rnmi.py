"""Smrnmi: interrupts that software cannot mask, and the way back from their handler."""

from __future__ import annotations

from . import addresses, debug_mode
from .config import Config
from .double_trap import clear_on_mnret
from .isa import Mode, Prv
from .outcome import Outcome
from .reason import Because, Reason, Verdict, allowed, illegal
from .rules import Rules
from .state import State

_M = Prv.M.value
_MODE_M = Mode.M.value

_PENDING: Reason = (
    Because("norm:mnstatus_nmie_enable", "an RNMI is pending, and NMIE enables it", ("mnstatus.NMIE",)),
)
_NOT_PENDING = Because("norm:rnmi_entry", "no RNMI is pending")
#: What `masks_interrupts` has found.
MASKED = Because("norm:mnstatus_nmie_disable", "NMIE is 0: all interrupts are masked", ("mnstatus.NMIE",))
_AT_VECTOR: Reason = (
    Because("norm:rnmi_trap_addr", "the handler's address is the hart's", ("rnmi_interrupt_vector",)),
)
_MNRET = allowed(Because("norm:mnret_mode", "MNRET executes in M", ("mode",)))
_MNRET_BELOW_M = illegal(Because("norm:mnret_mode", "MNRET executes in M alone", ("mode",)))
_NO_SMRNMI = illegal(Because("norm:mnret_mode", "the hart has no Smrnmi"))
_BACK_TO_M: Reason = (Because("norm:mnret_restore", "back to M, whatever MNPV", ("mnstatus.MNPP",)),)
_BACK: Reason = (
    Because("norm:mnret_restore", "back to the mode in MNPP and MNPV", ("mnstatus.MNPP", "mnstatus.MNPV")),
)
_TO_MNEPC: Reason = (Because("norm:rnmi_resume", "the pc that the RNMI stored", ("mnepc",)),)


def masks_interrupts(r: Rules, s: State) -> bool:
    """norm:mnstatus_nmie_disable"""
    return bool(r.smrnmi and s.mnstatus_nmie == 0)


def is_due(r: Rules, s: State) -> bool:
    """norm:rnmi_not_disabled: NMIE alone masks it, and a debugger."""
    return bool(r.smrnmi and s.mnstatus_nmie == 1 and s.line_rnmi == 1 and not debug_mode.masks_interrupts(r, s))


def rnmi_is_due(config: Config, s: State) -> bool:
    """Whether an RNMI would be taken now."""
    return is_due(config.rules, s)


def take(config: Config, s: State, pc: int) -> tuple[State, Outcome]:
    """norm:rnmi_entry; where none is due nothing happens. hustatus stays as it is (HU-32).

    It looks at no MDT, and sets none: norm:trap_unexp_rnmi, norm:mstatus_mdt_not_set_rnmi.
    """
    r = config.rules
    mode = s.v << 2 | s.prv
    if not is_due(r, s):
        return s, Outcome(from_mode=mode, to_mode=mode, reason=(_why_not(r, s),))
    trap = Outcome(
        redirect=1, from_mode=mode, to_mode=_MODE_M, trap=1, rnmi=1, is_interrupt=1,
        cause=s.rnmi_cause, irq=s.rnmi_cause, epc=pc & r.epc_mask, reason=_PENDING,
    )  # fmt: skip
    new = s.copy()
    enter(r, s, new, trap, s.prv, s.v)
    return new, trap


def _why_not(r: Rules, s: State) -> Because:
    """Why no RNMI is taken."""
    if s.line_rnmi == 0:
        return _NOT_PENDING
    return MASKED if masks_interrupts(r, s) else debug_mode.why_masked(s)


def enter(r: Rules, old: State, new: State, trap: Outcome, prv: int, v: int) -> None:
    """norm:rnmi_entry, norm:rnmi_entry_cause, norm:rnmi_entry_priv, norm:rnmi_entry_nmie_clear, norm:rnmi_enter_mmode

    Writes mnepc, mncause, MNPP, MNPV, NMIE: norm:Smrnmi_csrs, norm:mnepc_op, norm:mnepc_bit0, norm:mnepc_ialign32,
    norm:mncause_op, norm:mncause_interrupt, norm:mncause_interrupt_code.
    """
    new.mnepc = addresses.pc(r, trap.epc)
    code = trap.cause & r.code
    new.mncause = code | r.interrupt_bit if trap.is_interrupt == 1 else code
    new.mnstatus_mnpp = prv
    new.mnstatus_mnpv = v
    new.mnstatus_nmie = 0
    new.prv, new.v = _M, 0
    trap.target, trap.target_reason = interrupt_vector(r, old), _AT_VECTOR


def interrupt_vector(r: Rules, s: State) -> int:
    """norm:rnmi_trap_addr: an address that the hart chooses, or that its inputs say (warl:RNMI)."""
    return s.rnmi_interrupt_vector & r.epc_mask if r.rnmi_vectors_are_inputs else r.rnmi_interrupt_vector


def exception_vector(r: Rules, s: State) -> int:
    """norm:rnmi_exc_trap_addr: likewise."""
    return s.rnmi_exception_vector & r.epc_mask if r.rnmi_vectors_are_inputs else r.rnmi_exception_vector


def verdict(config: Config, s: State) -> Verdict:
    """norm:mnret_mode, norm:mnret_exist"""
    if not config.smrnmi:
        return _NO_SMRNMI
    if debug_mode.is_in(config.rules, s):
        return debug_mode.NO_RETURN
    if s.prv == _M:
        return _MNRET
    return _MNRET_BELOW_M


def mnret(config: Config, old: State, new: State) -> tuple[int, Reason, Reason]:
    """norm:mnret_restore, norm:mnret_mprv. Writes NMIE, and MPRV on leaving M."""
    new.prv = old.mnstatus_mnpp
    if old.mnstatus_mnpp == _M:
        new.v = 0
        where = _BACK_TO_M
    else:
        new.v = old.mnstatus_mnpv
        new.mstatus_mprv = 0
        where = _BACK
    new.mnstatus_nmie = 1
    clear_on_mnret(config.rules, new)
    return old.mnepc, where, _TO_MNEPC
