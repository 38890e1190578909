"""The bits of xip and xie: one for each interrupt, as each address shows it."""

from __future__ import annotations

from utrap.config import Config
from utrap.csr.definitions import Field
from utrap.csr.shared.timer import by_timer
from utrap.csr.warl import Warl
from utrap.isa import Interrupt, InterruptRule

__all__ = ["enable", "has_enable", "pending"]

#: Where a pending bit is stored; the others are levels alone.
_STORAGE: dict[int, str] = {
    Interrupt.SEI: "mip.seip",
    Interrupt.SSI: "mip.ssip",
    Interrupt.STI: "mip.stip",
    Interrupt.LCOFI: "mip.lcofip",
    Interrupt.UEI: "mip.ueip",
    Interrupt.USI: "mip.usip",
    Interrupt.UTI: "mip.utip",
    Interrupt.VSEI: "hvip.vseip",
    Interrupt.VSSI: "hvip.vssip",
    Interrupt.VSTI: "hvip.vstip",
}
#: The level that a pending bit reads; the others are storage alone.
_LEVELS: dict[int, str] = {
    Interrupt.MEI: "meip",
    Interrupt.MSI: "msip",
    Interrupt.MTI: "mtip",
    Interrupt.SEI: "seip",
    Interrupt.UEI: "ueip",
}
#: Those of guests that have external interrupts.
_GUEST_LEVELS: dict[int, str] = {Interrupt.SGEI: "sgeip", Interrupt.VSEI: "vseip"}


def pending(
    config: Config, rule: InterruptRule, is_writable: bool, where: tuple[str, ...] = (), shift: int = 0
) -> Field:
    """Return one interrupt's pending bit, as an address shows it."""
    levels = _LEVELS | _GUEST_LEVELS if config.geilen else _LEVELS
    storage = _STORAGE.get(rule.code, "")
    # The platform's own are lines, each called as its bit.
    level = rule.pending_field if rule.is_local else levels.get(rule.code, "")
    words = []
    if not is_writable:
        words.append("read-only")
    if storage and level:
        words.append("reads line OR software bit; only the software bit is rewritten")
    field = Field(
        name=(rule.pending_field[1:] if shift else rule.pending_field),
        lsb=rule.code - shift,
        storage=storage,
        level=level,
        is_writable=is_writable,
        mask=1,
        read_where=where,
        write_where=where,
        rule=Warl(words="; ".join(words)),
    )
    return by_timer(config, rule, field) if config.sstc else field


def has_enable(config: Config, rule: InterruptRule) -> bool:
    """Whether xie has a bit for the interrupt."""
    return rule.code is not Interrupt.SGEI or config.geilen > 0


def enable(rule: InterruptRule, where: tuple[str, ...] = (), shift: int = 0) -> Field:
    """Return one interrupt's enable bit, as an address shows it."""
    return Field(
        name=(rule.enable_field[1:] if shift else rule.enable_field),
        lsb=rule.code - shift,
        storage=f"mie.{rule.enable_field}",
        mask=1,
        read_where=where,
        write_where=where,
    )
