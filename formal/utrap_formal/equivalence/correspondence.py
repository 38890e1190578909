"""Which registers and inputs of the RTL hold which field of the model's state.

The correspondence is what "equal" means, so it has to be one: every register
of the RTL stands for bits of one field, every field's bits for one register,
or for nothing, and then the model must keep them 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import z3

from utrap.config import Config
from utrap.csr.configured import csrs
from utrap.csr.definitions import Csr, Field
from utrap.design_error import DesignError
from utrap_formal.equivalence.netlist import Netlist
from utrap_formal.equivalence.symbolic import Number
from utrap_testbench import golden
from utrap_testbench.boundary import LEVELS
from utrap_testbench.harts import model_config

__all__ = ["CorrespondenceError", "Piece", "correspondence", "model_state"]


class CorrespondenceError(DesignError):
    """RTL and model do not have the same state; the message names what has no counterpart."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A part of a field of the model.

    Attributes:
        lsb: Its lowest bit in the field.
        width: Bits of the register.
        source: The register or input; "" for the constant.
        copies: How often the register stands there.
        constant: The value where there is no source.
        is_input: The source is an input.
    """

    lsb: int
    width: int
    source: str = ""
    copies: int = 1
    constant: int = 0
    is_input: bool = False


#: CSRs that the model keeps as single fields, and what it calls them.
_BY_FIELD = {
    "mstatus": "mstatus",
    "mstatush": "mstatus",
    "hstatus": "hstatus",
    "vsstatus": "vsstatus",
    "hudcfg": "hudcfg",
    "hustatus": "hustatus",
    "dcsr": "dcsr",
    "mnstatus": "mnstatus",
}
#: CSRs that the model keeps as a part of another field: its name, and how far up.
_MOVED = {
    "mip": ("mip_software", 0),
    **{f"{name}h": (name, 32) for name in ("htimedelta", "menvcfg", "henvcfg", "stimecmp", "vstimecmp")},
    **{f"{x}stateen{number}h": (f"{x}stateen{number}", 32) for x in "mh" for number in range(4)},
}


def correspondence(config: Config) -> dict[str, tuple[Piece, ...]]:
    """The pieces of each field of the model's state that the RTL stores or is given."""
    found: dict[str, list[Piece]] = {
        "prv": [Piece(lsb=0, width=2 if config.s else 1, source="mode_prv", copies=1 if config.s else 2)],
    }
    if config.h:
        found["v"] = [Piece(lsb=0, width=1, source="mode_v")]
    if config.smdbltrp:
        found["critical"] = [Piece(lsb=0, width=1, source="mode_critical")]
    if config.sdext:
        found["debug"] = [Piece(lsb=0, width=1, source="mode_debug")]
    for level in LEVELS:
        if width := level.width(model_config(config)):
            found[level.field] = [Piece(lsb=level.lsb, width=width, source=level.verilog, is_input=True)]
    for row in csrs(config):
        for field in row.fields:
            name, offset = _place(row, field)
            if row.owns(field):
                source = field.storage.replace(".", "_")
                width = field.width // field.copies
                piece = Piece(lsb=offset, width=width, source=source, copies=field.copies)
                found.setdefault(name, []).append(piece)
            elif field.is_constant and row.name in ("mideleg", "mtvec"):
                # What H fixes at 1, and a MODE that is fixed, are bits of the model's field.
                found.setdefault(name, []).append(Piece(lsb=offset, width=field.width, constant=field.constant))
    return {name: tuple(sorted(pieces, key=lambda piece: piece.lsb)) for name, pieces in found.items()}


def _place(row: Csr, field: Field) -> tuple[str, int]:
    """The model's field that holds a CSR's field, and where in it."""
    if row.name in _BY_FIELD:
        return f"{_BY_FIELD[row.name]}_{field.name}", 0
    name, offset = _MOVED.get(row.name, (row.name, 0))
    return name, offset + field.lsb


def check(config: Config, netlist: Netlist) -> None:
    """Raise CorrespondenceError where a register or a field has no counterpart."""
    pieces = [(name, piece) for name, all_ in correspondence(config).items() for piece in all_]
    known = {field.name for field in fields(golden.State)}
    if strangers := {name for name, _ in pieces} - known:
        raise CorrespondenceError(f"the model's state has no {', '.join(sorted(strangers))}")
    stored = [piece.source for _, piece in pieces if piece.source and not piece.is_input]
    for source in stored:
        if stored.count(source) > 1:
            raise CorrespondenceError(f"{source} stands for two fields")
    if missing := set(stored) ^ netlist.registers.keys():
        raise CorrespondenceError(f"registers without counterpart: {', '.join(sorted(missing))}")
    for _, piece in pieces:
        if piece.source:
            width = (netlist.inputs if piece.is_input else netlist.registers)[piece.source].size()
            if width != piece.width:
                raise CorrespondenceError(f"{piece.source} has {width} bits and not {piece.width}")


def model_state(config: Config, values: Mapping[str, Any]) -> golden.State:
    """The model's state for values of registers and inputs by name: bit-vectors, or integers for all of them."""
    state = golden.State(prv=0)
    for name, pieces in correspondence(config).items():
        setattr(state, name, _joined(pieces, values))
    return state


def _joined(pieces: tuple[Piece, ...], values: Mapping[str, Any]) -> Any:
    if all(isinstance(values[piece.source], int) for piece in pieces if piece.source):
        return sum(
            (values[piece.source] if piece.source else piece.constant) << piece.lsb + copy * piece.width
            for piece in pieces
            for copy in range(piece.copies)
        )
    parts: list[Any] = []  # lowest first
    position = 0
    for piece in pieces:
        if piece.lsb > position:
            parts.append(z3.BitVecVal(0, piece.lsb - position))
        value = values[piece.source] if piece.source else z3.BitVecVal(piece.constant, piece.width)
        parts += [value] * piece.copies
        position = piece.lsb + piece.width * piece.copies
    return Number(z3.Concat(*reversed(parts)) if len(parts) > 1 else parts[0])
