"""Smstateen: what mstateen hides is neither read nor written below M, and so on down the levels."""

from __future__ import annotations

from collections.abc import Callable

from amaranth.hdl import Const, Value

from utrap.config import Config
from utrap_formal.properties.manual import STATE_BITS, Mode, Op, exists
from utrap_formal.properties.property import Claim, Properties
from utrap_formal.properties.window import Cycle, Window, all_of, any_of

__all__ = ["PROPERTIES"]

PROPERTIES = Properties("stateen", "what the state enables hide is neither read nor written below, and kept")

_ILLEGAL, _VIRTUAL = 1, 2
_NAMES = ("ustatus", "uie", "utvec", "uscratch", "uepc", "ucause", "utval", "uip")
_INDIRECT = (0, 1, 2, 3, 5, 6, 7)


def _is_custom(address: Value) -> Value:
    """An address for custom use below M (csrs chapter, allocation of addresses)."""
    page = address[8:12]
    return (page == 8) | (address[6:8] == 3) & any_of(page == p for p in (0x5, 0x6, 0x9, 0xA, 0xC, 0xD, 0xE))


def _one_of(*addresses: int) -> Callable[[Value], Value]:
    return lambda address: any_of(address == each for each in addresses)


def _custom(address: Value) -> Value:
    """What N and Shudeleg add (HU-29), and all that is custom."""
    own = (0x000, 0x004, 0x005, *range(0x040, 0x045), 0x102, 0x103)
    return _is_custom(address) | _one_of(*own)(address)


#: What each bit gates, by address: all of it by mstateen0, and what hstateen0 gates in guests.
_GATED: dict[str, tuple[Callable[[Value], Value], Callable[[Value], Value]]] = {
    "C": (_custom, lambda address: _custom(address)),
    "FCSR": (_one_of(1, 2, 3), _one_of(1, 2, 3)),
    "JVT": (_one_of(0x017), _one_of(0x017)),
    "CTR": (_one_of(0x14E, 0x14F, 0x15F, 0x24E), _one_of(0x14E, 0x14F)),
    "SRMCFG": (_one_of(0x181), _one_of()),
    "P1P13": (_one_of(0x612), _one_of()),
    "CONTEXT": (_one_of(0x5A8, 0x6A8), _one_of(0x5A8)),
    "IMSIC": (_one_of(0x15C, 0x25C), _one_of(0x15C)),
    "AIA": (_one_of(0xDB0, 0x608, 0x609, 0x646, 0x647, 0xEB0), _one_of(0xDB0)),
    "CSRIND": (
        _one_of(*(base + i for base in (0x150, 0x250) for i in _INDIRECT)),
        _one_of(*(0x150 + i for i in _INDIRECT)),
    ),
    "ENVCFG": (_one_of(0x10A, 0x60A, 0x61A), _one_of(0x10A)),
    "SE0": (_one_of(0x10C, 0x60C, 0x61C), _one_of(0x10C)),
}
#: And of RV32's high halves: sieh, siph; hidelegh, hvienh, hviph, hviprio1h, hviprio2h, vsieh, vsiph.
_GATED_HALVES = {
    "AIA": (
        _one_of(0x114, 0x154, 0x613, 0x618, 0x655, 0x656, 0x657, 0x214, 0x254),
        _one_of(0x114, 0x154),
    )
}
#: Of which extension the rule is, by bit.
_RULES = {
    "C": "norm:stateen0_c_op HU-29", "FCSR": "norm:stateen0_fcsr_op", "JVT": "norm:stateen0_jvt_op",
    "CTR": "norm:mstateen_ctr0_except1 norm:hstateen_ctr", "SRMCFG": "norm:mstateen0_srmcfg_op",
    "P1P13": "norm:mstateen0_p1p13_op", "CONTEXT": "norm:mstateen0_context_op norm:hstateen0_context_op",
    "IMSIC": "norm:mstateen0_imsic_op norm:hstateen0_imsic_op",
    "AIA": "norm:mstateen0_aia_op norm:hstateen0_aia_op",
    "CSRIND": "norm:mstateen0_csrind_op norm:hstateen0_csrind_op",
    "ENVCFG": "norm:mstateen0_envcfg_op norm:hstateen0_envcfg_op",
    "SE0": "norm:mstateen0_se0_op norm:hstateen0_SE0_op",
}  # fmt: skip


