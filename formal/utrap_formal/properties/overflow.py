"""Sscofpmf: a counter's request is never lost, what else makes LCOFI pending, and whose overflows scountovf shows."""

from __future__ import annotations

from amaranth.hdl import Const, Value

from utrap_formal.properties.manual import CSRS, Mode, Op
from utrap_formal.properties.property import Claim, Properties
from utrap_formal.properties.window import Window, any_of

__all__ = ["PROPERTIES"]

PROPERTIES = Properties("overflow", "counters make LCOFI pending, and scountovf shows what the mode may know")

_VIRTUAL = 2
_LCOFI = 13


def _reads_scountovf(w: Window, *modes: Mode) -> Value:
    now = w.now
    return now.accesses("scountovf") & (now["commit_csr_op"] == 0) & now.is_in(*modes)


@PROPERTIES.add("norm:LCOFIP_op warl:LCOFI", needs="sscofpmf", kind="pending")
def a_request_is_never_lost(w: Window) -> Claim:
    """In the cycle after a request LCOFIP is 1, whatever was committed with it."""
    return Claim(when=w.now["counters_lcofi"], then=w.next["mip"][_LCOFI])


@PROPERTIES.add("norm:mip_lcofip_op2 norm:mip_lcofip_acc norm:sip_sie_Sscofpmf", needs="sscofpmf", kind="pending")
def a_request_or_a_write_alone_changes_it(w: Window) -> Claim:
    """LCOFIP changes by a request, and by a CSR access to mip, sip or vsip that writes; by nothing else."""
    now = w.now
    op = (now["commit_op"] == Op.CSR) | (now["commit_op"] == Op.DEBUG_CSR)
    address = any_of(now["commit_csr_address"] == CSRS[csr] for csr in ("mip", "sip", "vsip"))
    writes = op & address & (now["commit_csr_op"] != 0)
    return Claim(when=~now["counters_lcofi"] & ~writes, then=now["mip"][_LCOFI] == w.next["mip"][_LCOFI])


@PROPERTIES.add("norm:mip_lcofip_acc", needs="sscofpmf", kind="pending")
def a_debugger_and_m_clear_it(w: Window) -> Claim:
    """A write of 0 to mip's bit clears LCOFIP, unless a counter asks again."""
    now = w.now
    clears = now.accesses("mip") & now.is_in(Mode.M) & (now["commit_csr_op"] == 1) & ~now["commit_csr_wdata"][_LCOFI]
    return Claim(when=clears & ~now["counters_lcofi"], then=~w.next["mip"][_LCOFI])


@PROPERTIES.add("norm:vsip_vsie_lcofi", needs="sscofpmf h", kind="pending")
def a_guest_without_delegation_leaves_it_alone(w: Window) -> Claim:
    """In a guest, while hideleg or mideleg has bit 13 at 0, no CSR access changes LCOFIP or LCOFIE."""
    now = w.now
    has_it = now["mideleg"][_LCOFI] & now["hideleg"][_LCOFI]
    kept = (now["mip"][_LCOFI] == w.next["mip"][_LCOFI]) & (now["mie"][_LCOFI] == w.next["mie"][_LCOFI])
    return Claim(when=now.is_access & now.v & ~has_it & ~now["counters_lcofi"], then=kept)


@PROPERTIES.add("norm:vsip_vsie_lcofi", needs="sscofpmf", kind="pending")
def without_shlcofideleg_the_guest_never_has_it(w: Window) -> Claim:
    """hideleg has bit 13 only with Shlcofideleg, and only where mideleg has it."""
    now = w.now
    allowed = now["mideleg"][_LCOFI] if w.config.shlcofideleg else Const(0)
    return Claim(then=~now["hideleg"][_LCOFI] | allowed)


@PROPERTIES.add("HU-33 norm:mip_lcofip_mie_lcofie_op", needs="sscofpmf n s", kind="pending")
def u_never_has_it(w: Window) -> Claim:
    """sideleg never has bit 13, and LCOFI is never requested for U."""
    now = w.now
    asked = now["interrupt_request"] & (now["interrupt_cause"] == _LCOFI) & (now["interrupt_target"] == Mode.U)
    return Claim(then=~now["sideleg"][_LCOFI] & ~asked)


# --- scountovf -----------------------------------------------------------------------------------

_EVENT_COUNTERS = 0xFFFF_FFF8


@PROPERTIES.add("norm:scountovf_op norm:scountovf_mmode_read_access", needs="sscofpmf", kind="scountovf")
def m_sees_every_overflow(w: Window) -> Claim:
    """In M scountovf reads the OF bits of counters 3 to 31, and 0 elsewhere."""
    now = w.now
    return Claim(when=_reads_scountovf(w, Mode.M), then=now["answer_rdata"] == (now["counters_of"] & _EVENT_COUNTERS))


@PROPERTIES.add(
    "norm:scountovf_smode_read_access norm:scountovf_smode_read_access_control", needs="sscofpmf", kind="scountovf"
)
def s_sees_what_mcounteren_has(w: Window) -> Claim:
    """In S scountovf reads the OF bits of the counters that mcounteren has."""
    now = w.now
    shown = now["counters_of"] & _EVENT_COUNTERS & now["mcounteren"][:32]
    return Claim(when=_reads_scountovf(w, Mode.S), then=now["answer_rdata"] == shown)


@PROPERTIES.add("norm:scountovf_vsmode_read_access", needs="sscofpmf h", kind="scountovf")
def vs_sees_what_hcounteren_has_too(w: Window) -> Claim:
    """In VS scountovf reads the OF bits of the counters that both mcounteren and hcounteren have."""
    now = w.now
    shown = now["counters_of"] & _EVENT_COUNTERS & now["mcounteren"][:32] & now["hcounteren"][:32]
    return Claim(when=_reads_scountovf(w, Mode.VS), then=now["answer_rdata"] == shown)


@PROPERTIES.add("norm:scountovf_op norm:H_virtinst_vu_nonhigh_supervisor_allowedhs_tvm0", needs="sscofpmf h",
                kind="scountovf")  # fmt: skip
def vu_sees_none(w: Window) -> Claim:
    """In VU a read of scountovf is a virtual instruction."""
    return Claim(when=_reads_scountovf(w, Mode.VU), then=w.now["answer_fault"] == _VIRTUAL)
