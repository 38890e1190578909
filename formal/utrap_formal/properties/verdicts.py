"""Who may do what: illegal or virtual instruction, by the class of CSR or instruction and the mode."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from amaranth.hdl import Const, Mux, Value

from utrap.config import Config
from utrap_formal.properties.csrs import PROPERTIES
from utrap_formal.properties.manual import CSRS, DEBUG_CSRS, STATE_BITS, Mode, Op, exists
from utrap_formal.properties.property import Claim
from utrap_formal.properties.window import Cycle, Window, all_of, any_of

__all__ = ["PROPERTIES", "all_enabled"]

_ILLEGAL, _VIRTUAL = 1, 2
_HU = ("hustatus", "hutval", "hutinst")
#: Whose rights are in `timers`; those of Debug Mode's are in `debug`.
_TIMERS = ("stimecmp", "stimecmph", "vstimecmp", "vstimecmph")


def _names(config: Config, keep: Callable[[str], bool]) -> list[str]:
    return [csr for csr in CSRS if exists(csr, config) and keep(csr)]


def _asks(cycle: Cycle, csrs: Iterable[str]) -> Value:
    """A CSR instruction for one of these, which would not write a read-only address."""
    address = any_of(cycle["commit_csr_address"] == CSRS[csr] for csr in csrs)
    return cycle.is_access & address & ~_writes_read_only(cycle)


def _writes_read_only(cycle: Cycle) -> Value:
    return (cycle["commit_csr_address"][10:12] == 3) & (cycle["commit_csr_op"] != 0)


def all_enabled(cycle: Cycle, config: Config) -> Value:
    """Every bit of the state enables that there is is 1."""
    levels = ["m", *["h"] * config.h, *["s"] * config.s]
    bits = [
        cycle[f"{level}stateen0.{name}"]
        for name, (_, exists_in, registers) in STATE_BITS.items()
        for level in levels
        if level in registers and exists_in(config)
    ]
    if config.s:
        bits += [cycle[f"{level}stateen{i}.SE"] for level in levels if level != "s" for i in (1, 2, 3)]
    return all_of(bits)


def _level(csr: str) -> int:
    """The lowest mode, in the address's bits 9:8 (warl:addresses)."""
    return CSRS[csr] >> 8 & 3


def _verdict(
    name: str,
    says: str,
    rules: str,
    modes: tuple[Mode, ...],
    csrs: Callable[[str], bool],
    fault: Callable[[Cycle], Value | int],
    needs: str = "",
) -> None:
    """What becomes of an access to some CSRs in some modes."""

    @PROPERTIES.add(
        rules, needs=needs, where=lambda config: bool(_names(config, csrs)), kind="verdict", name=name, says=says
    )
    def claim(w: Window) -> Claim:
        now = w.now
        when = _asks(now, _names(w.config, csrs)) & now.is_in(*modes)
        if w.config.smstateen and modes != (Mode.M,):
            when = when & all_enabled(now, w.config)  # what a closed one refuses is in `stateen`
        return Claim(when=when, then=now["answer_fault"] == fault(now))


_verdict("m_may_access_all", "M may access every CSR that exists but those of Debug Mode.", "warl:order", (Mode.M,),
         lambda csr: csr not in DEBUG_CSRS, lambda now: 0)  # fmt: skip
_verdict("u_may_not_access_higher", "In U a CSR of a higher level is illegal.", "warl:order HU-1 HU-4",
         (Mode.U,), lambda csr: _level(csr) > 0, lambda now: _ILLEGAL)  # fmt: skip
_verdict("u_may_access_its_own", "U may access the CSRs of N.", "HU-3", (Mode.U,),
         lambda csr: _level(csr) == 0 and csr not in _HU, lambda now: 0, "n")  # fmt: skip
_verdict("u_may_access_hustatus_with_en", "In U hustatus, hutval and hutinst are illegal unless EN is 1.", "HU-2",
         (Mode.U,), lambda csr: csr in _HU, lambda now: Mux(now["hudcfg.EN"], 0, _ILLEGAL), "shudeleg")  # fmt: skip
_verdict("s_may_not_access_m", "In S a CSR of M is illegal.", "warl:order", (Mode.S,),
         lambda csr: _level(csr) == 3, lambda now: _ILLEGAL, "s")  # fmt: skip
_verdict("s_may_access_its_own", "S may access every CSR of S, HS and U but satp and hgatp.",
         "warl:order HU-1 HU-2 HU-3 HU-4", (Mode.S,),
         lambda csr: _level(csr) < 3 and csr not in ("satp", "hgatp", *_TIMERS), lambda now: 0, "s")  # fmt: skip
