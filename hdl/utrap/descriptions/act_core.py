"""The parameters of the Unified Database that a core decides, with values to begin with.

They are those of a plain core: no PMP, no misaligned accesses, what it faults on told in full, `tinst` always zero.
"""

from __future__ import annotations

from collections.abc import Iterator

from utrap.config import Config
from utrap.descriptions.udb_params import Value

__all__ = ["core_parameters"]

_FAULTS = ("LOAD_MISALIGNED", "STORE_AMO_MISALIGNED", "INSTRUCTION_MISALIGNED", "LOAD_ACCESS_FAULT",
           "STORE_AMO_ACCESS_FAULT", "INSTRUCTION_ACCESS_FAULT")  # fmt: skip
_PAGE_FAULTS = ("LOAD_PAGE_FAULT", "STORE_AMO_PAGE_FAULT", "INSTRUCTION_PAGE_FAULT")
_ALL = ("BREAKPOINT", *_FAULTS, *_PAGE_FAULTS)
_TINST = (
    "BREAKPOINT", "VIRTUAL_INSTRUCTION", "INSTRUCTION_ADDRESS_MISALIGNED", "LOAD_ADDRESS_MISALIGNED",
    "STORE_AMO_ADDRESS_MISALIGNED", "LOAD_ACCESS_FAULT", "STORE_AMO_ACCESS_FAULT", "LOAD_PAGE_FAULT",
    "STORE_AMO_PAGE_FAULT", "UCALL", "SCALL", "MCALL", "VSCALL", "FINAL_LOAD_GUEST_PAGE_FAULT",
    "FINAL_STORE_AMO_GUEST_PAGE_FAULT", "FINAL_INSTRUCTION_GUEST_PAGE_FAULT",
)  # fmt: skip
_GPA = ("TVAL_ON_LOAD_GUEST_PAGE_FAULT", "TVAL_ON_STORE_AMO_GUEST_PAGE_FAULT", "TVAL_ON_INSTRUCTION_GUEST_PAGE_FAULT",
        "TVAL_ON_INTERMEDIATE_GUEST_PAGE_FAULT", "HTVAL_ON_GUEST_PAGE_FAULT")  # fmt: skip


def core_parameters(config: Config) -> dict[str, Value]:
    """Return them by name, for a configuration."""
    found: dict[str, Value] = {
        "NON_STANDARD_EXTENSION_IMPLEMENTED": "X" in config.isa,
        "MISALIGNED_LDST": False,
        "MISALIGNED_LDST_EXCEPTION_PRIORITY": "low",
        "PHYS_ADDR_WIDTH": min(56, config.va_bits or 56) if config.xlen == 64 else 34 if config.has_paging else 32,
        "PMA_GRANULARITY": 12,
        "NUM_PMP_ENTRIES": 0,
        "NUM_USABLE_PMP_ENTRIES": 0,
        "MCOUNTINHIBIT_IMPLEMENTED": False,
        "WFI_FINITE": True,
        "WFI_U_MODE": False,
    }
    return found | dict.fromkeys(_true(config), True) | _of_extensions(config)


def _true(config: Config) -> Iterator[str]:
    """What is true of a plain core."""
    yield "PRECISE_SYNCHRONOUS_EXCEPTIONS"
    modes = ["M", "U", *(["S"] if config.s else []), *(["VS"] if config.h else [])]
    yield from (f"TRAP_ON_ECALL_FROM_{mode}" for mode in modes)
    yield from (f"TRAP_ON_{what}" for what in ("EBREAK", "UNIMPLEMENTED_INSTRUCTION", "RESERVED_INSTRUCTION",
                                               "UNIMPLEMENTED_CSR"))  # fmt: skip
    if config.tval == "all":
        yield from _reported(config)


def _reported(config: Config) -> Iterator[str]:
    """What the xtval are given."""
    yield from (f"REPORT_VA_IN_MTVAL_ON_{fault}" for fault in (_ALL if config.s else ("BREAKPOINT", *_FAULTS)))
    levels = ["MTVAL", *(["STVAL"] if config.s else []), *(["VSTVAL"] if config.h else [])]
    yield from (f"REPORT_VA_IN_{level}_ON_{fault}" for level in levels[1:] for fault in _ALL)
    yield from (f"REPORT_ENCODING_IN_{level}_ON_ILLEGAL_INSTRUCTION" for level in levels)
    if config.h:
        yield "REPORT_ENCODING_IN_VSTVAL_ON_VIRTUAL_INSTRUCTION"
        yield from (f"REPORT_GPA_IN_{what}" for what in _GPA)


def _of_extensions(config: Config) -> dict[str, Value]:
    found: dict[str, Value] = {}
    if "A" in config.isa:
        found |= {
            "MISALIGNED_AMO": False,
            "LRSC_RESERVATION_STRATEGY": "reserve naturally-aligned 64-byte region",
            "LRSC_FAIL_ON_VA_SYNONYM": False,
            "LRSC_MISALIGNED_BEHAVIOR": "always raise misaligned exception",
            "LRSC_FAIL_ON_NON_EXACT_LRSC": False,
        }
    if "F" in config.isa:
        found["HW_MSTATUS_FS_DIRTY_UPDATE"] = "precise"
    if "V" in config.isa:
        found |= {"HW_MSTATUS_VS_DIRTY_UPDATE": "precise", "VLEN": 128, "ELEN": 64}
    if config.counter_count:
        found["TIME_CSR_IMPLEMENTED"] = True
    if config.counters == "zihpm":
        found |= {"HPM_COUNTER_EN": [number > 2 for number in range(32)], "HPM_EVENTS": [0]}
    if config.zicbom or config.zicboz:
        found["CACHE_BLOCK_SIZE"] = 64
    if config.ssqosid:
        found |= {"RCID_WIDTH": 12, "MCID_WIDTH": 12}
    if config.h:
        found |= dict.fromkeys((f"TINST_VALUE_ON_{trap}" for trap in _TINST), "always zero")
    return found
