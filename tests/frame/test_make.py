"""The verbs of the Makefile, and what sets up their environment."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

# Programs that the scripts may count on; the tests' PATH has these and no others.
BASE = ["sh", "env", "cat", "cp", "rm", "mkdir", "dirname", "id", "tail", "awk", "make", "true", "find", "xargs"]


def executable(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def checkout(root, tmp_path):
    """The Makefile and its scripts in a folder with spaces in its name, without an environment."""
    checkout = tmp_path / "a check out"
    checkout.mkdir()
    for name in ("Makefile", "pyproject.toml", "system-packages.txt"):
        shutil.copy(root / name, checkout)
    # A package may be shown by a file; in a test this file is beside the commands.
    packages = checkout / "system-packages.txt"
    shown = re.sub(r"^(\S+ +)/\S*/", rf"\1{tmp_path}/programs/", packages.read_text(), flags=re.MULTILINE)
    packages.write_text(shown)
    shutil.copytree(root / "tools", checkout / "tools")
    return checkout


@pytest.fixture
def path(tmp_path):
    """A folder to be the whole PATH: the base programs, to which a test adds its own."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in BASE:
        (folder / name).symlink_to(shutil.which(name))
    return folder


@pytest.fixture
def make(checkout, path):
    def make(*arguments):
        command = ["make", "--no-print-directory", *arguments]
        return subprocess.run(command, cwd=checkout, env={"PATH": str(path)}, capture_output=True, text=True)

    return make


@pytest.fixture
def ready(checkout):
    """An environment that is set up: its programs print what they are called with."""
    for name in ("utrap", "ruff", "mypy", "vulture", "python"):
        executable(checkout / ".venv" / "bin" / name, f'[ "$1" = -c ] || echo "{name}:" "$@"')
    for stamp in (".utrap-run", ".utrap-dev"):
        (checkout / ".venv" / stamp).write_text(f"{checkout}\n")
    return checkout / ".venv"


def python(path, version="3.11.4", venv=True):
    """A `python3` that answers what the setup asks it and makes environments whose pip says so."""
    recent = tuple(map(int, version.split("."))) >= (3, 11)
    inside = 'case $* in *venv*) exit 1;; "-m pip install"*) echo "pip: $*"; exit ${PIP_STATUS:-0};; esac'
    return executable(
        path / "python3",
        f"""case $* in
        --version) echo Python {version} ;;
        *version_info*) exit {0 if recent else 1} ;;
        *ensurepip*) exit {0 if venv else 1} ;;
        "-m venv .venv") mkdir -p .venv/bin
            echo '#!/bin/sh' > .venv/bin/python
            echo '{inside}' >> .venv/bin/python
            /bin/chmod +x .venv/bin/python
            cp .venv/bin/python .venv/bin/utrap ;;
        esac""",
    )


def test_help_is_the_default_and_lists_every_verb(make, root):
    targets = re.findall(r"^([a-z]+):.*## ", (root / "Makefile").read_text(), re.MULTILINE)
    assert {"verilog", "test", "lint", "replay", "bench", "clean", "help"} <= set(targets)
    assert [line.split()[:2] for line in make().stdout.splitlines()] == [["make", target] for target in targets]
    assert make().stdout == make("help").stdout


def test_every_verb_that_help_lists_exists(make, ready):
    for line in make("help").stdout.splitlines():
        result = make("--dry-run", line.split()[1])
        assert result.returncode == 0, result.stderr


def test_every_make_command_in_the_documents_exists(root, make, ready):
    documents = [root / "README.md", *(root / "docs").rglob("*.md"), *root.glob("*/README.md")]
    cited = {verb for page in documents for verb in re.findall(r"(?:^    |`)make ([a-z]+)", page.read_text(), re.M)}
    assert {"verilog", "test"} <= cited
    for verb in cited:
        assert make("--dry-run", verb).returncode == 0, verb


