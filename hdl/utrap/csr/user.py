"""The user-level CSRs of N and of Shudeleg, with their fields."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from utrap.config import Config
from utrap.csr.definitions import Csr, Field
from utrap.csr.guards import HOST, USER_ENABLED
from utrap.csr.shared.interrupts import enable, pending
from utrap.csr.shared.makers import own, row, view
from utrap.csr.shared.stateen import state_enables
from utrap.csr.shared.traps import cause, epc, scratch, tinst, tval, tval2, tvec
from utrap.isa import Interrupt, InterruptRule, Mode, Target, interrupts

__all__ = ["rows"]


def rows(config: Config) -> Iterable[Csr]:
    """Yield the CSRs of U-mode's traps."""
    made = [*_user(config)] if config.n else []
    made += _shudeleg(config) if config.shudeleg else []
    # The specification has all of them 0 after reset (shudeleg section 3).
    yield from (replace(row, must_reset=True) for row in made)


def _user(config: Config) -> Iterable[Csr]:
    """The CSRs of the N extension."""
    guards, target = (*state_enables(config, "c", "ms"), HOST), Target.U
    status = [view("mstatus.uie", "uie", 0), view("mstatus.upie", "upie", 4)]
    yield row("ustatus", 0x000, "HU-3", "user status", status, guards=guards)
    yield row("uie", 0x004, "HU-3", "interrupt enables", _uie(config), guards=guards)
    yield row("utvec", 0x005, "HU-3", "trap vector", tvec(config, "utvec"), guards=guards)
    yield row("uscratch", 0x040, "HU-3", "scratch", scratch(config, "uscratch"), guards=guards)
    yield row("uepc", 0x041, "HU-3", "exception pc", epc(config, "uepc"), guards=guards, target=target)
    yield row("ucause", 0x042, "HU-3", "trap cause", cause(config, "ucause"), guards=guards, target=target)
    yield row("utval", 0x043, "HU-3", "trap value", tval(config, "utval"), guards=guards, target=target)
    yield row("uip", 0x044, "HU-3", "pending interrupts", _uip(config), guards=guards)


def _shudeleg(config: Config) -> Iterable[Csr]:
    """The CSRs of Shudeleg's section 3 at this level (HU-15)."""
    guards, target = (*state_enables(config, "c", "ms"), HOST, USER_ENABLED), Target.U
    status = [own("hustatus", name, lsb) for name, lsb in (("gva", 6), ("upv", 7), ("upvp", 8))]
    yield row("hustatus", 0x800, "HU-2", "user trap status", status, guards=guards)
    gpa = tval2(config, "hutval")
    yield row("hutval", 0x843, "HU-13", "guest-physical address", gpa, guards=guards, target=target)
    yield row("hutinst", 0x84A, "HU-13", "trap instruction", tinst("hutinst"), guards=guards, target=target)


def _delegated(config: Config, rule: InterruptRule) -> tuple[str, ...]:
    """What the bit of an interrupt in uip and uie needs (HU-27)."""
    name = rule.name.lower()
    chain = (f"mideleg.{name}",)
    return (*chain, f"sideleg.{name}") if config.s else chain


def _uip(config: Config) -> list[Field]:
    return [pending(config, r, r.code is Interrupt.USI, _delegated(config, r)) for r in interrupts(config, Mode.U)]


def _uie(config: Config) -> list[Field]:
    return [enable(r, _delegated(config, r)) for r in interrupts(config, Mode.U)]
