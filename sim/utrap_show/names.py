"""Names of modes, causes, interrupts, instructions and CSR fields, as a user writes them and as they are shown."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import cached_property
from typing import NamedTuple

from utrap.command_line.errors import UserError
from utrap.config import Config as UnitConfig
from utrap.config import every_extension
from utrap.csr.configured import csr_rows
from utrap.csr.definitions import Csr, Field
from utrap_testbench.golden import Cause, Config, Insn, Irq, Mode, State, irq_name

from .outside import OUTSIDE

__all__ = ["Names", "Place", "cause_name", "number"]

#: Every interrupt that some configuration has, by name.
_INTERRUPTS = {irq_name(code): code for code in (*(irq.value for irq in Irq), *range(16, 64))}
#: Every CSR that some configuration has: one that is missing is "lacking", not "unknown".
_WIDEST = tuple(UnitConfig.profile("full", xlen, windows=8, **every_extension(xlen)) for xlen in (64, 32))


class Place(NamedTuple):
    """A CSR, or a field or bit of it where `name` is not empty."""

    csr: Csr
    name: str
    lsb: int
    width: int
    is_constant: bool

    def __str__(self) -> str:
        if not self.name or self.name.startswith("["):
            return self.csr.name + self.name
        return f"{self.csr.name}.{self.name}"


def number(what: str, text: str) -> int:
    """The number that an option gives, or one line about it."""
    try:
        value = int(text, 0)
    except ValueError:
        raise UserError(f"{what} {text}: write a number, as in 21 or 0x15") from None
    if value < 0:
        raise UserError(f"{what} {text}: a number from 0 up is needed")
    return value


def _among(word: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown word."""
    names = list(known)
    close = get_close_matches(word, names, n=1, cutoff=0.5)
    return f"do you mean {close[0]}?" if close else f"there are {', '.join(names)}"


def _near(name: str, known: Iterable[str]) -> str:
    """The end of a message about a CSR that is none: those with a like name, the likest first."""
    if near := get_close_matches(name, list(known), n=3, cutoff=0.7):
        return f"do you mean {' or '.join(near)}?"
    return "'utrap csrs' lists what there is"


def cause_name(code: int) -> str:
    """An exception's name in words."""
    if code in Cause.__members__.values():
        words = Cause(code).name.lower().replace("_", " ").replace("guest page", "guest-page")
        for mode in ("u", "s", "vs", "m"):
            words = words.removesuffix(f"from {mode}") + (f"from {mode.upper()}" if words.endswith(f" {mode}") else "")
        return words
    return "reserved exception"


