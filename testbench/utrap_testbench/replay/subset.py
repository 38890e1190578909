"""Choosing a few hundred lines of a large file so that every kind of event in every mode stays represented.

`python -m utrap_testbench.replay.subset SOURCE DESTINATION [COUNT]` writes
the header, and lines of SOURCE as they stand, to DESTINATION.
"""

from __future__ import annotations

import gzip
import sys
from collections import defaultdict
from pathlib import Path

from utrap_testbench.oracles.spike import predict
from utrap_testbench.vectors.model import run_on_model
from utrap_testbench.vectors.reader import read_records
from utrap_testbench.vectors.record import Header, Record

#: How many lines of each predicted deviation are taken before all others.
_OF_EACH_DEVIATION = 4


def choose(path: str | Path, count: int) -> list[int]:
    """Line numbers: some of each deviation, then one of each group in turn until there are `count`."""
    header, records = read_records(path)
    groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
    chosen: list[int] = []
    seen: dict[str, int] = defaultdict(int)
    for number, record in records:
        names = _deviations(header, record)
        if any(seen[name] < _OF_EACH_DEVIATION for name in names):
            chosen.append(number)
            for name in names:
                seen[name] += 1
        else:
            groups[_group(header, record)].append(number)
    for turn in range(max(map(len, groups.values()), default=0)):
        # The later ones of a group are no different from the first: take them from all over it.
        for group in groups.values():
            if turn < len(group) and len(chosen) < count:
                chosen.append(group[turn * 7919 % len(group)])
        if len(chosen) >= count:
            break
    return sorted(set(chosen))


def _deviations(header: Header, record: Record) -> list[str]:
    return predict(header, header.config, record, run_on_model(header.config, record))[0]


def _group(header: Header, record: Record) -> tuple[object, ...]:
    """What makes two records alike: the kind, the mode, the event and where it led."""
    mode = (record.kind, record.pre["prv"], record.pre["v"])
    details, result = record.details, record.result
    if record.kind == "exception":
        return (*mode, details["cause"], result["to"])
    if record.kind == "interrupt":
        return (*mode, result.get("irq"), result.get("to"))
    if record.kind == "csr":
        address = int(details["csr"], 16)
        # Of the addresses that are not the trap unit's the hundreds are enough.
        place = address if address in header.config.rules.csrs else address >> 8 | 0x1000
        return (*mode, place, details["wen"], result["fault"])
    return (*mode, details.get("insn"), result.get("fault"), result.get("to"))


def write_subset(source: str | Path, destination: str | Path, count: int) -> int:
    """Write the chosen lines, as they stand in `source`; gives how many."""
    with gzip.open(source, "rt", encoding="utf-8") as file:
        lines = file.read().splitlines(keepends=True)
    chosen = choose(source, count)
    text = lines[0] + "".join(lines[number - 1] for number in chosen)
    Path(destination).write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    return len(chosen)


if __name__ == "__main__":
    print(write_subset(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 250), "records")
