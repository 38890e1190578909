"""CSRs that the unit does not own, and judges by more than their address: the core says that they exist.

Beside these it judges the counters (`rules.access`), by enables that have a bit for each.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from utrap.config import Config
from utrap.csr.guards import FLOATING_POINT, HOST, VECTOR, Guard
from utrap.csr.shared.stateen import state_enables

__all__ = ["outside_guards"]

#: Custom CSRs below M by the lowest level that may access them (csrs chapter, "for custom use").
_CUSTOM = {
    "mhs": (range(0x800, 0x900), range(0xCC0, 0xD00)),
    "mh": (range(0x5C0, 0x600), range(0x9C0, 0xA00), range(0xDC0, 0xE00)),
    "m": (range(0x6C0, 0x700), range(0xAC0, 0xB00), range(0xEC0, 0xF00)),
}
#: Where N's CSRs are: on a hart without N what the core has there is custom state too (HU-29).
_USER_TRAPS = {"mhs": (0x000, 0x004, 0x005, *range(0x040, 0x045)), "mh": (0x102, 0x103)}
_FLOATING_POINT = (0x001, 0x002, 0x003)
#: vstart, vxsat, vxrm, vcsr, vl, vtype, vlenb.
_VECTOR = (0x008, 0x009, 0x00A, 0x00F, 0xC20, 0xC21, 0xC22)
_INDIRECT = (0, 1, 2, 3, 5, 6, 7)
#: What Ssaia adds that neither IMSIC nor CSRIND gates, by the levels that may let it be accessed, with RV32's high
#: halves (norm:mstateen0_aia_op, norm:hstateen0_aia_op): stopi; sieh, siph; and hvien, hvictl, hviprio1, hviprio2,
#: vstopi; hidelegh, hvienh, hviph, hviprio1h, hviprio2h, vsieh, vsiph.
_INTERRUPTS = (
    ("mh", (0xDB0,), (0x114, 0x154)),
    ("m", (0x608, 0x609, 0x646, 0x647, 0xEB0), (0x613, 0x618, 0x655, 0x656, 0x657, 0x214, 0x254)),
)


def _gated(config: Config) -> Iterable[tuple[Iterable[int], tuple[Guard, ...]]]:
    """Yield addresses with the guards of an access to one of them."""
    for levels, ranges in _CUSTOM.items():
        for custom in ranges:
            yield custom, state_enables(config, "c", levels)
    for levels, places in _USER_TRAPS.items():
        if not config.n:
            yield places, state_enables(config, "c", levels)
    # fflags, frm, fcsr: the first two are parts of the third. Without F, Zfinx has its flags whatever FS is.
    yield _FLOATING_POINT, state_enables(config, "fcsr", "mhs")
    if config.fs and not (config.zfinx and "F" not in config.isa):
        yield _FLOATING_POINT, (FLOATING_POINT,)
    if config.vs:
        yield _VECTOR, (VECTOR,)
    yield (0x017,), state_enables(config, "jvt", "mhs")
    # norm:mstateen_ctr0_except1, norm:hstateen_ctr: sctrctl, sctrstatus; vsctrctl; and norm:sctrdepth_mode:
    # sctrdepth, which no guest has
    yield (0x14E, 0x14F), state_enables(config, "ctr", "mh")
    if config.smctr:
        yield (0x15F,), (*state_enables(config, "ctr", "m"), HOST)
    yield (0x24E,), state_enables(config, "ctr", "m")
    # norm:sscsrind_csrs_access_control: siselect, sireg to sireg6; vsiselect, vsireg to vsireg6
    yield (0x150 + place for place in _INDIRECT), state_enables(config, "csrind", "mh")
    yield (0x250 + place for place in _INDIRECT), state_enables(config, "csrind", "m")
    # stopei; vstopei
    yield (0x15C,), state_enables(config, "imsic", "mh")
    yield (0x25C,), state_enables(config, "imsic", "m")
    for levels, places, high_halves in _INTERRUPTS:
        yield (*places, *(high_halves if config.xlen == 32 else ())), state_enables(config, "aia", levels)
    # scontext; hcontext
    yield (0x5A8,), state_enables(config, "context", "mh")
    yield (0x6A8,), state_enables(config, "context", "m")
    if config.ssqosid:
        # srmcfg: norm:Ssqosid_srmcfg_access_virtual_instruction
        yield (0x181,), (*state_enables(config, "srmcfg", "m"), HOST)


@cache
def outside_guards(config: Config) -> dict[Guard, frozenset[int]]:
    """Return the guards of CSRs outside the unit, each with the addresses that it guards."""
    found: dict[Guard, frozenset[int]] = {}
    for addresses, guards in _gated(config):
        here = frozenset(addresses)
        for guard in guards:
            found[guard] = found.get(guard, frozenset()) | here
    return found
