"""Nothing in the sources is dead: what vulture finds, what it may find, and what it does not look for."""

import ast
import re
import tomllib
from collections import Counter
from fnmatch import fnmatchcase

import pytest
from vulture import Vulture

from .import_graph import module_files


@pytest.fixture(scope="module")
def allowed(root):
    """The allow-list: [tool.vulture] of pyproject.toml."""
    return tomllib.loads((root / "pyproject.toml").read_text())["tool"]["vulture"]


@pytest.fixture(scope="module")
def found(root, allowed):
    """All that vulture finds without the allow-list."""
    vulture = Vulture(ignore_decorators=allowed["ignore_decorators"])
    vulture.scavenge([str(root / path) for path in allowed["paths"]])
    return {item.name: f"{item.filename}:{item.first_lineno}: {item.name}" for item in vulture.get_unused_code()}


@pytest.fixture(scope="module")
def words(root):
    """How often each word stands in the code of each file of the project."""
    files = [path for folder in ("hdl", "testbench", "sim", "formal", "tests", "benchmarks")
             for path in (root / folder).rglob("*.py")]  # fmt: skip
    return {path: Counter(re.findall(r"\w+", path.read_text())) for path in files}


def test_nothing_is_dead_but_what_the_list_allows(found, allowed):
    names = allowed["ignore_names"]
    assert [where for name, where in found.items() if not any(fnmatchcase(name, each) for each in names)] == []


def test_what_the_list_allows_is_found_without_it(found, allowed):
    assert [each for each in allowed["ignore_names"] if not any(fnmatchcase(name, each) for name in found)] == []


def test_each_entry_of_the_list_has_its_reason(root):
    """On its line, or above the group to which it belongs."""
    section = (root / "pyproject.toml").read_text().partition("[tool.vulture]")[2]
    lists = re.findall(r"^ignore_\w+ = \[\n(.*?)^\]", section, re.MULTILINE | re.DOTALL)
    assert len(lists) == 2
    for text in lists:
        has_reason = False
        for line in text.splitlines():
            entry, _, reason = line.strip().partition("#")
            has_reason = bool(reason) or (has_reason and bool(entry))
            assert has_reason, line


def test_what_a_module_offers_is_used_by_another_or_by_itself(root, words):
    dead = []
    for name, path in module_files(root).items():
        for offered in _offered(ast.parse(path.read_text())):
            elsewhere = any(count[offered] for other, count in words.items() if other != path)
            if not elsewhere and words[path][offered] <= 2:  # where it is made, and in __all__
                dead.append(f"{name}.{offered}")
    assert not dead, "\n".join(dead)


def test_a_modules_own_names_are_used_in_it(root, words):
    dead = []
    for name, path in module_files(root).items():
        own = [made for made in _made(ast.parse(path.read_text())) if re.match(r"_[^_]", made)]
        dead += [f"{name}.{made}" for made in own if words[path][made] == 1]
    assert not dead, "\n".join(dead)


def _offered(tree):
    """The names in `__all__`."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["__all__"]:
            yield from ast.literal_eval(node.value)


def _made(tree):
    """The names that a module's own statements make."""
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name))
