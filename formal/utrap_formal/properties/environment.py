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


def _extends(config: Config) -> bool:
    """One of the extensions that bring fields is there."""
    blocks, masks = config.zicbom or config.zicboz, config.smmpm or config.smnpm or config.ssnpm
    return blocks or masks or config.svpbmt or config.svadu


def _verdict(w: Window, bits: slice) -> Value:
    """The fault of an instruction that a field of the three registers lets modes below execute."""
    now = w.now
    m, h, s = (now[csr][bits].any() if csr else Const(1) for csr in _registers(w.config))
    illegal = ~now.is_in(Mode.M) & ~m | now.is_in(Mode.U) & ~s
    virtual = now.v & ~h | now.is_in(Mode.VU) & ~s
    return Mux(illegal, _ILLEGAL, Mux(virtual, _VIRTUAL, 0))


def _registers(config: Config) -> tuple[str, str, str]:
    return "menvcfg", "henvcfg" if config.h else "", "senvcfg" if config.s else ""


@PROPERTIES.add(
    "norm:cbo-inval norm:menvcfg_op norm:senvcfg_cbie norm:henvcfg_cbie norm:cbo-inval_h-mode_veq1_op",
    needs="zicbom", kind="instruction",
)  # fmt: skip
def cbo_inval_is_judged(w: Window) -> Claim:
    """CBO.INVAL is illegal where menvcfg, or in U senvcfg, has CBIE=0; virtual where only the guest's has."""
    return Claim(then=w.now["legality_cbo_inval"] == _verdict(w, _CBIE))


@PROPERTIES.add(
    "norm:cbo-clean_cbo-flush norm:menvcfg_cbcfe_op norm:senvcfg_cbcfe norm:henvcfg_cbcfe",
    needs="zicbom", kind="instruction",
)  # fmt: skip
def cbo_clean_and_flush_are_judged(w: Window) -> Claim:
    """The same for CBO.CLEAN and CBO.FLUSH by CBCFE."""
    return Claim(then=w.now["legality_cbo_clean"] == _verdict(w, slice(6, 7)))


@PROPERTIES.add(
    "norm:cbo-zero_basedon_xenvcfg-CBZE norm:menvcfg_cbze_op norm:senvcfg_cbze norm:henvcfg_cbze",
    needs="zicboz", kind="instruction",
)  # fmt: skip
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


@PROPERTIES.add(
    "norm:menvcfg_pmm_enc norm:pmlen_supported_values norm:pmlen_illegal_warl", where=_masks, needs="h", kind="value"
)
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


# --- what follows from the registers, exactly ------------------------------------------------------


@PROPERTIES.add(
    "norm:menvcfg_fiom_fence_op norm:senvcfg_fiom norm:henvcfg_fiom_op norm:menvcfg_fiom_rdonly0_ok"
    " norm:senvcfg_fiom_acc", where=_extends, kind="value",
)  # fmt: skip
def fences_follow_fiom(w: Window) -> Claim:
    """FENCE orders memory for I/O too exactly where FIOM of a register above the mode says so."""
    now = w.now
    by_m = ~now.is_in(Mode.M) & now["menvcfg.FIOM"]
    by_s = now.is_in(Mode.U, Mode.VU) & now["senvcfg.FIOM"] if w.config.s else Const(0)
    by_h = now.v & now["henvcfg.FIOM"] if w.config.h else Const(0)
    return Claim(then=now["hart_fiom"] == (by_m | by_s | by_h))


@PROPERTIES.add(
    "norm:cbo-inval_s-mode_op0 norm:cbo-inval_s-mode_op1 norm:cbo-inval_s-mode_op2 norm:cbo-inval_h-mode_op0"
    " norm:cbo-inval_h-mode_op1 norm:cbo-inval_h-mode_op2", needs="zicbom h", kind="instruction",
)  # fmt: skip
def cbo_inval_flushes_where_a_register_above_says_so(w: Window) -> Claim:
    """Below M CBO.INVAL flushes exactly where one CBIE above the mode is 1; what may execute has the others at 3."""
    now = w.now
    says = {csr: now[csr][_CBIE] == 1 for csr in ("menvcfg", "henvcfg", "senvcfg")}
    below_s = now.is_in(Mode.U, Mode.VU) & says["senvcfg"]
    flushes = ~now.is_in(Mode.M) & (says["menvcfg"] | now.v & says["henvcfg"] | below_s)
    return Claim(then=now["hart_cbo_inval_flushes"] == flushes)


