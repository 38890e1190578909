"""From what the user wrote to a configuration, a state and an event of the model; what cannot be is one line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from utrap.command_line.errors import UserError
from utrap.config import Config as UnitConfig
from utrap_show.names import Names, Place, number
from utrap_show.outside import OUTSIDE
from utrap_testbench.golden import (
    Cause,
    Config,
    CsrAccess,
    CsrOp,
    Event,
    Halt,
    Insn,
    Irq,
    Mode,
    Query,
    Resume,
    Return,
    State,
    TakeException,
    TakeInterrupt,
    TakeRnmi,
    TrapReturn,
    csr_value,
    ecall_cause,
    reset_state,
    step,
)
from utrap_testbench.golden.timer import has_stimecmp
from utrap_testbench.harts import model_config

from .question import RNMI_VECTORS, Options, PointerMasking, Translated

__all__ = ["SCOUNTOVF", "Request", "make_request"]

SCOUNTOVF = 0xDA0

_GUEST_PAGE_FAULTS = (20, 21, 23)
_PENDING = ("mip", "sip", "hip", "vsip", "uip", "hvip", "hgeip")
_ENABLES = ("mie", "sie", "hie", "vsie", "uie")
_RNMI_CAUSE_BITS = 6
_SGEI, _STIP = 1 << Irq.SGEI, 1 << Irq.STI
_LINES = {Irq.MSI: "line_msip", Irq.MTI: "line_mtip", Irq.MEI: "line_meip"}


@dataclass(frozen=True, kw_only=True)
class Request:
    """A question to the model, and what the user should know about how it was understood.

    `given` has the names of the CSRs that were given a value.
    """

    config: Config
    names: Names
    state: State
    event: Event | PointerMasking
    gpa: int | None = None
    given: frozenset[str] = frozenset()
    notes: list[str] = field(default_factory=list)


def make_request(unit: UnitConfig, options: Options) -> Request:
    """Understand the options.

    Raises:
        UserError: When they name something unknown, give a value that does not fit or contradict each other.
    """
    config = model_config(unit)
    return _Maker(config, Names(config, unit), options).request()


class _Maker:
    def __init__(self, config: Config, names: Names, options: Options) -> None:
        self.config, self.names, self.options = config, names, options
        self.notes: list[str] = []
        self.mode = names.mode(options.mode)

    def request(self) -> Request:
        kind = self._kind()
        self._check_companions(kind)
        state = self._state()
        event = getattr(self, f"_{kind}")(state)
        gpa = self._number("gpa", self.config.rules.tval2.bit_length() + 2) if self.options.gpa is not None else None
        given = frozenset(place.csr.name for place, _ in self._wanted())
        return Request(
            config=self.config,
            names=self.names,
            state=state,
            event=event,
            gpa=gpa,
            given=given,
            notes=self.notes,
        )

    # What happens.

    def _kind(self) -> str:
        o = self.options
        asked = {
            "exception": f"--cause {o.cause}" if o.cause is not None else "",
            "interrupt": f"--interrupt {o.interrupts[0]}" if o.interrupts else "",
            "returns": f"--return {o.returns}" if o.returns is not None else "",
            "access": f"--access {o.access}" if o.access is not None else "",
            "instruction": f"--insn {o.insn}" if o.insn is not None else "",
            "halt": f"--halt {o.halt}" if o.halt is not None else "",
            "rnmi": f"--rnmi {o.rnmi}" if o.rnmi is not None else "",
            "masking": f"--masking {o.masking}" if o.masking is not None else "",
            "translated": f"--translation {o.translation}" if o.translation is not None else "",
        }
        kinds = [kind for kind, text in asked.items() if text]
        if len(kinds) > 1:
            raise UserError(f"{asked[kinds[0]]} and {asked[kinds[1]]}: one question at a time, leave one out")
        if not kinds and (
            o.time is not None or any(re.split(r"[.\[=]", text.lower())[0] in _PENDING for text in o.csrs)
        ):
            return "interrupt"
        if not kinds:
            raise UserError(
                "what happens? add --cause, --interrupt (or --csr mip=..., --time), --rnmi, --return, --access, --insn,"
                " --halt, --masking or --translation"
            )
        return kinds[0]

    def _check_companions(self, kind: str) -> None:
        o = self.options
        for name in ("tval", "gpa", "tinst", "gva"):
            value = getattr(o, name)
            if value not in (None, False) and kind != "exception":
                said = f"--{name}" if value is True else f"--{name} {value}"
                raise UserError(f"{said}: only an exception has one: leave it out, or ask with --cause")
        if o.pc is not None and kind not in ("exception", "interrupt", "halt", "rnmi"):
            raise UserError(f"--pc {o.pc}: only a trap stores it: leave it out, or ask with --cause or --interrupt")
        asks = {"--debug": o.debug, "--halt": o.halt is not None, "--return resume": o.returns == "resume"}
        if any(asks.values()) and not self.config.sdext:
            said = next(text for text, is_asked in asks.items() if is_asked)
            raise UserError(f"{said}: there is no Debug Mode without Sdext: add --set sdext=true")
        self._check_extensions(kind)
        if o.debug and self.mode != Mode.M:
            raise UserError(f"--debug with --mode {o.mode}: in Debug Mode the mode is M: change one of them")
        operations = {"write": o.write, "set-bits": o.set_bits, "clear-bits": o.clear_bits}
        given = [f"--{name} {value}" for name, value in operations.items() if value is not None]
        if given and kind != "access":
            raise UserError(f"{given[0]}: only an access has one: leave it out, or ask with --access")
        if len(given) > 1:
            raise UserError(f"{given[0]} and {given[1]}: an access does one of them, leave one out")

    def _check_extensions(self, kind: str) -> None:
        """Refuse what the configuration knows nothing of."""
        o, config = self.options, self.config
        if kind == "rnmi" and not config.smrnmi:
            raise UserError(f"--rnmi {o.rnmi}: there are no RNMIs without Smrnmi: add --set smrnmi=true")
        if kind == "masking" and not (config.smmpm or config.smnpm or config.ssnpm):
            raise UserError(
                f"--masking {o.masking}: nothing masks pointers without Smmpm, Smnpm and Ssnpm: add --set ssnpm=true"
            )
        for option, value in (("--masking", o.masking), ("--translation", o.translation)):
            if value == "hlv" and not config.h:
                raise UserError(f"{option} hlv: the configuration has no hypervisor extension: choose --profile full")
        if o.overflow is not None and not config.sscofpmf:
            raise UserError(f"--overflow {o.overflow}: no counter says so without Sscofpmf: add --set sscofpmf=true")
        if o.overflow is not None and o.access is None:
            raise UserError(
                f"--overflow {o.overflow}: only scountovf shows it: leave it out, or add --access scountovf"
            )

    def _exception(self, state: State) -> Event:
        o, code = self.options, self.names.cause(self.options.cause or "")
        self._check_cause(code, state)
        if o.gpa is not None and code not in _GUEST_PAGE_FAULTS:
            raise UserError(f"--gpa {o.gpa}: cause {code} has none, guest-page faults 20, 21 and 23 do: leave it out")
        for name in ("gpa", "tinst", "gva"):
            value = getattr(o, name)
            if value not in (None, False) and not self.config.h:
                said = f"--{name}" if value is True else f"--{name} {value}"
                raise UserError(f"{said}: the configuration has no hypervisor extension: leave it out")
        return TakeException(
            cause=code,
            pc=self._pc(),
            tval=self._number("tval", self.config.xlen),
            gva=int(o.gva),
            tval2=self._number("gpa", self.config.rules.tval2.bit_length() + 2) >> 2,
            tinst=self._number("tinst", 32),
        )

    def _check_cause(self, code: int, state: State) -> None:
        """Refuse an exception that this mode or this hart cannot raise."""
        said = f"--cause {self.options.cause} with --mode {self.options.mode}"
        calls = (Cause.ECALL_FROM_U, Cause.ECALL_FROM_S, Cause.ECALL_FROM_VS, Cause.ECALL_FROM_M)
        if code in calls and code != ecall_cause(self.config, state):
            raise UserError(f"{said}: ECALL raises {ecall_cause(self.config, state)} in this mode: change one of them")
        if code in (*_GUEST_PAGE_FAULTS, Cause.VIRTUAL_INSTRUCTION) and not self.config.h:
            raise UserError(f"--cause {self.options.cause}: it needs the hypervisor extension: choose --profile full")
        if code in (Cause.VIRTUAL_INSTRUCTION, Cause.INSTRUCTION_GUEST_PAGE_FAULT) and state.v == 0:
            raise UserError(f"{said}: it is raised in VS and VU alone: change one of them")
        if code == Cause.INSTRUCTION_ADDRESS_MISALIGNED and self.config.ialign == 16:
            raise UserError(f"--cause {self.options.cause}: with IALIGN 16 there is none: add --set ialign=32")

    def _interrupt(self, state: State) -> Event:
        return TakeInterrupt(pc=self._pc())

    def _halt(self, state: State) -> Event:
        cause = number("--halt", self.options.halt or "")
        if not 1 <= cause <= 7:
            raise UserError(f"--halt {self.options.halt}: dcsr.cause is 1 to 7")
        return Halt(pc=self._pc(), cause=cause)

    def _rnmi(self, state: State) -> Event:
        return TakeRnmi(pc=self._pc())

    def _masking(self, state: State) -> PointerMasking:
        return PointerMasking(accesses=self.options.masking or "")

    def _translated(self, state: State) -> Translated:
        return Translated(accesses=self.options.translation or "")

    def _returns(self, state: State) -> Event:
        if self.options.returns == "resume":
            return Resume()
        return TrapReturn(insn=Return(self.options.returns))

    def _instruction(self, state: State) -> Event:
        insn = self.names.instruction(self.options.insn or "")
        if insn in (Insn.MRET, Insn.SRET, Insn.URET, Insn.MNRET):
            return TrapReturn(insn=Return(insn.value))
        return Query(insn=insn)

    def _access(self, state: State) -> Event:
        o, text = self.options, self.options.access or ""
        address = self.names.address(text)
        exists = 1
        if address not in self.config.rules.csrs:
            name = self.names.csr_name(address)
            if name in OUTSIDE:
                exists = int(self.config.xlen == 32 or not name.endswith("h"))
            elif not text[:1].isdigit():
                exists = 0
            if exists:
                self.notes.append(f"{name} is outside the trap unit: taken to exist, and to read as 0")
        for op, name in ((CsrOp.WRITE, "write"), (CsrOp.SET, "set_bits"), (CsrOp.CLEAR, "clear_bits")):
            if getattr(o, name) is not None:
                return CsrAccess(address=address, op=op, wdata=self._number(name, self.config.xlen), ext_exists=exists)
        return CsrAccess(address=address, op=CsrOp.READ, ext_exists=exists)

    # Numbers.

    def _number(self, name: str, width: int) -> int:
        text = getattr(self.options, name)
        option = "--" + name.replace("_", "-")
        value = number(option, text or "0")
        if value >> width:
            raise UserError(f"{option} {text}: wider than the {width} bits that it has here")
        return value

    def _pc(self) -> int:
        pc = self._number("pc", self.config.xlen)
        if pc & (self.config.ialign // 8 - 1):
            raise UserError(f"--pc {self.options.pc}: instructions are aligned to {self.config.ialign} bits here")
        return pc

    def _time(self) -> int:
        if self.options.time is not None and not self.config.sstc:
            raise UserError(f"--time {self.options.time}: nothing looks at it without Sstc: add --set sstc=true")
        return self._number("time", 64)

    def _rnmi_vectors(self) -> dict[str, int]:
        """What the inputs say, where there are any."""
        for name in RNMI_VECTORS:
            text = getattr(self.options, name)
            if text is not None and self.config.rnmi_vectors != "port":
                raise UserError(
                    f"--{name.replace('_', '-')} {text}: it is no input here: add --set rnmi_vectors=port, or say"
                    f" --set {name}={text}"
                )
        return {name: self._number(name, self.config.xlen) for name in RNMI_VECTORS}

    # The state.

    def _state(self) -> State:
        wanted = self._wanted()
        raised = [self.names.interrupt(text) for text in self.options.interrupts]
        state = reset_state(self.config).replace(prv=self.mode & 3, v=self.mode >> 2, time=self._time())
        state.debug = int(self.options.debug)
        state.line_rnmi, state.rnmi_cause = int(self.options.rnmi is not None), self._number("rnmi", _RNMI_CAUSE_BITS)
        state.counter_overflow = self._number("overflow", 32)
        state = state.replace(**self._rnmi_vectors())
        for _ in range(2):  # whatever the order: a view takes what its delegation lets through the second time
            for place, value in wanted:
                state = self._put(state, place, value)
        if raised:
            pending = csr_value(self.config, state, 0x344)
            for code in raised:
                pending |= 1 << code
                if code == Irq.SGEI:
                    state = state.replace(hgeip=state.hgeip | 2, hgeie=state.hgeie | 2)
            state = self._pend(state, "--interrupt", pending)
            if not any(place.csr.name in _ENABLES for place, _ in wanted):
                state = state.replace(mie=state.mie | sum(1 << code for code in set(raised)))
        for place, value in wanted:
            self._check_kept(state, place, value)
        return state

    def _wanted(self) -> list[tuple[Place, int]]:
        """What --csr asks for: whole CSRs first, mip behind what its levels follow, then fields of them."""
        wanted: dict[str, tuple[Place, int]] = {}
        for text in self.options.csrs:
            name, equals, value_text = text.partition("=")
            option = f"--csr {text}"
            if not equals or not name:
                raise UserError(f"{option}: write NAME=VALUE, NAME.FIELD=VALUE or NAME[BIT]=VALUE")
            place = self.names.place(option, name.strip())
            value = number(f"{option}:", value_text.strip())
            if value >> place.width:
                raise UserError(
                    f"{option}: {place} has {place.width} bit{'s' * (place.width > 1)}: {value:#x} is wider"
                )
            if place.is_constant:
                raise UserError(f"{option}: {place} is read-only: leave it out")
            if str(place) in wanted:
                raise UserError(f"{option}: {place} is set twice, leave one out")
            wanted[str(place)] = (place, value)
        return sorted(wanted.values(), key=lambda item: (bool(item[0].name), item[0].csr.name == "mip"))

    def _value(self, state: State, place: Place) -> int:
        return csr_value(self.config, state, place.csr.address) >> place.lsb & (1 << place.width) - 1

    def _put(self, state: State, place: Place, value: int) -> State:
        option, csr = f"--csr {place}={value:#x}", place.csr
        old = csr_value(self.config, state, csr.address)
        new = old & ~(((1 << place.width) - 1) << place.lsb) | value << place.lsb
        if csr.name == "mip":
            return self._pend(state, option, new)
        if csr.name == "mhartid":
            return state.replace(mhartid=new)
        if csr.name == "hgeip":
            if new & ~self.config.rules.hgei:
                raise UserError(f"{option}: GEILEN is {self.config.geilen}: add --set geilen=N, and bit 0 is always 0")
            return state.replace(hgeip=new)
        if csr.is_read_only or csr.name == "misa":
            raise UserError(f"{option}: {csr.name} is read-only: leave it out")
        event = CsrAccess(address=csr.address, op=CsrOp.WRITE, wdata=new, debug=True)
        return step(self.config, state, event)[0]

    def _pend(self, state: State, option: str, mip: int) -> State:
        """Raise exactly these interrupts, each where it comes from."""
        rules = self.config.rules
        if mip & ~(rules.mie | _SGEI):
            bit = (mip & ~(rules.mie | _SGEI)).bit_length() - 1
            raise UserError(f"{option}: the configuration has no interrupt {bit}: leave it out")
        lines = {name: mip >> irq & 1 for irq, name in _LINES.items()} | {"line_local": mip & rules.local}
        # What hgeip raises is not also put into hvip.
        outside = csr_value(self.config, state.replace(hvip=0), 0x344) & rules.hvip & ~state.hvip
        software = mip & rules.mip_software
        if rules.sstc and has_stimecmp(state):
            if (mip ^ csr_value(self.config, state, 0x344)) & _STIP:
                raise UserError(f"{option}: STIP follows stimecmp while menvcfg.STCE is 1: set --time and stimecmp")
            software = software & ~_STIP | state.mip_software & _STIP
        state = state.replace(**lines, mip_software=software, hvip=mip & rules.hvip & ~outside)
        follows = csr_value(self.config, state, 0x344) & _SGEI
        if mip & _SGEI != follows and mip & _SGEI:
            raise UserError(f"{option}: SGEIP is not stored: set hgeip and hgeie")
        return state

    def _check_kept(self, state: State, place: Place, value: int) -> None:
        got = self._value(state, place)
        # A whole CSR may have read-only ones beside what was asked for; what was asked for must be there.
        if got != value if place.name else value & ~got:
            self.notes.append(
                f"{place} is {got:#x} here, not the {value:#x} asked for ('utrap csrs' has its WARL rule)"
            )
