"""Ssdbltrp and Smdbltrp: what SDT and MDT keep out, what becomes of it, and what ends them."""

from __future__ import annotations

from amaranth.hdl import Const, Value

from utrap.config import Config
from utrap_formal.properties.manual import Cause, Mode, Op
from utrap_formal.properties.property import Claim, Properties
from utrap_formal.properties.window import Cycle, Window, any_of

__all__ = ["PROPERTIES"]

PROPERTIES = Properties("double", "a handler that cannot take a trap never gets one; what ends SDT and MDT")


def _guests(cycle: Cycle) -> Value:
    """vsstatus.SDT, 0 without H."""
    return cycle["vsstatus.SDT"] if cycle.has("vsstatus") else Const(0)


def _enters(w: Window, *modes: Mode) -> Value:
    """A trap is taken, into one of the modes."""
    return w.now.has_trap & w.now["answer_redirect"] & w.next.is_in(*modes)


def _without_rnmi(config: Config) -> bool:
    return not config.smrnmi


def _is_rv64(config: Config) -> bool:
    return config.xlen == 64


def _keeps_all(w: Window) -> Value:
    return w.now.keeps(w.next, *w.now.stored())


# --- SDT -----------------------------------------------------------------------------------------


@PROPERTIES.add(
    "norm:menvcfg_dte_op norm:menvcfg_DTE norm:henvcfg_DTE norm:sstatus_SDT norm:vsstatus_SDT",
    needs="ssdbltrp",
    kind="SDT",
)
def sdt_is_0_where_dte_is(w: Window) -> Claim:
    """SDT is 1 only where menvcfg.DTE is, the guest's only where henvcfg.DTE is too."""
    now = w.now
    guests = ~_guests(now) | (now["menvcfg.DTE"] & now["henvcfg.DTE"]) if now.has("henvcfg") else Const(1)
    return Claim(then=(~now["mstatus.SDT"] | now["menvcfg.DTE"]) & guests)


@PROPERTIES.add("norm:sstatus_sdt_trap", needs="ssdbltrp", kind="SDT")
def no_trap_enters_s_while_sdt(w: Window) -> Claim:
    """While SDT is 1 no trap is taken into S."""
    return Claim(when=w.now.has_trap & w.now["mstatus.SDT"], then=~_enters(w, Mode.S))


@PROPERTIES.add("norm:sstatus_sdt_trap", needs="ssdbltrp h", kind="SDT")
def no_trap_enters_vs_while_its_sdt(w: Window) -> Claim:
    """While the guest's SDT is 1 no trap is taken into VS."""
    return Claim(when=w.now.has_trap & _guests(w.now), then=~_enters(w, Mode.VS))


@PROPERTIES.add("norm:sstatus_sdt_trap", needs="ssdbltrp", kind="SDT")
def a_trap_into_s_sets_sdt(w: Window) -> Claim:
    """A trap into S sets SDT where DTE lets it act."""
    return Claim(when=_enters(w, Mode.S) & w.now["menvcfg.DTE"], then=w.next["mstatus.SDT"])


@PROPERTIES.add("norm:sstatus_sdt_trap norm:mtval2_Ssdbltrap norm:M_mode_invoke_error", needs="ssdbltrp", kind="SDT")
def a_double_trap_says_what_it_was(w: Window) -> Claim:
    """Where mcause becomes 16 for another exception, mtval2 is that exception's code."""
    now, after = w.now, w.next
    when = (
        now.has_exception
        & _enters(w, Mode.M)
        & (after["mcause"] == Cause.DOUBLE_TRAP)
        & (now.cause != Cause.DOUBLE_TRAP)
        & ~now["mstatus.MDT"]  # else it is for the handler of RNMIs, and mcause is an older trap's
    )
    return Claim(when=when, then=after["mtval2"] == now.cause)


@PROPERTIES.add("norm:sstatus_sdt_sret norm:sret_dt", needs="ssdbltrp", kind="SDT")
def sret_ends_sdt(w: Window) -> Claim:
    """SRET clears SDT, in a guest the guest's."""
    now, after = w.now, w.next
    ended = (now.v & ~_guests(after)) | (~now.v & ~after["mstatus.SDT"])
    return Claim(when=w.now.returns_by(Op.SRET), then=ended)


@PROPERTIES.add("norm:sstatus_sdt norm:sstatus_sdt_sstatus_sie_overwrite", needs="ssdbltrp", kind="SDT")
def a_write_that_leaves_sdt_clears_sie(w: Window) -> Claim:
    """After a CSR access to mstatus, or to sstatus, that writes, SIE is 0 where SDT is 1; so of the guest's."""
    now, after = w.now, w.next
    writes = now.is_access & (now["answer_fault"] == 0) & (now["commit_csr_op"] == 1)
    address = now["commit_csr_address"]
    status = (address == 0x300) | (address == 0x100) & ~now.v
    own = ~status | ~after["mstatus.SDT"] | ~after["mstatus.SIE"]
    guests = Const(1)
    if now.has("vsstatus"):
        of_guest = (address == 0x200) | (address == 0x100) & now.v
        guests = ~of_guest | ~_guests(after) | ~after["vsstatus.SIE"]
    return Claim(when=writes, then=own & guests)


@PROPERTIES.add("norm:sstatus_sdt_clr_mret_sret norm:vsstatus_sdt_clr_mret_sret", needs="ssdbltrp smdbltrp", kind="SDT")
def mret_below_s_ends_sdt(w: Window) -> Claim:
    """MRET that leads to U, VS or VU clears SDT, that leads to VU the guest's too."""
    after = w.next
    ended = (~after.is_in(Mode.U, Mode.VS, Mode.VU) | ~after["mstatus.SDT"]) & (~after.is_in(Mode.VU) | ~_guests(after))
    return Claim(when=w.now.returns_by(Op.MRET), then=ended)


