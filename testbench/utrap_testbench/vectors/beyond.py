"""What a recorded hart has and no trap unit: AIA, landing pads and shadow stacks, taken out of lines of format 2.

Their registers are left, as other registers outside the unit are. Their bits
in the unit's registers are taken out wherever the line has them, and the line
is one that differs by name. Instructions of theirs are an instruction that
does nothing to the unit. What else they change is predicted, by
`oracles.spike_beyond`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from utrap_testbench.golden import Config

#: Extensions with no part in the unit.
EXTENSIONS = frozenset(("smaia", "zicfilp", "zicfiss", "zimop", "zcmop"))
#: Registers of theirs; `elp` and `sie_mvien` are state without an address.
_REGISTERS = frozenset(("mvien", "mvip", "hvictl", "sie_mvien", "elp", "ssp"))
#: Instructions that they judge, and those whose target or successor the landing pads look at.
_INSTRUCTIONS = frozenset(
    ("jalr", "c.jr", "addi", "lpad", "sspush", "sspopchk", "ssrdp", "ssamoswap.w", "ssamoswap.d")
)  # fmt: skip

#: CSRs outside the unit: mvien, mvip, mtopi, hvien, hvictl, hviprio1, hviprio2, stopi, vstopi; RV32's halves; ssp.
_AIA = frozenset((0x308, 0x309, 0xFB0, 0x608, 0x609, 0x646, 0x647, 0xDB0, 0xEB0))
_AIA_HALVES = frozenset(
    (0x313, 0x314, 0x318, 0x319, 0x354, 0x613, 0x618, 0x655, 0x656, 0x657, 0x114, 0x154, 0x214, 0x254)
)  # fmt: skip
_SSP = 0x011
#: Which a hart without Smmpm has for the landing pads' sake.
_MSECCFG = 0x747
#: Bits of landing pads and shadow stacks: SPELP, MPELP; LPE and SSE; MLPE; MNPELP.
_SPELP, _MPELP = 1 << 23, 1 << 41
_BITS: Mapping[str, int] = {
    "mstatus": _SPELP | _MPELP, "mstatush": _MPELP >> 32, "sstatus": _SPELP, "vsstatus": _SPELP,
    "menvcfg": 0xC, "henvcfg": 0xC, "senvcfg": 0xC, "mseccfg": 1 << 10, "mnstatus": 1 << 9,
}  # fmt: skip
_MVIEN_SEIP = 1 << 9


def addresses(extensions: frozenset[str], config: Config) -> frozenset[int]:
    """The CSRs of theirs, which the hart has and the unit has not."""
    found: frozenset[int] = frozenset()
    if "smaia" in extensions:
        found |= _AIA if config.xlen == 64 else _AIA | _AIA_HALVES
    if "zicfiss" in extensions:
        found |= {_SSP}
    if "zicfilp" in extensions and not config.smmpm:
        found |= {_MSECCFG} if config.xlen == 64 else {_MSECCFG, _MSECCFG + 0x10}
    return found


def take_out(line: dict[str, Any], config: Config) -> tuple[dict[str, int], tuple[str, ...]]:
    """Take all of it out of a line.

    Returns:
        What their registers held before, and the names by which the line differs.
    """
    outside = _REGISTERS if config.smmpm else _REGISTERS | {"mseccfg"}
    names = []
    held = {name: _number(value) for name, value in line["pre"].items() if name in outside}
    for part in ("pre", "post"):
        line[part] = {name: value for name, value in line[part].items() if name not in outside}
    if line["kind"] == "legality" and line["event"].get("insn") in _INSTRUCTIONS:
        names.append("cfi_instruction")
        line |= {"kind": "retire", "event": {}, "result": {}}
        line["post"]["pc"] = line["pre"]["pc"]
    if _clear_bits(line):
        names.append("cfi_bits")
    if held.get("mvien", 0) & _MVIEN_SEIP and line["pre"].pop("seip_sw", None):
        names.append("mvien_seip")
    return held, tuple(names)


def _clear_bits(line: dict[str, Any]) -> bool:
    """Clear the bits of landing pads and shadow stacks; whether there were any."""
    places = [(line[part], name, name) for part in ("pre", "post") for name in _BITS]
    csr = line["event"].get("name", "")
    if csr in _BITS:
        places.append((line["event"], "wdata", csr))
        places += [(line["result"], name, csr) for name in ("rdata", "written", "readback")]
    found = False
    for values, key, csr in places:
        value = _number(values.get(key, "0x0"))
        if value & _BITS[csr]:
            values[key] = hex(value & ~_BITS[csr])
            found = True
    return found


def _number(text: object) -> int:
    """A number as the reader will read it; what is none it will refuse."""
    try:
        return int(str(text), 16)
    except ValueError:
        return 0
