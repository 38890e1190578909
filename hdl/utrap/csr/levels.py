"""The rows of the CSR table, level by level."""

from __future__ import annotations

from collections.abc import Iterable

from utrap.config import Config
from utrap.csr.delegation_fields import exception_bits, hideleg, mideleg, sedeleg, sideleg
from utrap.csr.environment_fields import atp, counteren, envcfg, hugpaw, misa
from utrap.csr.interrupt_fields import hie, hip, hvip, mie, mip, sie, sip, uie, uip, vsie, vsip
from utrap.csr.makers import fixed, own, row, view
from utrap.csr.status_fields import hstatus, mstatus, supervisor_status, virtualization_status
from utrap.csr.table import Csr, Field, Guard
from utrap.csr.trap_fields import cause, epc, tinst, tval2, tvec, whole

__all__ = [
    "hypervisor_rows",
    "machine_rows",
    "shudeleg_rows",
    "supervisor_rows",
    "user_rows",
    "virtual_supervisor_rows",
]


def machine_rows(config: Config) -> Iterable[Csr]:
    """Yield the machine-level CSRs."""
    xlen, rv32 = config.xlen, config.xlen == 32

    def identification(name: str, address: int, value: int, source: str) -> Csr:
        fields = [fixed("id", 0, 32 if name == "mvendorid" else xlen, value, "read-only")]
        return row(name, address, source, "identification", fields)

    yield row("misa", 0x301, "norm:misa_acc", "ISA and extensions", misa(config))
    yield identification("mvendorid", 0xF11, config.mvendorid, "norm:mvendorid_sz_acc_op")
    yield identification("marchid", 0xF12, config.marchid, "norm:marchid_sz_acc_op")
    yield identification("mimpid", 0xF13, config.mimpid, "norm:mimpid_op")
    hartid = Field(name="id", lsb=0, width=xlen, level="mhartid", is_writable=False, rule="a port")
    yield row("mhartid", 0xF14, "norm:mhartid_sz_acc_op", "hart number", [hartid])
    yield identification("mconfigptr", 0xF15, config.mconfigptr, "norm:mconfigptr_sz_acc")
    yield row("mstatus", 0x300, "norm:mstatus_sz_acc", "machine status", mstatus(config))
    if rv32:
        fields = virtualization_status(config) if config.h else []
        yield row("mstatush", 0x310, "norm:mstatush_sz_acc", "machine status, high", fields)
    if config.s or config.n:
        yield row("medeleg", 0x302, "norm:medeleg_sz_acc", "exception delegation", exception_bits(config, "medeleg"))
        if rv32:
            yield row("medelegh", 0x312, "norm:medelegh_sz_acc_enc_xlen32", "exception delegation, high")
        yield row("mideleg", 0x303, "norm:mideleg_sz_acc", "interrupt delegation", mideleg(config))
    yield row("mie", 0x304, "norm:mie_sz_acc", "interrupt enables", mie(config))
    yield row("mtvec", 0x305, "norm:mtvec_sz_warl_acc", "trap vector", tvec(config, "mtvec", config.mtvec_reset))
    yield row("mcounteren", 0x306, "norm:mcounteren_sz", "counter enables", counteren(config, "mcounteren"))
    yield row("menvcfg", 0x30A, "norm:menvcfg_sz_acc", "environment configuration", envcfg(config, "menvcfg"))
    if rv32:
        yield row("menvcfgh", 0x31A, "norm:menvcfgh_sz_acc_op", "environment configuration, high")
    yield row("mscratch", 0x340, "norm:mscratch_sz_acc", "scratch", whole(config, "mscratch", "scratch"))
    yield row("mepc", 0x341, "norm:mepc_sz_acc", "exception pc", epc(config, "mepc"))
    yield row("mcause", 0x342, "norm:mcause_sz_acc", "trap cause", cause(config, "mcause"))
    yield row("mtval", 0x343, "norm:mtval_sz_acc", "trap value", whole(config, "mtval", "value", "tval"))
    yield row("mip", 0x344, "norm:mip_sz_acc", "pending interrupts", mip(config))
    if config.h:
        yield row("mtinst", 0x34A, "norm:mtinst_sz_acc_op", "trap instruction", tinst("mtinst"))
        yield row("mtval2", 0x34B, "norm:mtval2_sz_acc_op", "guest-physical address", tval2(config, "mtval2"))


