"""Smstateen in the table: the bits of the state-enable registers, and the guards of what each of them gates.

A bit exists where the configuration has what it is for (norm:stateen_unimplemented_state_roz); others are
read-only 0 (norm:stateen_reserved_roz) and gate nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from utrap.config import Config
from utrap.csr.definitions import Csr, Field
from utrap.csr.guards import AccessMode, Guard, StateBits
from utrap.csr.shared.makers import high_half, own, row
from utrap.isa import Fault

if TYPE_CHECKING:
    from amaranth.hdl import Value

__all__ = ["STATE_BITS", "StateBit", "hypervisor_rows", "machine_rows", "state_enables", "supervisor_rows"]

#: There are four of them at each level (norm:mstateen_rv64_csrs).
_REGISTERS = 4


@dataclass(frozen=True, kw_only=True)
class StateBit:
    """One bit of the state-enable registers (norm:mstateen_bit_correspondence: one for all levels that have it).

    Attributes:
        name: The manual's name in lower case.
        place: Its bit, of 64.
        exists: Whether the configuration has what it is for.
        levels: The registers that have it: "m" mstateen, "h" hstateen, "s" sstateen.
    """

    name: str
    place: int
    exists: Callable[[Config], bool]
    levels: str


def _bit(name: str, place: int, exists: Callable[[Config], bool], levels: str) -> StateBit:
    return StateBit(name=name, place=place, exists=exists, levels=levels)


#: The bits of the registers with number 0; what the user level has no part in needs S. None is ever read-only 1
#: (norm:stateen_warl_access, norm:sstateen_ro1_bits, norm:hstateen_ro1_bits), and all are 0 after reset
#: (norm:mstateen_zero_initialization, norm:hstateen_sstateen_zero_initialization).
STATE_BITS: tuple[StateBit, ...] = (
    # norm:stateen0_c_op, HU-29
    _bit("c", 0, lambda c: c.n or c.shudeleg or c.custom_state, "mhs"),
    # norm:stateen0_fcsr_op: with F it is read-only 0.
    _bit("fcsr", 1, lambda c: c.zfinx and "F" not in c.isa, "mhs"),
    _bit("jvt", 2, lambda c: c.zcmt, "mhs"),  # norm:stateen0_jvt_op
    _bit("ctr", 54, lambda c: c.smctr and c.s, "mh"),
    _bit("srmcfg", 55, lambda c: c.ssqosid and c.s, "m"),  # norm:mstateen0_srmcfg_op
    _bit("p1p13", 56, lambda c: c.h and c.xlen == 32, "m"),  # norm:mstateen0_p1p13_op
    _bit("context", 57, lambda c: c.sdtrig and c.s, "mh"),  # norm:mstateen0_context_op, norm:hstateen0_context_op
    _bit("imsic", 58, lambda c: c.imsic and c.s, "mh"),  # norm:mstateen0_imsic_op, norm:hstateen0_imsic_op
    _bit("aia", 59, lambda c: c.ssaia and c.s, "mh"),  # norm:mstateen0_aia_op
    # norm:mstateen0_csrind_op, norm:hstateen0_csrind_op
    _bit("csrind", 60, lambda c: (c.smcsrind or c.sscsrind) and c.s, "mh"),
    _bit("envcfg", 62, lambda c: c.s, "mh"),  # norm:mstateen0_envcfg_op
    # norm:mstateen0_se0_op, norm:hstateen0_SE0_op; norm:mstateen_bit_63_roz: without S there is nothing below it;
    # norm:hstateen_bit_63_writable
    _bit("se0", 63, lambda c: c.s, "mh"),
)
#: Of the others bit 63 alone (norm:mstateen_bit_63_op, norm:hstateen_bit_63_op).
_ACCESS = {number: _bit(f"se{number}", 63, lambda c: c.s, "mh") for number in range(1, _REGISTERS)}


def _bits(config: Config, number: int, level: str) -> list[StateBit]:
    bits = STATE_BITS if number == 0 else (_ACCESS[number],)
    return [bit for bit in bits if level in bit.levels and bit.exists(config)]


# --- registers ------------------------------------------------------------------------------------


def _fields(config: Config, level: str, number: int, *, is_high: bool) -> list[Field]:
    """The fields of a register, or of RV32's upper half of it."""
    half = "h" if is_high else ""
    base = 32 if is_high else 0
    fields = []
    for bit in _bits(config, number, level):
        if not base <= bit.place < base + config.xlen:
            continue
        conditions = ""
        more: dict[str, Any] = {}
        if level != "m":
            # norm:mstateen_lower_priv_roz: read-only 0; what cannot be seen is kept (warl:stateen).
            above = (f"mstateen{number}{half}.{bit.name}",)
            more = {"read_where": above, "write_where": above}
            conditions = "read-only 0 where mstateen has it 0"
        if level == "s" and config.h:
            more["guest_where"] = (f"hstateen{number}{half}.{bit.name}",)  # norm:sstateen_vsmode_access_roz
            conditions += ", with V=1 also where hstateen has"
        fields.append(own(f"{level}stateen{number}{half}", bit.name, bit.place - base, words=conditions, **more))
    return fields


