"""The fields of the status registers: mstatus and its views, vsstatus, hstatus."""

from __future__ import annotations

from utrap.config import Config
from utrap.csr.makers import fixed, own, view
from utrap.csr.table import Field

__all__ = ["hstatus", "mstatus", "supervisor_status", "virtualization_status"]


def _state_fields(config: Config, csr: str) -> list[Field]:
    """FS and VS of a status register, and what follows from them."""
    warl = "writable where the configuration has the state"
    fields = []
    if config.vs:
        fields.append(view(f"{csr}.vs", "vs", 9, 2, rule=warl))
    if config.fs:
        fields.append(view(f"{csr}.fs", "fs", 13, 2, rule=warl))
    if config.fs or config.vs:
        fields.append(
            Field(
                name="sd",
                lsb=config.xlen - 1,
                level=f"{csr}_sd",
                is_writable=False,
                rule="1 where FS or VS is 3 (Dirty)",
            )
        )
    return fields


def supervisor_status(config: Config, csr: str, with_user: bool) -> list[Field]:
    """Return the fields of sstatus (csr "mstatus") or vsstatus, which has its own.

    vsstatus has no UIE and UPIE, so neither has sstatus with V=1 (HU-5).
    """
    fields = _state_fields(config, csr)
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
    if config.xlen == 64:
        fields.append(fixed("uxl", 32, 2, 2, "read-only: UXLEN is XLEN"))
    return fields


def mstatus(config: Config) -> list[Field]:
    """Return the fields of mstatus."""
    fields = [
        own("mstatus", "mie", 3),
        own("mstatus", "mpie", 7),
        own(
            "mstatus",
            "mpp",
            11,
            2,
            copies=1 if config.s else 2,
            mask=3,
            rule="a mode that exists; any other value is stored as U",
        ),
        own("mstatus", "mprv", 17),
        own("mstatus", "tw", 21),
    ]
    if config.s:
        fields += supervisor_status(config, "mstatus", config.n)
        fields.append(own("mstatus", "tsr", 22))
        if config.has_paging:
            # norm:mstatus_tvm_warl_op: read-only 0 where satp.MODE is.
            fields.append(own("mstatus", "tvm", 20))
        if config.xlen == 64:
            fields.append(fixed("sxl", 34, 2, 2, "read-only: SXLEN is XLEN"))
    else:
        fields += _state_fields(config, "mstatus")
        if config.n:
            fields += [own("mstatus", "uie", 0), own("mstatus", "upie", 4)]
        if config.xlen == 64:
            fields.append(fixed("uxl", 32, 2, 2, "read-only: UXLEN is XLEN"))
    if config.h and config.xlen == 64:
        fields += virtualization_status(config)
    return fields


def virtualization_status(config: Config) -> list[Field]:
    """GVA and MPV, which RV32 has in mstatush."""
    csr, low = ("mstatus", 38) if config.xlen == 64 else ("mstatush", 6)
    return [own(csr, "gva", low), own(csr, "mpv", low + 1)]


def hstatus(config: Config) -> list[Field]:
    """Return the fields of hstatus."""
    fields = [
        own("hstatus", name, lsb)
        for name, lsb in (
            ("gva", 6),
            ("spv", 7),
            ("spvp", 8),
            ("hu", 9),
            ("vtvm", 20),
            ("vtw", 21),
            ("vtsr", 22),
        )
    ]
    if config.geilen:
        fields.append(
            own(
                "hstatus",
                "vgein",
                12,
                6,
                mask=(1 << config.vgein_bits) - 1,
                rule="0 to GEILEN; a larger value is stored as 0",
            )
        )
    if config.xlen == 64:
        fields.append(fixed("vsxl", 32, 2, 2, "read-only: VSXLEN is XLEN"))
    return fields
