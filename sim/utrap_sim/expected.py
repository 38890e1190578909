"""What every output port must show in the cycle of an event, by the golden model, as far as it means something."""

from __future__ import annotations

from utrap.isa import CommitOp
from utrap_testbench.golden import (
    Config,
    CsrAccess,
    CsrOp,
    Event,
    Insn,
    Outcome,
    Query,
    Return,
    State,
    TakeException,
    TakeInterrupt,
    TrapReturn,
    csr_value,
    ecall_cause,
    fiom,
    hlsv_mode,
    load_store_mode,
    pending_interrupt,
    verdict,
    wakes,
)

__all__ = ["FAULTS", "commit_op", "expected_outputs"]

#: The unit's verdicts as causes of exceptions: `utrap.isa.Fault` by value.
FAULTS = (0, 2, 22)
_VERDICTS = {cause: number for number, cause in enumerate(FAULTS)}
_RETURNS = {Return.MRET: CommitOp.MRET, Return.SRET: CommitOp.SRET, Return.URET: CommitOp.URET}
_LEGALITY = {
    "wfi": Insn.WFI,
    "sfence_vma": Insn.SFENCE_VMA,
    "hfence_vvma": Insn.HFENCE_VVMA,
    "hfence_gvma": Insn.HFENCE_GVMA,
    "hlsv": Insn.HLV_W,
}
_GUEST_PAGE_FAULTS = (20, 21, 23)


def commit_op(event: Event) -> CommitOp:
    """What the core commits for the event."""
    if isinstance(event, CsrAccess):
        return CommitOp.DEBUG_CSR if event.debug else CommitOp.CSR
    if isinstance(event, TrapReturn):
        return _RETURNS[event.insn]
    if isinstance(event, TakeException):
        return CommitOp.EXCEPTION
    if isinstance(event, TakeInterrupt):
        return CommitOp.INTERRUPT
    return CommitOp.NONE


def expected_outputs(config: Config, state: State, event: Event, outcome: Outcome) -> dict[str, int]:
    """The outputs by name, as the bench has them; `state` is that before the event, with the event's lines."""
    return {
        **_answer(event, outcome),
        **_interrupt(config, state),
        **_legality(config, state),
        **_hart(config, state),
        **_extension(config, event, outcome),
        **_trace(config, event, outcome),
    }


def _answer(event: Event, outcome: Outcome) -> dict[str, int]:
    is_query = isinstance(event, Query)
    ports = {
        "answer.fault": 0 if is_query else _VERDICTS[outcome.fault],
        "answer.redirect": outcome.redirect,
    }
    if outcome.redirect:
        ports["answer.target"] = outcome.target
    if isinstance(event, CsrAccess) and not outcome.fault:
        ports["answer.rdata"] = outcome.rdata
    return ports


def _interrupt(config: Config, state: State) -> dict[str, int]:
    request = pending_interrupt(config, state)
    ports = {"interrupt.request": request.pending, "interrupt.wake": int(wakes(config, state))}
    if request.pending:
        ports |= {"interrupt.cause": request.cause, "interrupt.target": request.mode}
    return ports


def _legality(config: Config, state: State) -> dict[str, int]:
    present = {"wfi": True, "sfence_vma": config.s}
    return {
        f"legality.{name}": _VERDICTS[verdict(config, state, insn)]
        for name, insn in _LEGALITY.items()
        if present.get(name, config.h)
    }


def _hart(config: Config, state: State) -> dict[str, int]:
    ports = {
        "mode": state.v << 2 | state.prv,
        "ecall_cause": ecall_cause(config, state),
        "load_store_mode": load_store_mode(config, state),
        "fiom": fiom(config, state),
    }
    if config.fs:
        ports["fs"] = state.mstatus_fs
    if config.vs:
        ports["vs"] = state.mstatus_vs
    if config.s:
        ports |= {"sum": state.mstatus_sum, "mxr": state.mstatus_mxr, "satp": csr_value(config, state, 0x180)}
    if config.h:
        ports |= {"hlsv_mode": hlsv_mode(config, state), "time_delta": state.htimedelta}
        ports |= {"vs_sum": state.vsstatus_sum, "vs_mxr": state.vsstatus_mxr}
        ports |= {"vsatp": csr_value(config, state, 0x280), "hgatp": csr_value(config, state, 0x680)}
        if config.fs:
            ports["vs_fs"] = state.vsstatus_fs
        if config.vs:
            ports["vs_vs"] = state.vsstatus_vs
    return {f"hart.{name}": value for name, value in ports.items()}


def _extension(config: Config, event: Event, outcome: Outcome) -> dict[str, int]:
    selects = isinstance(event, CsrAccess) and _is_outside(config, event.address)
    accepts = selects and not outcome.fault
    writes = accepts and isinstance(event, CsrAccess) and event.op is not CsrOp.READ
    ports = {"extension.select": int(selects), "extension.accept": int(accepts), "extension.write": int(writes)}
    if writes:
        ports["extension.wdata"] = outcome.written
    return ports


def _is_outside(config: Config, address: int) -> bool:
    """Whether the unit has no CSR there; one whose place is illegal in every mode is none either."""
    row = config.rules.csrs.get(address)
    return row is None or row.is_placeholder


def _trace(config: Config, event: Event, outcome: Outcome) -> dict[str, int]:
    is_idle = outcome.fault or (isinstance(event, TakeInterrupt) and not outcome.trap)
    ports = {
        "kind": 0 if is_idle else commit_op(event),
        "from_mode": outcome.from_mode,
        "to_mode": outcome.to_mode,
    }
    if outcome.trap:
        ports |= {"cause": outcome.cause, "epc": outcome.epc}
        if not outcome.is_interrupt:
            ports["tval"] = outcome.tval
            if config.h and outcome.cause in _GUEST_PAGE_FAULTS:
                ports["gpa"] = outcome.tval2
    if outcome.redirect:
        ports["vector"] = outcome.target
    return {f"trace.{name}": value for name, value in ports.items()}
