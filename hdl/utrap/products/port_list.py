"""The unit's ports as a list: from the component's own metadata and its signatures' docstrings.

The docstring of a signature says in a section `Members:` what each member is; a member without a
line there is an error, so the list is complete or it is not made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import EnumMeta
from functools import cache
from typing import Any

from amaranth.hdl import Shape
from amaranth.lib.wiring import In

from utrap import __version__
from utrap.design_error import DesignError
from utrap.docstrings import split
from utrap.form import PLAIN, Form
from utrap.products.dependency_table import dependency_lines
from utrap.products.preamble import configuration_values
from utrap.unit import TrapUnit
from utrap.verilog.netlist import Netlist

__all__ = ["Port", "PortGroup", "port_groups", "ports_json", "ports_markdown"]


@dataclass(frozen=True, kw_only=True)
class Port:
    """One port of the Verilog module.

    Attributes:
        name: Its name in Verilog.
        direction: "input" or "output", seen from the unit.
        width: Bits.
        text: What it is.
        encoding: Value -> name, where it is an enumeration.
    """

    name: str
    direction: str
    width: int
    text: str
    encoding: dict[int, str]


@dataclass(frozen=True, kw_only=True)
class PortGroup:
    """Ports with one purpose.

    Attributes:
        name: What their names begin with; "" for those of the whole unit.
        title: Their purpose, in one line.
        text: Their contract, in paragraphs.
        ports: The ports, in the module's order.
    """

    name: str
    title: str
    text: str
    ports: tuple[Port, ...]


_CLOCK = "Clock: state changes at its rising edge."
#: Those of the component that are in no group.
_WHOLE = {
    "hartid": "The hart's number, which mhartid reads; constant while the hart runs.",
    "mtvec_reset": "mtvec after reset: taken while `rst` is 1, made legal as a write would be.",
    "rnmi_interrupt_vector": "Where the handler of RNMIs is. Bit 0 counts as 0, with IALIGN=32 bit 1 too.",
    "rnmi_exception_vector": "Where an exception in M goes while mnstatus.NMIE is 0; bits 1 and 0 likewise.",
    "mtime": "The time, which the CSR time reads; synchronous to `clk`. stimecmp and vstimecmp are compared with it.",
}


def _reset(form: Form) -> str:
    if form.is_asynchronous:
        return (
            f"Reset, asynchronous, active {form.reset_active}; wins over every event. It ends synchronously to `clk`."
        )
    return f"Synchronous reset, active {form.reset_active}; wins over every event."


def port_groups(unit: TrapUnit, form: Form = PLAIN) -> tuple[PortGroup, ...]:
    """Return the unit's ports by purpose, in the order in which the module has them."""
    general = [
        Port(name=name, direction="input", width=1, text=text, encoding={})
        for name, text in (("clk", _CLOCK), (form.reset_port, _reset(form)))
    ]
    members = unit.signature.members
    is_active = f"`{form.reset_port}` is {int(form.reset_active == 'high')}"
    general += [
        _port((name,), members[name], text.replace("`rst` is 1", is_active))
        for name, text in _WHOLE.items()
        if name in members
    ]
    title = "Clock, reset, hart number" if "hartid" in members else "Clock, reset"
    whole = PortGroup(name="", title=title, text="", ports=tuple(general))
    return (whole, *(_group(name, member) for name, member in members.items() if name not in _WHOLE))


def _group(name: str, member: Any) -> PortGroup:
    # An interface that the unit only receives is its signature flipped.
    kind: Any = type(member.signature.flip() if member.flow == In else member.signature)
    title, text, members = _parse(kind)
    ports = []

    def in_verilog(prose: str) -> str:
        """Call ports and encodings what the Verilog calls them."""
        prose = re.sub(r"`(\w+)\.(\w+)`", r"`\1_\2`", prose)
        prose = re.sub(r"`(\w+)`", lambda found: f"`{name}_{found[1]}`" if found[1] in members else found[0], prose)
        return re.sub(r"; see `\w+`", "; see the encodings", prose)

    for path, leaf in _leaves(member.signature):
        if path not in members:
            raise DesignError(f"{kind.__name__}: nothing is said about {path}")
        ports.append(_port((name, path), leaf, in_verilog(members[path])))
    return PortGroup(name=name, title=f"{name}: {title}", text=in_verilog(text), ports=tuple(ports))


