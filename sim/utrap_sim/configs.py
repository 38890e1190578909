"""The same hart as the unit's configuration and as the model's: the two share keys, not code."""

from __future__ import annotations

import dataclasses

from utrap.config import Config as UnitConfig
from utrap_testbench.golden import Config as ModelConfig

__all__ = ["model_config", "unit_config"]

_NAMES = tuple(field.name for field in dataclasses.fields(UnitConfig))


def unit_config(config: ModelConfig) -> UnitConfig:
    """What the unit is generated for to be this hart.

    Raises:
        utrap.config.ConfigError: When the unit cannot be generated so.
    """
    return UnitConfig(**{name: getattr(config, name) for name in _NAMES})


def model_config(config: UnitConfig) -> ModelConfig:
    """The model of the hart that the unit is generated for.

    Raises:
        utrap_testbench.golden.ConfigError: When the model knows no such hart.
    """
    values = {name: getattr(config, name) for name in _NAMES}
    # The unit ignores the widths of registers that it does not have; the model wants them 0.
    if not config.s:
        values["asid_bits"] = 0
    if not config.h:
        values["vmid_bits"] = 0
    return ModelConfig(**values)
