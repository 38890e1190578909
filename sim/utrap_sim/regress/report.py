"""What a regression leaves behind: JUnit XML, one HTML page, the coverage as XML, and the table that it prints."""

from __future__ import annotations

import shlex
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from utrap import __version__
from utrap_testbench.coverage import Summary, summarise
from utrap_testbench.harts import model_config

from .parallel import Regression
from .seed import Seed, SeedResult

__all__ = ["FORMAT", "Covered", "coverage", "coverage_xml", "document", "html", "junit", "replay_command", "told"]

#: What the JSON output calls itself; a new number when a program that reads this one could fail.
FORMAT = "utrap-regress/1"
COLUMNS = ("Configuration", "Simulator", "Seed", "Cycles", "Cycles/s", "Result")
#: Cycles beyond the failing one that the replayed command runs.
_SOME_MORE = 20


@dataclass(frozen=True)
class Covered:
    """The coverage of one configuration over all its seeds."""

    name: str
    summaries: list[Summary]

    @property
    def hit(self) -> int:
        return sum(len(summary.hits) - len(summary.holes) for summary in self.summaries)

    @property
    def reachable(self) -> int:
        return sum(len(summary.hits) for summary in self.summaries)


def coverage(regression: Regression) -> list[Covered]:
    """The coverage of every configuration, both simulators together."""
    by_config: dict[tuple[str, int], list[SeedResult]] = {}
    for result in regression.results:
        by_config.setdefault((result.seed.profile, result.seed.xlen), []).append(result)
    return [
        Covered(
            f"{profile}, RV{xlen}",
            summarise(
                model_config(results[0].seed.config),
                f"{profile}_rv{xlen}",
                [result.hits for result in results],
            ),
        )
        for (profile, xlen), results in sorted(by_config.items())
    ]


def coverage_xml() -> bytes:
    """cocotb-coverage's own export."""
    from cocotb_coverage.coverage import coverage_db

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "coverage.xml")
        coverage_db.export_to_xml(str(path))
        return path.read_bytes()


def replay_command(result: SeedResult, regression: Regression) -> str:
    """The one command that runs a failed seed again, up to its failure, with waves."""
    steps = result.seed.steps
    if result.failure is not None:
        steps = min(steps, result.cycles + _SOME_MORE)
    return result.seed.command(steps, *regression.again)


def told(result: SeedResult, regression: Regression) -> str:
    """A failure in one paragraph."""
    return "\n  ".join([*_words(result, regression), f"again: {replay_command(result, regression)}"])


def _words(result: SeedResult, regression: Regression) -> Iterator[str]:
    if result.crash:
        yield f"{result.seed.name}: the simulation ended by itself: {result.crash}"
        return
    failure, folder = result.failure, Path(regression.output)
    assert failure is not None
    where = f"cycle {failure['cycle']}, {failure['ns']} ns"
    yield f"{result.seed.name}: {where}, {failure['sequence']}, in {failure['mode']}: {failure['event']}"
    yield from failure["differences"]
    yield "before: " + ", ".join(f"{name}={value:#x}" for name, value in failure["before"].items())
    if failure["why"]:
        yield f"why: {failure['why']}"
    if (record := f"{result.seed.name}.jsonl") in result.files:
        given = ["--verilog", result.seed.given.path] if result.seed.given else []
        yield "replay: " + shlex.join(["utrap", "replay", "--on", result.seed.simulator, *given, str(folder / record)])
    if result.seed.dump in result.files:
        yield f"waves: {shlex.join(['gtkwave', str(folder / f'{result.seed.name}.gtkw')])}"


def document(regression: Regression, covered: list[Covered], page: str) -> dict[str, Any]:
    """What `utrap regress --json` prints: docs/schemas/regress.schema.json."""
    by_seed = {result.seed: result for result in regression.results}
    return {
        "format": FORMAT,
        "utrap": __version__,
        "runs": [_run(regression, seed, by_seed.get(seed)) for seed in regression.seeds],
        "coverage": [{"configuration": each.name, "hit": each.hit, "reachable": each.reachable} for each in covered],
        "report": page,
    }


def _run(regression: Regression, seed: Seed, result: SeedResult | None) -> dict[str, Any]:
    run: dict[str, Any] = {
        "name": seed.name,
        "profile": seed.profile,
        "xlen": seed.xlen,
        "set": list(seed.settings),
        "verilog": seed.given.path if seed.given else None,
        "simulator": seed.simulator,
        "seed": seed.seed,
        "steps": seed.steps,
        "verdict": _verdict(result).lower(),
        "cycles": result.cycles if result else 0,
        "seconds": round(result.seconds, 3) if result else 0,
        "failure": None,
    }
    if result is not None and result.failure is not None:
        told = {name: result.failure[name] for name in ("cycle", "ns", "sequence", "mode", "event")}
        told |= {"before": result.failure["before"], "differences": result.failure["fields"]}
        run["failure"] = {**told, "again": replay_command(result, regression)}
    if result is not None and result.crash:
        run["crash"] = result.crash
    return run


def _verdict(result: SeedResult | None) -> str:
    if result is None:
        return "not run"
    return "passed" if result.has_passed else "crashed" if result.crash else "FAILED"


def rows(regression: Regression) -> list[tuple[str, ...]]:
    """The table of seeds, in the order in which they were asked for."""
    by_seed = {result.seed: result for result in regression.results}
    return [
        (
            f"{seed.profile}, RV{seed.xlen}",
            seed.simulator,
            str(seed.seed),
            f"{result.cycles:,}" if result else "",
            f"{result.cycles / result.seconds:,.0f}" if result and result.seconds else "",
            _verdict(result),
        )
        for seed in regression.seeds
        for result in [by_seed.get(seed)]
    ]


def junit(regression: Regression) -> bytes:
    """JUnit XML: a case for every seed."""
    by_seed = {result.seed: result for result in regression.results}
    suite = ET.Element(
        "testsuite",
        name="utrap regress",
        tests=str(len(regression.seeds)),
        failures=str(sum(result.failure is not None for result in regression.results)),
        errors=str(sum(bool(result.crash) for result in regression.results)),
        skipped=str(len(regression.seeds) - len(by_seed)),
        time=f"{sum(result.seconds for result in regression.results):.3f}",
    )
    for seed in regression.seeds:
        result = by_seed.get(seed)
        case = ET.SubElement(
            suite,
            "testcase",
            classname=f"{seed.profile}.rv{seed.xlen}.{seed.simulator}",
            name=f"seed {seed.seed}",
            time=f"{result.seconds if result else 0:.3f}",
        )
        if result is None:
            ET.SubElement(case, "skipped", message="interrupted before it was run")
        elif not result.has_passed:
            text = told(result, regression)
            kind = "error" if result.crash else "failure"
            ET.SubElement(case, kind, message=text.splitlines()[0]).text = text
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def html(regression: Regression, covered: list[Covered]) -> bytes:
    """The page: seeds, figures, failures with their differences, coverage and its holes."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("utrap_sim.regress", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    sequences: dict[str, int] = {}
    for result in regression.results:
        for name, count in result.sequences.items():
            sequences[name] = sequences.get(name, 0) + count
    page = environment.get_template("regress.html").render(
        regression=regression,
        columns=COLUMNS,
        rows=rows(regression),
        covered=covered,
        sequences=sorted(sequences.items(), key=lambda item: -item[1]),
        cycles=sum(result.cycles for result in regression.results),
        told=told,
    )
    return page.encode()
