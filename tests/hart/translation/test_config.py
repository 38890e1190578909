# amaranth: UnusedElaboratable=no
"""What translation needs of a configuration."""

import pytest

from utrap.config import Config, ConfigError
from utrap_hart.translation.translate import Translate


@pytest.mark.parametrize("config", [Config.profile("full", 32), Config.profile("msu")], ids=["RV32", "without H"])
def test_a_configuration_without_two_stages_of_rv64_is_refused(config):
    with pytest.raises(ConfigError, match=r"^xlen=.., h=(True|False): two-stage translation needs xlen=64 and h=True$"):
        Translate(config)
