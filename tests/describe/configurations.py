"""The configurations that are described: every profile that there is, and the ends of what fields hold."""

from utrap.config import PRESETS, PROFILES, Config

PROFILE_NAMES = [
    *((name, xlen) for name in PROFILES for xlen in (32, 64)),
    *((name, xlen) for name, widths in PRESETS.items() for xlen in widths),
]
CONFIGURATIONS = {
    **{f"{name} {xlen}": Config.profile(name, xlen) for name, xlen in PROFILE_NAMES},
    "every mode": Config.profile(
        "full",
        windows=8,
        geilen=63,
        counters="zihpm",
        satp_modes=("bare", "sv39", "sv48", "sv57"),
        hgatp_modes=("bare", "sv39x4", "sv48x4", "sv57x4"),
        isa="IMAFDQCBVX",
    ),
    "bare": Config.profile("msu", satp_modes=("bare",), asid_bits=0, counters="none", fs=False, vs=False, va_bits=32),
    "rv32e": Config.profile("msun", 32, ialign=32, isa="EM"),
    "a core's": Config.profile(
        "mu",
        32,
        local_interrupts=15,
        local_interrupts_first=True,
        mtvec_reset="port",
        mtvec_modes="vectored",
        mhartid=2,
        smrnmi=True,
        rnmi_vectors="port",
        reset_state="required",
        tval="none",
        cause_bits=5,
    ),
    "constants": Config.profile(
        "msuh",
        mvendorid=0x489,
        marchid=1 << 63 | 5,
        mimpid=0x2024,
        mhartid=3 << 32 | 7,
        mconfigptr=0x1000,
        mtvec_modes="direct",
        mtvec_reset=0x1004,
        vectored_align=4,
        geilen=1,
        vmid_bits=0,
        va_bits=50,
        isa="IMAFDCV",
    ),
}
