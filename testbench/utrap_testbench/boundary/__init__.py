"""The unit's ports as the golden model sees them: one description, on which all that drives or checks the unit stands.

It knows neither Amaranth nor the hardware; a test holds it to the ports that
the hardware has.

- `Op`, `operation(event)`: the operations of the commit port.
- `OPERANDS`, `LEVELS`: a row for each input port. `Encoder` goes from events
  and levels to the ports, `Decoder` back.
- `OUTPUTS`: a row for each output port, with its value by the model, when it
  means something and why not elsewhere; `expected(answer)` gives the values.
  Values and conditions hold for integers and for symbolic values. What they
  look at is an `Answer`, or of ports that follow from state and lines a `Now`.
- `input_ports(config)`, `output_ports(config)`: names and widths.
- `Layout`: ports, or other fields, in one wide vector, as benches have them;
  `PackedOutputs` says what such a vector must show.

A new output port is a row in `outputs`; a new operand of an event, or a new
level, one in `inputs`.
"""

from __future__ import annotations

from .driving import Decoder, Encoder, Levels
from .inputs import LEVELS, OPERANDS, Level, Operand, input_ports
from .moment import Answer, Now
from .operations import FAULTS, VERDICTS, Op, operation
from .outputs import BY_EVENT, BY_STATE, OUTPUTS, Output, When, expected, output_ports
from .packed import PackedOutputs
from .vector import Field, Layout, UnknownBits

__all__ = [
    "BY_EVENT",
    "BY_STATE",
    "FAULTS",
    "LEVELS",
    "OPERANDS",
    "OUTPUTS",
    "VERDICTS",
    "Answer",
    "Decoder",
    "Encoder",
    "Field",
    "Layout",
    "Level",
    "Levels",
    "Now",
    "Op",
    "Operand",
    "Output",
    "PackedOutputs",
    "UnknownBits",
    "When",
    "expected",
    "input_ports",
    "operation",
    "output_ports",
]
