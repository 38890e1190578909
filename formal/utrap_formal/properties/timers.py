"""Sstc: the timers' interrupts follow the comparison for ever, and who may set the timers."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Mux, Value

from utrap.config import Config
from utrap_formal.properties.manual import CSRS, Mode, Op, exists
from utrap_formal.properties.property import Claim, Properties
from utrap_formal.properties.window import Cycle, Window, any_of

__all__ = ["PROPERTIES"]

PROPERTIES = Properties("timers", "the timers' interrupts follow the time, and who may set the timers")

_ILLEGAL, _VIRTUAL = 1, 2
_STI, _VSTI = 5, 6
_SUPERVISOR, _GUEST = ("stimecmp", "stimecmph"), ("vstimecmp", "vstimecmph")


def _whole(cycle: Cycle, csr: str, config: Config) -> Value:
    """A register of 64 bits, which RV32 has in two CSRs."""
    return cycle[csr] if config.xlen == 64 else Cat(cycle[csr], cycle[f"{csr}h"])


def _guest_time(cycle: Cycle, config: Config) -> Value:
    return (cycle["mtime"] + _whole(cycle, "htimedelta", config))[:64]


def _asks(w: Window, csrs: tuple[str, ...], *modes: Mode) -> Value:
    """A CSR instruction for one of these in one of the modes."""
    there = [csr for csr in csrs if exists(csr, w.config)]
    return any_of(w.now.accesses(csr) for csr in there) & w.now.is_in(*modes)


def _below_m(config: Config) -> tuple[Mode, ...]:
    return (Mode.U, Mode.S, *[Mode.VS, Mode.VU] * config.h)


# --- what is pending -----------------------------------------------------------------------------


@PROPERTIES.add("norm:mip_sip_stip_op norm:mip_stip_stimecmp_op2 norm:stimecmp_exist", needs="sstc", kind="pending")
def stip_follows_stimecmp(w: Window) -> Claim:
    """While menvcfg.STCE is 1 mip.STIP is 1 exactly where mtime has reached stimecmp, for ever."""
    now = w.now
    reached = now["mtime"] >= _whole(now, "stimecmp", w.config)
    return Claim(when=now["menvcfg.STCE"], then=now["mip"][_STI] == reached)


@PROPERTIES.add("norm:menvcfg_stce_op2", needs="sstc", kind="pending")
def without_stce_stip_is_software(w: Window) -> Claim:
    """While menvcfg.STCE is 0 mip.STIP is what software has written, whatever the time is."""
    now = w.now
    return Claim(when=~now["menvcfg.STCE"], then=now["mip"][_STI] == now["mip_stip"])


@PROPERTIES.add(
    "norm:hip_vstip_op norm:henvcfg_stce norm:menvcfg_stce_op2 norm:vstimecmp_exist norm:sstc_vs_facility",
    needs="sstc h",
    kind="pending",
)
def vstip_follows_vstimecmp(w: Window) -> Claim:
    """VSTIP is hvip's bit, and with STCE in both also 1 where mtime + htimedelta has reached vstimecmp."""
    now = w.now
    reached = _guest_time(now, w.config) >= _whole(now, "vstimecmp", w.config)
    timer = now["menvcfg.STCE"] & now["henvcfg.STCE"] & reached
    return Claim(then=now["mip"][_VSTI] == now["hvip"][_VSTI] | timer)


@PROPERTIES.add("norm:menvcfg_stce_op2 norm:stce_bit_exist", needs="sstc h", kind="pending")
def hs_has_stce_from_m(w: Window) -> Claim:
    """henvcfg.STCE reads as 0 while menvcfg's is 0."""
    now = w.now
    return Claim(when=~now["menvcfg.STCE"], then=~now["henvcfg.STCE"])


@PROPERTIES.add("norm:mip_sip_stip_op norm:hip_vstip_op warl:stimecmp", needs="sstc", kind="pending")
def reset_makes_no_timer_pending(w: Window) -> Claim:
    """After reset STCE is 0, and neither timer has been reached before the last moment."""
    after, ones = w.next, (1 << 64) - 1
    far = _whole(after, "stimecmp", w.config) == ones
    if w.config.h:
        far = far & (_whole(after, "vstimecmp", w.config) == ones)
    return Claim(when=w.now["rst"], then=far & ~after["menvcfg.STCE"], is_about_reset=True)


# --- who may set the timers ----------------------------------------------------------------------


