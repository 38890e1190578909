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


def test_what_is_switched_off_is_explained_and_needed(files_of, say, tmp_path):
    """Every pragma stands in the header with a reason, and without it the linter would speak."""
    text = files_of("full 64")["trap_unit.v"]
    switched_off = re.findall(r"lint_off (\w+)", text)
    assert switched_off == list(PRAGMAS)
    for rule in switched_off:
        assert f"//   {rule}: " in text
        (tmp_path / "trap_unit.v").write_text(text.replace(f"/* verilator lint_off {rule} */", ""))
        assert f"%Warning-{rule}" in verilator(say, tmp_path)


def test_the_header_for_verilog_is_accepted(files, say, tmp_path):
    names = re.findall(r"`define (UTRAP_\w+) ", files["trap_unit.vh"])
    uses = "\n".join(f'  initial $display("%0d", `{name});' for name in names)
    (tmp_path / "trap_unit.vh").write_text(files["trap_unit.vh"])
    twice = '`include "trap_unit.vh"\n`include "trap_unit.vh"\n'
    (tmp_path / "trap_unit.v").write_text(f"{twice}module trap_unit;\n{uses}\nendmodule\n")
    assert icarus(say, tmp_path) == ""
    assert len(names) == len(set(names)) > 20
