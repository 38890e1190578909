"""What synthesis makes of the Verilog: no latch, no loop, one clock, one synchronous reset, no flip-flop too many."""

import json
import re
from collections import Counter

import pytest

from utrap.csr.configured import stored_fields
from utrap.registers.state import state_bits
from utrap.verilog.yosys import YosysError, run_yosys

_SYNTHESIS = [
    "read_verilog -noautowire unit.v",
    "synth -flatten -top trap_unit -run begin:fine",
    "simplemap",
    "opt_dff",
    "opt_clean",
    "check -assert",
    "write_json unit.json",
]
_RESET = [
    "read_verilog unit.v",
    "hierarchy -top held",
    "proc",
    "flatten",
    "opt_expr",
    "write_json unit.json",
]
_HELD = "module held (input clk); trap_unit unit (.clk(clk), .rst(1'b1)); endmodule"
#: With or without synchronous reset and enable, at the rising edge.
_SYNCHRONOUS = re.compile(r"\$_(SDFF_P[NP][01]|SDFFC?E_P[NP][01][NP]|DFF_P|DFFE_P[NP])_")


def cells(passes, text, top="trap_unit"):
    """The cells and ports that passes make of the unit. A loop is a YosysError."""
    module = json.loads(run_yosys(passes, {"unit.v": text}, "unit.json", allows_warnings=True))["modules"][top]
    return list(module["cells"].values()), {name: port["bits"] for name, port in module["ports"].items()}


def storage(text):
    """How many storage elements of one bit there are of each kind; "ff" is one that rises with clk alone."""
    found: Counter[str] = Counter()
    every, ports = cells(_SYNTHESIS, text)
    for cell in every:
        kind = cell["type"]
        if _SYNCHRONOUS.fullmatch(kind):
            is_clocked = cell["connections"]["C"] == ports["clk"]
            found["ff" if is_clocked else "ff of another clock"] += 1
        elif any(part in kind for part in ("DFF", "dff", "LATCH", "latch", "_FF_", "mem", "SR_")):
            found[kind] += 1
    return dict(found)


def without_reset(text):
    """How many bits of storage rst does not give a constant."""
    every, _ = cells(_RESET, text + _HELD, "held")
    data = [bit for cell in every if "D" in cell["connections"] for bit in cell["connections"]["D"]]
    return sum(isinstance(bit, int) for bit in data)


def test_there_is_one_flip_flop_for_each_bit_of_state_with_one_clock_and_nothing_else_that_stores(config, files):
    assert storage(files["trap_unit.v"]) == {"ff": state_bits(config)}


def test_one_synchronous_reset_gives_every_flip_flop_its_value(config, files):
    """A constant, but for what a port says."""
    told = [field.mask.bit_count() for field in stored_fields(config).values() if field.reset_level]
    assert without_reset(files["trap_unit.v"]) == sum(told)


def faulty(files_of, fault):
    return files_of("mu 64")["trap_unit.v"].replace("endmodule", f"  {fault}\nendmodule")


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("(* keep *) reg x; always @* if (rst) x = hartid[0];", "$_DLATCH_P_"),
        ("(* keep *) reg x; always @(posedge lines_meip) if (rst) x <= 0; else x <= hartid[0];", "ff of another clock"),
        ("(* keep *) reg x; always @(negedge clk) if (rst) x <= 0; else x <= hartid[0];", "$_SDFF_NP0_"),
        ("(* keep *) reg x; always @(posedge clk, posedge rst) if (rst) x <= 0; else x <= hartid[0];", "$_DFF_PP0_"),
    ],
)
def test_a_wrong_storage_element_is_seen(configurations, files_of, fault, kind):
    assert storage(faulty(files_of, fault)) == {"ff": state_bits(configurations["mu 64"]), kind: 1}


def test_a_flip_flop_without_reset_is_seen(files_of):
    assert without_reset(faulty(files_of, "(* keep *) reg x; always @(posedge clk) x <= hartid[0];")) == 1


def test_a_flip_flop_too_many_is_seen(configurations, files_of):
    fault = "(* keep *) reg x; always @(posedge clk) if (rst) x <= 0; else if (lines_meip) x <= hartid[0];"
    assert storage(faulty(files_of, fault)) == {"ff": state_bits(configurations["mu 64"]) + 1}


def test_a_loop_is_seen(files_of):
    with pytest.raises(YosysError, match="loop"):
        storage(faulty(files_of, "(* keep *) wire x, y; assign x = ~(y & rst); assign y = ~(x & clk);"))