_verdict("tvm_forbids_satp", "In S satp and hgatp are illegal with TVM, and only then.",
         "norm:mstatus_tvm_warl_op norm:hgatp_tvm_illegal", (Mode.S,), lambda csr: csr in ("satp", "hgatp"),
         lambda now: Mux(now["mstatus.TVM"], _ILLEGAL, 0), "s")  # fmt: skip
_verdict("guests_may_not_access_m", "In VS and VU a CSR of M is illegal.", "norm:H_cause_virtual_instruction",
         (Mode.VS, Mode.VU), lambda csr: _level(csr) == 3, lambda now: _ILLEGAL, "h")  # fmt: skip
_verdict("guests_may_not_access_hs", "In VS and VU a CSR of HS is a virtual instruction.",
         "norm:H_csrs_hs_not_vs norm:H_cause_virtual_instruction HU-1", (Mode.VS, Mode.VU),
         lambda csr: _level(csr) == 2 and csr not in _TIMERS, lambda now: _VIRTUAL, "h")  # fmt: skip
_verdict("vu_may_not_access_s", "In VU a CSR of S is a virtual instruction.", "norm:H_cause_virtual_instruction HU-4",
         (Mode.VU,), lambda csr: _level(csr) == 1 and csr not in _TIMERS, lambda now: _VIRTUAL, "h")  # fmt: skip
_verdict("guests_have_no_n", "In VS and VU sedeleg, sideleg and the CSRs of U are virtual instructions.",
         "HU-2 HU-3 HU-4", (Mode.VS, Mode.VU),
         lambda csr: _level(csr) == 0 or csr in ("sedeleg", "sideleg"), lambda now: _VIRTUAL, "h n")  # fmt: skip
_verdict("vs_may_access_s", "VS may access the CSRs of S but satp, sedeleg and sideleg.", "norm:H_vscsrs_sub",
         (Mode.VS,), lambda csr: _level(csr) == 1 and csr not in ("satp", "sedeleg", "sideleg", *_TIMERS),
         lambda now: 0, "h")  # fmt: skip
_verdict("vtvm_forbids_satp", "In VS satp is a virtual instruction with VTVM, and only then.",
         "norm:hstatus_vtvm_op", (Mode.VS,), lambda csr: csr == "satp",
         lambda now: Mux(now["hstatus.VTVM"], _VIRTUAL, 0), "h")  # fmt: skip


@PROPERTIES.add("warl:order", kind="verdict")
def read_only_is_read_only(w: Window) -> Claim:
    """A write to an address whose bits 11:10 are 11 is illegal in every mode."""
    now = w.now
    return Claim(when=now.is_access & _writes_read_only(now), then=now["answer_fault"] == _ILLEGAL)


@PROPERTIES.add("warl:order HU-6", kind="verdict")
def what_does_not_exist_is_illegal(w: Window) -> Claim:
    """A CSR that neither the unit nor the core has is illegal in every mode."""
    now = w.now
    owned = any_of(now["commit_csr_address"] == CSRS[csr] for csr in _names(w.config, lambda csr: True))
    return Claim(
        when=now.is_access & ~owned & ~now["extension_exists"],
        then=(now["answer_fault"] == _ILLEGAL) & ~now["extension_accept"],
    )


@PROPERTIES.add("warl:order", kind="verdict")
def a_debugger_may_access_all(w: Window) -> Claim:
    """A debugger has M's rights in every mode, which stays."""
    now = w.now
    address = any_of(now["commit_csr_address"] == CSRS[csr] for csr in _names(w.config, lambda csr: True))
    when = (now["commit_op"] == Op.DEBUG_CSR) & address & ~_writes_read_only(now)
    return Claim(when=when, then=(now["answer_fault"] == 0) & (w.next.mode == now.mode))


@PROPERTIES.add("warl:order norm:xret_in_lower_mode", kind="verdict")
def what_is_refused_changes_nothing(w: Window) -> Claim:
    """With a fault no register changes, and the pc is not redirected."""
    now = w.now
    return Claim(when=now["answer_fault"] != 0, then=now.keeps(w.next, *now.stored()) & ~now["answer_redirect"])


