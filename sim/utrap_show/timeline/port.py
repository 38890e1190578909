"""The wires that a timeline is read from: the trace port, the commit port and the CSRs, and how wide they are."""

from __future__ import annotations

from collections.abc import Iterable

from utrap.command_line.errors import UserError
from utrap.config import GPA_BITS
from utrap_show.waveform import Recording, Scope

__all__ = ["COMMIT", "CRITICAL", "NEEDED", "PORTS", "RESETS", "readable", "xlen_of"]

#: Without these wires there is nothing to tell.
NEEDED = ("clk", "trace_kind", "trace_cause", "trace_from_mode", "trace_to_mode")
PORTS = (
    *NEEDED[1:],
    *("trace_epc", "trace_tval", "trace_gpa", "trace_vector", "hart_mode"),
)
#: What the reset is called, and at what it is active.
RESETS = {"rst": 1, "rst_n": 0}
#: One of them is 1 while the hart has stopped; which, dcsr.cetrig says.
CRITICAL = ("hart_critical_error", "hart_critical_halts")
COMMIT = ("commit_csr_address", "commit_csr_op", "commit_csr_wdata")
_WIDTHS = {
    **dict.fromkeys(("clk", *RESETS, "interrupt_request", *CRITICAL), 1),
    **dict.fromkeys(("trace_from_mode", "trace_to_mode", "hart_mode"), 3),
    "trace_cause": 6,
    "commit_csr_address": 12,
    "commit_csr_op": 2,
}
#: A guest-physical address, which is carried shifted right by 2, is as wide as the widest guest mode has it; with
#: Shtvala any 64 bits.
_GPA = frozenset(bits - 2 for bits in (*GPA_BITS.values(), 64))
#: As wide as the configuration has it: the kind of an event has a bit more where there are more than eight.
_SEVERAL = {"trace_gpa": _GPA, "trace_kind": frozenset((3, 4))}


def xlen_of(scope: Scope) -> int:
    """Bits of a register; 64 where the scope does not say."""
    widths = [scope.wires[name].width or 0 for name in ("trace_epc", "trace_vector", "mepc") if name in scope.wires]
    return 32 if widths and max(widths) <= 32 else 64


def readable(recording: Recording, scope: Scope, wanted: Iterable[str], xlen: int) -> tuple[list[str], list[str]]:
    """Those of the wanted wires that are there and as wide as the unit has them; and what to say of the others.

    Raises:
        UserError: When one of them is of the trace port.
    """
    read, notes = [], []
    for name in ("clk", *wanted):
        if name not in scope.wires:
            continue
        wire = scope.wires[name]
        right = _SEVERAL.get(name) or {_WIDTHS.get(name, xlen)}
        problem = wire.problem
        if not problem and wire.type in ("real", "realtime"):
            problem = "is a real number"
        elif not problem and wire.width not in {*right, None}:
            problem = f"has {wire.width} bits, and the port {' or '.join(map(str, sorted(right)))}"
        if not problem:
            read.append(name)
        elif name in (*NEEDED, *PORTS, *RESETS):
            raise UserError(f"{recording.path}: {scope.name}.{name} {problem}")
        else:
            notes.append(f"{name} {problem}: left out")
    return read[1:], notes
