"""How many recorded events a second each back end of `utrap replay` establishes, runs and compares in full."""

import platform
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from utrap.command_line.errors import UserError
from utrap.config import Config
from utrap_sim.replay.replay_file import Players, replay_on_rtl
from utrap_testbench.harts import model_config
from utrap_testbench.replay import replay
from utrap_testbench.vectors import Header, generate, write_records
from utrap_testbench.vectors.generate import EXTERNAL

#: Records for each back end, so that each runs for a few seconds.
COUNTS = {"golden": 20000, "verilator": 10000, "icarus": 1000, "amaranth": 100}


def main() -> None:
    config = model_config(Config.profile("full", 64))
    print(f"Python {platform.python_version()}, the full profile on RV64, records of `utrap record --profile full`")
    print(f"{'':12}{'records':>9}{'records/s':>11}{'of it this process':>20}")
    with TemporaryDirectory() as folder:
        path = Path(folder, "records.jsonl")
        header = Header(config=config, external=EXTERNAL)
        write_records(path, header, generate(config, max(COUNTS.values()), 0))
        for name, count in COUNTS.items():
            try:
                seconds, own = measure(name, str(path), count)
            except UserError as error:
                print(f"{name:12}{error}")
                continue
            print(f"{name:12}{count:9}{count / seconds:11.0f}{own / seconds:20.0%}")


def measure(name: str, path: str, count: int) -> tuple[float, float]:
    """Wall time, and processor time of this process, to replay so many records; building is not counted."""
    if name == "golden":
        return timed(lambda: replay(path, limit=count).ok)
    with Players(name) as players:
        replay_on_rtl(path, players, limit=2)
        return timed(lambda: replay_on_rtl(path, players, limit=count).ok)


def timed(action: Callable[[], bool]) -> tuple[float, float]:
    start, own = perf_counter(), process_time()
    assert action(), "a record differs"
    return perf_counter() - start, process_time() - own


if __name__ == "__main__":
    main()
