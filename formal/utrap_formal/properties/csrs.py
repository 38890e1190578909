"""CSRs: fields never hold what they may not, views show what they are views of, and access is judged by class."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from amaranth.hdl import Const, Value

from utrap.config import Config
from utrap_formal.properties.manual import CSRS, LOCAL_INTERRUPTS, Mode, exists
from utrap_formal.properties.property import Claim, Properties
from utrap_formal.properties.window import Cycle, Window, all_of, any_of

__all__ = ["PROPERTIES"]

PROPERTIES = Properties("csrs", "CSRs hold what they may, show what they are views of, and refuse whom they must")

State = Callable[[Cycle, Config], Value]


def _always(
    name: str,
    says: str,
    rules: str,
    state: State,
    *,
    needs: str = "",
    where: Callable[[Config], bool] | None = None,
    kind: str = "WARL",
) -> None:
    """A property of every reachable state."""

    @PROPERTIES.add(rules, needs=needs, where=where, kind=kind, name=name, says=says)
    def claim(w: Window) -> Claim:
        return Claim(then=state(w.now, w.config))


def _mask(bits: Iterable[int]) -> int:
    return sum(1 << bit for bit in bits)


def _only(csr: str, bits: Callable[[Config], Iterable[int]]) -> State:
    """No bit but these is ever 1."""
    return lambda now, config: (now[csr] & ~_mask(bits(config)) & ((1 << config.xlen) - 1)) == 0


# --- WARL fields ---------------------------------------------------------------------------------

_always(
    "mode_exists", "The hart is in a mode that exists.", "norm:mstatus_xpp_warl",
    lambda now, config: now.is_in(Mode.M, Mode.U, *[Mode.S] * config.s, *[Mode.VS, Mode.VU] * config.h),
)  # fmt: skip
_always(
    "mpp_is_a_mode", "MPP is M, S if S exists, or U.", "norm:mstatus_xpp_warl warl:mstatus.MPP",
    lambda now, config: any_of(now["mstatus.MPP"] == mode for mode in (3, 0, *[1] * config.s)),
)  # fmt: skip


def _medeleg(config: Config) -> set[int]:
    bits = {*range(1, 11), 12, 13, 15, 18, 19, 20, 21, 22, 23, *[0] * (config.ialign == 32)}
    if not config.h:
        bits -= {10, 20, 21, 22, 23}
    return bits if config.s else bits - {9}


def _interrupts(config: Config) -> list[int]:
    own = [3, 7, 11, *[1, 5, 9] * config.s, *[2, 6, 10] * config.h, *[0, 4, 8] * config.n]
    return [*own, *[12] * (config.geilen > 0), *[13] * config.sscofpmf, *_local(config)]


def _local(config: Config) -> range:
    """The platform's own, which any mode may be given that exists (warl:local_interrupts)."""
    return LOCAL_INTERRUPTS[: config.local_interrupts]


def _mideleg(config: Config) -> list[int]:
    bits = [*[1, 5, 9] * config.s, *[0, 4, 8] * config.n, *[2, 6, 10, 12] * config.h]
    return bits + [13] * config.sscofpmf + list(_local(config)) * config.s


_DELEGATION: tuple[tuple[str, str, str, Callable[[Config], Iterable[int]]], ...] = (
    ("medeleg", "norm:medeleg_mideleg_warl warl:medeleg", "", _medeleg),
    ("hedeleg", "norm:hedeleg_acc warl:hedeleg", "h", lambda c: (*range(9), 12, 13, 15, 18, 19)),
    ("sedeleg", "HU-9", "s n", lambda c: (*range(9), 12, 13, 15)),
    ("huedeleg", "HU-9", "shudeleg", lambda c: (*range(9), 10, 12, 13, 15, 18, 20, 21, 22, 23)),
    ("mideleg", "norm:mideleg_acc_h HU-24", "", _mideleg),
    ("hideleg", "norm:hideleg_sz_acc warl:hideleg", "h", lambda c: (2, 6, 10, *[13] * c.shlcofideleg, *_local(c))),
    ("sideleg", "HU-24", "s n", lambda c: (0, 4, 8)),
    ("mie", "norm:mie_sz_acc warl:mie", "", _interrupts),
    ("mip", "norm:mip_sz_acc warl:mip", "", _interrupts),
    ("hvip", "norm:hvip_sz_op", "h", lambda c: (2, 6, 10)),
    ("hudcfg", "HU-1", "shudeleg", lambda c: (0, 1)),
    ("hustatus", "HU-2", "shudeleg", lambda c: (6, 7, 8)),
    ("hgeie", "norm:hgeip_hgeie_fields", "h", lambda c: range(1, c.geilen + 1)),
)


