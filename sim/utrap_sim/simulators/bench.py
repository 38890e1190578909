"""The bench around the unit, written from its port list and CSR table: one vector in, one vector out.

In a simulator the bench plays a file of stimuli by itself and writes down what
it sees (`played`, `utrap_sim.replay.bench_player`); or a cocotb test drives
`stimulus`, `clk` and reads `observed` cycle by cycle. Both see the same
fields, under the names that `Bench.inputs` and `Bench.outputs` list:

- inputs: every input port as `<port>.<member>`, `hartid`, `rst`, and
  `observe`, without which nothing is seen;
- outputs: every output port likewise; every register that records name, as
  `registers` lists them (some of them bit by bit as stored, see `raw_fields`);
  `seip_sw`, `ueip_sw` and `stip_sw`.

What ports there are says the testbench's boundary; the registers' wires are the unit's.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from amaranth.hdl import Cat, Const, Value
from amaranth.lib.wiring import Flow, In, Out

from utrap.config import Config
from utrap.csr.configured import csr_rows
from utrap.unit import TrapUnit
from utrap_testbench.boundary import Layout, input_ports, output_ports
from utrap_testbench.golden import Config as ModelConfig
from utrap_testbench.golden.register_table import REGISTER_NAMES
from utrap_testbench.harts import model_config

from . import played
from .given_verilog import GivenVerilog, refuse_what_does_not_fit
from .unit_verilog import unit_verilog

__all__ = ["TOP", "Bench", "concatenation"]

#: The bench's module in Verilog.
TOP = "bench"

#: CSRs that are compared as stored and not as a read masks them.
_AS_STORED = (
    *("hideleg", "sedeleg", "sideleg", "henvcfg", "henvcfgh", "sstateen0"),
    *(f"hstateen{number}{half}" for number in range(4) for half in ("", "h")),
)
#: Bits of mip of which software has one and a line the other. STIP's is hidden while stimecmp makes it.
_SOFTWARE_BITS = ("seip", "ueip")
#: What most cycles use comes first, so that their lines are short where stimuli are text.
_FIRST = ("commit.op", "commit.csr_op", "commit.csr_address", "rst", "observe", "commit.csr_wdata")


class Bench:
    """The bench of one configuration.

    Attributes:
        config: What the unit is generated for.
        unit: The unit, not yet elaborated.
        given: The Verilog to run in the place of the generated; None where there is none.
    """

    def __init__(self, config: Config, given: GivenVerilog | None = None) -> None:
        self.config = config
        self.given = given
        self.unit = TrapUnit(config)
        # A bench whose Verilog is in the cache is not elaborated, and that is no mistake to warn of.
        self.unit._MustUse__used = True

    @cached_property
    def model(self) -> ModelConfig:
        """The model's configuration of the same hart."""
        return model_config(self.config)

    @cached_property
    def registers(self) -> tuple[str, ...]:
        """The registers that records name and that are CSRs of the configuration, `mip` and `hgeip` among them."""
        rows = csr_rows(self.config)
        return tuple(name for name in REGISTER_NAMES if name in rows)

    @cached_property
    def inputs(self) -> Layout:
        """What the bench drives."""
        widths = {**input_ports(self.model), "rst": 1, "observe": 1}
        return Layout(({name: widths[name] for name in _FIRST} | widths).items())

    @cached_property
    def outputs(self) -> Layout:
        """What the bench sees."""
        registers = ((name, width) for name, width, _, _ in self._state())
        return Layout([*output_ports(self.model).items(), *registers])

    @cached_property
    def sources(self) -> dict[str, tuple[str, ...]]:
        """The wires inside the unit of each of the outputs; of several it is the AND."""
        ports = {name: (name.replace(".", "_"),) for name in output_ports(self.model)}
        return ports | {name: wires for name, _, wires, _ in self._state()}

    def seen_in(self, unit: str) -> dict[str, str]:
        """Each of the outputs as an expression in Verilog, where the unit is an instance of this name."""
        return {name: " & ".join(f"{unit}.{wire}" for wire in wires) for name, wires in self.sources.items()}

    @cached_property
    def input_values(self) -> dict[str, Value]:
        """Amaranth's signals of the inputs, but for `rst` and `observe`."""
        return self._port_values(In)

    @cached_property
    def output_values(self) -> dict[str, Value]:
        """Amaranth's signals of the outputs."""
        return self._port_values(Out) | {name: value for name, _, _, value in self._state()}

    def _port_values(self, flow: Flow) -> dict[str, Value]:
        return {
            ".".join(path): Value.cast(value)
            for path, member, value in self.unit.signature.flatten(self.unit)
            if member.flow is flow
        }

    def _state(self) -> list[tuple[str, int, tuple[str, ...], Value]]:
        """Name, width, wires in Verilog and value in Amaranth of all that the bench sees of the state."""
        state, xlen = self.unit.state, self.config.xlen
        as_stored = [name for name in _AS_STORED if name in self.registers and self._hides(name)]
        seen: list[tuple[str, int, tuple[str, ...], Value]] = [
            (name, xlen, (name,), state.views[name]) for name in self.registers if name not in as_stored
        ]
        seen += [(bit + "_sw", 1, (f"mip_{bit}",), state[f"mip.{bit}"]) for bit in _SOFTWARE_BITS if self._stores(bit)]
        if self.config.sstc:
            enabled = "menvcfg.stce" if xlen == 64 else "menvcfgh.stce"
            wires = ("mip_stip", enabled.replace(".", "_"))
            seen.append(("stip_sw", 1, wires, state["mip.stip"] & state[enabled]))
        for name in as_stored:
            for field in csr_rows(self.config)[name].fields:
                key = f"{name}.{field.name}"
                wire, width = key.replace(".", "_"), field.width
                for bit in range(width):
                    one = wire if width == 1 else f"{wire}[{bit}]"
                    seen.append((f"{key}@{field.lsb + bit}", 1, (one,), state[key][bit]))
        return seen

    def _hides(self, name: str) -> bool:
        """Whether a read of a register does not show all that it stores."""
        row = csr_rows(self.config)[name]
        return any(field.read_where for field in row.fields if row.owns(field))

    def _stores(self, bit: str) -> bool:
        return f"mip.{bit}" in self.unit.state.stored

    @cached_property
    def raw_fields(self) -> tuple[tuple[str, str, int], ...]:
        """Name of the field, of its register, and place, for registers that are seen bit by bit."""
        names = [name for name in self.outputs.offset if "@" in name]
        return tuple((name, name.partition(".")[0], int(name.partition("@")[2])) for name in names)

    def unit_verilog(self) -> str:
        """The unit's own Verilog.

        Raises:
            UserError: When it is given and does not fit.
        """
        if self.given is None:
            return unit_verilog(self.unit)
        refuse_what_does_not_fit(self.given, self._ports(), self._looked_at())
        return self.given.text

    def _ports(self) -> dict[str, tuple[str, int]]:
        """Direction and width of every port, as the Verilog calls it."""
        ports = {"clk": ("input", 1), "rst": ("input", 1)}
        for path, member, value in self.unit.signature.flatten(self.unit):
            ports["_".join(path)] = ("input" if member.flow is In else "output", len(Value.cast(value)))
        return ports

    def _looked_at(self) -> dict[str, int]:
        """The wires that the bench sees, and how many bits each has (at least, of one that is seen bit by bit)."""
        widths: dict[str, int] = {}
        for _, width, wires, _ in self._state():
            for wire in wires:
                plain, is_bit, place = wire.partition("[")
                least = int(place.rstrip("]")) + 1 if is_bit else width
                widths[plain] = max(least, widths.get(plain, 0))
        return widths

    def connections(self) -> str:
        """The unit's inputs, as the bench connects them: `clk`, and the fields of `stimulus`."""
        connections = [".clk(clk)"]
        for name, width in self.inputs.fields:
            if name != "observe":
                low = self.inputs.offset[name]
                connections.append(f".{name.replace('.', '_')}(stimulus[{low + width - 1}:{low}])")
        return ",\n    ".join(connections)

    def observed(self) -> str:
        """What the bench sees, as a Verilog expression."""
        return concatenation(self.outputs, self.seen_in("dut"))

    def verilog(self) -> str:
        """The bench's Verilog, which instantiates the unit."""
        inputs, outputs = self.inputs, self.outputs
        return _TEMPLATE.format(
            top=TOP,
            last_in=inputs.width - 1,
            last_out=32 * played.words(outputs.width) - 1,
            observed=self.observed(),
            connections=self.connections(),
            observe=inputs.offset["observe"],
            octets=played.octets(inputs.width),
            last_line=8 * played.octets(inputs.width) - 1,
            stimuli=played.STIMULI,
            two_states=played.TWO_STATES,
            four_states=played.FOUR_STATES,
        )

    def packed_outputs(self) -> Value:
        """Amaranth's value of all outputs, packed as `outputs` says."""
        parts: list[Value] = []
        for field in self.outputs.fields:
            value = self.output_values[field.name]
            parts += [value, Const(0, -field.width % 4)]
        return Cat(*parts)