def _has(bit: str, level: str = "m") -> Callable[[Config], bool]:
    return lambda config: STATE_BITS[bit][1](config) and level in STATE_BITS[bit][2]


def _asks(now: Cycle, gated: Callable[[Value], Value]) -> Value:
    return now.is_access & gated(now["commit_csr_address"])


def _asks_for(w: Window, bit: str, *, in_guests: bool = False) -> Value:
    """An access to what a bit gates, of mstateen0 or of hstateen0 in guests."""
    found = _asks(w.now, _GATED[bit][in_guests])
    if w.config.xlen == 32 and bit in _GATED_HALVES:
        found = found | _asks(w.now, _GATED_HALVES[bit][in_guests])
    return found


def _hides(bit: str) -> None:
    called = bit.lower()

    @PROPERTIES.add(
        f"norm:stateen_illegal_state_access {_RULES[bit]}", needs="smstateen", where=_has(bit), kind="hidden by M",
        name=f"m_hides_{called}", says=f"Below M with mstateen0.{bit}=0 every access to what it gates is illegal.",
    )  # fmt: skip
    def by_m(w: Window) -> Claim:
        now = w.now
        when = _asks_for(w, bit) & ~now.is_in(Mode.M) & ~now[f"mstateen0.{bit}"]
        # Neither is it read outside, nor written, nor does any register change.
        done = now["extension_accept"] | now["extension_write"] | ~now.keeps(w.next, *now.stored())
        return Claim(when=when, then=(now["answer_fault"] == _ILLEGAL) & ~done)

    @PROPERTIES.add(
        f"norm:hstateen_encoding {_RULES[bit]}", needs="smstateen h", where=_has(bit, "h"), kind="hidden by HS",
        name=f"hs_hides_{called}", says=f"In a guest with hstateen0.{bit}=0 no access to what it gates executes.",
    )  # fmt: skip
    def by_hs(w: Window) -> Claim:
        now = w.now
        when = _asks_for(w, bit, in_guests=True) & now.v & ~now[f"hstateen0.{bit}"]
        return Claim(when=when, then=(now["answer_fault"] != 0) & ~now["extension_accept"])

    if "s" in STATE_BITS[bit][2]:

        @PROPERTIES.add(
            f"norm:sstateen_user_access_control {_RULES[bit]}", needs="smstateen s", where=_has(bit),
            kind="hidden by S", name=f"s_hides_{called}",
            says=f"In U and VU with sstateen0.{bit}=0 no access to what it gates executes.",
        )  # fmt: skip
        def by_s(w: Window) -> Claim:
            now = w.now
            when = _asks_for(w, bit) & now.is_in(Mode.U, Mode.VU) & ~now[f"sstateen0.{bit}"]
            return Claim(when=when, then=(now["answer_fault"] != 0) & ~now["extension_accept"])


for _bit in _GATED:
    _hides(_bit)


@PROPERTIES.add("norm:mstateen_bit_63_op norm:hstateen_bit_63_op", needs="smstateen s", kind="hidden by M")
def bit_63_hides_the_registers_below(w: Window) -> Claim:
    """Below M an access to sstateen1 to 3 or hstateen1 to 3 is illegal while bit 63 of mstateen is 0."""
    now = w.now
    asked = any_of(_asks(now, _one_of(0x10C + i, 0x60C + i, 0x61C + i)) & ~now[f"mstateen{i}.SE"] for i in (1, 2, 3))
    owned = now["extension_select"] & now["extension_accept"]
    when = asked & ~now.is_in(Mode.M) & Const(w.config.h)
    if not w.config.h:
        when = any_of(_asks(now, _one_of(0x10C + i)) & ~now[f"mstateen{i}.SE"] for i in (1, 2, 3)) & ~now.is_in(Mode.M)
    return Claim(when=when, then=(now["answer_fault"] == _ILLEGAL) & ~owned)