def _only_property(csr: str, rules: str, needs: str, bits: Callable[[Config], Iterable[int]]) -> None:
    _always(
        f"{csr}_has_no_other_bit", f"Bits of {csr} that nobody may set are 0.", rules, _only(csr, bits), needs=needs,
        where=lambda config: exists(csr, config),
    )  # fmt: skip


for _row in _DELEGATION:
    _only_property(*_row)

_always(
    "mideleg_has_the_guest", "mideleg has the VS-level interrupts and SGEI.", "norm:mideleg_acc_h",
    lambda now, config: all_of(now["mideleg"][bit] for bit in (2, 6, 10, 12)), needs="h",
)  # fmt: skip


_always(
    "mtvec_mode_is_fixed", "mtvec.MODE is what it is fixed at.", "warl:mtvec_modes",
    lambda now, config: now["mtvec"][0] == (config.mtvec_modes == "vectored"),
    where=lambda config: config.mtvec_modes != "both",
)  # fmt: skip


def _trap_csrs(x: str, needs: str) -> None:
    _always(
        f"{x}tvec_mode_is_0_or_1", f"{x}tvec.MODE is 0 or 1, and with 1 BASE is aligned.",
        "norm:mtvec_sz_warl_acc warl:xtvec",
        lambda now, config: ~now[f"{x}tvec"][1]
        & (~now[f"{x}tvec"][0] | (now[f"{x}tvec"][2:8] == 0) | Const(config.vectored_align == 4)),
        needs=needs,
    )  # fmt: skip
    _always(
        f"{x}epc_is_aligned", f"{x}epc is a possible pc.", "norm:mepc_warl warl:IALIGN",
        lambda now, config: now[f"{x}epc"][0 : 2 if config.ialign == 32 else 1] == 0, needs=needs,
    )  # fmt: skip
    _always(
        f"{x}cause_has_a_code", f"{x}cause has the interrupt bit and six bits of code.", "warl:xcause",
        lambda now, config: now[f"{x}cause"][6 : config.xlen - 1] == 0, needs=needs,
    )  # fmt: skip


for _x, _needs in (("m", ""), ("s", "s"), ("vs", "h"), ("u", "n")):
    _trap_csrs(_x, _needs)

_always(
    "satp_mode_is_offered", "satp.MODE is one that the hart has.", "norm:satp_mode_op_unsupported warl:satp",
    lambda now, config: any_of(now["satp.MODE"] == mode for mode in config.satp_codes), needs="s",
)  # fmt: skip
_always(
    "vsatp_mode_is_offered", "vsatp.MODE is one that the hart has.", "norm:vsatp_mode_unsupported_v1 warl:vsatp",
    lambda now, config: any_of(now["vsatp.MODE"] == mode for mode in config.satp_codes), needs="h",
)  # fmt: skip
_always(
    "hgatp_is_offered", "hgatp.MODE is one that the hart has, and its table is aligned.", "norm:hgatp_mode_warl",
    lambda now, config: any_of(now["hgatp.MODE"] == mode for mode in config.hgatp_codes) & (now["hgatp"][0:2] == 0),
    needs="h",
)  # fmt: skip
_always(
    "vgein_is_a_guest", "VGEIN is at most GEILEN.", "norm:hstatus_vgein_op",
    lambda now, config: now["hstatus.VGEIN"] <= config.geilen, needs="h",
)  # fmt: skip


