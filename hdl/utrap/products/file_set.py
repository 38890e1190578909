"""What `utrap generate` writes: every file's name, what it is, and its text."""

from __future__ import annotations

from dataclasses import dataclass

from utrap.config import Config
from utrap.products.c_header import c_header
from utrap.products.fusesoc import core_file
from utrap.products.port_list import ports_json, ports_markdown
from utrap.products.verilog_header import verilog_header
from utrap.products.verilog_module import write_module
from utrap.unit import TrapUnit
from utrap.verilog.netlist import TOP, make_netlist

__all__ = ["Product", "notes", "products"]


@dataclass(frozen=True, kw_only=True)
class Product:
    """One file."""

    name: str
    what: str
    text: str

    @property
    def content(self) -> bytes:
        """What the file holds."""
        return self.text.encode()


def products(config: Config) -> tuple[Product, ...]:
    """Make every file of a configuration."""
    unit = TrapUnit(config)
    netlist = make_netlist(unit)
    ports_text, ports_list = ports_markdown(unit, netlist), ports_json(unit)
    return (
        Product(name=f"{TOP}.v", what="the trap unit, Verilog-2005", text=write_module(unit, netlist)),
        Product(name=f"{TOP}.vh", what="names for what its ports carry", text=verilog_header(config)),
        Product(name=f"{TOP}_ports.md", what="its ports, for people", text=ports_text),
        Product(name=f"{TOP}_ports.json", what="its ports, for programs", text=ports_list),
        Product(name="utrap_csr.h", what="CSRs and causes, for C and assembler", text=c_header(config)),
        Product(name=f"{TOP}.core", what="core file for FuseSoC", text=core_file()),
    )


def notes(config: Config) -> tuple[str, ...]:
    """What software that is to run on a hart with the unit may not expect, each a line with the remedy."""
    found = []
    if config.vectored_align > 4 and (config.s or config.mtvec_modes != "direct"):
        found.append(
            f"vectored_align={config.vectored_align}: xtvec with MODE=1 takes tables at multiples of"
            f" {config.vectored_align} bytes; for software that aligns them to less: --set vectored_align=4"
        )
    return tuple(found)
