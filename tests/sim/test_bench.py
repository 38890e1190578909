"""What a bench sees as one Verilog expression."""

from utrap_sim.simulators.bench import concatenation
from utrap_testbench.boundary import Layout


def test_the_concatenation_has_the_highest_field_first_and_fills_the_gaps():
    layout = Layout([("a", 3), ("b", 8), ("c", 1), ("d", 13)])
    found = concatenation(layout, {name: f"x.{name}" for name in "abcd"})
    assert found.split() == ["{3'd0,", "x.d,", "3'd0,", "x.c,", "x.b,", "1'd0,", "x.a}"]
