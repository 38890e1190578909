"""The CSRs that H gives to HS-mode, with their fields, and those that Shudeleg adds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from utrap.config import MAX_ORDER, Config
from utrap.csr.definitions import Column, Csr, Field
from utrap.csr.guards import TVM
from utrap.csr.shared.delegation import exception_bits
from utrap.csr.shared.environment import counteren, envcfg, mode, pmm, upper_envcfg
from utrap.csr.shared.interrupts import enable, has_enable, pending
from utrap.csr.shared.makers import fixed, high_half, own, row
from utrap.csr.shared.stateen import hypervisor_rows, state_enables
from utrap.csr.shared.traps import tinst, tval2
from utrap.csr.warl import PLAIN, AtMost, Clamped, Ignored, Warl
from utrap.isa import Interrupt, InterruptRule, Mode, Target, interrupts

__all__ = ["rows"]

#: As many delegation windows as Shudeleg has addresses for (HU-17).
_MOST_WINDOWS = 8


def rows(config: Config) -> Iterable[Csr]:
    """Yield the CSRs of HS-mode."""
    if not config.h:
        return
    yield row("hstatus", 0x600, "norm:hstatus_sz_acc_op", "hypervisor status", _hstatus(config))
    yield row("hedeleg", 0x602, "norm:hedeleg_sz_acc", "exception delegation", exception_bits(config, "hedeleg"))
    yield row("hideleg", 0x603, "norm:hideleg_sz_acc", "interrupt delegation", _hideleg(config))
    yield row("hie", 0x604, "norm:hip_hie_sz_acc", "interrupt enables", _hie(config))
    yield row("hcounteren", 0x606, "norm:hcounteren_sz", "counter enables", counteren(config, "hcounteren"))
    yield row("hgeie", 0x607, "norm:hgeie_sz_acc_op", "guest external enables", _hgeie(config))
    yield row("hgeip", 0xE12, "norm:hgeip_sz_acc_op", "guest external pending", _hgeip(config))
    gated = state_enables(config, "envcfg", "m")  # norm:mstateen0_envcfg_op
    configuration = envcfg(config, "henvcfg")
    yield row("henvcfg", 0x60A, "norm:henvcfg_sz_acc_op", "environment configuration", configuration, guards=gated)
    delta, delta_high = (own(csr, "delta", 0, config.xlen) for csr in ("htimedelta", "htimedeltah"))
    yield row("htimedelta", 0x605, "norm:htimedelta_sz_acc_op", "guest time offset", [delta])
    by_p1p13 = state_enables(config, "p1p13", "m")  # norm:mstateen0_p1p13_op
    yield high_half(config, "hedelegh", 0x612, "norm:hedelegh_sz_acc_op", "exception delegation, high", guards=by_p1p13)
    upper, summary = upper_envcfg(config, "henvcfgh"), "environment configuration, high"
    yield high_half(config, "henvcfgh", 0x61A, "norm:henvcfgh_sz_acc_op", summary, upper, guards=gated)
    if config.smstateen:
        yield from hypervisor_rows(config)
    yield high_half(config, "htimedeltah", 0x615, "norm:htimedeltah_sz_acc_op", "guest time offset, high", [delta_high])
    gpa = tval2(config, "htval")
    yield row("htval", 0x643, "norm:htval_sz_acc_op", "guest-physical address", gpa, target=Target.S)
    yield row("hip", 0x644, "norm:hip_hie_sz_acc", "pending interrupts", _hip(config))
    yield row("hvip", 0x645, "norm:hvip_sz_op", "injected interrupts", _hvip(config))
    yield row("htinst", 0x64A, "norm:htinst_sz_acc_op", "trap instruction", tinst("htinst"), target=Target.S)
    yield row("hgatp", 0x680, "norm:hgatp_sz_acc_op", "guest address translation", _hgatp(config), guards=(TVM,))
    if config.shudeleg:
        yield from (replace(row, must_reset=True) for row in _shudeleg(config))


def _shudeleg(config: Config) -> Iterable[Csr]:
    """The CSRs of Shudeleg's section 3 at this level; without it they do not exist (HU-15)."""
    guards = state_enables(config, "c", "m")  # HU-29
    bits = [own("hudcfg", "en", 0), own("hudcfg", "wen", 1)]
    yield row("hudcfg", 0x6C0, "HU-1", "delegation to U", bits, guards=guards)
    causes, summary = exception_bits(config, "huedeleg"), "guest exception delegation to U"
    yield row("huedeleg", 0x6C2, "HU-9", summary, causes, guards=guards)
    yield high_half(config, "huedelegh", 0x6D2, "HU-6", f"{summary}, high", guards=guards)
    for i in range(_MOST_WINDOWS):
        name, is_absent = f"hugpaw{i}", i >= config.windows
        fields = _hugpaw(config, name)
        yield row(name, 0x6E0 + i, "HU-17", "delegation window", fields, guards=guards, is_absent=is_absent)


