"""The configurations that the scenarios run in."""

from __future__ import annotations

from utrap.config import Config

__all__ = ["ALL", "FULL", "FULL32", "FULL64", "GUESTS", "MSU", "MU", "MUN", "PROFILES", "VARIANTS", "name_of"]

NAMES = ("mu", "msu", "msuh", "msun", "full")
#: The ten named configurations.
PROFILES = [Config.profile(name, xlen) for name in NAMES for xlen in (32, 64)]
FULL32, FULL64 = FULL = [Config.profile("full", xlen) for xlen in (32, 64)]
MSU = [Config.profile("msu", xlen) for xlen in (32, 64)]
MU = [Config.profile("mu", xlen) for xlen in (32, 64)]
#: N without S: traps of U delegated by M to U.
MUN = [Config.profile("mu", xlen, n=True) for xlen in (32, 64)]

#: Configurations that differ from the profiles, each field in one of them.
NAMED_VARIANTS = {
    "mun32": MUN[0],
    "mun64": MUN[1],
    "msuhn64": Config.profile("msuh", 64, n=True),
    "embedded32": Config.profile(
        "mu",
        32,
        isa="EMFDV",
        fs=True,
        vs=True,
        counters="none",
        ialign=32,
        mvendorid=0x89ABCDEF,
        mhartid=0,
        tval="none",
        cause_bits=4,
    ),
    "bare64": Config.profile("msu", 64, satp_modes=("bare",), counters="zihpm", fs=False, vectored_align=4, va_bits=32),
    "sv57n64": Config.profile(
        "msun", 64, ialign=32, isa="IMA", satp_modes=("bare", "sv39", "sv48", "sv57"), asid_bits=3, va_bits=57
    ),
    "large64": Config.profile(
        "full",
        64,
        ialign=32,
        isa="IMAFDV",
        vectored_align=4,
        geilen=63,
        counters="zihpm",
        satp_modes=("bare", "sv39", "sv48", "sv57"),
        hgatp_modes=("bare", "sv39x4", "sv48x4", "sv57x4"),
        windows=8,
        window_max_order=50,
        mtvec_reset=0x8000_0000_1234_5674,
        mvendorid=0x1234_5678,
        marchid=0xFEDC_BA98_7654_3210,
        mimpid=0x0F1E_2D3C_4B5A_6978,
        mhartid=0x0102_0304_0506_0708,
        mconfigptr=0x8899_AABB_CCDD_EEF0,
    ),
    "small64": Config.profile(
        "full",
        64,
        geilen=5,
        counters="none",
        satp_modes=("bare", "sv39"),
        hgatp_modes=("bare", "sv39x4"),
        windows=0,
        asid_bits=0,
        vmid_bits=0,
        vs=False,
        mtvec_reset=0x0123_4501,
        va_bits=41,
    ),
    "large32": Config.profile(
        "full", 32, ialign=32, isa="IMA", vectored_align=4, geilen=31, counters="zihpm", windows=1, fs=False
    ),
    "small32": Config.profile(
        "full",
        32,
        geilen=1,
        asid_bits=4,
        vmid_bits=1,
        windows=8,
        window_max_order=9,
        fs=False,
        vs=False,
        marchid=0xDEADBEE1,
        selection="one_hot",
    ),
}
VARIANTS = list(NAMED_VARIANTS.values())
ALL = [*PROFILES, *VARIANTS]
#: Configurations with guest external interrupts.
GUESTS = [config for config in VARIANTS if config.geilen]


def name_of(config: Config) -> str:
    """A short name for a test's id."""
    named = {f"{name}{xlen}": Config.profile(name, xlen) for name in NAMES for xlen in (32, 64)} | NAMED_VARIANTS
    for name, known in named.items():
        if config == known:
            return name
    profile = "full" if config.shudeleg else "msuh" if config.h else "msun" if config.n else "msu" if config.s else "mu"
    base = Config.profile(profile, config.xlen).to_json()
    more = [f"{key}={value}" for key, value in config.to_json().items() if value != base[key]]
    return "-".join([f"{profile}{config.xlen}", *more])
