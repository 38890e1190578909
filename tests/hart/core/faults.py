"""Faults to put into the hart's description: name -> what to replace in its modules, and by what."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Const, Module, Mux, Value

from utrap.isa import Fault
from utrap_hart import atomics, core, counters, muldiv
from utrap_hart.decode import Kind

_fault, _end, _jump, _verdict = core.Core._fault, core.Core._end, core.Core._jump, core.Core._connect_verdict
_memory = core.Core._connect_memory


def _without_gva(self: Any, m: Module, cause: Any, tval: Any, gva: Any = None, *rest: Any, **more: Any) -> None:
    _fault(self, m, cause, tval, None, *rest, **more)


def _tval_of_ecall(self: Any, m: Module, cause: Any, tval: Any, *rest: Any, **more: Any) -> None:
    is_zero = isinstance(tval, Const) and tval.value == 0
    _fault(self, m, cause, self._pc if is_zero else tval, *rest, **more)


def _jump_of_16(self: Any, m: Module, link: Value | None = None) -> None:
    _end(self, m, link, self._address & ~1)


def _link_of_misaligned(self: Any, m: Module, link: Value | None = None) -> None:
    _jump(self, m, link)
    if link is not None:
        m.d.comb += [self._writes_rd.eq(1), self._result.eq(link)]


def _wfi_allowed(self: Any, m: Module) -> None:
    _verdict(self, m)
    with m.If(self._kind == Kind.WFI):
        m.d.comb += self._verdict.eq(Fault.NONE)


def _amo_as_load(self: Any, m: Module) -> None:
    _memory(self, m)
    self._is_store = self._kind.matches(Kind.STORE, Kind.SC, Kind.HSV)


class _AnyReservation(atomics.Reservation):
    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.d.comb += self.holds.eq(1)
        return m


class _KeptReservation(atomics.Reservation):
    def elaborate(self, platform: object) -> Module:
        self.drop = Const(0, 1)
        return super().elaborate(platform)


FAULTS: dict[str, tuple[object, str, Any]] = {
    "a trap instruction value that is not transformed": (core, "transformed", lambda kind, insn: insn),
    "no pseudoinstruction": (core, "PAGE_TABLE_READ", 0),
    "misaligned accesses go on": (core, "is_misaligned", lambda size, address: Const(0, 1)),
    "an AMO faults as a load": (core.Core, "_connect_memory", _amo_as_load),
    "no guest virtual addresses": (core.Core, "_fault", _without_gva),
    "a trap value with ECALL": (core.Core, "_fault", _tval_of_ecall),
    "jumps to any even address": (core.Core, "_jump", _jump_of_16),
    "a misaligned jump writes its link": (core.Core, "_jump", _link_of_misaligned),
    "WFI is never refused": (core.Core, "_connect_verdict", _wfi_allowed),
    "an SC that always succeeds": (core, "Reservation", _AnyReservation),
    "a reservation that nothing drops": (core, "Reservation", _KeptReservation),
    "branches compare as unsigned": (core, "is_taken", lambda f3, a, b: Mux(f3[2], a < b, a == b) ^ f3[0]),
    "instret has no IR": (counters, "MCOUNTINHIBIT", 0x7FF),
    "words divide as doublewords": (muldiv, "sign_extended", lambda value: value),
}
