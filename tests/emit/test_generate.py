"""`utrap generate`: the files, what it says, and that the same input gives the same bytes."""

import os
import re

import pytest

from utrap import __version__
from utrap.command_line.options import make_config
from utrap.config import Config
from utrap.products.preamble import configuration_values

NAMES = [
    "trap_unit.v",
    "trap_unit.vh",
    "trap_unit_instance.vh",
    "trap_unit_pkg.sv",
    "trap_unit_wrapper.sv",
    "trap_unit_contract.sv",
    "trap_unit_ports.md",
    "trap_unit_ports.json",
    "utrap_csr.h",
    "trap_unit.core",
]


ALIGNED = (
    "utrap: vectored_align=256: xtvec with MODE=1 takes tables at multiples of 256 bytes;"
    " for software that aligns them to less: --set vectored_align=4\n"
)


@pytest.mark.parametrize(("settings", "said"), [("", ALIGNED), ("vectored_align=4", ""), ("mtvec_modes=direct", "")])
def test_it_says_what_software_may_not_expect(utrap, tmp_path, settings, said):
    more = ("--set", settings) if settings else ()
    result = utrap("generate", "--profile", "mu", "-o", str(tmp_path), *more)
    assert (result.returncode, result.stderr) == (0, said)


def test_it_writes_the_files_and_says_so(utrap, files_of, tmp_path):
    result = utrap("generate", "--profile", "mu", "--xlen", "32", "-o", str(tmp_path / "new" / "folder"))
    assert (result.returncode, result.stderr) == (0, ALIGNED)
    folder = tmp_path / "new" / "folder"
    assert sorted(path.name for path in folder.iterdir()) == sorted(NAMES)
    assert {path.name: path.read_text() for path in folder.iterdir()} == files_of("mu 32")
    heading, *lines = result.stdout.splitlines()
    assert heading.split() == ["File", "Bytes", "What"]
    for name, line in zip(NAMES, lines, strict=True):
        assert re.match(rf"{re.escape(str(folder / name))} +{(folder / name).stat().st_size:,} +\w", line)


def test_without_o_the_files_go_to_build(utrap, tmp_path):
    assert utrap("generate", "--profile", "mu", cwd=tmp_path).returncode == 0
    assert sorted(path.name for path in (tmp_path / "build" / "verilog").iterdir()) == sorted(NAMES)


def test_the_same_input_gives_the_same_bytes(environment, utrap, tmp_path, monkeypatch):
    texts = []
    for seed in ("0", "1"):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        folder = tmp_path / seed
        assert utrap("generate", "-o", str(folder), cwd=tmp_path).returncode == 0
        texts.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert texts[0] == texts[1]
    assert len(texts[0]) == len(NAMES)


def test_files_are_ascii_with_short_clean_lines(name, files):
    for file, text in files.items():
        assert text.isascii(), file
        assert text.endswith("\n"), file
        assert not text.endswith("\n\n"), file
        assert not re.search(r"[ \t]$|\t|\r", text, re.MULTILINE), file
    for file in ("trap_unit.v", "trap_unit.vh"):
        long = [line for line in files[file].splitlines() if len(line) > 100]
        assert long == [], name


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_one_line(utrap, tmp_path):
    tmp_path.chmod(0o500)
    result = utrap("generate", "--profile", "mu", "-o", str(tmp_path / "new"))
    assert result.stderr == f"utrap: cannot write {tmp_path / 'new'}: Permission denied\n"
    assert result.returncode == 2


@pytest.mark.parametrize("output", ["file", "file/below", ""])
def test_a_wrong_folder_is_one_line_and_leaves_nothing(utrap, tmp_path, output):
    (tmp_path / "file").write_text("mine")
    result = utrap("generate", "--profile", "mu", "-o", output, cwd=tmp_path)
    assert re.fullmatch(r"utrap: cannot write [^\n]*\n", result.stderr)
    assert (result.stdout, result.returncode) == ("", 2)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_file_that_cannot_be_replaced_leaves_the_others_as_they_were(utrap, tmp_path):
    (tmp_path / "trap_unit.core").mkdir()
    (tmp_path / "trap_unit.v").write_text("mine")
    result = utrap("generate", "--profile", "mu", "-o", str(tmp_path))
    assert result.returncode == 2
    assert (tmp_path / "trap_unit.v").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["trap_unit.core", "trap_unit.v"]


def test_the_header_says_licence_version_and_how_to_make_the_same(config, files):
    """The configuration in the header, given back with --set, is the configuration."""
    text = files["trap_unit.v"]
    assert text.startswith("// SPDX-License-Identifier: Apache-2.0\n")
    assert f"utrap {__version__}" in text
    stated = dict(re.findall(r"^//   (\w+) += (.*)$", text, re.MULTILINE))
    assert stated == configuration_values(config)
    xlen = int(stated.pop("xlen"))
    assert make_config("full", xlen, [f"{key}={value}" for key, value in stated.items()]) == config


@pytest.mark.parametrize("module", ["amaranth", "pyosys"])
def test_a_missing_package_is_one_line(utrap, tmp_path, module):
    """A module of the same name that cannot be imported stands in for one that is missing."""
    source = f"raise ModuleNotFoundError(\"No module named '{module}'\", name='{module}')\n"
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / f"{module}.py").write_text(source)
    result = utrap("generate", "--profile", "mu", "-o", str(tmp_path / "out"), path=[tmp_path / "site"])
    assert result.stderr.startswith(f"utrap: this needs the Python package '{module}', which is not installed")
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_profiles_differ(files_of):
    texts = {name: files_of(name)["trap_unit.v"] for name in ("mu 32", "mu 64", "full 64")}
    assert len(set(texts.values())) == 3
    assert Config.profile("full", 64).windows == 4
