"""The bench around the soc, in plain Verilog: memory, clock, and a stream of what happens.

The simulation writes lines to the file `+stream=`, each with a letter first:

    E CYCLE RETIRED INPUTS OUTPUTS   an event at the unit's commit port, its interrupt lines changed, the first
                                     cycle or the last; the vectors hold all of the unit's ports, and its
                                     state before the event (`BenchLayout`), in hexadecimal
    R CYCLE PC INSN MODE             an instruction retired; with `+retired`, or with `+profile=` for so many, from
                                     the first one of a guest on
    U CYCLE BYTE                     the UART sent a byte
    H CYCLE BYTE                     a byte for HTIF's console (`htif`)
    Q CYCLE REQUEST NUMBER           HTIF was asked for something else; NUMBER is a system call's, or 0
    S CYCLE                          the simulation is alive, now and then
    X CODE CYCLE RETIRED             the program ended, with this code
    M CYCLE RETIRED                  the program has not ended within `+max_cycles=`

With `+input=` the UART receives what that file holds: it is looked at anew every so many cycles, so another process may
append to it while the simulation runs.

`CYCLE` counts from 0, the first cycle without reset; `RETIRED` are the instructions before that
cycle; both are decimal. Memory answers in the cycle after the one in which it is asked.
"""

from __future__ import annotations

from utrap.config import Config
from utrap_sim.simulators.bench import Bench, concatenation
from utrap_testbench.boundary import Layout

from .htif import HTIF, HTIF_WRITES
from .memory import BASE, MEMORY

__all__ = ["CLOCK", "TOP", "BenchLayout"]

#: The module's name.
TOP = "hart_bench"
#: Where the unit is.
_UNIT = "soc.hart.unit"
#: Cycles between two signs of life; a power of two.
_ALIVE = 1 << 16
#: Cycles between two looks at a file of input that had no more; a power of two.
_LOOK = 1 << 10
#: What `utrap_sim.simulators.bench` drives beside the unit's ports.
_NO_PORTS = ("rst", "observe")


class BenchLayout:
    """What an event's line holds, for a configuration of the unit.

    Attributes:
        inputs: Every input port as `<port>.<member>`, and `hartid`.
        outputs: Every output port likewise, and every register: `utrap_sim.simulators.bench.Bench.outputs`.
    """

    def __init__(self, config: Config) -> None:
        bench = Bench(config)
        self.inputs = Layout(field for field in bench.inputs.fields if field.name not in _NO_PORTS)
        self.outputs = bench.outputs
        inputs = {field.name: field.name.replace(".", "_") for field in self.inputs.fields}
        self._sources = {name: f"{_UNIT}.{source}" for name, source in inputs.items()} | bench.seen_in(_UNIT)

    def verilog(self) -> str:
        """The bench's Verilog, which instantiates the module `soc`."""
        lines = [self._sources[field.name] for field in self.inputs.fields if field.name.startswith("lines.")]
        return _TEMPLATE.format(
            top=TOP,
            unit=_UNIT,
            base=BASE,
            memory=MEMORY,
            alive=_ALIVE - 1,
            look=_LOOK - 1,
            last_line=len(lines) - 1,
            lines=", ".join(lines),
            inputs=concatenation(self.inputs, self._sources),
            outputs=concatenation(self.outputs, self._sources),
            htif=HTIF,
            htif_writes=HTIF_WRITES,
        )


