"""The rows of the CSR table: what a configuration has, level by level."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from utrap.config import COUNTERS, Config
from utrap.csr.table import Csr, CsrTableError, Field, Guard
from utrap.isa import Interrupt, InterruptRule, Mode, exceptions, interrupts

__all__ = ["COUNTERS_HIGH", "COUNTERS_LOW", "absent_addresses", "csr_rows", "csrs", "storage_bits", "stored_fields"]


def _own(csr: str, name: str, lsb: int, width: int = 1, **more: object) -> Field:
    """Make a field that is storage of its own."""
    more.setdefault("mask", (1 << width) - 1)
    return Field(name=name, lsb=lsb, width=width, storage=f"{csr}.{name}", **more)  # type: ignore[arg-type]


def _view(storage: str, name: str, lsb: int, width: int = 1, **more: object) -> Field:
    """Make a field that shows another CSR's storage."""
    more.setdefault("mask", (1 << width) - 1)
    return Field(name=name, lsb=lsb, width=width, storage=storage, **more)  # type: ignore[arg-type]


def _fixed(name: str, lsb: int, width: int, value: int, rule: str = "") -> Field:
    """Make a read-only constant field."""
    return Field(name=name, lsb=lsb, width=width, constant=value, is_writable=False, rule=rule)


# --- status -----------------------------------------------------------------


def _state_fields(config: Config, csr: str) -> list[Field]:
    """FS and VS of a status register, and what follows from them."""
    warl = "writable where the configuration has the state"
    fields = []
    if config.vs:
        fields.append(_view(f"{csr}.vs", "vs", 9, 2, rule=warl))
    if config.fs:
        fields.append(_view(f"{csr}.fs", "fs", 13, 2, rule=warl))
    if config.fs or config.vs:
        fields.append(
            Field(
                name="sd",
                lsb=config.xlen - 1,
                level=f"{csr}_sd",
                is_writable=False,
                rule="1 where FS or VS is 3 (Dirty)",
            )
        )
    return fields


def _supervisor_status(config: Config, csr: str, with_user: bool) -> list[Field]:
    """The fields of sstatus (csr "mstatus") or vsstatus, which has its own."""
    fields = _state_fields(config, csr)
    if with_user:
        fields += [_view(f"{csr}.uie", "uie", 0), _view(f"{csr}.upie", "upie", 4)]
    fields += [
        _view(f"{csr}.sie", "sie", 1),
        _view(f"{csr}.spie", "spie", 5),
        _view(f"{csr}.spp", "spp", 8),
        _view(f"{csr}.mxr", "mxr", 19),
    ]
    if config.has_paging:
        fields.append(_view(f"{csr}.sum", "sum", 18))
    if config.xlen == 64:
        fields.append(_fixed("uxl", 32, 2, 2, "read-only: UXLEN is XLEN"))
    return fields


def _mstatus(config: Config) -> list[Field]:
    fields = [
        _own("mstatus", "mie", 3),
        _own("mstatus", "mpie", 7),
        _own(
            "mstatus",
            "mpp",
            11,
            2,
            copies=1 if config.s else 2,
            mask=3,
            rule="a mode that exists; any other value is stored as U",
        ),
        _own("mstatus", "mprv", 17),
        _own("mstatus", "tw", 21),
    ]
    if config.s:
        fields += _supervisor_status(config, "mstatus", config.n)
        fields += [_own("mstatus", "tvm", 20), _own("mstatus", "tsr", 22)]
        if config.xlen == 64:
            fields.append(_fixed("sxl", 34, 2, 2, "read-only: SXLEN is XLEN"))
    else:
        fields += _state_fields(config, "mstatus")
        if config.n:
            fields += [_own("mstatus", "uie", 0), _own("mstatus", "upie", 4)]
        if config.xlen == 64:
            fields.append(_fixed("uxl", 32, 2, 2, "read-only: UXLEN is XLEN"))
    if config.h and config.xlen == 64:
        fields += _virtualization_status(config)
    return fields


def _virtualization_status(config: Config) -> list[Field]:
    """GVA and MPV, which RV32 has in mstatush."""
    csr, low = ("mstatus", 38) if config.xlen == 64 else ("mstatush", 6)
    return [_own(csr, "gva", low), _own(csr, "mpv", low + 1)]


