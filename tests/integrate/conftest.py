"""A core from its installed package; without the package, or Verilator, its tests are skipped with the user's line."""

import pytest

from utrap.command_line.errors import UserError
from utrap_integrate.cores import find_core
from utrap_integrate.package import find_sources


@pytest.fixture(scope="session")
def ibex(simulator):
    core = find_core("ibex")
    try:
        find_sources(core.package)
    except UserError as error:
        pytest.skip(str(error))
    simulator("verilator")
    return core
