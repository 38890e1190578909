"""The architectural state as signals: one for each stored field, and the mode."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import and_

from amaranth.hdl import Cat, Const, Module, Signal, Value

from utrap.config import Config
from utrap.csr.configured import csrs, known_fields, reset_fields, storage_bits, stored_fields
from utrap.csr.definitions import condition
from utrap.design_error import DesignError
from utrap.isa import Mode, Privilege
from utrap.section import Section

__all__ = ["State", "state_bits"]


class State:
    """Storage of a configuration, by "csr.field".

    A field that the configuration lacks reads as constant 0, so logic above
    needs no case for it; a field that no configuration has is a DesignError.

    Attributes:
        config: The configuration.
        stored: The signals that hold state, by "csr.field".
        views: What each CSR reads, XLEN bits, by name.
        v: The virtualization mode V.
        prv: The nominal privilege, 2 bits: 0 U, 1 S, 3 M.
        debug: The hart is in Debug Mode, where prv is M and V is 0; constant 0 without Sdext.
        critical: The hart has stopped in a critical error; constant 0 without Smdbltrp.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        reset = reset_fields(config)
        self.stored = {
            key: Signal(
                field.width // field.copies,
                name=key.replace(".", "_"),
                init=field.reset,
                # What reset gives it comes from a level, or nothing does.
                reset_less=bool(field.reset_level) or key not in reset,
            )
            for key, field in stored_fields(config).items()
        }
        self.views = {row.name: Signal(config.xlen, name=row.name) for row in csrs(config)}
        if config.s:
            self._prv = Signal(Privilege, name="mode_prv", init=Privilege.M)
            self.prv: Value = self._prv
        else:
            # Two modes are one bit: M or not.
            self._prv = Signal(1, name="mode_prv", init=1)
            self.prv = Cat(self._prv, self._prv)
        self.v: Value = Signal(name="mode_v") if config.h else Const(0, 1)
        self.debug: Value = Signal(name="mode_debug") if config.sdext else Const(0, 1)
        self.critical: Value = Signal(name="mode_critical") if config.smdbltrp else Const(0, 1)
        self._in_mode = {mode: Signal(name=f"in_{mode.name.lower()}") for mode in Mode}

    def __getitem__(self, key: str) -> Value:
        if key in self.stored:
            return self.stored[key]
        if key not in known_fields():
            raise DesignError(f"the CSR table has no field {key}, at which the hardware looks")
        return Const(0, known_fields()[key].width)

    def holds(self, conditions: Iterable[str]) -> Value:
        """Return whether all conditions of a field of the CSR table hold."""
        bits = (condition(text) for text in conditions)
        return reduce(and_, (self[key] if must_be else ~self[key] for key, must_be in bits))

    @property
    def gva(self) -> str:
        """Where the M-level GVA is: RV32 has it in mstatush."""
        return "mstatus.gva" if self.config.xlen == 64 else "mstatush.gva"

    @property
    def mpv(self) -> str:
        """Where MPV is: RV32 has it in mstatush."""
        return "mstatus.mpv" if self.config.xlen == 64 else "mstatush.mpv"

    @property
    def mdt(self) -> str:
        """Where MDT is: RV32 has it in mstatush."""
        return "mstatus.mdt" if self.config.xlen == 64 else "mstatush.mdt"

    @property
    def mode(self) -> Value:
        """The current mode as `Mode` encodes it."""
        return Cat(self.prv, self.v)

    def is_in(self, mode: Mode) -> Value:
        """Whether the hart is in the mode; constant 0 if it cannot be."""
        return self._in_mode[mode]

    def connect_mode(self, m: Module, section: Section) -> None:
        """Drive what `is_in` returns."""
        for mode, is_in in self._in_mode.items():
            section.drive(m, is_in, self._decode(mode))

    def _decode(self, mode: Mode) -> Value:
        if mode in (Mode.VU, Mode.VS) and not self.config.h:
            return Const(0, 1)
        if mode is Mode.M:
            return self.prv[1]
        is_nominal = self.prv[0] & ~self.prv[1] if mode & 1 else ~self.prv[0]
        return is_nominal & (self.v if mode & 4 else ~self.v)

    def set_mode(self, prv: Value, v: Value) -> list[object]:
        """Return the assignments that change the mode."""
        assignments: list[object] = [self._prv.eq(prv if self.config.s else prv[0])]
        if self.config.h:
            assignments.append(self.v.eq(v))
        return assignments


def state_bits(config: Config) -> int:
    """Count the bits of architectural state that can change: CSRs and mode."""
    mode_bits = 1 + config.s + config.h + config.sdext + config.smdbltrp
    return storage_bits(config) + mode_bits
