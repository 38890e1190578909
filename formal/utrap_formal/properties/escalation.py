"""No way up but a trap: modes that nothing else enters, and state that a lower mode cannot change."""

from __future__ import annotations

from amaranth.hdl import Value

from utrap_formal.properties.manual import Mode, Op
from utrap_formal.properties.owners import GUEST, HS, USER, M, Owner
from utrap_formal.properties.property import Claim, Properties
from utrap_formal.properties.window import Cycle, Window, any_of

__all__ = ["PROPERTIES"]

PROPERTIES = Properties("escalation", "without a trap no mode gains privilege, or changes a higher mode's state")


# --- modes ---------------------------------------------------------------------------------------


def _stays_below(cycle: Cycle) -> Value:
    """The event is neither a trap, an RNMI among them, nor a halt, which enters Debug Mode with M's rights."""
    return ~cycle.has_trap & ~cycle.is_rnmi & ~cycle.is_halt


@PROPERTIES.add("norm:xret_in_lower_mode HU-22")
def only_traps_lead_to_m_or_s(w: Window) -> Claim:
    """No event in U, VS or VU that is no trap leads to M or to HS, but for a halt."""
    now = w.now
    return Claim(when=_stays_below(now) & now.is_in(Mode.U, Mode.VS, Mode.VU), then=~w.next.is_in(Mode.M, Mode.S))


@PROPERTIES.add("norm:xret_in_lower_mode", needs="s")
def only_traps_lead_from_s_to_m(w: Window) -> Claim:
    """No event in HS that is no trap leads to M, but for a halt."""
    return Claim(when=_stays_below(w.now) & w.now.is_in(Mode.S), then=~w.next.is_in(Mode.M))


@PROPERTIES.add("norm:sret_v1 HU-19", needs="h")
def only_traps_leave_the_guest(w: Window) -> Claim:
    """No event in VS or VU that is no trap leads to V=0, but for a halt."""
    return Claim(when=_stays_below(w.now) & w.now.v, then=w.next.v)


@PROPERTIES.add("norm:H_virtinst_vu_sret_sfence HU-19", needs="h")
def only_traps_leave_vu(w: Window) -> Claim:
    """No event in VU that is no trap leads to another mode, but for a halt."""
    return Claim(when=_stays_below(w.now) & w.now.is_in(Mode.VU), then=w.next.is_in(Mode.VU))


@PROPERTIES.add("HU-20 norm:xret_in_lower_mode")
def u_is_left_by_traps_and_uret_alone(w: Window) -> Claim:
    """No event in U that is neither a trap nor URET leads to another mode, but for a halt."""
    now = w.now
    return Claim(when=_stays_below(now) & ~now.returns_by(Op.URET) & now.is_in(Mode.U), then=w.next.is_in(Mode.U))


@PROPERTIES.add("HU-22 HU-20", needs="n")
def uret_never_leads_to_m_or_s(w: Window) -> Claim:
    """URET leads to U, VS or VU from every mode, whatever hustatus holds."""
    return Claim(when=w.now["commit_op"] == Op.URET, then=w.next.is_in(Mode.U, Mode.VS, Mode.VU) | _stays(w))


def _stays(w: Window) -> Value:
    """URET did not execute."""
    return (w.now["answer_fault"] != 0) & (w.next.mode == w.now.mode)


@PROPERTIES.add("HU-22 HU-20", needs="n h")
def uret_reaches_the_guest_with_en_alone(w: Window) -> Claim:
    """URET leads to VS or VU only with EN=1 and UPV=1."""
    now = w.now
    allowed = now["hudcfg.EN"] & now["hustatus.UPV"]
    return Claim(when=now.returns_by(Op.URET) & ~allowed, then=w.next.is_in(Mode.U))


@PROPERTIES.add("norm:mret_h norm:xret_op", needs="s")
def mret_leads_to_mpp(w: Window) -> Claim:
    """MRET leads to the mode in MPP and, below M, MPV."""
    now, after = w.now, w.next
    v = now["mstatus.MPV"] & (now["mstatus.MPP"] != 3)
    return Claim(when=now.returns_by(Op.MRET), then=(after.prv == now["mstatus.MPP"]) & (after.v == v))


@PROPERTIES.add("norm:sret_v0", needs="s")
def sret_leads_to_spp(w: Window) -> Claim:
    """SRET in M or HS leads to the mode in SPP and SPV."""
    now, after = w.now, w.next
    when = now.returns_by(Op.SRET) & ~now.v
    return Claim(when=when, then=(after.prv == now["mstatus.SPP"]) & (after.v == now["hstatus.SPV"]))


@PROPERTIES.add("norm:sret_v1", needs="h")
def sret_of_the_guest_stays_in_it(w: Window) -> Claim:
    """SRET in VS leads to VS or VU, by vsstatus.SPP."""
    now, after = w.now, w.next
    when = now.returns_by(Op.SRET) & now.v
    return Claim(when=when, then=(after.prv == now["vsstatus.SPP"]) & after.v)


# --- state ---------------------------------------------------------------------------------------


def _instruction(cycle: Cycle) -> Value:
    """The core retires an instruction: not a trap, not a debugger's access."""
    return any_of(cycle["commit_op"] == op for op in (Op.NONE, Op.CSR, Op.MRET, Op.SRET, Op.URET))


def _untouched(mode: Mode, owner: Owner, needs: str, rules: str, without: str = "", exception: str = "") -> None:
    name = owner.name.replace("the ", "").lower()

    @PROPERTIES.add(
        rules,
        needs=needs,
        kind="state of other modes",
        name=f"{mode.name.lower()}_does_not_change_{name}",
        says=f"No instruction in {mode.name} changes state of {owner.name}{exception}.",
    )
    def claim(w: Window) -> Claim:
        now = w.now
        return Claim(when=_instruction(now) & now.is_in(mode), then=owner.kept(now, w.next, without))


_untouched(Mode.S, M, "s", "HU-22", "mstatus.MPRV", " (but MPRV, which SRET and URET clear)")
_untouched(Mode.U, M, "", "HU-1", "mstatus.MPRV", " (but MPRV, which URET clears)")
_untouched(Mode.U, HS, "s", "HU-1 HU-4")
_untouched(Mode.U, GUEST, "h", "norm:H_vscsrs_acc_u")
_untouched(Mode.VS, M, "h", "norm:H_csrs_hs_not_vs", "mstatus.MPRV", " (but MPRV, which SRET clears)")
_untouched(
    Mode.VS,
    HS,
    "h",
    "norm:H_csrs_hs_not_vs norm:H_scsrs_nomatch HU-1 HU-4",
    "scounteren senvcfg",
    " (but scounteren and senvcfg, which have no copy for it)",
)
_untouched(Mode.VS, USER, "h n", "HU-2 HU-3")
_untouched(Mode.VU, M, "h", "norm:H_csrs_hs_not_vs")
_untouched(Mode.VU, HS, "h", "norm:H_csrs_hs_not_vs HU-1 HU-4")
_untouched(Mode.VU, USER, "h n", "HU-2 HU-3")
_untouched(Mode.VU, GUEST, "h", "norm:H_vscsrs_acc_u")