@PROPERTIES.add("norm:mcounteren_tm_clr", needs="sstc", kind="right")
def without_tm_nobody_below_m_has_timers(w: Window) -> Claim:
    """Below M with mcounteren.TM=0 an access to a timer is illegal, by every address and in every mode."""
    when = _asks(w, (*_SUPERVISOR, *_GUEST), *_below_m(w.config)) & ~w.now["mcounteren.TM"]
    return Claim(when=when, then=w.now["answer_fault"] == _ILLEGAL)


@PROPERTIES.add("norm:menvcfg_stce_op2", needs="sstc", kind="right")
def without_stce_stimecmp_is_m_alone(w: Window) -> Claim:
    """Below M with menvcfg.STCE=0 an access to stimecmp is illegal, in a guest too."""
    when = _asks(w, _SUPERVISOR, *_below_m(w.config)) & ~w.now["menvcfg.STCE"]
    return Claim(when=when, then=w.now["answer_fault"] == _ILLEGAL)


@PROPERTIES.add("norm:mcounteren_tm_set norm:menvcfg_stce_op2", needs="sstc", kind="right")
def s_may_set_its_timer(w: Window) -> Claim:
    """S may access stimecmp with mcounteren.TM and menvcfg.STCE."""
    when = _asks(w, _SUPERVISOR, Mode.S) & w.now["mcounteren.TM"] & w.now["menvcfg.STCE"]
    return Claim(when=when, then=w.now["answer_fault"] == 0)


@PROPERTIES.add("norm:mcounteren_tm_set", needs="sstc h", kind="right")
def hs_may_set_the_timer_of_guests(w: Window) -> Claim:
    """HS may access vstimecmp with mcounteren.TM, whatever STCE is."""
    return Claim(when=_asks(w, _GUEST, Mode.S) & w.now["mcounteren.TM"], then=w.now["answer_fault"] == 0)


@PROPERTIES.add("norm:hcounteren_acc norm:henvcfg_stce", needs="sstc h", kind="right")
def a_guest_has_what_hs_lets_it_have(w: Window) -> Claim:
    """In VS, where HS may, stimecmp is a virtual instruction unless hcounteren.TM and henvcfg.STCE are 1."""
    now = w.now
    when = _asks(w, _SUPERVISOR, Mode.VS) & now["mcounteren.TM"] & now["menvcfg.STCE"]
    allowed = now["hcounteren.TM"] & now["henvcfg.STCE"]
    return Claim(when=when, then=now["answer_fault"] == Mux(allowed, 0, _VIRTUAL))


@PROPERTIES.add("norm:H_virtinst_vu_nonhigh_supervisor_allowedhs_tvm0", needs="sstc h", kind="right")
def vu_has_no_timer(w: Window) -> Claim:
    """In VU, where HS may, stimecmp is a virtual instruction."""
    when = _asks(w, _SUPERVISOR, Mode.VU) & w.now["mcounteren.TM"] & w.now["menvcfg.STCE"]
    return Claim(when=when, then=w.now["answer_fault"] == _VIRTUAL)


@PROPERTIES.add("norm:H_virtinst_vu_vs_nonhigh_allowedhs_tvm0", needs="sstc h", kind="right")
def no_guest_has_vstimecmp_by_its_address(w: Window) -> Claim:
    """In VS and VU vstimecmp by its own address is a virtual instruction where HS may."""
    when = _asks(w, _GUEST, Mode.VS, Mode.VU) & w.now["mcounteren.TM"]
    return Claim(when=when, then=w.now["answer_fault"] == _VIRTUAL)


@PROPERTIES.add("norm:H_vscsrs_sub", needs="sstc h", kind="right")
def a_guest_never_changes_stimecmp(w: Window) -> Claim:
    """No event but a debugger's access changes stimecmp while V=1."""
    now = w.now
    kept = _whole(now, "stimecmp", w.config) == _whole(w.next, "stimecmp", w.config)
    return Claim(when=now.v & (now["commit_op"] != Op.DEBUG_CSR), then=kept)


@PROPERTIES.add("norm:mip_stip_stimecmp_clr norm:hip_vstip_clear", needs="sstc", kind="right")
def a_write_alone_changes_timers(w: Window) -> Claim:
    """stimecmp and vstimecmp change by a CSR access to one of them that writes, and by nothing else."""
    now = w.now
    op = (now["commit_op"] == Op.CSR) | (now["commit_op"] == Op.DEBUG_CSR)
    there = [csr for csr in (*_SUPERVISOR, *_GUEST) if exists(csr, w.config)]
    address = any_of(now["commit_csr_address"] == CSRS[csr] for csr in there)
    kept = Const(1)
    for csr in there:
        kept = kept & (now[csr] == w.next[csr])
    return Claim(when=~(op & address & (now["commit_csr_op"] != 0)), then=kept)
