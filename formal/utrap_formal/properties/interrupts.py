"""Interrupts: which is requested, that a masked one never is, and that none is lost."""

from __future__ import annotations

from amaranth.hdl import Const, Value

from utrap.config import Config
from utrap_formal.properties.manual import LOCAL_INTERRUPTS, Interrupt, Mode, Op, interrupt_name
from utrap_formal.properties.property import Claim, Properties
from utrap_formal.properties.window import Cycle, Window, any_of

__all__ = ["PROPERTIES", "exists"]

PROPERTIES = Properties("interrupts", "the highest enabled interrupt is requested, and a masked one never")

#: norm:intr_M_mode_pri, norm:hsint_priority, HU-26: for one target, highest first.
_ORDER = (
    Interrupt.MEI, Interrupt.MSI, Interrupt.MTI, Interrupt.SEI, Interrupt.SSI, Interrupt.STI, Interrupt.SGEI,
    Interrupt.VSEI, Interrupt.VSSI, Interrupt.VSTI, Interrupt.LCOFI, Interrupt.UEI, Interrupt.USI, Interrupt.UTI,
)  # fmt: skip
_S_LEVEL = (Interrupt.SEI, Interrupt.SSI, Interrupt.STI)
_VS_LEVEL = (Interrupt.VSEI, Interrupt.VSSI, Interrupt.VSTI)
_U_LEVEL = (Interrupt.UEI, Interrupt.USI, Interrupt.UTI)
#: Highest first (HU-26).
_TARGETS = (Mode.M, Mode.S, Mode.U, Mode.VS)


def exists(config: Config, interrupt: int) -> bool:
    """Whether a configuration has an interrupt."""
    if interrupt in LOCAL_INTERRUPTS:
        return interrupt - LOCAL_INTERRUPTS.start < config.local_interrupts
    if interrupt in _S_LEVEL:
        return config.s
    if interrupt in _VS_LEVEL:
        return config.h
    if interrupt is Interrupt.SGEI:
        return config.geilen > 0
    if interrupt is Interrupt.LCOFI:
        return config.sscofpmf
    return config.n or interrupt not in _U_LEVEL


def _order(config: Config) -> list[int]:
    """For one target, highest first: the platform's own before or behind the others (warl:local_interrupts)."""
    local = [code for code in LOCAL_INTERRUPTS if exists(config, code)]
    return [*local, *_ORDER] if config.local_interrupts_first else [*_ORDER, *local]


def active(cycle: Cycle, interrupt: int) -> Value:
    """norm:intr_mip_mie_op: pending and enabled, and no debugger masks it."""
    return cycle["mip"][interrupt] & cycle["mie"][interrupt] & ~cycle.masks_interrupts


def takes(cycle: Cycle, interrupt: int, target: Mode) -> Value:
    """The interrupt is to be taken into the mode: delegation, and the mode's enable."""
    mideleg, hideleg, sideleg = (cycle[csr][interrupt] for csr in ("mideleg", "hideleg", "sideleg"))
    is_m, is_s, is_u = (cycle.is_in(mode) for mode in (Mode.M, Mode.S, Mode.U))
    if target is Mode.M:
        # norm:mstatus_xie_intr_en_dis
        return active(cycle, interrupt) & ~mideleg & (~is_m | cycle["mstatus.MIE"])
    if target is Mode.S:
        enabled = ~is_m & (~is_s | cycle["mstatus.SIE"])
        return active(cycle, interrupt) & mideleg & ~hideleg & ~sideleg & enabled
    if target is Mode.VS:
        # norm:hideleg_op
        enabled = cycle.is_in(Mode.VU) | (cycle.is_in(Mode.VS) & cycle["vsstatus.SIE"])
        return active(cycle, interrupt) & mideleg & hideleg & enabled
    # HU-25
    enabled = (is_u & cycle["mstatus.UIE"]) | (cycle.v & cycle["hudcfg.EN"])
    return active(cycle, interrupt) & mideleg & sideleg & enabled


def _any_into(config: Config, cycle: Cycle, target: Mode) -> Value:
    return any_of(takes(cycle, interrupt, target) for interrupt in _order(config))


def requests(cycle: Cycle, interrupt: int, target: Mode) -> Value:
    """The unit requests this one: the code as the target sees it, and the target."""
    seen = interrupt - 1 if target is Mode.VS and interrupt in _VS_LEVEL else interrupt
    return cycle["interrupt_request"] & (cycle["interrupt_cause"] == seen) & (cycle["interrupt_target"] == target)


def _without_s_u(config: Config) -> bool:
    return config.s or not config.n


@PROPERTIES.add(
    "norm:intr_mip_mie_op norm:mstatus_xie_intr_en_dis norm:trap_del_intr_priv_lvl norm:hip_vstip_enable HU-25",
    where=_without_s_u,
)
def a_masked_interrupt_is_never_requested(w: Window) -> Claim:
    """What is requested is pending, enabled, delegated to the target, and the target takes it in this mode."""
    now = w.now
    allowed = any_of(
        requests(now, interrupt, target) & takes(now, interrupt, target)
        for interrupt in _order(w.config)
        for target in _TARGETS
        if target is not Mode.VS or interrupt in (*_VS_LEVEL, Interrupt.LCOFI) or interrupt in LOCAL_INTERRUPTS
    )
    return Claim(when=now["interrupt_request"], then=allowed)


@PROPERTIES.add("norm:mstatus_xie_intr_en_dis")
def with_everything_masked_nothing_is_requested(w: Window) -> Claim:
    """With no interrupt pending and enabled, none is requested."""
    now = w.now
    return Claim(when=(now["mip"] & now["mie"]) == 0, then=~now["interrupt_request"])


