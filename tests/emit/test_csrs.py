"""`utrap csrs`: the CSR map for people and for programs."""

import json
import os
import pty
import re
import subprocess
import sys

import jsonschema
import pytest

from utrap.config import Config
from utrap.csr.configured import csrs
from utrap.csr.warl import Warl
from utrap.products.csr_map import COLUMNS, csrs_document, csrs_rows
from utrap_testbench import citations


@pytest.fixture(scope="module")
def schema(root):
    return json.loads((root / "docs" / "schemas" / "csrs.schema.json").read_text())


def test_the_json_is_as_its_schema_says(config, schema):
    jsonschema.validate(csrs_document(config), schema)


def test_every_csr_is_in_the_map_once_by_address(config):
    addresses = [row["address"] for row in csrs_document(config)["csrs"]]
    assert addresses == sorted({row.address for row in csrs(config)})
    assert [int(row[0], 16) for row in csrs_rows(config)] == addresses


def of(document, name):
    return next(row for row in document["csrs"] if row["name"] == name)


def test_what_the_map_says_of_some_csrs():
    full = csrs_document(Config.profile("full", 64, mtvec_reset=0x80000001))
    assert of(full, "mtvec")["reset"] == "0x0000000080000001"
    assert of(full, "misa")["reset"] == f"0x{2 << 62 | sum(1 << ord(c) - 65 for c in 'IMACSUHN'):x}"
    assert of(full, "satp")["condition"] == "mstatus.TVM, hstatus.VTVM"
    assert (of(full, "sepc")["with_v"], of(full, "sepc")["lowest_mode"]) == ("vsepc", "S")
    assert (of(full, "hgeip")["access"], of(full, "hgeip")["lowest_mode"]) == ("RO", "HS")
    # Read-only 1 for VS-level interrupts and SGEI: norm:mideleg_acc_h, HU-24.
    assert of(full, "mideleg")["reset"] == f"{0x1444:#018x}"


def test_the_writable_bits_of_an_alias_are_those_that_a_write_can_change():
    full = csrs_document(Config.profile("full", 32))
    writable = {row["name"]: sum(int(field["writable_bits"], 16) for field in row["fields"]) for row in full["csrs"]}
    assert writable["sip"] == 1 << 0 | 1 << 1 | 1 << 8
    assert writable["uip"] == 1
    assert writable["mvendorid"] == writable["hgeip"] == writable["misa"] == 0
    assert writable["hgatp"] == 0x80000000 | 0x7F << 22 | 0x3FFFFC


def test_a_rule_with_logic_of_its_own_cites_where_it_was_decided(config, root):
    rules = {field.rule for row in csrs(config) for field in row.fields if type(field.rule) is not Warl}
    assert rules
    for rule in rules:
        assert rule.words
        assert rule.source in citations.choices(root)


def test_json_is_what_the_command_prints(utrap):
    result = utrap("csrs", "--profile", "msun", "--xlen", "32", "--set", "asid_bits=4", "--json")
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout) == csrs_document(Config.profile("msun", 32, asid_bits=4))


def test_a_pipe_gets_one_whole_line_for_each_csr(utrap):
    lines = utrap("csrs").stdout.splitlines()
    rows = csrs_rows(Config.profile())
    assert len(lines) == len(rows) + 1
    assert lines[0].split()[0] == "Address"
    for line, row in zip(lines[1:], rows, strict=True):
        for cell in row:
            assert cell.replace("\n", "; ") in line
    assert all(column in lines[0] for column in COLUMNS)


@pytest.mark.parametrize("columns", [60, 80, 100, 140, 200])
def test_in_a_terminal_nothing_is_cut_off_and_no_name_or_figure_broken(environment, columns):
    """What does not fit goes on in the next line; where there is no room for a table, each CSR is a block."""
    control, terminal = pty.openpty()
    command = [sys.executable, "-m", "utrap", "csrs", "--profile", "mu"]
    variables = {**environment(), "COLUMNS": str(columns), "TERM": "xterm"}
    with subprocess.Popen(command, env=variables, stdin=terminal, stdout=terminal) as process:
        os.close(terminal)
        text = b""
        try:
            while chunk := os.read(control, 65536):
                text += chunk
        except OSError:  # the terminal is gone
            pass
        assert process.wait(timeout=30) == 0
    lines = re.sub(r"\x1b\[[\d;]*m", "", text.decode()).splitlines()
    assert max(map(len, lines)) <= columns
    assert "…" not in text.decode()
    words = {word for line in lines for word in line.split()}
    missing = {word for row in csrs_rows(Config.profile("mu")) for cell in row for word in cell.split()} - words
    # In a block a cell is one line, with a semicolon between its parts.
    assert {word for word in missing if f"{word};" not in words} == set()
    assert any("0xf14" in line and "mhartid" in line for line in lines) == (columns >= 100)


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_it_loads_no_hardware_language(environment, options):
    argv = ["utrap", "csrs", *options]
    script = f"import sys; from utrap.command_line import cli; sys.argv = {argv}; cli.main(); print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", script], env=environment(), capture_output=True, text=True)
    loaded = set(result.stdout.splitlines()[-1].split())
    assert "utrap.products.csr_map" in loaded
    assert not {name.partition(".")[0] for name in loaded} & {"amaranth", "pyosys", "rich", "jinja2"}


def test_what_two_guards_need_alike_is_said_once(run):
    """sstateen0.C refuses U and VU, with another fault each."""
    [line] = [line for line in run("csrs", "--profile", "max").out.splitlines() if " uscratch " in line]
    assert "access: mstateen0.C, sstateen0.C, V=0 " in line
