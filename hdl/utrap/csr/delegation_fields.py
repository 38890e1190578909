"""The fields of the delegation registers, one for each cause."""

from __future__ import annotations

from utrap.config import Config
from utrap.csr.makers import fixed, own
from utrap.csr.table import Field
from utrap.isa import Mode, exceptions, interrupts

__all__ = ["exception_bits", "hideleg", "mideleg", "sedeleg", "sideleg"]


def exception_bits(config: Config, csr: str) -> list[Field]:
    """One field for each exception whose bit is writable in the register."""
    return [own(csr, rule.cause.name.lower(), int(rule.cause)) for rule in exceptions(config, csr)]


def sedeleg(config: Config) -> list[Field]:
    """A bit exists where medeleg can have it, and shows only where it has (HU-9)."""
    grantable = {rule.cause for rule in exceptions(config, "medeleg")}
    return [
        own(
            "sedeleg",
            name := rule.cause.name.lower(),
            int(rule.cause),
            read_where=(f"medeleg.{name}",),
            rule="acts and reads as 1 only where medeleg has it",
        )
        for rule in exceptions(config, "sedeleg")
        if rule.cause in grantable
    ]


def mideleg(config: Config) -> list[Field]:
    """Return the fields of mideleg: writable bits and those that H fixes at 1."""
    fields = []
    for rule in interrupts(config):
        name = rule.code.name.lower()
        if rule.mideleg == "writable":
            fields.append(own("mideleg", name, rule.code))
        elif rule.mideleg == "one":
            fields.append(fixed(name, rule.code, 1, 1, "read-only 1"))
    return fields


def sideleg(config: Config) -> list[Field]:
    """Return the fields of sideleg (HU-24)."""
    return [
        own(
            "sideleg",
            name := rule.code.name.lower(),
            rule.code,
            read_where=(f"mideleg.{name}",),
            rule="acts and reads as 1 only where mideleg has it",
        )
        for rule in interrupts(config, Mode.U)
    ]


def hideleg(config: Config) -> list[Field]:
    """Return the fields of hideleg."""
    return [own("hideleg", r.code.name.lower(), r.code) for r in interrupts(config, Mode.VS)]
