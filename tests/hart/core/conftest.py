"""The platform under Icarus, where that is installed."""

import pytest

from utrap_hart.hart import hart_config

from .soc_runs import Soc, sources


@pytest.fixture(scope="session")
def soc(simulator, tmp_path_factory):
    """The platform, or other Verilog in its place."""
    simulator("icarus")
    known = {}

    def soc(files=None):
        files = files or sources(hart_config())
        key = files["soc.v"]
        if key not in known:
            known[key] = Soc(tmp_path_factory.mktemp("soc"), files)
        return known[key]

    return soc
