"""The machine-level CSRs with their fields."""

from __future__ import annotations

from collections.abc import Iterable

from utrap.config import Config
from utrap.csr.definitions import Csr, Field
from utrap.csr.shared.delegation import exception_bits
from utrap.csr.shared.environment import counteren, envcfg, pmm, upper_envcfg
from utrap.csr.shared.interrupts import enable, has_enable, pending
from utrap.csr.shared.makers import fixed, high_half, own, row
from utrap.csr.shared.stateen import machine_rows
from utrap.csr.shared.status import state_fields, supervisor_status
from utrap.csr.shared.traps import cause, epc, mtval2, mtvec, saved, scratch, tinst, tval
from utrap.csr.warl import ExistingMode, SetOnly, Warl
from utrap.isa import Interrupt, Target, interrupts

__all__ = ["rows"]


def rows(config: Config) -> Iterable[Csr]:
    """Yield the machine-level CSRs."""
    yield row("misa", 0x301, "norm:misa_acc", "ISA and extensions", _misa(config))
    yield from _identification(config)
    yield row("mstatus", 0x300, "norm:mstatus_sz_acc", "machine status", _mstatus(config))
    high = _virtualization_status("mstatush", 6) if config.h else []
    high += [_mdt("mstatush", 10)] if config.smdbltrp else []
    yield high_half(config, "mstatush", 0x310, "norm:mstatush_sz_acc", "machine status, high", high)
    if config.s or config.n:
        yield row("medeleg", 0x302, "norm:medeleg_sz_acc", "exception delegation", exception_bits(config, "medeleg"))
        yield high_half(config, "medelegh", 0x312, "norm:medelegh_sz_acc_enc_xlen32", "exception delegation, high")
        yield row("mideleg", 0x303, "norm:mideleg_sz_acc", "interrupt delegation", _mideleg(config))
    yield row("mie", 0x304, "norm:mie_sz_acc", "interrupt enables", _mie(config))
    yield row("mtvec", 0x305, "norm:mtvec_sz_warl_acc", "trap vector", mtvec(config))
    yield row("mcounteren", 0x306, "norm:mcounteren_sz", "counter enables", counteren(config, "mcounteren"))
    yield row("menvcfg", 0x30A, "norm:menvcfg_sz_acc", "environment configuration", envcfg(config, "menvcfg"))
    upper = upper_envcfg(config, "menvcfgh")
    yield high_half(config, "menvcfgh", 0x31A, "norm:menvcfgh_sz_acc_op", "environment configuration, high", upper)
    if config.smmpm:  # norm:mseccfg_presence, norm:mseccfgh_presence, norm:mseccfg_pmm_presence_op
        yield row("mseccfg", 0x747, "norm:mseccfg_sz_acc", "security configuration", pmm(config, "mseccfg"))
        yield high_half(config, "mseccfgh", 0x757, "norm:mseccfgh_sz_acc_op", "security configuration, high")
    if config.smstateen:
        yield from machine_rows(config)
    yield row("mscratch", 0x340, "norm:mscratch_sz_acc", "scratch", scratch(config, "mscratch"))
    target = Target.M
    yield row("mepc", 0x341, "norm:mepc_sz_acc", "exception pc", epc(config, "mepc"), target=target)
    code = cause(config, "mcause")  # norm:mcause_rst1_val
    yield row("mcause", 0x342, "norm:mcause_sz_acc", "trap cause", code, target=target, must_reset=True)
    yield row("mtval", 0x343, "norm:mtval_sz_acc", "trap value", tval(config, "mtval"), target=target)
    yield row("mip", 0x344, "norm:mip_sz_acc", "pending interrupts", _mip(config))
    if config.h:
        yield row("mtinst", 0x34A, "norm:mtinst_sz_acc_op", "trap instruction", tinst("mtinst"), target=target)
    if config.h or config.ssdbltrp:
        summary = " or ".join(["guest-physical address"] * config.h + ["cause of a double trap"] * config.ssdbltrp)
        yield row("mtval2", 0x34B, "norm:mtval2_sz_acc_op", summary, mtval2(config), target=target)
    if config.smrnmi:
        yield from _rnmi(config)


def _rnmi(config: Config) -> Iterable[Csr]:
    """What an RNMI saves, beside all that other traps save (norm:Smrnmi_csrs).

    All of them are read and written (norm:mnscratch_acc, norm:mnscratch_op, norm:mnepc_acc); mnepc holds every pc
    (norm:mnepc_op, norm:mnepc_warl, norm:mnepc_bit0, norm:mnepc_ialign32), mncause as mcause does (norm:mncause_img).
    """
    yield row("mnscratch", 0x740, "norm:mnscratch_sz", "RNMI scratch", scratch(config, "mnscratch"))
    yield row("mnepc", 0x741, "norm:mnepc_sz", "RNMI pc", saved(epc(config, "mnepc")))
    yield row("mncause", 0x742, "norm:mncause_op", "RNMI cause", saved(cause(config, "mncause")))
    copies = 1 if config.s else 2
    fields = [
        # norm:mnstatus_nmie_set_clear, norm:mnstatus_nmie_reset
        own("mnstatus", "nmie", 3, must_reset=True, rule=SetOnly()),
        own("mnstatus", "mnpp", 11, 2, copies=copies, rule=ExistingMode(has_s=config.s)),  # norm:mnstatus_mnpp_op
    ]
    if config.h:
        fields.append(own("mnstatus", "mnpv", 7))  # norm:mnstatus_mnpv_op
    # norm:mnstatus_reserved: the other bits read 0.
    yield row("mnstatus", 0x744, "norm:mnstatus_img", "RNMI status", fields)


