"""What a user may ask: the options as they were written, and the questions that are no event of the model."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["RNMI_VECTORS", "Options", "PointerMasking", "Translated"]

#: Options that are inputs with rnmi_vectors=port, by the inputs' names.
RNMI_VECTORS = ("rnmi_interrupt_vector", "rnmi_exception_vector")


@dataclass(frozen=True, kw_only=True)
class Options:
    """The command line's options as they were written; None or empty where absent."""

    mode: str
    cause: str | None = None
    interrupts: tuple[str, ...] = ()
    returns: str | None = None
    access: str | None = None
    insn: str | None = None
    write: str | None = None
    set_bits: str | None = None
    clear_bits: str | None = None
    csrs: tuple[str, ...] = ()
    pc: str | None = None
    tval: str | None = None
    gpa: str | None = None
    tinst: str | None = None
    gva: bool = False
    time: str | None = None
    halt: str | None = None
    debug: bool = False
    rnmi: str | None = None
    rnmi_interrupt_vector: str | None = None
    rnmi_exception_vector: str | None = None
    masking: str | None = None
    translation: str | None = None
    overflow: str | None = None


@dataclass(frozen=True, kw_only=True)
class PointerMasking:
    """Which pointer masking holds? `accesses` is load (loads and stores) or hlv (HLV and HSV). Changes nothing."""

    accesses: str

    @property
    def of_hlsv(self) -> bool:
        return self.accesses == "hlv"


@dataclass(frozen=True, kw_only=True)
class Translated(PointerMasking):
    """As which mode do they execute, and how are their addresses translated? Changes nothing."""