def machine_rows(config: Config) -> Iterable[Csr]:
    """Yield mstateen0 to 3."""
    for number in range(_REGISTERS):
        source = "norm:mstateen_rv64_csrs"
        name, address, summary = f"mstateen{number}", 0x30C + number, "state enables for modes below M"
        # norm:mstateen_zero_initialization; those of the levels below are software's to clear.
        yield row(name, address, source, summary, _fields(config, "m", number, is_high=False), must_reset=True)
        high, source = _fields(config, "m", number, is_high=True), "norm:stateen_rv32_upper_bits_csrs"
        yield high_half(config, f"{name}h", address + 0x10, source, f"{summary}, high", high, must_reset=True)


def hypervisor_rows(config: Config) -> Iterable[Csr]:
    """Yield hstateen0 to 3."""
    for number in range(_REGISTERS):
        source, guards = "norm:hstateen_rv64_csrs", state_enables(config, f"se{number}", "m")
        name, address, summary = f"hstateen{number}", 0x60C + number, "state enables for guests"
        yield row(name, address, source, summary, _fields(config, "h", number, is_high=False), guards=guards)
        high, source = _fields(config, "h", number, is_high=True), "norm:stateen_rv32_upper_bits_csrs"
        yield high_half(config, f"{name}h", address + 0x10, source, f"{summary}, high", high, guards=guards)


def supervisor_rows(config: Config) -> Iterable[Csr]:
    """Yield sstateen0 to 3; they have no upper halves."""
    for number in range(_REGISTERS):
        fields = _fields(config, "s", number, is_high=False) if number == 0 else []
        guards = state_enables(config, f"se{number}", "mh")
        yield row(
            f"sstateen{number}",
            0x10C + number,
            "norm:sstateen_rv64_csrs",
            "state enables for user modes",
            fields,
            guards=guards,
        )


# --- what they gate -------------------------------------------------------------------------------


def state_enables(config: Config, name: str, levels: str) -> tuple[Guard, ...]:
    """Return the guards of state that a bit gates at some levels ("m", "mh", "mhs"); none where the bit is not there.

    norm:stateen_op: each level's register is for the levels below it.
    """
    number = int(name[2:]) if name.startswith("se") else 0
    if not config.smstateen or name not in [bit.name for bit in _bits(config, number, "m")]:
        return ()
    place = next(bit.place for bit in _bits(config, number, "m") if bit.name == name)
    half = "h" if place >= 32 and config.xlen == 32 else ""
    makers = {"m": _below_machine, "h": _in_guests, "s": _in_user}
    there = [level for level in levels if level in _levels_of(config)]
    return tuple(guard for level in there for guard in makers[level](f"{level}stateen{number}{half}", name))


def _levels_of(config: Config) -> str:
    return "m" + "h" * config.h + "s" * config.s


@cache
def _below_machine(csr: str, name: str) -> tuple[Guard, ...]:
    """M lets all modes below it; otherwise HS could not do it either, so it is never a virtual instruction."""

    def refuses(mode: AccessMode, state: StateBits) -> Value:
        return ~mode.is_machine & ~state[f"{csr}.{name}"]

    return (_guard(csr, name, Fault.ILLEGAL, refuses),)


@cache
def _in_guests(csr: str, name: str) -> tuple[Guard, ...]:
    """HS lets its guests (norm:hstateen_encoding)."""

    def refuses(mode: AccessMode, state: StateBits) -> Value:
        return mode.v & ~state[f"{csr}.{name}"]

    return (_guard(csr, name, Fault.VIRTUAL, refuses),)


@cache
def _in_user(csr: str, name: str) -> tuple[Guard, ...]:
    """S lets U, and VS lets VU (norm:sstateen_user_access_control, norm:stateen_illegal_state_access)."""

    def refuses_user(mode: AccessMode, state: StateBits) -> Value:
        return mode.is_user & ~state[f"{csr}.{name}"]

    def refuses_guest_user(mode: AccessMode, state: StateBits) -> Value:
        return mode.v & ~mode.is_guest_supervisor & ~state[f"{csr}.{name}"]

    return (
        _guard(csr, name, Fault.ILLEGAL, refuses_user),
        _guard(csr, name, Fault.VIRTUAL, refuses_guest_user, "guest_"),
    )


def _guard(
    csr: str, name: str, fault: Fault, refuses: Callable[[AccessMode, StateBits], Value], who: str = ""
) -> Guard:
    words = f"{csr}.{name.upper()}"
    return Guard(name=f"{who}{csr}_{name}", words=words, fault=fault, refuses=refuses)
