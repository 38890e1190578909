"""What a check found, in lines."""

from __future__ import annotations

from collections.abc import Iterator

from utrap.config import Config
from utrap_show.differences import in_words
from utrap_show.explain.command import explain_command
from utrap_show.names import Names
from utrap_testbench.harts import model_config

from .recorded import Checked

__all__ = ["report"]


def report(file: str, config: Config, checked: Checked) -> Iterator[str]:
    """The lines, the verdict first."""
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
    for note in checked.notes:
        yield f"note: {note}"
