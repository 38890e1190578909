"""Registers for addresses that are narrower than XLEN: they keep every address, and what is none stays none."""

from __future__ import annotations

from amaranth.hdl import Cat, Mux, Value

from utrap.config import Config
from utrap_formal.properties.manual import Mode, exists
from utrap_formal.properties.property import Claim, Properties
from utrap_formal.properties.window import Window

__all__ = ["PROPERTIES", "kept"]

PROPERTIES = Properties("addresses", "narrow registers keep every address, and make no address of what is none")

_TARGETS = ((Mode.M, "m", ""), (Mode.S, "s", "s"), (Mode.VS, "vs", "h"), (Mode.U, "u", "n"))
_RULES = (
    "norm:mepc_inv_addr_conv norm:sepc_acc_invalid_addr norm:mtval_inv_addr_conv norm:mnepc_invalid_convert"
    " warl:va_bits"
)


def kept(config: Config, address: Value) -> Value:
    """What a register keeps of an address (warl:va_bits)."""
    bits = config.va_bits
    if not bits:
        return address
    upper, below = address[bits:], address[bits - 1]
    fits = (upper == 0) | (upper == (1 << len(upper)) - 1)
    return Cat(address[:bits], Mux(fits, upper, (~below).replicate(len(upper))))


def _is_narrow(config: Config) -> bool:
    return config.va_bits > 0


def _is_virtual(config: Config, address: Value) -> Value:
    """All bits from the highest of a virtual address up are the same."""
    upper = address[config.va_bits - 1 :]
    return (upper == 0) | (upper == (1 << len(upper)) - 1)


def _is_physical(config: Config, address: Value) -> Value:
    return address[config.va_bits :] == 0


def _as_good(config: Config, came: Value, stays: Value, low: int) -> Value:
    """An address stays as it is but for the lowest bits; what is none stays none."""
    good = _is_virtual(config, came) | _is_physical(config, came)
    same = stays[low:] == came[low:]
    return Mux(good, same, ~_is_virtual(config, stays) & (stays[low : config.va_bits] == came[low : config.va_bits]))


def _of_traps(mode: Mode, x: str, needs: str) -> None:
    @PROPERTIES.add(
        _RULES, needs=needs, where=_is_narrow, kind="traps", name=f"a_trap_into_{x}_keeps_addresses",
        says=f"A trap into {mode.name} keeps pc and value that are addresses, and makes none of what is none.",
    )  # fmt: skip
    def claim(w: Window) -> Claim:
        now, after, config = w.now, w.next, w.config
        holds = _as_good(config, now["commit_pc"], after[f"{x}epc"], 2 if config.ialign == 32 else 1)
        if config.tval == "all":
            holds &= now.is_interrupt | _as_good(config, now["commit_tval"], after[f"{x}tval"], 0)
        return Claim(when=now.is_trap & after.is_in(mode), then=holds)


def _of_writes(csr: str, needs: str, low: int) -> None:
    @PROPERTIES.add(
        _RULES, needs=needs, where=lambda config: _is_narrow(config) and exists(csr, config), kind="writes",
        name=f"a_write_of_{csr}_keeps_addresses",
        says=f"What M writes to {csr} is kept if it is an address; of what is none no virtual address is made.",
    )  # fmt: skip
    def claim(w: Window) -> Claim:
        now, config = w.now, w.config
        written = now["commit_csr_wdata"]
        writes = now.accesses(csr) & now.is_in(Mode.M) & (now["commit_csr_op"] == 1) & (now["answer_fault"] == 0)
        holds = _as_good(config, written, w.next[csr], low)
        is_none = (config.tval == "none") & csr.endswith("tval")
        return Claim(when=writes, then=w.next[csr] == 0 if is_none else holds)


def _of_state(x: str, needs: str) -> None:
    @PROPERTIES.add(
        "warl:va_bits", needs=needs, where=_is_narrow, kind="state", name=f"upper_bits_of_{x}_are_alike",
        says=f"The bits of {x}epc, {x}tval and {x}tvec from va_bits up are all the same.",
    )  # fmt: skip
    def claim(w: Window) -> Claim:
        bits, now = w.config.va_bits, w.now
        uppers = [now[f"{x}{csr}"][bits:] for csr in ("epc", "tval", "tvec")]
        return Claim(then=Cat((upper == 0) | (upper == (1 << len(upper)) - 1) for upper in uppers).all())


for _mode, _x, _needs in _TARGETS:
    _of_traps(_mode, _x, _needs)
    _of_state(_x, _needs)
    _of_writes(f"{_x}epc", _needs, 2)
    _of_writes(f"{_x}tval", _needs, 0)
    # A table that is vectored may be aligned to 256 bytes.
    _of_writes(f"{_x}tvec", _needs, 8)
_of_writes("mnepc", "smrnmi", 2)
