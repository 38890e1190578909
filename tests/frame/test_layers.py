"""Which of our packages may import which: the arrows of the layout."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

#: Every package of ours, and where it is.
PACKAGES = {
    "utrap": "hdl/utrap",
    "utrap_documents": "hdl/utrap_documents",
    "utrap_testbench": "testbench/utrap_testbench",
    "utrap_sim": "sim/utrap_sim",
    "utrap_show": "sim/utrap_show",
    "utrap_hart": "sim/utrap_hart",
    "utrap_formal": "formal/utrap_formal",
}
#: All but the hardware.
OTHERS = [package for package in PACKAGES if package != "utrap"]


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


def violations(root: Path, folder: str, banned: list[str], but: tuple[str, ...] = ()) -> list[str]:
    """The imports of `banned` packages in a folder, apart from those of the modules `but`."""

    def within(name: str, packages: list[str] | tuple[str, ...]) -> bool:
        return any(name == package or name.startswith(package + ".") for package in packages)

    package = next(Path(path) for path in PACKAGES.values() if Path(folder).is_relative_to(path))
    source_root = root / package.parent
    return [
        f"{path.relative_to(root)}:{line} imports {name}"
        for path in sorted((root / folder).rglob("*.py"))
        for line, name in imports(path, ".".join(path.relative_to(source_root).parts[:-1]))
        if within(name, banned) and not within(name, but)
    ]


def imported_by(environment, statement: str) -> set[str]:
    """What is loaded after a statement in a new process."""
    script = f"import sys; {statement}; print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", script], env=environment(), capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return set(result.stdout.split())


def test_the_hardware_imports_none_of_the_others(root):
    assert violations(root, PACKAGES["utrap"], OTHERS) == []


def test_the_golden_model_imports_nothing_of_ours_and_no_hardware_language(root):
    banned = [*PACKAGES, "amaranth", "pyosys", "cocotb"]
    own = ("utrap_testbench.golden",)
    assert violations(root, PACKAGES["utrap_testbench"] + "/golden", banned, own) == []


def test_the_testbench_does_not_know_the_hardwares_insides(root):
    frame = ("utrap.__version__", *(f"utrap.command_line.{name}" for name in ("errors", "files", "display")))
    banned = ["utrap", "amaranth", "utrap_sim", "utrap_show", "utrap_formal", "utrap_hart"]
    assert violations(root, PACKAGES["utrap_testbench"], banned, frame) == []


@pytest.mark.parametrize("package", ["utrap_sim", "utrap_show", "utrap_formal"])
def test_nothing_imports_the_hart_around_the_unit(root, package):
    assert violations(root, PACKAGES[package], ["utrap_hart"]) == []


def test_importing_all_of_the_hardware_loads_none_of_the_others(environment):
    everything = "import pkgutil, utrap; [__import__(m.name) for m in pkgutil.walk_packages(utrap.__path__, 'utrap.')]"
    loaded = imported_by(environment, everything)
    assert "utrap.command_line.registry" in loaded
    assert not loaded & set(OTHERS)


def test_importing_the_golden_model_loads_no_hardware(environment):
    loaded = imported_by(environment, "import utrap_testbench.golden")
    assert not {name.partition(".")[0] for name in loaded} & {"utrap", "utrap_sim", "amaranth", "pyosys", "cocotb"}


@pytest.mark.parametrize("folder", ["hdl", "testbench", "sim", "formal"])
def test_a_source_root_holds_our_packages_and_is_none_itself(root, folder):
    names = {path.parent.name for path in (root / folder).glob("*/__init__.py")}
    assert names == {Path(path).name for path in PACKAGES.values() if Path(path).parent == Path(folder)}
    assert list((root / folder).glob("*.py")) == []


def test_the_check_sees_every_form_of_import(tmp_path):
    package = tmp_path / "testbench" / "utrap_testbench" / "golden"
    package.mkdir(parents=True)
    (package / "a.py").write_text(
        "import utrap\n"
        "import utrap.config as c\n"
        "from utrap import config\n"
        "def f():\n    from utrap.config import Config\n"
        "from .. import drivers\n"
        "from ..drivers import d\n"
        "from . import b\n"
        "from .b import c\n"
        "import utrapezoid\n"
    )
    found = violations(tmp_path, "testbench/utrap_testbench/golden", list(PACKAGES), ("utrap_testbench.golden",))
    assert [line.partition("a.py:")[2] for line in found] == [
        "1 imports utrap",
        "2 imports utrap.config",
        "3 imports utrap.config",
        "6 imports utrap_testbench.drivers",
        "7 imports utrap_testbench.drivers.d",
        "5 imports utrap.config.Config",
    ]