def _hstatus(config: Config) -> list[Field]:
    bits = (("gva", 6), ("spv", 7), ("spvp", 8), ("hu", 9), ("vtvm", 20), ("vtw", 21), ("vtsr", 22))
    fields = [own("hstatus", name, lsb) for name, lsb in bits]
    if config.geilen:
        rule = AtMost(words="0 to GEILEN; a larger value is stored as 0", limit=config.geilen)
        fields.append(own("hstatus", "vgein", 12, 6, mask=(1 << config.vgein_bits) - 1, rule=rule))
    if config.xlen == 64:
        fields.append(fixed("vsxl", 32, 2, 2, "read-only: VSXLEN is XLEN"))
    fields += pmm(config, "hstatus", "hupmm", 48)
    return fields


def _hideleg(config: Config) -> list[Field]:
    """A bit that mideleg can clear shows only where mideleg has it (warl:hideleg)."""
    return [_hideleg_bit(rule) for rule in interrupts(config) if rule.is_in_hideleg(config)]


def _hideleg_bit(rule: InterruptRule) -> Field:
    name = rule.name.lower()
    if rule.mideleg == "one":
        return own("hideleg", name, rule.code)
    words = "acts and reads as 1 only where mideleg has it"
    return own("hideleg", name, rule.code, read_where=(f"mideleg.{name}",), words=words)


def _hip(config: Config) -> list[Field]:
    rules = [r for r in interrupts(config) if r.mideleg == "one"]
    return [pending(config, r, r.code is Interrupt.VSSI) for r in rules]


def _hie(config: Config) -> list[Field]:
    rules = [r for r in interrupts(config) if r.mideleg == "one"]
    return [enable(r) for r in rules if has_enable(config, r)]


def _hvip(config: Config) -> list[Field]:
    return [own("hvip", r.pending_field, r.code) for r in interrupts(config, Mode.VS)]


def _hgeie(config: Config) -> list[Field]:
    return [own("hgeie", "guests", 1, config.geilen)] if config.geilen else []


def _hgeip(config: Config) -> list[Field]:
    if not config.geilen:
        return []
    rule = Warl(words="lines")
    return [Field(name="guests", lsb=1, width=config.geilen, level="hgeip", is_writable=False, rule=rule)]


def _hgatp(config: Config) -> list[Field]:
    """PPN, VMID and MODE; an unsupported MODE keeps the old one."""
    ppn_bits, vmid_bits, mode_lsb = (44, 14, 60) if config.xlen == 64 else (22, 7, 31)
    return [
        own("hgatp", "ppn", 0, ppn_bits, mask=(1 << ppn_bits) - 4, words="bits 1:0 are read-only 0"),
        own("hgatp", "vmid", ppn_bits, vmid_bits, mask=(1 << config.vmid_bits) - 1, words=f"{config.vmid_bits} bits"),
        mode("hgatp", mode_lsb, config.xlen - mode_lsb, config.hgatp_modes, config.hgatp_codes, Ignored.FIELD),
    ]


def _hugpaw(config: Config, csr: str) -> list[Field]:
    """A delegation window (HU-17)."""
    most = config.window_max_order
    rule = PLAIN if most == MAX_ORDER else Clamped(words=f"0 to {most}; a larger value is stored as {most}", limit=most)
    return [
        own(csr, "e", 0),
        own(csr, "order", 1, 6, mask=(1 << most.bit_length()) - 1, rule=rule),
        own(
            csr,
            "gppn",
            10,
            config.gppn_bits,
            column=Column.WINDOW,
            words="bits below ORDER are kept, not compared",
        ),
    ]
