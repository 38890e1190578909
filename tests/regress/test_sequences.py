"""The sequences on the model alone: every reachable bin is hit by design, whatever the seed."""

import random
from functools import cache
from itertools import islice

import pytest

from utrap.config import PROFILES
from utrap.config import Config as UnitConfig
from utrap_sim.regress.parallel import DEFAULT_STEPS
from utrap_testbench import coverage
from utrap_testbench.boundary import Layout
from utrap_testbench.coverage import Collector
from utrap_testbench.env import Scoreboard
from utrap_testbench.golden import Config, CsrAccess
from utrap_testbench.harts import model_config
from utrap_testbench.sequences import SEQUENCES, Source, stream

points = cache(coverage.points)

#: What each directed sequence is for.
DIRECTED = {
    "routes": {"exceptions", "delegation"},
    "returns": {"returns", "status that returns find", "status beside returns"},
    "interrupt routes": {"interrupts", "interrupt delegation"},
    "interrupt pairs": {"interrupt priorities"},
    "masked rivals": {"masked rivals", "masked interrupts"},
    "CSR sweep": {"addresses"},
    "CSR verdicts": {"CSR access"},
    "CSR by CSR": {"judged CSRs", "accessed CSRs"},
    "writes every way": {"changes by writes"},
    "views": {"views"},
    "masked writes": {"masked writes"},
    "lines and software": {"lines beside software"},
    "causes without a bit": {"causes that no bit delegates"},
    "debugger's accesses": {"accesses outside by a debugger"},
    "numbers": {"numbers written", "guest external lines"},
    "delegation windows": {"windows", "window orders", "edges of orders", "page bits"},
    "reset": {"reset"},
    "halts": {"halts", "resumes"},
    "Debug Mode": {"in Debug Mode"},
    "single steps": {"single steps"},
    "EBREAK": {"EBREAK"},
    "pointer masking": {"pointer masking"},
    "narrow addresses": {"addresses kept"},
}
#: With Debug Mode some verdicts of these are hit by others.
SHARED = {"CSR verdicts", "returns"}
DEFAULTS = {f"{name}-rv{xlen}": Config.profile(name, xlen=xlen) for name in PROFILES for xlen in (32, 64)}
OTHERS = {
    "mun": Config.profile("mu", n=True),
    "msuhn": Config.profile("msuh", n=True),
    "msuh, 63 guest interrupts": Config.profile("msuh", geilen=63, counters="none"),
    "full, all counters": Config.profile("full", xlen=32, geilen=3, windows=2, counters="zihpm"),
    "full, IALIGN 32": Config.profile("full", ialign=32, isa="IMA", windows=1),
    "full, 8 windows": Config.profile("full", geilen=1, windows=8),
    "mu, local interrupts": Config.profile(
        "mu", xlen=32, local_interrupts=15, local_interrupts_first=True, mtvec_reset="port", mtvec_modes="vectored"
    ),
    "msuh, local interrupts": Config.profile("msuh", local_interrupts=3),
    "full, narrow": Config.profile("full", va_bits=50, window_max_order=9, sdext=True),
    "mu, narrow": Config.profile("mu", va_bits=32, n=True, smrnmi=True, smdbltrp=True),
    "full, no window": Config.profile("full", windows=0),
    "full, pointer masking": Config.profile("full", smmpm=True, smnpm=True, ssnpm=True, smrnmi=True),
    "mu, pointer masking": Config.profile("mu", smmpm=True, smnpm=True),
}
DEBUGGED = {
    f"{name}-rv{xlen}, Debug Mode": Config.profile(name, xlen=xlen, sdext=True)
    for name, xlen in (("full", 64), ("msuh", 32), ("mu", 64))
}


class Run:
    """The model under some cycles."""

    def __init__(self, config, seed):
        self.config = config
        self.scoreboard = Scoreboard(config, Layout([]), 0)
        self.source = Source(config, random.Random(seed), lambda: self.scoreboard.state)
        self.collector = Collector(config)

    def play(self, cycles):
        for cycle in cycles:
            expected = self.scoreboard.step(cycle)
            self.collector.sample(expected)
            yield cycle, expected

    def holes(self, names=None):
        hits = self.collector.hits
        return [
            (point.name, key)
            for point in points(self.config)
            if names is None or point.name in names
            for key in point.reachable
            if key not in hits.get(point.name, {})
        ]

    def broken(self):
        rules = {point.name: point.bins for point in points(self.config)}
        return [(name, key) for name, bins in self.collector.hits.items() for key in bins if rules[name].get(key, "")]


def exhaust(cycles):
    for _ in cycles:
        pass


@pytest.mark.parametrize(
    "config",
    [*DEFAULTS.values(), *OTHERS.values(), *DEBUGGED.values()],
    ids=[*DEFAULTS, *OTHERS, *DEBUGGED],
)
def test_a_directed_sequence_alone_hits_all_bins_of_its_cover_points(config):
    for sequence in SEQUENCES:
        if sequence.name in DIRECTED and sequence.needs(config) and not (config.sdext and sequence.name in SHARED):
            run = Run(config, 1)
            exhaust(run.play(sequence.make(run.source)))
            assert (run.holes(DIRECTED[sequence.name]), run.broken()) == ([], []), sequence.name


def test_every_cover_point_has_a_directed_sequence_or_two_together():
    config = DEFAULTS["full-rv64"]
    every = points(config) + points(DEBUGGED["full-rv64, Debug Mode"])
    assert {point.name for point in every} - set().union(*DIRECTED.values()) == {"vectors"}
    run = Run(config, 1)
    for sequence in SEQUENCES:
        if sequence.name in ("routes", "interrupt routes"):
            exhaust(run.play(sequence.make(run.source)))
    assert run.holes({"vectors"}) == []


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("config", [*DEFAULTS.values(), *DEBUGGED.values()], ids=[*DEFAULTS, *DEBUGGED])
def test_as_many_cycles_as_icarus_runs_leave_no_hole_whatever_the_seed(config, seed):
    run = Run(config, seed)
    # The sequences of Debug Mode make a round longer by a third.
    steps = min(DEFAULT_STEPS.values()) * 4 // 3 if config.sdext else min(DEFAULT_STEPS.values())
    exhaust(run.play(cycle for _, cycle in islice(stream(run.source), steps)))
    assert (run.holes(), run.broken()) == ([], [])


@pytest.mark.parametrize(("xlen", "seed"), [(64, 1), (32, 2)])
def test_so_do_those_of_a_hart_with_every_extension(xlen, seed):
    run = Run(model_config(UnitConfig.profile("max", xlen)), seed)
    exhaust(run.play(cycle for _, cycle in islice(stream(run.source), 40_000)))
    assert (run.holes(), run.broken()) == ([], [])


@pytest.mark.parametrize("config", [DEFAULTS["full-rv64"], DEFAULTS["full-rv32"], DEFAULTS["msuh-rv64"]])
def test_a_long_run_accesses_all_4096_addresses_in_all_modes(config):
    run = Run(config, 1)
    cycles = (cycle for _, cycle in islice(stream(run.source), DEFAULT_STEPS["verilator"]))
    accessed = {
        (cycle.event.address, expected.outcome.from_mode)
        for cycle, expected in run.play(cycles)
        if isinstance(cycle.event, CsrAccess) and not cycle.event.debug
    }
    assert len(accessed) == 4096 * len(run.source.modes)
