"""Waveforms to read: of the unit in a simulator, and small ones written by hand."""

import os
import shutil
import tomllib
from types import SimpleNamespace

import pytest
from vcd import VCDWriter

from utrap.config import Config

from . import hart


@pytest.fixture(scope="session")
def uart(tmp_path_factory):
    """A guest's UART access and what else happens around it: the waveform, and the model's steps."""
    path = tmp_path_factory.mktemp("uart") / "uart.vcd"
    config = Config.profile("full", 64)
    return SimpleNamespace(path=path, config=config, steps=hart.play(hart.uart(config), config, path))


def tick(writer, wires, time, level):
    """All the clocks."""
    for full, wire in wires.items():
        if full.endswith(".clk"):
            writer.change(wire, time, int(level))


WIDTHS = {"trace_kind": 3, "trace_cause": 6, "trace_from_mode": 3, "trace_to_mode": 3, "trace_gpa": 48, "hart_mode": 3}
PORT = ("trace_kind", "trace_cause", "trace_from_mode", "trace_to_mode", "trace_epc", "trace_tval", "trace_vector")


@pytest.fixture
def small(tmp_path):
    """Write a waveform by hand.

    Each member of `cycles` says which wires change at the edge that begins the cycle, which the edge at
    its end sees; a wire is named with its scope, or is in `scope`.
    """

    def small(cycles, scope="top.dut", names=PORT, name="small.vcd", others=(), clocks=("clk",)):
        path = tmp_path / name
        with path.open("w") as file, VCDWriter(file, timescale="1 ns", date="today") as writer:
            wires = {}
            for full in [*(f"{scope}.{name}" for name in (*clocks, *names)), *others]:
                where, _, wire = full.rpartition(".")
                width = 1 if wire in ("clk", "rst", "interrupt_request") else WIDTHS.get(wire, 64)
                wires[full] = writer.register_var(where, wire, "wire", size=width, init=0)
            for number, changes in enumerate(cycles):
                for wire, value in changes.items():
                    writer.change(wires[wire if "." in wire else f"{scope}.{wire}"], 10 * number, value)
                tick(writer, wires, 10 * number, number > 0)
                tick(writer, wires, 10 * number + 5, False)
            tick(writer, wires, 10 * len(cycles), True)
        return path

    return small


TRAP = {
    "trace_kind": 2, "trace_cause": 2, "trace_from_mode": 0, "trace_to_mode": 3,
    "trace_epc": 0x100, "trace_tval": 0xBAD, "trace_vector": 0x8000,
}  # fmt: skip
RETURN = {"trace_kind": 4, "trace_from_mode": 3, "trace_to_mode": 0, "trace_vector": 0x104}
NOTHING = {"trace_kind": 0}


@pytest.fixture
def trap_and_return(small):
    """A waveform with a trap in cycle 2 and a return in cycle 5, and nothing but the trace port."""
    return small([{}, {}, TRAP, NOTHING, {}, RETURN, NOTHING, {}])


@pytest.fixture(scope="session")
def browser(needs):
    """A headless Chromium; without it the test is skipped with the line that a user would read."""
    from selenium import webdriver

    needs("chromium", "chromedriver")
    chromium, driver = str(shutil.which("chromium")), str(shutil.which("chromedriver"))
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--disable-gpu", "--window-size=1300,1000", "--no-sandbox"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    os.environ.setdefault("SE_OFFLINE", "true")
    opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield opened
    opened.quit()


@pytest.fixture(scope="session")
def commands(root, tmp_path_factory):
    """A folder that makes another process find the commands, as an installation does."""
    entries = tomllib.loads((root / "pyproject.toml").read_text())["project"]["entry-points"]["utrap.commands"]
    info = tmp_path_factory.mktemp("site") / "utrap_commands-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: utrap-commands\nVersion: 1\n")
    lines = [f"{name} = {value}" for name, value in entries.items()]
    (info / "entry_points.txt").write_text("\n".join(["[utrap.commands]", *lines, ""]))
    return info.parent
