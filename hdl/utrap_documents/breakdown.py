"""Where the gates of a unit go: by the module of the source, by register and by port."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from utrap.config import Config
from utrap.csr.configured import stored_fields
from utrap.unit import TrapUnit
from utrap.verilog.netlist import TOP, to_rtlil
from utrap.verilog.yosys import run_yosys

__all__ = ["SHARED", "Breakdown", "break_down"]

#: What more than one register or port needs.
SHARED = "shared"
#: What no operator is written for.
_IN_FRONT = "enables and resets of flip-flops"
#: Where operators are written for whoever calls.
_HELPERS = ("registers.decode", "csr.warl")
#: AND nodes of each gate; an inverter costs none.
_NODES = {"$_AND_": 1, "$_OR_": 1, "$_XOR_": 3, "$_XNOR_": 3, "$_MUX_": 3}
_PASSES = (
    "read_rtlil unit.il",
    "proc",
    "opt",
    "wreduce",
    "techmap",
    "simplemap",
    "opt",
    # After this `opt` would make enables of the multiplexers in front of the flip-flops.
    "dfflegalize -cell $_DFF_P_ x",
    "simplemap",
    "opt_expr",
    "opt_merge",
    "opt_clean",
    "write_json unit.json",
)


@dataclass(frozen=True, kw_only=True)
class Breakdown:
    """AND nodes before logic minimisation, which forgets what belongs to what: shares, not sizes.

    Attributes:
        by_module: By the module of the source that writes the operator; what helpers write is
            whose it goes into.
        by_register: By the register (or several) that nothing else shares them with.
        by_port: Likewise of outputs.
    """

    by_module: Mapping[str, int]
    by_register: Mapping[str, int]
    by_port: Mapping[str, int]


def break_down(config: Config) -> Breakdown:
    """Map a unit to gates, and say where they go."""
    unit = TrapUnit(config)
    # Nothing but the gates in front of a flip-flop resets it here.
    text = re.sub(r"^ *attribute \\init .*\n", "", to_rtlil(unit, with_places=True), flags=re.MULTILINE)
    netlist = _Netlist(json.loads(run_yosys(_PASSES, {"unit.il": text}, "unit.json", allows_warnings=True)))
    owners = {key.replace(".", "_"): key.partition(".")[0] for key in stored_fields(config)}
    return netlist.shares(owners)


class _Netlist:
    """Gates and flip-flops of one bit each."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._module = document["modules"][TOP]
        self._cells = list(self._module["cells"].values())

    @cached_property
    def _gates(self) -> dict[int, Any]:
        """The gates, by the net that each drives."""
        return {c["connections"]["Y"][0]: c for c in self._cells if "Y" in c["connections"]}

    def shares(self, owners: Mapping[str, str]) -> Breakdown:
        """Count the gates; `owners` says to which register a flip-flop's name belongs."""
        names = {
            bit: name
            for name, wire in self._module["netnames"].items()
            if name in owners or name.startswith("mode_")
            for bit in wire["bits"]
        }
        sinks: dict[int, set[str]] = {}
        for cell in self._cells:
            if "Q" in cell["connections"]:
                name = names[cell["connections"]["Q"][0]]
                sinks.setdefault(cell["connections"]["D"][0], set()).add(f"register {owners.get(name, 'mode')}")
        for name, port in self._module["ports"].items():
            if port["direction"] == "output":
                for bit in port["bits"]:
                    sinks.setdefault(bit, set()).add(f"port {name}")
        by_module: Counter[str] = Counter()
        by_sink: Counter[str] = Counter()
        modules: dict[int, str] = {}
        for net in self._from_sinks():
            cell = self._gates[net]
            reached = sinks.pop(net, set())
            module = _module_of(cell)
            if module in _HELPERS:
                module = modules.get(net, min(reached, default=module))
            for bit in _inputs(cell):
                # Two are as good as many: they are shared.
                sinks.setdefault(bit, set()).update(sorted(reached)[:2])
                modules.setdefault(bit, module)
            cost = _nodes(cell)
            by_module[module] += cost
            by_sink[min(reached) if len(reached) == 1 else SHARED] += cost
        return Breakdown(
            by_module=_largest_first(by_module.items()),
            by_register=_largest_first((k[9:], n) for k, n in by_sink.items() if k.startswith("register ")),
            by_port=_largest_first((k[5:], n) for k, n in by_sink.items() if k.startswith("port "))
            | {SHARED: by_sink[SHARED]},
        )

    def _from_sinks(self) -> list[int]:
        """The nets of the gates, each after every gate that it goes into."""
        done: set[int] = set()
        order: list[int] = []
        for root in self._gates:
            stack = [(root, False)]
            while stack:
                net, is_left = stack.pop()
                if is_left:
                    order.append(net)
                elif net not in done and net in self._gates:
                    done.add(net)
                    stack.append((net, True))
                    stack += [(bit, False) for bit in _inputs(self._gates[net])]
        return order[::-1]


def _inputs(cell: Mapping[str, Any]) -> list[int]:
    """The nets that go into a gate, constants not among them."""
    return [bits[0] for port, bits in cell["connections"].items() if port != "Y" and isinstance(bits[0], int)]


def _nodes(cell: Mapping[str, Any]) -> int:
    """The AND nodes of a gate: between a net and a constant a multiplexer is one."""
    is_plain = len(_inputs(cell)) == len(cell["connections"]) - 1
    return _NODES.get(cell["type"], 0) if is_plain else 1


def _module_of(cell: Mapping[str, Any]) -> str:
    """The module of the source that a gate comes from."""
    found = re.search(r"utrap/([\w/]+)\.py", cell["attributes"].get("src", ""))
    return found[1].replace("/", ".") if found else _IN_FRONT


def _largest_first(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    return {name: count for name, count in sorted(counts, key=lambda item: (-item[1], item[0])) if count}
