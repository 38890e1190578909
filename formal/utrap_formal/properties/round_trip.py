"""There and back: what a trap saves is what the matching return restores."""

from __future__ import annotations

from amaranth.hdl import Const, Value

from utrap_formal.properties.addresses import kept
from utrap_formal.properties.manual import Mode, Op
from utrap_formal.properties.property import Claim, Properties
from utrap_formal.properties.window import Window

__all__ = ["PROPERTIES", "masked_pc"]

PROPERTIES = Properties("round_trip", "a trap and the matching return restore mode, V, pc and interrupt enables")

_ENABLES = ("mstatus.MIE", "mstatus.SIE", "mstatus.UIE", "vsstatus.SIE")


def masked_pc(w: Window, pc: Value) -> Value:
    """A pc as xepc holds it: bit 0 is 0, and with IALIGN=32 bit 1 (norm:mepc_warl); or perhaps less (warl:va_bits)."""
    low = 2 if w.config.ialign == 32 else 1
    return kept(w.config, pc & Const(~((1 << low) - 1) & ((1 << len(pc)) - 1), len(pc)))


#: Target of the trap, the return that matches, modes that it comes from, and what those need.
_TRIPS = (
    (Mode.M, Op.MRET, (Mode.M, Mode.S, Mode.U, Mode.VS, Mode.VU), "", "norm:mret_h"),
    (Mode.S, Op.SRET, (Mode.S, Mode.U, Mode.VS, Mode.VU), "s", "norm:sret_v0"),
    (Mode.VS, Op.SRET, (Mode.VS, Mode.VU), "h", "norm:sret_v1"),
    (Mode.U, Op.URET, (Mode.U,), "n", "HU-20 HU-21"),
    (Mode.U, Op.URET, (Mode.VS, Mode.VU), "shudeleg", "HU-12 HU-20 HU-21"),
)
_NEEDS = {Mode.M: "", Mode.S: "s", Mode.U: "", Mode.VS: "h", Mode.VU: "h"}


def _trip(target: Mode, op: Op, origin: Mode, needs: str, rules: str) -> None:
    @PROPERTIES.add(
        f"norm:mstatus_xpie_xie_xpp_trap_op norm:mstatus_xret_op {rules}",
        needs=f"{needs} {_NEEDS[origin]}",
        kind=f"through {target.name}",
        name=f"{origin.name.lower()}_through_{target.name.lower()}",
        says=f"A trap from {origin.name} to {target.name} and {op.name} lead back, with the enables as they were.",
    )
    def claim(w: Window) -> Claim:
        now, handler, after = w.now, w.next, w.last
        there = now.is_trap & now.is_in(origin) & handler.is_in(target)
        back = handler.returns_by(op)
        returned = handler["answer_redirect"] & (handler["answer_target"] == masked_pc(w, now["commit_pc"]))
        return Claim(when=there & back, then=after.is_in(origin) & returned & now.keeps(after, *_ENABLES))


for _target, _op, _origins, _need, _rules in _TRIPS:
    for _origin in _origins:
        _trip(_target, _op, _origin, _need, _rules)


@PROPERTIES.add("norm:mstatus_xpie_xie_xpp_trap_op")
def a_handler_keeps_what_was_saved(w: Window) -> Claim:
    """What is no trap, no return and no write of a CSR changes nothing but FS and VS: a handler may be long."""
    now = w.now
    idle = now["commit_op"] == Op.NONE
    reads = (now["commit_op"] == Op.CSR) & (now["commit_csr_op"] == 0)
    outside = (now["commit_op"] == Op.CSR) & now["extension_select"]
    dirty = [name for name in now.stored() if name.endswith(("status_fs", "status_vs"))]
    kept = [name for name in now.stored() if name not in dirty]
    return Claim(when=idle | reads | outside, then=now.keeps(w.next, *kept))


@PROPERTIES.add("norm:mstatus_xret_op norm:mstatus_mprv_clr_mret_sret_less_priv")
def mret_pops(w: Window) -> Claim:
    """MRET sets MIE to MPIE, MPIE to 1, MPP to U and MPV to 0, and clears MPRV unless it leads to M."""
    now, after = w.now, w.next
    popped = (after["mstatus.MIE"] == now["mstatus.MPIE"]) & after["mstatus.MPIE"]
    emptied = (after["mstatus.MPP"] == 0) & ~after["mstatus.MPV"]
    mprv = after["mstatus.MPRV"] == (now["mstatus.MPRV"] & (now["mstatus.MPP"] == 3))
    return Claim(when=now.returns_by(Op.MRET), then=popped & emptied & mprv & _redirects(w, "mepc"))


@PROPERTIES.add("norm:sret_v0 norm:mstatus_mprv_clr_mret_sret_less_priv", needs="s")
def sret_pops(w: Window) -> Claim:
    """SRET in M or HS sets SIE to SPIE, SPIE to 1, SPP to U and SPV to 0, and clears MPRV."""
    now, after = w.now, w.next
    popped = (after["mstatus.SIE"] == now["mstatus.SPIE"]) & after["mstatus.SPIE"]
    emptied = ~after["mstatus.SPP"] & ~after["hstatus.SPV"] & ~after["mstatus.MPRV"]
    return Claim(when=now.returns_by(Op.SRET) & ~now.v, then=popped & emptied & _redirects(w, "sepc"))


@PROPERTIES.add("norm:sret_v1", needs="h")
def sret_of_the_guest_pops(w: Window) -> Claim:
    """SRET in VS does so in vsstatus, and leaves hstatus and sstatus alone."""
    now, after = w.now, w.next
    popped = (after["vsstatus.SIE"] == now["vsstatus.SPIE"]) & after["vsstatus.SPIE"] & ~after["vsstatus.SPP"]
    kept = now.keeps(after, "hstatus", "mstatus.SIE", "mstatus.SPIE", "mstatus.SPP")
    return Claim(when=now.returns_by(Op.SRET) & now.v, then=popped & kept & _redirects(w, "vsepc"))


@PROPERTIES.add("HU-20 HU-21", needs="n")
def uret_pops(w: Window) -> Claim:
    """URET sets UIE to UPIE, UPIE to 1, MPRV to 0; UPV to 0 with EN, and leaves UPVP, and UPV without EN."""
    now, after = w.now, w.next
    popped = (after["mstatus.UIE"] == now["mstatus.UPIE"]) & after["mstatus.UPIE"] & ~after["mstatus.MPRV"]
    upv = after["hustatus.UPV"] == (now["hustatus.UPV"] & ~now["hudcfg.EN"])
    kept = now.keeps(after, "hustatus.UPVP", "hustatus.GVA")
    return Claim(when=now.returns_by(Op.URET), then=popped & upv & kept & _redirects(w, "uepc"))


def _redirects(w: Window, epc: str) -> Value:
    return w.now["answer_redirect"] & (w.now["answer_target"] == w.now[epc])
