"""The recorded configuration with N and Shudeleg added: the same hart, as long as EN is 0 (HU-23)."""

from __future__ import annotations

import dataclasses

from utrap_testbench.golden import Config


def extended(config: Config) -> Config:
    """The same configuration on the extensions of `full`, every other setting kept."""
    return dataclasses.replace(config, n=True, shudeleg=True, windows=4)
