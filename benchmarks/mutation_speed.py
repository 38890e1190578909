"""How many mutants a minute `utrap mutate` runs and judges, and what the time goes into.

`python benchmarks/mutation_speed.py [MUTANTS]` runs mutants of full RV64 under Verilator at the default
length, in a folder that is new. Beside the wall time it prints the processor's, which another process on
the machine does not change much. RESULTS.md has the figures.
"""

import os
import resource
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "hdl"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "testbench"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "sim"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "formal"))

from utrap.config import Config
from utrap_sim.regress.parallel import DEFAULT_STEPS
from utrap_strength.mutate.session import Plan, run


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with tempfile.TemporaryDirectory() as folder:
        # No build of an earlier run is found.
        os.environ["UTRAP_SIM_CACHE"] = str(Path(folder, "builds"))
        plan = Plan(
            config=Config.profile("full", 64),
            count=count,
            seed=1,
            simulator="verilator",
            steps=DEFAULT_STEPS["verilator"],
            budget=None,
            jobs=len(os.sched_getaffinity(0)),
            output=Path(folder, "mutants"),
        )
        made = run(plan)
    spent = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    verdicts = Counter(entry["verdict"] for entry in made.entries.values())
    print(", ".join(f"{number} {verdict}" for verdict, number in sorted(verdicts.items())))
    print(f"{60 * count / made.seconds:,.0f} mutants a minute, {plan.jobs} at a time, in {made.seconds:,.0f} s")
    print(f"{60 * count / spent:,.0f} mutants a minute of one processor, {spent:,.0f} s in all")


if __name__ == "__main__":
    main()