def test_every_document_is_in_the_index_and_every_link_of_the_index_holds(root):
    index = (root / "docs" / "README.md").read_text()
    linked = set(re.findall(r"\]\(([^)#:]+)\)", index))
    assert [link for link in linked if not (root / "docs" / link).exists()] == []
    pages = {path.relative_to(root / "docs").as_posix() for path in (root / "docs").rglob("*.md")}
    assert pages - linked == {"README.md"}


def test_a_verb_that_is_set_up_calls_no_pip(make, ready):
    result = make("verilog")
    assert result.stdout == ".venv/bin/utrap generate -o build/verilog\nutrap: generate -o build/verilog\n"


def test_an_older_stamp_than_pyproject_sets_up_again(make, ready, checkout):
    later = time.time() + 10
    os.utime(checkout / "pyproject.toml", (later, later))
    assert "python: -m pip install -qq -e .\n" in make("verilog").stdout
    assert (ready / ".utrap-run").read_text() == f"{checkout}\n"
    assert not (ready / ".utrap-unfinished").exists()


def test_a_checkout_that_was_moved_sets_up_from_nothing(make, ready, path, checkout):
    (ready / ".utrap-run").write_text("/elsewhere\n")
    (ready / "of old").write_text("")
    python(path)
    assert "making .venv/ with Python 3.11.4" in make("verilog").stdout
    assert not (ready / "of old").exists()


def test_the_first_verb_makes_the_environment_and_test_installs_the_rest(make, path, checkout):
    python(path)
    assert "pip: -m pip install -qq -e .\n" in make("verilog").stdout
    assert (checkout / ".venv" / ".utrap-run").exists()
    assert not (checkout / ".venv" / ".utrap-dev").exists()
    assert "pip: -m pip install -qq -e .[dev]\n" in make("setup").stdout
    assert (checkout / ".venv" / ".utrap-dev").exists()
    assert "pip" not in make("setup").stdout


def test_a_setup_that_fails_says_so_and_starts_from_nothing_the_next_time(make, path, checkout):
    python(path)
    result = make("verilog", "PIP_STATUS=1")
    assert "utrap: pip could not install" in result.stderr
    assert result.returncode == 2
    assert not (checkout / ".venv" / ".utrap-run").exists()
    assert "making .venv/" in make("verilog").stdout


@pytest.mark.parametrize("version", ["2.7.18", "3.6.15", "3.10.13"])
def test_a_python_that_is_too_old_is_one_line(make, path, checkout, version):
    python(path, version)
    result = make("verilog")
    assert result.stderr.splitlines()[0] == (
        f"utrap: Python 3.11 or later is needed, and python3 is Python {version}; "
        "say which Python to use with: make PYTHON=/path/to/python3"
    )
    assert result.stderr.count("\n") == 2  # the other is make's own
    assert result.returncode == 2
    assert not (checkout / ".venv").exists()


def test_no_python_is_one_line(make):
    result = make("verilog")
    assert result.stderr.startswith("utrap: there is no python3; install Python 3.11 or later, or say which")
    assert result.stderr.count("\n") == 2


def test_a_python_without_venv_is_one_line(make, path, checkout):
    python(path, venv=False)
    result = make("verilog")
    assert result.stderr.startswith("utrap: python3 cannot make virtual environments; on Debian: apt-get install")
    assert result.stderr.count("\n") == 2
    assert not (checkout / ".venv").exists()


def test_another_python_can_be_named(make, path, checkout):
    python(path)
    (path / "python3").rename(path / "python3.13")
    assert "making .venv/ with" in make("verilog", "PYTHON=python3.13").stdout


def commands_of(checkout):
    lines = (checkout / "system-packages.txt").read_text().splitlines()
    return [line.split()[:2] for line in lines if line and not line.startswith("#")]


def test_every_system_package_has_a_reason(checkout):
    lines = (checkout / "system-packages.txt").read_text().splitlines()
    assert [line for line in lines if not re.search(r"# \w", line)] == []


