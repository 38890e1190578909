"""A template of an instance: every port of the configuration, with a wire of its name, to copy into a core."""

from __future__ import annotations

from collections.abc import Iterator

from utrap.form import Form
from utrap.products.port_list import PortGroup
from utrap.products.preamble import identification, wrapped
from utrap.verilog.logic import span

__all__ = ["instance"]

_ABOUT = (
    "A template, to copy into a core or to include where wires may be declared: drive the wires of the inputs, use"
    " those of the outputs, and leave what you have no use for out of the instance (an output) or at 0 (an input)."
)


def instance(groups: tuple[PortGroup, ...], form: Form) -> str:
    """Return the text of trap_unit_instance.vh."""
    about = [*identification(f"An instance of {form.name}"), "", *wrapped(_ABOUT)]
    lines = [*(f"// {line}".rstrip() for line in about), ""]
    first, *others = groups
    for group in others:
        lines.append(f"  // {group.title.replace('`', '')}")
        lines += [f"  wire {span(port.width):>8}{port.name};" for port in group.ports]
    lines += ["", *_connections(first, others, form)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _connections(first: PortGroup, others: list[PortGroup], form: Form) -> Iterator[str]:
    yield f"  {form.name} unit ("
    ports = [port for group in (first, *others) for port in group.ports]
    width = max(len(port.name) for port in ports)
    for port in ports:
        comma = "" if port is ports[-1] else ","
        yield f"      .{port.name:{width}} ({port.name}){comma} // {port.direction}, {port.width}"
    yield "  );"
