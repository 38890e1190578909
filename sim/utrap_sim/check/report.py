"""What a check found, in lines."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from utrap.config import Config
from utrap_show.differences import in_words
from utrap_show.explain.command import explain_command
from utrap_show.names import Names
from utrap_sim.gtkwave.difference import Place, difference_files
from utrap_sim.simulators.bench import Bench
from utrap_testbench.harts import model_config
from utrap_testbench.vectors.of_event import text_of_event

from .recorded import Checked

__all__ = ["difference_of", "report"]

#: A difference's files.
_RECORD, _SAVE = "difference.jsonl", "difference.gtkw"


def difference_of(file: str, config: Config, checked: Checked) -> dict[str, bytes]:
    """Files that show a difference: its event as a record, where there can be one, and GTKWave's save file."""
    found = checked.disagreement
    files: dict[str, bytes] = {}
    assert found is not None
    bench = Bench(config)
    if found.step is not None:
        text = text_of_event(bench.model, found.step.before, found.step.cycle.event, "utrap check")
        files |= {_RECORD: text.encode()} if text else {}
    if checked.edge is not None:
        dump = str(Path(file).absolute())
        place = Place(dump=dump, unit=checked.instance, time=checked.edge, cycle=checked.cycle)
        fields = [difference.field for difference in found.differences]
        files |= difference_files(Path(_SAVE).stem, bench, place, fields)
    return files


def report(
    file: str, config: Config, checked: Checked, files: Mapping[str, Path], again: Sequence[str]
) -> Iterator[str]:
    """The lines, the verdict first.

    Args:
        file: The waveform.
        config: What the unit was generated for.
        checked: What was found.
        files: Where those of `difference_of` are, by name.
        again: The words of the command that does this again.
    """
    found, where = checked.disagreement, f"{file}: {checked.instance}"
    if found is None:
        yield f"{where}: agrees with the golden model in {checked.cycles:,} cycles; {checked.compared:,} had news"
    else:
        names = Names(model_config(config), config)
        place = "" if found.pc is None else f", pc {found.pc:#x}"
        time = f", {checked.time}" if checked.time else ""
        who = "the core" if all(d.field.startswith("commit.") for d in found.differences) else "the unit"
        yield f"{where}: {who} differs at cycle {found.cycle}{time}{place}: {found.event} in {found.mode}"
        for difference in found.differences:
            yield from (f"  {line}" for line in in_words(names, difference))
        if found.seen != found.cycle:
            yield f"  seen at cycle {found.seen}"
        if found.step is not None and (asked := explain_command(config, found.step.before, found.step.cycle.event)):
            yield f"  why: {asked}"
        if _RECORD in files:
            yield f"  replay: {shlex.join(['utrap', 'replay', str(files[_RECORD])])}"
        if _SAVE in files:
            yield f"  waves: {shlex.join(['gtkwave', str(files[_SAVE])])}"
        yield f"  again: {shlex.join(again)}"
    for note in checked.notes:
        yield f"note: {note}"
