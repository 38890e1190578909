"""What no output port depends on within a cycle: what a core may build on when it feeds an answer back."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PROMISES", "Promise"]


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What output ports do not depend on within a cycle: there is no path, whatever the values are.

    Names are the Verilog's; `*` stands for any end.

    Attributes:
        text: The promise in words.
        outputs: The output ports.
        without: Not these of them.
        independent_of: The input ports that they do not depend on.
        but_of: Of these they may.
        but_through: The net through which alone they may nevertheless; "" for none.
    """

    text: str
    outputs: tuple[str, ...]
    without: tuple[str, ...] = ()
    independent_of: tuple[str, ...]
    but_of: tuple[str, ...] = ()
    but_through: str = ""


#: What a core may build on when it feeds an answer back into a question.
PROMISES = (
    Promise(
        text="No output looks at the reset, or at what only counts in it.",
        outputs=("*",),
        independent_of=("clk", "rst", "mtvec_reset"),
    ),
    Promise(
        text="The hart's and the legality port follow from state alone, and legality_csr from few ports beside it.",
        outputs=("hart_*", "legality_*"),
        without=("legality_csr",),
        independent_of=("*",),
    ),
    Promise(
        text="legality_csr looks at the CSR's number, the kind of access, and whether it exists outside the unit.",
        outputs=("legality_csr",),
        independent_of=("*",),
        but_of=("commit_csr_address", "commit_csr_op", "extension_exists"),
    ),
    Promise(
        text="The interrupt port follows from state, lines and the time, never from what is committed.",
        outputs=("interrupt_*",),
        independent_of=("*",),
        but_of=("lines_*", "mtime"),
    ),
    Promise(
        text="What a CSR reads and writes depends on commit_op only by whether a debugger does it.",
        outputs=("answer_rdata", "extension_wdata"),
        independent_of=("commit_op",),
        but_through="is_debugger_access",
    ),
    Promise(
        text="Whether an access goes outside does not depend on what is there.",
        outputs=("extension_select",),
        independent_of=("extension_*", "lines_*"),
    ),
    Promise(
        text="What is read and what is to be written decides nothing.",
        outputs=("answer_fault", "answer_redirect", "answer_target", "extension_accept", "extension_write", "trace_*"),
        independent_of=("extension_rdata", "commit_csr_wdata"),
    ),
)
