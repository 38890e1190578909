"""The fields of the exception delegation registers, one for each cause."""

from __future__ import annotations

from utrap.config import Config
from utrap.csr.definitions import Field
from utrap.csr.shared.makers import own
from utrap.isa import exceptions

__all__ = ["exception_bits"]


def exception_bits(config: Config, csr: str) -> list[Field]:
    """One field for each exception whose bit is writable in the register."""
    return [own(csr, rule.cause.name.lower(), int(rule.cause)) for rule in exceptions(config, csr)]
