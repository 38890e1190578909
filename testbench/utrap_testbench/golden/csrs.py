"""The table of the CSRs that the trap unit owns: address, name, who may access it, how it reads and writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import addresses, debug_csrs, double_trap, environment, legalise, privilege, stateen, timer, views
from . import wide as wide_registers
from .isa import ones

if TYPE_CHECKING:
    from .parameters import Parameters
    from .reason import Verdict
    from .rules import Rules
    from .state import State

    Read = Callable[[Rules, State], int]
    Write = Callable[[Rules, State, int], None]
    Judge = Callable[[State, int, int], Verdict]


@dataclass(frozen=True, slots=True, eq=False)
class Csr:
    """One owned address.

    `judge` gives the verdict on an access by (state, privilege, V). With V=1
    `guest` stands in its place (norm:H_vscsrs_sub). `read_for_write` is the
    old value of a read-modify-write where it is not what is read.
    """

    address: int
    name: str
    judge: Judge
    read: Read
    write: Write
    guest: Csr | None = None
    read_for_write: Read | None = None

    @property
    def is_read_only(self) -> bool:
        """By its address (the CSR address mapping: bits 11:10 all ones)."""
        return self.address >> 10 == 3

    @property
    def is_placeholder(self) -> bool:
        """Owned only to refuse it; the name is no more than a label."""
        return self.judge in privilege.REFUSING


def csr_table(config: Parameters, r: Rules) -> dict[int, Csr]:
    """Every address that the trap unit answers in this configuration."""
    rows: list[Csr] = []
    xmask = r.xlen_mask

    def add(
        address: int, name: str, judge: Judge, read: Read, write: Write,
        guest: Csr | None = None, read_for_write: Read | None = None,
    ) -> Csr:  # fmt: skip
        row = Csr(address, name, judge, read, write, guest, read_for_write)
        rows.append(row)
        return row

    def masked(address: int, name: str, judge: Judge, mask: int, guest: Csr | None = None) -> Csr:
        """A register whose writable bits are a mask and whose others are 0."""
        return add(address, name, judge, _stored(name), _masked(name, mask), guest)

    def tvec(address: int, name: str, judge: Judge, guest: Csr | None = None) -> Csr:
        return add(address, name, judge, _stored(name), _through(name, legalise.tvec), guest)

    def epc(address: int, name: str, judge: Judge, guest: Csr | None = None) -> Csr:
        return add(address, name, judge, _stored(name), _through(name, addresses.pc), guest)

    def tval(address: int, name: str, judge: Judge, guest: Csr | None = None) -> Csr:
        return add(address, name, judge, _stored(name), _through(name, addresses.tval), guest)

    def cause(address: int, name: str, judge: Judge, guest: Csr | None = None) -> Csr:
        return add(address, name, judge, _stored(name), _through(name, legalise.cause), guest)

    def half(address: int, name: str, judge: Judge, read: Read, write: Write, guest: Csr | None = None) -> Csr:
        """A high half: on RV64 its address raises an illegal instruction in every mode (norm:H_illegal_high_half)."""
        if config.xlen == 64:
            judge = privilege.high_half_of_huedeleg if name == "huedelegh" else privilege.high_half
        return add(address, name, judge, read, write, guest)

    def wide(
        addresses: tuple[int, int], name: str, judge: Judge, mask: int,
        value: Read | None = None, legal: wide_registers.Legal = wide_registers.plain,
        guests: tuple[Csr | None, Csr | None] = (None, None), then: wide_registers.Then = wide_registers.nothing,
    ) -> tuple[Csr, Csr]:  # fmt: skip
        """A register of 64 bits on RV32 too; `value` where it does not read as it is stored."""
        value = value or wide_registers.stored(name)
        low = wide_registers.low(value), wide_registers.write_low(name, mask, legal, then)
        high = wide_registers.high(value), wide_registers.write_high(name, mask, then)
        return (
            add(addresses[0], name, judge, *low, guests[0]),
            half(addresses[1], name + "h", judge, *high, guests[1]),
        )

    def constant(address: int, name: str, value: int) -> Csr:
        return add(address, name, machine, lambda r, s: value, legalise.nothing)

    machine, supervisor, hypervisor = privilege.machine, privilege.supervisor, privilege.hypervisor

    # Machine.
    add(0x300, "mstatus", machine, views.mstatus, legalise.mstatus)
    constant(0x301, "misa", r.misa)
    if config.s or config.n:  # norm:medeleg_mideleg_mandatory_S_mode, HU-10
        masked(0x302, "medeleg", machine, r.medeleg)
        add(0x303, "mideleg", machine, _stored("mideleg"), legalise.mideleg)
        half(0x312, "medelegh", machine, views.zero, legalise.nothing)
    masked(0x304, "mie", machine, r.mie)
    add(0x305, "mtvec", machine, _stored("mtvec"), _through("mtvec", legalise.mtvec))
    masked(0x306, "mcounteren", machine, r.counteren)
    # warl:menvcfg
    wide((0x30A, 0x31A), "menvcfg", machine, r.menvcfg, legal=environment.legal, then=double_trap.forget)
    half(0x310, "mstatush", machine, views.mstatush, legalise.mstatush)
    if config.smmpm:
        wide((0x747, 0x757), "mseccfg", machine, r.mseccfg, legal=environment.legal)
    masked(0x340, "mscratch", machine, xmask)
    epc(0x341, "mepc", machine)
    cause(0x342, "mcause", machine)
    tval(0x343, "mtval", machine)
    add(0x344, "mip", machine, views.mip, legalise.mip, None, views.mip_for_write)
    constant(0xF11, "mvendorid", config.mvendorid)
    constant(0xF12, "marchid", config.marchid)
    constant(0xF13, "mimpid", config.mimpid)
    if isinstance(config.mhartid, str):
        add(0xF14, "mhartid", machine, _stored("mhartid"), legalise.nothing)
    else:
        constant(0xF14, "mhartid", config.mhartid)
    constant(0xF15, "mconfigptr", config.mconfigptr)

    # Virtual supervisor, before the supervisor registers that they replace while V=1.
    guest: dict[str, Csr] = {}
    if config.h:
        for row in (
            add(0x200, "vsstatus", hypervisor, views.vsstatus, legalise.vsstatus),
            add(0x204, "vsie", hypervisor, views.vsie, legalise.vsie),
            tvec(0x205, "vstvec", hypervisor),
            masked(0x240, "vsscratch", hypervisor, xmask),
            epc(0x241, "vsepc", hypervisor),
            cause(0x242, "vscause", hypervisor),
            tval(0x243, "vstval", hypervisor),
            add(0x244, "vsip", hypervisor, views.vsip, legalise.vsip),
        ):
            guest[row.name[1:]] = row
        read_vsatp = _stored("vsatp")
        add(0x280, "vsatp", hypervisor, read_vsatp, legalise.vsatp)
        guest["satp"] = Csr(0x280, "vsatp", hypervisor, read_vsatp, legalise.vsatp_as_satp)

    # Supervisor.
    if config.s:
        add(0x100, "sstatus", supervisor, views.sstatus, legalise.sstatus, guest.get("sstatus"))
        add(0x104, "sie", supervisor, views.sie, legalise.sie, guest.get("sie"))
        tvec(0x105, "stvec", supervisor, guest.get("stvec"))
        masked(0x106, "scounteren", supervisor, r.counteren)  # norm:H_scsrs_nomatch: no VS counterpart
        add(0x10A, "senvcfg", supervisor, _stored("senvcfg"), legalise.senvcfg)
        masked(0x140, "sscratch", supervisor, xmask, guest.get("sscratch"))
        epc(0x141, "sepc", supervisor, guest.get("sepc"))
        cause(0x142, "scause", supervisor, guest.get("scause"))
        tval(0x143, "stval", supervisor, guest.get("stval"))
        add(0x144, "sip", supervisor, views.sip, legalise.sip, guest.get("sip"), views.sip_for_write)
        add(0x180, "satp", privilege.satp, _stored("satp"), legalise.satp, guest.get("satp"))

    if r.mtval2:
        masked(0x34B, "mtval2", machine, r.mtval2)
    if config.smrnmi:
        # norm:mnscratch_sz, norm:mnscratch_acc, norm:mnscratch_op, norm:mnepc_sz, norm:mnepc_acc, norm:mnepc_warl,
        # norm:mncause_img
        masked(0x740, "mnscratch", machine, xmask)
        epc(0x741, "mnepc", machine)
        cause(0x742, "mncause", machine)
        add(0x744, "mnstatus", machine, views.mnstatus, legalise.mnstatus)

    # Sdext.
    if config.sdext:
        add(0x7B0, "dcsr", debug_csrs.registers, debug_csrs.dcsr, debug_csrs.write_dcsr)
        epc(0x7B1, "dpc", debug_csrs.registers)
        masked(0x7B2, "dscratch0", debug_csrs.registers, xmask)
        masked(0x7B3, "dscratch1", debug_csrs.registers, xmask)

    # Hypervisor.
    if config.h:
        masked(0x34A, "mtinst", machine, r.tinst)
        add(0x600, "hstatus", hypervisor, views.hstatus, legalise.hstatus)
        masked(0x602, "hedeleg", hypervisor, r.hedeleg)
        add(0x603, "hideleg", hypervisor, views.hideleg, _masked("hideleg", r.hideleg))
        add(0x604, "hie", hypervisor, views.hie, legalise.hie)
        wide((0x605, 0x615), "htimedelta", hypervisor, ones(64))
        masked(0x606, "hcounteren", hypervisor, r.counteren)
        masked(0x607, "hgeie", hypervisor, r.hgei)
        wide(
            (0x60A, 0x61A), "henvcfg", hypervisor, r.henvcfg, environment.henvcfg, environment.legal,
            then=double_trap.forget,
        )  # fmt: skip
        half(0x612, "hedelegh", hypervisor, views.zero, legalise.nothing)
        masked(0x643, "htval", hypervisor, r.tval2)
        add(0x644, "hip", hypervisor, views.hip, legalise.hip)
        masked(0x645, "hvip", hypervisor, r.hvip)
        masked(0x64A, "htinst", hypervisor, r.tinst)
        add(0x680, "hgatp", privilege.hgatp, _stored("hgatp"), legalise.hgatp)
        add(0xE12, "hgeip", hypervisor, views.hgeip, legalise.nothing)

    # Sstc, the guest's timer before the supervisor's.
    if config.sstc:
        timers: tuple[Csr | None, Csr | None] = (None, None)
        if config.h:
            timers = wide((0x24D, 0x25D), "vstimecmp", timer.vstimecmp, ones(64))
        wide((0x14D, 0x15D), "stimecmp", timer.stimecmp, ones(64), guests=timers)

    # Sscofpmf.
    if config.sscofpmf:
        add(0xDA0, "scountovf", supervisor, views.scountovf, legalise.nothing)

    # N (HU-3, HU-4). Without S there is nothing to delegate from but mideleg and medeleg.
    if config.n:
        user = privilege.user
        add(0x000, "ustatus", user, views.ustatus, legalise.ustatus)
        add(0x004, "uie", user, views.uie, legalise.uie)
        tvec(0x005, "utvec", user)
        masked(0x040, "uscratch", user, xmask)
        epc(0x041, "uepc", user)
        cause(0x042, "ucause", user)
        tval(0x043, "utval", user)
        add(0x044, "uip", user, views.uip, legalise.uip)
        if config.s:
            add(0x102, "sedeleg", hypervisor, views.sedeleg, _masked("sedeleg", r.sedeleg))
            add(0x103, "sideleg", hypervisor, views.sideleg, _masked("sideleg", r.sideleg))

    # Shudeleg (HU-1, HU-2, HU-6).
    if config.shudeleg:
        add(0x6C0, "hudcfg", hypervisor, views.hudcfg, legalise.hudcfg)
        masked(0x6C2, "huedeleg", hypervisor, r.huedeleg)
        half(0x6D2, "huedelegh", hypervisor, views.zero, legalise.nothing)
        for i in range(8):
            judge = hypervisor if i < config.windows else privilege.absent_window
            add(0x6E0 + i, name := f"hugpaw{i}", judge, _stored(name), _through(name, legalise.window))
        add(0x800, "hustatus", privilege.user_guest, views.hustatus, legalise.hustatus)
        masked(0x843, "hutval", privilege.user_guest, r.tval2)
        masked(0x84A, "hutinst", privilege.user_guest, r.tinst)

    # Smstateen.
    if config.smstateen:
        for i in range(4):
            wide((0x30C + i, 0x31C + i), f"mstateen{i}", machine, r.mstateen[i])
            if config.s:
                read, write = (views.sstateen0, stateen.write_sstateen0) if i == 0 else (views.zero, legalise.nothing)
                add(0x10C + i, f"sstateen{i}", supervisor, read, write)
            if config.h:
                shown = views.hstateen(i)
                add(0x60C + i, f"hstateen{i}", hypervisor, wide_registers.low(shown), stateen.write_hstateen(i, 0))
                half(0x61C + i, f"hstateen{i}h", hypervisor, wide_registers.high(shown), stateen.write_hstateen(i, 32))

    # Counters' high halves do not exist on RV64, whatever the core answers.
    if config.xlen == 64:
        for address in range(0xC80, 0xCA0):
            add(address, f"counter{address & 31}h", privilege.high_half_of_counter, views.zero, legalise.nothing)

    table = {row.address: row for row in rows}
    if len(table) != len(rows):
        raise AssertionError("two CSRs have one address")
    return table


def _stored(field: str) -> Read:
    def read(r: Rules, s: State) -> int:
        value: int = getattr(s, field)
        return value

    return read


def _masked(field: str, mask: int) -> Write:
    def write(r: Rules, s: State, w: int) -> None:
        setattr(s, field, w & mask)

    return write


def _through(field: str, legal: Callable[[Rules, int], int]) -> Write:
    def write(r: Rules, s: State, w: int) -> None:
        setattr(s, field, legal(r, w))

    return write
