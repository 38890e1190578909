"""The same hart as the unit's configuration and as the model's: the two share keys and accept the same, not code."""

from __future__ import annotations

import dataclasses

from utrap.config import Config as UnitConfig
from utrap_testbench.golden import Config as ModelConfig

__all__ = ["model_config", "unit_config"]

_NAMES = tuple(field.name for field in dataclasses.fields(UnitConfig))


def unit_config(config: ModelConfig) -> UnitConfig:
    """What the unit is generated for to be this hart."""
    return UnitConfig(**{name: getattr(config, name) for name in _NAMES})


def model_config(config: UnitConfig) -> ModelConfig:
    """The model of the hart that the unit is generated for."""
    return ModelConfig(**{name: getattr(config, name) for name in _NAMES})
