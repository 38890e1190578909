"""Sstc in the table: compare registers, and the pending bits that follow from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from utrap.config import Config
from utrap.csr.definitions import Csr, Field
from utrap.csr.guards import Guard
from utrap.csr.shared.environment import stce
from utrap.csr.shared.makers import high_half, own, row
from utrap.csr.warl import Warl
from utrap.isa import Interrupt, InterruptRule

__all__ = ["by_timer", "compare"]


def compare(config: Config, name: str, address: int, source: str, of: str, guards: tuple[Guard, ...]) -> Iterable[Csr]:
    """Yield a compare register, 64 bits, and RV32's high half of it.

    After reset it is as far away as it can be, so that no timer is pending (warl:stimecmp).
    """
    low, high = (own(csr, "value", 0, config.xlen, reset=(1 << config.xlen) - 1) for csr in (name, f"{name}h"))
    yield row(name, address, source, f"{of}timer compare", [low], guards=guards)
    yield high_half(config, f"{name}h", address + 0x10, source, f"{of}timer compare, high", [high], guards=guards)


def by_timer(config: Config, rule: InterruptRule, field: Field) -> Field:
    """Return an interrupt's pending bit as it is with Sstc."""
    supervisor, guest = stce(config)
    words = field.rule.words
    if rule.code is Interrupt.STI:
        # norm:mip_stip_stimecmp_acc, norm:menvcfg_stce_op2: the software bit is kept, out of sight and of reach.
        return replace(
            field,
            level="stimecmp_reached",
            level_where=(supervisor,),
            level_replaces=True,
            write_where=(*field.write_where, f"~{supervisor}"),
            rule=_also(words, "with menvcfg.STCE it follows stimecmp" + " and is read-only" * field.is_writable),
        )
    if rule.code is Interrupt.VSTI:
        # norm:hip_vstip_op, norm:hip_vstip_clear, norm:hip_vstip_enable, norm:henvcfg_stce: a bit of mip as others
        return replace(
            field,
            level="vstimecmp_reached",
            level_where=(supervisor, guest),
            rule=_also(words, "reads hvip's bit, with henvcfg.STCE OR what follows vstimecmp"),
        )
    return field


def _also(words: str, more: str) -> Warl:
    return Warl(words=f"{words}; {more}" if words else more)
