"""The contract of the ports as assertions: a SystemVerilog module that binds itself to every instance of the unit.

Simulators and formal tools of all kinds read it: immediate assertions in a clocked block, each in a block that has
the clause's name.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from utrap.config import Config
from utrap.form import Form
from utrap.isa import operations
from utrap.products.constants import Constant, port_sections
from utrap.products.contract_clauses import IN_RESET, Clause, clauses
from utrap.products.port_list import PortGroup
from utrap.products.preamble import NO_TIME, identification, wrapped
from utrap.verilog.expression import LINE
from utrap.verilog.logic import span

__all__ = ["contract"]

_ABOUT = (
    "What a core owes the unit, as assertions; give this file to a simulator or a formal tool beside the core and the"
    " unit, and it binds itself to every instance. A report names the instance and the clause. Tools without bind"
    " (Icarus, the Verilog reader of Yosys) have {macro} defined, and the core, or a testbench, instantiates it."
)


def contract(groups: tuple[PortGroup, ...], config: Config, form: Form) -> str:
    """Return the text of trap_unit_contract.sv."""
    name, macro = f"{form.name}_contract", f"{form.prefix}_NO_BIND"
    body = _body(groups, config, form)
    words = set(re.findall(r"\w+", "\n".join(body)))
    ports = [port for group in groups for port in group.ports if port.name in words]
    title = f"The contract of the ports of {form.name}"
    lines = [f"// {line}".rstrip() for line in [*identification(title), "", *wrapped(_ABOUT.format(macro=macro))]]
    lines += ["", *NO_TIME, f"module {name} ("]
    inputs = [f"    input wire {span(port.width):>7}{port.name}" for port in ports]
    lines += [*(f"{line}," for line in inputs[:-1]), inputs[-1], ");", ""]
    lines += [f"  localparam {span(c.bits)}{c.name} = {c.bits}'d{c.value};" for c in _codes(config) if c.name in words]
    lines += [*body, "", "endmodule", "", "`ifdef __ICARUS__", f"`define {macro}", "`endif", f"`ifndef {macro}"]
    lines.append(f"bind {form.name} {name} contract (")
    wires = [f"    .{port.name}({port.name})" for port in ports]
    return "\n".join([*lines, *(f"{wire}," for wire in wires[:-1]), wires[-1], ");", "`endif"]) + "\n"


def _codes(config: Config) -> Iterator[Constant]:
    """Every code that a port carries."""
    yield from (constant for section in port_sections(config) for constant in section.constants)


def _body(groups: tuple[PortGroup, ...], config: Config, form: Form) -> list[str]:
    lines = [*_memory(groups, config, form), "", "  always @(posedge clk) begin", "    if (is_running) begin"]
    for clause in clauses(config, form):
        lines += _assertion(clause, config)
    lines.append("    end")
    if IN_RESET.exists(config, form):
        lines += ["    if (was_reset && is_reset) begin", *_assertion(IN_RESET, config), "    end"]
    return [*lines, "  end"]


def _memory(groups: tuple[PortGroup, ...], config: Config, form: Form) -> list[str]:
    """What the clauses look at beside the ports."""
    lines = [port for group in groups if group.name == "lines" for port in group.ports]
    # A debugger may ask at any time; a program buffer's fault ends it, and no more.
    is_told = config.mhartid == "port"
    counts = "answer_fault != FAULT_NONE" + (" && !hart_debug" if config.sdext else "")
    return f"""
  wire is_reset = {"!" if form.reset_active == "low" else ""}{form.reset_port};
  reg was_reset;
  wire is_running = was_reset && !is_reset;
  wire {span(sum(port.width for port in lines))}lines = {{
    {", ".join(port.name for port in lines)}
  }};
  // The cycle before.
  reg past_is_running, past_redirect;
  reg {span(config.xlen)}{"past_hartid, " if is_told else ""}past_target;
  // The fault that the core has not raised yet, and the operation, on which CSR, that had it.
  reg is_faulty;
  reg [1:0] faulty_fault;
  reg {span(max(operations(config)).bit_length())}faulty_op;
  reg [11:0] faulty_csr;

  initial was_reset = 1'b0;
  always @(posedge clk) begin
    if (is_reset) was_reset <= 1'b1;
    past_is_running <= is_running;{chr(10) + "    past_hartid <= hartid;" if is_told else ""}
    past_redirect <= is_running && answer_redirect;
    past_target <= answer_target;
    if (is_reset) begin
      is_faulty <= 1'b0;
    end else if (commit_op != OP_NONE && commit_op != OP_DEBUG_CSR) begin
      is_faulty <= {counts};
      faulty_fault <= answer_fault;
      faulty_op <= commit_op;
      faulty_csr <= commit_csr_address;
    end
  end
""".rstrip().splitlines()


def _assertion(clause: Clause, config: Config) -> list[str]:
    """A block with the clause's name, and one assertion in it, broken into lines between its operators."""
    condition = clause.holds(config)
    whole = f"        assert ({condition});"
    if len(whole) <= LINE:
        body = [whole]
    else:
        # A comparison stays in one piece.
        pieces = re.sub(r" (==|!=|>=|<=) ", r"~\1~", condition)
        parts = textwrap.wrap(pieces, LINE - 10, break_long_words=False, break_on_hyphens=False)
        body = ["        assert (", *(f"          {part.replace('~', ' ')}" for part in parts), "        );"]
    comment = [f"      // {line}" for line in wrapped(clause.text)]
    return [*comment, f"      begin : {clause.name}", *body, "      end"]
