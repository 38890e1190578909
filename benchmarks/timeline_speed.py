"""How long a waveform of a million cycles takes to become a timeline with picture, page and JSON, and how much memory.

`python benchmarks/timeline_speed.py [CYCLES]` writes a VCD file of a core that retires an instruction a
cycle, with all ports and CSRs of the unit; every 50th cycle is a trap or a return, every 20th a CSR
access. It prints the processor time and the peak memory of three processes that read it: vcdvcd with its
callbacks for every wire, the same with a filter of the wires that matter, and `utrap timeline`.
"""

import json
import platform
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from vcd import VCDWriter

from utrap.config import Config
from utrap.csr.configured import csr_rows
from utrap.isa import CommitOp, Mode
from utrap_sim.simulators.bench import Bench

CONFIG = Config.profile("full", 64)
PERIOD = 10_000
#: Runs a statement and prints the processor time and the peak memory of it, in seconds and MB.
MEASURE = """
import json, resource, sys
{statement}
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""
VCDVCD = """
from vcdvcd import StreamParserCallbacks, VCDVCD
VCDVCD({path!r}, signals={signals!r}, callbacks=StreamParserCallbacks(), store_tvs=False)
"""
OURS = """
import utrap
from utrap_show.commands.timeline import timeline
sys.stdout, out = open("/dev/null", "w"), sys.stdout
timeline.main([{path!r}, "-o", {folder!r}], standalone_mode=False)
sys.stdout = out
"""


def events() -> Iterator[dict[str, int]]:
    """The trace port of each cycle: a guest that is emulated in U, its hypervisor now and then."""
    rng = random.Random(1)
    mode, number = Mode.VS, 0
    while True:
        number += 1
        pc = 0x8000_0000 + 4 * number
        wires = {"commit_pc": pc, "answer_target": pc + 4, "commit_op": 0, "trace_kind": 0}
        wires |= {"commit_tinst": rng.getrandbits(32), "commit_csr_address": rng.getrandbits(12)}
        wires |= {"trace_epc": pc, "trace_from_mode": mode, "trace_to_mode": mode}
        if number % 50 == 0 and mode is Mode.VS:
            mode = rng.choice((Mode.U, Mode.U, Mode.S))
            wires |= {"trace_kind": CommitOp.EXCEPTION, "trace_cause": 21, "trace_to_mode": mode}
            wires |= {"trace_tval": pc ^ 0xFFFF, "trace_gpa": 0x400_0000 + rng.getrandbits(10), "trace_vector": 0x1000}
        elif number % 50 == 0:
            op = CommitOp.URET if mode is Mode.U else CommitOp.SRET
            mode = Mode.VS
            wires |= {"trace_kind": op, "trace_to_mode": mode, "trace_vector": pc}
        elif number % 20 == 0:
            wires |= {"trace_kind": CommitOp.CSR, "commit_csr_wdata": rng.getrandbits(64)}
        yield wires | {"commit_op": wires["trace_kind"]}


def write(path: Path, cycles: int) -> list[str]:
    """Write the waveform; gives the names of its wires."""
    bench = Bench(CONFIG)
    widths = {"clk": 1, "rst": 1}
    widths |= {name.replace(".", "_"): width for name, width in bench.inputs.fields if name != "observe"}
    widths |= {bench.sources[name][0]: width for name, width in bench.outputs.fields if "." in name}
    widths |= dict.fromkeys(csr_rows(CONFIG), 64)
    prefixes = {Mode.U: ("uepc", "ucause", "utval", "hutval"), Mode.S: ("sepc", "scause", "stval", "htval")}
    with path.open("w") as file, VCDWriter(file, timescale="1 ps", date="today") as writer:
        wires = {name: writer.register_var("top.core.unit", name, "wire", size=w, init=0) for name, w in widths.items()}
        saved: dict[str, int] = {}
        for number, values in zip(range(cycles), events(), strict=False):
            time = number * PERIOD
            writer.change(wires["clk"], time, int(number > 0))
            for name, value in (values | saved).items():
                writer.change(wires[name], time, value)
            writer.change(wires["clk"], time + PERIOD // 2, 0)
            saved = {"hart_mode": values["trace_to_mode"]}
            if values["trace_kind"] == CommitOp.EXCEPTION:
                data = values["trace_epc"], values["trace_cause"], values["trace_tval"], values["trace_gpa"]
                saved |= zip(prefixes[Mode(values["trace_to_mode"])], data, strict=True)
        writer.change(wires["clk"], cycles * PERIOD, 1)
    return [f"top.core.unit.{name}" for name in widths]


def measure(statement: str) -> tuple[float, float]:
    """Processor time in seconds and peak memory in MB of a process of its own."""
    command = [sys.executable, "-c", MEASURE.format(statement=statement)]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, megabytes = json.loads(result.stdout.splitlines()[-1])
    return seconds, megabytes


def main() -> None:
    cycles = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with TemporaryDirectory() as folder:
        path = Path(folder, "million.vcd")
        wires = write(path, cycles)
        print(f"Python {platform.python_version()}, {cycles:,} cycles, {path.stat().st_size / 1e6:,.0f} MB of VCD")
        matter = [name for name in wires if name.rpartition(".")[2] in csr_rows(CONFIG) or "trace_" in name]
        for what, statement in (
            ("vcdvcd, all wires", VCDVCD.format(path=str(path), signals=wires)),
            ("vcdvcd, those that matter", VCDVCD.format(path=str(path), signals=matter)),
            ("utrap timeline", OURS.format(path=str(path), folder=folder)),
        ):
            seconds, megabytes = measure(statement)
            print(f"{what:28}{seconds:8.1f} s{megabytes:8.0f} MB")


if __name__ == "__main__":
    main()
