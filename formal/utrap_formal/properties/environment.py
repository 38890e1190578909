"""The xenvcfg and pointer masking: what no mode may be given that the modes above withhold."""

from __future__ import annotations

from amaranth.hdl import Const, Mux, Value

from utrap.config import Config
from utrap_formal.properties.manual import Mode
from utrap_formal.properties.property import Claim, Properties
from utrap_formal.properties.window import Cycle, Window, all_of

__all__ = ["PROPERTIES"]

PROPERTIES = Properties("environment", "what the xenvcfg let the modes below do, and which pointers are masked")

_ILLEGAL, _VIRTUAL = 1, 2
_CBIE, _PMM = slice(4, 6), slice(32, 34)


def _masks(config: Config) -> bool:
    return config.xlen == 64 and config.ssnpm and config.smnpm and config.smmpm


def _verdict(w: Window, bits: slice) -> Value:
    """The fault of an instruction that a field of the three registers lets modes below execute."""
    now = w.now
    m, h, s = (now[csr][bits].any() if csr else Const(1) for csr in _registers(w.config))
    illegal = ~now.is_in(Mode.M) & ~m | now.is_in(Mode.U) & ~s
    virtual = now.v & ~h | now.is_in(Mode.VU) & ~s
    return Mux(illegal, _ILLEGAL, Mux(virtual, _VIRTUAL, 0))


def _registers(config: Config) -> tuple[str, str, str]:
    return "menvcfg", "henvcfg" if config.h else "", "senvcfg" if config.s else ""


@PROPERTIES.add("norm:cbo-inval", needs="zicbom", kind="instruction")
def cbo_inval_is_judged(w: Window) -> Claim:
    """CBO.INVAL is illegal where menvcfg, or in U senvcfg, has CBIE=0; virtual where only the guest's has."""
    return Claim(then=w.now["legality_cbo_inval"] == _verdict(w, _CBIE))


@PROPERTIES.add("norm:cbo-clean_cbo-flush", needs="zicbom", kind="instruction")
def cbo_clean_and_flush_are_judged(w: Window) -> Claim:
    """The same for CBO.CLEAN and CBO.FLUSH by CBCFE."""
    return Claim(then=w.now["legality_cbo_clean"] == _verdict(w, slice(6, 7)))


@PROPERTIES.add("norm:cbo-zero_basedon_xenvcfg-CBZE", needs="zicboz", kind="instruction")
def cbo_zero_is_judged(w: Window) -> Claim:
    """The same for CBO.ZERO by CBZE."""
    return Claim(then=w.now["legality_cbo_zero"] == _verdict(w, slice(7, 8)))


@PROPERTIES.add("norm:menvcfg_cbie_cbo-inval_op_list", needs="zicbom", kind="instruction")
def nothing_below_m_invalidates_where_m_says_flush(w: Window) -> Claim:
    """Below M with menvcfg.CBIE=1 CBO.INVAL flushes, whatever the others say."""
    now = w.now
    return Claim(when=~now.is_in(Mode.M) & (now["menvcfg"][_CBIE] == 1), then=now["hart_cbo_inval_flushes"])


@PROPERTIES.add("norm:menvcfg_cbie_warl_op", needs="zicbom", kind="value")
def cbie_is_never_2(w: Window) -> Claim:
    """No xenvcfg ever holds the reserved CBIE."""
    return Claim(then=all_of(w.now[csr][_CBIE] != 2 for csr in _registers(w.config) if csr))


@PROPERTIES.add("norm:menvcfg_pmm_enc", where=_masks, needs="h", kind="value")
def pmm_is_never_1(w: Window) -> Claim:
    """Neither an xenvcfg nor hstatus ever holds the reserved PMM, and so it is never on a port."""
    now = w.now
    held = [now[csr][_PMM] for csr in _registers(w.config)] + [now["hstatus"][48:50]]
    return Claim(then=all_of(pmm != 1 for pmm in (*held, now["hart_load_store_pmm"], now["hart_hlsv_pmm"])))


@PROPERTIES.add("norm:pm_mxr_exception", where=_masks, kind="value")
def with_mxr_no_pointer_is_masked_below_m(w: Window) -> Claim:
    """With mstatus.MXR loads and stores as a mode below M have their addresses as they are."""
    now = w.now
    when = now["mstatus.MXR"] & (now["hart_load_store_mode"] != Mode.M)
    return Claim(when=when, then=now["hart_load_store_pmm"] == 0)


@PROPERTIES.add("norm:henvcfg_pmm_op HU-34 HU-28", where=_masks, needs="h", kind="value")
def hlv_as_vu_in_u_follows_hupmm(w: Window) -> Claim:
    """HLV and HSV in U as VU are masked as HUPMM says, whatever senvcfg does."""
    now: Cycle = w.now
    mxr = now["mstatus.MXR"] | now["vsstatus.MXR"]
    when = now.is_in(Mode.U) & (now["hart_hlsv_mode"] == Mode.VU) & ~mxr
    return Claim(when=when, then=now["hart_hlsv_pmm"] == now["hstatus"][48:50])


@PROPERTIES.add("norm:menvcfg_pbmte_henvcfg_pbmte_rdonly0", needs="svpbmt h", kind="value")
def a_guest_has_memory_types_from_m(w: Window) -> Claim:
    """VS-stage translation has memory types only where the host's has."""
    return Claim(when=w.now["hart_vs_pbmte"], then=w.now["hart_pbmte"])


@PROPERTIES.add("norm:menvcfg_adue_henvcfg_adue_rdonly0", needs="svadu h", kind="value")
def a_guest_has_updates_from_m(w: Window) -> Claim:
    """VS-stage translation updates A and D bits only where the host's does."""
    return Claim(when=w.now["hart_vs_adue"], then=w.now["hart_adue"])


@PROPERTIES.add("norm:Svinval_sfence_w_inval_inval_s_vs_mode", needs="svinval", kind="instruction")
def a_supervisor_always_has_the_fences_of_sinval(w: Window) -> Claim:
    """SFENCE.W.INVAL and SFENCE.INVAL.IR execute in M, S and VS, whatever TVM and VTVM are."""
    return Claim(when=w.now.is_in(Mode.M, Mode.S, Mode.VS), then=w.now["legality_sfence_inval"] == 0)


@PROPERTIES.add("norm:Zawrs_priv_illegal_instr_excp norm:Zawrs_virtual_instr_excp", needs="zawrs h", kind="instruction")
def wrs_nto_is_judged(w: Window) -> Claim:
    """WRS.NTO is illegal below M with TW; else virtual in a guest with VTW."""
    now = w.now
    illegal = ~now.is_in(Mode.M) & now["mstatus.TW"]
    fault = Mux(illegal, _ILLEGAL, Mux(now.v & now["hstatus.VTW"], _VIRTUAL, 0))
    return Claim(then=now["legality_wrs_nto"] == fault)
