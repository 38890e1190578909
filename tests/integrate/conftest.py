"""A core from its installed package; without the package, or Verilator, its tests are skipped with the user's line."""

import pytest

from utrap.command_line.errors import UserError
from utrap_integrate.cores import find_core
from utrap_integrate.package import find_sources


def installed(name, simulator):
    core = find_core(name)
    try:
        find_sources(core.package)
    except UserError as error:
        pytest.skip(str(error))
    simulator("verilator")
    return core


@pytest.fixture(scope="session")
def ibex(simulator):
    return installed("ibex", simulator)


@pytest.fixture(scope="session")
def cva6(simulator):
    return installed("cva6", simulator)
