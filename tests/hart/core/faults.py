"""Faults to put into the hart's description: name -> what to replace in its modules, and by what."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Const, Module, Mux, Value

from utrap.isa import Fault
from utrap_hart.core import atomics, core, counters, datapath, muldiv
from utrap_hart.core.decode import Kind

_fault, _end, _jump = core.Core._fault, core.Core._end, core.Core._jump
_verdict, _memory = datapath.Datapath._connect_verdict, datapath.Datapath._connect_memory


def _without_gva(self: Any, m: Module, cause: Any, tval: Any, gva: Any = None, *rest: Any, **more: Any) -> None:
    _fault(self, m, cause, tval, None, *rest, **more)


def _tval_of_ecall(self: Any, m: Module, cause: Any, tval: Any, *rest: Any, **more: Any) -> None:
    is_zero = isinstance(tval, Const) and tval.value == 0
    _fault(self, m, cause, self._path.pc if is_zero else tval, *rest, **more)


def _jump_of_16(self: Any, m: Module, link: Value | None = None) -> None:
    _end(self, m, link, self._path.address & ~1)


def _link_of_misaligned(self: Any, m: Module, link: Value | None = None) -> None:
    _jump(self, m, link)
    if link is not None:
        m.d.comb += [self._path.writes_rd.eq(1), self._path.result.eq(link)]


def _wfi_allowed(self: Any, m: Module, ports: core.Core) -> None:
    _verdict(self, m, ports)
    with m.If(self.kind == Kind.WFI):
        m.d.comb += self.verdict.eq(Fault.NONE)


def _amo_as_load(self: Any, m: Module, ports: core.Core) -> None:
    _memory(self, m, ports)
    self.is_store = self.kind.matches(Kind.STORE, Kind.SC, Kind.HSV)


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
    "an AMO faults as a load": (datapath.Datapath, "_connect_memory", _amo_as_load),
    "no guest virtual addresses": (core.Core, "_fault", _without_gva),
    "a trap value with ECALL": (core.Core, "_fault", _tval_of_ecall),
    "jumps to any even address": (core.Core, "_jump", _jump_of_16),
    "a misaligned jump writes its link": (core.Core, "_jump", _link_of_misaligned),
    "WFI is never refused": (datapath.Datapath, "_connect_verdict", _wfi_allowed),
    "an SC that always succeeds": (datapath, "Reservation", _AnyReservation),
    "a reservation that nothing drops": (datapath, "Reservation", _KeptReservation),
    "branches compare as unsigned": (core, "is_taken", lambda f3, a, b: Mux(f3[2], a < b, a == b) ^ f3[0]),
    "instret has no IR": (counters, "MCOUNTINHIBIT", 0x7FF),
    "words divide as doublewords": (muldiv, "sign_extended", lambda value: value),
}
