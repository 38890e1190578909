"""Which output follows from which input, as a table for people, and the ports' promises held against the netlist."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatch

from utrap.design_error import DesignError
from utrap.promises import PROMISES, Promise
from utrap.verilog.dependencies import inputs_of_outputs
from utrap.verilog.netlist import Netlist

__all__ = ["broken_promises", "dependency_lines"]

#: The columns: a heading, and how the names of the inputs begin.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "`commit_op`": ("commit_op",),
    "`csr_address`": ("commit_csr_address",),
    "`csr_op`": ("commit_csr_op",),
    "`csr_wdata`": ("commit_csr_wdata",),
    "other `commit_*`": ("commit_",),
    "`lines_*`, `mtime`": ("lines_", "mtime"),
    "`extension_exists`": ("extension_exists",),
    "`extension_rdata`": ("extension_rdata",),
    "`hartid`": ("hartid",),
}
_DEBUGGER = "is_debugger_access"
_TEXT = """
## What depends on what

Paths within a cycle, as the netlist has them: an output depends on an input where the row has yes, and on
`commit_op` only by whether it is DEBUG_CSR where it has debug. What is not in the table follows from state alone.
The generator holds the netlist against these promises:
"""


def broken_promises(netlist: Netlist, promises: Iterable[Promise]) -> list[str]:
    """Return every dependency that a promise excludes, in words."""
    found = []
    behind = {cut: inputs_of_outputs(netlist, [cut]) for cut in {promise.but_through for promise in promises}}
    for promise in promises:
        for output, inputs in behind[promise.but_through].items():
            if not _matches(output, promise.outputs) or _matches(output, promise.without):
                continue
            found += [
                f"{output} depends on {name}: {promise.text}"
                for name in sorted(inputs)
                if _matches(name, promise.independent_of) and not _matches(name, promise.but_of)
            ]
    return found


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def dependency_lines(netlist: Netlist) -> list[str]:
    """Return the section of the port list, line by line.

    Raises:
        DesignError: When a promise is broken: a mistake in the generator.
    """
    if broken := broken_promises(netlist, PROMISES):
        raise DesignError("; ".join(broken))
    seen = inputs_of_outputs(netlist)
    without_debugger = inputs_of_outputs(netlist, [_DEBUGGER])
    rows: dict[tuple[str, ...], list[str]] = {}
    for output, inputs in seen.items():
        if inputs:
            rows.setdefault(tuple(_cells(inputs, without_debugger[output])), []).append(output)
    lines = [*_TEXT.splitlines(), "", *(f"- {promise.text}" for promise in PROMISES), ""]
    lines += ["| output | " + " | ".join(_COLUMNS) + " |", "| --- |" + " --- |" * len(_COLUMNS)]
    lines += [
        "| " + " | ".join([", ".join(f"`{output}`" for output in outputs), *cells]) + " |"
        for cells, outputs in rows.items()
    ]
    return lines


def _cells(inputs: Iterable[str], without_debugger: Iterable[str]) -> Iterable[str]:
    left, certain = set(inputs), set(without_debugger)
    for beginnings in _COLUMNS.values():
        here = {name for name in left if name.startswith(beginnings)}
        left -= here
        yield "" if not here else "yes" if here & certain else "debug"