def concatenation(layout: Layout, sources: Mapping[str, str]) -> str:
    """A vector as a Verilog expression; `sources` has one for each field."""
    parts = []
    for name, width in reversed(layout.fields):
        if gap := -width % 4:
            parts.append(f"{gap}'d0")
        parts.append(sources[name])
    return "{" + ",\n    ".join(parts) + "}"


# Time passes only in `play`: in a simulation that a cocotb test drives, the test moves the clock.
# What is seen is sampled at the clock edge, before what the edge changes: the answers to this cycle's
# stimulus, and the state before it.
_TEMPLATE = """\
`timescale 1ns / 1ps

// A bit has two states in Verilator, else four.
`ifdef VERILATOR
`define RESULTS "{two_states}"
`define FORMAT "%u"
`else
`define RESULTS "{four_states}"
`define FORMAT "%z"
`endif

module {top};
  reg clk /*verilator public_flat_rw*/ = 1'b0;
  reg [{last_in}:0] stimulus /*verilator public_flat_rw*/ = 0;
  reg [{last_out}:0] observed /*verilator public_flat_rd*/ = 0;
  reg play /*verilator public_flat_rw*/ = 1'b0;
  reg done /*verilator public_flat_rd*/ = 1'b0;
  reg [{last_line}:0] line;
  integer stimuli, results;

  trap_unit dut (
    {connections}
  );

  always @(posedge clk)
    if (stimulus[{observe}])
      observed <= {observed};

  // So many bytes of the file are one cycle; `observe` asks for results.
  always @(posedge play) begin
    stimuli = $fopen("{stimuli}", "rb");
    results = $fopen(`RESULTS, "wb");
    while ($fread(line, stimuli) == {octets}) begin
      stimulus = line[{last_in}:0];
      #1 clk = 1'b1;
      #1 clk = 1'b0;
      if (line[{observe}]) $fwrite(results, `FORMAT, observed);
    end
    $fclose(stimuli);
    $fclose(results);
    done = ~done;
  end
endmodule
"""
