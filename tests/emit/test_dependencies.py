# amaranth: UnusedElaboratable=no
"""What the ports promise not to depend on each other, held against the netlist of every profile."""

from dataclasses import replace

import pytest

from utrap.config import PROFILES, Config
from utrap.products.dependency_table import broken_promises, dependency_lines
from utrap.promises import PROMISES
from utrap.rules.access import judge
from utrap.unit import TrapUnit
from utrap.verilog.dependencies import inputs_of_outputs
from utrap.verilog.netlist import Bits, Cell, Netlist, make_netlist

CONFIGS = {
    **{f"{name} {xlen}": Config.profile(name, xlen) for name in PROFILES for xlen in (32, 64)},
    "a core's": Config.profile("mu", 32, local_interrupts=15, mtvec_reset="port", counters="none"),
    "most": Config.profile("full", 64, windows=8, geilen=63, counters="zihpm", local_interrupts=48, mtvec_reset="port"),
}


@pytest.fixture(scope="module")
def netlist():
    return make_netlist(TrapUnit(CONFIGS["most"]))


@pytest.mark.parametrize("name", CONFIGS)
def test_every_promise_is_kept(name):
    assert broken_promises(make_netlist(TrapUnit(CONFIGS[name])), PROMISES) == []


def test_every_promise_is_about_ports_and_nets_that_there_are(netlist):
    everything = {name: set(netlist.ports) for name in inputs_of_outputs(netlist)}
    for promise in PROMISES:
        assert promise.but_through in ("", *netlist.wires)
        assert broken_promises(with_dependencies(netlist, everything), [promise]), promise.text


def with_dependencies(netlist, found):
    """The netlist in which outputs depend on more inputs, one bit each."""
    cells, ports, net = list(netlist.cells), dict(netlist.ports), 1_000_000
    for output, inputs in found.items():
        bits = list(netlist.ports[output][1])
        operands = tuple(netlist.ports[name][1][0] for name in sorted(inputs) if netlist.ports[name][0] == "input")
        cells.append(Cell(kind="$reduce_or", ports={"A": (bits[0], *operands), "Y": (net,)}, is_signed=False))
        ports[output] = ("output", (net, *bits[1:]))
        net += 1
    return replace(netlist, cells=tuple(cells), ports=ports)


@pytest.mark.parametrize(
    ("output", "name"),
    [
        ("legality_csr", "commit_op"),
        ("legality_mret", "commit_csr_address"),
        ("legality_sret", "lines_meip"),
        ("answer_rdata", "commit_op"),
        ("extension_wdata", "commit_op"),
        ("interrupt_request", "commit_op"),
        ("hart_mode", "commit_op"),
        ("extension_select", "extension_exists"),
        ("answer_fault", "extension_rdata"),
        ("hart_satp", "rst"),
    ],
)
def test_a_dependency_too_many_is_seen(netlist, output, name):
    faulty = with_dependencies(netlist, {output: {name}})
    assert [line.partition(":")[0] for line in broken_promises(faulty, PROMISES)][:1] == [f"{output} depends on {name}"]


def test_a_verdict_that_knows_of_debuggers_is_seen(netlist, monkeypatch):
    """The unit itself, with the hart's verdict taken where the debugger's joins it."""
    monkeypatch.setattr("utrap.unit.judge", lambda *all_: replace(found := judge(*all_), hart_fault=found.fault))
    faulty = make_netlist(TrapUnit(CONFIGS["a core's"]))
    assert [line.partition(":")[0] for line in broken_promises(faulty, PROMISES)] == [
        "legality_csr depends on commit_op"
    ]
    with pytest.raises(ValueError, match="legality_csr depends on commit_op: legality_csr looks at"):
        dependency_lines(faulty)


def tiny(**cells):
    """A netlist of two inputs of two bits, a flip-flop's output, and cells that end in one output."""
    ports: dict[str, tuple[str, Bits]] = {"a": ("input", (2, 3)), "b": ("input", (4, 5)), "y": ("output", (8, 9))}
    made = [Cell(kind=f"${kind}", ports=nets, is_signed=False) for kind, nets in cells.items()]
    return Netlist(cells=tuple(made), ports=ports, wires={"cut": (6, 7)}, attributes={})


def test_a_path_ends_at_a_flip_flop_and_at_a_cut():
    through = {"and": {"A": (2, 3), "B": (4, 4), "Y": (6, 7)}, "not": {"A": (6, 7), "Y": (8, 9)}}
    assert inputs_of_outputs(tiny(**through)) == {"y": {"a", "b"}}
    assert inputs_of_outputs(tiny(**through), ["cut"]) == {"y": frozenset()}
    assert inputs_of_outputs(tiny(dff={"D": (2, 3), "Q": (6, 7)}, pos={"A": (6, 7), "Y": (8, 9)})) == {"y": frozenset()}


def test_bits_that_go_side_by_side_do_not_mix_and_others_do():
    halves = {"A": (2, 4), "Y": (8, 10)}
    assert inputs_of_outputs(tiny(**{"not": halves})) == {"y": {"a"}}
    assert inputs_of_outputs(tiny(neg=halves)) == {"y": {"a", "b"}}
    assert inputs_of_outputs(tiny(mux={"A": (2, 2), "B": (3, 3), "S": (4,), "Y": (8, 9)})) == {"y": {"a", "b"}}


def test_the_port_list_shows_the_table(files):
    text = files["trap_unit_ports.md"]
    (row,) = [line for line in text.splitlines() if line.startswith("| `legality_csr` |  |")]
    assert row == "| `legality_csr` |  | yes | yes |  |  |  | yes |  |  |"
