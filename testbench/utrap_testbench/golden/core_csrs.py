"""What the core has to say of its floating-point and vector CSRs: while FS or VS is Off they are not there."""

from __future__ import annotations

from typing import NamedTuple

from .config import Config
from .reason import Because, Reason
from .state import State

_FS_OFF = Because("norm:mstatus_fs_vs_xs_off_op", "FS is Off: in no mode may the core offer it", ("mstatus.FS",))
_FS_ON = Because("norm:mstatus_fs_vs_xs_off_op", "FS is not Off", ("V", "mstatus.FS"))
_GUEST_FS_OFF = Because("norm:vsstatus_fs_op", "the guest's FS is Off: the core must not offer it", ("vsstatus.FS",))
_GUEST_FS_ON = Because("norm:vsstatus_fs_op", "the guest's FS is not Off either", ("vsstatus.FS",))
_VS_OFF = Because("norm:mstatus_fs_vs_xs_off_op", "VS is Off: in no mode may the core offer it", ("mstatus.VS",))
_VS_ON = Because("norm:mstatus_fs_vs_xs_off_op", "VS is not Off", ("V", "mstatus.VS"))
_GUEST_VS_OFF = Because("norm:vsstatus_vs_op", "the guest's VS is Off: the core must not offer it", ("vsstatus.VS",))
_GUEST_VS_ON = Because("norm:vsstatus_vs_op", "the guest's VS is not Off either", ("vsstatus.VS",))


class Offered(NamedTuple):
    """Whether the core offers a CSR of its own (`extension_exists`), as far as FS and VS say, and why."""

    exists: int
    reason: Reason


def core_offers(config: Config, s: State, address: int) -> Offered:
    """Judge fflags, frm, fcsr by FS; vstart, vxsat, vxrm, vcsr, vl, vtype, vlenb by VS; nothing else.

    norm:vsstatus_fs_op, norm:vsstatus_vs_op: with V=1 the guest's copy counts, too. Without F, Zfinx has its flags
    whatever FS is; what the configuration lacks judges nothing.
    """
    zfinx_alone = config.zfinx and "F" not in config.isa
    if 0x001 <= address <= 0x003 and config.fs and not zfinx_alone:
        if s.mstatus_fs == 0:
            return Offered(0, (_FS_OFF,))
        if s.v == 0:
            return Offered(1, (_FS_ON,))
        return Offered(0, (_FS_ON, _GUEST_FS_OFF)) if s.vsstatus_fs == 0 else Offered(1, (_FS_ON, _GUEST_FS_ON))
    if config.vs and (0x008 <= address <= 0x00A or address == 0x00F or 0xC20 <= address <= 0xC22):
        if s.mstatus_vs == 0:
            return Offered(0, (_VS_OFF,))
        if s.v == 0:
            return Offered(1, (_VS_ON,))
        return Offered(0, (_VS_ON, _GUEST_VS_OFF)) if s.vsstatus_vs == 0 else Offered(1, (_VS_ON, _GUEST_VS_ON))
    return Offered(1, ())