def _hstatus(config: Config) -> list[Field]:
    fields = [
        _own("hstatus", name, lsb)
        for name, lsb in (
            ("gva", 6),
            ("spv", 7),
            ("spvp", 8),
            ("hu", 9),
            ("vtvm", 20),
            ("vtw", 21),
            ("vtsr", 22),
        )
    ]
    if config.geilen:
        fields.append(
            _own(
                "hstatus",
                "vgein",
                12,
                6,
                mask=(1 << config.vgein_bits) - 1,
                rule="0 to GEILEN; a larger value is stored as 0",
            )
        )
    if config.xlen == 64:
        fields.append(_fixed("vsxl", 32, 2, 2, "read-only: VSXLEN is XLEN"))
    return fields


# --- delegation and interrupts ----------------------------------------------


def _exception_bits(config: Config, csr: str) -> list[Field]:
    """One field for each exception whose bit is writable in the register."""
    return [_own(csr, rule.cause.name.lower(), int(rule.cause)) for rule in exceptions(config, csr)]


def _sedeleg(config: Config) -> list[Field]:
    """A bit exists where medeleg can have it, and shows only where it has (HU-9)."""
    grantable = {rule.cause for rule in exceptions(config, "medeleg")}
    return [
        _own(
            "sedeleg",
            name := rule.cause.name.lower(),
            int(rule.cause),
            read_where=(f"medeleg.{name}",),
            rule="acts and reads as 1 only where medeleg has it",
        )
        for rule in exceptions(config, "sedeleg")
        if rule.cause in grantable
    ]


def _mideleg(config: Config) -> list[Field]:
    fields = []
    for rule in interrupts(config):
        name = rule.code.name.lower()
        if rule.mideleg == "writable":
            fields.append(_own("mideleg", name, rule.code))
        elif rule.mideleg == "one":
            fields.append(_fixed(name, rule.code, 1, 1, "read-only 1"))
    return fields


def _sideleg(config: Config) -> list[Field]:
    return [
        _own(
            "sideleg",
            name := rule.code.name.lower(),
            rule.code,
            read_where=(f"mideleg.{name}",),
            rule="acts and reads as 1 only where mideleg has it",
        )
        for rule in interrupts(config, Mode.U)
    ]


def _has_enable(config: Config, rule: InterruptRule) -> bool:
    return rule.code is not Interrupt.SGEI or config.geilen > 0


#: Where a pending bit is stored; the others are levels alone.
_PENDING_STORAGE = {
    Interrupt.SEI: "mip.seip",
    Interrupt.SSI: "mip.ssip",
    Interrupt.STI: "mip.stip",
    Interrupt.UEI: "mip.ueip",
    Interrupt.USI: "mip.usip",
    Interrupt.UTI: "mip.utip",
    Interrupt.VSEI: "hvip.vseip",
    Interrupt.VSSI: "hvip.vssip",
    Interrupt.VSTI: "hvip.vstip",
}


def _pending(
    config: Config,
    rule: InterruptRule,
    is_writable: bool,
    where: tuple[str, ...] = (),
    shift: int = 0,
) -> Field:
    """One interrupt's pending bit, as an address shows it."""
    levels = {
        Interrupt.MEI: "meip",
        Interrupt.MSI: "msip",
        Interrupt.MTI: "mtip",
        Interrupt.SEI: "seip",
        Interrupt.UEI: "ueip",
    }
    if config.geilen:
        levels |= {Interrupt.SGEI: "sgeip", Interrupt.VSEI: "vseip"}
    level = levels.get(rule.code, "")
    rules = []
    if not is_writable:
        rules.append("read-only")
    if level and rule.code in _PENDING_STORAGE:
        rules.append("reads line OR software bit; only the software bit is rewritten")
    return Field(
        name=(rule.pending_field[1:] if shift else rule.pending_field),
        lsb=rule.code - shift,
        storage=_PENDING_STORAGE.get(rule.code, ""),
        level=level,
        is_writable=is_writable,
        mask=1,
        read_where=where,
        write_where=where,
        rule="; ".join(rules),
    )


def _enable(rule: InterruptRule, where: tuple[str, ...] = (), shift: int = 0) -> Field:
    """One interrupt's enable bit, as an address shows it."""
    return Field(
        name=(rule.enable_field[1:] if shift else rule.enable_field),
        lsb=rule.code - shift,
        storage=f"mie.{rule.enable_field}",
        mask=1,
        read_where=where,
        write_where=where,
    )


