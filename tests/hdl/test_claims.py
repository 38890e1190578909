"""What a hart may claim of the profiles' small extensions, each shown on the unit; and what it may not."""

from random import Random

from utrap.claims import CLAIMS, claims
from utrap.config import SATP_MODES, Config

from .bench import on
from .manual import bits

WIDE = Config.profile(
    "full", 64, shtvala=True, smstateen=True, counters="zihpm", vectored_align=4,
    satp_modes=("bare", "sv39", "sv48", "sv57"), hgatp_modes=("bare", "sv39x4", "sv48x4", "sv57x4"),
)  # fmt: skip
SMALL = Config.profile("msuh", 64, satp_modes=("bare", "sv39", "sv48"), hgatp_modes=("bare", "sv39x4"))
HARTS = (
    *(WIDE, SMALL, Config.profile("msu", 64), Config.profile("msuh", 32)),
    *(Config.profile(name, 64) for name in ("rva22s64", "rva23s64", "rvb23s64")),
)
HYPERVISORS = tuple(hart for hart in HARTS if hart.h)
OF_EVERY_HART = {"Ssccptr", "Sstvecd", "Sstvala", "Sscounterenw", "Ssu64xl"}


def names(config):
    return {claim.name for claim in claims(config)}


def test_each_claim_is_made_where_it_holds():
    every = {claim.name for claim in CLAIMS}
    assert names(WIDE) == every
    assert every - names(SMALL) == {
        "Sscounterenw", "Shcounterenw", "Ssstateen", "Shtvala", "Shgatpa", "Sha",
    }  # fmt: skip
    assert names(Config.profile("msu", 64, counters="zihpm")) == OF_EVERY_HART
    assert names(Config.profile("mu", 64)) == set()
    for name in ("rva23s64", "max"):
        assert names(Config.profile(name, 64)) == every
    for name in ("rva22s64", "rvb23s64"):
        assert names(Config.profile(name, 64)) == OF_EVERY_HART
    assert "Ssccptr" not in names(Config.profile("msu", 64, satp_modes=("bare",)))
    assert "Sstvala" not in names(Config.profile("msu", 64, tval="none"))


@on(*HARTS)
async def test_the_tables_take_every_base_in_direct_mode(bench):
    """Sstvecd, Shvstvecd

    norm:sstvecd_stvec_mode_direct, norm:sstvecd_stvec_base_aligned_address, norm:shvstvecd_vstvec_mode_direct,
    norm:shvstvecd_vstvec_base_aligned_address
    """
    random = Random("bases")
    for claim, csr in (("Sstvecd", "stvec"), ("Shvstvecd", "vstvec")):
        if claim in names(bench.config):
            for _ in range(20):
                base = random.getrandbits(bench.config.xlen) & ~3
                await bench.put(csr, base)
                assert bench.get(csr) == base


@on(*HARTS)
async def test_the_counters_enables_take_every_counter(bench):
    """Sscounterenw, Shcounterenw

    norm:sscounterenw_hpmcounter_scounteren, norm:shcounterenw_hpmcounter_hcounteren
    """
    for claim, csr in (("Sscounterenw", "scounteren"), ("Shcounterenw", "hcounteren")):
        if bench.config.h or csr == "scounteren":
            await bench.put(csr, 0xFFFF_FFFF)
            assert (bench.get(csr) == 0xFFFF_FFFF) == (claim in names(bench.config))


@on(*HARTS)
async def test_uxl_is_2_on_rv64(bench):
    """Ssu64xl: norm:ssu64xl_uxl_sstatus"""
    assert (bench.get("sstatus") >> 32 == 2) == ("Ssu64xl" in names(bench.config))


@on(*HARTS)
async def test_the_trap_values_are_written_for_every_cause(bench):
    """Sstvala, Shvstvala: faults of fetches, loads and stores, breakpoints, illegal and virtual instructions

    norm:sstvala_stval_faulting_vaddr, norm:sstvala_stval_faulting_instruction, norm:shvstvala_vstval_written
    """
    causes = bits(1, 2, 3, 5, 7, 12, 13, 15)
    targets = [("U", "stval", 0)] + [("VU", "vstval", causes)] * bench.config.h
    for mode, csr, hedeleg in targets:
        await bench.put("medeleg", causes)
        if bench.config.h:
            await bench.put("hedeleg", hedeleg)
        for cause in (1, 2, 3, 5, 7, 12, 13, 15):
            await bench.put(csr, 0)
            await bench.enter(next(m for m in bench.modes if m.name == mode))
            await bench.exception(cause, tval=0x1234_5678)
            assert bench.get(csr) == 0x1234_5678, (mode, cause)


@on(*HYPERVISORS)
async def test_vsatp_and_hgatp_take_what_satp_takes(bench):
    """Shvsatpa, Shgatpa

    norm:shvsatpa_satp_vsatp_modes, norm:shgatpa_satp_hgatp_mode_support, norm:shgatpa_hgatp_bare_mode
    """
    config = bench.config
    shift = 60 if config.xlen == 64 else 31
    taken = []
    for mode in SATP_MODES[config.xlen].values():
        for csr in ("satp", "vsatp", "hgatp"):
            await bench.put(csr, 0)
            await bench.put(csr, mode << shift)
        taken.append([bench.get(csr) >> shift == mode for csr in ("satp", "vsatp", "hgatp")])
    assert all(by_satp == by_vsatp for by_satp, by_vsatp, _ in taken)
    assert all(by_hgatp for by_satp, _, by_hgatp in taken if by_satp) == ("Shgatpa" in names(config))


@on(*HYPERVISORS)
async def test_htval_takes_every_address(bench):
    """Shtvala (norm:shtvala_htval_faulting_gpa): of 64 bits on RV64, of Sv32x4's 34 on RV32"""
    config = bench.config
    widest = (1 << (62 if config.xlen == 64 else 32)) - 1
    await bench.put("htval", widest)
    assert (bench.get("htval") == widest) == ("Shtvala" in names(config))
