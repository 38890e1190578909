"""The unit as one Verilog-2005 module that a person can read.

Amaranth and Yosys make the netlist; this module lays it out: the ports by purpose, one register for
each stored field, one wire for each CSR, the logic in the order of its dependencies, and one always
block for each CSR. A test proves the text equivalent to the RTLIL.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from utrap.config import Config
from utrap.csr.configured import csr_rows, csrs, stored_fields
from utrap.design_error import DesignError
from utrap.form import PLAIN, Form
from utrap.products.constants import enumerations
from utrap.products.port_list import port_groups
from utrap.products.preamble import (
    ASYNCHRONOUS_PRAGMAS,
    PRAGMAS,
    TIMESCALE,
    claim_lines,
    configuration_lines,
    identification,
    wrapped,
)
from utrap.section import Phase, Section
from utrap.unit import TrapUnit
from utrap.verilog.expression import LINE, Constant, Expression, Name, invert, layout
from utrap.verilog.logic import Definition, Logic, span
from utrap.verilog.netlist import Bits, Cell, Netlist, make_netlist
from utrap.verilog.operators import Codes
from utrap.verilog.statement import Assignment, If, Statement, merge

__all__ = ["verilog"]

_MODE = "mode"


def verilog(config: Config) -> str:
    """Return the text of trap_unit.v."""
    unit = TrapUnit(config)
    return write_module(unit, make_netlist(unit))


def write_module(unit: TrapUnit, netlist: Netlist, form: Form = PLAIN) -> str:
    """Lay a netlist of the unit out as Verilog."""
    return _Writer(unit, netlist, form).text()


class _Writer:
    def __init__(self, unit: TrapUnit, netlist: Netlist, form: Form) -> None:
        self._unit = unit
        self._netlist = netlist
        self._form = form
        self._groups = port_groups(unit, form)
        self._outputs = [port.name for group in self._groups for port in group.ports if port.direction == "output"]
        # A CSR -> where a field of it begins or ends.
        self._views = {
            row.name: {place for field in row.fields for place in (field.lsb, field.lsb + field.width)}
            for row in csrs(unit.config)
        }
        # A flip-flop's name -> the CSR that it belongs to, in the order of the CSRs' addresses.
        self._owners = {key.replace(".", "_"): key.partition(".")[0] for key in unit.state.stored}
        # What it starts with, where reset does not say it by a constant.
        resets = stored_fields(unit.config)
        self._start = {
            key.replace(".", "_"): 0 if resets[key].reset_level else resets[key].reset for key in unit.state.stored
        }
        self._owners |= dict.fromkeys(("mode_prv", "mode_v", "mode_debug", "mode_critical"), _MODE)
        self._sections = self._find_sections()
        named = [name for names in self._sections.values() for name in names if name not in self._outputs]
        self._codes = wire_codes(netlist, unit.config)
        self._lines: list[str] = []
        self._logic = Logic(
            netlist, self._owners, self._views, named, self._outputs, self._codes, self._write_definition
        )

    def _find_sections(self) -> dict[Section, list[str]]:
        """The sections in their order, each with its wires and outputs in the order of the source."""
        found: dict[Section, list[str]] = {}
        for name, attributes in self._netlist.attributes.items():
            section = Section.of(name, attributes)
            if section is not None:
                found.setdefault(section, []).append(name)
            elif name in self._outputs:
                raise DesignError(f"{name} is in no section")
        return dict(sorted(found.items()))

    def text(self) -> str:
        registers = {self._register_name(cell): cell for cell in self._logic.flip_flops}
        ordered = [(name, registers[name]) for name in self._owners if name in registers]
        parts = [_title("State: one register for each stored field"), list(self._declarations(ordered))]
        sections = list(self._sections)
        for section in sections:
            if section.phase is not Phase.SENSE:
                break
            parts += self._section(section)
        self._write_csrs()
        parts += [_title("CSRs: what each reads"), self._taken()]
        for section in sections:
            if section.phase is not Phase.SENSE:
                parts += self._section(section)
        parts += [_title("Next state: all of it changes here and nowhere else"), *self._blocks(ordered)]
        body = "\n".join("  " + line if line else "" for part in (self._constants(parts), *parts) for line in part)
        return (
            f"{self._preamble()}\nmodule {self._form.name} (\n{self._port_list()}\n);\n{body}\n\nendmodule\n\n{_AFTER}"
        )

    def _taken(self) -> list[str]:
        """The lines that were written since this was asked last."""
        lines, self._lines = self._lines, []
        return lines

    def _section(self, section: Section) -> Iterator[list[str]]:
        for name in self._sections[section]:
            if name in self._outputs:
                if not self._logic.is_defined(name):
                    self._show(name)
            elif self._logic.has(name):
                self._show(name)
        if self._lines:
            yield [*_title(section.title), *(f"// {line}" for line in wrapped(section.text))]
            if section.rules:
                yield [f"// {line}" for line in wrapped(section.rules)]
            yield ["", *self._taken()]

    def _show(self, name: str) -> None:
        width = len(self._netlist.wires[name])
        self._write_definition(Definition(name=name, width=width, value=self._logic.show(name)))

    def _constants(self, parts: Iterable[Iterable[str]]) -> list[str]:
        """The codes that the text names."""
        used = set(re.findall(r"\b[A-Z][A-Z0-9]*_\w+", "\n".join(line for part in parts for line in part)))
        lines = _title("Codes")
        for enumeration in enumerations(self._unit.config):
            constants = [constant for constant in enumeration.constants if constant.name in used]
            if constants:
                lines.append(f"// {enumeration.title}")
            for constant in constants:
                lines.append(f"localparam {span(constant.bits)}{constant.name} = {constant.bits}'d{constant.value};")
        return lines if len(lines) > len(_title("Codes")) else []

    # --- the parts --------------------------------------------------------

    def _preamble(self) -> str:
        config, form = self._unit.config, self._form
        active = "" if form.reset_active == "high" else ", active low"
        pragmas = self._pragmas()
        lines = [
            *identification("The trap unit of one RISC-V hart"),
            "",
            *wrapped(
                "Every trap CSR, the routing of exceptions and interrupts to the privilege modes, the"
                " entry into and the return from each, and the judgement of CSR accesses and"
                " privileged instructions. One event is committed a cycle; the answers are"
                " combinational in that cycle; all state changes at the rising edge of clk that ends"
                f" it. {form.reset_port} is {form.reset}{active}."
                f" Instantiate by name; {form.name}_ports.md says what each port is."
            ),
            "",
            "Configuration:",
            *("  " + line for line in configuration_lines(config, form)),
            *claim_lines(config),
            "",
            "Lint: what is switched off, and why.",
        ]
        for rule, reason in pragmas.items():
            lines += ["  " + line for line in wrapped(f"{rule}: {reason}")]
        text = "\n".join(f"// {line}".rstrip() for line in lines)
        switches = "\n".join(f"/* verilator lint_off {rule} */" for rule in pragmas)
        return f"{text}\n\n{switches}\n{TIMESCALE}`default_nettype none\n"

    def _pragmas(self) -> dict[str, str]:
        """The rules that this form breaks, each with its reason."""
        broken = {rule: why for rule, why in PRAGMAS.items() if self._form.initial_values or rule != "PROCASSINIT"}
        if self._form.is_asynchronous and self._unit.config.mtvec_reset == "port":
            broken |= ASYNCHRONOUS_PRAGMAS
        return broken

    def _port_list(self) -> str:
        lines = []
        last = self._groups[-1].ports[-1].name
        for group in self._groups:
            lines.append(f"    // {group.title.replace(chr(96), '')}")
            for port in group.ports:
                comma = "" if port.name == last else ","
                lines.append(f"    {port.direction:6} wire {span(port.width):>8}{port.name}{comma}")
        return "\n".join(lines)

    def _declarations(self, registers: Iterable[tuple[str, Cell]]) -> Iterator[str]:
        summaries = {name: row.summary for name, row in csr_rows(self._unit.config).items()}
        config = self._unit.config
        more = [", and Debug Mode"] * config.sdext + [", and that the hart has stopped"] * config.smdbltrp
        summaries[_MODE] = "the current mode: nominal privilege and V" + "".join(more)
        for owner, members in groupby(registers, key=lambda item: self._owners[item[0]]):
            yield f"// {owner}: {summaries[owner]}"
            for name, cell in members:
                reset, _ = self._reset_and_next(cell)
                # What a port says in reset, or nothing does, is not known before it; nothing counts before it anyway.
                start = reset if isinstance(reset, Constant) else f"{len(cell.output)}'d{self._start[name]}"
                yield f"reg {span(len(cell.output))}{name}{f' = {start}' if self._form.initial_values else ''};"

    def _write_csrs(self) -> None:
        for row in csrs(self._unit.config):
            if not self._logic.is_defined(row.name):
                self._lines.append(f"// {row.address:#05x} {row.name}")
                value = self._logic.show(row.name)
                self._write_definition(Definition(name=row.name, width=self._unit.config.xlen, value=value))

    def _write_definition(self, definition: Definition) -> None:
        name = definition.name
        prefix = f"assign {name} = " if name in self._outputs else f"wire {span(definition.width)}{name} = "
        self._lines += layout(prefix, definition.value).split("\n")

    # --- the next state ---------------------------------------------------

    def _register_name(self, cell: Cell) -> str:
        return self._logic.name_of(cell.output)

    def _reset_and_next(self, cell: Cell) -> tuple[Expression | None, Bits]:
        """The value that reset gives a flip-flop, None where it stays as it is, and what it takes otherwise."""
        data = self._logic.sole_driver(cell.ports["D"], "$mux")
        rst, clk = self._netlist.wires["rst"], self._netlist.wires["clk"]
        if data is None or data.ports["S"] != rst or cell.ports["CLK"] != clk:
            raise DesignError(f"{self._register_name(cell)} is not reset by rst or not clocked by clk")
        stays = data.ports["B"] == cell.output
        return None if stays else self._logic.operand(data.ports["B"], len(cell.output)), data.ports["A"]

    def _blocks(self, registers: Iterable[tuple[str, Cell]]) -> Iterator[list[str]]:
        for owner, members in groupby(registers, key=lambda item: self._owners[item[0]]):
            # What no clock resets has constants for it; what has none, or stays, is clocked in any form.
            clocked, unclocked = _Changes(), _Changes()
            for name, cell in members:
                reset, following = self._reset_and_next(cell)
                is_unclocked = self._form.is_asynchronous and isinstance(reset, Constant)
                changes = unclocked if is_unclocked else clocked
                changes.resets += [] if reset is None else [Assignment(name, reset)]
                merge(changes.updates, self._update(name, cell.output, following))
            yield [
                *self._taken(),
                f"// {owner}",
                *self._block(unclocked, self._reset_edge()),
                *self._block(clocked, ""),
            ]

    def _reset_edge(self) -> str:
        return f" or {'posedge' if self._form.reset_active == 'high' else 'negedge'} {self._form.reset_port}"

    def _block(self, changes: _Changes, reset_edge: str) -> list[str]:
        """An always block, "" for no edge of the reset's; none where nothing changes."""
        if not changes.resets and not changes.updates:
            return []
        is_reset: Expression = Name(self._form.reset_port)
        is_running = invert(is_reset)
        if self._form.reset_active == "low":
            is_reset, is_running = is_running, is_reset
        always = f"always @(posedge clk{reset_edge})"
        if changes.resets:
            return [always, *If(is_reset, changes.resets, changes.updates).lines("  ")]
        if self._form.is_asynchronous:
            # The reset is no data: what is committed while it is active is the core's to hold back.
            lines = [line for update in changes.updates for line in update.lines("  ")]
            return [f"{always} begin", *lines, "end"]
        return [always, *If(is_running, changes.updates, []).lines("  ")]

    def _update(self, name: str, held: Bits, value: Bits) -> list[Statement]:
        """Statements that give a register a value; none where it keeps its own."""
        if value == held:
            return []
        cell = self._logic.sole_driver(value, "$mux")
        if cell is None or not self._holds(cell, held):
            return [Assignment(name, self._logic.operand(value, len(value), self._codes.get(name)))]
        condition = self._logic.operand(cell.ports["S"], 1)
        then = self._update(name, held, cell.ports["B"])
        otherwise = self._update(name, held, cell.ports["A"])
        return [If(condition, then, otherwise) if then else If(invert(condition), otherwise, [])]

    def _holds(self, cell: Cell, held: Bits) -> bool:
        """Whether a choice, or one inside it, keeps the register as it is."""
        for port in "AB":
            if cell.ports[port] == held:
                return True
            inner = self._logic.sole_driver(cell.ports[port], "$mux")
            if inner is not None and self._holds(inner, held):
                return True
        return False


@dataclass
class _Changes:
    """What an always block does: what reset gives its registers, and what they take otherwise."""

    resets: list[Statement] = field(default_factory=list)
    updates: list[Statement] = field(default_factory=list)


def _title(text: str) -> list[str]:
    return ["", f"// ---- {text} ".ljust(LINE - 2, "-"), ""]


def wire_codes(netlist: Netlist, config: Config) -> dict[str, Codes]:
    """Names for the values of wires that carry an enumeration: wire -> value -> name."""
    known = {enumeration.name: enumeration for enumeration in enumerations(config)}
    found: dict[str, Codes] = {}
    for name, attributes in netlist.attributes.items():
        enumeration = known.get(attributes.get(f"codes_of_{name}", attributes.get("enum_base_type", "")))
        if enumeration is not None and enumeration.bits == len(netlist.wires[name]):
            found[name] = {constant.value: constant.name for constant in enumeration.constants}
    return found


_AFTER = "`default_nettype wire\n"
