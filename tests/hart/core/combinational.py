"""Asking combinational hardware in Amaranth's own simulator: inputs in, outputs out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from amaranth.hdl import Cat, Module, Signal, Value
from amaranth.sim import Simulator


def ask(
    widths: Mapping[str, int],
    build: Callable[..., Value | Sequence[Value]],
    cases: Iterable[Mapping[str, int]],
) -> list[Any]:
    """What the hardware answers to each case: a number, or a tuple where it has several outputs.

    `build(m, **inputs)` makes it.
    """
    m = Module()
    inputs = {name: Signal(width, name=name) for name, width in widths.items()}
    built = build(m, **inputs)
    outputs = [built] if isinstance(built, Value) else [Value.cast(value) for value in built]
    places = [Signal(len(value), name=f"output_{number}") for number, value in enumerate(outputs)]
    m.d.comb += [place.eq(value) for place, value in zip(places, outputs, strict=True)]
    together = Cat(*inputs.values())
    answers: list[Any] = []

    async def bench(context: Any) -> None:
        for case in cases:
            packed, at = 0, 0
            for name, width in widths.items():
                packed |= (case[name] & (1 << width) - 1) << at
                at += width
            context.set(together, packed)
            found = tuple(context.get(place) for place in places)
            answers.append(found[0] if isinstance(built, Value) else found)

    simulator = Simulator(m)
    simulator.add_testbench(bench)
    simulator.run()
    return answers
