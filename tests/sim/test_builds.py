"""Builds: what a compiler writes for a while goes with the folder in which it builds."""

from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from utrap_sim.simulators import builds
from utrap_sim.simulators.builds import Recipe, build_once
from utrap_sim.simulators.installed import Simulator

RECIPE = Recipe(
    key=("test",), runtime=(), sources=lambda: {"a.v": ""}, function="module:function", words=(), kept=("a.v",)
)


@pytest.fixture
def simulator():
    return SimpleNamespace(name="icarus", version="1", environment={"OF": "its own"})


@pytest.mark.parametrize("error", [None, KeyboardInterrupt])
def test_a_compiler_has_its_temporary_files_in_the_folder_that_goes(simulator: Simulator, monkeypatch, tmp_path, error):
    told = {}

    @contextmanager
    def child(*words, environment, **others):
        told.update(environment)
        Path(environment["TMPDIR"], "cc1.s").write_text("left behind")
        if error is not None:
            raise error
        yield SimpleNamespace(wait=lambda: 0)

    monkeypatch.setattr(builds, "child", child)
    monkeypatch.setenv("UTRAP_SIM_CACHE", str(tmp_path))
    if error is None:
        assert sorted(path.name for path in build_once(simulator, RECIPE).iterdir()) == ["a.v", "build.log"]
    else:
        with pytest.raises(error):
            build_once(simulator, RECIPE)
        assert list(tmp_path.iterdir()) == []
    assert told["OF"] == "its own"
    assert Path(told["TMPDIR"]).is_relative_to(tmp_path)
