"""A hart that plays a sequence of events on the golden model, one after another, as a small core would.

Each method is one event, in one cycle (where it says so, two), and answers at
once; what was played is kept, to be played again on the Verilog.

A core's part is done here: the pc goes on by four, or to where a trap or a
return leads; what may not execute raises its exception in the next cycle, with
the instruction's bits as trap value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from utrap.command_line.errors import UserError
from utrap.config import Config as UnitConfig
from utrap_show.names import Names, Place, cause_name
from utrap_sim.reach_state import Establisher, event_of
from utrap_sim.simulators.given_verilog import GivenVerilog
from utrap_testbench.boundary import LEVELS
from utrap_testbench.env import Cycle, Expected, Scoreboard
from utrap_testbench.golden import (
    Cause,
    CsrAccess,
    CsrOp,
    Event,
    Fault,
    Halt,
    Insn,
    Mode,
    Outcome,
    Resume,
    Retire,
    Return,
    State,
    TakeException,
    TakeInterrupt,
    TakeRnmi,
    TrapReturn,
    csr_value,
    ecall_cause,
    registers,
    reset_state,
    step,
)
from utrap_testbench.golden.interrupts import lines_of
from utrap_testbench.harts import model_config
from utrap_testbench.vectors.encoding import encode, encode_csr

from .bench import WaveBench

__all__ = ["Hart", "Played"]

#: The lines that a cycle drives, and their bit numbers in mip.
_LINES = {
    row.name.removeprefix("lines."): row.line
    for row in sorted(LEVELS, key=lambda row: -(row.line or 0))
    if row.line is not None
}
_RETURNS = {Return.MRET: Insn.MRET, Return.SRET: Insn.SRET, Return.URET: Insn.URET, Return.MNRET: Insn.MNRET}
_SOFTWARE = {
    "M": "firmware", "HS": "kernel", "S": "kernel", "U": "program", "VS": "guest kernel", "VU": "guest program",
}  # fmt: skip
_RNMI_CAUSE_BITS = 6
#: The encoding of DRET.
_DRET = 0x7B200073
#: Events behind which the pc stays, but for where they lead.
_IN_PLACE = TakeInterrupt | TakeRnmi | Halt
_ESTABLISHING = "establishing the state"


@dataclass(frozen=True, slots=True)
class Played:
    """One cycle: what is driven, what the unit must show, and what software does in it.

    Attributes:
        is_shown: It belongs to the sequence; else it only leads to a state.
    """

    cycle: Cycle
    expected: Expected
    note: str
    is_shown: bool


class Hart:
    """The hart, and what it has done.

    Args:
        unit: What the Verilog is generated for.
        hartid: The hart's number.
        given: The Verilog to run in the place of the generated.

    Raises:
        UserError: When the model knows no such hart; and from every method when a name or a value is wrong.

    Attributes:
        config: The model's configuration.
        software: What runs in each mode, for the notes: `hart.software["U"] = "VMM"`.
        pc: The address of the next instruction.
        played: The cycles so far.
    """

    def __init__(self, unit: UnitConfig, hartid: int = 0, given: GivenVerilog | None = None) -> None:
        self.config = model_config(unit)
        self.bench = WaveBench(unit, given)
        self.names = Names(self.config, unit)
        self.software = dict(_SOFTWARE)
        self.hartid = hartid
        self.pc = 0
        self.played: list[Played] = []
        self._establisher = Establisher(self.bench, self.config)
        self._scoreboard = Scoreboard(self.config, self.bench.outputs, hartid)

    # What it is now.

    @property
    def state(self) -> State:
        """The model's state before the next cycle."""
        return self._scoreboard.state

    @property
    def mode(self) -> str:
        """M, HS (S without the hypervisor extension), U, VS or VU."""
        return self.names.mode_name(self.state.v << 2 | self.state.prv)

    def __getitem__(self, name: str) -> int:
        """What M-mode reads there: a CSR ("sepc"), a field ("hstatus.SPV") or a bit ("mip[5]")."""
        return self._value(self.state, self.names.place("hart", name))

    def has(self, name: str) -> bool:
        """Whether the configuration has a CSR of this name."""
        return name in self.names.rows

    def expect(self, **wanted: int | str) -> None:
        """Be sure of what is so now: `mode="U"`, `pc=0x1000`, a CSR `ucause=21`, a field `hustatus__UPV=1`."""
        for name, value in wanted.items():
            there: int | str
            if name in ("mode", "pc"):
                there = getattr(self, name)
            else:
                there = self[name.replace("__", ".")]
            if there != value:
                told = there if isinstance(there, str) else hex(there)
                should = value if isinstance(value, str) else hex(value)
                raise UserError(f"hart.expect: {name.replace('__', '.')} is {told} and not {should}")

    # Where it begins.

    def begin(self, mode: str, csrs: Mapping[str, int] | None = None, *, pc: int = 0) -> None:
        """Begin in a mode, with these CSRs, fields ("mstatus.SPP") or bits; the others are as after reset.

        Comes before the first event; how the state is reached is not in the waves. The hart begins
        in M-mode, as after reset, where it is not called.
        """
        if any(played.is_shown for played in self.played):
            raise UserError("hart.begin comes before the first event")
        state = self._in_mode(mode)
        places = [(self.names.place("hart.begin", name), value) for name, value in (csrs or {}).items()]
        for place, value in places:
            if value >> place.width or value < 0:
                bits = f"{place.width} bit{'s' * (place.width > 1)}"
                raise UserError(f"hart.begin: {place} has {bits}: {value:#x} does not fit")
            old = csr_value(self.config, state, place.csr.address)
            new = old & ~((1 << place.width) - 1 << place.lsb) | value << place.lsb
            state, _ = step(self.config, state, self._debug(place.csr.name, new))
        for place, value in places:
            kept = self._value(state, place)
            if kept != value if place.name else value & ~kept:
                raise UserError(f"hart.begin: {place} cannot be {value:#x} here: it would read {kept:#x}")
        self.become(state, pc)

    def become(self, state: State, pc: int) -> None:
        """Be in a state of the model; nothing is done where it is that state already."""
        self.pc = pc
        if self.played and state == self.state:
            return
        cycle = Cycle(reset=True, lines=lines_of(state), hgeip=state.hgeip, time=state.time)
        self._play(cycle, _ESTABLISHING, is_shown=False)
        for name, value in self._establisher.way(state, registers(self.config, state)):
            self._play(Cycle(event_of(name, value) or self._debug(name, value)), _ESTABLISHING, is_shown=False)
        if self.state != state:
            raise AssertionError("the way does not lead to the state")

    # Events.

    def idle(self, note: str = "", cycles: int = 1) -> None:
        """Instructions retire that are no business of the trap unit."""
        for _ in range(cycles):
            self._commit(Retire(), note or "...")

    def csrr(self, csr: str | int, note: str = "", *, reads: int = 0) -> int:
        """CSRR: gives what is read, or 0 where it may not be.

        A CSR outside the unit is a number (0xC01); `reads` is what the core answers for it.
        """
        return self._access(CsrOp.READ, csr, 0, note, reads)

    def csrw(self, csr: str | int, value: int, note: str = "", *, reads: int = 0) -> int:
        """CSRRW: gives the old value."""
        return self._access(CsrOp.WRITE, csr, value, note, reads)

    def csrs(self, csr: str | int, bits: int, note: str = "", *, reads: int = 0) -> int:
        """CSRRS: gives the old value."""
        return self._access(CsrOp.SET, csr, bits, note, reads)

    def csrc(self, csr: str | int, bits: int, note: str = "", *, reads: int = 0) -> int:
        """CSRRC: gives the old value."""
        return self._access(CsrOp.CLEAR, csr, bits, note, reads)

    def exception(
        self,
        cause: str | int,
        note: str = "",
        *,
        tval: int = 0,
        gpa: int = 0,
        tinst: int = 0,
        gva: bool | None = None,
    ) -> None:
        """The instruction at `pc` raises an exception, by number or by name ("load-guest-page-fault").

        `gpa` is the whole guest-physical address; `gva` says that `tval` is a guest virtual address, by
        default that V=1 and `tval` is an address that is not 0.
        """
        code = self._cause(cause)
        rules = self.config.rules
        for name, value, width in (
            ("tval", tval, rules.xlen),
            ("gpa", gpa, rules.tval2.bit_length() + 2),
            ("tinst", tinst, 32),
        ):
            if value < 0 or value >> width:
                raise UserError(f"hart.exception: {name} has {width} bits: {value:#x} does not fit")
        if gva is None:
            gva = bool(self.state.v and tval) and code not in (Fault.ILLEGAL, Fault.VIRTUAL)
        event = TakeException(cause=code, pc=self.pc, tval=tval, gva=int(gva), tval2=gpa >> 2, tinst=tinst)
        self._commit(event, note or cause_name(code))

    def ecall(self, note: str = "") -> None:
        """ECALL, with the cause that the mode gives it."""
        self.exception(ecall_cause(self.config, self.state), note or "ecall")

    def mret(self, note: str = "") -> None:
        """MRET, or in the next cycle the exception that it raises."""
        self._return(Return.MRET, note)

    def sret(self, note: str = "") -> None:
        """SRET, likewise."""
        self._return(Return.SRET, note)

    def uret(self, note: str = "") -> None:
        """URET, likewise."""
        self._return(Return.URET, note)

    def mnret(self, note: str = "") -> None:
        """MNRET, likewise."""
        self._need_smrnmi("mnret")
        self._return(Return.MNRET, note)

    def rnmi(self, level: int, cause: int = 0, note: str = "") -> None:
        """The line of RNMIs is 0 or 1, and says this cause, from this cycle on, in which an instruction retires."""
        self._need_smrnmi("rnmi")
        if level not in (0, 1):
            raise UserError(f"hart.rnmi: the line is 0 or 1, not {level}")
        if cause < 0 or cause >> _RNMI_CAUSE_BITS:
            raise UserError(f"hart.rnmi: cause is {cause}: 0 to {(1 << _RNMI_CAUSE_BITS) - 1} are allowed")
        said = note or f"rnmi {'rises' if level else 'falls'}"
        self._commit_cycle(Cycle(Retire(), rnmi=level, rnmi_cause=cause), said)

    def take_rnmi(self, note: str = "") -> None:
        """The RNMI that is due is taken before the instruction at `pc`."""
        self._need_smrnmi("take_rnmi")
        outcome = self._commit(TakeRnmi(pc=self.pc), note or "interrupted by an RNMI")
        if not outcome.trap:
            raise UserError("hart.take_rnmi: no RNMI is pending, or mnstatus.NMIE is 0")

    def _need_smrnmi(self, method: str) -> None:
        if not self.config.smrnmi:
            raise UserError(f"hart.{method}: the configuration has no RNMIs: --set smrnmi=true")

    def halt(self, cause: int = 3, note: str = "") -> None:
        """Debug Mode is entered before the instruction at `pc`; `cause` is as in dcsr, 3 a debugger's request."""
        self._need_sdext("halt")
        if not 1 <= cause <= 7:
            raise UserError(f"hart.halt: cause is {cause}: 1 to 7 are allowed")
        self._commit(Halt(pc=self.pc, cause=cause), note or "a debugger halts the hart")

    def resume(self, note: str = "") -> None:
        """Debug Mode is left; outside it the exception follows."""
        self._need_sdext("resume")
        outcome = self._commit(Resume(), note or "lets the hart go")
        if outcome.fault:
            self._raise(outcome, _DRET)

    def _need_sdext(self, method: str) -> None:
        if not self.config.sdext:
            raise UserError(f"hart.{method}: the configuration has no Debug Mode: --set sdext=true")

    def lines(self, note: str = "", *, hgeip: int | None = None, local: int | None = None, **levels: int) -> None:
        """Levels of the interrupt lines change, from this cycle on, in which an instruction retires.

        `meip`, `mtip`, `msip`, `seip`, `ueip` are 0 or 1; `hgeip` has bit n for guest external interrupt n,
        and `local` bit n for the platform's own interrupt n.
        """
        state, rules = self.state, self.config.rules
        value = state.line_local if local is None else local
        for name, level in levels.items():
            if name not in _LINES or not self._has_line(name):
                there = ", ".join(filter(self._has_line, _LINES))
                raise UserError(f"hart.lines: there is no line {name} here: there are {there}")
            if level not in (0, 1):
                raise UserError(f"hart.lines: {name} is 0 or 1, not {level}")
        if value & ~rules.local:
            last = 15 + self.config.local_interrupts
            there = f"those of lines are 16 to {last}" if rules.local else "there are none without local_interrupts=N"
            raise UserError(f"hart.lines: local is {value:#x}: {there}")
        if hgeip is not None and hgeip & ~rules.hgei:
            raise UserError(f"hart.lines: hgeip is {hgeip:#x}: GEILEN is {self.config.geilen}, and bit 0 is always 0")
        for name, bit in _LINES.items():
            value |= levels.get(name, getattr(state, f"line_{name}")) << bit
        said = ", ".join(f"{name} {'rises' if level else 'falls'}" for name, level in levels.items())
        self._commit(
            Retire(), note or said or ("local changes" if hgeip is None else "hgeip changes"), lines=value, hgeip=hgeip
        )

    def time(self, time: int, note: str = "") -> None:
        """The time is this, from this cycle on, in which an instruction retires."""
        if not self.config.sstc:
            raise UserError("hart.time: the configuration has no timers: --set sstc=true")
        if time < 0 or time >> 64:
            raise UserError(f"hart.time: the time has 64 bits: {time:#x} does not fit")
        self._commit(Retire(), note or f"time {time:#x}", time=time)

    def interrupt(self, note: str = "") -> None:
        """The interrupt that is due is taken before the instruction at `pc`."""
        outcome = self._commit(TakeInterrupt(pc=self.pc), note or "interrupted")
        if not outcome.trap:
            raise UserError(f"hart.interrupt: nothing is pending and enabled in {self.mode}-mode")

    def commit(
        self,
        event: Event,
        note: str = "",
        *,
        lines: int | None = None,
        hgeip: int | None = None,
        time: int | None = None,
    ) -> Outcome:
        """Any event of the model as it is; the pc does not care about its own."""
        return self._commit(event, note, lines=lines, hgeip=hgeip, time=time)

    def rest(self) -> None:
        """Two cycles without an event, which show the state that all ends with."""
        for _ in range(2):
            self._play(Cycle(), "", is_shown=True)

    # Inside.

    def _commit(
        self,
        event: Event,
        note: str,
        *,
        lines: int | None = None,
        hgeip: int | None = None,
        time: int | None = None,
    ) -> Outcome:
        return self._commit_cycle(Cycle(event, lines, hgeip, time=time), note)

    def _commit_cycle(self, cycle: Cycle, note: str) -> Outcome:
        event = cycle.event
        who = "debugger" if self.state.debug else "" if self.state.critical else self.software.get(self.mode, "")
        if not any(played.is_shown for played in self.played):
            # The first cycle shows the state that all begins with.
            self._play(Cycle(), "", is_shown=True)
        expected = self._play(cycle, f"{who}: {note}" if who and note else note, is_shown=True)
        outcome = expected.outcome
        if outcome.redirect:
            self.pc = outcome.target
        elif not (outcome.fault or self.state.debug or self.state.critical) and not isinstance(event, _IN_PLACE):
            self.pc = self.pc + 4 & self.config.rules.xlen_mask
        return outcome

    def _play(self, cycle: Cycle, note: str, is_shown: bool) -> Expected:
        expected = self._scoreboard.step(cycle)
        self.played.append(Played(cycle, expected, note, is_shown))
        return expected

    def _access(self, op: CsrOp, csr: str | int, value: int, note: str, reads: int) -> int:
        address = self._address(csr)
        if value < 0 or value >> self.config.xlen:
            raise UserError(f"hart.csr: {csr} has {self.config.xlen} bits: {value:#x} does not fit")
        is_outside = address not in self.config.rules.csrs
        verb = {CsrOp.READ: "csrr", CsrOp.WRITE: "csrw", CsrOp.SET: "csrs", CsrOp.CLEAR: "csrc"}[op]
        event = CsrAccess(address=address, op=op, wdata=value, ext_exists=int(is_outside), ext_rdata=reads)
        outcome = self._commit(event, note or f"{verb} {self.names.csr_name(address)}")
        if outcome.fault:
            self._raise(outcome, encode_csr(op, address, ren=1))
            return 0
        return outcome.rdata

    def _return(self, insn: Return, note: str) -> None:
        outcome = self._commit(TrapReturn(insn=insn), note or insn.value)
        if outcome.fault:
            self._raise(outcome, encode(_RETURNS[insn]))

    def _raise(self, outcome: Outcome, bits: int) -> None:
        self.exception(outcome.fault, tval=bits)

    def _address(self, csr: str | int) -> int:
        if isinstance(csr, int):
            if not 0 <= csr <= 0xFFF:
                raise UserError(f"hart.csr: {csr:#x}: CSR addresses are 0 to 0xfff")
            return csr
        row = self.names.rows.get(csr)
        if row is None:
            raise UserError(f"hart.csr: {self.names.missing(csr)}")
        return row.address

    def _cause(self, cause: str | int) -> int:
        if isinstance(cause, str):
            known = {member.name.lower().replace("_", "-"): member.value for member in Cause}
            if cause not in known:
                raise UserError(f"hart.exception: there is no cause {cause!r}: there are {', '.join(known)}")
            return known[cause]
        if not 0 <= cause <= 63:
            raise UserError(f"hart.exception: cause is {cause}: 0 to 63 are allowed")
        return int(cause)

    def _in_mode(self, mode: str) -> State:
        word = "S" if mode == "HS" else mode
        there = [*(["S"] if self.config.s else []), *(["VS", "VU"] if self.config.h else []), "M", "U"]
        if word not in there:
            names = ", ".join(self.names.mode_name(Mode[name]) for name in there)
            raise UserError(f"hart.begin: there is no mode {mode} here: there are {names}")
        return reset_state(self.config).replace(prv=Mode[word] & 3, v=Mode[word] >> 2, mhartid=self.hartid)

    def _has_line(self, name: str) -> bool:
        return f"lines.{name}" in self.bench.inputs.offset

    def _debug(self, name: str, value: int) -> CsrAccess:
        return CsrAccess(address=self.names.rows[name].address, op=CsrOp.WRITE, wdata=value, debug=True)

    def _value(self, state: State, place: Place) -> int:
        return csr_value(self.config, state, place.csr.address) >> place.lsb & (1 << place.width) - 1
