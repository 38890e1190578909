"""The platform as Verilog: soc.v, with a module for each part of the hart, and trap_unit.v beside it."""

from __future__ import annotations

import re
from typing import Any

from amaranth.back import rtlil
from amaranth.hdl import Value

from utrap.config import Config
from utrap.products.preamble import identification
from utrap.products.verilog_module import verilog
from utrap.verilog.netlist import TOP
from utrap.verilog.yosys import run_yosys
from utrap_hart.core.trap_unit import TrapUnitInstance

from .soc import Soc

__all__ = ["platform_verilog", "soc_verilog"]

#: `pmuxtree` makes choices of operators: as the functions that they would be, Icarus takes half as long again.
_PASSES = (
    "read_rtlil soc.il",
    "proc",
    "opt_expr",
    "opt_merge",
    "opt_muxtree",
    "opt_reduce",
    "opt_expr",
    "pmuxtree",
    "opt_expr",
    "wreduce",
    "opt_clean",
    "write_verilog -noattr soc.v",
)


def soc_verilog(config: Config, zero_pmp: bool = False) -> dict[str, str]:
    """Return the platform's Verilog files: name -> text.

    The top module is `soc`; nothing is flattened, so the trap unit's registers
    and CSRs are `soc.hart.unit.NAME`.
    """
    return {"soc.v": platform_verilog(config, zero_pmp), f"{TOP}.v": verilog(config)}


def platform_verilog(config: Config, zero_pmp: bool = False) -> str:
    """Return the text of soc.v, which has all but the trap unit."""
    soc = Soc(config, TrapUnitInstance(config), zero_pmp)
    _, _, modules = run_yosys(_PASSES, {"soc.il": _to_rtlil(soc)}, "soc.v").partition("\n")
    header = "\n".join(f"// {line}" for line in identification("A platform around a small RV64 hart"))
    return f"{header}\n{modules}"


def _to_rtlil(soc: Soc) -> str:
    """Write it as RTLIL, the ports' names joined with single underscores."""
    ports: dict[str, Any] = {}
    for path, _, value in soc.signature.flatten(soc):
        ports["_".join(map(str, path))] = (Value.cast(value), None)
    text: str = rtlil.convert(soc, name="soc", ports=ports, emit_src=False)
    # Modules are called after their place; without dots their names are plain ones in Verilog.
    return re.sub(r"\\soc(\.\w+)+", lambda match: match[0].replace(".", "_"), text)