def _misa(config: Config) -> list[Field]:
    """The extensions and MXL."""
    letters = config.isa + "U"
    for present, letter in ((config.s, "S"), (config.h, "H"), (config.n, "N")):
        letters += letter if present else ""
    extensions = sum(1 << ord(letter) - ord("A") for letter in letters)
    mxl = 2 if config.xlen == 64 else 1
    return [
        fixed("extensions", 0, 26, extensions, "read-only"),
        fixed("mxl", config.xlen - 2, 2, mxl, "read-only"),
    ]


def _identification(config: Config) -> Iterable[Csr]:
    hartid = config.mhartid
    if isinstance(hartid, str):
        number = Field(
            name="id", lsb=0, width=config.xlen, level="mhartid", is_writable=False, rule=Warl(words="a port")
        )
    else:
        number = fixed("id", 0, config.xlen, hartid, "read-only")
    for name, address, width, value, source in (
        ("mvendorid", 0xF11, 32, config.mvendorid, "norm:mvendorid_sz_acc_op"),
        ("marchid", 0xF12, config.xlen, config.marchid, "norm:marchid_sz_acc_op"),
        ("mimpid", 0xF13, config.xlen, config.mimpid, "norm:mimpid_op"),
        ("mconfigptr", 0xF15, config.xlen, config.mconfigptr, "norm:mconfigptr_sz_acc"),
    ):
        yield row(name, address, source, "identification", [fixed("id", 0, width, value, "read-only")])
    yield row("mhartid", 0xF14, "norm:mhartid_sz_acc_op", "hart number", [number])


def _mstatus(config: Config) -> list[Field]:
    copies = 1 if config.s else 2
    # norm:mstatus_mie_set_mdt_0: RV32 has MDT in mstatush.
    may_enable = ("~mstatush.mdt",) if config.smdbltrp and config.xlen == 32 else ()
    # norm:mstatus_mie_mprv_rst
    fields = [
        own("mstatus", "mie", 3, must_reset=True, write_where=may_enable),
        own("mstatus", "mpie", 7),
        own("mstatus", "mpp", 11, 2, copies=copies, rule=ExistingMode(has_s=config.s)),
        own("mstatus", "mprv", 17, must_reset=True),
        own("mstatus", "tw", 21),
    ]
    if config.s:
        fields += supervisor_status(config, "mstatus", config.n)
        fields.append(own("mstatus", "tsr", 22))
        if config.has_paging:
            # norm:mstatus_tvm_warl_op: read-only 0 where satp.MODE is.
            fields.append(own("mstatus", "tvm", 20))
        if config.xlen == 64:
            fields.append(fixed("sxl", 34, 2, 2, "read-only: SXLEN is XLEN"))
    else:
        fields += state_fields(config, "mstatus")
        if config.n:
            fields += [own("mstatus", "uie", 0), own("mstatus", "upie", 4)]
        if config.xlen == 64:
            fields.append(fixed("uxl", 32, 2, 2, "read-only: UXLEN is XLEN"))
    if config.h and config.xlen == 64:
        fields += _virtualization_status("mstatus", 38)
    if config.smdbltrp and config.xlen == 64:
        fields.append(_mdt("mstatus", 42))
    return fields


def _mdt(csr: str, lsb: int) -> Field:
    """norm:mstatus_mdt_sz_warl, norm:mstatus_mdt_rst, norm:mstatus_mie_clr_by_mdt, norm:mstatus_mie_clr_by_mdt_rv64

    norm:mstatus_mie_set_mdt_0_rv64: on RV64 the same write may clear it and set MIE.
    """
    return own(csr, "mdt", lsb, reset=1, must_reset=True, clears=("mstatus.mie",), words="a write of 1 clears MIE")


def _virtualization_status(csr: str, low: int) -> list[Field]:
    """GVA and MPV, which RV32 has in mstatush."""
    return [own(csr, "gva", low), own(csr, "mpv", low + 1)]


def _mideleg(config: Config) -> list[Field]:
    """Writable bits, and those that H fixes at 1."""
    fields = []
    for rule in interrupts(config):
        name = rule.name.lower()
        if rule.mideleg == "writable":
            fields.append(own("mideleg", name, rule.code))
        elif rule.mideleg == "one":
            fields.append(fixed(name, rule.code, 1, 1, "read-only 1"))
    return fields


def _mip(config: Config) -> list[Field]:
    writable = {
        Interrupt.SEI,
        Interrupt.SSI,
        Interrupt.STI,
        Interrupt.LCOFI,
        Interrupt.VSSI,
        Interrupt.UEI,
        Interrupt.USI,
        Interrupt.UTI,
    }
    return [pending(config, r, r.code in writable) for r in interrupts(config)]


def _mie(config: Config) -> list[Field]:
    return [enable(r) for r in interrupts(config) if has_enable(config, r)]
