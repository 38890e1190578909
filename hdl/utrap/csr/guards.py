"""Guards: what an access to a CSR must pass beside the rules of its address.

A guard is its words and its condition in one. The condition is made of bits of
the mode and of the state with `&`, `|` and `~` alone, so that no hardware
language is needed to describe it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from utrap.isa import Fault

if TYPE_CHECKING:
    from amaranth.hdl import Value

__all__ = [
    "DEBUG_MODE",
    "FLOATING_POINT",
    "GUEST_TIMER",
    "GUEST_TIMER_COUNTER",
    "HOST",
    "TIMER",
    "TIMER_COUNTER",
    "TVM",
    "USER_ENABLED",
    "VECTOR",
    "VTVM",
    "AccessMode",
    "Guard",
    "StateBits",
]


@dataclass(frozen=True, kw_only=True)
class AccessMode:
    """The mode with which an access is judged, as guards see it.

    Attributes:
        v: The virtualization mode.
        is_machine: M, or a debugger.
        is_host_supervisor: S, or HS.
        is_guest_supervisor: VS.
        is_user: U, not VU.
        is_debug: Debug Mode, or a debugger.
    """

    v: Value
    is_machine: Value
    is_host_supervisor: Value
    is_guest_supervisor: Value
    is_user: Value
    is_debug: Value


class StateBits(Protocol):
    """Stored fields by "csr.field"; those that the configuration lacks are 0."""

    def __getitem__(self, key: str, /) -> Value: ...


@dataclass(frozen=True, kw_only=True)
class Guard:
    """A condition under which an access raises a fault.

    Attributes:
        name: A short name, as a net has it.
        words: What an access needs, or what keeps it out, in a few words.
        fault: What it raises otherwise; VIRTUAL with V=1 alone.
        refuses: Whether it is refused.
    """

    name: str
    words: str
    fault: Fault
    refuses: Callable[[AccessMode, StateBits], Value]


def _either_half(state: StateBits, csr: str, name: str) -> Value:
    """A field of a CSR's upper 32 bits, which RV32 has in a CSR of their own."""
    return state[f"{csr}.{name}"] | state[f"{csr}h.{name}"]


#: norm:mstatus_tvm_warl_op, norm:hgatp_tvm_illegal
TVM = Guard(
    name="tvm",
    words="mstatus.TVM",
    fault=Fault.ILLEGAL,
    refuses=lambda mode, state: mode.is_host_supervisor & state["mstatus.tvm"],
)
#: norm:hstatus_vtvm_op
VTVM = Guard(
    name="vtvm",
    words="hstatus.VTVM",
    fault=Fault.VIRTUAL,
    refuses=lambda mode, state: mode.is_guest_supervisor & state["hstatus.vtvm"],
)
#: A guest has no such register (HU-2, HU-3, HU-4).
HOST = Guard(name="host", words="V=0", fault=Fault.VIRTUAL, refuses=lambda mode, _: mode.v)
#: HU-2
USER_ENABLED = Guard(
    name="user_enabled",
    words="from U with hudcfg.EN",
    fault=Fault.ILLEGAL,
    refuses=lambda mode, state: mode.is_user & ~state["hudcfg.en"],
)


def _is_off(mode: AccessMode, state: StateBits, name: str) -> Value:
    """Whether FS or VS is Off; with V=1 in the guest's copy, too."""
    return ~state[f"mstatus.{name}"].any() | (mode.v & ~state[f"vsstatus.{name}"].any())


#: norm:mstatus_fs_vs_xs_off_op, norm:vsstatus_fs_op
FLOATING_POINT = Guard(
    name="fs",
    words="FS that is not Off",
    fault=Fault.ILLEGAL,
    refuses=lambda mode, state: _is_off(mode, state, "fs"),
)
#: norm:mstatus_fs_vs_xs_off_op, norm:vsstatus_vs_op
VECTOR = Guard(
    name="vs",
    words="VS that is not Off",
    fault=Fault.ILLEGAL,
    refuses=lambda mode, state: _is_off(mode, state, "vs"),
)
#: Sdext: Core Debug Registers
DEBUG_MODE = Guard(
    name="debug_mode",
    words="in Debug Mode",
    fault=Fault.ILLEGAL,
    refuses=lambda mode, _: ~mode.is_debug,
)
#: norm:mcounteren_tm_clr
TIMER_COUNTER = Guard(
    name="timer_counter",
    words="mcounteren.TM",
    fault=Fault.ILLEGAL,
    refuses=lambda mode, state: ~mode.is_machine & ~state["mcounteren.tm"],
)
#: norm:menvcfg_stce_op2: in a guest too, though there it is about vstimecmp.
TIMER = Guard(
    name="timer",
    words="menvcfg.STCE",
    fault=Fault.ILLEGAL,
    refuses=lambda mode, state: ~mode.is_machine & ~_either_half(state, "menvcfg", "stce"),
)
#: norm:hcounteren_acc
GUEST_TIMER_COUNTER = Guard(
    name="guest_timer_counter",
    words="hcounteren.TM",
    fault=Fault.VIRTUAL,
    refuses=lambda mode, state: mode.is_guest_supervisor & ~state["hcounteren.tm"],
)
#: norm:henvcfg_stce
GUEST_TIMER = Guard(
    name="guest_timer",
    words="henvcfg.STCE",
    fault=Fault.VIRTUAL,
    refuses=lambda mode, state: mode.is_guest_supervisor & ~_either_half(state, "henvcfg", "stce"),
)
