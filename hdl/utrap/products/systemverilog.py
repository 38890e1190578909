"""For those who write SystemVerilog: a package with the ports' types, and a module that has them as its ports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from utrap.config import Config
from utrap.form import Form
from utrap.products.constants import port_enumerations, port_sections
from utrap.products.port_list import PortGroup
from utrap.products.preamble import NO_TIME, identification
from utrap.products.typed_ports import Structure, structures, type_of
from utrap.verilog.logic import span

__all__ = ["package", "wrapper"]


def package(groups: tuple[PortGroup, ...], config: Config, form: Form) -> str:
    """Return the text of trap_unit_pkg.sv."""
    name = f"{form.name}_pkg"
    lines = [*_head(f"The types of the ports of {form.name}"), f"package {name};", "", "  // The registers' width"]
    lines.append(f"  localparam int XLEN = {config.xlen};")
    for enumeration in port_enumerations(config):
        members = [f"    {c.name} = {enumeration.bits}'d{c.value}" for c in enumeration.constants]
        lines += ["", f"  // {enumeration.title}", f"  typedef enum logic [{enumeration.bits - 1}:0] {{"]
        lines += [*(f"{member}," for member in members[:-1]), members[-1], f"  }} {type_of(enumeration)};"]
    named = {constant.name for enumeration in port_enumerations(config) for constant in enumeration.constants}
    for section in port_sections(config):
        if section.constants[0].name in named:
            continue
        lines += ["", f"  // {section.title}"]
        for constant in section.constants:
            value = f"h{constant.value:03x}" if constant.is_mask else f"d{constant.value}"
            lines.append(f"  localparam logic [{constant.bits - 1}:0] {constant.name} = {constant.bits}'{value};")
    for structure in structures(groups, config):
        lines += ["", f"  // {structure.title.replace('`', '')}", "  typedef struct packed {"]
        lines += [f"    {member.type} {member.name};" for member in structure.members]
        lines.append(f"  }} {structure.name}_t;")
    return "\n".join([*lines, "", "endpackage"]) + "\n"


def wrapper(groups: tuple[PortGroup, ...], config: Config, form: Form) -> str:
    """Return the text of trap_unit_wrapper.sv."""
    scope, name = f"{form.name}_pkg", f"{form.name}_wrapper"
    ports = [f"    input  logic {span(p.width)}{p.name}" for p in groups[0].ports]
    all_ = [*structures(groups, config)]
    ports += [f"    {s.direction:6} {scope}::{s.name}_t {s.name}" for s in all_]
    lines = [*_head(f"{form.name} with a structure for each purpose, of the package {scope}"), f"module {name} ("]
    lines += [*(f"{port}," for port in ports[:-1]), ports[-1], ");", ""]
    # A port of plain bits drives no enumeration.
    plain = [member for s in all_ if s.direction == "output" for member in s.members if member.is_enumeration]
    for member in plain:
        lines.append(f"  logic {span(member.port.width)}{member.port.name};")
    lines += ["", *_instance(groups, all_, form), ""]
    lines += _conversions(all_, scope)
    return "\n".join([*lines, "endmodule"]) + "\n"


def _instance(groups: tuple[PortGroup, ...], all_: Iterable[Structure], form: Form) -> Iterator[str]:
    wires = {port.name: port.name for port in groups[0].ports}
    for structure in all_:
        for member in structure.members:
            is_plain = structure.direction == "output" and member.is_enumeration
            wires[member.port.name] = member.port.name if is_plain else f"{structure.name}.{member.name}"
    yield f"  {form.name} unit ("
    *most, last = (f"      .{port}({wire})" for port, wire in wires.items())
    yield from (f"{line}," for line in most)
    yield last
    yield "  );"


def _conversions(all_: Iterable[Structure], scope: str) -> Iterator[str]:
    for structure in all_:
        for member in structure.members:
            if structure.direction == "output" and member.is_enumeration:
                yield f"  assign {structure.name}.{member.name} = {scope}::{member.type}'({member.port.name});"


def _head(title: str) -> list[str]:
    return [*(f"// {line}" for line in identification(title)), "", *NO_TIME]
