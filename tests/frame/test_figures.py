"""A figure has one source: what the documents say is what the programs have recorded."""

import json
import re
from types import SimpleNamespace
from typing import Any

import pytest
from tests.regress.faults import FAULTS

from utrap.config import Config, every_extension

#: Columns of the README's table of sizes that are columns of benchmarks/RESULTS.md, for RV64.
SIZES = ("flip-flops", "LUTs (area)", "LUTs (depth)", "levels (depth)")


def tables(text):
    """The tables of a document: each a list of rows, a row a dictionary by column."""
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        head, _, *rows = [
            [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip()[1:-1])] for line in block.splitlines()
        ]
        yield [dict(zip(head, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def texts(root):
    """The documents with figures, each on one line for every paragraph."""
    paths = {"readme": "README.md", "results": "benchmarks/RESULTS.md", "proofs": "formal/README.md",
             "exits": "docs/exits.md", "regress": "docs/regress.md", "vectors": "docs/vectors.md"}  # fmt: skip
    return SimpleNamespace(**{name: (root / path).read_text() for name, path in paths.items()})


def flat(text):
    """Text without its line breaks."""
    return re.sub(r"\s+", " ", text)


def test_the_sizes_are_those_that_were_measured(texts):
    measured = next(table for table in tables(texts.results) if "flip-flops" in table[0])
    shown = next(table for table in tables(texts.readme) if "flip-flops" in table[0])
    of = {row["profile"]: {name: row[name] for name in SIZES} for row in measured if row["XLEN"] == "64"}
    right = "".join(
        f"| {row['profile']} | {row['modes']} | {' | '.join(of[row['profile'].split('`')[1]].values())} |\n"
        for row in shown
    )
    assert right in texts.readme, f"put these rows into the table of sizes in README.md:\n{right}"


@pytest.mark.parametrize("core", ["Ibex", "CVA6"])
def test_what_the_unit_costs_in_a_core_is_what_was_measured(texts, root, core):
    measured = next(table for table in tables(texts.results) if "core" in table[0])
    page = (root / "examples" / core.lower() / "README.md").read_text()
    shown = next(table for table in tables(page) if "flip-flops" in table[0])
    assert shown == [
        {name: cell for name, cell in row.items() if name != "core"} for row in measured if row["core"] == core
    ]


def test_the_units_beside_other_cores_are_those_of_the_table_of_sizes(texts):
    sizes = next(table for table in tables(texts.results) if "flip-flops" in table[0])
    of = {f"utrap, {row['profile']} RV{row['XLEN']}": {name: row[name] for name in SIZES} for row in sizes}
    peers = next(table for table in tables(texts.results) if "module" in table[0])
    shown = {row["module"]: {name: row[name] for name in SIZES} for row in peers if row["module"] in of}
    assert len(shown) == 3
    assert shown == {module: of[module] for module in shown}


@pytest.fixture(scope="module")
def measured(root):
    """What `utrap exits` has recorded: cycles by device and path, and the ratios of the VMM's devices."""
    recorded = json.loads((root / "docs" / "exits" / "exits.json").read_text())
    cycles = {(row["device"], row["path"]): row["cycles"]["median"] for row in recorded["accesses"]}
    modes = {account["path"]: {m["mode"]: m["cycles"] for m in account["modes"]} for account in recorded["accounts"]}
    return SimpleNamespace(
        cycles=cycles,
        factors=[row["a_to_c"] for row in recorded["ratios"]],
        kernel=[row["c_to_b"] for row in recorded["ratios"]],
        emulated=[row["device"] for row in recorded["ratios"]],
        modes=modes,
    )


def test_what_an_exit_costs_is_what_was_measured(texts, measured):
    cycles, low, high = measured.cycles, min(measured.factors), max(measured.factors)
    readme, exits = flat(texts.readme), flat(texts.exits)
    uart = [f"{cycles['UART', path]:,}" for path in "abc"]
    assert "a UART takes {} on path (a), {} on (b), {} on (c)".format(*uart) in readme
    factor = f"takes {low:.1f} to {high:.1f} times fewer cycles than (a)".replace(".0 ", " ")
    assert factor in readme
    assert factor in exits
    assert f"{', '.join(measured.emulated[:-1])}, {measured.emulated[-1]})" in readme
    assert f"from 1 to {high:.2f}" in readme
    assert "and fewer than (b)" in readme
    assert max(measured.kernel) < 1


def test_a_notification_gains_nothing_and_the_documents_say_so(texts, measured):
    [notified] = {device for device, _ in measured.cycles} - set(measured.emulated)
    assert notified.startswith("VirtIO")
    assert measured.cycles[notified, "c"] == measured.cycles[notified, "a"] > measured.cycles[notified, "b"]
    assert "(c) is (a) there" in flat(texts.readme)
    assert "(c) is (a) there" in flat(texts.exits)


def test_where_the_cycles_go_is_what_was_measured(texts, measured):
    kernel, whole = measured.modes["a"]["HS"], sum(measured.modes["a"].values())
    assert f"In (a) {kernel:,.0f} of some {whole:,.0f} cycles are the kernel's." in flat(texts.exits)
    more = {measured.cycles[device, "b"] - measured.cycles[device, "c"] for device in measured.emulated}
    assert f"(b)'s {more.pop():.0f} cycles more" in flat(texts.exits)
    assert not more


def test_a_factor_of_two_takes_the_share_that_is_said(texts, measured):
    """Amdahl's law with the mean of the ratios."""
    share = 0.5 / (1 - len(measured.factors) / sum(measured.factors))
    assert share == pytest.approx(2 / 3, abs=0.03)
    assert "the factor of nearly 2" in flat(texts.readme)
    assert "takes two thirds of the time" in flat(texts.readme)


def test_the_properties_are_counted(texts):
    from utrap_formal.properties.suite import SUITES

    counted = {name: len(tuple(properties.of(Config()))) for name, properties in SUITES.items()}
    added = next(table for table in tables(texts.proofs) if "suite of an extension" in table[0])
    said = {row["suite of an extension"].strip("`"): int(row["claims"]) for row in added}
    assert {suite: counted.pop(suite) for suite in said} == dict.fromkeys(said, 0)
    extended = Config.profile("full", 64, **every_extension(64))
    changed: dict[str, Any] = {"rnmi": {"smdbltrp": False}, "double": {"smrnmi": False}, "addresses": {"va_bits": 50}}
    assert said == {suite: len(tuple(SUITES[suite].of(extended.replace(**changed.get(suite, {}))))) for suite in said}
    table = next(table for table in tables(texts.proofs) if "properties" in table[0])
    said = {row["suite"].strip("`"): int(row["properties"].partition(",")[0]) for row in table}
    assert said == {**counted, "all": sum(counted.values())}
    covers = counted.pop("cover")
    assert f"Of full RV64 {sum(counted.values())} properties" in flat(texts.readme)
    assert f"{covers} ways between modes and causes" in flat(texts.readme)


def test_the_faults_are_counted(texts):
    assert f"{len(FAULTS)} faults put into the Verilog" in flat(texts.readme)
    assert f"{len(FAULTS)} faults in the Verilog" in flat(texts.regress)


def test_the_records_are_those_that_the_format_names(texts):
    [lines] = re.findall(r"those of the ([\d,]+) public records", flat(texts.vectors))
    assert f"agrees with {lines} events recorded from Spike" in flat(texts.readme)


def test_how_long_a_proof_takes_is_said_in_one_place(texts):
    assert not re.search(r"\d+ (s|seconds|minutes)\b", flat(texts.readme))
    assert "[it takes about a minute](formal/README.md)" in texts.readme
    table = next(table for table in tables(texts.proofs) if "tasks" in table[0])
    [row] = [row for row in table if row["configuration"] == "full RV32, RV64"]
    assert 45 <= int(row["seconds"].split(", ")[1]) <= 90
