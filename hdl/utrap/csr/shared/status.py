"""Fields of the status registers that several levels show: mstatus, sstatus and vsstatus."""

from __future__ import annotations

from utrap.config import Config
from utrap.csr.definitions import Field
from utrap.csr.shared.environment import dte
from utrap.csr.shared.makers import fixed, view
from utrap.csr.warl import Warl

__all__ = ["state_fields", "supervisor_status"]


def state_fields(config: Config, csr: str) -> list[Field]:
    """FS and VS of a status register, and what follows from them."""
    words = "writable where the configuration has the state"
    fields = []
    if config.vs:
        fields.append(view(f"{csr}.vs", "vs", 9, 2, words=words))
    if config.fs:
        fields.append(view(f"{csr}.fs", "fs", 13, 2, words=words))
    if config.fs or config.vs:
        fields.append(
            Field(
                name="sd",
                lsb=config.xlen - 1,
                level=f"{csr}_sd",
                follows=tuple(f"{csr}.{name}" for name in ("fs", "vs") if getattr(config, name)),
                is_writable=False,
                rule=Warl(words="1 where FS or VS is 3 (Dirty)"),
            )
        )
    return fields


def supervisor_status(config: Config, csr: str, with_user: bool) -> list[Field]:
    """Return the fields of sstatus (csr "mstatus") or vsstatus, which has its own.

    vsstatus has no UIE and UPIE, so neither has sstatus with V=1 (HU-5).
    """
    fields = state_fields(config, csr)
    if with_user:
        fields += [view(f"{csr}.uie", "uie", 0), view(f"{csr}.upie", "upie", 4)]
    fields += [
        view(f"{csr}.sie", "sie", 1),
        view(f"{csr}.spie", "spie", 5),
        view(f"{csr}.spp", "spp", 8),
        view(f"{csr}.mxr", "mxr", 19),
    ]
    if config.has_paging:
        fields.append(view(f"{csr}.sum", "sum", 18))
    if config.ssdbltrp:
        acts = dte(config)[: 1 if csr == "mstatus" else 2]
        words = "0 where DTE is 0; a write of 1 clears SIE"
        # norm:sstatus_sdt, norm:sstatus_SDT, norm:vsstatus_SDT, norm:sstatus_sdt_sstatus_sie_overwrite.
        # What ends DTE ends it, so that a read need not look; so must reset.
        sdt = view(f"{csr}.sdt", "sdt", 24, words=words, must_reset=True, write_where=acts, clears=(f"{csr}.sie",))
        fields.append(sdt)
    if config.xlen == 64:
        fields.append(fixed("uxl", 32, 2, 2, "read-only: UXLEN is XLEN"))
    return fields
