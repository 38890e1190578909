"""Scenarios: a test that is an `async def` runs in the simulator of its fixture `bench`."""

from __future__ import annotations

from inspect import iscoroutinefunction
from typing import Any

import pytest

from .bench import Bench, bench_of


@pytest.fixture
def bench(request: pytest.FixtureRequest) -> Bench:
    """A simulator for the configuration that the test's `on(...)` names."""
    return bench_of(request.param)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    arguments: dict[str, Any] = {name: pyfuncitem.funcargs[name] for name in names}
    arguments["bench"].run(lambda: pyfuncitem.obj(**arguments))
    return True