@PROPERTIES.add("HU-31", needs="ssdbltrp h n", kind="SDT")
def uret_in_u_undoes_no_sdt(w: Window) -> Claim:
    """URET in U leaves SDT, and the guest's unless it enters VU, which it never leaves with SDT=1."""
    now, after = w.now, w.next
    guests = ((_guests(after) == _guests(now)) & ~after.is_in(Mode.VU)) | (~_guests(after) & after.is_in(Mode.VU))
    kept = (after["mstatus.SDT"] == now["mstatus.SDT"]) & (guests | (~now.v & after.is_in(Mode.U)))
    return Claim(when=w.now.returns_by(Op.URET) & now.is_in(Mode.U), then=kept)


@PROPERTIES.add("HU-31", needs="ssdbltrp n", kind="SDT")
def no_trap_into_u_touches_sdt(w: Window) -> Claim:
    """A trap into U neither tests nor changes SDT, the guest's neither."""
    now, after = w.now, w.next
    kept = (after["mstatus.SDT"] == now["mstatus.SDT"]) & (_guests(after) == _guests(now))
    return Claim(when=_enters(w, Mode.U), then=kept)


# --- MDT -----------------------------------------------------------------------------------------


@PROPERTIES.add("HU-31", needs="smdbltrp n", kind="MDT")
def no_trap_into_u_touches_mdt(w: Window) -> Claim:
    """A trap into U neither tests nor changes MDT."""
    return Claim(when=_enters(w, Mode.U), then=w.next["mstatus.MDT"] == w.now["mstatus.MDT"])


@PROPERTIES.add(
    "norm:mstatus_mie_clr_by_mdt norm:mstatus_mie_clr_by_mdt_rv64 norm:mstatus_mie_set_mdt_0",
    needs="smdbltrp",
    kind="MDT",
)
def mdt_keeps_mie_off(w: Window) -> Claim:
    """MIE is 0 while MDT is 1."""
    return Claim(when=w.now["mstatus.MDT"], then=~w.now["mstatus.MIE"])


@PROPERTIES.add("norm:mstatus_mie_set_mdt_0_rv64", needs="smdbltrp", where=_is_rv64, kind="MDT")
def one_write_ends_mdt_and_sets_mie(w: Window) -> Claim:
    """On RV64 what M writes to mstatus with MDT 0 and MIE 1 is so after it, whatever both were."""
    now, after = w.now, w.next
    writes = now.is_in(Mode.M) & now.accesses("mstatus") & (now["commit_csr_op"] == 1) & (now["answer_fault"] == 0)
    asked = now["commit_csr_wdata"][3] & ~now["commit_csr_wdata"][42]
    return Claim(when=writes & asked, then=after["mstatus.MIE"] & ~after["mstatus.MDT"])


@PROPERTIES.add("norm:trap_exp", needs="smdbltrp", where=_without_rnmi, kind="MDT")
def a_trap_into_m_sets_mdt(w: Window) -> Claim:
    """A trap into M is taken only while MDT is 0, and sets it."""
    return Claim(when=_enters(w, Mode.M), then=~w.now["mstatus.MDT"] & w.next["mstatus.MDT"])


@PROPERTIES.add("norm:mstatus_mdt_clr_mret_sret", needs="smdbltrp", kind="MDT")
def mret_ends_mdt(w: Window) -> Claim:
    """MRET clears MDT."""
    return Claim(when=w.now.returns_by(Op.MRET), then=~w.next["mstatus.MDT"])


@PROPERTIES.add("norm:mstatus_mdt_rst norm:mstatus_mdt_sz_warl", needs="smdbltrp", kind="MDT")
def reset_sets_mdt(w: Window) -> Claim:
    """After reset MDT is 1, and the hart has not stopped."""
    return Claim(
        when=w.now["rst"], then=w.next["mstatus.MDT"] & ~w.next.has_stopped, is_about_reset=True, is_about_stopping=True
    )


@PROPERTIES.add("norm:trap_unexp_hndl_no_rnmi", needs="smdbltrp", kind="critical error")
def a_hart_that_stops_keeps_its_state(w: Window) -> Claim:
    """The trap that stops the hart changes nothing, the pc neither."""
    now = w.now
    kept = now.keeps(w.next, *(name for name in now.stored() if name != "mode_critical"))
    return Claim(when=w.next.has_stopped & ~now.in_debug_mode, then=kept & ~now["answer_redirect"])


@PROPERTIES.add("norm:trap_unexp_hndl_no_rnmi", needs="smdbltrp", kind="critical error")
def a_hart_that_has_stopped_takes_no_event(w: Window) -> Claim:
    """After that no event changes anything, is traced, or moves the pc, until reset or a debugger's halt."""
    now = w.now
    quiet = ~now["answer_redirect"] & (now["trace_kind"] == Op.NONE)
    return Claim(when=now.has_stopped & ~now.is_halt, then=_keeps_all(w) & quiet, is_about_stopping=True)


@PROPERTIES.add("norm:trap_unexp_mdt_1", needs="smdbltrp", where=_without_rnmi, kind="critical error")
def only_a_trap_that_m_cannot_take_stops_the_hart(w: Window) -> Claim:
    """The hart stops by a trap, while MDT is 1."""
    now = w.now
    by_trap = any_of((now["commit_op"] == Op.EXCEPTION, now["commit_op"] == Op.INTERRUPT))
    when = w.next.has_stopped & ~now.in_debug_mode
    return Claim(when=when, then=by_trap & now["mstatus.MDT"])
