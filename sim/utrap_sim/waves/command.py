"""The command `utrap waves`: find the scenario, run it, write its files, show its events."""

from __future__ import annotations

import shlex
import sys
import webbrowser
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory

from utrap.command_line.display import print_table
from utrap.command_line.errors import UserError
from utrap.command_line.files import write_atomically
from utrap.config import Config
from utrap_show.differences import in_words
from utrap_show.explain.command import explain_command
from utrap_show.timeline import read_timeline
from utrap_show.timeline.files import timeline_files
from utrap_show.timeline.table import show as print_timeline
from utrap_sim.simulators.given_verilog import read_given
from utrap_testbench.env import describe
from utrap_testbench.harts import model_config
from utrap_testbench.vectors.of_event import text_of_event

from .bench import PERIOD, START
from .gtkw import gtkwave_files
from .library import SCENARIOS
from .model_hart import Hart
from .run import FirstDifference, run
from .scenario import NEEDS, Scenario, path_of
from .user_sequence import function_scenario, is_function, records_scenario

__all__ = ["Request", "find", "print_list", "show"]


@dataclass(frozen=True, kw_only=True)
class Request:
    """A scenario on a hart."""

    scenario: Scenario
    config: Config
    hartid: int = 0


def find(text: str | None, config: Config, chosen: tuple[str, ...], line: int | None = None) -> Request:
    """What the user means: a name, a file of events, a function; without a word the first one that fits.

    Args:
        text: What the user wrote.
        config: The configuration.
        chosen: The options that chose it, as they were written.
        line: Of a file of events the only line to play.

    Raises:
        UserError: When there is none, or the configuration is not for it.
    """
    if line is not None and (text is None or text in SCENARIOS or not Path(text).is_file()):
        raise UserError(f"--line {line}: it is for a file of events")
    if text is None:
        return Request(scenario=_fitting(config)[0], config=config)
    if text in SCENARIOS:
        scenario = SCENARIOS[text]
        if lack := scenario.lacks(model_config(config)):
            raise UserError(f"{text} {lack} ('utrap waves --list' lists what a configuration can)")
        return Request(scenario=scenario, config=config)
    path = Path(text)
    if is_function(text) and not path.exists():
        return Request(scenario=function_scenario(text), config=config)
    if path.exists() or "/" in text or "." in text:
        if path.suffix == ".py":
            raise UserError(f"{text}: which function? write {text}:FUNCTION")
        scenario, stated, hartid = records_scenario(path, line)
        if chosen:
            raise UserError(f"{chosen[0]}: the first line of {path} states the configuration, leave it out")
        return Request(scenario=scenario, config=stated, hartid=hartid)
    close = get_close_matches(text, SCENARIOS, n=1, cutoff=0.5)
    remedy = f"do you mean {close[0]}?" if close else f"there are {', '.join(SCENARIOS)}"
    raise UserError(f"there is no scenario {text}: {remedy}")


def _fitting(config: Config) -> list[Scenario]:
    model = model_config(config)
    return [scenario for scenario in SCENARIOS.values() if not scenario.lacks(model)]


def print_list(config: Config) -> None:
    """The scenarios that the configuration can run."""
    rows = [
        (scenario.name, ", ".join(NEEDS[need][1] for need in scenario.needs), scenario.title)
        for scenario in _fitting(config)
    ]
    print_table(("Scenario", "Needs", "What it shows"), rows, widest="What it shows")


def show(
    request: Request, simulator: str, output: str, opens: bool, again: Sequence[str], verilog: str | None = None
) -> int:
    """Run it, write the files, print the events; gives the exit status: 1 where model and Verilog differ.

    Args:
        request: What to run.
        simulator: icarus or verilator.
        output: The folder of the files.
        opens: Whether to open the page.
        again: The words of the command that does this again.
        verilog: The file to run in the place of the generated Verilog.

    Raises:
        UserError: When it cannot be run or written, or does not show what it must.
    """
    scenario = request.scenario
    hart = Hart(request.config, request.hartid, read_given(verilog))
    scenario.play(hart)
    told = run(hart, simulator)
    found = told.difference
    if found is None:
        scenario.check(hart.config, path_of(hart, told.seen))
    files = {f"{scenario.name}.{suffix}": dump for suffix, dump in told.dumps.items()}
    files |= gtkwave_files(scenario.name, hart, told)
    record = f"{scenario.name}-difference.jsonl"
    if found is not None:
        before, event = found.played.expected.before, found.played.cycle.event
        text = text_of_event(hart.config, before, event, "utrap waves")
        files |= {record: text.encode()} if text else {}
    with TemporaryDirectory(prefix="utrap-waves-") as folder:
        vcd = Path(folder, f"{scenario.name}.vcd")
        vcd.write_bytes(told.dumps["vcd"])
        timeline = read_timeline(vcd, scenario.title)
    software = {mode: hart.software.get(timeline.mode_name(mode), "") for mode in timeline.modes}
    timeline = replace(timeline, software={mode: name for mode, name in software.items() if name})
    files |= timeline_files(timeline, scenario.name)
    paths = {path.suffix: path for path in write_atomically(output, files) if path.stem == scenario.name}
    print(f"{scenario.name}: {scenario.title}")
    print_timeline(timeline)
    for suffix in (".html", ".svg", ".json", ".vcd", ".fst", ".gtkw"):
        if suffix in paths:
            print(paths[suffix])
    if found is not None:
        print("\n  ".join(_told(hart, found)), file=sys.stderr)
        if record in files:
            given = ["--verilog", verilog] if verilog else []
            words = ["utrap", "replay", "--on", simulator, *given, str(Path(output, record))]
            print(f"  replay: {shlex.join(words)}", file=sys.stderr)
        print(f"  waves: {shlex.join(['gtkwave', str(paths['.gtkw'])])}", file=sys.stderr)
        print(f"  again: {shlex.join(again)}", file=sys.stderr)
    if opens:
        _open(paths[".html"])
    return 0 if found is None else 1


def _told(hart: Hart, found: FirstDifference) -> Iterator[str]:
    """What differs, where, and what asks the model about it."""
    expected, cycle = found.played.expected, found.played.cycle
    mode = hart.names.mode_name(expected.outcome.from_mode)
    where = f"cycle {found.cycle}, {START + PERIOD * (found.cycle + 1)} ns"
    yield f"the Verilog differs from the model: {where}, in {mode}: {describe(hart.config, cycle)}"
    for each in found.fields:
        yield from in_words(hart.names, each)
    if why := explain_command(hart.bench.config, expected.before, cycle.event):
        yield f"why: {why}"


def _open(page: Path) -> None:
    uri = page.absolute().as_uri()
    try:
        is_open = webbrowser.open(uri)
    except webbrowser.Error:
        is_open = False
    if not is_open:
        raise UserError(f"there is no browser to open {page} with: set BROWSER, or open it yourself")
    print(f"opened {uri}")
