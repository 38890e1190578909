"""The fields of a configuration that extensions and parameters of the Unified Database decide."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import fields
from typing import Any

from utrap.config import EXTENSIONS, SATP_MODES, TVEC_MODES, Config
from utrap.limits import HGATP_MODES, LETTERS

__all__ = ["STATE_NAMES", "udb_fields"]

#: The extensions whose state a bit of the state enables is for, which the unit knows for that alone.
STATE_NAMES = frozenset({"Zfinx", "Zcmt", "Ssqosid", "Sdtrig", "Smctr", "Smcsrind", "Sscsrind", "Ssaia"})


def udb_fields(names: Set[str], params: Mapping[str, Any]) -> dict[str, Any]:
    """Return every field of the configuration that is meant; none is checked.

    Args:
        names: The extensions.
        params: The parameters by name. Of what is missing the most general is taken.
    """
    found = {field.name: field.default for field in fields(Config)}
    has_s, has_h = "S" in names, "H" in names
    xlen = params.get("MXLEN", 64)
    found |= {"xlen": xlen, "s": has_s, "h": has_h, "n": False, "shudeleg": False, "windows": 0}
    found |= {name: name.capitalize() in names for name in EXTENSIONS}
    found["shtvala"] &= xlen == 64  # on RV32 there is nothing to turn on
    has_enables = bool({"Smstateen", "Ssstateen"} & names)
    found |= {name.lower(): has_enables and name in names for name in STATE_NAMES}
    found |= {"smstateen": has_enables, "imsic": has_enables and params.get("MSTATEEN_IMSIC_TYPE") == "rw"}
    found |= _modes(names, params, xlen) | _identity(params)
    found |= {
        "asid_bits": params.get("ASID_WIDTH", 9 if xlen == 32 else 16) if has_s else 0,
        "vmid_bits": params.get("VMID_WIDTH", 7 if xlen == 32 else 14) if has_h else 0,
        "geilen": params.get("NUM_EXTERNAL_GUEST_INTERRUPTS", 0) if has_h else 0,
        "ialign": 16 if {"C", "Zca"} & names else 32,
        "isa": ("E" if "E" in names else "I") + "".join(letter for letter in LETTERS if letter in names),
        "counters": "zihpm" if "Zihpm" in names else "zicntr" if "Zicntr" in names else "none",
        "vectored_align": params.get("MTVEC_BASE_ALIGNMENT_VECTORED", params.get("STVEC_BASE_ALIGNMENT_VECTORED", 4)),
        "tval": "none" if params.get("MTVAL_WIDTH") == 0 and not has_h else "all",
        "fs": _is_writable(params.get("MSTATUS_FS_LEGAL_VALUES"), "F" in names),
        "vs": _is_writable(params.get("MSTATUS_VS_LEGAL_VALUES"), "V" in names),
    }
    return found


def _modes(names: Set[str], params: Mapping[str, Any], said_xlen: object) -> dict[str, Any]:
    """The translation modes, and those of mtvec."""
    xlen = said_xlen if isinstance(said_xlen, int) else 0
    satp = [mode for mode in SATP_MODES.get(xlen, {}) if mode.capitalize() in names]
    hgatp = [
        mode
        for mode in HGATP_MODES.get(xlen, {})
        # Without a word a guest's second stage is as wide as the first.
        if params.get(f"{mode.upper()}_TRANSLATION", mode.removesuffix("x4") in satp) and mode != "bare"
    ]
    said = params.get("MTVEC_MODES", [0, 1])
    wanted = tuple(sorted(said, key=repr)) if isinstance(said, list) else said
    tvec = [name for name, modes in TVEC_MODES.items() if modes == wanted]
    return {
        "satp_modes": ("bare", *satp),
        "hgatp_modes": ("bare", *hgatp) if "H" in names else ("bare",),
        "mtvec_modes": tvec[0] if tvec else "both",
        "mtvec_reset": 1 if wanted == TVEC_MODES["vectored"] else 0,
    }


def _identity(params: Mapping[str, Any]) -> dict[str, Any]:
    """What the identity registers read."""
    bank, offset = params.get("VENDOR_ID_BANK", 0), params.get("VENDOR_ID_OFFSET", 0)
    vendor = bank << 7 | offset if type(bank) is type(offset) is int else 0
    return {
        "mvendorid": vendor,
        "marchid": params.get("ARCH_ID_VALUE", 0) if params.get("MARCHID_IMPLEMENTED", True) else 0,
        "mimpid": params.get("IMP_ID_VALUE", 0) if params.get("MIMPID_IMPLEMENTED", True) else 0,
        "mconfigptr": params.get("CONFIG_PTR_ADDRESS", 0),
    }


def _is_writable(values: object, otherwise: bool) -> bool:
    """Whether FS or VS is, by its legal values."""
    return len(values) > 1 if isinstance(values, list) else otherwise
