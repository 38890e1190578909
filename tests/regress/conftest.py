"""The command as a list of words, for tests that look after its process themselves."""

import sys

import pytest


@pytest.fixture(scope="session")
def command() -> list[str]:
    return [sys.executable, "-m", "utrap", "regress"]
