"""The bench that plays a recorded trace on one mutant after another, each up to its first difference.

It compares as the regression does: outputs in the cycle of their event, the
state in the next, the bits that mean something. Verilator compiles it once for
all mutants of a batch; nothing of Python is in the way. Between two mutants the
unit without any is reset: each begins with the initial values of the Verilog, as
a regression does.
"""

from __future__ import annotations

from utrap_sim.simulators.bench import Bench
from utrap_sim.simulators.played import octets

from .netlist import MUTANT

__all__ = ["CAUGHT", "ORDER", "TOP", "TRACE", "MutantBench"]

#: The bench's module, and its files: which mutants to run, the trace, and what came of it.
TOP = "mutant_bench"
ORDER, TRACE, CAUGHT = "order.txt", "trace.bin", "caught.txt"


class MutantBench(Bench):
    """A bench of a unit with an input for mutants."""

    def verilog_for(self, mutants: int, steps: int) -> str:
        """The bench's Verilog for a batch of so many mutants and a trace of so many cycles."""
        driven, seen = octets(self.inputs.width), octets(self.outputs.width)
        return _TEMPLATE.format(
            top=TOP,
            last_in=self.inputs.width - 1,
            last_out=self.outputs.width - 1,
            last_mutant=mutants - 1,
            last_line=8 * (driven + 2 * seen) - 1,
            octets=driven + 2 * seen,
            driven=16 * seen,
            expected=8 * seen,
            reset=f"{self.inputs.width}'h{self.inputs.pack({'rst': 1}):x}",
            steps=steps,
            observed=self.observed(),
            connections=self.connections(),
            mutant=MUTANT,
            order=ORDER,
            trace=TRACE,
            caught=CAUGHT,
        )


# A line of `order` is a mutant's number, -1 for none; a line of `caught` its number, the cycle of the first
# difference (-1: none) and what was seen in it.
_TEMPLATE = """\
`timescale 1ns / 1ps

module {top};
  reg clk = 1'b0;
  reg [{last_in}:0] stimulus = 0;
  reg [{last_mutant}:0] mutant = 0;
  reg [{last_line}:0] line = 0;
  reg [{last_out}:0] shown = 0;
  integer order, trace, caught, number, cycle, first;

  trap_unit dut (
    .{mutant}(mutant),
    {connections}
  );

  wire [{last_out}:0] seen = {observed};
  wire [{last_out}:0] wrong = (seen ^ line[{expected} +: {last_out}+1]) & line[0 +: {last_out}+1];

  initial begin
    order = $fopen("{order}", "r");
    caught = $fopen("{caught}", "w");
    trace = $fopen("{trace}", "rb");
    while ($fscanf(order, "%d", number) == 1) begin
      mutant = 0;
      stimulus = {reset};
      #1 clk = 1'b1;
      #1 clk = 1'b0;
      if (number >= 0) mutant[number] = 1'b1;
      cycle = $rewind(trace);
      first = -1;
      cycle = 0;
      while (first < 0 && cycle < {steps} && $fread(line, trace) == {octets}) begin
        stimulus = line[{driven} +: {last_in}+1];
        #1 if (wrong !== 0) begin
          first = cycle;
          shown = seen;
        end
        clk = 1'b1;
        #1 clk = 1'b0;
        cycle = cycle + 1;
      end
      if (first >= 0) $fwrite(caught, "%0d %0d %h\\n", number, first, shown);
      else $fwrite(caught, "%0d -1 0\\n", number);
      $fflush(caught);
    end
    $finish;
  end
endmodule
"""
