"""What registers for addresses keep of one: xepc, xtvec, xtval, dpc and mnepc (warl:va_bits)."""

from __future__ import annotations

from .rules import Rules


def kept(r: Rules, address: int) -> int:
    """norm:mepc_inv_addr_conv, norm:sepc_acc_invalid_addr, norm:mtval_inv_addr_conv, norm:mnepc_invalid_convert

    What does not fit is invalid, and stays so: the upper bits become the inverse of the one below them.
    """
    upper = address >> r.va_bits
    if upper == 0 or upper == r.va_upper:
        return address
    lower = address & r.va_lower
    return lower if lower >> r.va_bits - 1 == 1 else lower | r.va_upper << r.va_bits


def pc(r: Rules, address: int) -> int:
    """warl:IALIGN: an xepc's bit 0 is 0, perhaps bit 1 too."""
    return kept(r, address & r.epc_mask)


def tval(r: Rules, value: int) -> int:
    """norm:mtval_vaddr_and_0_sz, norm:mtval_rdonly0: an xtval keeps what an xepc does, or is read-only 0."""
    return kept(r, value & r.tval)
