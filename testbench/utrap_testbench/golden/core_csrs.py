"""The core's floating-point and vector CSRs: while FS or VS is Off the trap unit lets nobody access them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .parameters import Parameters
from .reason import Because, Verdict, allowed, illegal
from .state import State

__all__ = ["Switch", "switches"]

#: fflags, frm, fcsr; and vstart, vxsat, vxrm, vcsr, vl, vtype, vlenb.
_FLOATING_POINT: Final = (0x001, 0x002, 0x003)
_VECTOR: Final = (0x008, 0x009, 0x00A, 0x00F, 0xC20, 0xC21, 0xC22)


def _told(field: str, guest_rule: str) -> tuple[Verdict, Verdict, Verdict, Verdict]:
    """Off; on; on but Off in the guest's copy; on in both."""
    rule, host, guest = "norm:mstatus_fs_vs_xs_off_op", ("V", f"mstatus.{field}"), (f"vsstatus.{field}",)
    on = Because(rule, f"{field} is not Off", host)
    return (
        illegal(Because(rule, f"{field} is Off: no mode may access it", host[1:])),
        allowed(on),
        illegal(on, Because(guest_rule, f"the guest's {field} is Off: the guest may not access it", guest)),
        allowed(on, Because(guest_rule, f"the guest's {field} is not Off either", guest)),
    )


_BY_FS: Final = _told("FS", "norm:vsstatus_fs_op")
_BY_VS: Final = _told("VS", "norm:vsstatus_vs_op")


@dataclass(frozen=True, slots=True)
class Switch:
    """FS, or VS: what it says of an access to a CSR of its state."""

    is_vector: bool

    def judge(self, s: State, v: int) -> Verdict:
        """norm:vsstatus_fs_op, norm:vsstatus_vs_op: with V=1 the guest's copy counts, too."""
        off, on, guest_off, guest_on = _BY_VS if self.is_vector else _BY_FS
        if (s.mstatus_vs if self.is_vector else s.mstatus_fs) == 0:
            return off
        if v == 0:
            return on
        if (s.vsstatus_vs if self.is_vector else s.vsstatus_fs) == 0:
            return guest_off
        return guest_on


def switches(config: Parameters) -> dict[int, Switch]:
    """Which of the two judges an address, as far as the configuration has them.

    Without F, Zfinx has its flags whatever FS is.
    """
    found: dict[int, Switch] = {}
    if config.fs and not (config.zfinx and "F" not in config.isa):
        found |= dict.fromkeys(_FLOATING_POINT, Switch(is_vector=False))
    if config.vs:
        found |= dict.fromkeys(_VECTOR, Switch(is_vector=True))
    return found
