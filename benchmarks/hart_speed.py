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

#: Simulator, whether its build is one for long runs, and programs: one that traps all the time, and one that computes.
RUNS = (
    ("verilator", False, ("hypervisor", "integer")),
    ("verilator", True, ("hypervisor", "integer")),
    ("icarus", False, ("hypervisor",)),
)
#: Cycles that are measured; a program that is over before is started again.
CYCLES = {"verilator": 10_000_000, "icarus": 60_000}


def measure(built: Built, name: str, cycles: int, has_model: bool) -> tuple[float, float]:
    """Cycles a second, and cycles between two events on the average."""
    image = load(str(bundled()[name]), memory_range())
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    started = time.process_time()
    events = done = 0
    while done < cycles:
        lockstep = hart_lockstep(hart_config(), built.sources) if has_model else None
        with closing(simulate(built, image, Options(max_cycles=cycles - done))) as happenings:
            for happening in happenings:
                if isinstance(happening, Event):
                    events += 1
                    assert lockstep is None or lockstep.compare(happening) is None
                elif isinstance(happening, End):
                    done += happening.cycles
    reader = time.process_time() - started
    simulator = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    return done / max(reader, simulator), done / events


def main() -> None:
    for simulator, for_long, programs in RUNS:
        built = build(simulator, for_long=for_long)
        for name in programs:
            alone, _ = measure(built, name, CYCLES[simulator], False)
            beside, distance = measure(built, name, CYCLES[simulator], True)
            print(
                f"hart, {simulator}{', built for long runs' if for_long else ''}, {name}"
                f" (an event every {distance:,.0f} cycles): {alone:,.0f} cycles/s, with the model {beside:,.0f}"
            )


if __name__ == "__main__":
    main()