def _leaves(signature: Any) -> Iterable[tuple[str, Any]]:
    for name, member in signature.members.items():
        # A structure or an array would be one nameless vector in Verilog.
        assert member.is_port, name
        assert not member.dimensions, name
        yield name, member


def _port(path: tuple[str, ...], member: Any, text: str) -> Port:
    shape: Any = member.shape
    encoding: dict[int, str] = {}
    if isinstance(shape, EnumMeta):
        values: Iterable[Any] = shape
        encoding = {int(value): value.name for value in values}
    return Port(
        name="_".join(path),
        direction="input" if member.flow == In else "output",
        width=_width(shape),
        text=text,
        encoding=encoding,
    )


def _width(shape: Any) -> int:
    width: int = Shape.cast(shape).width
    return width


@cache
def _parse(signature: Any) -> tuple[str, str, dict[str, str]]:
    """Return a signature's title, its paragraphs, and what each member is."""
    prose, members = split(signature, "Members")
    first, *paragraphs = prose.split("\n\n")
    sentence, _, rest = " ".join(first.split()).partition(". ")
    texts = [rest, *(" ".join(paragraph.split()) for paragraph in paragraphs)]
    title = sentence.rstrip(".")
    if title[1:2].islower():
        title = title[0].lower() + title[1:]
    return title, "\n\n".join(text for text in texts if text), members


FORMAT = "utrap-ports/1"


def ports_json(unit: TrapUnit, form: Form = PLAIN) -> str:
    """Return the port list for programs; docs/schemas/ports.schema.json says what it is."""
    groups = port_groups(unit, form)
    document = {
        "format": FORMAT,
        "utrap": __version__,
        "module": form.name,
        "configuration": unit.config.to_json(),
        "clock": "clk",
        "reset": {"name": form.reset_port, "active": form.reset_active, "synchronous": not form.is_asynchronous},
        "groups": [{"name": group.name, "title": group.title, "text": group.text} for group in groups],
        "ports": [
            {
                "name": port.name,
                "direction": port.direction,
                "width": port.width,
                "group": group.name,
                "text": port.text,
                "encoding": {name: value for value, name in port.encoding.items()},
            }
            for group in groups
            for port in group.ports
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def ports_markdown(unit: TrapUnit, netlist: Netlist, form: Form = PLAIN) -> str:
    """Return the port list for people; the netlist says what depends on what."""
    lines = [
        f"# Ports of {form.name}",
        "",
        "Directions are seen from the unit. The unit answers in the cycle in which it is asked; all state",
        "changes at the rising edge of `clk` that ends the cycle. Instantiate by name.",
        "",
        "Configuration: " + ", ".join(f"`{k}={v}`" for k, v in configuration_values(unit.config).items()) + ".",
    ]
    encodings: dict[str, dict[int, str]] = {}
    for group in port_groups(unit, form):
        lines += ["", f"## {_capital(group.title)}", ""]
        if group.text:
            lines += [group.text, ""]
        lines += ["| port | direction | bits | what |", "| --- | --- | --- | --- |"]
        for port in group.ports:
            lines.append(f"| `{port.name}` | {port.direction} | {port.width} | {_cell(port.text)} |")
            if port.encoding:
                encodings[port.name] = port.encoding
    lines += ["", "## Encodings", "", "| ports | values |", "| --- | --- |"]
    for encoding in _unique(encodings.values()):
        names = ", ".join(f"`{name}`" for name, found in encodings.items() if found == encoding)
        lines.append(f"| {names} | {', '.join(f'{value} {name}' for value, name in encoding.items())} |")
    lines += dependency_lines(netlist)
    return "\n".join(lines) + "\n"


def _unique(encodings: Iterable[dict[int, str]]) -> list[dict[int, str]]:
    found: list[dict[int, str]] = []
    for encoding in encodings:
        if encoding not in found:
            found.append(encoding)
    return found


def _capital(text: str) -> str:
    name, colon, rest = text.partition(": ")
    return f"`{name}_*`: {rest}" if colon else text


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
