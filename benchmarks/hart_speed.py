"""How many cycles a second the hart runs under each simulator, alone and with the golden model beside it.

`python benchmarks/hart_speed.py` runs bundled programs and prints a line for each. The simulator and
what reads its stream are two processes side by side; a figure is cycles a second of processor time of
the busier one, so that another process on the machine does not change it much: with two idle cores it
is what a clock on the wall shows.
"""

import resource
import sys
import time
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "hdl"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "testbench"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "sim"))

from utrap_hart.hart import hart_config
from utrap_hart.run.image import load
from utrap_hart.run.lockstep import hart_lockstep
from utrap_hart.run.memory import memory_range
from utrap_hart.run.programs import bundled
from utrap_hart.run.simulation import Built, End, Event, Options, build, simulate

#: Program and cycles by simulator: one that traps all the time, and one that computes.
RUNS = {"verilator": (("hypervisor", 10_000_000), ("integer", 10_000_000)), "icarus": (("hypervisor", 60_000),)}


def cycles_a_second(built: Built, name: str, cycles: int, has_model: bool) -> tuple[float, float]:
    """Cycles a second, and cycles between two events on the average."""
    image = load(str(bundled()[name]), memory_range())
    lockstep = hart_lockstep(hart_config(), built.sources) if has_model else None
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    started = time.process_time()
    events = done = 0
    with closing(simulate(built, image, Options(max_cycles=cycles))) as happenings:
        for happening in happenings:
            if isinstance(happening, Event):
                events += 1
                assert lockstep is None or lockstep.compare(happening) is None
            elif isinstance(happening, End):
                done = happening.cycles
    reader = time.process_time() - started
    simulator = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    return done / max(reader, simulator), done / events


def main() -> None:
    for simulator, runs in RUNS.items():
        built = build(simulator)
        for name, cycles in runs:
            alone, _ = cycles_a_second(built, name, cycles, False)
            beside, distance = cycles_a_second(built, name, cycles, True)
            print(
                f"hart, {simulator}, {name} (an event every {distance:,.0f} cycles):"
                f" {alone:,.0f} cycles/s, with the model {beside:,.0f}"
            )


if __name__ == "__main__":
    main()
