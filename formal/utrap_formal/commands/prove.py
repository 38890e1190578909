"""Proves theorems about the Verilog that `utrap generate` writes, for all states and without a bound.

SUITE is one of those below, and all of them where none is given. What was
proved before and has not changed is not proved again. Exit status: 0 all
proved, 1 something is refuted or not decided, 2 the request cannot be carried
out.

\b
equivalence   the RTL and the golden model are the same machine
routing       a trap goes to the mode that delegation names
escalation    without a trap no mode gains privilege
round_trip    a trap and the matching return restore what was
entry         what a trap saves, for each mode that takes it
conservative  with EN=0 the unit is the unit without Shudeleg
windows       no guest-page fault outside the windows reaches U
csrs          CSRs hold what they may; who may access them
interrupts    the highest enabled interrupt is requested, a masked one never
timers        the timers' interrupts follow the time; who may set the timers
debug         what Debug Mode masks, the ways in and out, its registers
overflow      counters make LCOFI pending; whose overflows scountovf shows
stateen       what the state enables hide is neither read nor written below
environment   what the xenvcfg let the modes below do; pointer masking
double        a handler that cannot take a trap never gets one (SDT, MDT)
rnmi          what NMIE keeps out, what RNMIs write and leave, the way back
unexpected    what M cannot take goes to the handler of RNMIs; what MNRET ends
addresses     narrow registers keep every address; what is none stays none
cover         every way from mode to mode, and every cause, comes about
"""

from __future__ import annotations

from collections.abc import Callable

import click

from utrap.command_line.errors import UserError
from utrap.command_line.options import configuration_options
from utrap.config import Config, ConfigError, each_extension


def _equivalence(config: Config) -> object:
    from utrap_formal.equivalence.suite import suite

    return suite(config)


def _properties(name: str) -> Callable[[Config], object]:
    def make(config: Config) -> object:
        from utrap_formal.properties.suite import suite

        return suite(config, name)

    return make


#: Suites of properties (`utrap_formal.properties`), which is not imported for `--help`.
_PROPERTIES = (
    "routing",
    "escalation",
    "round_trip",
    "entry",
    "conservative",
    "windows",
    "csrs",
    "interrupts",
    "timers",
    "debug",
    "overflow",
    "stateen",
    "environment",
    "double",
    "rnmi",
    "unexpected",
    "addresses",
    "cover",
)
#: Every suite, in the order in which they run; imported when it is asked for.
_SUITES: dict[str, Callable[[Config], object]] = {
    "equivalence": _equivalence,
    **{name: _properties(name) for name in _PROPERTIES},
}


@click.command(help=__doc__)
@click.argument("suites", metavar="[SUITE]...", nargs=-1)
@configuration_options
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes; as many as there are processors.")
@click.option("--only", metavar="TEXT", default="", help="Only what has this in its name or kind.")
@click.option("--fresh", is_flag=True, help="Prove again what was proved before.")
@click.option("--stop-at-first", is_flag=True, help="Stop at the first refutation; what was not tried is not shown.")
@click.option(
    "--cache",
    "folder",
    metavar="DIR",
    default="build/prove",
    show_default=True,
    help="Where proofs are remembered and counterexamples are written.",
)
@click.option(
    "--details",
    is_flag=True,
    help="Also print every task, what is assumed, and what each property says or is compared when.",
)
@click.option(
    "--each-extension",
    "every",
    is_flag=True,
    help="In place of the configuration prove it with each extension alone that exists for its XLEN.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON (docs/schemas/prove.schema.json).")
def prove(
    suites: tuple[str, ...],
    config: Config,
    jobs: int | None,
    only: str,
    fresh: bool,
    stop_at_first: bool,
    folder: str,
    details: bool,
    every: bool,
    as_json: bool,
) -> int:
    for name in suites:
        if name not in _SUITES:
            raise UserError(f"{name!r} is no suite: there are {', '.join(_SUITES)}")
    if every and as_json:
        raise UserError("--each-extension --json: JSON is of one configuration; give the extension with --set")
    from utrap_formal.proving import NothingToProve, prove_suites

    chosen = {name: make for name, make in _SUITES.items() if not suites or name in suites}

    def prove_one(proved: Config) -> int:
        return prove_suites(
            chosen,
            proved,
            jobs=jobs,
            only=only,
            fresh=fresh,
            stop_at_first=stop_at_first,
            folder=folder,
            details=details,
            as_json=as_json,
        )

    if not every:
        return prove_one(config)
    statuses: list[int] = []
    for name, changes in each_extension(config.xlen).items():
        print(f"\n{name}:", flush=True)
        try:
            statuses.append(prove_one(config.replace(**changes)))
        except (ConfigError, NothingToProve) as error:
            print(f"not proved: {error}")
        if stop_at_first and any(statuses):
            break
    if not statuses:
        raise UserError("--each-extension: nothing was proved of any extension; each line above says why")
    return max(statuses)