def supervisor_rows(config: Config) -> Iterable[Csr]:
    """Yield the supervisor-level CSRs; with V=1 most give way to VS CSRs."""

    def supervisor(
        name: str,
        address: int,
        source: str,
        summary: str,
        fields: Iterable[Field],
        guard: Guard = Guard.NONE,
        has_vs: bool = True,
    ) -> Csr:
        vs_name = f"v{name}" if config.h and has_vs else ""
        return row(name, address, source, summary, fields, guard, vs_name)

    yield supervisor(
        "sstatus", 0x100, "norm:sstatus", "supervisor status", supervisor_status(config, "mstatus", config.n)
    )
    yield supervisor("sie", 0x104, "norm:sip_sie", "interrupt enables", sie(config))
    yield supervisor("stvec", 0x105, "norm:stvec", "trap vector", tvec(config, "stvec"))
    yield supervisor(
        "scounteren", 0x106, "norm:scounteren", "counter enables", counteren(config, "scounteren"), has_vs=False
    )
    yield supervisor(
        "senvcfg", 0x10A, "norm:senvcfg", "environment configuration", envcfg(config, "senvcfg"), has_vs=False
    )
    yield supervisor("sscratch", 0x140, "norm:sscratch", "scratch", whole(config, "sscratch", "scratch"))
    yield supervisor("sepc", 0x141, "norm:sepc", "exception pc", epc(config, "sepc"))
    yield supervisor("scause", 0x142, "norm:scause", "trap cause", cause(config, "scause"))
    yield supervisor("stval", 0x143, "norm:stval", "trap value", whole(config, "stval", "value", "tval"))
    yield supervisor("sip", 0x144, "norm:sip_sie", "pending interrupts", sip(config))
    yield supervisor("satp", 0x180, "norm:satp", "address translation", atp(config, "satp"), Guard.SATP)


def hypervisor_rows(config: Config) -> Iterable[Csr]:
    """Yield the CSRs that H gives to HS-mode."""
    rv32 = config.xlen == 32
    yield row("hstatus", 0x600, "norm:hstatus_sz_acc_op", "hypervisor status", hstatus(config))
    yield row("hedeleg", 0x602, "norm:hedeleg_sz_acc", "exception delegation", exception_bits(config, "hedeleg"))
    yield row("hideleg", 0x603, "norm:hideleg_sz_acc", "interrupt delegation", hideleg(config))
    yield row("hie", 0x604, "norm:hip_hie_sz_acc", "interrupt enables", hie(config))
    guest = (1 << config.geilen) - 1
    hgeie, hgeip = [], []
    if config.geilen:
        hgeie = [own("hgeie", "guests", 1, config.geilen, mask=guest)]
        hgeip = [Field(name="guests", lsb=1, width=config.geilen, level="hgeip", is_writable=False, rule="lines")]
    yield row("hcounteren", 0x606, "norm:hcounteren_sz", "counter enables", counteren(config, "hcounteren"))
    yield row("hgeie", 0x607, "norm:hgeie_sz_acc_op", "guest external enables", hgeie)
    yield row("hgeip", 0xE12, "norm:hgeip_sz_acc_op", "guest external pending", hgeip)
    yield row("henvcfg", 0x60A, "norm:henvcfg_sz_acc_op", "environment configuration", envcfg(config, "henvcfg"))
    yield row(
        "htimedelta", 0x605, "norm:htimedelta_sz_acc_op", "guest time offset", whole(config, "htimedelta", "delta")
    )
    if rv32:
        yield row("hedelegh", 0x612, "norm:hedelegh_sz_acc_op", "exception delegation, high")
        yield row("henvcfgh", 0x61A, "norm:henvcfgh_sz_acc_op", "environment configuration, high")
        yield row(
            "htimedeltah",
            0x615,
            "norm:htimedeltah_sz_acc_op",
            "guest time offset, high",
            whole(config, "htimedeltah", "delta"),
        )
    yield row("htval", 0x643, "norm:htval_sz_acc_op", "guest-physical address", tval2(config, "htval"))
    yield row("hip", 0x644, "norm:hip_hie_sz_acc", "pending interrupts", hip(config))
    yield row("hvip", 0x645, "norm:hvip_sz_op", "injected interrupts", hvip(config))
    yield row("htinst", 0x64A, "norm:htinst_sz_acc_op", "trap instruction", tinst("htinst"))
    yield row("hgatp", 0x680, "norm:hgatp_sz_acc_op", "guest address translation", atp(config, "hgatp"), Guard.HGATP)


