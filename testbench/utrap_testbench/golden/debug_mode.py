"""Sdext: Debug Mode, what it masks, the way into it and back, and what it has the core do."""

from __future__ import annotations

from . import addresses
from .config import Config
from .events import Halt, Resume
from .isa import Mode, Prv
from .outcome import Outcome
from .reason import Because, Reason, illegal
from .rules import Rules
from .state import State

_M = Prv.M.value
_MODE_M, _MODE_S = Mode.M.value, Mode.S.value

#: Of what the specification leaves open for MRET, SRET, URET and MNRET (warl:dcsr, HU-35).
NO_RETURN = illegal(Because("Sdext: Debug Mode", "no return is executed in Debug Mode", ("mode",)))
_RESUME = Because("Sdext: Resume", "it executes in Debug Mode", ("mode",))
_NO_RESUME = illegal(Because("Sdext: Resume", "it executes in Debug Mode alone", ("mode",)))
_NO_TRAP = Because(
    "Sdext: Debug Mode", "in Debug Mode traps do not take place, and there is nothing to halt", ("mode",)
)
_MASKED = Because("Sdext: Debug Mode", "in Debug Mode all interrupts are masked", ("mode",))
_STEPPED = Because("Sdext: Step Bit In Dcsr", "a single step lets none in without stepie", ("dcsr.step", "dcsr.stepie"))
_BACK: Reason = (_RESUME, Because("Sdext: Resume", "to the mode in dcsr.prv and dcsr.v", ("dcsr.prv", "dcsr.v")))
_TO_DPC: Reason = (Because("Sdext: Resume", "the pc in dpc", ("dpc",)),)


def masks_interrupts(r: Rules, s: State) -> bool:
    """All interrupts, RNMIs too: in Debug Mode, and in a single step that stepie does not open."""
    return bool(r.sdext and (s.debug == 1 or (s.dcsr_step == 1 and s.dcsr_stepie == 0)))


def why_masked(s: State) -> Because:
    """What `masks_interrupts` has found."""
    return _MASKED if s.debug == 1 else _STEPPED


def no_trap(s: State) -> Outcome:
    """What an exception and a halt come to in Debug Mode."""
    mode = s.v << 2 | s.prv
    return Outcome(from_mode=mode, to_mode=mode, reason=(_NO_TRAP,))


def is_in(r: Rules, s: State) -> bool:
    """Whether the hart is in Debug Mode: traps do not take place there, and no return is executed."""
    return bool(r.sdext and s.debug == 1)


def halt(config: Config, s: State, e: Halt) -> tuple[State, Outcome]:
    """Halt: cause, nmip, prv, v and dpc are written, and nothing else (HU-35); in Debug Mode it means nothing."""
    mode = s.v << 2 | s.prv
    r = config.rules
    if r.sdext == 0:
        return s, Outcome(from_mode=mode, to_mode=mode)
    if is_in(r, s):
        return s, no_trap(s)
    new = s.copy()
    new.dcsr_cause, new.dcsr_nmip = e.cause, e.nmip
    new.dcsr_prv, new.dcsr_v = s.prv, s.v
    pc = e.pc & r.epc_mask
    new.dpc = addresses.pc(r, pc)
    new.prv, new.v, new.debug = _M, 0, 1
    return new, Outcome(from_mode=mode, to_mode=_MODE_M, halted=1, epc=pc)


def resume(config: Config, s: State, e: Resume) -> tuple[State, Outcome]:
    """Resume: to dcsr.prv and dcsr.v, as MRET goes to MPP and MPV; below M it ends MPRV, and MDT and SDT as a return.

    Outside Debug Mode it is an illegal instruction.
    """
    r = config.rules
    mode = s.v << 2 | s.prv
    if not is_in(r, s):
        return s, Outcome(fault=_NO_RESUME.fault, from_mode=mode, to_mode=mode, reason=_NO_RESUME.reason)
    new = s.copy()
    new.debug = 0
    new.prv = s.dcsr_prv
    if s.dcsr_prv == _M:
        new.v = 0
    else:
        new.v = s.dcsr_v
        new.mstatus_mprv = 0
        _end_double_trap(r, new)
    return new, Outcome(
        redirect=1, target=s.dpc, from_mode=mode, to_mode=new.v << 2 | new.prv, reason=_BACK, target_reason=_TO_DPC
    )


def _end_double_trap(r: Rules, new: State) -> None:
    """In the mode below M that it resumes."""
    mode = new.v << 2 | new.prv
    if r.smdbltrp:
        new.mstatus_mdt = 0
    if r.ssdbltrp and mode != _MODE_S:
        new.mstatus_sdt = 0
        if mode == Mode.VU:
            new.vsstatus_sdt = 0


#: Why EBREAK enters Debug Mode, by the mode.
EBREAK_ENTERS = {
    mode: Because("Sdext: Core Debug Registers", "EBREAK enters Debug Mode", ("mode", f"dcsr.EBREAK{mode.name}"))
    for mode in Mode
}


def ebreak_halts(config: Config, s: State) -> bool:
    """EBREAK in the current mode enters Debug Mode; in Debug Mode itself it ends the program buffer."""
    if s.debug == 1:
        return False
    if s.prv == _M:
        return bool(s.dcsr_ebreakm == 1)
    if s.v == 1:
        return bool((s.dcsr_ebreakvs if s.prv == Prv.S else s.dcsr_ebreakvu) == 1)
    return bool((s.dcsr_ebreaks if s.prv == Prv.S else s.dcsr_ebreaku) == 1)


def steps(config: Config, s: State) -> bool:
    """After the next instruction or trap the hart halts."""
    return bool(s.dcsr_step == 1 and s.debug == 0)


def stops_counters(config: Config, s: State) -> bool:
    """The hart's counters stand still."""
    return bool(s.debug == 1 and s.dcsr_stopcount == 1)


def stops_time(config: Config, s: State) -> bool:
    """`time` stands still."""
    return bool(s.debug == 1 and s.dcsr_stoptime == 1)


def critical_error(config: Config, s: State) -> bool:
    """norm:trap_unexp_hndl_no_rnmi: the signal to the platform, in whose place cetrig enters Debug Mode."""
    return bool(s.critical == 1 and s.dcsr_cetrig == 0)


def critical_halts(config: Config, s: State) -> bool:
    """The hart is to enter Debug Mode with cause 7, for a critical error."""
    return bool(s.critical == 1 and s.dcsr_cetrig == 1 and s.debug == 0)
