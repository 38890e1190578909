"""What a user's `pip install` brings: our packages whole, and nothing generic."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import utrap

from .import_graph import PACKAGES as ALL_PACKAGES

#: What a wheel holds, and where it is: all but what only this repository needs.
PACKAGES = {name: path.partition("/")[0] for name, path in ALL_PACKAGES.items() if name != "utrap_documents"}


def build(checkout: Path, kind: str, into: Path) -> Path:
    """Build a wheel or an sdist with the back end of this environment, without a network."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(into)]
    result = subprocess.run(command, cwd=checkout, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    [product] = [path for path in into.iterdir() if path.suffix in (".whl", ".gz")]
    return product


def names_in(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return sorted(archive.namelist())


@pytest.fixture(scope="module")
def wheel(root, tmp_path_factory):
    return build(root, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(root, tmp_path_factory):
    return build(root, "sdist", tmp_path_factory.mktemp("sdist"))


def test_the_wheel_holds_our_packages_and_nothing_generic(wheel):
    top = {name.partition("/")[0] for name in names_in(wheel)}
    assert top == {*PACKAGES, f"utrap-{utrap.__version__}.dist-info"}


def test_the_wheel_holds_every_module(root, wheel):
    modules = {
        path.relative_to(root / folder).as_posix()
        for package, folder in PACKAGES.items()
        for path in (root / folder / package).rglob("*.py")
    }
    assert modules == {name for name in names_in(wheel) if name.endswith(".py")}


def test_the_wheel_holds_the_harts_programs(root, wheel):
    folder = root / "sim"
    programs = {path.relative_to(folder).as_posix() for path in (folder / "utrap_hart" / "programs").iterdir()}
    assert len(programs) > 10
    assert programs <= set(names_in(wheel))


def test_the_sdist_builds_the_same_wheel(wheel, sdist, tmp_path):
    subprocess.run(["tar", "-xzf", sdist, "-C", tmp_path], check=True)
    [unpacked] = tmp_path.iterdir()
    again = build(unpacked, "wheel", tmp_path / "wheel")
    assert again.name == wheel.name
    assert names_in(again) == names_in(wheel)


def test_the_sdist_holds_what_a_user_builds_and_tests_with(sdist):
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"Makefile", "LICENSE", "README.md", "tools/setup.sh", "docs/spec/shudeleg.md", "tests/conftest.py"} <= names
    assert not [name for name in names if name.startswith((".venv", "build/", ".git/"))]


def test_the_installed_wheel_has_a_command_that_works_without_the_checkout(wheel, tmp_path):
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", tmp_path]
    subprocess.run([*install, wheel], check=True, timeout=120)
    script = tmp_path / "bin" / "utrap"
    environment = {"PYTHONPATH": str(tmp_path), "PYTHONSAFEPATH": "1"}
    where = "import utrap, utrap_sim.commands; print(utrap.__file__, utrap_sim.commands.__file__)"
    found = subprocess.run([sys.executable, "-c", where], env=environment, capture_output=True, text=True)
    assert [Path(path).is_relative_to(tmp_path) for path in found.stdout.split()] == [True, True]
    result = subprocess.run([script, "--version"], env=environment, capture_output=True, text=True)
    assert (result.stdout, result.stderr) == (f"utrap {utrap.__version__}\n", "")


def test_every_dependency_has_a_reason_and_an_upper_bound(root):
    lines = (root / "pyproject.toml").read_text().splitlines()
    start, end = lines.index("dependencies = ["), lines.index("[project.scripts]")
    for previous, line in zip(lines[start:end], lines[start + 1 : end], strict=False):
        if line.startswith('    "') and not line.startswith('    "utrap['):
            assert previous.startswith("    #"), f"say why: {line}"
            assert "<" in line or "hatchling" in line, f"give a bound: {line}"
