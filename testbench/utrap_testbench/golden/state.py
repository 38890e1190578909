"""The state of the hart that traps read and write: one integer for each field that has storage.

Status registers are kept as their fields, named `<csr>_<field>`; every other
CSR is one integer that its legaliser has masked. What the CSRs look like to
software (views, shifted copies, read-only fields) is in `views`.

A `State` is treated as a value: `step` never changes the one it is given, it
copies it. The fields may hold symbolic values instead of integers; nothing
here or elsewhere in the model looks at their type.
"""

from __future__ import annotations

from dataclasses import dataclass

from .isa import Prv


@dataclass(kw_only=True)
class State:
    """Every bit of storage of the trap architecture, and the levels of its input lines.

    Storage that a configuration lacks stays 0. The order is that of the
    manual: mode, inputs, machine, supervisor, hypervisor, virtual supervisor,
    then N and Shudeleg.
    """

    # Where the hart is: nominal privilege (as MPP encodes it) and virtualization mode.
    prv: int = Prv.M.value
    v: int = 0

    # Inputs: the levels last seen. hgeip has bits GEILEN to 1.
    line_meip: int = 0
    line_mtip: int = 0
    line_msip: int = 0
    line_seip: int = 0
    line_ueip: int = 0
    line_local: int = 0  # at the bit numbers of mip, 16 and up
    hgeip: int = 0
    mhartid: int = 0
    mtvec_reset: int = 0
    time: int = 0  # 64 bits, as M and HS see it
    line_rnmi: int = 0
    rnmi_cause: int = 0
    rnmi_interrupt_vector: int = 0
    rnmi_exception_vector: int = 0
    counter_overflow: int = 0  # OF of mhpmevent31 to mhpmevent3, 32 bits
    lcofi_request: int = 0  # a counter asks for its interrupt: LCOFIP is set behind the event

    # Machine. mip_software has the bits of mip that software stores: SSIP, STIP, SEIP, USIP, UTIP, UEIP.
    mstatus_uie: int = 0
    mstatus_sie: int = 0
    mstatus_mie: int = 0
    mstatus_upie: int = 0
    mstatus_spie: int = 0
    mstatus_mpie: int = 0
    mstatus_spp: int = 0
    mstatus_vs: int = 0
    mstatus_mpp: int = 0
    mstatus_fs: int = 0
    mstatus_mprv: int = 0
    mstatus_sum: int = 0
    mstatus_mxr: int = 0
    mstatus_tvm: int = 0
    mstatus_tw: int = 0
    mstatus_tsr: int = 0
    mstatus_gva: int = 0
    mstatus_mpv: int = 0
    medeleg: int = 0
    mideleg: int = 0
    mie: int = 0
    mip_software: int = 0
    mtvec: int = 0
    mcounteren: int = 0
    mscratch: int = 0
    mepc: int = 0
    mcause: int = 0
    mtval: int = 0
    mtval2: int = 0
    mtinst: int = 0
    menvcfg: int = 0  # 64 bits, on RV32 too
    mseccfg: int = 0
    mstatus_sdt: int = 0
    mstatus_mdt: int = 0
    critical: int = 0  # the hart has stopped (norm:trap_unexp_hndl_no_rnmi)
    mstateen0: int = 0  # these of 64 bits, on RV32 too
    mstateen1: int = 0
    mstateen2: int = 0
    mstateen3: int = 0
    hstateen0: int = 0
    hstateen1: int = 0
    hstateen2: int = 0
    hstateen3: int = 0
    sstateen0: int = 0
    mnscratch: int = 0
    mnepc: int = 0
    mncause: int = 0
    mnstatus_mnpp: int = 0
    mnstatus_mnpv: int = 0
    mnstatus_nmie: int = 0

    # Debug.
    debug: int = 0  # in Debug Mode, where prv is M's
    dcsr_cetrig: int = 0
    dcsr_ebreakvs: int = 0
    dcsr_ebreakvu: int = 0
    dcsr_ebreakm: int = 0
    dcsr_ebreaks: int = 0
    dcsr_ebreaku: int = 0
    dcsr_stepie: int = 0
    dcsr_stopcount: int = 0
    dcsr_stoptime: int = 0
    dcsr_cause: int = 0
    dcsr_v: int = 0
    dcsr_nmip: int = 0
    dcsr_step: int = 0
    dcsr_prv: int = 0
    dpc: int = 0
    dscratch0: int = 0
    dscratch1: int = 0

    # Supervisor (HS).
    stvec: int = 0
    scounteren: int = 0
    sscratch: int = 0
    sepc: int = 0
    scause: int = 0
    stval: int = 0
    satp: int = 0
    senvcfg: int = 0
    stimecmp: int = 0  # 64 bits, on RV32 too

    # Hypervisor. hvip holds VSSIP, VSTIP and VSEIP; VSSIP in mip and hip is this bit.
    hstatus_gva: int = 0
    hstatus_spv: int = 0
    hstatus_spvp: int = 0
    hstatus_hu: int = 0
    hstatus_vgein: int = 0
    hstatus_vtvm: int = 0
    hstatus_vtw: int = 0
    hstatus_vtsr: int = 0
    hstatus_hupmm: int = 0
    hedeleg: int = 0
    hideleg: int = 0
    hvip: int = 0
    hgeie: int = 0
    hcounteren: int = 0
    htval: int = 0
    htinst: int = 0
    hgatp: int = 0
    henvcfg: int = 0  # 64 bits, on RV32 too
    htimedelta: int = 0  # 64 bits, on RV32 too

    # Virtual supervisor.
    vsstatus_sie: int = 0
    vsstatus_spie: int = 0
    vsstatus_spp: int = 0
    vsstatus_vs: int = 0
    vsstatus_fs: int = 0
    vsstatus_sum: int = 0
    vsstatus_mxr: int = 0
    vstvec: int = 0
    vsscratch: int = 0
    vsepc: int = 0
    vscause: int = 0
    vstval: int = 0
    vsatp: int = 0
    vsstatus_sdt: int = 0
    vstimecmp: int = 0  # 64 bits, on RV32 too

    # N. sedeleg and sideleg keep what was written; reads and routing mask them (HU-9, HU-24).
    utvec: int = 0
    uscratch: int = 0
    uepc: int = 0
    ucause: int = 0
    utval: int = 0
    sedeleg: int = 0
    sideleg: int = 0

    # Shudeleg.
    hudcfg_en: int = 0
    hudcfg_wen: int = 0
    huedeleg: int = 0
    hugpaw0: int = 0
    hugpaw1: int = 0
    hugpaw2: int = 0
    hugpaw3: int = 0
    hugpaw4: int = 0
    hugpaw5: int = 0
    hugpaw6: int = 0
    hugpaw7: int = 0
    hustatus_gva: int = 0
    hustatus_upv: int = 0
    hustatus_upvp: int = 0
    hutval: int = 0
    hutinst: int = 0

    def copy(self) -> State:
        """Another state with the same values; the only way the model makes one."""
        new = _new(State)
        new.__dict__ = self.__dict__.copy()
        return new

    def replace(self, **changes: int) -> State:
        """A copy with some fields changed; refuses a name that is no field."""
        new = self.copy()
        new.__dict__.update(changes)
        if len(new.__dict__) != len(self.__dict__):
            raise TypeError(f"no such state field: {', '.join(sorted(changes.keys() - self.__dict__.keys()))}")
        return new


_new = object.__new__