@PROPERTIES.add("norm:misa_acc norm:mvendorid_sz_acc_op warl:misa", kind="verdict")
def identity_never_changes(w: Window) -> Claim:
    """No event changes misa, mvendorid, marchid, mimpid or mconfigptr."""
    return Claim(then=w.now.keeps(w.next, "misa", "mvendorid", "marchid", "mimpid", "mconfigptr"))


@PROPERTIES.add("norm:misa_acc warl:misa", kind="verdict")
def a_write_of_misa_changes_nothing(w: Window) -> Claim:
    """A write of misa executes in M, and changes no register."""
    now = w.now
    return Claim(when=now.accesses("misa") & now.is_in(Mode.M), then=now.keeps(w.next, *now.stored()))


def _in_level(cycle: Cycle, level: int) -> Value:
    return cycle["extension_select"] & cycle.is_access & (cycle["commit_csr_address"][8:10] == level)


@PROPERTIES.add("warl:order norm:H_cause_virtual_instruction", kind="verdict")
def csrs_outside_are_judged_by_their_address(w: Window) -> Claim:
    """A CSR of the core's own that M alone has is illegal below M."""
    now = w.now
    return Claim(
        when=_in_level(now, 3) & ~now.is_in(Mode.M),
        then=(now["answer_fault"] == _ILLEGAL) & ~now["extension_accept"] & ~now["extension_write"],
    )


# --- counters ------------------------------------------------------------------------------------


def _counter(cycle: Cycle, csr: str) -> Value:
    """The enable of the counter that is read: cycle, time, instret and so on, from 0xC00 up."""
    return cycle.bit(csr, cycle["commit_csr_address"][0:5])


@PROPERTIES.add("norm:mcounteren_op norm:hcounteren_op norm:scounteren", kind="verdict")
def counters_are_judged_by_their_enables(w: Window) -> Claim:
    """A counter that exists is read below M only with mcounteren, in a guest with hcounteren, in U and VU with all."""
    now = w.now
    reads = now.is_access & (now["commit_csr_address"][5:] == 0xC00 >> 5) & (now["commit_csr_op"] == 0)
    m, h, s = _counter(now, "mcounteren"), _counter(now, "hcounteren"), _counter(now, "scounteren")
    if not w.config.s:
        s = Const(1)
    illegal = ~now.is_in(Mode.M) & ~m | now.is_in(Mode.U) & ~s
    virtual = now.v & ~h | now.is_in(Mode.VU) & ~s
    fault = Mux(illegal, _ILLEGAL, Mux(virtual, _VIRTUAL, 0))
    return Claim(when=reads & now["extension_exists"], then=now["answer_fault"] == fault)


# --- instructions --------------------------------------------------------------------------------


def _instruction(
    name: str, says: str, rules: str, port: str, fault: Callable[[Cycle, Config], Value], needs: str = ""
) -> None:
    @PROPERTIES.add(rules, needs=needs, kind="instruction", name=name, says=says)
    def claim(w: Window) -> Claim:
        return Claim(then=w.now[port] == fault(w.now, w.config))


def _fault(illegal: Value, virtual: Value) -> Value:
    return Mux(illegal, _ILLEGAL, Mux(virtual, _VIRTUAL, 0))


_instruction(
    "wfi_is_judged", "WFI is illegal below M with TW, and in U with S; else virtual in VU, and in VS with VTW.",
    "norm:mstatus_tw_op norm:H_virtinst_vu_wfi_tw0 norm:H_virtinst_wfi_vtw1_tw0 warl:WFI", "legality_wfi",
    lambda now, config: _fault(
        ~now.is_in(Mode.M) & now["mstatus.TW"] | now.is_in(Mode.U) & Const(config.s),
        now.is_in(Mode.VU) | now.is_in(Mode.VS) & now["hstatus.VTW"],
    ),
)  # fmt: skip
_instruction(
    "sfence_vma_is_judged", "SFENCE.VMA is illegal in U, in S with TVM; virtual in VU, in VS with VTVM.",
    "norm:mstatus_tvm_warl_op norm:hstatus_vtvm_op norm:H_virtinst_vu_sret_sfence", "legality_sfence_vma",
    lambda now, config: _fault(
        now.is_in(Mode.U) | now.is_in(Mode.S) & now["mstatus.TVM"],
        now.is_in(Mode.VU) | now.is_in(Mode.VS) & now["hstatus.VTVM"],
    ),
    "s",
)  # fmt: skip
_instruction(
    "hfence_vvma_is_judged", "HFENCE.VVMA is illegal in U, virtual in a guest.",
    "norm:hfence-vvma_mode norm:H_virtinst_vu_vs_hinst", "legality_hfence_vvma",
    lambda now, config: _fault(now.is_in(Mode.U), now.v), "h",
)  # fmt: skip
_instruction(
    "hfence_gvma_is_judged", "HFENCE.GVMA is illegal in U, in HS with TVM; virtual in a guest.",
    "norm:hfence-gvma_mode norm:H_virtinst_vu_vs_hinst", "legality_hfence_gvma",
    lambda now, config: _fault(now.is_in(Mode.U) | now.is_in(Mode.S) & now["mstatus.TVM"], now.v), "h",
)  # fmt: skip
_instruction(
    "hlsv_is_judged", "HLV, HLVX and HSV are illegal in U without HU, virtual in a guest.",
    "norm:hlsv_mode norm:hlsv_virtinst norm:hlsv_illegalinst HU-28", "legality_hlsv",
    lambda now, config: _fault(now.is_in(Mode.U) & ~now["hstatus.HU"], now.v), "h",
)  # fmt: skip


