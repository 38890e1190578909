"""The Verilog header: names for what the unit's ports carry, for the module that instantiates it."""

from __future__ import annotations

from utrap.config import Config
from utrap.form import PLAIN, Form
from utrap.products.constants import Constant, port_sections
from utrap.products.preamble import identification

__all__ = ["verilog_header"]


def verilog_header(config: Config, form: Form = PLAIN) -> str:
    """Return the text of trap_unit.vh."""
    guard = f"{form.prefix}_TRAP_UNIT_VH"
    lines = [f"// {line}" for line in identification(f"Encodings of the ports of {form.name}")]
    lines += ["", f"`ifndef {guard}", f"`define {guard}"]
    for section in port_sections(config):
        lines += ["", f"// {section.title}"]
        width = max(len(constant.name) for constant in section.constants)
        lines += [f"`define {form.prefix}_{constant.name:{width}} {_value(constant)}" for constant in section.constants]
    return "\n".join([*lines, "", f"`endif // {guard}"]) + "\n"


def _value(constant: Constant) -> str:
    number = f"h{constant.value:03x}" if constant.is_mask else f"d{constant.value}"
    return f"{constant.bits}'{number}"
