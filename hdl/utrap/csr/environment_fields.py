"""The fields of translation, counter enables, environment, misa and windows."""

from __future__ import annotations

from utrap.config import COUNTERS, Config
from utrap.csr.makers import fixed, own
from utrap.csr.table import Field

__all__ = ["atp", "counteren", "envcfg", "hugpaw", "misa"]


def atp(config: Config, csr: str) -> list[Field]:
    """Return PPN, identifier and MODE of satp, vsatp or hgatp."""
    guest = csr == "hgatp"
    codes = config.hgatp_codes if guest else config.satp_codes
    mask = 0
    for code in codes:
        mask |= code
    names = ", ".join(config.hgatp_modes if guest else config.satp_modes)
    kept = "the whole write is ignored" if csr == "satp" else "the old MODE is kept"
    rule = f"{names}; with another value {kept}"
    id_name, id_bits = ("vmid", config.vmid_bits) if guest else ("asid", config.asid_bits)
    ppn_bits, id_width, mode_lsb = (44, 16, 60) if config.xlen == 64 else (22, 9, 31)
    if guest:
        id_width = 14 if config.xlen == 64 else 7
    ppn_mask = (1 << ppn_bits) - (4 if guest else 1)
    return [
        own(
            csr,
            "ppn",
            0,
            ppn_bits,
            mask=ppn_mask & ~3 if guest else ppn_mask,
            rule="bits 1:0 are read-only 0" if guest else "",
        ),
        own(csr, id_name, ppn_bits, id_width, mask=(1 << id_bits) - 1, rule=f"{id_bits} bits"),
        own(csr, "mode", mode_lsb, config.xlen - mode_lsb, mask=mask, rule=rule),
    ]


def counteren(config: Config, csr: str) -> list[Field]:
    """Return the counter enables of an xcounteren."""
    if config.counters == "none":
        return []
    fields = [own(csr, name, lsb) for lsb, name in enumerate(("cy", "tm", "ir"))]
    if config.counter_count == COUNTERS["zihpm"]:
        fields.append(own(csr, "hpm", 3, 29))
    return fields


def envcfg(config: Config, csr: str) -> list[Field]:
    """Return FIOM of an xenvcfg."""
    return [own(csr, "fiom", 0)] if config.has_paging else []


def misa(config: Config) -> list[Field]:
    """Return the extensions and MXL of misa."""
    letters = config.isa + "U"
    for present, letter in ((config.s, "S"), (config.h, "H"), (config.n, "N")):
        letters += letter if present else ""
    extensions = sum(1 << ord(letter) - ord("A") for letter in letters)
    mxl = 2 if config.xlen == 64 else 1
    return [
        fixed("extensions", 0, 26, extensions, "read-only"),
        fixed("mxl", config.xlen - 2, 2, mxl, "read-only"),
    ]


def hugpaw(config: Config, csr: str) -> list[Field]:
    """Return the fields of a delegation window (HU-17)."""
    return [
        own(csr, "e", 0),
        own(csr, "order", 1, 6),
        own(csr, "gppn", 10, config.gppn_bits, rule="bits below ORDER are kept, not compared"),
    ]
