"""A program that writes an FST file as VCD: `python fst_as_vcd.py FILE`.

The declarations come first; then a line of codes is read from the standard input, and the changes of
these follow. pywellen joins vectors that are dumped bit by bit.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any


def _declarations(around: Any) -> Iterator[str]:
    for var in around.vars():
        kind = "string" if var.is_string else "real" if var.is_real else "wire"
        yield f"$var {kind} {var.bitwidth or 0} {_code(var.signal_id)} {var.name} $end"
    for scope in around.scopes():
        yield f"$scope module {scope.name} $end"
        yield from _declarations(scope)
        yield "$upscope $end"


def _code(signal: Any) -> str:
    """A signal's code; pywellen writes its number as SignalId(5)."""
    return str(signal)[9:-1]


def main(path: str) -> None:
    import pywellen

    wave = pywellen.WaveformStream(path, multi_threaded=False)
    scale = wave.timescale
    if scale is not None:
        print(f"$timescale {scale} $end")
    print("\n".join(_declarations(wave)))
    print("$enddefinitions $end", flush=True)
    asked = frozenset(sys.stdin.readline().split())
    write, last = sys.stdout.write, -1

    def change(time: int, signal: Any, value: int | float | str) -> None:
        nonlocal last
        if time != last:
            write(f"#{time}\n")
            last = time
        code = _code(signal)
        if isinstance(value, int):
            write(f"{value}{code}\n" if code in bits else f"b{value:b} {code}\n")
        elif isinstance(value, str):
            write(f"{'s' if code in texts else 'b'}{value} {code}\n")

    variables = [var for var in wave.all_vars() if _code(var.signal_id) in asked]
    bits = {_code(var.signal_id) for var in variables if var.is_1bit}
    texts = {_code(var.signal_id) for var in variables if var.is_string}
    wave.stream_changes(change, variables)
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
