"""What translation needs of a configuration."""

import pytest

from utrap.config import Config, ConfigError
from utrap_hart.translate import Translate


@pytest.mark.parametrize(
    "config",
    [Config.profile("full", 32), Config.profile("msu"), Config.profile("full", satp_modes=("bare",))],
    ids=["RV32", "without H", "Bare alone"],
)
def test_a_configuration_without_two_stages_of_sv39_is_refused(config):
    with pytest.raises(ConfigError, match=r"needs xlen=64, h=True and sv39$"):
        Translate(config)
