"""How wide a port is in a configuration, 0 where the configuration lacks it: what the rows of ports are made with."""

from __future__ import annotations

from collections.abc import Callable

from utrap_testbench.golden import Config

__all__ = ["bits", "with_h", "with_s", "with_sdext", "xlen"]

Width = Callable[[Config], int]


def xlen(config: Config) -> int:
    """XLEN."""
    return config.xlen


def bits(width: int) -> Width:
    """The same everywhere."""
    return lambda config: width


def with_s(width: int) -> Width:
    """With supervisor mode."""
    return lambda config: width * config.s


def with_h(width: int) -> Width:
    """With the hypervisor extension."""
    return lambda config: width * config.h


def with_sdext(width: int) -> Width:
    """With Debug Mode."""
    return lambda config: width * config.sdext
