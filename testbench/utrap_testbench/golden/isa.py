"""The numbers of the architecture: privilege modes, exception causes and interrupt codes, by the manual's names.

Everything here is written down from the privileged manual's tables and from the
Shudeleg text; nothing is shared with the hardware description.
"""

from __future__ import annotations

from enum import IntEnum, unique


@unique
class Prv(IntEnum):
    """The nominal privilege mode, as MPP encodes it (norm:mstatus_xpp_enc)."""

    U = 0
    S = 1
    M = 3


@unique
class Mode(IntEnum):
    """A privilege mode with its virtualization mode: bit 2 is V, bits 1:0 are the nominal privilege."""

    U = 0
    S = 1  # HS-mode where H is implemented
    M = 3
    VU = 4
    VS = 5


@unique
class Cause(IntEnum):
    """Synchronous exception codes (norm:mcause_exccode_enc_img, norm:H_cause)."""

    INSTRUCTION_ADDRESS_MISALIGNED = 0
    INSTRUCTION_ACCESS_FAULT = 1
    ILLEGAL_INSTRUCTION = 2
    BREAKPOINT = 3
    LOAD_ADDRESS_MISALIGNED = 4
    LOAD_ACCESS_FAULT = 5
    STORE_ADDRESS_MISALIGNED = 6
    STORE_ACCESS_FAULT = 7
    ECALL_FROM_U = 8
    ECALL_FROM_S = 9
    ECALL_FROM_VS = 10
    ECALL_FROM_M = 11
    INSTRUCTION_PAGE_FAULT = 12
    LOAD_PAGE_FAULT = 13
    STORE_PAGE_FAULT = 15
    DOUBLE_TRAP = 16
    SOFTWARE_CHECK = 18
    HARDWARE_ERROR = 19
    INSTRUCTION_GUEST_PAGE_FAULT = 20
    LOAD_GUEST_PAGE_FAULT = 21
    VIRTUAL_INSTRUCTION = 22
    STORE_GUEST_PAGE_FAULT = 23


@unique
class Irq(IntEnum):
    """Interrupt codes, which are also bit numbers of mip, mie and mideleg (norm:mip_mie_std_enc_txt, HU-24)."""

    USI = 0
    SSI = 1
    VSSI = 2
    MSI = 3
    UTI = 4
    STI = 5
    VSTI = 6
    MTI = 7
    UEI = 8
    SEI = 9
    VSEI = 10
    MEI = 11
    SGEI = 12
    LCOFI = 13


def irq_name(number: int) -> str:
    """An interrupt's name by its number; LOCAL16 and up are the platform's own."""
    return Irq(number).name if number in Irq.__members__.values() else f"LOCAL{number}"


@unique
class Fault(IntEnum):
    """The verdict on an access or an instruction: the value of a fault is the cause it raises."""

    NONE = 0
    ILLEGAL = 2
    VIRTUAL = 22


GUEST_PAGE_FAULTS = (
    Cause.INSTRUCTION_GUEST_PAGE_FAULT,
    Cause.LOAD_GUEST_PAGE_FAULT,
    Cause.STORE_GUEST_PAGE_FAULT,
)

#: Standard order within one target (norm:intr_M_mode_pri, norm:hsint_priority, HU-26, warl:LCOFI).
IRQ_PRIORITY = (
    Irq.MEI, Irq.MSI, Irq.MTI,
    Irq.SEI, Irq.SSI, Irq.STI,
    Irq.SGEI,
    Irq.VSEI, Irq.VSSI, Irq.VSTI,
    Irq.LCOFI,
    Irq.UEI, Irq.USI, Irq.UTI,
)  # fmt: skip


def bits(*positions: int) -> int:
    """The mask that has exactly these bit positions set."""
    mask = 0
    for position in positions:
        mask |= 1 << position
    return mask


def ones(width: int) -> int:
    """The mask of the `width` lowest bits."""
    return (1 << width) - 1
