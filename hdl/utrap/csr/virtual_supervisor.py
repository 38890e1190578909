"""The guest's copies of the supervisor-level CSRs, at their own addresses, with their fields."""

from __future__ import annotations

from collections.abc import Iterable

from utrap.config import Config
from utrap.csr.definitions import Csr, Field
from utrap.csr.guards import TIMER_COUNTER
from utrap.csr.shared.environment import atp
from utrap.csr.shared.interrupts import enable, pending
from utrap.csr.shared.makers import row
from utrap.csr.shared.status import supervisor_status
from utrap.csr.shared.timer import compare
from utrap.csr.shared.traps import cause, epc, scratch, tval, tvec
from utrap.csr.warl import Ignored
from utrap.isa import Interrupt, InterruptRule, Target, interrupts

__all__ = ["rows"]


def rows(config: Config) -> Iterable[Csr]:
    """Yield the CSRs of VS-mode."""
    if not config.h:
        return
    status, target = supervisor_status(config, "vsstatus", with_user=False), Target.VS
    yield row("vsstatus", 0x200, "norm:vsstatus_sz_acc_op", "guest status", status)
    yield row("vsie", 0x204, "norm:vsip_vsie_sz_acc_op", "guest interrupt enables", _vsie(config))
    yield row("vstvec", 0x205, "norm:vstvec_sz_acc_op", "guest trap vector", tvec(config, "vstvec"))
    yield row("vsscratch", 0x240, "norm:vsscratch_sz_acc_op", "guest scratch", scratch(config, "vsscratch"))
    yield row("vsepc", 0x241, "norm:vspec_sz_acc_op", "guest exception pc", epc(config, "vsepc"), target=target)
    yield row("vscause", 0x242, "norm:vscause_sz_acc_op", "guest trap cause", cause(config, "vscause"), target=target)
    yield row("vstval", 0x243, "norm:vstval_sz_acc_op", "guest trap value", tval(config, "vstval"), target=target)
    yield row("vsip", 0x244, "norm:vsip_vsie_sz_acc_op", "guest pending interrupts", _vsip(config))
    if config.sstc:  # norm:vstimecmp_exist, norm:vstimecmp_sz, norm:sstc_vs_facility
        # norm:menvcfg_stce_op2 names stimecmp alone: HS may set the guest's timer whatever STCE is.
        yield from compare(config, "vstimecmp", 0x24D, "norm:vstimecmp_acc", "guest ", (TIMER_COUNTER,))
    # norm:vsatp_mode_unsupported_v0, norm:vsatp_mode_unsupported_v1
    vsatp = atp(config, "vsatp", Ignored.FIELD_OR_GUESTS_WRITE)
    yield row("vsatp", 0x280, "norm:vsatp_sz_acc_op", "guest's own address translation", vsatp)


def _delegated(config: Config) -> Iterable[tuple[InterruptRule, tuple[str, ...], int]]:
    """What hideleg can delegate, each with its condition and how much lower it stands (norm:hideleg_trans)."""
    for rule in interrupts(config):
        if rule.is_in_hideleg(config):
            name = rule.name.lower()
            by_m = (f"mideleg.{name}",) if rule.mideleg == "writable" else ()
            yield rule, (*by_m, f"hideleg.{name}"), rule.code - rule.code_in(Target.VS)


def _vsip(config: Config) -> list[Field]:
    writable = {Interrupt.VSSI, Interrupt.LCOFI}
    return [pending(config, r, r.code in writable, where, shift) for r, where, shift in _delegated(config)]


def _vsie(config: Config) -> list[Field]:
    return [enable(r, where, shift) for r, where, shift in _delegated(config)]