def _mip(config: Config) -> list[Field]:
    writable = {
        Interrupt.SEI,
        Interrupt.SSI,
        Interrupt.STI,
        Interrupt.VSSI,
        Interrupt.UEI,
        Interrupt.USI,
        Interrupt.UTI,
    }
    return [_pending(config, r, r.code in writable) for r in interrupts(config)]


def _mie(config: Config) -> list[Field]:
    return [_enable(r) for r in interrupts(config) if _has_enable(config, r)]


def _delegated(config: Config, *levels: Mode) -> Iterable[tuple[InterruptRule, tuple[str, ...]]]:
    """The interrupts that mideleg can delegate, each with its condition."""
    for rule in interrupts(config, *levels):
        if rule.mideleg == "writable":
            yield rule, (f"mideleg.{rule.code.name.lower()}",)


def _sip(config: Config) -> list[Field]:
    writable = {Interrupt.SSI, Interrupt.USI, Interrupt.UEI}
    return [_pending(config, r, r.code in writable, where) for r, where in _delegated(config, Mode.S, Mode.U)]


def _sie(config: Config) -> list[Field]:
    return [_enable(r, where) for r, where in _delegated(config, Mode.S, Mode.U)]


def _user_where(config: Config, rule: InterruptRule) -> tuple[str, ...]:
    name = rule.code.name.lower()
    chain = (f"mideleg.{name}",)
    return (*chain, f"sideleg.{name}") if config.s else chain


def _uip(config: Config) -> list[Field]:
    return [_pending(config, r, r.code is Interrupt.USI, _user_where(config, r)) for r in interrupts(config, Mode.U)]


def _uie(config: Config) -> list[Field]:
    return [_enable(r, _user_where(config, r)) for r in interrupts(config, Mode.U)]


def _hip(config: Config) -> list[Field]:
    rules = [r for r in interrupts(config) if r.mideleg == "one"]
    return [_pending(config, r, r.code is Interrupt.VSSI) for r in rules]


def _hie(config: Config) -> list[Field]:
    rules = [r for r in interrupts(config) if r.mideleg == "one"]
    return [_enable(r) for r in rules if _has_enable(config, r)]


def _hvip(config: Config) -> list[Field]:
    return [_own("hvip", r.pending_field, r.code) for r in interrupts(config, Mode.VS)]


def _hideleg(config: Config) -> list[Field]:
    return [_own("hideleg", r.code.name.lower(), r.code) for r in interrupts(config, Mode.VS)]


def _vsip(config: Config) -> list[Field]:
    return [
        _pending(config, r, r.code is Interrupt.VSSI, (f"hideleg.{r.code.name.lower()}",), 1)
        for r in interrupts(config, Mode.VS)
    ]


def _vsie(config: Config) -> list[Field]:
    return [_enable(r, (f"hideleg.{r.code.name.lower()}",), 1) for r in interrupts(config, Mode.VS)]


# --- the registers that every trapping mode has ------------------------------


def _tvec(config: Config, csr: str, reset: int = 0) -> list[Field]:
    align = config.vectored_align
    base_rule = f"4-byte aligned; with MODE=1 {align}-byte aligned (low bits stored as 0)"
    return [
        _own(csr, "mode", 0, 2, mask=1, reset=reset & 1, rule="bit 1 is read-only 0"),
        _own(csr, "base", 2, config.xlen - 2, reset=reset >> 2, rule=base_rule),
    ]


def _epc(config: Config, csr: str) -> list[Field]:
    low = config.ialign // 16
    return [_own(csr, "pc", low, config.xlen - low, column="epc", rule=f"bits {low - 1}:0 are 0")]


def _cause(config: Config, csr: str) -> list[Field]:
    return [
        _own(csr, "code", 0, 6, column="code", rule="6 bits are stored"),
        _own(csr, "interrupt", config.xlen - 1, column="cause"),
    ]


def _whole(config: Config, csr: str, name: str, column: str = "") -> list[Field]:
    return [_own(csr, name, 0, config.xlen, column=column)]


def _tval2(config: Config, csr: str) -> list[Field]:
    width = config.tval2_bits
    return [_own(csr, "gpa", 0, width, column="tval2", rule=f"GPA bits {width + 1}:2")]


def _tinst(csr: str) -> list[Field]:
    return [_own(csr, "instruction", 0, 32, column="tinst", rule="32 bits are stored")]


# --- translation, counters, environment --------------------------------------