def virtual_supervisor_rows(config: Config) -> Iterable[Csr]:
    """Yield the guest's copies of the supervisor CSRs, at their own addresses."""
    yield row(
        "vsstatus",
        0x200,
        "norm:vsstatus_sz_acc_op",
        "guest status",
        supervisor_status(config, "vsstatus", with_user=False),
    )
    yield row("vsie", 0x204, "norm:vsip_vsie_sz_acc_op", "guest interrupt enables", vsie(config))
    yield row("vstvec", 0x205, "norm:vstvec_sz_acc_op", "guest trap vector", tvec(config, "vstvec"))
    yield row("vsscratch", 0x240, "norm:vsscratch_sz_acc_op", "guest scratch", whole(config, "vsscratch", "scratch"))
    yield row("vsepc", 0x241, "norm:vspec_sz_acc_op", "guest exception pc", epc(config, "vsepc"))
    yield row("vscause", 0x242, "norm:vscause_sz_acc_op", "guest trap cause", cause(config, "vscause"))
    yield row("vstval", 0x243, "norm:vstval_sz_acc_op", "guest trap value", whole(config, "vstval", "value", "tval"))
    yield row("vsip", 0x244, "norm:vsip_vsie_sz_acc_op", "guest pending interrupts", vsip(config))
    yield row("vsatp", 0x280, "norm:vsatp_sz_acc_op", "guest's own address translation", atp(config, "vsatp"))


def user_rows(config: Config) -> Iterable[Csr]:
    """Yield the CSRs of the N extension."""

    def user(name: str, address: int, summary: str, fields: Iterable[Field]) -> Csr:
        return row(name, address, "HU-3", summary, fields, Guard.HOST)

    yield user("ustatus", 0x000, "user status", [view("mstatus.uie", "uie", 0), view("mstatus.upie", "upie", 4)])
    yield user("uie", 0x004, "interrupt enables", uie(config))
    yield user("utvec", 0x005, "trap vector", tvec(config, "utvec"))
    yield user("uscratch", 0x040, "scratch", whole(config, "uscratch", "scratch"))
    yield user("uepc", 0x041, "exception pc", epc(config, "uepc"))
    yield user("ucause", 0x042, "trap cause", cause(config, "ucause"))
    yield user("utval", 0x043, "trap value", whole(config, "utval", "value", "tval"))
    yield user("uip", 0x044, "pending interrupts", uip(config))
    if config.s:
        yield row("sedeleg", 0x102, "HU-9", "exception delegation to U", sedeleg(config), Guard.HOST)
        yield row("sideleg", 0x103, "HU-24", "interrupt delegation to U", sideleg(config), Guard.HOST)


def shudeleg_rows(config: Config) -> Iterable[Csr]:
    """Yield the CSRs of Shudeleg (its section 3); without it they do not exist (HU-15)."""
    yield row("hudcfg", 0x6C0, "HU-1", "delegation to U", [own("hudcfg", "en", 0), own("hudcfg", "wen", 1)])
    yield row("huedeleg", 0x6C2, "HU-9", "guest exception delegation to U", exception_bits(config, "huedeleg"))
    if config.xlen == 32:
        yield row("huedelegh", 0x6D2, "HU-6", "guest exception delegation to U, high")
    for i in range(config.windows):
        yield row(f"hugpaw{i}", 0x6E0 + i, "HU-17", "delegation window", hugpaw(config, f"hugpaw{i}"))
    status = [own("hustatus", name, lsb) for name, lsb in (("gva", 6), ("upv", 7), ("upvp", 8))]
    user = Guard.SHUDELEG_USER
    yield row("hustatus", 0x800, "HU-2", "user trap status", status, user)
    yield row("hutval", 0x843, "HU-13", "guest-physical address", tval2(config, "hutval"), user)
    yield row("hutinst", 0x84A, "HU-13", "trap instruction", tinst("hutinst"), user)
