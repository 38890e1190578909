"""What a back end gives for a record, and how it differs from what was recorded, field by field."""

from __future__ import annotations

from dataclasses import dataclass

from .record import Record


@dataclass(kw_only=True, slots=True)
class Result:
    """What followed an event on the model or on the RTL.

    `registers` has every register of the configuration, zeros included.
    `answers` has the keys of a record's `result`, as far as they apply;
    `fault` is None where there is none and `to` a `Mode` value. A back end
    that cannot see an answer, as hardware what a set or clear computed, starts
    from the model's result and puts what it does see in its place.
    """

    pc: int
    registers: dict[str, int]
    answers: dict[str, int | None]

    def copy(self) -> Result:
        """Another result with the same values, to be changed."""
        return Result(pc=self.pc, registers=dict(self.registers), answers=dict(self.answers))


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not as recorded. None means "no fault", or that the field is absent."""

    field: str
    expected: int | None
    got: int | None

    def __str__(self) -> str:
        return f"{self.field}: recorded {_show(self.expected)}, got {_show(self.got)}"


def _show(value: int | None) -> str:
    return "none" if value is None else hex(value)


def check(record: Record, result: Result) -> list[Difference]:
    """Every field in which `result` is not what was recorded, in a fixed order."""
    differences = []
    if result.pc != record.post_pc:
        differences.append(Difference("pc", record.post_pc, result.pc))
    expected = record.expected_registers()
    for name, got in result.registers.items():
        wanted = expected.pop(name, 0)
        if got != wanted:
            differences.append(Difference(name, wanted, got))
    for name, wanted in expected.items():
        differences.append(Difference(name, wanted, None))
    for name, answer in record.result.items():
        if name not in result.answers:
            differences.append(Difference(f"result.{name}", answer, None))
        elif result.answers[name] != answer:
            differences.append(Difference(f"result.{name}", answer, result.answers[name]))
    return differences