@PROPERTIES.add("norm:mstatus_xie_intr_en_dis")
def m_without_mie_is_not_interrupted(w: Window) -> Claim:
    """In M with MIE=0 no interrupt is requested."""
    return Claim(when=w.now.is_in(Mode.M) & ~w.now["mstatus.MIE"], then=~w.now["interrupt_request"])


def _priority(interrupt: int, target: Mode, needs: str, rules: str = "") -> None:
    called = interrupt_name(interrupt)

    @PROPERTIES.add(
        rules or "norm:intr_M_mode_pri norm:hsint_priority HU-26",
        needs=needs,
        where=lambda config: exists(config, interrupt) and _without_s_u(config),
        kind=f"into {target.name}",
        name=f"{called.lower()}_into_{target.name.lower()}",
        says=f"{called} is requested for {target.name} when no higher one is to be taken.",
    )
    def claim(w: Window) -> Claim:
        now: Cycle = w.now
        higher: Value = Const(0)
        for above in _TARGETS[: _TARGETS.index(target)]:
            higher = higher | _any_into(w.config, now, above)
        order = _order(w.config)
        for before in order[: order.index(interrupt)]:
            higher = higher | takes(now, before, target)
        return Claim(when=takes(now, interrupt, target) & ~higher, then=requests(now, interrupt, target))


for _each in _ORDER:
    if _each not in (*_VS_LEVEL, Interrupt.SGEI):
        _priority(_each, Mode.M, "")
    if _each not in (Interrupt.MEI, Interrupt.MSI, Interrupt.MTI):
        _priority(_each, Mode.S, "s")
    if _each in _VS_LEVEL:
        _priority(_each, Mode.VS, "h")
    if _each is Interrupt.LCOFI:
        _priority(_each, Mode.VS, "h shlcofideleg", "norm:vsip_vsie_lcofi warl:LCOFI")
    if _each in _U_LEVEL:
        _priority(_each, Mode.U, "n s")
for _code in LOCAL_INTERRUPTS:
    for _target, _needs in ((Mode.M, ""), (Mode.S, "s"), (Mode.VS, "h")):
        _priority(_code, _target, _needs, "norm:mip_mie_enc_txt warl:local_interrupts HU-26")


@PROPERTIES.add("norm:intr_mip_mie_bounded_time")
def a_request_stays_until_it_is_taken_or_masked(w: Window) -> Claim:
    """A request is there in the next cycle too if nothing was committed, no line fell and the time stood still."""
    now, after = w.now, w.next
    lines = [name for name in now.inputs if name.startswith("lines_")]
    held = Const(1)
    for name in lines:
        held = held & ((now[name] & ~after[name]) == 0)
    if w.config.sstc:
        # A guest's time may go through 0 and leave vstimecmp behind it.
        held = held & (now["mtime"] == after["mtime"])
    idle = now["commit_op"] == Op.NONE
    return Claim(when=now["interrupt_request"] & idle & held, then=after["interrupt_request"])


@PROPERTIES.add("norm:intr_mip_mie_op HU-26")
def what_is_requested_is_taken(w: Window) -> Claim:
    """INTERRUPT takes what was requested: the hart is then in the requested mode, with the cause in its xcause."""
    now, after = w.now, w.next
    target = now["interrupt_target"]
    cause = {Mode.M: "mcause", Mode.S: "scause", Mode.VS: "vscause", Mode.U: "ucause"}
    right = any_of(
        (target == mode) & (after[f"{csr}.Code"] == now["interrupt_cause"]) & after[f"{csr}.Interrupt"]
        for mode, csr in cause.items()
        if after.has(csr)
    )
    return Claim(when=now.is_interrupt, then=(after.mode == target) & right)


@PROPERTIES.add("norm:intr_mip_mie_op")
def without_a_request_nothing_is_taken(w: Window) -> Claim:
    """INTERRUPT without a request changes nothing and redirects nothing."""
    now = w.now
    when = (now["commit_op"] == Op.INTERRUPT) & ~now["interrupt_request"]
    return Claim(when=when, then=now.keeps(w.next, *now.stored()) & ~now["answer_redirect"])


@PROPERTIES.add("norm:wfi_resume_reason norm:wfi_unaffected_conditions")
def wfi_wakes_on_any_enabled_interrupt(w: Window) -> Claim:
    """WFI resumes where an interrupt is pending and enabled in mie, masked or not, or an RNMI is, and only there."""
    now = w.now
    rnmi = now["lines_rnmi"] if now.has("lines_rnmi") else Const(0)
    return Claim(then=now["interrupt_wake"] == (((now["mip"] & now["mie"]) != 0) | rnmi))


@PROPERTIES.add("norm:mip_seip_rdcsr norm:mip_meip_rdonly HU-27")
def lines_are_pending(w: Window) -> Claim:
    """MEIP, MTIP, MSIP and the platform's own are the lines; SEIP and UEIP are pending when their line is high."""
    now = w.now
    mip = now["mip"]
    same = (mip[11] == now["lines_meip"]) & (mip[7] == now["lines_mtip"]) & (mip[3] == now["lines_msip"])
    for bit, line in ((9, "lines_seip"), (8, "lines_ueip")):
        if now.has(line):
            same = same & (mip[bit] | ~now[line])
    if now.has("lines_local"):
        local = now["lines_local"]
        same = same & (mip[LOCAL_INTERRUPTS.start :][: len(local)] == local)
    return Claim(then=same)
