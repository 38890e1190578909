"""The boundary has the ports that the hardware has, each in one row, and the hardware's encodings."""

import pytest
from amaranth.hdl import Shape
from amaranth.lib.wiring import In

from utrap import isa
from utrap.config import PROFILES, Config
from utrap.unit import TrapUnit
from utrap_testbench import golden
from utrap_testbench.boundary import LEVELS, OPERANDS, OUTPUTS, VERDICTS, Op, input_ports, output_ports
from utrap_testbench.harts import model_config

CONFIGS = {f"{name}-rv{xlen}": Config.profile(name, xlen) for name in PROFILES for xlen in (32, 64)}
OTHERS = {
    "full, GEILEN 5": Config.profile("full", 64, geilen=5),
    "full without FS and VS": Config.profile("full", 64, fs=False, vs=False),
    "msuh, FS alone": Config.profile("msuh", 32, vs=False),
    "M and U with N": Config.profile("mu", 64, n=True),
    "full with Debug Mode": Config.profile("full", 64, sdext=True),
    "msu with Debug Mode": Config.profile("msu", 32, sdext=True),
    "msuh, Sv39x4": Config.profile("msuh", 64, hgatp_modes=("bare", "sv39x4")),
}
EVERY = pytest.mark.parametrize("config", [*CONFIGS.values(), *OTHERS.values()], ids=[*CONFIGS, *OTHERS])


def ports(config):
    """Name and width of the inputs and of the outputs that the component has."""
    unit = TrapUnit(config)
    unit._MustUse__used = True  # it is not elaborated
    inputs: dict[str, int] = {}
    outputs: dict[str, int] = {}
    for path, member, _ in unit.signature.flatten(unit):
        (inputs if member.flow is In else outputs)[".".join(path)] = Shape.cast(member.shape).width
    return inputs, outputs


@EVERY
def test_inputs_and_outputs_are_the_components_with_their_widths(config):
    assert (input_ports(model_config(config)), output_ports(model_config(config))) == ports(config)


@EVERY
def test_every_output_port_has_exactly_one_row(config):
    hart = model_config(config)
    rows = [row.name for row in OUTPUTS if row.width(hart)]
    assert sorted(rows) == sorted(ports(config)[1])


def test_no_port_has_two_rows():
    names = [*(row.name for row in OUTPUTS), *(row.name for row in OPERANDS), *(row.name for row in LEVELS)]
    assert len(names) == len(set(names))


def test_a_row_that_is_not_always_compared_says_why():
    for row in OUTPUTS:
        assert row.when.text
        assert bool(row.when.reason) == (row.when.text != "always"), row.name


def test_operations_and_verdicts_are_encoded_as_the_hardware_does():
    assert {op.name: op.value for op in Op} == {op.name: op.value for op in isa.CommitOp}
    assert {op.name: op.value for op in golden.CsrOp} == {op.name: op.value for op in isa.CsrOp}
    assert {golden.Fault(cause).name: number for cause, number in VERDICTS.items()} == {
        fault.name: fault.value for fault in isa.Fault
    }


def test_a_levels_field_is_one_of_the_models_state():
    assert {row.field for row in LEVELS} <= vars(golden.State()).keys()
