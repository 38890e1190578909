"""Where in the Amaranth source a cell of the netlist comes from, and which rule stands there."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import utrap
from utrap_testbench.citations import CITATION

__all__ = ["Places"]

#: The folder of the source root in which the hardware's package lies.
_ROOT = Path(utrap.__file__).resolve().parents[1]
#: What it is called in a checkout.
_PREFIX = "hdl/" if _ROOT.name == "hdl" else ""


class Places:
    """The places of a module's cells.

    Args:
        module: As `utrap_strength.mutate.netlist.unit_module` gives it.
    """

    def __init__(self, module: dict[str, Any]) -> None:
        self._cells: dict[str, Any] = module["cells"]
        self._users: dict[Any, list[str]] = {}
        for name, cell in self._cells.items():
            for port, bits in cell["connections"].items():
                if port not in ("Y", "Q"):
                    for bit in set(bits):
                        self._users.setdefault(bit, []).append(name)
        self._drivers = {bit: name for name in self._cells for bit in self._output(name)}
        self._names: dict[Any, str] = {}
        # The rules that the section of a signal follows.
        self._sections: dict[str, str] = {}
        for name, net in sorted(module["netnames"].items()):
            if "$" not in name and "__" not in name:
                for bit in net["bits"]:
                    self._names.setdefault(bit, name)
                if rules := net["attributes"].get(f"rules_of_{name}"):
                    self._sections[name] = rules

    def describe(self, cell: str) -> dict[str, Any]:
        """The place, its text, the rules cited there, and the named signal that the cell leads to first."""
        path, line = _parted(self._source(cell))
        signals = self._signals(cell)
        signal = next(signals, "")
        section = (self._sections[name] for name in (signal, *signals) if name in self._sections)
        return {
            "place": f"{_PREFIX}{path}:{line}" if path else "",
            "text": _text(path, line),
            "signal": signal,
            "rules": list(_rules(path, line) or CITATION.findall(next(section, "")) or _rules(path, 0)),
        }

    def _signals(self, cell: str) -> Iterator[str]:
        """The named signals that a cell leads to, the nearest first."""
        for name in self._behind(cell):
            yield from dict.fromkeys(self._names[bit] for bit in self._output(name) if bit in self._names)

    def _output(self, name: str) -> Any:
        ports = self._cells[name]["connections"]
        return ports["Q" if "Q" in ports else "Y"]

    def _source(self, cell: str) -> str:
        """Where a cell comes from; of a choice of the next state, for which there is no place, its condition."""
        last = ""
        for name in (*self._before(cell), *self._behind(cell)):
            source = str(self._cells[name]["attributes"].get("src", "")).partition("|")[0]
            if source and self._cells[name]["type"] != "$dff":
                return source
            last = last or source
        return last

    def _before(self, cell: str) -> list[str]:
        """The cell, and what makes its condition."""
        ports = self._cells[cell]["connections"]
        return [cell, *(self._drivers[bit] for bit in ports.get("S", ()) if bit in self._drivers)]

    def _behind(self, cell: str) -> Iterator[str]:
        """The cell, those that use it, those that use them: the nearest first; a register ends the way."""
        waiting, seen = deque([cell]), {cell}
        while waiting:
            name = waiting.popleft()
            yield name
            if self._cells[name]["type"] == "$dff":
                continue
            for bit in self._cells[name]["connections"]["Y"]:
                for user in self._users.get(bit, ()):
                    if user not in seen:
                        seen.add(user)
                        waiting.append(user)


def _parted(source: str) -> tuple[str, int]:
    """The file within the source root, and the line."""
    path, _, line = source.rpartition(":")
    if not path:
        return "", 0
    place = Path(path)
    inside = place.relative_to(_ROOT) if place.is_relative_to(_ROOT) else place
    return str(inside), int(line.partition(".")[0])


@cache
def _source(path: str) -> str:
    place = _ROOT / path
    return place.read_text() if path and place.is_file() else ""


def _text(path: str, line: int) -> str:
    lines = _source(path).splitlines()
    return lines[line - 1].strip() if 0 < line <= len(lines) else ""


@cache
def _rules(path: str, line: int) -> tuple[str, ...]:
    """The rules cited in the function that the line is in; of line 0, those of the whole file."""
    source = _source(path)
    if not line:
        return tuple(dict.fromkeys(CITATION.findall(source)))
    functions = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    lines = source.splitlines()
    for node in sorted(functions, key=lambda node: -node.lineno):
        if cited := CITATION.findall("\n".join(lines[node.lineno - 1 : node.end_lineno])):
            return tuple(dict.fromkeys(cited))
    return ()
