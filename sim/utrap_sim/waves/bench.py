"""The bench whose dump a person reads: the unit with its own ports, and beside it what software is doing, in words.

It plays a file of stimuli as the other benches do, but by itself, without
cocotb, and with the clock of a core: what is driven changes with the state, at
the rising edge, and holds for the whole cycle. Cycle n is from the edge at
`START + n * PERIOD` to the next.
"""

from __future__ import annotations

from utrap_sim.simulators.bench import TOP, Bench

__all__ = ["DUMP", "NOTE_CHARACTERS", "OBSERVED", "PERIOD", "START", "STIMULI", "WaveBench"]

#: The lines that it plays, and what it writes for each.
STIMULI, OBSERVED = "stimuli.hex", "observed.hex"
#: The dump in the folder of the simulation.
DUMP = "waves.dump"
#: Room for the words about a cycle.
NOTE_CHARACTERS = 64
#: Of the clock, and the rising edge that begins cycle 0, in ns.
PERIOD, START = 10, 10


class WaveBench(Bench):
    """A bench that dumps the unit, from the cycle that `+first` names on."""

    def verilog(self) -> str:
        """The bench's Verilog, which instantiates the unit."""
        inputs, outputs = self.inputs, self.outputs
        return _TEMPLATE.format(
            top=TOP,
            last_in=inputs.width - 1,
            last_out=outputs.width - 1,
            last_note=8 * NOTE_CHARACTERS - 1,
            last_line=inputs.width + 8 * NOTE_CHARACTERS - 1,
            last_happens=5 + outputs.width_of("trace.kind"),
            observed=self.observed(),
            connections=self.connections(),
            stimuli=STIMULI,
            results=OBSERVED,
            dump=DUMP,
            half=PERIOD // 2,
            start=START - PERIOD // 2,
        )

    def line(self, vector: int, note: str) -> str:
        """A line of the file of stimuli."""
        text = note.encode("ascii", "replace")[:NOTE_CHARACTERS].ljust(NOTE_CHARACTERS)
        return f"{int.from_bytes(text) << self.inputs.width | vector:x}\n"


# Icarus dumps what $dumpvars names, Verilator everything but where tracing is off. What a cycle shows is
# written down just before the edge that ends it.
_TEMPLATE = """\
`timescale 1ns / 1ns

module {top};
  reg clk = 1'b0;
  reg [{last_note}:0] note = 0;

  // Kind and, of a trap, cause: one value for each event that has a name.
  wire [{last_happens}:0] happens =
    {{dut.trace_kind, dut.trace_kind == 3'd2 || dut.trace_kind == 3'd3 ? dut.trace_cause : 6'd0}};

  // verilator tracing_off
  reg [{last_line}:0] line = 0;
  reg [{last_in}:0] stimulus = 0;
  wire [{last_out}:0] observed = {observed};
  integer stimuli, results, cycle, first, found;
  // verilator tracing_on

  trap_unit dut (
    {connections}
  );

  always @(posedge clk) {{note, stimulus}} <= line;

  initial begin
    found = $value$plusargs("first=%d", first);
    stimuli = $fopen("{stimuli}", "r");
    results = $fopen("{results}", "w");
    cycle = 0;
    #{start};
    while ($fscanf(stimuli, "%h", line) == 1) begin
      #{half} if (cycle != 0) $fwrite(results, "%h\\n", observed);
      clk = 1'b1;
      if (cycle == first) begin
        $dumpfile("{dump}");
        $dumpvars(0, dut);
        $dumpvars(0, note, happens);
      end
      #{half} clk = 1'b0;
      cycle = cycle + 1;
    end
    #{half} $fwrite(results, "%h\\n", observed);
    clk = 1'b1;
    #{half} $fclose(results);
    $finish;
  end
endmodule
"""
