"""The fields of the registers that every trapping mode has: xtvec to xtinst."""

from __future__ import annotations

from utrap.config import Config
from utrap.csr.definitions import Column, Field
from utrap.csr.shared.makers import own
from utrap.csr.warl import AlignedIfVectored

__all__ = ["cause", "epc", "scratch", "tinst", "tval", "tval2", "tvec"]


def tvec(config: Config, csr: str, reset: int = 0) -> list[Field]:
    """Return MODE and BASE of an xtvec."""
    align = config.vectored_align
    words = f"4-byte aligned; with MODE=1 {align}-byte aligned (low bits stored as 0)"
    base = AlignedIfVectored(words=words, align=align)
    return [
        own(csr, "mode", 0, 2, mask=1, reset=reset & 1, words="bit 1 is read-only 0"),
        own(csr, "base", 2, config.xlen - 2, reset=reset >> 2, column=Column.TVEC, rule=base),
    ]


def epc(config: Config, csr: str) -> list[Field]:
    """Return the pc of an xepc."""
    low = config.ialign // 16
    words = "bit 0 is 0" if low == 1 else "bits 1:0 are 0"
    return [own(csr, "pc", low, config.xlen - low, on_trap="epc", column=Column.EPC, words=words)]


def cause(config: Config, csr: str) -> list[Field]:
    """Return the code and the interrupt bit of an xcause."""
    return [
        own(csr, "code", 0, 6, on_trap="code", words="6 bits are stored"),
        own(csr, "interrupt", config.xlen - 1, on_trap="cause"),
    ]


def scratch(config: Config, csr: str) -> list[Field]:
    """Return the word of an xscratch."""
    return [own(csr, "scratch", 0, config.xlen, column=Column.SCRATCH)]


def tval(config: Config, csr: str) -> list[Field]:
    """Return the value of an xtval."""
    return [own(csr, "value", 0, config.xlen, on_trap="tval", column=Column.TVAL)]


def tval2(config: Config, csr: str) -> list[Field]:
    """Return the guest-physical address of mtval2, htval or hutval."""
    width = config.tval2_bits
    return [own(csr, "gpa", 0, width, on_trap="tval2", column=Column.TVAL2, words=f"GPA bits {width + 1}:2")]


def tinst(csr: str) -> list[Field]:
    """Return the instruction of an xtinst."""
    return [own(csr, "instruction", 0, 32, on_trap="tinst", column=Column.TINST, words="32 bits are stored")]
