"""A configuration of the Unified Database, read: the unit that it asks for, and what the unit does not do of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from utrap.claims import CLAIMS, SHA
from utrap.config import Config
from utrap.descriptions.extensions import IMPLIED, extensions, words
from utrap.descriptions.udb import NAMES, yaml_value
from utrap.descriptions.udb_fields import STATE_NAMES, udb_fields
from utrap.descriptions.udb_file import UdbFile
from utrap.descriptions.udb_params import PARAMETERS

__all__ = ["PARAMETER_OF", "asked_for", "outside", "refused"]

#: What changes traps, interrupts or CSRs of the unit's in a way that it does not offer.
_UNABLE = words("Smaia Smcdeleg Ssccfg Zicfilp Zicfiss Smucfiss Svukte Ssu32xl Ssube Smpmpdeleg Sspmp")
#: What has bits in mseccfg, which is the unit's where it has Smmpm.
_IN_MSECCFG = frozenset({"Smepmp", "Zkr"})
#: The parameter from which a field comes.
PARAMETER_OF: Mapping[str, str] = {
    "xlen": "MXLEN",
    "asid_bits": "ASID_WIDTH",
    "vmid_bits": "VMID_WIDTH",
    "geilen": "NUM_EXTERNAL_GUEST_INTERRUPTS",
    "vectored_align": "MTVEC_BASE_ALIGNMENT_VECTORED",
    "marchid": "ARCH_ID_VALUE",
    "mimpid": "IMP_ID_VALUE",
    "mconfigptr": "CONFIG_PTR_ADDRESS",
    "mvendorid": "VENDOR_ID_BANK",
    "hgatp_modes": "SV*X4_TRANSLATION",
}
#: What means the same as a register that is not implemented: it reads 0.
_READS_ZERO = {"MARCHID_IMPLEMENTED": True, "MIMPID_IMPLEMENTED": True, "ARCH_ID_VALUE": 0, "IMP_ID_VALUE": 0}
_VERSION = (1, 13, 0)


def _named(file: UdbFile) -> frozenset[str]:
    """The extensions, and what of the hypervisor's one of them consists of."""
    parts = {"H", *SHA} if "Sha" in file.extensions else set()
    return frozenset(file.extensions) | parts


def asked_for(file: UdbFile) -> dict[str, Any]:
    """Return every field of the configuration that a file asks for; none is checked."""
    return udb_fields(_named(file), file.params)


def refused(file: UdbFile, config: Config) -> Iterator[str]:
    """Say what of a file a unit that was made of it cannot do, or does otherwise: a line each."""
    names, have = _named(file), {*extensions(config), "Sm", "U", *(["S"] if config.s else [])}
    for name in sorted(names & _unable(config)):
        beside = " beside Smmpm" if name in _IN_MSECCFG else ""
        yield f"{name}: the unit does not offer it{beside}; take it out"
    told_of = {claim.name for claim in CLAIMS} | STATE_NAMES
    for name in sorted((names & NAMES) - have - told_of):
        yield f"{name}: the unit with XLEN {config.xlen} does not have it; take it out"
    for name in sorted(have & set(file.prohibited)):
        yield f"{name}: it is prohibited, and this unit has it"
    if file.is_whole and "U" not in names:
        yield "U: it is missing, and the unit always has U-mode; put it in"
    for claim in CLAIMS:
        if claim.name in names and not claim.holds(config):
            yield f"{claim.name}: this unit does not do it: {claim.text}"
    for row in PARAMETERS:
        if row.name in file.params:
            said = file.params[row.name]
            if row.name in _READS_ZERO and repr(said) == repr(_READS_ZERO[row.name]):
                continue
            if not row.exists(config):
                yield f"{row.name}={_shown(said)}: no extension in the file defines it; take it out"
            elif not _is_same(said, row.value(config)):
                yield f"{row.name}={_shown(said)}: the unit has {_shown(row.value(config))}; say so, or take it out"


def _unable(config: Config) -> frozenset[str]:
    """The extensions that a unit does not offer."""
    return _UNABLE | (_IN_MSECCFG if config.smmpm else frozenset())


def outside(file: UdbFile, config: Config) -> Iterator[str]:
    """Say what of a file is not the unit's: a line for each kind."""
    parts = {part for whole in IMPLIED if whole in file.extensions for part in IMPLIED[whole]}
    known = {"E", *NAMES, *_unable(config), *(claim.name for claim in CLAIMS), *parts}
    alone = set() if config.smstateen else STATE_NAMES
    names = sorted(name for name in file.extensions if name not in known or name in alone)
    if names:
        yield f"outside the trap unit, the core's: {', '.join(names)}"
    decided = {row.name for row in PARAMETERS}
    if params := sorted(set(file.params) - decided):
        yield f"parameters outside the trap unit, the core's: {', '.join(_by_families(params))}"
    if optional := sorted(set(file.optional) & (NAMES - set(extensions(config)))):
        yield f"optional, and not taken (--set turns on what is wanted): {', '.join(optional)}"
    for name in ("Sm", "S"):
        if not _allows(file.extensions.get(name, "")):
            yield f"{name} {file.extensions[name]}: the unit follows 1.13, which is compatible and has more"


def _by_families(names: list[str]) -> Iterator[str]:
    """Names, where many begin with the same word as one."""
    families: dict[str, list[str]] = {}
    for name in names:
        families.setdefault(name.partition("_")[0], []).append(name)
    for family, members in families.items():
        yield from [f"{family}_* ({len(members)})"] if len(members) > 3 else members


def _allows(requirement: str) -> bool:
    """Whether a requirement holds for the version of the privileged architecture that the unit follows."""
    found = re.fullmatch(r"(~>|>=|<=|=|>|<)? *(\d+(?:\.\d+)*)", requirement)
    if not found:
        return True
    parts = tuple(map(int, found[2].split(".")))
    ours, asked = _VERSION, (*parts, *(0,) * (3 - len(parts)))
    holds = {"=": ours == asked, ">=": ours >= asked, "<=": ours <= asked, ">": ours > asked, "<": ours < asked}
    holds["~>"] = ours >= asked and ours[: len(parts) - 1] == parts[:-1]
    return holds[found[1] or "="]


def _is_same(said: object, ours: object) -> bool:
    """Whether two values are equal; of lists whose members all differ the order means nothing."""
    if isinstance(said, list) and isinstance(ours, list) and len(set(map(repr, said))) == len(said):
        return sorted(map(repr, said)) == sorted(map(repr, ours))
    return repr(said) == repr(ours)


def _shown(value: Any) -> str:
    if isinstance(value, list) and len(value) > 8 and all(type(each) is bool for each in value):
        return f"[bits {sum(each << number for number, each in enumerate(value)):#x}]"
    return yaml_value(value) if isinstance(value, bool | int | str | list) else repr(value)
