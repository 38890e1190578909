"""What follows from a hart's parameters once and for all: widths and writable bits."""

from __future__ import annotations

from .isa import IRQ_PRIORITY, Cause, Irq, bits, ones
from .parameters import Parameters

# The bits that the manual's and warl.md's tables call writable, as causes.
_MEDELEG_BASE = (1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 15, 18, 19)
_MEDELEG_S = (Cause.ECALL_FROM_S,)
_MEDELEG_H = (Cause.ECALL_FROM_VS, 20, 21, 22, 23)
_HEDELEG = (0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 15, 18, 19)
# A double trap never goes to U (HU-36).
_SEDELEG = (0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 15)
_HUEDELEG = (0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 13, 15, 18, 20, 21, 22, 23)

IRQ_M = bits(Irq.MSI, Irq.MTI, Irq.MEI)
IRQ_S = bits(Irq.SSI, Irq.STI, Irq.SEI)
IRQ_VS = bits(Irq.VSSI, Irq.VSTI, Irq.VSEI)
IRQ_U = bits(Irq.USI, Irq.UTI, Irq.UEI)

_STANDARD = tuple(irq.value for irq in IRQ_PRIORITY)

# MODE encodings of satp and hgatp (norm:satp_mode_sxlen32, norm:satp_mode_sxlen64, norm:hgatp_mode_sv).
_ATP_MODE = {
    "bare": 0,
    "sv32": 1, "sv39": 8, "sv48": 9, "sv57": 10,
    "sv32x4": 1, "sv39x4": 8, "sv48x4": 9, "sv57x4": 10,
}  # fmt: skip
# Width of a guest-physical address in each G-stage mode.
_GPA_BITS = {"bare": 0, "sv32x4": 34, "sv39x4": 41, "sv48x4": 50, "sv57x4": 59}
_COUNTER_BITS = {"none": 0, "zicntr": 3, "zihpm": 32}


