"""The fields of the registers that every trapping mode has: xtvec to xtinst."""

from __future__ import annotations

from utrap.config import Config
from utrap.csr.makers import own
from utrap.csr.table import Field

__all__ = ["cause", "epc", "tinst", "tval2", "tvec", "whole"]


def tvec(config: Config, csr: str, reset: int = 0) -> list[Field]:
    """Return MODE and BASE of an xtvec."""
    align = config.vectored_align
    base_rule = f"4-byte aligned; with MODE=1 {align}-byte aligned (low bits stored as 0)"
    return [
        own(csr, "mode", 0, 2, mask=1, reset=reset & 1, rule="bit 1 is read-only 0"),
        own(csr, "base", 2, config.xlen - 2, reset=reset >> 2, rule=base_rule),
    ]


def epc(config: Config, csr: str) -> list[Field]:
    """Return the pc of an xepc."""
    low = config.ialign // 16
    rule = "bit 0 is 0" if low == 1 else "bits 1:0 are 0"
    return [own(csr, "pc", low, config.xlen - low, column="epc", rule=rule)]


def cause(config: Config, csr: str) -> list[Field]:
    """Return the code and the interrupt bit of an xcause."""
    return [
        own(csr, "code", 0, 6, column="code", rule="6 bits are stored"),
        own(csr, "interrupt", config.xlen - 1, column="cause"),
    ]


def whole(config: Config, csr: str, name: str, column: str = "") -> list[Field]:
    """Return one field of XLEN bits."""
    return [own(csr, name, 0, config.xlen, column=column)]


def tval2(config: Config, csr: str) -> list[Field]:
    """Return the guest-physical address of mtval2, htval or hutval."""
    width = config.tval2_bits
    return [own(csr, "gpa", 0, width, column="tval2", rule=f"GPA bits {width + 1}:2")]


def tinst(csr: str) -> list[Field]:
    """Return the instruction of an xtinst."""
    return [own(csr, "instruction", 0, 32, column="tinst", rule="32 bits are stored")]
