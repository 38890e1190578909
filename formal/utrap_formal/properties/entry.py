"""What a trap writes, for each mode that takes it, and that it writes nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from amaranth.hdl import Const, Mux, Value

from utrap_formal.properties.addresses import kept
from utrap_formal.properties.manual import Mode
from utrap_formal.properties.property import Claim, Decorator, Properties
from utrap_formal.properties.round_trip import masked_pc
from utrap_formal.properties.window import Cycle, Window
from utrap_formal.properties.windows import is_guest_fault

__all__ = ["PROPERTIES"]

PROPERTIES = Properties("entry", "a trap saves pc, cause, values and the status stack of its target, and no more")


@dataclass(frozen=True, kw_only=True)
class _Target:
    """A mode that takes traps.

    Attributes:
        mode: It.
        needs: What it needs.
        x: How its CSRs begin.
        guest: CSRs of the guest-physical address and the instruction, and what those need; "" if it has none.
        gva: Its GVA.
        status: What it writes in status registers.
        rules: Who says so.
    """

    mode: Mode
    needs: str
    x: str
    tval2: str
    tinst: str
    gva: str
    guest: str
    status: str
    rules: str


_TARGETS = (
    _Target(
        mode=Mode.M, needs="", x="m", tval2="mtval2", tinst="mtinst", gva="mstatus.GVA", guest="h",
        status="mstatus_mpie mstatus_mie mstatus_mpp mstatus_mpv mstatush_mpv mstatus_gva mstatush_gva "
        "mstatus_mdt mstatush_mdt",
        rules="norm:mstatus_xpie_xie_xpp_trap_op norm:H_trap_m_csrwrites",
    ),
    _Target(
        mode=Mode.S, needs="s", x="s", tval2="htval", tinst="htinst", gva="hstatus.GVA", guest="h",
        status="mstatus_spie mstatus_sie mstatus_spp mstatus_sdt hstatus_spv hstatus_spvp hstatus_gva",
        rules="norm:mstatus_xpie_xie_xpp_trap_op norm:H_trap_hs_csrwrites",
    ),
    _Target(
        mode=Mode.VS, needs="h", x="vs", tval2="", tinst="", gva="", guest="",
        status="vsstatus_spie vsstatus_sie vsstatus_spp vsstatus_sdt",
        rules="norm:H_trap_vs_csrwrites",
    ),
    _Target(
        mode=Mode.U, needs="n", x="u", tval2="hutval", tinst="hutinst", gva="hustatus.GVA", guest="shudeleg",
        status="mstatus_upie mstatus_uie hustatus_upv hustatus_upvp hustatus_gva",
        rules="HU-13 HU-15",
    ),
)  # fmt: skip


def _takes(w: Window, target: _Target) -> Value:
    return w.now.is_trap & w.next.is_in(target.mode)


def _state(target: _Target) -> None:
    mode, x = target.mode.name, target.x

    def add(what: str, says: str, needs: str = "", rules: str = "") -> Decorator:
        return PROPERTIES.add(
            f"{target.rules} {rules}".strip(),
            needs=f"{target.needs} {needs}",
            kind=f"into {mode}",
            name=f"{what}_of_{mode.lower()}",
            says=says,
        )

    @add("epc", f"A trap into {mode} sets {x}epc to the pc.", rules="norm:sepc_op_trap_write" if x == "s" else "")
    def epc(w: Window) -> Claim:
        return Claim(when=_takes(w, target), then=w.next[f"{x}epc"] == masked_pc(w, w.now["commit_pc"]))

    @add(
        "exception_cause", f"An exception into {mode} sets {x}cause to its code, as far as it fits.",
        rules="norm:mcause_intr_op warl:xcause",
    )  # fmt: skip
    def exception_cause(w: Window) -> Claim:
        now, after = w.now, w.next
        set_ = (after[f"{x}cause.Code"] == now.cause[: w.config.cause_bits]) & ~after[f"{x}cause.Interrupt"]
        return Claim(when=_takes(w, target) & now.is_exception, then=set_)

    @add("interrupt_cause", f"An interrupt into {mode} sets {x}cause to its code, and Interrupt.")
    def interrupt_cause(w: Window) -> Claim:
        now, after = w.now, w.next
        set_ = (after[f"{x}cause.Code"] == now["interrupt_cause"]) & after[f"{x}cause.Interrupt"]
        return Claim(when=_takes(w, target) & now.is_interrupt, then=set_)

    @add("tval", f"A trap into {mode} sets {x}tval to an exception's value, to 0 on an interrupt, or it is always 0.")
    def tval(w: Window) -> Claim:
        now = w.now
        value = Mux(now.is_exception, kept(w.config, now["commit_tval"]), 0) if w.config.tval == "all" else 0
        return Claim(when=_takes(w, target), then=w.next[f"{x}tval"] == value)

    @add("status", f"A trap into {mode} pushes the enable, the mode and V, and clears the enable.")
    def status(w: Window) -> Claim:
        return Claim(when=_takes(w, target), then=_PUSHES[target.mode](w.now, w.next))

    @add("vector", f"A trap into {mode} leads to BASE; an interrupt with MODE=1 to BASE + 4 * code.", rules="HU-14")
    def vector(w: Window) -> Claim:
        now = w.now
        base = now[f"{x}tvec"] & Const(~3 & ((1 << w.config.xlen) - 1), w.config.xlen)
        vectored = now.is_interrupt & (now[f"{x}tvec.MODE"] == 1)
        place = base + Mux(vectored, now["interrupt_cause"] << 2, 0)
        leads = now["answer_redirect"] & (now["answer_target"] == place[: w.config.xlen])
        return Claim(when=_takes(w, target), then=leads)

    @add("no_more", f"A trap into {mode} writes nothing else.")
    def no_more(w: Window) -> Claim:
        now = w.now
        may = [f"{x}epc", f"{x}cause", f"{x}tval", *filter(None, (target.tval2, target.tinst))]
        written = {*now.stored(*may), *target.status.split(), "mode_prv", "mode_v"}
        return Claim(
            when=_takes(w, target), then=now.keeps(w.next, *(name for name in now.stored() if name not in written))
        )

    if not target.guest:
        return

    @add("gpa", f"A trap into {mode} sets {target.tval2} to a guest-page fault's address, else to 0.", target.guest)
    def gpa(w: Window) -> Claim:
        now = w.now
        value = Mux(now.is_exception & is_guest_fault(now), now["commit_tval2"], 0)
        return Claim(when=_takes(w, target), then=w.next[target.tval2] == value)

    @add(
        "tinst", f"A trap into {mode} sets {target.tinst} to an exception's instruction, 0 on an interrupt.",
        target.guest, "norm:H_trap_xtinst norm:H_trap_xtinst_interrupt",
    )  # fmt: skip
    def tinst(w: Window) -> Claim:
        now = w.now
        value = Mux(now.is_exception, now["commit_tinst"], 0)
        return Claim(when=_takes(w, target), then=w.next[target.tinst] == value)

    @add("gva", f"A trap into {mode} sets GVA where its value is a guest's address.", target.guest)
    def gva(w: Window) -> Claim:
        now = w.now
        return Claim(when=_takes(w, target), then=w.next[target.gva] == (now.is_exception & now["commit_gva"]))


def _pushes_m(now: Cycle, after: Cycle) -> Value:
    enable = (after["mstatus.MPIE"] == now["mstatus.MIE"]) & ~after["mstatus.MIE"]
    return enable & (after["mstatus.MPP"] == now.prv) & (after["mstatus.MPV"] == (now.v & now.has("hstatus")))


def _pushes_s(now: Cycle, after: Cycle) -> Value:
    """norm:hstatus_spvp_op: SPVP is left where V was 0."""
    enable = (after["mstatus.SPIE"] == now["mstatus.SIE"]) & ~after["mstatus.SIE"]
    mode = (after["mstatus.SPP"] == now.prv[0]) & (after["hstatus.SPV"] == now.v)
    return enable & mode & (after["hstatus.SPVP"] == Mux(now.v, now.prv[0] & now.v, now["hstatus.SPVP"]))


def _pushes_vs(now: Cycle, after: Cycle) -> Value:
    enable = (after["vsstatus.SPIE"] == now["vsstatus.SIE"]) & ~after["vsstatus.SIE"]
    return enable & (after["vsstatus.SPP"] == now.prv[0])


def _pushes_u(now: Cycle, after: Cycle) -> Value:
    """HU-12, HU-13: UPV where the trap came from V=1, UPVP where it came from VS, else as it was."""
    enable = (after["mstatus.UPIE"] == now["mstatus.UIE"]) & ~after["mstatus.UIE"]
    if not now.has("hustatus"):
        return enable
    came = Mux(now.v, now.is_in(Mode.VS), now["hustatus.UPVP"])
    return enable & (after["hustatus.UPV"] == now.v) & (after["hustatus.UPVP"] == came)


_PUSHES = {Mode.M: _pushes_m, Mode.S: _pushes_s, Mode.VS: _pushes_vs, Mode.U: _pushes_u}

for _each in _TARGETS:
    _state(_each)


@PROPERTIES.add("norm:mstatus_xpie_xie_xpp_trap_op")
def every_trap_redirects(w: Window) -> Claim:
    """A trap redirects the pc, has no fault, and is in the trace with its cause and both modes."""
    now = w.now
    cause = Mux(now.is_exception, now.cause, now["interrupt_cause"])
    seen = (now["trace_kind"] == now["commit_op"]) & (now["trace_cause"] == cause)
    modes = (now["trace_from_mode"] == now.mode) & (now["trace_to_mode"] == w.next.mode)
    return Claim(when=now.is_trap, then=now["answer_redirect"] & (now["answer_fault"] == 0) & seen & modes)
