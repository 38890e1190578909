"""The command `utrap exits`: runs the hypervisor program, and shows what its accesses cost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from utrap.command_line.errors import UserError
from utrap.command_line.files import write_atomically
from utrap_hart.run.command import tell_of_build
from utrap_hart.run.image import load
from utrap_hart.run.lockstep import hart_lockstep
from utrap_hart.run.programs import bundled
from utrap_hart.run.simulation import Built, End, Event, Happening, Options, Sent, build, simulate

from . import pictures
from .access import accesses
from .baseline import Baseline, change_table
from .show import PATHS, markdown, print_summary, print_tables
from .summary import Summary, document, summarise

__all__ = ["PROGRAM", "measure", "run"]

#: The bundled program that drives the devices.
PROGRAM = "hypervisor"
_MAX_CYCLES = 20_000_000


def run(simulator: str, *, as_json: bool, folder: Path, baseline: Baseline | None = None) -> int:
    """Measure, print the figures, with a baseline the changes, write the pictures; gives the exit status.

    Raises:
        UserError: When the simulator is missing, or the program does not pass.
    """
    summary = measure(build(simulator, tell=lambda: tell_of_build(simulator)))
    found = document(summary, simulator)
    text = json.dumps(found, indent=2) + "\n"
    files = {"exits.md": markdown(summary), "exits.json": text, **pictures.draw(summary)}
    written = write_atomically(folder, {name: content.encode() for name, content in files.items()})
    if as_json:
        print(text, end="")
    else:
        print_summary(summary)
        if baseline is not None:
            print_tables([change_table(found["accesses"], baseline, PATHS)])
        print(f"{', '.join(str(path) for path in written)}")
    return 0


def measure(built: Built) -> Summary:
    """Run the program and take the figures.

    Raises:
        UserError: When it does not pass, or differs from the golden model.
    """
    image = load(str(bundled()[PROGRAM]), built.memory)
    options = Options(max_cycles=_MAX_CYCLES, retired=True)
    with closing(simulate(built, image, options)) as happenings:
        return summarise(accesses(_checked(built, happenings), built.sources.outputs), image.place)


def _checked(built: Built, happenings: Iterator[Happening]) -> Iterator[Happening]:
    """The same, as long as the model agrees and the program passes: figures of a failure mean nothing."""
    lockstep = hart_lockstep(built.sources.config, built.sources)
    said = bytearray()
    for happening in happenings:
        if isinstance(happening, Event) and (disagreement := lockstep.compare(happening)):
            raise UserError(f"{PROGRAM}: {disagreement}")
        if isinstance(happening, Sent):
            said.append(happening.byte)
        if isinstance(happening, End) and happening.code != 0:
            last = said.decode(errors="backslashreplace").strip().rpartition("\n")[2]
            raise UserError(f"the program {PROGRAM} ended with {happening.code}, its last words: {last}")
        yield happening