@PROPERTIES.add("HU-28 norm:hlsv_priv", needs="h", kind="instruction")
def hlsv_is_done_as_the_guest(w: Window) -> Claim:
    """HLV and HSV execute as VS or VU by SPVP, in U with EN=1 by UPVP."""
    now = w.now
    by_user = now.is_in(Mode.U) & now["hudcfg.EN"]
    is_vs = Mux(by_user, now["hustatus.UPVP"], now["hstatus.SPVP"])
    return Claim(when=~now.v, then=now["hart_hlsv_mode"] == Mux(is_vs, Mode.VS, Mode.VU))


@PROPERTIES.add("norm:mstatus_mprv_ldst_op norm:mstatus_mprv_hypervisor norm:mnstatus_mprv_clear", kind="instruction")
def mprv_changes_loads_and_stores(w: Window) -> Claim:
    """With MPRV loads and stores execute as MPP and MPV say, without it or with NMIE=0 in the hart's mode."""
    now = w.now
    v = now["mstatus.MPV"] & (now["mstatus.MPP"] != 3)
    as_told = (now["hart_load_store_mode"][0:2] == now["mstatus.MPP"]) & (now["hart_load_store_mode"][2] == v)
    return Claim(then=Mux(now["mstatus.MPRV"] & ~now.nmi_masked, as_told, now["hart_load_store_mode"] == now.mode))


@PROPERTIES.add("norm:H_cause_ecall", kind="instruction")
def ecall_has_the_cause_of_its_mode(w: Window) -> Claim:
    """ECALL is cause 8 in U and VU, 9 in S, 10 in VS, 11 in M."""
    now = w.now
    causes = ((Mode.U, 8), (Mode.VU, 8), (Mode.S, 9), (Mode.VS, 10), (Mode.M, 11))
    return Claim(then=any_of(now.is_in(mode) & (now["hart_ecall_cause"] == cause) for mode, cause in causes))


def _return(name: str, says: str, rules: str, op: Op, fault: Callable[[Cycle, Config], Value]) -> None:
    @PROPERTIES.add(rules, kind="instruction", name=name, says=says)
    def claim(w: Window) -> Claim:
        return Claim(when=w.now["commit_op"] == op, then=w.now["answer_fault"] == fault(w.now, w.config))


_return("mret_is_judged", "MRET is illegal below M, and in Debug Mode.", "norm:xret_in_lower_mode", Op.MRET,
        lambda now, config: Mux(now.is_in(Mode.M) & ~now.in_debug_mode, 0, _ILLEGAL))  # fmt: skip
_return(
    "sret_is_judged",
    "SRET is illegal in U and without S, in S with TSR, in Debug Mode; virtual in VU, in VS with VTSR.",
    "norm:mstatus_tsr_op norm:hstatus_vtsr_op norm:H_virtinst_vu_sret_sfence norm:sret_presence", Op.SRET,
    lambda now, config: _fault(
        now.is_in(Mode.U) | now.is_in(Mode.S) & now["mstatus.TSR"] | Const(not config.s) | now.in_debug_mode,
        now.is_in(Mode.VU) | now.is_in(Mode.VS) & now["hstatus.VTSR"],
    ),
)  # fmt: skip
_return("uret_is_judged", "URET is virtual in a guest; without N illegal in every mode; and so in Debug Mode.",
        "HU-19 HU-35", Op.URET, lambda now, config: _fault(Const(not config.n) | now.in_debug_mode, now.v))  # fmt: skip