def _atp(config: Config, csr: str) -> list[Field]:
    guest = csr == "hgatp"
    codes = config.hgatp_codes if guest else config.satp_codes
    mask = 0
    for code in codes:
        mask |= code
    names = ", ".join(config.hgatp_modes if guest else config.satp_modes)
    kept = "the whole write is ignored" if csr == "satp" else "the old MODE is kept"
    rule = f"{names}; with another value {kept}"
    id_name, id_bits = ("vmid", config.vmid_bits) if guest else ("asid", config.asid_bits)
    ppn_bits, id_width, mode_lsb = (44, 16, 60) if config.xlen == 64 else (22, 9, 31)
    if guest:
        id_width = 14 if config.xlen == 64 else 7
    ppn_mask = (1 << ppn_bits) - (4 if guest else 1)
    return [
        _own(
            csr,
            "ppn",
            0,
            ppn_bits,
            mask=ppn_mask & ~3 if guest else ppn_mask,
            rule="bits 1:0 are read-only 0" if guest else "",
        ),
        _own(csr, id_name, ppn_bits, id_width, mask=(1 << id_bits) - 1, rule=f"{id_bits} bits"),
        _own(csr, "mode", mode_lsb, config.xlen - mode_lsb, mask=mask, rule=rule),
    ]


def _counteren(config: Config, csr: str) -> list[Field]:
    if config.counters == "none":
        return []
    fields = [_own(csr, name, lsb) for lsb, name in enumerate(("cy", "tm", "ir"))]
    if config.counter_count == COUNTERS["zihpm"]:
        fields.append(_own(csr, "hpm", 3, 29))
    return fields


def _envcfg(config: Config, csr: str) -> list[Field]:
    return [_own(csr, "fiom", 0)] if config.has_paging else []


def _misa(config: Config) -> list[Field]:
    letters = config.isa + "U"
    for present, letter in ((config.s, "S"), (config.h, "H"), (config.n, "N")):
        letters += letter if present else ""
    extensions = sum(1 << ord(letter) - ord("A") for letter in letters)
    mxl = 2 if config.xlen == 64 else 1
    return [
        _fixed("extensions", 0, 26, extensions, "read-only"),
        _fixed("mxl", config.xlen - 2, 2, mxl, "read-only"),
    ]


# --- Shudeleg -----------------------------------------------------------------


def _hugpaw(config: Config, csr: str) -> list[Field]:
    return [
        _own(csr, "e", 0),
        _own(csr, "order", 1, 6),
        _own(csr, "gppn", 10, config.gppn_bits, rule="bits below ORDER are kept, not compared"),
    ]


# --- the rows -----------------------------------------------------------------


def _row(
    name: str,
    address: int,
    source: str,
    summary: str,
    fields: Iterable[Field] = (),
    guard: Guard = Guard.NONE,
    vs_name: str = "",
) -> Csr:
    return Csr(
        name=name,
        address=address,
        source=source,
        summary=summary,
        guard=guard,
        vs_name=vs_name,
        fields=tuple(sorted(fields, key=lambda field: field.lsb)),
    )