def _lengths(now: Cycle, config: Config) -> Value:
    """norm:mstatus_sxl_uxl_warl_op: 2 is 64 bits."""
    if config.xlen == 32:
        return Const(1)
    own = (now["mstatus"][32:34] == 2) & (now["mstatus"][34:36] == (2 if config.s else 0))
    return own & ((now["vsstatus"][32:34] == 2) & (now["hstatus"][32:34] == 2) if config.h else Const(1))


_always(
    "lengths_are_xlen", "SXL, UXL and VSXL are XLEN.", "norm:mstatus_sxl_uxl_warl_op", _lengths,
    where=lambda config: config.xlen == 64,
)  # fmt: skip
_always(
    "window_bits_are_0", "Bits 9:7 of every window are 0.", "HU-17",
    lambda now, config: all_of(now[f"hugpaw{number}"][7:10] == 0 for number in range(config.windows)),
    where=lambda config: config.windows > 0,
)  # fmt: skip

_always(
    "the_guest_has_no_u_level", "vsstatus has no UIE and no UPIE.", "HU-5",
    lambda now, config: ~now["vsstatus.UIE"] & ~now["vsstatus.UPIE"], needs="h n",
)  # fmt: skip


# --- views ---------------------------------------------------------------------------------------


def _status_bits(config: Config, bits: Iterable[int]) -> int:
    return _mask([*bits, config.xlen - 1, *[32, 33] * (config.xlen == 64)])


_VIEWS: tuple[tuple[str, str, str, State], ...] = (
    ("sstatus", "s", "norm:sstatus",
     lambda n, c: n["mstatus"] & _status_bits(c, (*[0, 4] * c.n, 1, 5, 8, 9, 10, 13, 14, 18, 19, *[24] * c.ssdbltrp))),
    ("ustatus", "n", "HU-3", lambda n, c: n["mstatus"] & 0x11),
    ("sie", "s", "norm:sip_sie", lambda n, c: n["mie"] & n["mideleg"] & (0x2333 | _mask(_local(c)))),
    ("sip", "s", "norm:sip_sie", lambda n, c: n["mip"] & n["mideleg"] & (0x2333 | _mask(_local(c)))),
    ("hie", "h", "norm:hip_hie_sz_acc", lambda n, c: n["mie"] & 0x1444),
    ("hip", "h", "norm:hip_hie_sz_acc", lambda n, c: n["mip"] & 0x1444),
    ("vsie", "h", "norm:vsip_vsie_sz_acc_op", lambda n, c: _in_guest(n["mie"] & n["hideleg"], c)),
    ("vsip", "h", "norm:vsip_vsie_sz_acc_op", lambda n, c: _in_guest(n["mip"] & n["hideleg"], c)),
    ("uie", "n s", "HU-27", lambda n, c: n["sie"] & n["sideleg"]),
    ("uip", "n s", "HU-27", lambda n, c: n["sip"] & n["sideleg"]),
)  # fmt: skip


def _in_guest(delegated: Value, config: Config) -> Value:
    """A guest's own one place lower (norm:hideleg_trans), LCOFI and the platform's in their places."""
    return (delegated & 0x444) >> 1 | delegated & (0x2000 | _mask(_local(config)))


def _view(csr: str, needs: str, rules: str, value: State) -> None:
    def same(now: Cycle, config: Config) -> Value:
        return now[csr] == value(now, config)

    _always(f"{csr}_is_a_view", f"{csr} shows the bits that it is a view of.", rules, same, needs=needs, kind="view")


for _each in _VIEWS:
    _view(*_each)


def _dirty(now: Cycle, csr: str) -> Value:
    return now[f"{csr}.SD"] == ((now[f"{csr}.FS"] == 3) | (now[f"{csr}.VS"] == 3))


