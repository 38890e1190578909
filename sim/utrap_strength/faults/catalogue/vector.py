"""Where a trap enters: xtvec and the offset of an interrupt."""

from __future__ import annotations

from utrap_strength.faults.fault import Fault, fault

__all__ = ["FAULTS"]

_VECTOR = "rules/vector.py"
_OFFSET = "Mux(tvec[0] & is_interrupt, code, 0)"
#: The same where a table may begin at any multiple of 4.
_ADDED = "Mux(is_vectored, choice.cause[:width], 0)"

FAULTS: tuple[Fault, ...] = (
    fault(
        "vs-vector-offset",
        "An interrupt enters a guest's table one place behind its cause: by its number in mip.",
        (_VECTOR, _ADDED, "Mux(is_vectored, (choice.cause[:width] + (choice.target == Target.VS))[:width], 0)"),
        shows="answer.target", events="interrupt", task="interrupt", on="msuh vectored_align=4",
    ),
    fault(
        "tvec-wrong-mode",
        "mtvec.MODE says for every mode whether its table is vectored.",
        (_VECTOR, _OFFSET, 'Mux(state.views["mtvec"][0] & is_interrupt, code, 0)'),
        shows="answer.target", events="interrupt", task="interrupt",
    ),
    fault(
        "vector-x16",
        "An interrupt enters the table at 16 times its cause.",
        (_VECTOR, _ADDED, "Mux(is_vectored, choice.cause[:width] << 2, 0)"),
        shows="answer.target", events="interrupt", task="interrupt", on="mu vectored_align=4",
    ),
    fault(
        "exc-vectored",
        "In vectored mode exceptions enter behind BASE, too.",
        (_VECTOR, _OFFSET, "Mux(tvec[0], code, 0)"),
        shows="answer.target", events="exception", task="exception 2", on="mu",
    ),
    fault(
        "tvec-mode-leak",
        "The pc of a trap has MODE in its low bits.",
        (_VECTOR, "Cat(Const(0, 2), words)", "Cat(tvec[:2], words)"),
        shows="answer.target", events="exception, interrupt", task="exception 2", on="mu",
    ),
    fault(
        "tvec-align-concat",
        "A vectored table's BASE keeps its low bits, which the entry then mixes with the cause.",
        (
            "csr/warl.py",
            "return Cat(Mux(is_vectored, 0, write.value[:low_bits]), write.value[low_bits:])",
            "return write.value",
        ),
        shows="mtvec", events="CSR, debug CSR", task="csr 0x305", on="mu",
    ),
)  # fmt: skip
