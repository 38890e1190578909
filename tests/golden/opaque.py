"""Values of which only arithmetic and comparisons are known, as of symbolic ones: no truth, no hash, no int."""

from collections.abc import Callable
from typing import Any


class Condition:
    """The result of a comparison; its truth may be asked, and nothing else."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, value: bool) -> None:
        self.value = value

    def __bool__(self) -> bool:
        return self.value


class Opaque:
    """An integer that is not one."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, value: int) -> None:
        self.value = value

    def __bool__(self) -> bool:
        raise TypeError("the truth of a value was asked, not that of a comparison")


def bare(value: Any) -> Any:
    """The integer inside."""
    return value.value if isinstance(value, Opaque) else value


def opaque(value: int) -> Any:
    """The value, wrapped; `Any` because the model's types say int."""
    return Opaque(value)


def _give_operators() -> None:
    def operator(name: str, wrap: type[Opaque] | type[Condition]) -> Callable[[Any, Any], Any]:
        operation = getattr(int, name)
        return lambda self, other: wrap(operation(bare(self), bare(other)))

    arithmetic = ("and", "or", "xor", "lshift", "rshift", "add", "sub")
    for name in (*arithmetic, *(f"r{name}" for name in arithmetic)):
        setattr(Opaque, f"__{name}__", operator(f"__{name}__", Opaque))
    for name in ["eq", "ne", "lt", "le", "gt", "ge"]:
        setattr(Opaque, f"__{name}__", operator(f"__{name}__", Condition))


_give_operators()