class Rules:
    """The constants of one configuration, which every module of the model reads."""

    def __init__(self, config: Parameters) -> None:
        s, h, n = config.s, config.h, config.n
        xlen = config.xlen
        # 1 where the bit or mode exists, 0 where it is read-only 0: used as a mask on single-bit fields.
        self.has_s, self.has_h, self.has_n = int(s), int(h), int(n)
        self.fs, self.vs = (3 if config.fs else 0), (3 if config.vs else 0)

        self.xlen = xlen
        self.xlen_mask = ones(xlen)
        self.interrupt_bit = 1 << (xlen - 1)

        # What is not narrowed has all of its bits below (warl:va_bits).
        self.va_bits = config.va_bits or xlen
        self.va_lower, self.va_upper = ones(self.va_bits), ones(xlen - self.va_bits)
        # warl:IALIGN
        self.epc_mask = self.xlen_mask ^ ones(1 if config.ialign == 16 else 2)

        # Delegation (warl:medeleg, warl:hedeleg, warl:mideleg, warl:hideleg, HU-9, HU-24).
        self.medeleg = bits(*_MEDELEG_BASE) if s or n else 0
        if (s or n) and config.ialign == 32:
            self.medeleg |= bits(Cause.INSTRUCTION_ADDRESS_MISALIGNED)
        if s:
            self.medeleg |= bits(*_MEDELEG_S)
        if h:
            self.medeleg |= bits(*_MEDELEG_H)
        self.hedeleg = bits(*_HEDELEG) if h else 0
        # A bit that medeleg cannot have could never be read as 1 (HU-9), so it is not stored.
        self.sedeleg = bits(*_SEDELEG) & self.medeleg if n and s else 0
        self.huedeleg = bits(*_HUEDELEG) if config.shudeleg else 0
        self.is_number_told = config.mhartid == "port"
        # norm:mip_lcofip_mie_lcofie_rdonly0
        self.lcofi = bits(Irq.LCOFI) if config.sscofpmf else 0
        self.mideleg = (IRQ_S if s else 0) | (IRQ_U if n else 0) | self.lcofi
        # norm:mideleg_acc_h; SGEI too, whatever GEILEN (warl:mideleg).
        self.mideleg_read_only_ones = IRQ_VS | bits(Irq.SGEI) if h else 0
        self.hideleg = (IRQ_VS if h else 0) | (self.lcofi if config.shlcofideleg else 0)  # norm:vsip_vsie_lcofi
        self.sideleg = IRQ_U if n and s else 0  # HU-33: without LCOFI

        # Interrupt enables and software-writable pending bits (warl:mie, warl:mip).
        self.sgei = bits(Irq.SGEI) if config.geilen > 0 else 0
        self.mie = IRQ_M | (IRQ_S if s else 0) | (IRQ_VS | self.sgei if h else 0) | (IRQ_U if n else 0)
        # norm:mip_mie_enc_txt: the platform's own, from 16 on.
        self.local = ones(config.local_interrupts) << 16
        self.mie |= self.local | self.lcofi
        self.mideleg |= self.local if s else 0
        self.hideleg |= self.local if h else 0
        local = tuple(range(16, 16 + config.local_interrupts))
        self.priority = (*local, *_STANDARD) if config.local_interrupts_first else (*_STANDARD, *local)
        # Those that VS sees under their own number (norm:vsip_vsie_lcofi).
        self.kept = self.local | self.lcofi
        self.mip_software = (IRQ_S if s else 0) | (IRQ_U if n else 0) | self.lcofi
        self.hvip = IRQ_VS if h else 0
        self.hie = IRQ_VS | self.sgei if h else 0
        # Bits that sie and sip may show where mideleg has them (warl:views).
        self.sie = (IRQ_S if s else 0) | (IRQ_U if n else 0) | (self.local if s else 0) | self.lcofi
        self.uie = IRQ_U if n else 0

        # Guest external interrupts (norm:geilen, norm:hstatus_vgein_op).
        self.hgei = ones(config.geilen + 1) ^ 1 if config.geilen > 0 else 0
        self.vgein = ones(config.geilen.bit_length())
        self.geilen = config.geilen

        # Translation (warl:satp, warl:hgatp, warl:ASIDLEN, VMIDLEN).
        self.has_translation = int(len(config.satp_modes) > 1)
        self.satp_modes = tuple(_ATP_MODE[mode] for mode in config.satp_modes)
        self.hgatp_modes = tuple(_ATP_MODE[mode] for mode in config.hgatp_modes)
        if xlen == 64:
            self.atp_mode_shift, self.asid_shift, self.ppn = 60, 44, ones(44)
        else:
            self.atp_mode_shift, self.asid_shift, self.ppn = 31, 22, ones(22)
        self.satp_fields = self.ppn | ones(config.asid_bits) << self.asid_shift
        self.hgatp_fields = self.ppn ^ ones(2) | ones(config.vmid_bits) << self.asid_shift

        # Guest-physical addresses (warl:mtval2, htval, hutval; HU-17).
        self.gpa_bits = _GPA_BITS[config.hgatp_modes[-1]] if h else 0
        self.tval2 = ones((xlen if config.shtvala else self.gpa_bits) - 2) if h else 0
        # norm:mtval2_Ssdbltrap: a double trap puts there what mcause would have been given.
        self.mtval2 = self.tval2 | (self.interrupt_bit | 63 if config.ssdbltrp else 0)
        self.page_bits = self.gpa_bits - 12 if h else 0
        self.windows = tuple(f"hugpaw{i}" for i in range(config.windows))
        self.hugpaw = ones(7) | ones(self.page_bits) << 10 if config.shudeleg else 0
        self.window_max_order = config.window_max_order
        self.tinst = ones(32)

        # What an xcause keeps of a code, and an xtval of a value (warl:xcause, norm:mtval_rdonly0).
        self.code = ones(config.cause_bits)
        self.tval = ones(xlen) if config.tval == "all" else 0

        # warl:counter enables
        self.counteren = ones(_COUNTER_BITS[config.counters])

        # The xenvcfg: FIOM, CBIE, CBCFE, CBZE, PMM, ADUE, PBMTE, STCE (norm:menvcfg_fiom_rdonly0_ok,
        # norm:menvcfg_cbie_rdonly0, norm:menvcfg_cbcfe_rdonly0, norm:menvcfg_cbze_rdonly0, norm:menvcfg_pmm_rdonly0,
        # norm:menvcfg_adue_rdonly0, norm:menvcfg_pbmte_rdonly0, norm:menvcfg_stce_rdonly0, norm:menvcfg_enc_img,
        # norm:menvcfg_stce_op1, norm:stce_bit_exist, norm:senvcfg_fiom_acc).
        self.sstc = int(config.sstc)
        blocks = (7 << 4 if config.zicbom else 0) | config.zicboz << 7
        pmm = 3 << 32 if xlen == 64 else 0  # norm:pm_rv32_illegal: the fields are there, and read-only 0
        self.senvcfg = (self.has_translation | blocks | (pmm if config.ssnpm else 0)) if s else 0
        # What menvcfg withholds from henvcfg while its own bit is 0.
        self.withheld = config.ssdbltrp << 59 | config.svadu << 61 | config.svpbmt << 62 | config.sstc << 63
        self.menvcfg = self.has_translation | blocks | (pmm if config.smnpm else 0) | self.withheld
        self.henvcfg = (self.has_translation | blocks | (pmm if config.ssnpm else 0) | self.withheld) if h else 0
        self.henvcfg_own = self.henvcfg & (self.withheld ^ ones(64))
        # Double traps and RNMIs (norm:mstatus_mdt_sz_warl).
        self.ssdbltrp, self.smdbltrp, self.smrnmi = int(config.ssdbltrp), int(config.smdbltrp), int(config.smrnmi)
        self.sdext = int(config.sdext)
        self.rnmi_interrupt_vector, self.rnmi_exception_vector = (
            config.rnmi_interrupt_vector, config.rnmi_exception_vector,
        )  # fmt: skip
        self.rnmi_vectors_are_inputs = config.rnmi_vectors == "port"
        # Smstateen: a bit exists where what it is for does (norm:stateen_unimplemented_state_roz, warl:stateen).
        # norm:mstateen_bit_correspondence, norm:stateen_reserved_roz, norm:hstateen_encoding, norm:stateen_warl_access:
        # none is read-only 1 (norm:sstateen_ro1_bits, norm:hstateen_ro1_bits).
        # norm:mstateen_bit_63_roz, norm:hstateen_bit_63_writable: bit 63 is there with S.
        # norm:stateen0_fcsr_op: whenever misa.F is 1, FCSR is read-only 0.
        fcsr = config.zfinx and "F" not in config.isa
        user = int(n or config.custom_state) | fcsr << 1 | config.zcmt << 2
        # norm:sscsrind_csrs_access_control: Smcsrind has the supervisor's registers too.
        indirect = config.smcsrind or config.sscsrind
        guest = (
            config.smctr << 54
            | config.sdtrig << 57
            | config.imsic << 58
            | config.ssaia << 59
            | indirect << 60
            | 3 << 62
        )
        machine = config.ssqosid << 55 | (1 << 56 if h and xlen == 32 else 0)
        has, self.ssqosid, self.smctr = config.smstateen, int(config.ssqosid), int(config.smctr)
        self.mstateen = ((user | guest | machine) * has, *(1 << 63,) * 3) if s and has else (user * has, 0, 0, 0)
        self.hstateen = (user | guest, *(1 << 63,) * 3) if h and has else (0, 0, 0, 0)
        self.sstateen0 = user if s and has else 0
        # norm:mseccfg_sz_acc, norm:mseccfg_presence, norm:mseccfg_pmm_presence_op, norm:mseccfg_pmm_rdonly0
        self.mseccfg = pmm if config.smmpm else 0
        self.hupmm = 3 if config.ssnpm and h and xlen == 64 else 0

        # xtvec (warl:xtvec)
        self.vector_by_insertion = config.vectored_align == 256
        self.base_direct = self.xlen_mask ^ ones(2)
        # What mtvec's MODE is, where it cannot be chosen.
        self.mtvec_clear = 1 if config.mtvec_modes == "direct" else 0
        self.mtvec_set = 1 if config.mtvec_modes == "vectored" else 0
        self.base_vectored = self.xlen_mask ^ ones(8 if config.vectored_align == 256 else 2)

        # Read-only parts of the status registers: UXL, SXL and VSXL say XLEN (warl:MXL/SXL/UXL/VSXL).
        self.uxl = 2 << 32 if xlen == 64 else 0
        self.sxl = 2 << 34 if xlen == 64 and s else 0
        self.vsxl = 2 << 32 if xlen == 64 else 0
        self.sd = 1 << (xlen - 1)

        # misa (warl:misa)
        letters = config.isa + "U" + ("S" if s else "") + ("H" if h else "") + ("N" if n else "")
        self.misa = (1 if xlen == 32 else 2) << (xlen - 2)
        for letter in letters:
            self.misa |= 1 << (ord(letter) - ord("A"))