@PROPERTIES.add("norm:stateen_op", needs="smstateen", kind="hidden by M")
def m_is_never_refused(w: Window) -> Claim:
    """In M the state enables refuse nothing: what is there outside is accepted."""
    now = w.now
    writes_read_only = (now["commit_csr_address"][10:12] == 3) & (now["commit_csr_op"] != 0)
    when = now["extension_select"] & now["extension_exists"] & now.is_in(Mode.M) & ~writes_read_only
    high_half = (now["commit_csr_address"][5:12] == 0xC80 >> 5) & Const(w.config.xlen == 64)
    absent = any_of(now["commit_csr_address"] == address for address in _absent(w.config))
    switched = any_of(now["commit_csr_address"] == address for address in _SWITCHED)
    return Claim(when=when & ~high_half & ~absent & ~switched, then=now["extension_accept"])


#: fflags, frm, fcsr; vstart, vxsat, vxrm, vcsr, vl, vtype, vlenb: FS and VS refuse them, in M too.
_SWITCHED = (0x001, 0x002, 0x003, 0x008, 0x009, 0x00A, 0x00F, 0xC20, 0xC21, 0xC22)


def _absent(config: Config) -> list[int]:
    """What exists in no mode on this hart: high halves on RV64, and windows that it lacks (HU-17)."""
    found = []
    if config.xlen == 64:
        found += [0x310, 0x312, 0x31A, *range(0x31C, 0x320), 0x15D, 0x25D, 0x757]
        found += [0x612, 0x615, 0x61A, *range(0x61C, 0x620), 0x6D2]
    return found + [0x6E0 + i for i in range(config.windows, 8)]


# --- the registers -------------------------------------------------------------------------------


def _within(lower: str, upper: str) -> Callable[[Cycle, Config], Value]:
    def within(now: Cycle, config: Config) -> Value:
        halves = ("", "h") if config.xlen == 32 and lower != "s" else ("",)
        names = [f"stateen{i}{half}" for i in range(4) for half in halves]
        return all_of((now[lower + name] & ~now[upper + name]) == 0 for name in names if exists(lower + name, config))

    return within


def _chain(name: str, says: str, rules: str, lower: str, upper: str, needs: str, guest: bool = False) -> None:
    @PROPERTIES.add(rules, needs=f"smstateen {needs}", kind="read-only zeros", name=name, says=says)
    def claim(w: Window) -> Claim:
        within = _within(lower, upper)(w.now, w.config)
        # In the guest's own access: a debugger's sees more.
        when = w.now.v & w.now.is_access if guest else Const(1)
        return Claim(when=when, then=within)


_chain("hstateen_is_within_mstateen", "hstateen reads 1 only where mstateen does.",
       "norm:mstateen_lower_priv_roz norm:hstateen_ro1_bits", "h", "m", "h")  # fmt: skip
_chain("sstateen_is_within_mstateen", "sstateen reads 1 only where mstateen does.",
       "norm:mstateen_lower_priv_roz norm:sstateen_ro1_bits", "s", "m", "s")  # fmt: skip
_chain("sstateen_of_a_guest_is_within_hstateen", "With V=1 sstateen reads 1 only where hstateen does.",
       "norm:sstateen_vsmode_access_roz", "s", "h", "h", guest=True)  # fmt: skip


@PROPERTIES.add("norm:stateen_unimplemented_state_roz norm:stateen_reserved_roz norm:stateen_warl_access"
                " norm:mstateen_bit_63_roz norm:mstateen_bit_correspondence",
                needs="smstateen", kind="read-only zeros")  # fmt: skip
def no_other_bit_is_ever_set(w: Window) -> Claim:
    """A bit of mstateen0 whose state the hart lacks is 0, and of mstateen1 to 3 all but bit 63."""
    now, config = w.now, w.config
    halves = [("", 0), *[("h", 32)] * (config.xlen == 32)]
    places = [place for place, exists_in, _ in STATE_BITS.values() if exists_in(config)]
    none = []
    for number in range(4):
        bits = places if number == 0 else [63] * config.s
        for half, base in halves:
            here = sum(1 << bit - base for bit in bits if base <= bit < base + config.xlen)
            none.append((now[f"mstateen{number}{half}"] & ~here & ((1 << config.xlen) - 1)) == 0)
    return Claim(then=all_of(none))


@PROPERTIES.add("norm:mstateen_zero_initialization norm:mstateen_rv64_csrs", needs="smstateen", kind="read-only zeros")
def reset_closes_everything(w: Window) -> Claim:
    """After reset all of mstateen is 0."""
    there = [f"mstateen{i}{half}" for i in range(4) for half in ("", "h") if exists(f"mstateen{i}{half}", w.config)]
    return Claim(when=w.now["rst"], then=all_of(w.next[csr] == 0 for csr in there), is_about_reset=True)


