"""The graph of imports between our source files, read from the sources: wherever an import stands, it counts."""

import ast
from collections.abc import Iterator
from pathlib import Path

#: Every package of ours, and where it is.
PACKAGES = {
    "utrap": "hdl/utrap",
    "utrap_documents": "hdl/utrap_documents",
    "utrap_testbench": "testbench/utrap_testbench",
    "utrap_sim": "sim/utrap_sim",
    "utrap_show": "sim/utrap_show",
    "utrap_hart": "sim/utrap_hart",
    "utrap_integrate": "sim/utrap_integrate",
    "utrap_linux": "sim/utrap_linux",
    "utrap_strength": "sim/utrap_strength",
    "utrap_formal": "formal/utrap_formal",
}


def module_files(root: Path) -> dict[str, Path]:
    """Every module of our packages by its full name; a package's name is its `__init__.py`."""
    found = {}
    for folder in PACKAGES.values():
        for path in sorted((root / folder).rglob("*.py")):
            parts = path.relative_to((root / folder).parent).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(path: Path, package: str) -> list[tuple[int, str]]:
    """Line and full name of everything that a file imports, wherever in it; `package` holds the file."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: -(node.level - 1) or None] if node.level else []
            base = ".".join([*parents, *filter(None, [node.module])])
            found += [(node.lineno, f"{base}.{alias.name}") for alias in node.names]
    return found


def import_graph(root: Path) -> dict[str, dict[str, int]]:
    """For each module of ours the modules of ours that it needs, with the line that says so.

    `from package import name` needs the module `package.name` if there is one,
    and else the package's `__init__.py`, where the name is made. Whoever needs
    a module of another package needs that package's `__init__.py` too, because
    Python runs it first; those around itself Python has begun already.
    """
    files = module_files(root)
    graph: dict[str, dict[str, int]] = {name: {} for name in files}
    for name, path in files.items():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        for line, imported in imports(path, package):
            found = [known for known in _upwards(imported) if known in files]
            around = set(_upwards(package))
            for target in [*found[:1], *(other for other in found[1:] if other not in around)]:
                if target != name:
                    graph[name].setdefault(target, line)
    return graph


def circles(graph: dict[str, dict[str, int]]) -> list[list[str]]:
    """One circle of each knot of modules that need one another, as a path back to its beginning."""
    return [_shortest_circle(graph, knot) for knot in _knots(graph) if len(knot) > 1]


def _upwards(name: str) -> Iterator[str]:
    """A dotted name, and the names that it begins with."""
    while name:
        yield name
        name = name.rpartition(".")[0]


def _knots(graph: dict[str, dict[str, int]]) -> list[set[str]]:
    """The strongly connected parts of a graph: modules that reach one another."""
    reached = {name: _reached_from(graph, name) for name in graph}
    knots: list[set[str]] = []
    for name in graph:
        if not any(name in knot for knot in knots):
            knots.append({name} | {other for other in reached[name] if name in reached[other]})
    return knots


def _reached_from(graph: dict[str, dict[str, int]], start: str) -> set[str]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        for target in graph[waiting.pop()]:
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    return reached


def _shortest_circle(graph: dict[str, dict[str, int]], knot: set[str]) -> list[str]:
    """The shortest way from a knot's first module back to it."""
    start = min(knot)
    paths = [[start]]
    for path in paths:
        for target in sorted(graph[path[-1]].keys() & knot):
            if target == start:
                return [*path, start]
            if target not in path:
                paths.append([*path, target])
    raise AssertionError(f"{start} is in no circle")
