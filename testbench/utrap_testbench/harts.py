"""The same hart as the unit's configuration and as the model's: the two share keys and accept the same, not code.

The model may be ahead of the unit: what it has and the unit has not yet is in `AHEAD`.
"""

from __future__ import annotations

import dataclasses
from typing import Final

from utrap.config import Config as UnitConfig
from utrap.config import ConfigError
from utrap_testbench.golden import Config as ModelConfig

__all__ = ["AHEAD", "model_config", "unit_config"]

#: The model's fields that the unit's configuration has not yet, in the model's order.
AHEAD: Final = (
    "zicbom", "zicboz", "zawrs", "svinval", "svpbmt", "svadu", "smmpm", "smnpm", "ssnpm",
    "ssdbltrp", "smdbltrp", "smrnmi", "sdext",
    "rnmi_interrupt_vector", "rnmi_exception_vector",
)  # fmt: skip
_NAMES = tuple(field.name for field in dataclasses.fields(UnitConfig))


def unit_config(config: ModelConfig) -> UnitConfig:
    """What the unit is generated for to be this hart.

    Raises:
        ConfigError: When the hart has an extension that the unit has not yet.
    """
    for name in AHEAD:
        if getattr(config, name):
            raise ConfigError(f"{name} is on: the unit has no {name} yet, only the golden model has it")
    return UnitConfig(**{name: getattr(config, name) for name in _NAMES})


def model_config(config: UnitConfig) -> ModelConfig:
    """The model of the hart that the unit is generated for."""
    return ModelConfig(**{name: getattr(config, name) for name in _NAMES})
