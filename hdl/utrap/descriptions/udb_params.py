"""The parameters of the RISC-V Unified Database that a trap unit decides.

The names and types are those of riscv/riscv-unified-db in September 2026, as the architectural tests use them; some
that an older file has are known too. A row serves writing and reading: what a file says is right where it is what
the unit that was made of the file would say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from utrap.config import Config
from utrap.csr.configured import stored_fields
from utrap.descriptions.extensions import extensions
from utrap.limits import HGATP_MODES, SATP_MODES, TVEC_MODES

__all__ = ["PARAMETERS", "Parameter", "Value"]

Value = bool | int | str | list[int] | list[bool]


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter.

    Attributes:
        name: Its name.
        value: What it is in a configuration.
        exists: Whether a configuration has it: the extensions that define it are there.
        is_written: A new file has it; otherwise it is one that older files have.
    """

    name: str
    value: Callable[[Config], Value]
    exists: Callable[[Config], object] = lambda config: True
    is_written: bool = True


def _with_s(config: Config) -> bool:
    return config.s


def _with_h(config: Config) -> bool:
    return config.h


def _always(value: Value) -> Callable[[Config], Value]:
    return lambda config: value


def _counters(config: Config) -> list[bool]:
    return [number < config.counter_count for number in range(32)]


def _states(field: str) -> Callable[[Config], Value]:
    """The values that FS or VS may have."""
    return lambda config: [0, 1, 2, 3] if getattr(config, field) else [0]


def _enable(csr: str, bit: str) -> Callable[[Config], Value]:
    """How a bit of the state enables behaves; on RV32 it may be in the CSR's upper half."""
    keys = {f"{csr}.{bit}", f"{csr}h.{bit}"}
    return lambda config: "rw" if keys & stored_fields(config).keys() else "read-only-0"


def _has(*names: str) -> Callable[[Config], bool]:
    """Whether all of these extensions are there."""
    return lambda config: set(names) <= set(extensions(config))


def _fixed(value: Value, exists: Callable[[Config], object], *names: str) -> tuple[Parameter, ...]:
    return tuple(Parameter(name=name, value=_always(value), exists=exists) for name in names)


def _tval_bits(config: Config) -> Value:
    return config.xlen if config.tval == "all" else 0


def _everywhere(config: Config) -> bool:
    return True


def _modes_of(field: str, xlen: int, form: str) -> tuple[Parameter, ...]:
    """One parameter for each translation mode, which is true where it is offered."""
    table = SATP_MODES[xlen] if field == "satp_modes" else HGATP_MODES[xlen]

    def offered(mode: str) -> Callable[[Config], Value]:
        return lambda config: mode in getattr(config, field)

    return tuple(
        Parameter(name=form.format(mode.upper()), value=offered(mode), exists=lambda c: c.h and c.xlen == xlen)
        for mode in table
        if mode != "bare"
    )


_MACHINE = (
    Parameter(name="MXLEN", value=lambda c: c.xlen),
    Parameter(name="MISA_CSR_IMPLEMENTED", value=_always(True)),
    Parameter(name="VENDOR_ID_BANK", value=lambda c: c.mvendorid >> 7),
    Parameter(name="VENDOR_ID_OFFSET", value=lambda c: c.mvendorid & 0x7F),
    Parameter(name="MARCHID_IMPLEMENTED", value=lambda c: c.marchid != 0),
    Parameter(name="ARCH_ID_VALUE", value=lambda c: c.marchid, exists=lambda c: c.marchid),
    Parameter(name="MIMPID_IMPLEMENTED", value=lambda c: c.mimpid != 0),
    Parameter(name="IMP_ID_VALUE", value=lambda c: c.mimpid, exists=lambda c: c.mimpid),
    Parameter(name="CONFIG_PTR_ADDRESS", value=lambda c: c.mconfigptr),
    Parameter(name="MTVAL_WIDTH", value=_tval_bits),
    Parameter(name="MTVEC_ACCESS", value=_always("rw")),
    Parameter(name="MTVEC_MODES", value=lambda c: list(TVEC_MODES[c.mtvec_modes])),
    Parameter(name="MTVEC_BASE_ALIGNMENT_DIRECT", value=_always(4), exists=lambda c: 0 in TVEC_MODES[c.mtvec_modes]),
    Parameter(
        name="MTVEC_BASE_ALIGNMENT_VECTORED",
        value=lambda c: c.vectored_align,
        exists=lambda c: 1 in TVEC_MODES[c.mtvec_modes],
    ),
    # MODE's bit 1 is read-only 0: neither the old value nor a trap.
    Parameter(name="MTVEC_ILLEGAL_WRITE_BEHAVIOR", value=_always("custom")),
    Parameter(name="M_MODE_ENDIANNESS", value=_always("little")),
    Parameter(name="TRAP_ON_ILLEGAL_WLRL", value=_always(False)),
    *_fixed(True, _everywhere, "MEI_INTR_IMPL", "MSI_INTR_IMPL", "MTI_INTR_IMPL"),
)

_USER = (
    Parameter(name="UXLEN", value=lambda c: [c.xlen]),
    Parameter(name="U_MODE_ENDIANNESS", value=_always("little")),
    Parameter(name="MUTABLE_MISA_U", value=_always(False)),
    Parameter(name="MCOUNTENABLE_EN", value=_counters),
    *(Parameter(name=f"MUTABLE_MISA_{letter}", value=_always(False), exists=_has(letter)) for letter in "MAFDQCBV"),
)

