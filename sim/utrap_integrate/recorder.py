"""The recorder: a Verilog module that every bench holds, which counts, ends the run and writes down what happens.

    recorder recorder (.clk, .rst, .retires, .trap, .trap_cause, .trap_pc, .asks, .ended, .code);

- `retires`: how many instructions retire in this cycle (2 bits);
- `trap`, `trap_cause`, `trap_pc`: the core takes a trap, by its own signals, which the original has too;
  64 bits each, the cause as in mcause but with its interrupt bit at 63;
- `asks`: the core looks at `legality_csr`;
- `ended`, `code`: the program has written `code` to `tohost`: 1 is success.

The bench reads `+image=`, `+tohost=` itself. Lines go to the file `+stream=`, each with a letter first:

    T CYCLE CAUSE PC                 the core takes a trap
    E CYCLE RETIRED INPUTS OUTPUTS   with the unit: an event at its commit port, a question to `legality_csr`, a
                                     change of its interrupt lines, the first cycle or the last; the vectors hold
                                     its ports and its state before the event
    X CODE CYCLES RETIRED            the program has ended
    M CYCLES RETIRED                 it has not within `+max_cycles=`
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from utrap.config import Config
from utrap_sim.simulators.bench import Bench, concatenation
from utrap_testbench.boundary import Layout

__all__ = ["UnitLayout", "recorder_verilog"]

#: What `utrap_sim.simulators.bench` drives beside the unit's ports.
_NO_PORTS = ("rst", "observe")


@dataclass(frozen=True)
class UnitLayout:
    """What an event's line holds.

    Attributes:
        inputs: The unit's input ports.
        outputs: Its outputs and registers.
        sources: What each is in Verilog, an expression, by name, seen from the bench.
    """

    inputs: Layout
    outputs: Layout
    sources: Mapping[str, str]

    @classmethod
    def of(cls, config: Config, unit: str) -> UnitLayout:
        """The layout for the instance `unit`, a path in the bench."""
        bench = Bench(config)
        inputs = Layout(field for field in bench.inputs.fields if field.name not in _NO_PORTS)
        ports = {field.name: f"{unit}.{field.name.replace('.', '_')}" for field in inputs.fields}
        return cls(inputs, bench.outputs, ports | bench.seen_in(unit))


def recorder_verilog(layout: UnitLayout | None, unit: str) -> str:
    """The module `recorder`; without a layout there is no unit in the core."""
    if layout is None:
        return _TEMPLATE.replace("@EVENTS@", "").replace("@LINES@", "1'b0")
    lines = [layout.sources[field.name] for field in layout.inputs.fields if field.name.startswith("lines.")]
    events = _EVENTS.format(
        unit=unit,
        inputs=concatenation(layout.inputs, layout.sources),
        outputs=concatenation(layout.outputs, layout.sources),
    )
    return _TEMPLATE.replace("@EVENTS@", events).replace("@LINES@", "{" + ", ".join(lines) + "}")


_EVENTS = """\
    if ({unit}.commit_op != 3'd0 || asks || lines_now !== lines || cycle == 64'd0 || is_last)
      $fwrite(stream, "E %0d %0d %h %h\\n", cycle, retired,
    {inputs},
    {outputs});
"""

# Everything is sampled at the clock edge, before what the edge changes.
_TEMPLATE = """\
module recorder (
  input wire        clk,
  input wire        rst,
  input wire [1:0]  retires,
  input wire        trap,
  input wire [63:0] trap_cause,
  input wire [63:0] trap_pc,
  input wire        asks,
  input wire        ended,
  input wire [63:0] code
);
  integer stream;
  reg [63:0] max_cycles;
  reg [8191:0] stream_name, waves;

  initial begin
    if (!$value$plusargs("max_cycles=%d", max_cycles)) max_cycles = ~64'd0;
    if (!$value$plusargs("stream=%s", stream_name)) stream_name = "/dev/stdout";
    if ($value$plusargs("waves=%s", waves)) begin
      $dumpfile(waves);
      $dumpvars(0, bench);
    end
    stream = $fopen(stream_name, "w");
  end

  reg [63:0] cycle = 64'd0;
  reg [63:0] retired = 64'd0;
  reg [127:0] lines = 128'd0;
  wire [127:0] lines_now = @LINES@;
  wire is_last = ended || cycle == max_cycles;

  always @(posedge clk) if (!rst) begin
    lines <= lines_now;
    if (trap) $fwrite(stream, "T %0d %h %h\\n", cycle, trap_cause, trap_pc);
@EVENTS@\
    if (is_last) begin
      if (ended) $fwrite(stream, "X %h %0d %0d\\n", code, cycle, retired);
      else $fwrite(stream, "M %0d %0d\\n", cycle, retired);
      $fflush(stream);
      $finish;
    end
    cycle <= cycle + 64'd1;
    retired <= retired + {62'd0, retires};
  end
endmodule
"""