def _machine_rows(config: Config) -> Iterable[Csr]:
    xlen, rv32 = config.xlen, config.xlen == 32

    def identification(name: str, address: int, value: int, source: str) -> Csr:
        fields = [_fixed("id", 0, 32 if name == "mvendorid" else xlen, value, "read-only")]
        return _row(name, address, source, "identification", fields)

    yield _row("misa", 0x301, "norm:misa_acc", "ISA and extensions", _misa(config))
    yield identification("mvendorid", 0xF11, config.mvendorid, "norm:mvendorid_sz_acc_op")
    yield identification("marchid", 0xF12, config.marchid, "norm:marchid_sz_acc_op")
    yield identification("mimpid", 0xF13, config.mimpid, "norm:mimpid_op")
    hartid = Field(name="id", lsb=0, width=xlen, level="mhartid", is_writable=False, rule="a port")
    yield _row("mhartid", 0xF14, "norm:mhartid_sz_acc_op", "hart number", [hartid])
    yield identification("mconfigptr", 0xF15, config.mconfigptr, "norm:mconfigptr_sz_acc")
    yield _row("mstatus", 0x300, "norm:mstatus_sz_acc", "machine status", _mstatus(config))
    if rv32:
        fields = _virtualization_status(config) if config.h else []
        yield _row("mstatush", 0x310, "norm:mstatush_sz_acc", "machine status, high", fields)
    if config.s or config.n:
        yield _row("medeleg", 0x302, "norm:medeleg_sz_acc", "exception delegation", _exception_bits(config, "medeleg"))
        if rv32:
            yield _row("medelegh", 0x312, "norm:medelegh_sz_acc_enc_xlen32", "exception delegation, high")
        yield _row("mideleg", 0x303, "norm:mideleg_sz_acc", "interrupt delegation", _mideleg(config))
    yield _row("mie", 0x304, "norm:mie_sz_acc", "interrupt enables", _mie(config))
    yield _row("mtvec", 0x305, "norm:mtvec_sz_warl_acc", "trap vector", _tvec(config, "mtvec", config.mtvec_reset))
    yield _row("mcounteren", 0x306, "norm:mcounteren_sz", "counter enables", _counteren(config, "mcounteren"))
    yield _row("menvcfg", 0x30A, "norm:menvcfg_sz_acc", "environment configuration", _envcfg(config, "menvcfg"))
    if rv32:
        yield _row("menvcfgh", 0x31A, "norm:menvcfgh_sz_acc_op", "environment configuration, high")
    yield _row("mscratch", 0x340, "norm:mscratch_sz_acc", "scratch", _whole(config, "mscratch", "scratch"))
    yield _row("mepc", 0x341, "norm:mepc_sz_acc", "exception pc", _epc(config, "mepc"))
    yield _row("mcause", 0x342, "norm:mcause_sz_acc", "trap cause", _cause(config, "mcause"))
    yield _row("mtval", 0x343, "norm:mtval_sz_acc", "trap value", _whole(config, "mtval", "value", "tval"))
    yield _row("mip", 0x344, "norm:mip_sz_acc", "pending interrupts", _mip(config))
    if config.h:
        yield _row("mtinst", 0x34A, "norm:mtinst_sz_acc", "trap instruction", _tinst("mtinst"))
        yield _row("mtval2", 0x34B, "norm:mtval2_sz_acc", "guest-physical address", _tval2(config, "mtval2"))


def _supervisor_rows(config: Config) -> Iterable[Csr]:
    def row(
        name: str,
        address: int,
        source: str,
        summary: str,
        fields: Iterable[Field],
        guard: Guard = Guard.NONE,
        has_vs: bool = True,
    ) -> Csr:
        vs_name = f"v{name}" if config.h and has_vs else ""
        return _row(name, address, source, summary, fields, guard, vs_name)

    yield row("sstatus", 0x100, "norm:sstatus", "supervisor status", _supervisor_status(config, "mstatus", config.n))
    yield row("sie", 0x104, "norm:sip_sie", "interrupt enables", _sie(config))
    yield row("stvec", 0x105, "norm:stvec", "trap vector", _tvec(config, "stvec"))
    yield row("scounteren", 0x106, "norm:scounteren", "counter enables", _counteren(config, "scounteren"), has_vs=False)
    yield row("senvcfg", 0x10A, "norm:senvcfg", "environment configuration", _envcfg(config, "senvcfg"), has_vs=False)
    yield row("sscratch", 0x140, "norm:sscratch", "scratch", _whole(config, "sscratch", "scratch"))
    yield row("sepc", 0x141, "norm:sepc", "exception pc", _epc(config, "sepc"))
    yield row("scause", 0x142, "norm:scause", "trap cause", _cause(config, "scause"))
    yield row("stval", 0x143, "norm:stval", "trap value", _whole(config, "stval", "value", "tval"))
    yield row("sip", 0x144, "norm:sip_sie", "pending interrupts", _sip(config))
    yield row("satp", 0x180, "norm:satp", "address translation", _atp(config, "satp"), Guard.SATP)


