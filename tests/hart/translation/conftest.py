"""The bench of the translation, compiled once for each text of the module."""

import pytest

from .translating import Player, hart_config, verilog


@pytest.fixture(scope="session")
def player_of(simulator, tmp_path_factory):
    """A bench for a configuration, or for another text of the module."""
    simulator("icarus")
    known = {}

    def player_of(config=None, text=None):
        config = config or hart_config()
        text = text or verilog(config)
        if text not in known:
            known[text] = Player(tmp_path_factory.mktemp("translate"), text, config.gpa_bits)
        return known[text]

    return player_of


@pytest.fixture(scope="session")
def player(player_of):
    """A bench for the hart's configuration."""
    return player_of()
