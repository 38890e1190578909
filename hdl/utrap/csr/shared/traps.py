"""The fields of the registers that every trapping mode has: xtvec to xtinst."""

from __future__ import annotations

from dataclasses import replace

from utrap.config import TVEC_MODES, Config
from utrap.csr.definitions import Column, Field
from utrap.csr.shared.makers import fixed, own
from utrap.csr.warl import AddressSign, AlignedIfVectored

__all__ = ["cause", "epc", "mtval2", "mtvec", "saved", "scratch", "tinst", "tval", "tval2", "tvec"]


def tvec(config: Config, csr: str) -> list[Field]:
    """Return MODE and BASE of an xtvec."""
    align = config.vectored_align
    words = f"4-byte aligned; with MODE=1 {align}-byte aligned (low bits stored as 0)"
    return [
        own(csr, "mode", 0, 2, mask=1, words="bit 1 is read-only 0"),
        *_base(config, csr, rule=AlignedIfVectored(words=words, align=align)),
    ]


def mtvec(config: Config) -> list[Field]:
    """Return MODE and BASE of mtvec, which has a reset value, and MODE perhaps fixed (warl:mtvec_modes)."""
    is_told = config.mtvec_reset == "port"
    reset = 0 if isinstance(config.mtvec_reset, str) else config.mtvec_reset
    first, *more = TVEC_MODES[config.mtvec_modes]
    if more:
        fields = tvec(config, "mtvec")
    else:
        align = config.vectored_align if first else 4
        mask = (1 << config.address_bits - 2) - (align >> 2)
        words = f"{align}-byte aligned" + (" (low bits are read-only 0)" if align > 4 else "")
        fields = [fixed("mode", 0, 2, first, "read-only"), *_base(config, "mtvec", mask=mask, words=words)]
    resets = {
        "mode": reset & 1,
        "base": reset % (1 << config.address_bits) >> 2,
        "sign": reset >> config.address_bits & 1,
    }
    return [
        replace(field, reset=resets[field.name], must_reset=reset > 0, reset_level="mtvec_reset" if is_told else "")
        if field.storage
        else field
        for field in fields
    ]


def _base(config: Config, csr: str, **more: object) -> list[Field]:
    lower = own(csr, "base", 2, config.address_bits - 2, column=Column.TVEC, **more)
    return [lower, *_sign(config, csr, "base")]


def _sign(config: Config, csr: str, below: str, on_trap: str = "") -> list[Field]:
    """Return the bits of an address that are all alike, of which one is stored (warl:va_bits)."""
    lsb = config.address_bits
    if lsb == config.xlen:
        return []
    width = config.xlen - lsb
    words = "all alike; of an address that is wider they become the inverse of the bit below"
    rule = AddressSign(words=words, below=below)
    return [own(csr, "sign", lsb, width, copies=width, on_trap=on_trap, rule=rule)]


def epc(config: Config, csr: str) -> list[Field]:
    """Return the pc of an xepc."""
    low = config.ialign // 16
    words = "bit 0 is 0" if low == 1 else "bits 1:0 are 0"
    lower = own(csr, "pc", low, config.address_bits - low, on_trap="epc", column=Column.EPC, words=words)
    return [lower, *_sign(config, csr, "pc", "epc_sign")]


def cause(config: Config, csr: str) -> list[Field]:
    """Return the code and the interrupt bit of an xcause (warl:xcause)."""
    width = config.cause_bits
    return [
        own(csr, "code", 0, width, on_trap="code", words=f"{width} bits are stored"),
        own(csr, "interrupt", config.xlen - 1, on_trap="cause"),
    ]


def saved(fields: list[Field]) -> list[Field]:
    """Return the fields of an epc or a cause that no trap into a mode writes, but an event of its own."""
    return [replace(field, on_trap="", column=Column.NONE) for field in fields]


def scratch(config: Config, csr: str) -> list[Field]:
    """Return the word of an xscratch."""
    return [own(csr, "scratch", 0, config.xlen, column=Column.SCRATCH)]


def tval(config: Config, csr: str) -> list[Field]:
    """Return the value of an xtval, which may be read-only 0 (norm:mtval_rdonly0)."""
    if config.tval == "none":
        return [fixed("value", 0, config.xlen, 0, "read-only 0")]
    lower = own(csr, "value", 0, config.address_bits, on_trap="tval", column=Column.TVAL)
    return [lower, *_sign(config, csr, "value", "tval_sign")]


def tval2(config: Config, csr: str) -> list[Field]:
    """Return the guest-physical address of mtval2, htval or hutval."""
    width = config.tval2_bits
    return [own(csr, "gpa", 0, width, on_trap="tval2", column=Column.TVAL2, words=f"GPA bits {width + 1}:2")]


def mtval2(config: Config) -> list[Field]:
    """Return what mtval2 takes: with H a guest-physical address, with Ssdbltrp a double trap's cause.

    norm:mtval2_Ssdbltrap: that is what mcause would have been given, which an address covers but for the
    interrupt bit.
    """
    if config.h:
        fields = tval2(config, "mtval2")
    else:
        fields = [own("mtval2", "cause", 0, 6, on_trap="tval2", column=Column.TVAL2, words="6 bits are stored")]
    top = config.xlen - 1
    if config.ssdbltrp and not fields[0].bits >> top:
        fields.append(own("mtval2", "interrupt", top, on_trap="tval2_interrupt"))
    return fields


def tinst(csr: str) -> list[Field]:
    """Return the instruction of an xtinst."""
    return [own(csr, "instruction", 0, 32, on_trap="tinst", column=Column.TINST, words="32 bits are stored")]
