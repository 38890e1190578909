"""How many steps a second the golden model makes on one core, for a mix of events and for each kind.

`python benchmarks/golden_steps.py [SECONDS]` prints one line for each. The time
is the processor's, not the clock's: what else the machine does counts less.
"""

import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "testbench"))

from utrap_testbench.golden import Config, Event, State, state_from_registers, step
from utrap_testbench.vectors import generate

KINDS = ("exception", "csr", "xret", "interrupt", "legality")
#: What a core commits when it traps often: entries, the handlers' CSR accesses, returns.
MIX = {"exception": 3, "csr": 5, "xret": 3, "interrupt": 1}


def pairs(config: Config, kinds: tuple[str, ...], count: int = 2000) -> list[tuple[State, Event]]:
    """States and events as the recorder draws them, ready to be stepped."""
    return [
        (state_from_registers(config, record.pre), record.event)
        for record in generate(config, count, seed=1, kinds=kinds)
    ]


def rate(config: Config, work: list[tuple[State, Event]], seconds: float) -> float:
    """Steps a second over at least this time."""
    steps, start = 0, time.process_time()
    while True:
        for state, event in work:
            step(config, state, event)
        steps += len(work)
        elapsed = time.process_time() - start
        if elapsed >= seconds:
            return steps / elapsed


def chain(config: Config, work: list[tuple[State, Event]], seconds: float) -> float:
    """The same, each step from the state that the one before left."""
    steps, start = 0, time.process_time()
    state = work[0][0]
    while True:
        for _, event in work:
            state, _ = step(config, state, event)
        steps += len(work)
        elapsed = time.process_time() - start
        if elapsed >= seconds:
            return steps / elapsed


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    for xlen in (64, 32):
        config = Config.profile("full", xlen=xlen)
        mixed = pairs(config, tuple(kind for kind, weight in MIX.items() for _ in range(weight)))
        random.Random(1).shuffle(mixed)
        print(f"golden RV{xlen} full, mix: {rate(config, mixed, seconds):,.0f} steps/s")
        print(f"golden RV{xlen} full, mix in a chain: {chain(config, mixed, seconds):,.0f} steps/s")
        for kind in KINDS:
            print(f"golden RV{xlen} full, {kind}: {rate(config, pairs(config, (kind,)), seconds / 4):,.0f} steps/s")


if __name__ == "__main__":
    main()
