"""How long a user waits for the command to start, and for `make verilog` in a checkout that is set up."""

import platform
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

RUNS = 7
ROOT = Path(__file__).resolve().parent.parent
UTRAP = Path(sys.executable).with_name("utrap")


def seconds(*command: str | Path) -> list[float]:
    """The wall time of each run."""
    times = []
    for _ in range(RUNS):
        start = perf_counter()
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        times.append(perf_counter() - start)
    return times


def main() -> None:
    print(f"Python {platform.python_version()}, {RUNS} runs each, wall time in seconds")
    print(f"{'':24}{'median':>8}{'worst':>8}")
    commands: dict[str, list[str | Path]] = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "utrap --help": [UTRAP, "--help"],
        "make --dry-run verilog": ["make", "--dry-run", "verilog"],
        "utrap csrs": [UTRAP, "csrs"],
        "make verilog": ["make", "verilog"],
    }
    for name, command in commands.items():
        times = seconds(*command)
        print(f"{name:24}{median(times):8.2f}{max(times):8.2f}")


if __name__ == "__main__":
    main()
