"""A waveform in words: what was committed in each cycle, in which mode, and what the last event changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO

from vcd.reader import TokenKind, tokenize

from utrap_formal.properties.manual import CSRS, Mode, Op
from utrap_formal.properties.window import LANES, UNIT

__all__ = ["events", "steps"]

_PERIOD = 10
_ACCESS = ("reads", "writes", "sets in", "clears in")
_MOST = 20

Values = Mapping[str, int]


def steps(vcd: str) -> list[dict[str, int]]:
    """What every signal of the harness is in each clock cycle, by name; unknown bits count as 0."""
    names: dict[str, list[str]] = {}
    values: dict[str, int] = {}
    found: list[dict[str, int]] = []
    depth, time = 0, 0
    for token in tokenize(BytesIO(vcd.encode())):
        if token.kind is TokenKind.SCOPE:
            depth += 1
        elif token.kind is TokenKind.UPSCOPE:
            depth -= 1
        elif token.kind is TokenKind.VAR and depth == 1:
            names.setdefault(token.var.id_code, []).append(token.var.reference)
        elif token.kind is TokenKind.CHANGE_TIME:
            if time % _PERIOD == 0 and token.time_change > time:
                found.append(dict(values))
            time = token.time_change
        elif token.kind is TokenKind.CHANGE_SCALAR:
            values |= dict.fromkeys(names.get(token.scalar_change.id_code, ()), token.scalar_change.value == "1")
        elif token.kind is TokenKind.CHANGE_VECTOR:
            value = token.vector_change.value
            number = value if isinstance(value, int) else int(value.translate(_UNKNOWN), 2)
            values |= dict.fromkeys(names.get(token.vector_change.id_code, ()), number)
    # The last time is only where the waveform ends.
    return found


_UNKNOWN = str.maketrans("xXzZ", "0000")


def events(vcd: str) -> list[str]:
    """One line for each cycle from reset, the look-ahead of the last, and what that event changed."""
    cycles = [step for step in steps(vcd) if f"{LANES[UNIT]}0_commit_op" in step]
    if not cycles:
        return []
    *before, last = cycles
    lines = [f"{number}: {_event(step, 0)}" for number, step in enumerate(before)]
    ahead = 0
    while f"{LANES[UNIT]}{ahead}_commit_op" in last:
        lines.append(f"{len(before) + ahead}: {_event(last, ahead)}")
        ahead += 1
    changes = list(_changes(last))
    lines += [f"   {change}" for change in changes[:_MOST]]
    return lines + ([f"   and {len(changes) - _MOST} more"] if len(changes) > _MOST else [])


def _event(values: Values, number: int) -> str:
    cycle = f"{LANES[UNIT]}{number}_"

    def port(name: str) -> int:
        return values.get(cycle + name, 0)

    op = port("commit_op")
    name = Op(op).name if op in set(Op) else f"no operation ({op})"
    words = [_mode(values, number), name if not port("rst") else "reset"]
    if op in (Op.CSR, Op.DEBUG_CSR):
        words += [_ACCESS[port("commit_csr_op")], _csr(port("commit_csr_address"))]
        words += [hex(port("commit_csr_wdata"))] * (port("commit_csr_op") != 0)
    elif op == Op.EXCEPTION:
        words += [f"cause {port('commit_cause')}", f"pc {port('commit_pc'):#x}", f"tval {port('commit_tval'):#x}"]
        words += [f"GPA>>2 {port('commit_tval2'):#x}"] * (port("commit_cause") in (20, 21, 23))
    elif op in (Op.INTERRUPT, Op.HALT):
        words += [f"pc {port('commit_pc'):#x}"]
    lines = [name for name in ("meip", "mtip", "msip", "seip", "ueip", "hgeip") if port(f"lines_{name}")]
    return " ".join(words + ([f"with {', '.join(lines)}"] if lines else []))


def _mode(values: Values, number: int) -> str:
    """The mode at the beginning of a cycle."""
    prv, v = (
        values.get(f"{UNIT}_{name}" if number == 0 else f"{LANES[UNIT]}{number - 1}_{name}_next", 0)
        for name in ("mode_prv", "mode_v")
    )
    # Without S one bit says M or U.
    wide = any(name.startswith(f"{UNIT}_sstatus") or name == f"{UNIT}_stvec_base" for name in values)
    code = v << 2 | (prv if wide or prv == 0 else 3)
    return {mode.value: mode.name for mode in Mode}.get(code, f"no mode ({code})")


def _csr(address: int) -> str:
    return next((name for name, number in CSRS.items() if number == address), hex(address))


def _changes(values: Values) -> Iterator[str]:
    """Registers that the event of the last cycle changes."""
    for name, old in values.items():
        register = name.removeprefix(f"{UNIT}_")
        new = values.get(f"{LANES[UNIT]}0_{register}_next")
        if name != register and new is not None and new != old:
            yield f"{register}: {old:#x} -> {new:#x}"
