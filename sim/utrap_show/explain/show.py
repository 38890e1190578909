"""An answer as lines: with colours in a terminal, plain and whole lines in a pipe, a file or with NO_COLOR."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from .shape import Answer, Interrupt, Step

__all__ = ["lines", "show"]

#: A line is its pieces, each with a style of rich; "" is plain.
Line = list[tuple[str, str]]

_TITLE, _CSR, _RULE, _OLD, _NOTE = "bold", "cyan", "dim", "dim", "yellow"
_STATES = {"taken": "bold green", "waiting": "yellow", "blocked": "dim"}


def show(answer: Answer) -> None:
    """Print the answer to the standard output."""
    if sys.stdout is not None and sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
        _print_styled(answer)
    else:
        for line in lines(answer):
            print("".join(text for text, _ in line).rstrip())


def _print_styled(answer: Answer) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for line in lines(answer):
        console.print(Text.assemble(*line), soft_wrap=True)


def lines(answer: Answer) -> Iterator[Line]:
    """Every line that is printed."""
    yield _headline(answer)
    if answer.interrupts:
        for interrupt in answer.interrupts:
            yield []
            yield from _interrupt(interrupt, _width([s for i in answer.interrupts for s in i.steps]))
    elif answer.steps:
        yield []
        yield from _steps(answer.steps)
    if answer.windows:
        yield []
        yield from _windows(answer)
    yield []
    good = answer.verdict in ("trap", "return", "allowed", "masking", "translation")
    yield [("=> ", _TITLE), (_said(answer), "bold green" if good else "bold red")]
    if answer.pc is not None:
        yield []
        yield [("next pc ", _TITLE), (answer.pc, _CSR)]
        yield from _steps(answer.pc_steps)
    if answer.read is not None:
        yield []
        yield [("read ", _TITLE), (answer.read, _CSR)]
    if answer.writes:
        yield []
        yield [("written", _TITLE)]
        yield from _writes(answer)
    for note in answer.notes:
        yield []
        yield [(f"note: {note}", _NOTE)]


def _headline(answer: Answer) -> Line:
    kind, event = answer.event["kind"], answer.event
    line = [(event["text"], _TITLE), (f" in {answer.from_mode}", _TITLE)]
    details = [f"{name} {event[name]}" for name in ("pc", "tval", "gpa", "operand") if event.get(name) is not None]
    if kind == "exception" and event["tinst"] != "0x0":
        details.append(f"tinst {event['tinst']}")
    if kind == "exception" and event["gva"]:
        details.append("gva")
    return [*line, ("".join(f", {detail}" for detail in details), ""), (f"  [{answer.profile} RV{answer.xlen}]", _RULE)]


def _said(answer: Answer) -> str:
    changed = answer.to_mode != answer.from_mode and answer.event["kind"] not in ("interrupt", "rnmi")
    return answer.text + (f", from {answer.from_mode}" if changed and answer.verdict == "trap" else "")


def _interrupt(interrupt: Interrupt, width: tuple[int, int]) -> Iterator[Line]:
    said = {"taken": "taken", "waiting": "stays pending, it could be taken", "blocked": "stays pending"}
    yield [
        (f"{interrupt.name} ({interrupt.number})", _TITLE),
        (f" for {interrupt.target}: ", ""),
        (said[interrupt.state], _STATES[interrupt.state]),
    ]
    yield from _steps(interrupt.steps, width)


def _looked_at(step: Step) -> str:
    return ", ".join(f"{seen.name} = {seen.value}" for seen in step.looked_at)


def _width(steps: list[Step]) -> tuple[int, int]:
    return max((len(_looked_at(step)) for step in steps), default=0), max((len(s.text) for s in steps), default=0)


def _steps(steps: list[Step], width: tuple[int, int] | None = None) -> Iterator[Line]:
    first, second = width or _width(steps)
    for step in steps:
        yield [
            ("  ", ""),
            (f"{_looked_at(step):{first}}  " if first else "", _CSR),
            (f"{step.text:{second}}  ", ""),
            (step.rule, _RULE),
        ]


def _windows(answer: Answer) -> Iterator[Line]:
    page = next(seen.value for step in answer.steps for seen in step.looked_at if seen.name == "page")
    yield [("windows", _TITLE), (f"  page {page}, that is GPA >> 12", "")]
    names = max(len(window.name) for window in answer.windows)
    pages = max(len(window.page) for window in answer.windows)
    masks = max(len(window.mask) for window in answer.windows)
    for window in answer.windows:
        content = f"E {int(window.enabled)}, ORDER {window.order:2}, page {window.page:>{pages}}"
        yield [
            (f"  {window.name:{names}}  ", _CSR),
            (f"{content}, mask {window.mask:>{masks}}  ", ""),
            (window.text, "green" if window.matches else ""),
        ]


def _writes(answer: Answer) -> Iterator[Line]:
    names = [f"{w.csr}.{w.field}" if w.field else w.csr for w in answer.writes]
    width = max(map(len, names))
    old = max(len(write.old) for write in answer.writes)
    new = max(len(write.new) for write in answer.writes)
    for name, write in zip(names, answer.writes, strict=True):
        yield [
            (f"  {name:{width}}  ", _CSR),
            (f"{write.old:>{old}}", _OLD),
            (" -> ", ""),
            (f"{write.new:{new}}", "bold" if write.new != write.old else ""),
            (f"  {write.meaning}", _RULE),
        ]
