"""One recording, and the ways in which simulators and IEEE 1364 let it be written as VCD."""

from dataclasses import dataclass
from random import Random

from hypothesis import strategies

#: Wires with their widths; xlen is 64 because mepc has as many.
WIRES = {
    "clk": 1, "rst": 1, "trace_kind": 3, "trace_cause": 6, "trace_from_mode": 3, "trace_to_mode": 3,
    "trace_epc": 64, "trace_vector": 64, "hart_mode": 3, "mepc": 64, "mstatus": 64,
}  # fmt: skip
#: By time; None is unknown. An ECALL, what it saves, MRET, an event under x, a reset.
RECORDING: dict[int, dict[str, int | None]] = {
    0: {**dict.fromkeys(WIRES, 0), "rst": 1, "trace_epc": None, "mepc": None, "hart_mode": None},
    5: {"clk": 1}, 6: {"rst": 0, "hart_mode": 3, "mepc": 0}, 10: {"clk": 0}, 15: {"clk": 1, "hart_mode": 0},
    16: {"trace_kind": 2, "trace_cause": 8, "trace_to_mode": 3, "trace_epc": 1 << 63 | 5, "trace_vector": 0x80},
    20: {"clk": 0}, 25: {"clk": 1, "trace_kind": 0, "mepc": 1 << 63 | 5, "hart_mode": 3, "mstatus": 0x80},
    30: {"clk": 0}, 35: {"clk": 1, "trace_kind": 4, "trace_from_mode": 3, "trace_to_mode": 0, "trace_epc": None},
    40: {"clk": 0}, 45: {"clk": 1, "trace_kind": None, "hart_mode": 0, "mepc": 0x100}, 50: {"clk": 0},
    55: {"clk": 1, "trace_kind": 0}, 60: {"clk": 0, "rst": 1}, 65: {"clk": 1}, 70: {"clk": 0}, 75: {"clk": 1},
}  # fmt: skip
_SPACES = ("\n", " ", "\t", "\r\n", " \n\t ", "\f")
_COMMENTS = ("$comment 1! b0 k #7 $end", "$comment $end", "$comment\n#99999\n0!\n$end", "$dumpall $end")


@dataclass(frozen=True)
class Dialect:
    """How a file is written; what has several values is drawn for each place anew."""

    cuts: tuple[str, ...] = ("whole",)
    indices: tuple[str, ...] = (" [{}]",)
    spaces: tuple[str, ...] = ("\n",)
    has_odd_codes: bool = False
    is_escaped: bool = False
    has_timescale: bool = True
    has_comments: bool = False
    has_others: bool = False
    bits: tuple[str, ...] = ("{}{}",)
    letters: tuple[str, ...] = ("b",)
    unknown: tuple[str, ...] = ("x",)
    padding: tuple[str, ...] = ("trimmed",)
    seed: int = 0


def some(*values):
    """At least one of the values."""
    return strategies.lists(strategies.sampled_from(values), min_size=1, unique=True).map(tuple)


dialects = strategies.builds(
    Dialect,
    cuts=some("whole", "bits", "slices"),
    indices=some(" [{}]", "[{}]", " [ {} ] "),
    spaces=some(*_SPACES),
    has_odd_codes=strategies.booleans(),
    is_escaped=strategies.booleans(),
    has_timescale=strategies.booleans(),
    has_comments=strategies.booleans(),
    has_others=strategies.booleans(),
    bits=some("{}{}", "b{} {}", "B000{}\n{}"),
    letters=some("b", "B"),
    unknown=some("x", "X", "z", "Z"),
    padding=some("trimmed", "full", "wide"),
    seed=strategies.integers(0, 99),
)


def written(dialect: Dialect) -> str:
    """The recording in the dialect."""
    return "".join(_Writer(dialect).tokens())


class _Writer:
    def __init__(self, dialect):
        self.dialect, self.rng = dialect, Random(dialect.seed)
        cuts = {name: self.rng.choice(dialect.cuts) if width > 1 else "whole" for name, width in WIRES.items()}
        numbers = iter(range(33, 10_000))
        self.pieces = {
            name: [(low, high, _code(next(numbers), dialect.has_odd_codes)) for low, high in _pieces(width, cuts[name])]
            for name, width in WIRES.items()
        }

    def space(self):
        return self.rng.choice(self.dialect.spaces)

    def tokens(self):
        dialect = self.dialect
        if dialect.has_timescale:
            yield "$timescale 1 ns $end\n"
        yield "$comment of a $var and a $scope $end\n$scope module top $end\n$scope module dut $end\n"
        for name, width in WIRES.items():
            for low, high, code in self.pieces[name]:
                index = f"{high}:{low}" if high > low else f"{low}"
                ending = self.rng.choice(dialect.indices).format(index) if width > 1 else ""
                escape = "\\" if dialect.is_escaped else ""
                yield f"$var wire {high - low + 1} {code} {escape}{name}{ending} $end{self.space()}"
        if dialect.has_others:
            yield "$var real 64 ~r level $end $var string 1 ~s state $end $var event 1 ~e went $end "
        yield "$upscope $end\n$upscope $end\n$enddefinitions $end\n"
        for time, changes in RECORDING.items():
            yield f"#{time}{self.space()}"
            if not time:
                yield f"$dumpvars{self.space()}"
            for name, value in self.rng.sample(list(changes.items()), len(changes)):
                yield from self.changes(name, value)
            if not time:
                yield f"$end{self.space()}"
        yield "#80\n"

    def changes(self, name, value):
        dialect, rng = self.dialect, self.rng
        for low, high, code in self.pieces[name]:
            if dialect.has_comments and rng.random() < 0.2:
                yield rng.choice(_COMMENTS) + self.space()
            if dialect.has_others and rng.random() < 0.2:
                yield rng.choice(("r1.5e-3 ~r", "R7 ~r", "sIDLE ~s", "s ~s", "1~e")) + self.space()
            width = high - low + 1
            digits = rng.choice(dialect.unknown) * width if value is None else f"{value >> low:0{width}b}"[-width:]
            if width == 1:
                yield rng.choice(dialect.bits).format(digits, code)
            else:
                extension = digits[0] if value is None else "0"
                padding = rng.choice(dialect.padding)
                gap = self.space() if len(dialect.spaces) > 1 else " "
                short = digits[0] if value is None else digits.lstrip("0") or "0"
                shown = {"trimmed": short, "full": digits, "wide": extension * 3 + digits}[padding]
                yield f"{rng.choice(dialect.letters)}{shown}{gap}{code}"
            yield self.space()


def _code(number, is_odd):
    """A code; odd ones begin as another does, and look like times, values and keywords."""
    if not is_odd:
        return f"{chr(number % 60 + 60)}{chr(number // 60 + 60)}"
    return ("#1", "b1", "1", "0!", "$", "r", "s0", "x")[number % 8] * (number // 8 - 3)


def _pieces(width, cut):
    """From which bit to which."""
    if cut == "bits":
        return [(bit, bit) for bit in range(width)]
    if cut == "slices":
        return [(width // 2, width - 1), (0, width // 2 - 1)]
    return [(0, width - 1)]
