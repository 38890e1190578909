"""The C header: CSR numbers, field masks and shifts, causes and interrupts, for C, C++ and assembler."""

from __future__ import annotations

from utrap.config import Config
from utrap.form import PLAIN, Form
from utrap.products.constants import Constant, software_sections
from utrap.products.preamble import configuration_lines, identification, wrapped

__all__ = ["c_header"]

_SUFFIX = """\
/* Masks are unsigned long in C; an assembler knows no suffix. */
#ifdef __ASSEMBLER__
#define {prefix}_UL(number) number
#else
#define {prefix}_UL(number) number##UL
#endif
"""


def c_header(config: Config, form: Form = PLAIN) -> str:
    """Return the text of utrap_csr.h."""
    prefix, guard = form.prefix, f"{form.header.upper()}_H"
    about = [
        *identification("CSRs and trap causes of one RISC-V hart's trap unit"),
        "",
        *wrapped(
            f"For each CSR X: {prefix}_CSR_X is its number. For each field F of it: {prefix}_X_F_MASK is its bits"
            f" in place and {prefix}_X_F_SHIFT the lowest one's position."
        ),
        "",
        "Configuration:",
        *("  " + line for line in configuration_lines(config, form)),
    ]
    lines = ["/*", *(f" * {line}".rstrip() for line in about), " */", f"#ifndef {guard}", f"#define {guard}", ""]
    lines += _SUFFIX.format(prefix=prefix).splitlines()
    for section in software_sections(config):
        lines += ["", f"/* {section.title} */"]
        width = max(len(constant.name) for constant in section.constants)
        lines += [_define(config, prefix, constant, width) for constant in section.constants]
    lines += ["", f"#endif /* {guard} */"]
    return "\n".join(lines) + "\n"


def _define(config: Config, prefix: str, constant: Constant, width: int) -> str:
    value = str(constant.value)
    if constant.is_mask:
        # A CSR's number and an instruction stand in the text of an instruction: without a suffix.
        is_plain = constant.name.startswith(("CSR_", "INSN_"))
        value = f"{constant.value:#x}" if is_plain else f"{prefix}_UL({constant.value:#0{config.xlen // 4 + 2}x})"
    note = f" /* {constant.note} */" if constant.note else ""
    return f"#define {prefix}_{constant.name:{width}} {value}{note}"