def _hypervisor_rows(config: Config) -> Iterable[Csr]:
    rv32 = config.xlen == 32
    yield _row("hstatus", 0x600, "norm:hstatus_sz_acc_op", "hypervisor status", _hstatus(config))
    yield _row("hedeleg", 0x602, "norm:hedeleg_sz_acc", "exception delegation", _exception_bits(config, "hedeleg"))
    yield _row("hideleg", 0x603, "norm:hideleg_sz_acc", "interrupt delegation", _hideleg(config))
    yield _row("hie", 0x604, "norm:hip_hie_sz_acc", "interrupt enables", _hie(config))
    guest = (1 << config.geilen) - 1
    hgeie, hgeip = [], []
    if config.geilen:
        hgeie = [_own("hgeie", "guests", 1, config.geilen, mask=guest)]
        hgeip = [Field(name="guests", lsb=1, width=config.geilen, level="hgeip", is_writable=False, rule="lines")]
    yield _row("hcounteren", 0x606, "norm:hcounteren_sz", "counter enables", _counteren(config, "hcounteren"))
    yield _row("hgeie", 0x607, "norm:hgeie_sz_acc_op", "guest external enables", hgeie)
    yield _row("hgeip", 0xE12, "norm:hgeip_sz_acc_op", "guest external pending", hgeip)
    yield _row("henvcfg", 0x60A, "norm:henvcfg_sz_acc_op", "environment configuration", _envcfg(config, "henvcfg"))
    yield _row(
        "htimedelta", 0x605, "norm:htimedelta_sz_acc_op", "guest time offset", _whole(config, "htimedelta", "delta")
    )
    if rv32:
        yield _row("hedelegh", 0x612, "norm:hedelegh_sz_acc_op", "exception delegation, high")
        yield _row("henvcfgh", 0x61A, "norm:henvcfgh_sz_acc_op", "environment configuration, high")
        yield _row(
            "htimedeltah",
            0x615,
            "norm:htimedeltah_sz_acc_op",
            "guest time offset, high",
            _whole(config, "htimedeltah", "delta"),
        )
    yield _row("htval", 0x643, "norm:htval_sz_acc_op", "guest-physical address", _tval2(config, "htval"))
    yield _row("hip", 0x644, "norm:hip_hie_sz_acc", "pending interrupts", _hip(config))
    yield _row("hvip", 0x645, "norm:hvip_sz_op", "injected interrupts", _hvip(config))
    yield _row("htinst", 0x64A, "norm:htinst_sz_acc_op", "trap instruction", _tinst("htinst"))
    yield _row("hgatp", 0x680, "norm:hgatp_sz_acc_op", "guest address translation", _atp(config, "hgatp"), Guard.HGATP)


def _virtual_supervisor_rows(config: Config) -> Iterable[Csr]:
    yield _row(
        "vsstatus",
        0x200,
        "norm:vsstatus_sz_acc_op",
        "guest status",
        _supervisor_status(config, "vsstatus", with_user=False),
    )
    yield _row("vsie", 0x204, "norm:vsip_vsie_sz_acc", "guest interrupt enables", _vsie(config))
    yield _row("vstvec", 0x205, "norm:vstvec_sz_acc_op", "guest trap vector", _tvec(config, "vstvec"))
    yield _row("vsscratch", 0x240, "norm:vsscratch_sz_acc_op", "guest scratch", _whole(config, "vsscratch", "scratch"))
    yield _row("vsepc", 0x241, "norm:vspec_sz_acc_op", "guest exception pc", _epc(config, "vsepc"))
    yield _row("vscause", 0x242, "norm:vscause_sz_acc_op", "guest trap cause", _cause(config, "vscause"))
    yield _row("vstval", 0x243, "norm:vstval_sz_acc_op", "guest trap value", _whole(config, "vstval", "value", "tval"))
    yield _row("vsip", 0x244, "norm:vsip_vsie_sz_acc", "guest pending interrupts", _vsip(config))
    yield _row("vsatp", 0x280, "norm:vsatp_sz_acc_op", "guest's own address translation", _atp(config, "vsatp"))


def _user_rows(config: Config) -> Iterable[Csr]:
    def row(name: str, address: int, summary: str, fields: Iterable[Field]) -> Csr:
        return _row(name, address, "HU-3", summary, fields, Guard.HOST)

    yield row("ustatus", 0x000, "user status", [_view("mstatus.uie", "uie", 0), _view("mstatus.upie", "upie", 4)])
    yield row("uie", 0x004, "interrupt enables", _uie(config))
    yield row("utvec", 0x005, "trap vector", _tvec(config, "utvec"))
    yield row("uscratch", 0x040, "scratch", _whole(config, "uscratch", "scratch"))
    yield row("uepc", 0x041, "exception pc", _epc(config, "uepc"))
    yield row("ucause", 0x042, "trap cause", _cause(config, "ucause"))
    yield row("utval", 0x043, "trap value", _whole(config, "utval", "value", "tval"))
    yield row("uip", 0x044, "pending interrupts", _uip(config))
    if config.s:
        yield _row("sedeleg", 0x102, "HU-9", "exception delegation to U", _sedeleg(config), Guard.HOST)
        yield _row("sideleg", 0x103, "HU-24", "interrupt delegation to U", _sideleg(config), Guard.HOST)


