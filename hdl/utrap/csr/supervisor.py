"""The supervisor-level CSRs with their fields; with V=1 most give way to the VS CSRs 0x100 above."""

from __future__ import annotations

from collections.abc import Iterable

from utrap.config import Config
from utrap.csr.definitions import Csr, Field
from utrap.csr.guards import GUEST_TIMER, GUEST_TIMER_COUNTER, HOST, TIMER, TIMER_COUNTER, TVM, VTVM
from utrap.csr.shared.environment import atp, counteren, envcfg
from utrap.csr.shared.interrupts import enable, pending
from utrap.csr.shared.makers import own, row
from utrap.csr.shared.overflow import overflowed
from utrap.csr.shared.stateen import state_enables, supervisor_rows
from utrap.csr.shared.status import supervisor_status
from utrap.csr.shared.timer import compare
from utrap.csr.shared.traps import cause, epc, scratch, tval, tvec
from utrap.csr.warl import Ignored
from utrap.isa import Interrupt, InterruptRule, Mode, Target, exceptions, interrupts

__all__ = ["rows"]


def rows(config: Config) -> Iterable[Csr]:
    """Yield the supervisor-level CSRs."""
    if not config.s:
        return
    yield row("sstatus", 0x100, "norm:sstatus", "supervisor status", supervisor_status(config, "mstatus", config.n))
    if config.n:
        guards = (*state_enables(config, "c", "m"), HOST)  # HU-29
        yield row(
            "sedeleg", 0x102, "HU-9", "exception delegation to U", _sedeleg(config), guards=guards, must_reset=True
        )
        yield row(
            "sideleg", 0x103, "HU-24", "interrupt delegation to U", _sideleg(config), guards=guards, must_reset=True
        )
    yield row("sie", 0x104, "norm:sip_sie", "interrupt enables", _sie(config))
    yield row("stvec", 0x105, "norm:stvec", "trap vector", tvec(config, "stvec"))
    yield row("scounteren", 0x106, "norm:scounteren", "counter enables", counteren(config, "scounteren"))
    guards = state_enables(config, "envcfg", "mh")  # norm:mstateen0_envcfg_op, norm:hstateen0_envcfg_op
    yield row("senvcfg", 0x10A, "norm:senvcfg", "environment configuration", envcfg(config, "senvcfg"), guards=guards)
    if config.smstateen:
        yield from supervisor_rows(config)
    yield row("sscratch", 0x140, "norm:sscratch", "scratch", scratch(config, "sscratch"))
    yield row("sepc", 0x141, "norm:sepc", "exception pc", epc(config, "sepc"), target=Target.S)
    yield row("scause", 0x142, "norm:scause", "trap cause", cause(config, "scause"), target=Target.S)
    yield row("stval", 0x143, "norm:stval", "trap value", tval(config, "stval"), target=Target.S)
    yield row("sip", 0x144, "norm:sip_sie", "pending interrupts", _sip(config))
    if config.sstc:  # norm:stimecmp_exist
        guest = (GUEST_TIMER_COUNTER, GUEST_TIMER) if config.h else ()
        guards = (TIMER_COUNTER, TIMER, *guest)
        yield from compare(config, "stimecmp", 0x14D, "norm:stimecmp_stimecmph_sz_acc", "", guards)
    if config.sscofpmf:
        yield row("scountovf", 0xDA0, "norm:scountovf_op", "overflowed counters", [overflowed()])
    satp = atp(config, "satp", Ignored.WRITE)  # norm:satp_mode_op_unsupported
    yield row("satp", 0x180, "norm:satp", "address translation", satp, guards=(TVM, VTVM))


def _sedeleg(config: Config) -> list[Field]:
    """A bit exists where medeleg can have it, and shows only where it has (HU-9)."""
    grantable = {rule.cause for rule in exceptions(config, "medeleg")}
    return [
        own(
            "sedeleg",
            name := rule.cause.name.lower(),
            int(rule.cause),
            read_where=(f"medeleg.{name}",),
            words="acts and reads as 1 only where medeleg has it",
        )
        for rule in exceptions(config, "sedeleg")
        if rule.cause in grantable
    ]


def _sideleg(config: Config) -> list[Field]:
    """HU-24; HU-33: what is not of the user level has no bit."""
    return [
        own(
            "sideleg",
            name := rule.name.lower(),
            rule.code,
            read_where=(f"mideleg.{name}",),
            words="acts and reads as 1 only where mideleg has it",
        )
        for rule in interrupts(config, Mode.U)
    ]


def _delegated(config: Config) -> Iterable[tuple[InterruptRule, tuple[str, ...]]]:
    """The interrupts that mideleg can delegate to S, each with its condition."""
    for rule in interrupts(config):
        if rule.mideleg == "writable":
            yield rule, (f"mideleg.{rule.name.lower()}",)


def _sip(config: Config) -> list[Field]:
    writable = {Interrupt.SSI, Interrupt.LCOFI, Interrupt.USI, Interrupt.UEI}
    return [pending(config, r, r.code in writable, where) for r, where in _delegated(config)]


def _sie(config: Config) -> list[Field]:
    return [enable(r, where) for r, where in _delegated(config)]