@PROPERTIES.add("norm:hstateen_sstateen_zero_initialization", needs="smstateen s", kind="read-only zeros")
def m_can_close_the_levels_below(w: Window) -> Claim:
    """Where M writes 0 to an hstateen or sstateen, no bit of it that mstateen has is left."""
    now, after = w.now, w.next
    writes = now.is_in(Mode.M) & (now["commit_csr_op"] == 1) & (now["answer_fault"] == 0)
    is_zero = now["commit_csr_wdata"] == 0
    halves = [""] if w.config.xlen == 64 else ["", "h"]
    names = [f"{level}stateen{i}{half}" for level in "hs" for i in range(4) for half in halves]
    there = [name for name in names if exists(name, w.config)]
    closed = all_of(~now.accesses(name) | (after[name] == 0) for name in there)
    return Claim(when=writes & is_zero & any_of(now.accesses(name) for name in there), then=closed)


@PROPERTIES.add("norm:mstateen_lower_priv_roz norm:sstateen_vsmode_access_roz warl:stateen", needs="smstateen s",
                where=_has("C", "s"), kind="read-only zeros")  # fmt: skip
def a_guest_changes_no_bit_that_it_cannot_see(w: Window) -> Claim:
    """No access below M changes a stored bit of sstateen0 that the mode reads as 0."""
    now = w.now
    hidden = ~now["mstateen0.C"]
    if w.config.h:
        hidden = hidden | now.v & ~now["hstateen0.C"]
    kept = now["sstateen0_c"] == w.next["sstateen0_c"]
    return Claim(when=(now["commit_op"] == Op.CSR) & hidden, then=kept)


@PROPERTIES.add("HU-29", needs="smstateen n", kind="custom state")
def uret_and_traps_into_u_are_not_gated(w: Window) -> Claim:
    """URET outside a guest and Debug Mode executes whatever the state enables are."""
    now = w.now
    return Claim(when=(now["commit_op"] == Op.URET) & ~now.v & ~now.in_debug_mode, then=now["answer_fault"] == 0)


@PROPERTIES.add("HU-29 norm:H_cause_virtual_instruction", needs="smstateen n h", kind="custom state")
def what_hs_may_not_do_is_illegal_in_guests(w: Window) -> Claim:
    """In a guest a CSR of N is virtual exactly where mstateen0.C lets HS have it, else illegal."""
    now = w.now
    when = any_of(now.accesses(csr) for csr in _NAMES) & now.v
    virtual = (now["answer_fault"] == _VIRTUAL) == now["mstateen0.C"]
    return Claim(when=when, then=virtual & (now["answer_fault"] != 0))


# --- instructions --------------------------------------------------------------------------------


def _instruction(port: str, bit: str, rules: str, user: bool) -> None:
    @PROPERTIES.add(
        rules, needs="smstateen s", where=lambda c: STATE_BITS[bit][1](c), kind="instruction",
        name=f"{port}_is_judged_by_{bit.lower()}",
        says=f"What needs {bit} is illegal below M without mstateen0's, virtual in a guest without hstateen0's.",
    )  # fmt: skip
    def claim(w: Window) -> Claim:
        now = w.now
        m, s = now[f"mstateen0.{bit}"], now[f"sstateen0.{bit}"] if user else Const(0)
        h = now[f"hstateen0.{bit}"] if w.config.h else Const(1)
        is_user = now.is_in(Mode.U, Mode.VU)
        # A debugger's access, in whose cycle sstateen0 reads as M does, changes no verdict.
        illegal = ~now.is_in(Mode.M) & (~m | ~now.v & is_user & ~s)
        virtual = now.v & ~illegal & (~h | is_user & ~s)
        wanted = (now[f"legality_{port}"] == _ILLEGAL) == illegal
        return Claim(then=wanted & ((now[f"legality_{port}"] == _VIRTUAL) == virtual))


_instruction("cm_jalt", "JVT", "norm:stateen0_jvt_op", True)
_instruction("zfinx", "FCSR", "norm:stateen0_fcsr0_misa_f0_illegal_fpu_instr", True)
_instruction("sctrclr", "CTR", "norm:mstateen_ctr0_except3 norm:hstateen_vs norm:sctrclr_exceptions", False)
