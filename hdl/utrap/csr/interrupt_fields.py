"""The bits of xip and xie: one for each interrupt, as each address shows it."""

from __future__ import annotations

from collections.abc import Iterable

from utrap.config import Config
from utrap.csr.makers import own
from utrap.csr.table import Field
from utrap.isa import Interrupt, InterruptRule, Mode, interrupts

__all__ = ["hie", "hip", "hvip", "mie", "mip", "sie", "sip", "uie", "uip", "vsie", "vsip"]


def _has_enable(config: Config, rule: InterruptRule) -> bool:
    return rule.code is not Interrupt.SGEI or config.geilen > 0


#: Where a pending bit is stored; the others are levels alone.
_PENDING_STORAGE = {
    Interrupt.SEI: "mip.seip",
    Interrupt.SSI: "mip.ssip",
    Interrupt.STI: "mip.stip",
    Interrupt.UEI: "mip.ueip",
    Interrupt.USI: "mip.usip",
    Interrupt.UTI: "mip.utip",
    Interrupt.VSEI: "hvip.vseip",
    Interrupt.VSSI: "hvip.vssip",
    Interrupt.VSTI: "hvip.vstip",
}


def _pending(
    config: Config,
    rule: InterruptRule,
    is_writable: bool,
    where: tuple[str, ...] = (),
    shift: int = 0,
) -> Field:
    """One interrupt's pending bit, as an address shows it."""
    levels = {
        Interrupt.MEI: "meip",
        Interrupt.MSI: "msip",
        Interrupt.MTI: "mtip",
        Interrupt.SEI: "seip",
        Interrupt.UEI: "ueip",
    }
    if config.geilen:
        levels |= {Interrupt.SGEI: "sgeip", Interrupt.VSEI: "vseip"}
    level = levels.get(rule.code, "")
    rules = []
    if not is_writable:
        rules.append("read-only")
    if level and rule.code in _PENDING_STORAGE:
        rules.append("reads line OR software bit; only the software bit is rewritten")
    return Field(
        name=(rule.pending_field[1:] if shift else rule.pending_field),
        lsb=rule.code - shift,
        storage=_PENDING_STORAGE.get(rule.code, ""),
        level=level,
        is_writable=is_writable,
        mask=1,
        read_where=where,
        write_where=where,
        rule="; ".join(rules),
    )


def _enable(rule: InterruptRule, where: tuple[str, ...] = (), shift: int = 0) -> Field:
    """One interrupt's enable bit, as an address shows it."""
    return Field(
        name=(rule.enable_field[1:] if shift else rule.enable_field),
        lsb=rule.code - shift,
        storage=f"mie.{rule.enable_field}",
        mask=1,
        read_where=where,
        write_where=where,
    )


def mip(config: Config) -> list[Field]:
    """Return the fields of mip."""
    writable = {
        Interrupt.SEI,
        Interrupt.SSI,
        Interrupt.STI,
        Interrupt.VSSI,
        Interrupt.UEI,
        Interrupt.USI,
        Interrupt.UTI,
    }
    return [_pending(config, r, r.code in writable) for r in interrupts(config)]


def mie(config: Config) -> list[Field]:
    """Return the fields of mie."""
    return [_enable(r) for r in interrupts(config) if _has_enable(config, r)]


def _delegated(config: Config, *levels: Mode) -> Iterable[tuple[InterruptRule, tuple[str, ...]]]:
    """The interrupts that mideleg can delegate, each with its condition."""
    for rule in interrupts(config, *levels):
        if rule.mideleg == "writable":
            yield rule, (f"mideleg.{rule.code.name.lower()}",)


def sip(config: Config) -> list[Field]:
    """Return the fields of sip."""
    writable = {Interrupt.SSI, Interrupt.USI, Interrupt.UEI}
    return [_pending(config, r, r.code in writable, where) for r, where in _delegated(config, Mode.S, Mode.U)]


def sie(config: Config) -> list[Field]:
    """Return the fields of sie."""
    return [_enable(r, where) for r, where in _delegated(config, Mode.S, Mode.U)]


def _user_where(config: Config, rule: InterruptRule) -> tuple[str, ...]:
    name = rule.code.name.lower()
    chain = (f"mideleg.{name}",)
    return (*chain, f"sideleg.{name}") if config.s else chain


def uip(config: Config) -> list[Field]:
    """Return the fields of uip."""
    return [_pending(config, r, r.code is Interrupt.USI, _user_where(config, r)) for r in interrupts(config, Mode.U)]


def uie(config: Config) -> list[Field]:
    """Return the fields of uie."""
    return [_enable(r, _user_where(config, r)) for r in interrupts(config, Mode.U)]


def hip(config: Config) -> list[Field]:
    """Return the fields of hip."""
    rules = [r for r in interrupts(config) if r.mideleg == "one"]
    return [_pending(config, r, r.code is Interrupt.VSSI) for r in rules]


def hie(config: Config) -> list[Field]:
    """Return the fields of hie."""
    rules = [r for r in interrupts(config) if r.mideleg == "one"]
    return [_enable(r) for r in rules if _has_enable(config, r)]


def hvip(config: Config) -> list[Field]:
    """Return the fields of hvip."""
    return [own("hvip", r.pending_field, r.code) for r in interrupts(config, Mode.VS)]


def vsip(config: Config) -> list[Field]:
    """Return the fields of vsip."""
    return [
        _pending(config, r, r.code is Interrupt.VSSI, (f"hideleg.{r.code.name.lower()}",), 1)
        for r in interrupts(config, Mode.VS)
    ]


def vsie(config: Config) -> list[Field]:
    """Return the fields of vsie."""
    return [_enable(r, (f"hideleg.{r.code.name.lower()}",), 1) for r in interrupts(config, Mode.VS)]
