"""The C header: CSR numbers, field masks and shifts, causes and interrupts, for C, C++ and assembler."""

from __future__ import annotations

from utrap.config import Config
from utrap.products.constants import Constant, software_sections
from utrap.products.preamble import configuration_lines, identification, wrapped

__all__ = ["c_header"]

_GUARD = "UTRAP_CSR_H"
_SUFFIX = """\
/* Masks are unsigned long in C; an assembler knows no suffix. */
#ifdef __ASSEMBLER__
#define UTRAP_UL(number) number
#else
#define UTRAP_UL(number) number##UL
#endif
"""


def c_header(config: Config) -> str:
    """Return the text of utrap_csr.h."""
    about = [
        *identification("CSRs and trap causes of one RISC-V hart's trap unit"),
        "",
        *wrapped(
            "For each CSR X: UTRAP_CSR_X is its number. For each field F of it: UTRAP_X_F_MASK is its bits"
            " in place and UTRAP_X_F_SHIFT the lowest one's position."
        ),
        "",
        "Configuration:",
        *("  " + line for line in configuration_lines(config)),
    ]
    lines = ["/*", *(f" * {line}".rstrip() for line in about), " */", f"#ifndef {_GUARD}", f"#define {_GUARD}", ""]
    lines += _SUFFIX.splitlines()
    for section in software_sections(config):
        lines += ["", f"/* {section.title} */"]
        width = max(len(constant.name) for constant in section.constants)
        lines += [_define(config, constant, width) for constant in section.constants]
    lines += ["", f"#endif /* {_GUARD} */"]
    return "\n".join(lines) + "\n"


def _define(config: Config, constant: Constant, width: int) -> str:
    value = str(constant.value)
    if constant.is_mask:
        # A CSR's number and an instruction stand in the text of an instruction: without a suffix.
        is_plain = constant.name.startswith(("CSR_", "INSN_"))
        value = f"{constant.value:#x}" if is_plain else f"UTRAP_UL({constant.value:#0{config.xlen // 4 + 2}x})"
    note = f" /* {constant.note} */" if constant.note else ""
    return f"#define UTRAP_{constant.name:{width}} {value}{note}"