class Names:
    """What has a name in one configuration.

    Args:
        config: The model's configuration.
        unit: The same configuration as the generator's, whose CSR table names fields and places.
    """

    def __init__(self, config: Config, unit: UnitConfig) -> None:
        self.config = config
        self.rows = csr_rows(unit)

    # From the user.

    def mode(self, text: str) -> Mode:
        """A mode that the hart has."""
        word = "S" if text.upper() == "HS" else text.upper()
        there = [mode for mode in Mode if self._has_mode(mode)]
        said = ", ".join(self.mode_name(mode) for mode in sorted(there, key=lambda mode: (mode >> 2, -mode)))
        if word not in Mode.__members__:
            raise UserError(f"--mode {text}: no such mode: this hart has {said}")
        if Mode[word] not in there:
            raise UserError(f"--mode {text}: the configuration has {said}: choose another --profile")
        return Mode[word]

    def _has_mode(self, mode: Mode) -> bool:
        return (self.config.s or mode & 3 != 1) and (self.config.h or mode < 4)

    def cause(self, text: str) -> int:
        """An exception code, by number or by name."""
        if text[:1].isdigit():
            code = number("--cause", text)
            if code > 63:
                raise UserError(f"--cause {text}: codes are 0 to 63")
            return code
        names = {cause.name.lower().replace("_", "-"): cause for cause in Cause}
        word = text.lower().replace("_", "-").replace(" ", "-")
        if word not in names:
            raise UserError(f"--cause {text}: no such exception: {_among(word, names)}")
        return names[word].value

    def interrupt(self, text: str) -> int:
        """An interrupt that the hart has, by number or by name."""
        if text[:1].isdigit():
            code = number("--interrupt", text)
            if code not in _INTERRUPTS.values():
                raise UserError(f"--interrupt {text}: no such interrupt: codes are 0 to {max(Irq)}, and 16 to 63")
        else:
            word = text.upper().removesuffix("P")
            if word not in _INTERRUPTS:
                raise UserError(f"--interrupt {text}: no such interrupt: {_among(word, _INTERRUPTS)}")
            code = _INTERRUPTS[word]
        if not self.config.rules.mie >> code & 1:
            remedy = "it needs --set geilen=1 or more" if code == Irq.SGEI else "choose another --profile"
            if code == Irq.LCOFI:
                remedy = "it needs --set sscofpmf=true, and counters=zihpm"
            if code not in Irq.__members__.values():
                remedy = f"it needs --set local_interrupts={code - 15} or more"
            raise UserError(f"--interrupt {text}: the configuration has no {irq_name(code)}: {remedy}")
        return code

    def instruction(self, text: str) -> Insn:
        """An instruction whose legality depends on the state."""
        names = {insn.value: insn for insn in Insn}
        if text.lower() not in names:
            raise UserError(f"--insn {text}: not one that the model judges: {_among(text.lower(), names)}")
        return names[text.lower()]

    def place(self, option: str, text: str) -> Place:
        """`NAME`, `NAME.FIELD` or `NAME[BIT]`."""
        name, dot, field = text.partition(".")
        name, bracket, bit = name.partition("[") if not dot else (name, "", "")
        row = self.rows.get(name.lower())
        if row is None:
            raise UserError(f"{option}: {self.missing(name)}")
        if bracket:
            index = number(f"{option}: bit", bit.removesuffix("]"))
            if index >= self.config.xlen:
                raise UserError(f"{option}: {row.name} has bits 0 to {self.config.xlen - 1}")
            return Place(row, f"[{index}]", index, 1, False)
        if not dot:
            return Place(row, "", 0, self.config.xlen, False)
        for known in row.fields:
            if known.name == field.lower():
                return Place(row, field.upper(), int(known.lsb), known.width, self._is_constant(row, known))
        raise UserError(f"{option}: {row.name} has no field {field}: {_among(field.upper(), self._fields(row))}")

    @staticmethod
    def _fields(row: Csr) -> list[str]:
        return [field.name.upper() for field in row.fields]

    @staticmethod
    def _is_constant(row: Csr, field: Field) -> bool:
        return not field.storage and row.name != "mip"

    def missing(self, name: str) -> str:
        """Why there is no CSR of this name."""
        widest = {row for unit in _WIDEST for row in csr_rows(unit)}
        if name.lower() in widest:
            remedy = "choose another --profile, --xlen or --set"
            return f"the configuration has no {name.lower()}: {remedy} ('utrap csrs' lists what there is)"
        if name.lower() in OUTSIDE:
            return f"{name.lower()} is outside the trap unit, and the core's: nothing here depends on what it holds"
        return f"there is no CSR {name} in the trap unit: {_near(name.lower(), self.rows)}"

    def address(self, text: str) -> int:
        """The address of a CSR, by number or by name, whether or not the hart has it."""
        if text[:1].isdigit():
            address = number("--access", text)
            if address > 0xFFF:
                raise UserError(f"--access {text}: CSR addresses are 0 to 0xfff")
            return address
        known = {row.name: row.address for unit in _WIDEST for row in csr_rows(unit).values()}
        known |= OUTSIDE
        if text.lower() not in known:
            raise UserError(f"--access {text}: no such CSR: {_near(text.lower(), known)}")
        return known[text.lower()]

    # To the user.

    def mode_name(self, mode: int) -> str:
        """S-mode is HS where there are guests."""
        return "HS" if mode == Mode.S and self.config.h else Mode(mode).name

    def csr_name(self, address: int) -> str:
        """The name at an address, or the address."""
        for unit in _WIDEST:
            for row in csr_rows(unit).values():
                if row.address == address:
                    return row.name
        return next((name for name, at in OUTSIDE.items() if at == address), f"{address:#x}")

    @cached_property
    def stored(self) -> dict[str, tuple[str, str]]:
        """Field of the model's state -> CSR and field, the field empty where the CSR is one value."""
        names = {}
        for row in self.rows.values():
            if row.name in State.__dataclass_fields__:
                names[row.name] = (row.name, "")
            for field in row.fields:
                # On RV32 mstatush has the fields that mstatus has on RV64.
                for csr in (row.name, row.name.removesuffix("h")):
                    key = f"{csr}_{field.name}"
                    if row.owns(field) and key in State.__dataclass_fields__:
                        names[key] = (row.name, field.name.upper())
        if "mip" in self.rows:
            names["mip_software"] = ("mip", "software bits")
        return names

    def looked_at(self, name: str) -> str | None:
        """How a name of a reason's `looked_at` is shown; None where the configuration has no such thing."""
        if name in ("mode", "V"):
            return name if name == "mode" or self.config.h else None
        csr, bracket, _ = name.partition("[")
        if bracket:
            return name if csr in self.rows else None
        place = self.stored.get(name.replace(".", "_").lower())
        if place:
            return ".".join(filter(None, place))
        csr, _, field = name.partition(".")
        return name if csr in self.rows and field in self._fields(self.rows[csr]) else None
