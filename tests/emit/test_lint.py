"""Verilator, Icarus and Yosys accept every configuration's Verilog without a word."""

import re

import pytest

from utrap.products.preamble import PRAGMAS
from utrap.verilog.yosys import YosysError, run_yosys


def verilator(say, folder):
    return say("verilator", "--lint-only", "-Wall", "trap_unit.v", cwd=folder)


def icarus(say, folder):
    return say("iverilog", "-g2005", "-Wall", "-o", "/dev/null", "trap_unit.v", cwd=folder)


def yosys(say, folder):
    try:
        # No net may come into being by being named.
        passes = ["read_verilog -noautowire unit.v", "hierarchy -check -top trap_unit", "proc", "check -assert"]
        run_yosys(passes, {"unit.v": (folder / "trap_unit.v").read_text()})
    except YosysError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("tool", [verilator, icarus, yosys])
def test_the_verilog_is_accepted_without_a_warning(files, say, tmp_path, tool):
    (tmp_path / "trap_unit.v").write_text(files["trap_unit.v"])
    assert tool(say, tmp_path) == ""


@pytest.mark.parametrize(
    ("tool", "fault"),
    [
        (verilator, "wire [1:0] narrow = hartid;"),
        (verilator, "reg latch; always @* if (rst) latch = hartid[0];"),
        (icarus, "wire [1:0] narrow = nowhere;"),
        (icarus, "wire beyond = hartid[64];"),
        (yosys, "wire undriven; (* keep *) wire user = ~undriven;"),
        (yosys, "(* keep *) wire x, y; assign x = ~(y & rst); assign y = ~(x & clk);"),
        (yosys, "wire twice = rst; assign twice = clk;"),
    ],
)
def test_a_warning_is_seen(files_of, say, tmp_path, tool, fault):
    text = files_of("mu 64")["trap_unit.v"]
    (tmp_path / "trap_unit.v").write_text(text.replace("endmodule", f"  {fault}\nendmodule"))
    assert tool(say, tmp_path) != ""


#: A module around the unit, in a file that has a timescale.
TIMED = """`timescale 1ns / 1ps
module timed (input wire clk, input wire rst, output wire [2:0] mode);
  /* verilator lint_off PINMISSING */
  trap_unit unit (.clk(clk), .rst(rst), .hartid(64'd0), .hart_mode(mode), .commit_op(3'd0));
endmodule
"""


def together(say, folder, tool, *files):
    """What a tool says about the unit in a list of files."""
    if tool is icarus:
        return say("iverilog", "-g2005", "-Wall", "-Wno-portbind", "-s", "timed", "-o", "/dev/null", *files, cwd=folder)
    return say("verilator", "--lint-only", "-Wall", "--top-module", "timed", *files, cwd=folder)


@pytest.mark.parametrize("tool", [verilator, icarus])
@pytest.mark.parametrize("order", [("timed.v", "trap_unit.v"), ("trap_unit.v", "timed.v")])
def test_it_stands_beside_files_with_a_timescale_in_either_order(files_of, say, tmp_path, tool, order):
    (tmp_path / "trap_unit.v").write_text(files_of("full 64")["trap_unit.v"])
    (tmp_path / "timed.v").write_text(TIMED)
    assert together(say, tmp_path, tool, *order) == ""


@pytest.mark.parametrize("order", [("timed.v", "trap_unit.v"), ("trap_unit.v", "timed.v")])
def test_verilator_asks_for_no_timescale_in_files_beside_it(files_of, say, tmp_path, order):
    (tmp_path / "trap_unit.v").write_text(files_of("full 64")["trap_unit.v"])
    (tmp_path / "timed.v").write_text(TIMED.partition("\n")[2])
    assert together(say, tmp_path, verilator, *order) == ""


def test_what_is_switched_off_is_explained_and_needed(files_of, say, tmp_path):
    """Every pragma stands in the header with a reason, and without it the linter would speak."""
    text = files_of("full 64")["trap_unit.v"]
    switched_off = re.findall(r"lint_off (\w+)", text)
    assert switched_off == list(PRAGMAS)
    (tmp_path / "timed.v").write_text(TIMED)
    for rule in switched_off:
        assert f"//   {rule}: " in text
        (tmp_path / "trap_unit.v").write_text(text.replace(f"/* verilator lint_off {rule} */", ""))
        assert f"%Warning-{rule}" in together(say, tmp_path, verilator, "trap_unit.v", "timed.v")


def test_the_header_for_verilog_is_accepted(files, say, tmp_path):
    names = re.findall(r"`define (UTRAP_\w+) ", files["trap_unit.vh"])
    uses = "\n".join(f'  initial $display("%0d", `{name});' for name in names)
    (tmp_path / "trap_unit.vh").write_text(files["trap_unit.vh"])
    twice = '`include "trap_unit.vh"\n`include "trap_unit.vh"\n'
    (tmp_path / "trap_unit.v").write_text(f"{twice}module trap_unit;\n{uses}\nendmodule\n")
    assert icarus(say, tmp_path) == ""
    assert len(names) == len(set(names)) > 20