_SUPERVISOR = (
    *_fixed(False, _with_s, "MUTABLE_MISA_S"),
    *_fixed(True, _with_s, "SEI_INTR_IMPL", "SSI_INTR_IMPL", "STI_INTR_IMPL", "SATP_MODE_BARE"),
    Parameter(name="SXLEN", value=lambda c: [c.xlen], exists=_with_s),
    *_fixed("little", _with_s, "S_MODE_ENDIANNESS"),
    Parameter(name="STVAL_WIDTH", value=_tval_bits, exists=_with_s),
    *_fixed([0, 1], _with_s, "STVEC_MODES"),
    Parameter(name="STVEC_BASE_ALIGNMENT_VECTORED", value=lambda c: c.vectored_align, exists=_with_s),
    Parameter(name="ASID_WIDTH", value=lambda c: c.asid_bits, exists=_with_s),
    Parameter(name="SCOUNTENABLE_EN", value=_counters, exists=lambda c: c.s and c.counter_count),
    Parameter(name="MSTATUS_FS_LEGAL_VALUES", value=_states("fs"), exists=lambda c: c.s or "F" in c.isa),
    Parameter(name="MSTATUS_VS_LEGAL_VALUES", value=_states("vs"), exists=lambda c: c.s or "V" in c.isa),
)

_HYPERVISOR = (
    *_fixed(False, _with_h, "MUTABLE_MISA_H", "IGNORE_INVALID_VSATP_MODE_WRITES_WHEN_V_EQ_ZERO"),
    *_fixed(True, _with_h, "VSEI_INTR_IMPL", "VSSI_INTR_IMPL", "VSTI_INTR_IMPL", "GSTAGE_MODE_BARE"),
    *_fixed(True, _with_h, "VSSTAGE_MODE_BARE"),
    Parameter(name="VSXLEN", value=lambda c: [c.xlen], exists=_with_h),
    Parameter(name="VUXLEN", value=lambda c: [c.xlen], exists=_with_h),
    *_fixed("little", _with_h, "VS_MODE_ENDIANNESS", "VU_MODE_ENDIANNESS"),
    *_fixed([0, 1], _with_h, "VSTVEC_MODES"),
    Parameter(name="VMID_WIDTH", value=lambda c: c.vmid_bits, exists=_with_h),
    # 0 is not among its values: a file that lacks it says so.
    Parameter(name="NUM_EXTERNAL_GUEST_INTERRUPTS", value=lambda c: c.geilen, exists=lambda c: c.h and c.geilen),
    Parameter(name="HCOUNTENABLE_EN", value=_counters, exists=_with_h),
    *(row for xlen in (32, 64) for row in _modes_of("satp_modes", xlen, "{}_VSMODE_TRANSLATION")),
    *(row for xlen in (32, 64) for row in _modes_of("hgatp_modes", xlen, "{}_TRANSLATION")),
)

#: Bits of the state enables, and the extension whose state each is for.
_ENABLES = {"ENVCFG": "Svbare", "AIA": "Ssaia", "IMSIC": "Ssaia", "CSRIND": "Sscsrind", "CONTEXT": "Sdtrig",
            "JVT": "Zcmt"}  # fmt: skip
_EXTENSIONS = (
    *_fixed("read-only-1", _has("Sdext", "Sdtrig"), "DCSR_MPRVEN_TYPE"),
    *_fixed("rw", _has("Sdext", "Sdtrig"), "DCSR_STEPIE_TYPE", "DCSR_STOPCOUNT_TYPE", "DCSR_STOPTIME_TYPE"),
    *_fixed(False, _has("Zicbom"), "FORCE_UPGRADE_CBO_INVAL_TO_FLUSH"),
    *(
        row
        for name in ("SMMPM", "SMNPM", "SSNPM")
        for row in _fixed([0, 7, 16], _has(name.capitalize()), f"PMLEN_{name}")
    ),
    *(
        Parameter(
            name=f"{level}STATEEN_{bit}_TYPE",
            value=_enable(f"{level.lower()}stateen0", bit.lower()),
            exists=_has(owner, *needed),
        )
        for level, needed in (("M", ("Smstateen",)), ("H", ("H", "Ssstateen")))
        for bit, owner in _ENABLES.items()
    ),
    Parameter(name="SSTATEEN_JVT_TYPE", value=_enable("sstateen0", "jvt"), exists=_has("Zcmt", "Ssstateen")),
)

#: What these became: older files have them.
_OLDER = (
    *(
        Parameter(name=f"{name}_MODE_{mode}", value=_always(True), exists=exists, is_written=False)
        for name, exists in (("STVEC", _with_s), ("VSTVEC", _with_h))
        for mode in ("DIRECT", "VECTORED")
    ),
    Parameter(name="MSTATUS_TVM_IMPLEMENTED", value=lambda c: c.has_paging, exists=_with_s, is_written=False),
)

PARAMETERS = (*_MACHINE, *_USER, *_SUPERVISOR, *_HYPERVISOR, *_EXTENSIONS, *_OLDER)
