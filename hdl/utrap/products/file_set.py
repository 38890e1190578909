"""What `utrap generate` writes: every file's name, what it is, and its text."""

from __future__ import annotations

from dataclasses import dataclass

from utrap.config import Config
from utrap.form import PLAIN, Form
from utrap.products.c_header import c_header
from utrap.products.contract import contract
from utrap.products.fusesoc import core_file
from utrap.products.instance import instance
from utrap.products.port_list import port_groups, ports_json, ports_markdown
from utrap.products.systemverilog import package, wrapper
from utrap.products.verilog_header import verilog_header
from utrap.products.verilog_module import write_module
from utrap.unit import TrapUnit
from utrap.verilog.netlist import make_netlist

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


def products(config: Config, form: Form = PLAIN) -> tuple[Product, ...]:
    """Make every file of a configuration, in a form."""
    unit = TrapUnit(config)
    netlist = make_netlist(unit)
    name, text = form.name, write_module(unit, netlist, form)
    groups = port_groups(unit, form)
    ports_text, ports_list = ports_markdown(unit, netlist, form), ports_json(unit, form)
    return (
        Product(name=f"{name}.v", what="the trap unit, Verilog-2005", text=text),
        Product(name=f"{name}.vh", what="names for what its ports carry", text=verilog_header(config, form)),
        Product(name=f"{name}_instance.vh", what="a template of an instance", text=instance(groups, form)),
        Product(name=f"{name}_pkg.sv", what="types for SystemVerilog", text=package(groups, config, form)),
        Product(name=f"{name}_wrapper.sv", what="it with structures as ports", text=wrapper(groups, config, form)),
        Product(name=f"{name}_contract.sv", what="what a core owes it, asserted", text=contract(groups, config, form)),
        Product(name=f"{name}_ports.md", what="its ports, for people", text=ports_text),
        Product(name=f"{name}_ports.json", what="its ports, for programs", text=ports_list),
        Product(name=f"{form.header}.h", what="CSRs and causes, for C and assembler", text=c_header(config, form)),
        Product(name=f"{name}.core", what="core file for FuseSoC", text=core_file(form)),
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
