"""Trap instruction values: what mtinst, htinst and hutinst say of the access that faulted."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Mux, Value

from .decode import Kind

__all__ = ["PAGE_TABLE_READ", "transformed"]

#: Pseudoinstruction: a 64-bit read of a VS-stage page table (norm:H_trap_xtinst_guestpage_rw).
PAGE_TABLE_READ = 0x0000_3000


def transformed(kind: Value, insn: Value) -> Value:
    """Return the transformed instruction of a load, store or atomic one, 32 bits (norm:H_trap_xtinst_val).

    The field rs1 holds how far the faulting address lies behind the access's
    own: 0, since an access that would cross a page is misaligned, and the
    address of a misaligned one is its own. Immediates are 0; all else is kept.
    """
    has_load_immediate = kind == Kind.LOAD
    has_store_immediate = kind == Kind.STORE
    return Cat(
        insn[0:7],
        Mux(has_store_immediate, 0, insn[7:12]),
        insn[12:15],
        Const(0, 5),
        Mux(has_load_immediate, 0, insn[20:25]),
        Mux(has_load_immediate | has_store_immediate, 0, insn[25:32]),
    )
