"""The golden model beside the hart."""

from __future__ import annotations

from utrap.config import Config
from utrap_testbench.harts import model_config
from utrap_testbench.lockstep import Lockstep

from .sources import Sources

__all__ = ["hart_lockstep"]


def hart_lockstep(config: Config, sources: Sources) -> Lockstep:
    """The model for one run of a hart with this unit; `sources` say what its events' vectors hold."""
    return Lockstep(model_config(config), sources.inputs, sources.outputs, core="hart", in_order=True)