# Everything is sampled at the clock edge, before what the edge changes. The stream is flushed where a
# person waits for it; a reader that has gone away ends the simulation at the next sign of life.
_TEMPLATE = """\
`timescale 1ns / 1ps

`ifdef VERILATOR
module {top}(input clk, input rst); // its main() drives them
`else
module {top};
  reg clk = 1'b0;
  reg rst = 1'b1;
  initial #3 rst = 1'b0;
  always #1 clk = !clk;
`endif
  localparam [55:0] BASE = 56'h{base:x};

  reg [63:0] entry, max_cycles;
  reg [55:0] tohost, fromhost, size;
  reg [8191:0] image, stream_name, input_name, waves;
  reg has_retired;
  reg [63:0] profile;
  reg in_profile = 1'b0;
  integer stream, source, came;
  reg [63:0] cycle = 64'd0;
  reg [63:0] retired = 64'd0;

  wire memory_valid, memory_write, uart_valid, takes, exit_valid, retire_valid;
  reg received = 1'b0;
  reg [7:0] received_data = 8'd0;
  wire [55:0] memory_address;
  wire [63:0] memory_wdata, exit_code, retire_pc;
  wire [7:0] memory_wmask, uart_data;
  wire [31:0] retire_insn;
  wire [2:0] retire_mode;
  reg memory_ready = 1'b0;
  reg memory_error = 1'b0;
  reg [63:0] memory_rdata = 64'd0;

  soc soc (
    .clk(clk), .rst(rst), .reset_pc(entry),
    .memory_valid(memory_valid), .memory_write(memory_write), .memory_address(memory_address),
    .memory_wdata(memory_wdata), .memory_wmask(memory_wmask),
    .memory_ready(memory_ready), .memory_rdata(memory_rdata), .memory_error(memory_error),
    .uart_valid(uart_valid), .uart_data(uart_data),
    .received(received), .received_data(received_data), .takes(takes), .exit_valid(exit_valid), .exit_code(exit_code),
    .retire_valid(retire_valid), .retire_pc(retire_pc), .retire_insn(retire_insn), .retire_mode(retire_mode)
  );

  {memory} memory();
  wire [55:0] offset = memory_address - BASE;
  wire is_inside = offset < size;
  wire [52:0] word = offset[55:3];
  wire [63:0] mask = {{{{8{{memory_wmask[7]}}}}, {{8{{memory_wmask[6]}}}}, {{8{{memory_wmask[5]}}}},
    {{8{{memory_wmask[4]}}}}, {{8{{memory_wmask[3]}}}}, {{8{{memory_wmask[2]}}}}, {{8{{memory_wmask[1]}}}},
    {{8{{memory_wmask[0]}}}}}};

  always @(posedge clk) begin
    memory_ready <= memory_valid && !memory_ready && !rst;
    memory_error <= !is_inside;
    if (memory_valid && !memory_ready && is_inside) begin
      if (memory_write) memory.write(word, memory_wdata, mask);
      else memory_rdata <= memory.read(word);
    end
{htif_writes}  end

{htif}
  initial begin
    if (!$value$plusargs("entry=%h", entry)) entry = BASE;
    if (!$value$plusargs("tohost=%h", tohost)) tohost = 56'd0;
    if (!$value$plusargs("fromhost=%h", fromhost)) fromhost = 56'd0;
    if (!$value$plusargs("max_cycles=%d", max_cycles)) max_cycles = ~64'd0;
    if (!$value$plusargs("size=%d", size)) size = 56'd0;
    if ($value$plusargs("image=%s", image)) memory.load(image);
    if (!$value$plusargs("stream=%s", stream_name)) stream_name = "/dev/stdout";
    if ($value$plusargs("waves=%s", waves)) begin
      $dumpfile(waves);
      $dumpvars(0, soc);
    end
    has_retired = $test$plusargs("retired");
    if (!$value$plusargs("profile=%d", profile)) profile = 64'd0;
    stream = $fopen(stream_name, "w");
    source = 0;
    if ($value$plusargs("input=%s", input_name)) source = $fopen(input_name, "r");
  end

  reg [{last_line}:0] lines;
  wire [{last_line}:0] lines_now = {{{lines}}};
  wire ends = exit_valid === 1'b1 || htif_ends;
  wire [63:0] end_code = htif_ends ? htif_code : exit_code;
  wire is_last = ends || cycle == max_cycles;

  always @(posedge clk) if (!rst) begin
    lines <= lines_now;
    if (retire_valid && retire_mode[2]) in_profile <= 1'b1;
    if (retire_valid && in_profile && profile != 64'd0) profile <= profile - 64'd1;
    if (retire_valid && (has_retired || in_profile && profile != 64'd0))
      $fwrite(stream, "R %0d %h %h %h\\n", cycle, retire_pc, retire_insn, retire_mode);
    if ({unit}.commit_op != 3'd0 || lines_now !== lines || cycle == 64'd0 || is_last)
      $fwrite(stream, "E %0d %0d %h %h\\n", cycle, retired,
    {inputs},
    {outputs});
    if (uart_valid === 1'b1) begin
      $fwrite(stream, "U %0d %h\\n", cycle, uart_data);
      $fflush(stream);
    end
    if ((cycle & 64'd{alive}) == 64'd0) begin
      $fwrite(stream, "S %0d\\n", cycle);
      $fflush(stream);
    end
    if (is_last) begin
      if (ends) $fwrite(stream, "X %h %0d %0d\\n", end_code, cycle, retired);
      else $fwrite(stream, "M %0d %0d\\n", cycle, retired);
      $fflush(stream);
      $finish;
    end
    if (takes === 1'b1) received <= 1'b0;
    else if (source != 0 && !received && (cycle & 64'd{look}) == 64'd0) begin
      came = $fgetc(source);
      // At a file's end a reader stays there until it is told to look again.
      if (came < 0) came = $fseek(source, 0, 1) - 1;
      else begin
        received <= 1'b1;
        received_data <= came;
      end
    end
    cycle <= cycle + 64'd1;
    if (retire_valid) retired <= retired + 64'd1;
  end
endmodule
"""

#: main() of Verilator's program: the clock. As under Icarus an edge is a unit of time, and the reset ends behind the
#: first rising one.
CLOCK = """\
#include "Vtop.h"

#include <memory>

int main(int argc, char **argv) {
    const std::unique_ptr<VerilatedContext> context{new VerilatedContext};
    context->commandArgs(argc, argv);
#if VM_TRACE
    context->traceEverOn(true);
#endif
    const std::unique_ptr<Vtop> top{new Vtop{context.get(), ""}};
    top->clk = 0;
    top->rst = 1;
    top->eval();
    while (!context->gotFinish()) {
        context->timeInc(1);
        top->clk = !top->clk;
        if (!top->clk)
            top->rst = 0;
        top->eval();
    }
    top->final();
    return 0;
}
"""
