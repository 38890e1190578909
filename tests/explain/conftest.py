"""An answer of `utrap explain` as text and as data."""

import json

import pytest


@pytest.fixture
def explain(run):
    """The text of an answer; the words of `question` are its arguments."""

    def explain(question):
        result = run("explain", *question.split())
        assert (result.status, result.err) == (0, ""), result.err
        return result.out

    return explain


@pytest.fixture
def ask(explain):
    """An answer as data."""
    return lambda question: json.loads(explain(f"{question} --json"))