_always("sd_follows", "SD says that FS or VS is Dirty.", "norm:mstatus_sd_op1",
        lambda now, config: _dirty(now, "mstatus"), kind="view")  # fmt: skip
_always("sd_of_the_guest_follows", "vsstatus.SD says that the guest's FS or VS is Dirty.", "norm:vsstatus_sz_acc_op",
        lambda now, config: _dirty(now, "vsstatus"), needs="h", kind="view")  # fmt: skip
_always("sedeleg_is_masked", "sedeleg and sideleg read 1 only where medeleg and mideleg do.", "HU-9 HU-24",
        lambda now, config: ((now["sedeleg"] & ~now["medeleg"]) == 0) & ((now["sideleg"] & ~now["mideleg"]) == 0),
        needs="s n", kind="view")  # fmt: skip
_always("hvip_is_in_mip",
        "VSSIP and (without Sstc) VSTIP of mip are hvip's, VSEIP is where hvip has it or the chosen guest.",
        "norm:hvip_sz_op norm:hip_vseip_vseie_op",
        lambda now, config: (now["mip"][2] == now["hvip"][2])
        & ((now["mip"][6] == now["hvip"][6]) | Const(config.sstc))
        & (now["mip"][10] == (now["hvip"][10] | now.bit("hgeip", now["hstatus.VGEIN"]))),
        needs="h", kind="view")  # fmt: skip

#: Supervisor CSRs that a guest has its own of (norm:H_vscsrs_sub).
_GUESTS_OWN = ("sstatus", "sie", "stvec", "sscratch", "sepc", "scause", "stval", "sip", "satp")


#: What says that a CSR of the newer extensions is there.
_EXISTS = {
    "menvcfg": "norm:menvcfg_sz_acc", "menvcfgh": "norm:menvcfgh_sz_acc_op", "senvcfg": "norm:senvcfg",
    "henvcfg": "norm:henvcfg_sz_acc_op", "henvcfgh": "norm:henvcfgh_sz_acc_op",
    "mseccfg": "norm:mseccfg_sz_acc norm:mseccfg_presence norm:mseccfg_pmm_presence_op",
    "mseccfgh": "norm:mseccfgh_sz_acc_op norm:mseccfgh_presence",
    "stimecmp": "norm:stimecmp_stimecmph_sz_acc", "vstimecmp": "norm:vstimecmp_sz norm:vstimecmp_acc",
    "sstateen0": "norm:sstateen_rv64_csrs", "hstateen0": "norm:hstateen_rv64_csrs norm:hstateen_bit_63_writable",
    "mstateen0h": "norm:stateen_rv32_upper_bits_csrs",
}  # fmt: skip


def _read(csr: str) -> None:
    @PROPERTIES.add(
        f"warl:views {_EXISTS.get(csr, '')}".strip(), where=lambda config: exists(csr, config), kind="read",
        name=f"read_{csr}",
        says=f"An access to {csr} outside a guest that may execute reads {csr}; so does a debugger's.",
    )  # fmt: skip
    def claim(w: Window) -> Claim:
        now = w.now
        debugs = (now["commit_op"] == 7) & (now["commit_csr_address"] == CSRS[csr])
        when = (now.accesses(csr) & ~now.v | debugs) & (now["answer_fault"] == 0)
        return Claim(when=when, then=now["answer_rdata"] == now[csr])


def _read_by_guest(csr: str) -> None:
    @PROPERTIES.add(
        "norm:H_vscsrs_sub norm:H_vscsrs_v1", needs="h", kind="read", name=f"guest_reads_v{csr}",
        says=f"With V=1 an access to {csr} that may execute reads v{csr}.",
    )  # fmt: skip
    def claim(w: Window) -> Claim:
        now = w.now
        when = now.accesses(csr) & now.v & (now["answer_fault"] == 0)
        return Claim(when=when, then=now["answer_rdata"] == now[f"v{csr}"])


for _csr in CSRS:
    _read(_csr)
for _csr in _GUESTS_OWN:
    _read_by_guest(_csr)
