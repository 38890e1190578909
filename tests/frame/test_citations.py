"""Every rule that the sources cite exists, and every rule of our own is cited."""

import shutil
import subprocess
import sys

import pytest

from utrap_testbench import citations

OUR_RULES = [f"HU-{number}" for number in (*range(1, 30), *range(31, 37))]


def test_our_rules_are_those_of_the_specification(root):
    assert [rule for rule in citations.rules(root) if rule.startswith("HU-")] == OUR_RULES


def test_every_cited_rule_exists(root):
    assert citations.unknown(root) == {}


@pytest.mark.parametrize("layer", ["RTL", "model", "test"])
def test_every_rule_of_our_own_is_cited(root, layer):
    found = citations.citations(root)
    assert [rule for rule in OUR_RULES if not found[rule][layer]] == []


#: The chapters of the newer extensions, and what others have of them: each rule binds the unit, or says why not.
CHAPTERS = ("sstc", "sscofpmf", "smstateen", "smrnmi", "zpm", "smdbltrp", "ssdbltrp")
SECTIONS = ("Double Trap Control", "Supervisor Timer (", "Virtual Supervisor Timer", "Machine Security Configuration")


def of_newer_extensions(root):
    return [
        rule
        for rule in citations.manual(root)
        if rule.chapter in CHAPTERS or rule.section.startswith(SECTIONS) or "Environment Configuration" in rule.section
    ]


@pytest.mark.parametrize("layer", citations.COLUMNS)
def test_every_rule_of_the_newer_extensions_is_cited_or_binds_no_unit(root, layer):
    found, missing = citations.citations(root), []
    for rule in of_newer_extensions(root):
        if not found[f"norm:{rule.tag}"][layer] and not rule.why_not:
            missing.append(rule.tag)
    assert missing == []


def test_what_binds_no_unit_is_cited_nowhere(root):
    found = citations.citations(root)
    assert [rule.tag for rule in citations.manual(root) if rule.why_not and found[f"norm:{rule.tag}"]] == []


def test_the_chapters_have_as_many_rules_as_the_manual(root):
    count = {chapter: sum(rule.chapter == chapter for rule in citations.manual(root)) for chapter in CHAPTERS}
    assert count == {
        "sstc": 5, "sscofpmf": 12, "smstateen": 45, "smrnmi": 47, "zpm": 32, "smdbltrp": 1, "ssdbltrp": 6,
    }  # fmt: skip


@pytest.fixture
def checkout(root, tmp_path):
    """A small checkout with one citation in each layer."""
    shutil.copytree(root / "docs" / "spec", tmp_path / "docs" / "spec")
    for name, text in {
        "hdl/utrap/a.py": "# norm:misa_acc, HU-1.",
        "testbench/utrap_testbench/golden/a.py": "# (norm:misa_acc) warl:misa",
        "testbench/utrap_testbench/a.py": "# HU-2",
        "tests/unit/a.py": "# HU-2",
        "tests/frame/a.py": "# HU-99",
        "formal/utrap_formal/a.py": "# norm:mstatus_sum_op_no-vm",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.fixture
def table(environment):
    def table(checkout, *options):
        command = [sys.executable, "-m", "utrap_testbench.citations", checkout, *options]
        return subprocess.run(command, env=environment(), capture_output=True, text=True)

    return table


def test_the_table_counts_the_citations_of_each_layer(table, checkout):
    result = table(checkout)
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[0] == ["rule", "RTL", "model", "test", "property"]
    assert ["norm:misa_acc", "1", "1", "-", "-"] in lines
    assert ["warl:misa", "-", "1", "-", "-"] in lines
    assert ["HU-1", "1", "-", "-", "-"] in lines
    assert ["HU-2", "-", "-", "2", "-"] in lines
    assert ["norm:mstatus_sum_op_no-vm", "-", "-", "-", "1"] in lines
    assert lines[-1][0] == "4"
    assert result.returncode == 0


def test_the_rules_that_nothing_cites_are_listed(table, checkout):
    listed = table(checkout, "--uncited").stdout.split()
    assert "HU-3" in listed
    assert "HU-2" not in listed
    free = {f"norm:{rule.tag}" for rule in citations.manual(checkout) if rule.why_not}
    assert len(listed) == len(set(citations.rules(checkout)) - free) - 4
    assert not free & set(listed)


@pytest.mark.parametrize("rule", ["norm:misa_accc", "HU-99", "HU-0", "warl:teapot"])
def test_a_rule_that_does_not_exist_is_found(table, checkout, rule):
    (checkout / "formal" / "utrap_formal" / "b.py").write_text(f"first = 1\nsecond = 2  # {rule}, as ever\n")
    result = table(checkout)
    assert f"formal/utrap_formal/b.py:2: {rule} is no rule" in result.stderr
    assert result.returncode == 1


def test_a_folder_that_is_no_checkout_is_one_line(table, tmp_path):
    result = table(tmp_path)
    assert result.stderr.splitlines()[-1].endswith("is not a checkout of utrap: docs/spec/norm-tags.tsv is missing")
    assert result.returncode == 2
