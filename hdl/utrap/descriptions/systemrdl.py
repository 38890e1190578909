"""SystemRDL 2.0: every CSR with its fields, for PeakRDL's generators (IP-XACT, HTML, register models).

A CSR's address there is in bytes, so it is its number times the bytes of a register; the property `csr_number`
has the number itself.
"""

from __future__ import annotations

from typing import Any

from utrap.config import Config
from utrap.csr.configured import csr_rows, reset_fields, stored_fields
from utrap.descriptions.description import Description
from utrap.descriptions.extensions import words
from utrap.products.csr_map import csrs_document

__all__ = ["describe"]

#: Words that cannot name a component (SystemRDL 2.0, table 3).
_RESERVED = words(
    """
    abstract accesstype addressingtype addrmap alias all bit boolean bothedge component componentwidth
    constraint default encode enum external false field fullalign hw inside internal level longint mem na
    negedge nonsticky number onreadtype onwritetype posedge property r rclr ref reg regalign regfile rset ruser
    rw rw1 signal string struct sw this true type unsigned w w1 wclr woclr woset wot wr wset wuser wzc wzs wzt
    """
)

_HEAD = """\
// The CSRs of a trap unit. An address is a CSR's number times {size} (the bytes of a register), csr_number the number.
// A field that shows another CSR's storage says so in `shows`: it is that one bit, not a copy. Where not all bits of a
// field can change, `writable` has those that can.

property csr_number {{ component = reg; type = longint unsigned; }};
property lowest_mode {{ component = reg; type = string; }};
property shows {{ component = field; type = string; }};
property writable {{ component = field; type = longint unsigned; }};

addrmap trap_unit {{
  name = "Trap unit, XLEN {xlen}";
  default regwidth = {xlen};
  default accesswidth = {xlen};
"""


def describe(config: Config) -> Description:
    """Describe a configuration's CSRs."""
    parts = [_HEAD.format(size=config.xlen // 8, xlen=config.xlen)]
    parts += [_register(config, row) for row in csrs_document(config)["csrs"]]
    return Description(files={"": "".join(parts) + "};\n"})


def _register(config: Config, row: dict[str, Any]) -> str:
    about = [row["summary"]]
    if row["condition"]:
        about.append(f"An access must pass: {row['condition']}")
    if row["with_v"]:
        about.append(f"With V=1 {row['with_v']} takes its place")
    about.append(f"Specified: {row['section']}")
    lines = [
        "",
        "  reg {",
        f"    name = {_text(row['name'])};",
        f"    desc = {_text('. '.join(about))};",
        f"    csr_number = {row['address']:#x};",
        f"    lowest_mode = {_text(row['lowest_mode'])};",
        *(f"    {line}" for field in row["fields"] for line in _field(config, row["name"], field)),
    ]
    if not row["fields"]:
        lines.append(f'    field {{ desc = "read-only 0"; sw = r; hw = na; }} zero[{config.xlen - 1}:0] = 0;')
    lines.append(f"  }} {_name(row['name'])} @ {row['address'] * config.xlen // 8:#x};\n")
    return "\n".join(lines)


def _field(config: Config, csr: str, field: dict[str, Any]) -> list[str]:
    own = f"{csr}.{field['name']}"
    is_constant = not field["storage"] and not field["level"]
    follows = csr_rows(config)[csr].field(field["name"]).follows
    about = [field["rule"]] if field["rule"] else []
    if field["level"] and not follows:
        about.append(_sensed(field))
    for what, conditions in (("reads 0", field["read_where"]), ("ignores writes", field["write_where"])):
        if conditions:
            about.append(f"{what} unless {' and '.join(map(_condition, conditions))}")
    properties = [f"desc = {_text('; '.join(about))};"] if about else []
    if field["storage"] and field["storage"] != own:
        properties.append(f"shows = {_text(field['storage'])};")
    changing = int(field["writable_bits"], 16) >> field["lsb"]
    if changing not in (0, (1 << field["width"]) - 1):
        properties.append(f"writable = {changing:#x};")
    access = "rw" if field["access"] == "RW" else "r"
    properties += [f"sw = {access};", f"hw = {'na' if is_constant else 'rw' if access == 'rw' else 'w'};"]
    high = field["lsb"] + field["width"] - 1
    reset = f" = {field['reset']}" if is_constant or follows or _has_reset(config, field) else ""
    return [f"field {{ {' '.join(properties)} }} {_name(field['name'])}[{high}:{field['lsb']}]{reset};"]


def _sensed(field: dict[str, Any]) -> str:
    """How a field shows a level, in words."""
    text = f"the level {field['level']}"
    if field["storage"]:
        text += ", in the storage's place" if field["level_replaces"] else ", ORed with what is stored"
    if field["level_where"]:
        text += f", where {' and '.join(map(_condition, field['level_where']))}"
    return text


def _has_reset(config: Config, field: dict[str, Any]) -> bool:
    """Whether what it reads after reset is known: nothing is sensed, and reset gives it a value."""
    storage = field["storage"]
    if not storage or field["level"] or storage not in reset_fields(config):
        return False
    return not stored_fields(config)[storage].reset_level


def _condition(text: str) -> str:
    return f"{text[1:]} is 0" if text.startswith("~") else f"{text} is 1"


def _name(name: str) -> str:
    return f"\\{name}" if name in _RESERVED else name


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
