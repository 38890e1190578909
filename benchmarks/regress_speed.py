"""How many events a second a regression compares on one core, golden model included, and what limits it.

`python benchmarks/regress_speed.py [CYCLES]` prints a line for each way to feed the simulator:
handles touched in every cycle (as a plain cocotb test does), and batches that the bench plays by
itself (as `utrap regress` does); then the shares of the second. Figures are events per second of
processor time, so that another process on the machine does not change them much. RESULTS.md has them.
"""

import gc
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "hdl"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "testbench"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "sim"))

from utrap_sim.regress.seed import Built, Seed, build_benches, run_seed
from utrap_testbench.boundary import Layout
from utrap_testbench.coverage import Collector
from utrap_testbench.env import Drivers, Scoreboard
from utrap_testbench.harts import model_config
from utrap_testbench.sequences import Source, stream

WAYS = (("handles", "utrap_sim.regress.bench_handles"), ("batches", "utrap_sim.regress.bench_regress"))


def model_alone(seed: Seed, built: Built) -> float:
    """Cycles a second without a simulator: sequences, model, drivers, coverage."""
    config = model_config(seed.config)
    rng = random.Random(seed.seed)
    scoreboard = Scoreboard(config, Layout(built.outputs), 0)
    drivers, collector = Drivers(Layout(built.inputs), rng, 0), Collector(config)
    source = Source(config, rng, lambda: scoreboard.state)
    gc.disable()  # as a regression does
    started = time.process_time()
    for _, (_, cycle) in zip(range(seed.steps), stream(source), strict=False):
        drivers.drive(cycle)
        collector.sample(scoreboard.step(cycle))
    seconds = time.process_time() - started
    gc.enable()
    return seed.steps / seconds


def main() -> None:
    cycles = int(sys.argv[1]) if len(sys.argv) > 1 else 40_000
    for simulator in ("verilator", "icarus"):
        seed = Seed(profile="full", xlen=64, simulator=simulator, seed=1, steps=cycles // (1, 8)[simulator == "icarus"])
        built = build_benches(seed.config, (simulator,), waves=False)
        for way, module in WAYS:
            result = run_seed(seed, built, module)
            assert result.has_passed, result.crash or result.failure
            rate = result.cycles / result.cpu_seconds
            print(f"regress RV64 full, {simulator}, {way}: {rate:,.0f} compared events/s")
    print(f"regress RV64 full, no simulator: {model_alone(seed, built):,.0f} events/s")


if __name__ == "__main__":
    main()
