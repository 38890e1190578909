"""Every property of the full RV64 unit, or of that with Sstc, is proved, applies, and says by what rule."""

import pytest

from utrap_formal.properties.sby import Verdict
from utrap_formal.properties.suite import SUITES, Prover, open_suite, suite
from utrap_formal.task import Status
from utrap_testbench.citations import CITATION

from .property_faults import FULL64, config_of, properties


@pytest.mark.parametrize("name", [name for name, each in SUITES.items() if not each.covers])
def test_every_property_is_proved(name, text):
    config = config_of(name)
    whole = suite(config, name, text(config))
    assert whole is not None
    results = open_suite(whole.material)(whole.tasks)
    assert {each.task.name: each.note for each in results if each.status is not Status.PROVED} == {}


def test_every_way_and_every_cause_comes_about(text, monkeypatch):
    whole = suite(FULL64, "cover", text(FULL64))
    assert whole is not None
    run = Prover.run
    # The waveforms of the smallest unit are enough for a test.
    seen = []

    def without_waveforms(prover, chosen, *, reaches, waveforms):
        outcome = run(prover, chosen, reaches=reaches)
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
