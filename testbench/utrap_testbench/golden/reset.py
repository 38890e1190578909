"""Reset: the state that the configuration and the inputs decide."""

from __future__ import annotations

from . import legalise
from .config import Config
from .isa import Prv, ones
from .state import State


def reset_state(config: Config) -> State:
    """The state after reset: M-mode, everything else 0 but what cannot be (warl:reset, norm:mstatus_mie_mprv_rst).

    mtvec comes from the configuration, and read-only ones read as ones at
    once. Lines are low, and the input `mtvec_reset` is 0. The timers are as
    far away as they can be, so that none is pending (warl:stimecmp).
    """
    # norm:mstatus_mdt_rst, norm:mnstatus_nmie_reset, norm:mstateen_zero_initialization,
    # norm:hstateen_sstateen_zero_initialization
    r = config.rules
    return State(
        mtvec=legalise.mtvec(r, 0) if isinstance(config.mtvec_reset, str) else config.mtvec_reset,
        mideleg=r.mideleg_read_only_ones,
        mstatus_mdt=r.smdbltrp,
        dcsr_prv=Prv.M.value * r.sdext,
        stimecmp=ones(64) * r.sstc,
        vstimecmp=ones(64) * (r.sstc & r.has_h),
    )


def reset(config: Config, s: State) -> State:
    """The state after a cycle of reset: what comes from outside stays, and mtvec may be told by it."""
    new = reset_state(config).replace(**{name: getattr(s, name) for name in _INPUTS})
    if config.reset_state == "required":
        new = _required(config, s, new)
    if config.mtvec_reset == "port":
        new.mtvec = legalise.mtvec(config.rules, s.mtvec_reset)
    return new


def _required(config: Config, s: State, new: State) -> State:
    """What must have a value after reset has that of `new`, the rest stays as it is.

    What the manual and the specifications say (norm:M-mode_at_rst2, norm:mstatus_mie_mprv_rst, norm:mcause_rst1_val,
    norm:hgatp_vsatp_mode_rst, norm:mnstatus_nmie_rst, norm:mstatus_mdt_rst, norm:mstateen_zero_initialization, Sdext's
    table of dcsr, shudeleg section 3), and fields that could otherwise hold an illegal value (norm:warl_rst).
    """
    r = config.rules
    kept = s.replace(**{name: getattr(new, name) for name in _RESET})
    for name in ("satp", "vsatp", "hgatp"):
        setattr(kept, name, getattr(s, name) & _kept_of_translation(config, name))
    # CBIE of 2 and PMM of 1 are reserved; so is HUPMM's.
    reserved = 3 << 4 | 3 << 32
    for name in ("menvcfg", "henvcfg", "senvcfg", "mseccfg"):
        setattr(kept, name, getattr(s, name) & (ones(64) ^ reserved))
    # MODE's upper bit is always 0, and with MODE 0 every BASE is legal.
    for name in ("mtvec", "stvec", "vstvec"):
        setattr(kept, name, getattr(s, name) & r.base_direct)
    if config.mtvec_reset != 0:
        kept.mtvec = new.mtvec
    if config.s:
        kept.mstatus_mpp, kept.mnstatus_mnpp = 0, 0
    if config.geilen < ones(6):
        kept.hstatus_vgein = 0
    # uie and uip show these.
    kept.mie, kept.mip_software = (s.mie & (r.xlen_mask ^ r.uie), s.mip_software & (r.xlen_mask ^ r.uie))
    return kept


def _kept_of_translation(config: Config, name: str) -> int:
    """The bits of satp, vsatp or hgatp that reset leaves alone: of fields whose every value is legal."""
    r = config.rules
    is_guests = name == "hgatp"
    most = {("satp", 64): 16, ("satp", 32): 9, ("hgatp", 64): 14, ("hgatp", 32): 7}
    identifier = ones(most[name.removeprefix("v"), config.xlen])
    width = config.vmid_bits if is_guests else config.asid_bits
    kept = 0 if is_guests else r.ppn  # bits 1:0 of hgatp.PPN are 0
    return kept | (identifier << r.asid_shift if ones(width) == identifier else 0)


#: The levels of the inputs, which reset leaves alone.
_INPUTS = (
    "line_meip", "line_mtip", "line_msip", "line_seip", "line_ueip", "line_local", "hgeip", "mhartid", "mtvec_reset",
    "time", "line_rnmi", "rnmi_cause", "rnmi_interrupt_vector", "rnmi_exception_vector",
    "counter_overflow", "lcofi_request",
)  # fmt: skip
#: The fields that reset gives a value whatever the configuration.
_RESET = (
    "prv", "v", "debug", "critical", "mstatus_mie", "mstatus_mprv", "mstatus_mdt", "mstatus_sdt", "vsstatus_sdt",
    "mcause", "mnstatus_nmie", "hstatus_hupmm", "mstateen0", "mstateen1", "mstateen2", "mstateen3",
    "mstatus_uie", "mstatus_upie", "utvec", "uscratch", "uepc", "ucause", "utval", "sedeleg", "sideleg",
    "hudcfg_en", "hudcfg_wen", "huedeleg", *(f"hugpaw{number}" for number in range(8)),
    "hustatus_gva", "hustatus_upv", "hustatus_upvp", "hutval", "hutinst",
    "dcsr_cetrig", "dcsr_ebreakvs", "dcsr_ebreakvu", "dcsr_ebreakm", "dcsr_ebreaks", "dcsr_ebreaku", "dcsr_stepie",
    "dcsr_stopcount", "dcsr_stoptime", "dcsr_cause", "dcsr_v", "dcsr_nmip", "dcsr_step", "dcsr_prv",
)  # fmt: skip