@PROPERTIES.add(
    "norm:pm_config_next_higher norm:pm_mprv_spvp norm:pm_per_mode_control norm:pm_auto_apply_active_mode"
    " norm:pm_mode_only_dependency norm:smmpm_definition norm:smnpm_definition norm:ssnpm_definition"
    " norm:menvcfg_pmm_op norm:senvcfg_pmm_immediate", where=_masks, needs="h", kind="value",
)  # fmt: skip
def the_register_above_masks(w: Window) -> Claim:
    """Loads and stores are masked as PMM says in the register above the mode as which they act, where MXR does not."""
    now, acts_as = w.now, w.now["hart_load_store_mode"]
    mxr = now["mstatus.MXR"] | (acts_as[2] & now["vsstatus.MXR"])
    by_mode = {Mode.S: "menvcfg", Mode.VS: "henvcfg", Mode.U: "senvcfg", Mode.VU: "senvcfg"}
    below_m = [(acts_as != mode) | (now["hart_load_store_pmm"] == now[csr][_PMM]) for mode, csr in by_mode.items()]
    in_m = (acts_as != Mode.M) | (now["hart_load_store_pmm"] == now["mseccfg"][_PMM])
    return Claim(then=in_m & (mxr | all_of(below_m)))


@PROPERTIES.add(
    "norm:menvcfg_pbmte_op norm:henvcfg_pbmte_op norm:menvcfg_adue_op norm:henvcfg_adue_op",
    where=lambda config: config.xlen == 64, needs="svpbmt svadu h", kind="value",
)  # fmt: skip
def translation_follows_pbmte_and_adue(w: Window) -> Claim:
    """Each stage has memory types, and updates A and D, exactly where PBMTE and ADUE say so."""
    now = w.now
    found = []
    for name, bit in (("pbmte", 62), ("adue", 61)):
        found += [now[f"hart_{name}"] == now["menvcfg"][bit], now[f"hart_vs_{name}"] == now["henvcfg"][bit]]
    return Claim(then=all_of(found))


@PROPERTIES.add(
    "norm:menvcfg_enc_img norm:menvcfg_cbie_rdonly0 norm:menvcfg_cbcfe_rdonly0 norm:menvcfg_cbze_rdonly0"
    " norm:menvcfg_pmm_rdonly0 norm:menvcfg_pbmte_rdonly0 norm:menvcfg_adue_rdonly0 norm:menvcfg_stce_rdonly0"
    " norm:menvcfg_stce_op1 norm:senvcfg_pmm_Ssnpm norm:pm_rv32_illegal norm:pm_rv64_only norm:pmlen_future_reserved"
    " norm:mseccfg_pmm_rdonly0 norm:mseccfg_pmm_enc", where=_extends, kind="value",
)  # fmt: skip
def an_xenvcfg_has_nothing_else(w: Window) -> Claim:
    """A bit of an xenvcfg or of mseccfg whose extension the hart lacks is 0, on RV32 every PMM."""
    now, config = w.now, w.config
    blocks = (7 << 4) * config.zicbom | 1 << 7 if config.zicboz else (7 << 4) * config.zicbom
    common = int(len(config.satp_modes) > 1) | blocks
    withheld = config.ssdbltrp << 59 | config.svadu << 61 | config.svpbmt << 62 | config.sstc << 63
    pmm = 3 << 32 if config.xlen == 64 else 0
    there = {
        "menvcfg": common | withheld | pmm * config.smnpm, "henvcfg": common | withheld | pmm * config.ssnpm,
        "senvcfg": common | pmm * config.ssnpm, "mseccfg": pmm * config.smmpm,
    }  # fmt: skip
    ones = (1 << config.xlen) - 1
    none = [(now[csr] & ~bits & ones) == 0 for csr, bits in there.items() if now.has(csr)]
    none += [(now[f"{csr}h"] & ~(bits >> 32) & ones) == 0 for csr, bits in there.items() if now.has(f"{csr}h")]
    return Claim(then=all_of(none))
