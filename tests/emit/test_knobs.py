"""Every key of --set is told: what it means, may be, is and costs, in the list, the help and the document."""

import json
from dataclasses import fields

import pytest

from utrap.command_line.errors import UserError
from utrap.command_line.options import make_config, make_form
from utrap.config import Config
from utrap.form import FORMS
from utrap.knobs import knobs
from utrap.limits import RANGES
from utrap_documents.knob_costs import CHANGES, flip_flops, luts

KEYS = [field.name for field in fields(Config) if field.name != "xlen"] + list(FORMS)


def test_every_key_is_told_once():
    assert [knob.key for knob in knobs()] == KEYS
    assert all(len(knob.text) > 10 and knob.text.endswith(".") for knob in knobs())


def test_every_key_of_the_configuration_has_a_cost():
    assert {knob.key for knob in knobs() if knob.cost is None} == set(FORMS)


@pytest.mark.parametrize("key", CHANGES)
def test_the_flip_flops_that_are_told_are_those_of_the_change(key):
    [knob] = [knob for knob in knobs() if knob.key == key]
    assert knob.cost is not None
    assert knob.cost.flip_flops == flip_flops(key), "run benchmarks/knobs.py"


@pytest.mark.parametrize("key", ["smrnmi", "vectored_align"])
def test_the_luts_that_are_told_are_those_that_are_measured(key):
    [knob] = [knob for knob in knobs() if knob.key == key]
    before, after = CHANGES[key].sides(key)
    assert knob.cost is not None
    assert knob.cost.luts == luts(after) - luts(before), "run benchmarks/knobs.py"


@pytest.mark.parametrize("xlen", [32, 64])
def test_the_ends_of_every_range_are_taken_and_what_is_beyond_is_not(xlen):
    needed = {"rnmi_interrupt_vector": "smrnmi=true", "rnmi_exception_vector": "smrnmi=true", "geilen": "geilen=1"}
    for key, limits in RANGES.items():
        low, high = limits(xlen)
        more = [needed[key]] if key in needed and key != "geilen" else []
        # With S-mode the codes of its page faults must fit.
        profile = "mu" if key == "cause_bits" else "full"
        for value in (low, high - high % 4 if "vector" in key or "mtvec" in key else high):
            assert getattr(make_config(profile, xlen, [f"{key}={value}", *more]), key) == value
        for value in (low - 1, high + 1):
            with pytest.raises(UserError, match=f"^--set {key}={value}: must be "):
                make_config(profile, xlen, [f"{key}={value}", *more])


def test_the_values_of_the_form_are_all_taken():
    for key, values in FORMS.items():
        for value in values:
            text = str(value).lower()
            assert getattr(make_form(settings=[f"{key}={text}"]), key) == value


def test_the_list_says_what_is_set_now(utrap, tmp_path):
    result = utrap("generate", "--profile", "msu", "--set", "sstc=true", "--set", "reset=asynchronous", "--list",
                   cwd=tmp_path)  # fmt: skip
    assert (result.returncode, result.stderr, list(tmp_path.iterdir())) == (0, "", [])
    rows = {line.split()[0]: line for line in result.stdout.splitlines()[1:]}
    assert list(rows) == KEYS
    assert rows["sstc"].split()[1] == "true"
    assert rows["reset"].split()[1] == "asynchronous"
    assert "stimecmp" in rows["sstc"]
    assert "flip-flops" in rows["sstc"]


def test_the_help_names_every_key(utrap):
    said = utrap("generate", "--help").stdout
    assert [key for key in KEYS if f"\n  {key} " not in said and f"\n  {key}\n" not in said] == []


def test_the_document_has_the_figures_that_were_measured(root):
    text = (root / "docs" / "knobs.md").read_text()
    costs = json.loads((root / "hdl" / "utrap" / "knob_costs.json").read_text())
    for key, cost in costs.items():
        assert f"| `{key}` |" in text
        assert f"{cost['flip_flops']:+,} flip-flops, {cost['luts']:+,} LUTs" in text
