"""The small core of the examples with its unit, run under Icarus: waveforms of it, and of it with a fault."""

import subprocess
from functools import cache

import pytest

from utrap.config import Config
from utrap.products.file_set import products


@pytest.fixture(scope="session")
def sources(root):
    """The files of the core, its testbench, its cocotb bench and its unit, by name."""
    made = {product.name: product.text for product in products(Config.profile("full", 64))}
    there = ("tiny_core.v", "testbench.v", "monitored.py")
    files = {name: (root / "examples" / "verilog" / name).read_text() for name in there}
    return files | {name: made[name] for name in ("trap_unit.v", "trap_unit.vh")}


@pytest.fixture(scope="session")
def with_changes(sources):
    """Write the files into a folder, each change in the one file that has its text."""

    def with_changes(folder, *changes):
        files = dict(sources)
        for old, new in changes:
            [name] = [name for name, text in files.items() if text.count(old) == 1]
            files[name] = files[name].replace(old, new)
        for name, text in files.items():
            (folder / name).write_text(text)

    return with_changes


@pytest.fixture(scope="session")
def waves(simulator, with_changes, tmp_path_factory):
    """The waveform of the testbench's run, made once for each set of changes."""
    simulator("icarus")

    @cache
    def waves(*changes, form=""):
        folder = tmp_path_factory.mktemp("tiny")
        with_changes(folder, *changes)
        build = ["iverilog", "-g2005", "-o", "testbench", "testbench.v", "tiny_core.v", "trap_unit.v"]
        subprocess.run(build, cwd=folder, check=True, capture_output=True)
        subprocess.run(["vvp", "testbench", *form.split(), "+vcd"], cwd=folder, check=True, capture_output=True)
        return folder / "testbench.vcd"

    return waves
