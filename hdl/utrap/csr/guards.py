"""Guards: what an access to a CSR must pass beside the rules of its address.

A guard is its words and its condition in one. The condition is made of an
access and the state with `&`, `|` and `~` alone, so no hardware language is
needed to describe it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from utrap.isa import Fault

if TYPE_CHECKING:
    from amaranth.hdl import Value

__all__ = ["HOST", "TVM", "USER_ENABLED", "VTVM", "Guard", "GuardedAccess", "StateBits"]


class GuardedAccess(Protocol):
    """An access as a guard sees it: the mode with which it is judged, one bit each."""

    @property
    def v(self) -> Value: ...
    @property
    def is_machine(self) -> Value: ...
    @property
    def is_host_supervisor(self) -> Value: ...
    @property
    def is_guest_supervisor(self) -> Value: ...
    @property
    def is_user(self) -> Value: ...


class StateBits(Protocol):
    """Stored fields by "csr.field"; those that the configuration lacks are 0."""

    def __getitem__(self, key: str, /) -> Value: ...


@dataclass(frozen=True, kw_only=True)
class Guard:
    """A condition under which an access raises a fault.

    Attributes:
        words: What an access needs, or what keeps it out, in a few words.
        fault: What it raises otherwise; VIRTUAL with V=1 alone.
        refuses: Whether it is refused.
    """

    words: str
    fault: Fault
    refuses: Callable[[GuardedAccess, StateBits], Value]


#: norm:mstatus_tvm_warl_op, norm:hgatp_tvm_illegal
TVM = Guard(
    words="mstatus.TVM",
    fault=Fault.ILLEGAL,
    refuses=lambda access, state: access.is_host_supervisor & state["mstatus.tvm"],
)
#: norm:hstatus_vtvm_op
VTVM = Guard(
    words="hstatus.VTVM",
    fault=Fault.VIRTUAL,
    refuses=lambda access, state: access.is_guest_supervisor & state["hstatus.vtvm"],
)
#: A guest has no such register (HU-2, HU-3, HU-4).
HOST = Guard(words="V=0", fault=Fault.VIRTUAL, refuses=lambda access, _: access.v)
#: HU-2
USER_ENABLED = Guard(
    words="from U with hudcfg.EN",
    fault=Fault.ILLEGAL,
    refuses=lambda access, state: access.is_user & ~state["hudcfg.en"],
)
