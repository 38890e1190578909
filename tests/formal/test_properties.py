"""Every property of the full RV64 unit, or of that with Sstc, is proved, applies, and says by what rule."""

import pytest

from utrap.config import Config
from utrap_formal.properties.sby import Verdict
from utrap_formal.properties.suite import SUITES, Prover, open_suite, suite
from utrap_formal.runner import run_all
from utrap_formal.task import Status
from utrap_testbench.citations import CITATION

from .property_faults import FULL64, config_of, properties


def _of_one_unit():
    """The suites by the unit that they are about: they are proved together."""
    names: dict[Config, list[str]] = {}
    for name, each in SUITES.items():
        if not each.covers:
            names.setdefault(config_of(name), []).append(name)
    return [pytest.param(config, suites, id=" ".join(suites)) for config, suites in names.items()]


@pytest.mark.parametrize(("config", "names"), _of_one_unit())
def test_every_property_is_proved(config, names, text):
    suites = [each for name in names if (each := suite(config, name, text(config)))]
    assert len(suites) == len(names)
    results = [result for _, result in run_all([(each, None) for each in suites], jobs=1)]
    assert {each.task.name: each.note for each in results if each.status is not Status.PROVED} == {}
    assert len(results) == sum(len(each.tasks) for each in suites)


def test_a_property_is_in_one_suite():
    """They are found by their names alone."""
    names = [each.name for properties in SUITES.values() for each in properties]
    assert len(names) == len(set(names)) > 300


def test_every_way_and_every_cause_comes_about(text, monkeypatch):
    whole = suite(FULL64, "cover", text(FULL64))
    assert whole is not None
    run = Prover.run
    # The waveforms of the smallest unit are enough for a test.
    seen = []

    def without_waveforms(prover, chosen, *, waveforms):
        outcome = run(prover, chosen)
        seen.append(outcome)
        return outcome

    monkeypatch.setattr(Prover, "run", without_waveforms)
    open_suite(whole.material)(whole.tasks)
    (outcome,) = seen
    assert {name for name, verdict in outcome.verdicts.items() if verdict is not Verdict.FAILS} == set()


@pytest.mark.parametrize("name", SUITES)
def test_every_property_says_what_it_is_and_who_says_so(name):
    for each in properties(name):
        # The debug specification names no rules, but has sections.
        assert CITATION.findall(each.rules) or each.rules.startswith("Sdext: "), each.name
        assert each.says.endswith("."), each.name
        assert len(each.says) < 140, each.name
