"""One fault from its edits to what caught it; every part that was done before, on the same things, is remembered."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from utrap.command_line.errors import UserError
from utrap.command_line.files import write_atomically
from utrap.command_line.options import make_config
from utrap_formal.cache import hash_of, hash_of_sources, version_of
from utrap_strength.faults.fault import Fault
from utrap_strength.faults.faulty import faulty_verilog
from utrap_strength.faults.proof import run_proof
from utrap_strength.faults.regression import is_named, run_regression

__all__ = ["CHECKS", "Outcome", "judge", "remembered"]

#: What a fault is put before, each with the packages and programs that its verdict depends on.
CHECKS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("icarus", "verilator"),
        (
            "utrap_testbench.golden",
            "utrap_testbench.boundary",
            "utrap_testbench.env",
            "utrap_testbench.sequences",
            "utrap_sim.regress",
            "utrap_sim.simulators",
        ),
    ),
    "proof": ("utrap_testbench.golden", "utrap_testbench.boundary", "utrap_formal.equivalence"),
}
_PROGRAMS = {"icarus": ("cocotb",), "verilator": ("cocotb", "verilator"), "proof": ("z3-solver", "pyosys")}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a fault.

    Attributes:
        fault: The fault.
        found: By check, as `run_regression` and `run_proof` return it; a check that was not done is missing.
    """

    fault: Fault
    found: dict[str, dict[str, Any]] = field(default_factory=dict)

    def caught_by(self, check: str) -> bool:
        """Whether a check that was done caught the fault, and with the right name."""
        found = self.found[check]
        if check == "proof":
            return "task" in found
        return "event" in found and is_named(self.fault, found)

    @property
    def missed(self) -> list[str]:
        """The checks that were done and missed it, or named another event or CSR."""
        return [check for check in self.found if not self.caught_by(check)]

    @property
    def seconds(self) -> float:
        """How long the checks took, together."""
        return round(sum(found["seconds"] for found in self.found.values()), 2)


def judge(fault: Fault, checks: Iterable[str], folder: Path) -> Outcome:
    """Put a fault before checks; what comes of it, and its Verilog, is kept in the folder.

    Raises:
        UserError: The fault does not fit the sources, or a check cannot be done.
    """
    config = make_config(fault.profile, fault.xlen, fault.settings)
    kept = _read(folder, fault)
    key = hash_of([hash_of_sources(("utrap",)), repr(fault.edits), json.dumps(config.to_json())])
    text = folder / f"{fault.name}.v"
    if kept.get("key") != key or not text.exists():
        try:
            made_faulty = faulty_verilog(config, fault.edits)
        except UserError as error:
            raise UserError(f"{fault.name}: {error}") from error
        (text,) = write_atomically(folder, {text.name: made_faulty.encode()})
        kept = {**kept, "key": key}
    verilog = text.read_text(encoding="utf-8")
    found = {}
    for check in checks:
        check_key = hash_of([verilog, _material(check)])
        known = kept.get(check)
        if known is None or known["key"] != check_key:
            made = run_proof(fault, config, text) if check == "proof" else run_regression(fault, text, check)
            kept[check] = {"key": check_key, **made}
            write_atomically(folder, {f"{fault.name}.json": (json.dumps(kept, indent=1) + "\n").encode()})
        found[check] = {name: value for name, value in kept[check].items() if name != "key"}
    return Outcome(fault=fault, found=found)


def remembered(fault: Fault, folder: Path) -> Outcome:
    """What came of a fault the last time, whatever has changed since."""
    kept = _read(folder, fault)
    return Outcome(fault=fault, found={check: kept[check] for check in CHECKS if check in kept})


@cache
def _material(check: str) -> str:
    """What a check's verdict depends on beside the Verilog."""
    return hash_of([hash_of_sources(CHECKS[check]), *map(version_of, _PROGRAMS[check])])


def _read(folder: Path, fault: Fault) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        kept = json.loads((folder / f"{fault.name}.json").read_text(encoding="utf-8"))
        if isinstance(kept, dict):
            return kept
    return {}