def test_nothing_is_installed_where_nothing_is_missing(make, path, checkout):
    for _, command in commands_of(checkout):
        if not (path / command).exists():
            executable(path / command, "")
    result = make("packages")
    assert (result.stdout, result.stderr, result.returncode) == ("tools/system-packages.sh\n", "", 0)


@pytest.mark.parametrize("sudo", ["none", "asks for a password"])
def test_without_the_right_to_install_one_line_says_what_to_install(make, path, checkout, sudo):
    (path / "id").unlink()
    executable(path / "id", "echo 1000")
    executable(path / "apt-get", "echo called")
    executable(path / "g++", "")
    if sudo != "none":
        executable(path / "sudo", "exit 1")
    result = make("test")
    assert result.stderr.startswith("utrap: install what is missing: sudo apt-get install iverilog perl ")
    assert result.stderr.count("\n") == 2
    assert result.returncode == 2
    assert "called" not in result.stdout


def test_without_apt_one_line_says_what_to_install(make, path):
    result = make("packages")
    assert result.stderr.startswith("utrap: install these with the system's package manager (their Debian names): iver")
    assert result.returncode == 2


@pytest.mark.parametrize("user", ["root", "sudo"])
def test_with_the_right_to_install_the_missing_ones_are_installed(make, path, checkout, user):
    (path / "id").unlink()
    executable(path / "id", f"echo {0 if user == 'root' else 1000}")
    if user == "sudo":
        executable(path / "sudo", '[ "$1" = -n ] && shift && exec "$@"')
    made = [path / command for _, command in commands_of(checkout) if command != "make"]
    assert all(file.is_relative_to(checkout.parent) for file in made), "this machine's own files stay"
    makes = "\n".join(f": > {file}; /bin/chmod +x {file}" for file in made)
    executable(path / "apt-get", f'case $1 in install) shift; echo "$@" > {checkout.parent}/installed\n{makes}\nesac')
    result = make("packages")
    assert result.returncode == 0, result.stderr
    packages = [package for package, _ in commands_of(checkout) if package != "make"]
    assert (checkout.parent / "installed").read_text().split() == ["-qq", "--no-install-recommends", *packages]


def test_an_install_that_brings_nothing_is_one_line(make, path):
    (path / "id").unlink()
    executable(path / "id", "echo 0")
    executable(path / "apt-get", "")
    result = make("packages")
    assert "utrap: apt-get has installed these, but their commands are not in PATH: iverilog" in result.stderr
    assert result.returncode == 2


def test_replay_asks_for_the_vectors(make, ready, checkout):
    for arguments in ([], ["VECTORS=nowhere"]):
        result = make("replay", *arguments)
        assert result.stderr.startswith("utrap: say where the vectors are: make replay VECTORS=DIR\n")
        assert result.returncode == 2


def test_replay_takes_every_file_of_the_vectors(make, ready, checkout, path):
    (path / "sort").symlink_to(shutil.which("sort"))
    for name in ("rv64/b.jsonl", "rv32/a.jsonl.gz", "README.md"):
        (checkout / "of others" / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / "of others" / name).write_text("")
    result = make("replay", "VECTORS=of others")
    assert result.stdout.splitlines()[-1] == "utrap: replay of others/rv32/a.jsonl.gz of others/rv64/b.jsonl"
    files = "of others/rv32/a.jsonl.gz of others/rv64/b.jsonl"
    for options, name in (([], "verilator"), (["ON=icarus"], "icarus")):
        result = make("replayrtl", "VECTORS=of others", *options)
        assert result.stdout.splitlines()[-1] == f"utrap: replay --on {name} {files}"


def test_test_checks_style_types_and_behaviour(make, ready, path, checkout):
    for _, command in commands_of(checkout):
        if not (path / command).exists():
            executable(path / command, "")
    said = [line for line in make("test").stdout.splitlines() if re.match(r"\w+:", line)]
    assert said == ["ruff: check", "mypy:", "vulture:", "python: -m pytest -n auto --dist loadfile"]
