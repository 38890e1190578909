"""An answer of `utrap explain` as text and as data."""

import json

import jsonschema
import pytest


@pytest.fixture
def explain(run):
    """The text of an answer; the words of `question` are its arguments."""

    def explain(question):
        result = run("explain", *question.split())
        assert (result.status, result.err) == (0, ""), result.err
        return result.out

    return explain


@pytest.fixture(scope="session")
def schema(root):
    """What an answer as data is said to be."""
    return json.loads((root / "docs" / "schemas" / "explain.schema.json").read_text())


@pytest.fixture
def ask(explain, schema):
    """An answer as data, which is as its schema says."""

    def ask(question):
        told = json.loads(explain(f"{question} --json"))
        jsonschema.validate(told, schema)
        return told

    return ask
