"""The Verilog header: names for what the unit's ports carry, for the module that instantiates it."""

from __future__ import annotations

from utrap.config import Config
from utrap.products.constants import Constant, port_sections
from utrap.products.preamble import identification

__all__ = ["verilog_header"]

_GUARD = "UTRAP_TRAP_UNIT_VH"


def verilog_header(config: Config) -> str:
    """Return the text of trap_unit.vh."""
    lines = [f"// {line}" for line in identification("Encodings of the ports of trap_unit")]
    lines += ["", f"`ifndef {_GUARD}", f"`define {_GUARD}"]
    for section in port_sections(config):
        lines += ["", f"// {section.title}"]
        width = max(len(constant.name) for constant in section.constants)
        lines += [f"`define UTRAP_{constant.name:{width}} {_value(constant)}" for constant in section.constants]
    return "\n".join([*lines, "", f"`endif // {_GUARD}"]) + "\n"


def _value(constant: Constant) -> str:
    number = f"h{constant.value:03x}" if constant.is_mask else f"d{constant.value}"
    return f"{constant.bits}'{number}"
