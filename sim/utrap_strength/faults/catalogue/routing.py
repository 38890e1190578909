"""Where an exception goes."""

from __future__ import annotations

from utrap_strength.faults.fault import Fault, fault

__all__ = ["FAULTS"]

_ROUTE = "rules/route.py"
_BY_M = '~state.is_in(Mode.M) & _delegates(m, state, "medeleg", cause)'
_TARGET = "    target = Cat(~is_delegated"
_TO = "answer.target, trace.to_mode, answer.redirect"

FAULTS: tuple[Fault, ...] = (
    fault(
        "exc-uses-mideleg",
        "Exceptions are delegated by mideleg.",
        (_ROUTE, _BY_M, '~state.is_in(Mode.M) & state.views["mideleg"].bit_select(cause, 1)'),
        shows=_TO, events="exception", task="exception 1",
    ),
    fault(
        "exc-uses-mideleg.from-m",
        "Exceptions of M are delegated to S.",
        (_ROUTE, _BY_M, '_delegates(m, state, "medeleg", cause)'),
        shows=_TO, events="exception", task="exception 2",
    ),
    fault(
        "exc-uses-mideleg.mpie",
        "MPIE takes SIE.",
        ("rules/entry.py", '"mstatus.mpie": state["mstatus.mie"]', '"mstatus.mpie": state["mstatus.sie"]'),
        shows="mstatus", events="exception, interrupt", task="interrupt",
    ),
    fault(
        "deleg-m-prereq",
        "hedeleg delegates to VS what medeleg does not have.",
        (_ROUTE, _TARGET, f"    is_delegated = is_delegated | to_vs\n{_TARGET}"),
        shows=_TO, events="exception", task="exception 2", on="msuh",
    ),
    fault(
        "sedeleg-m-prereq",
        "sedeleg delegates to U what medeleg does not have.",
        (_ROUTE, _TARGET, f"    is_delegated = is_delegated | to_u\n{_TARGET}"),
        shows=_TO, events="exception", task="exception 2", on="msun",
    ),
    fault(
        "u-deleg-from-hs",
        "sedeleg delegates exceptions of S to U, too.",
        (_ROUTE, "to_u = state.is_in(Mode.U) & _delegates(", "to_u = ~state.is_in(Mode.M) & _delegates("),
        shows=_TO, events="exception", task="exception 2", on="msun",
    ),
)  # fmt: skip
