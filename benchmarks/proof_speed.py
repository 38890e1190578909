"""How long `utrap prove` takes where nothing is known from before: the equivalence, the properties, all together.

`python benchmarks/proof_speed.py [PROFILE[:XLEN] ...]` prints a row of the table in RESULTS.md for each
configuration; without arguments for the largest, full and rva23s64 of RV64.
"""

import json
import os
import subprocess
import sys
import tempfile

_WHATS = ("equivalence", "properties", "all")
_COMMAND = "import sys; from utrap.command_line.cli import main; sys.exit(main())"


def _prove(profile: str, xlen: str, suites: list[str]) -> tuple[int, float]:
    """The tasks, and the seconds."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--profile", profile, "--xlen", xlen, "--cache", folder, "--json"]
        command = [sys.executable, "-c", _COMMAND, "prove", *suites, *options]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    said = json.loads(done.stdout)
    return sum(len(suite["tasks"]) for suite in said["suites"]), said["seconds"]


def main() -> None:
    from utrap_formal.properties.suite import SUITES

    print(f"| configuration | {' | '.join(f'{what}: tasks | s' for what in _WHATS)} |")
    print(f"| --- |{' ---: |' * 2 * len(_WHATS)}")
    for name in sys.argv[1:] or ("full", "rva23s64"):
        profile, _, xlen = name.partition(":")
        chosen = {"equivalence": ["equivalence"], "properties": list(SUITES), "all": []}
        found = [_prove(profile, xlen or "64", chosen[what]) for what in _WHATS]
        cells = (f"{tasks} | {seconds:.0f}" for tasks, seconds in found)
        print(f"| {profile} RV{xlen or 64} | {' | '.join(cells)} |", flush=True)
    print(f"{len(os.sched_getaffinity(0))} processes")


if __name__ == "__main__":
    main()
