"""The unit's ports with the types that SystemVerilog gives them: enumerations, and a structure for each purpose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from utrap.config import Config
from utrap.products.constants import Enumeration, port_enumerations
from utrap.products.port_list import Port, PortGroup
from utrap.verilog.logic import span

__all__ = ["Member", "Structure", "enumeration_of", "structures", "type_of"]


@dataclass(frozen=True, kw_only=True)
class Member:
    """A port as a member of a structure.

    Attributes:
        name: Its name in the structure.
        port: The port.
        type: Its type.
        is_enumeration: Whether the type is an enumeration of the package.
    """

    name: str
    port: Port
    type: str
    is_enumeration: bool


@dataclass(frozen=True, kw_only=True)
class Structure:
    """The ports of one purpose and direction.

    Attributes:
        name: The wrapper's port; the structure's name is this with `_t`.
        title: What they are for.
        direction: "input" or "output", seen from the unit.
        members: The members, the first in the highest bits.
    """

    name: str
    title: str
    direction: str
    members: tuple[Member, ...]


def type_of(enumeration: Enumeration) -> str:
    """Return the type's name: `op_e` for what is called OP_NONE and so on."""
    return f"{enumeration.prefix.lower()}_e"


def enumeration_of(port: Port, config: Config) -> Enumeration | None:
    """Return the enumeration that a port carries."""
    for enumeration in port_enumerations(config):
        values = {c.value: c.name.removeprefix(f"{enumeration.prefix}_") for c in enumeration.constants}
        if port.encoding == values:
            return enumeration
    assert not port.encoding, f"{port.name} carries an enumeration that has no type"
    return None


def structures(groups: tuple[PortGroup, ...], config: Config) -> Iterator[Structure]:
    """Yield a structure for each purpose; of one with both directions two, the core's side under `_answer`."""
    for group in groups:
        if not group.name:
            continue
        directions = dict.fromkeys(port.direction for port in group.ports)
        for direction in directions:
            members = tuple(_member(group, port, config) for port in group.ports if port.direction == direction)
            suffix = "_answer" if len(directions) > 1 and direction == "input" else ""
            yield Structure(name=group.name + suffix, title=group.title, direction=direction, members=members)


def _member(group: PortGroup, port: Port, config: Config) -> Member:
    enumeration = enumeration_of(port, config)
    name = port.name.removeprefix(f"{group.name}_")
    # `local` is a keyword there.
    name = f"{name}_lines" if name == "local" else name
    kind = type_of(enumeration) if enumeration else f"logic {span(port.width)}".rstrip()
    return Member(name=name, port=port, type=kind, is_enumeration=enumeration is not None)
