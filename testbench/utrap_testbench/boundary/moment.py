"""What a port may depend on: the state of a cycle, and the event in it with the model's answer."""

from __future__ import annotations

from utrap_testbench.golden import (
    Config,
    CsrAccess,
    CsrOp,
    Event,
    Halt,
    InterruptRequest,
    Outcome,
    State,
    pending_interrupt,
)

from .operations import VERDICTS, Op, operation

__all__ = ["Answer", "Now", "has_stopped", "place_of"]


class Now:
    """A cycle before anything is said of its event. Its fields may be symbolic, as the model's may.

    Attributes:
        config: The hart.
        state: The state before the event, with the cycle's lines.
    """

    def __init__(self, config: Config, state: State) -> None:
        self.config = config
        self.state = state
        self._request: InterruptRequest | None = None

    @property
    def request(self) -> InterruptRequest:
        """The interrupt that would be taken now."""
        if self._request is None:  # worked out once; functools' cached_property takes a lock for it
            self._request = pending_interrupt(self.config, self.state)
        return self._request


class Answer(Now):
    """A cycle with its event.

    Attributes:
        op: What the core commits; nothing where the hart has stopped and takes no event.
        event: The event.
        outcome: What the model says to it.
        verdict: Why it may not execute, as `answer.fault` encodes it; where there is no event there is nothing to
            judge.
        is_outside: A CSR is accessed that the unit does not have; one whose place is illegal in every mode is none
            either.
    """

    def __init__(self, config: Config, state: State, event: Event, outcome: Outcome) -> None:
        super().__init__(config, state)
        self.event, self.outcome = event, outcome
        self.op = Op.NONE if has_stopped(config, state, event) else operation(event)
        self.verdict = VERDICTS[outcome.fault] if self.op else 0
        self.is_outside = self.is_access and isinstance(event, CsrAccess) and place_of(config, event.address)[0]

    @property
    def is_access(self) -> bool:
        """A CSR is read or written."""
        return self.op is Op.CSR or self.op is Op.DEBUG_CSR

    @property
    def is_write(self) -> bool:
        """A CSR is accessed, and not just read."""
        return isinstance(self.event, CsrAccess) and self.event.op is not CsrOp.READ

    @property
    def rewrites_translation(self) -> bool:
        """What loads, stores, fetches and their translation look at is written (warl:refetch)."""
        if not isinstance(self.event, CsrAccess) or self.is_outside:
            return False
        return self.is_write and place_of(self.config, self.event.address)[1]

    @property
    def is_there(self) -> bool:
        """A CSR outside the unit is accessed, and the core has it."""
        return self.is_outside and isinstance(self.event, CsrAccess) and self.event.ext_exists == 1

    @property
    def takes_effect(self) -> bool:
        """No fault, and a trap is taken or the hart has halted where that is the event: none of it in Debug Mode."""
        if self.op is Op.EXCEPTION or self.op is Op.INTERRUPT or self.op is Op.RNMI:
            return self.outcome.trap == 1
        return self.outcome.halted == 1 if self.op is Op.HALT else self.verdict == 0


#: sstatus, senvcfg, satp; vsstatus, vsatp; mstatus, menvcfg, menvcfgh; hstatus, henvcfg, henvcfgh, hgatp; mseccfg.
_TRANSLATION = (0x100, 0x10A, 0x180, 0x200, 0x280, 0x300, 0x30A, 0x31A, 0x600, 0x60A, 0x61A, 0x680, 0x747)


def has_stopped(config: Config, state: State, event: Event) -> bool:
    """The hart takes no event (norm:trap_unexp_hndl_no_rnmi)."""
    if not config.smdbltrp or isinstance(event, Halt):
        return False
    return bool(state.critical == 1 and state.debug == 0)


def place_of(config: Config, address: int) -> tuple[bool, bool]:
    """What a port may look at of an address: whether it is outside the unit, and whether translation depends on it."""
    csr = config.rules.csrs.get(address)
    return csr is None or csr.is_placeholder, address in _TRANSLATION
