"""Proofs of single tasks on Verilog that may have been tampered with."""

from dataclasses import replace

import pytest

from utrap.config import Config
from utrap.products.verilog_module import verilog
from utrap_formal.equivalence.suite import suite
from utrap_formal.runner import run as run_suite

FULL32 = Config.profile("full", 32)
MU32 = Config.profile("mu", 32)


@pytest.fixture(scope="session")
def text():
    """The Verilog of a configuration, made once."""
    made = {}

    def text(config):
        if config not in made:
            made[config] = verilog(config)
        return made[config]

    return text


@pytest.fixture(scope="session")
def prove():
    """Prove the tasks of a name on some Verilog, in this process."""

    def prove(config, text, name):
        whole = suite(config, text)
        chosen = replace(whole, tasks=tuple(task for task in whole.tasks if task.name == name))
        assert chosen.tasks, f"no task {name}: {[task.name for task in whole.tasks]}"
        (result,) = run_suite(chosen, jobs=1)
        return result

    return prove
