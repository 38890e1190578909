"""What a hart around the unit may claim of the small extensions that the profiles (RVA22, RVA23, RVB23) name.

They say no more than that a register takes, or is given, what the manual leaves open. The unit
decides most of them; where the core has a part in it, the claim says which.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from utrap.config import COUNTERS, Config

__all__ = ["CLAIMS", "SHA", "Claim", "claims"]


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One of them.

    Attributes:
        name: As the profiles call it.
        text: What it promises.
        core: What the core does for it; "" for nothing.
        holds: Whether the unit of a configuration does its part.
    """

    name: str
    text: str
    core: str = ""
    holds: Callable[[Config], bool]


def _every_counter(config: Config) -> bool:
    return config.counter_count == max(COUNTERS.values())


_TVAL = "it gives `commit_tval` of every page fault, access fault, misaligned access, breakpoint at an address, and of "
_HTVAL = "it gives `commit_tval2` of every guest-page fault whole"

_SINGLE = (
    Claim(
        name="Ssccptr",
        text="cacheable, coherent main memory can hold page tables",
        core="its page-table walker reads it: the unit has no part in it",
        holds=lambda c: c.has_paging,
    ),
    # norm:sstvecd_stvec_mode_direct, norm:sstvecd_stvec_base_aligned_address
    Claim(name="Sstvecd", text="stvec takes MODE Direct and every BASE of 4 bytes' alignment", holds=lambda c: c.s),
    # norm:sstvala_stval_faulting_vaddr, norm:sstvala_stval_faulting_instruction
    Claim(
        name="Sstvala",
        text="stval is given the address of every fault that has one, and the instruction of illegal and virtual ones",
        core=_TVAL + "illegal and virtual instructions their bits",
        holds=lambda c: c.s and c.tval == "all",
    ),
    Claim(
        name="Sscounterenw",
        text="scounteren has a writable bit for every counter that can count",
        core="it has no counter that `counters` leaves out",
        holds=lambda c: c.s and _every_counter(c),  # norm:sscounterenw_hpmcounter_scounteren
    ),
    # norm:ssu64xl_uxl_sstatus
    Claim(name="Ssu64xl", text="sstatus.UXL holds 2", holds=lambda c: c.s and c.xlen == 64),
    Claim(
        name="Ssstateen",
        text="sstateen and hstateen are there, and gate what they name",
        core="it asks for the verdict on what it has outside the unit",
        holds=lambda c: c.h and c.smstateen,
    ),
    Claim(
        name="Shcounterenw",
        text="hcounteren has a writable bit for every counter that can count",
        core="as for Sscounterenw",
        holds=lambda c: c.h and _every_counter(c),  # norm:shcounterenw_hpmcounter_hcounteren
    ),
    # norm:shvstvala_vstval_written
    Claim(name="Shvstvala", text="vstval is given all that stval is", core="as for Sstvala", holds=lambda c: c.h),
    Claim(
        name="Shtvala",
        text="htval is given the guest-physical address of every guest-page fault",
        core=_HTVAL,
        # norm:shtvala_htval_faulting_gpa: on RV32 no address is wider than the registers.
        holds=lambda c: c.h and (c.shtvala or c.xlen == 32),
    ),
    # norm:shvstvecd_vstvec_mode_direct, norm:shvstvecd_vstvec_base_aligned_address
    Claim(name="Shvstvecd", text="vstvec takes MODE Direct and every BASE of 4 bytes' alignment", holds=lambda c: c.h),
    # norm:shvsatpa_satp_vsatp_modes
    Claim(name="Shvsatpa", text="vsatp takes every translation mode that satp does", holds=lambda c: c.h),
    # norm:shgatpa_satp_hgatp_mode_support, norm:shgatpa_hgatp_bare_mode
    Claim(
        name="Shgatpa",
        text="hgatp takes Bare, and the x4 form of every translation mode that satp does",
        holds=lambda c: c.h and all(f"{mode}x4" in c.hgatp_modes for mode in c.satp_modes if mode != "bare"),
    ),
)

#: What Sha consists of, beside H.
SHA = ("Ssstateen", "Shcounterenw", "Shvstvala", "Shtvala", "Shvstvecd", "Shvsatpa", "Shgatpa")


def _holds_sha(config: Config) -> bool:
    return all(claim.holds(config) for claim in _SINGLE if claim.name in SHA)


#: In the order of the profiles.
CLAIMS = (
    *_SINGLE,
    Claim(name="Sha", text=f"H, {', '.join(SHA)}", core="as for each of these", holds=_holds_sha),
)


def claims(config: Config) -> tuple[Claim, ...]:
    """Return those that hold in a configuration."""
    return tuple(claim for claim in CLAIMS if claim.holds(config))