def _shudeleg_rows(config: Config) -> Iterable[Csr]:
    yield _row("hudcfg", 0x6C0, "HU-1", "delegation to U", [_own("hudcfg", "en", 0), _own("hudcfg", "wen", 1)])
    yield _row("huedeleg", 0x6C2, "HU-9", "guest exception delegation to U", _exception_bits(config, "huedeleg"))
    if config.xlen == 32:
        yield _row("huedelegh", 0x6D2, "HU-6", "guest exception delegation to U, high")
    for i in range(config.windows):
        yield _row(f"hugpaw{i}", 0x6E0 + i, "HU-17", "delegation window", _hugpaw(config, f"hugpaw{i}"))
    status = [_own("hustatus", name, lsb) for name, lsb in (("gva", 6), ("upv", 7), ("upvp", 8))]
    user = Guard.SHUDELEG_USER
    yield _row("hustatus", 0x800, "HU-2", "user trap status", status, user)
    yield _row("hutval", 0x843, "HU-13", "guest-physical address", _tval2(config, "hutval"), user)
    yield _row("hutinst", 0x84A, "HU-13", "trap instruction", _tinst("hutinst"), user)


@cache
def csrs(config: Config) -> tuple[Csr, ...]:
    """Return every CSR of the configuration by address, checked as a whole.

    Raises:
        CsrTableError: When two rows clash or a view shows what nobody stores.
    """
    rows = list(_machine_rows(config))
    if config.s:
        rows += _supervisor_rows(config)
    if config.h:
        rows += [*_hypervisor_rows(config), *_virtual_supervisor_rows(config)]
    if config.n:
        rows += _user_rows(config)
    if config.shudeleg:
        rows += _shudeleg_rows(config)
    rows.sort(key=lambda row: row.address)
    _check(config, rows)
    return tuple(rows)


def _check(config: Config, rows: list[Csr]) -> None:
    for key in ("name", "address"):
        if len({getattr(row, key) for row in rows}) != len(rows):
            raise CsrTableError(f"two CSRs have the same {key}")
    stored = {field.storage for row in rows for field in row.fields if row.owns(field)}
    for row in rows:
        for field in row.fields:
            if field.bits >> config.xlen:
                raise CsrTableError(f"{row.name}.{field.name} lies beyond XLEN")
            for key in (field.storage, *field.read_where, *field.write_where):
                if key and key not in stored:
                    raise CsrTableError(f"{row.name}.{field.name} shows {key}: not stored")


def csr_rows(config: Config) -> dict[str, Csr]:
    """Return the configuration's CSRs by name."""
    return {row.name: row for row in csrs(config)}


def stored_fields(config: Config) -> dict[str, Field]:
    """Return every field that owns storage, by "csr.field"."""
    return {field.storage: field for row in csrs(config) for field in row.fields if row.owns(field)}


def storage_bits(config: Config) -> int:
    """Count the bits of CSR state that can change."""
    return sum(field.mask.bit_count() // field.copies for field in stored_fields(config).values())


#: RV32's high halves: on RV64 the address is illegal where the low half exists.
_HIGH_HALVES = {
    0x310: "mstatus",
    0x312: "medeleg",
    0x31A: "menvcfg",
    0x612: "hedeleg",
    0x615: "htimedelta",
    0x61A: "henvcfg",
    0x6D2: "huedeleg",
}
_MOST_WINDOWS = 8
#: The unprivileged counters and, on RV32, their high halves.
COUNTERS_LOW = range(0xC00, 0xC20)
COUNTERS_HIGH = range(0xC80, 0xCA0)


def absent_addresses(config: Config) -> tuple[int, ...]:
    """Return addresses that are illegal without asking the core.

    The high halves on RV64 (norm:H_illegal_high_half, HU-6), and the windows
    that the configuration lacks (shudeleg section 3).
    """
    names = csr_rows(config)
    absent = []
    if config.xlen == 64:
        absent += [high for high, low in _HIGH_HALVES.items() if low in names]
        absent += COUNTERS_HIGH
    if config.shudeleg:
        absent += [0x6E0 + i for i in range(config.windows, _MOST_WINDOWS)]
    return tuple(sorted(absent))
