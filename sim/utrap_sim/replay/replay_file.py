"""Replaying a file of records on the RTL: batch after batch through a player, compared like the model's results.

While the simulator plays a batch, the next one is read and the one before is
compared; a player serves all files of one configuration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from types import TracebackType

from utrap.config import ConfigError
from utrap_sim.simulators.bench import Bench
from utrap_sim.simulators.given_verilog import GivenVerilog
from utrap_testbench.golden import Config, IllegalState
from utrap_testbench.harts import unit_config
from utrap_testbench.oracles.spike import predict
from utrap_testbench.replay import Report, chosen
from utrap_testbench.vectors import Header, Record, ReplayError, check, read_records

from .amaranth_player import AmaranthPlayer
from .rtl import RtlRecords, Started
from .session import Player, Session

__all__ = ["BACK_ENDS", "Players", "replay_on_rtl"]

#: The back ends that run the RTL, and how many records they are given at a time.
BACK_ENDS = {"icarus": 200, "verilator": 2000, "amaranth": 20}


@dataclass
class _Ready:
    config: Config
    records: RtlRecords
    player: Player


class Players:
    """The player of the configuration in use; a context manager.

    Args:
        name: One of `BACK_ENDS`.
        given: The Verilog to run in the place of the generated; not for `amaranth`, which runs none.
    """

    def __init__(self, name: str, given: GivenVerilog | None = None) -> None:
        self.name = name
        self._given = given
        self._stack = ExitStack()
        self._ready: _Ready | None = None

    def __enter__(self) -> Players:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def get(self, config: Config) -> tuple[RtlRecords, Player]:
        """The translator and the player of a configuration."""
        if self._ready is None or self._ready.config != config:
            self._stack.close()
            self._ready = None
            bench = Bench(unit_config(config), self._given)
            player: Player
            if self.name == "amaranth":
                player = AmaranthPlayer(bench)
            else:
                player = self._stack.enter_context(Session(bench, self.name))
            self._ready = _Ready(config, RtlRecords(bench, config), player)
        return self._ready.records, self._ready.player


def replay_on_rtl(
    path: str,
    players: Players,
    *,
    config: Callable[[Config], Config] | None = None,
    keep: int = 10,
    stop_at_first: bool = False,
    limit: int | None = None,
    line: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Replay a file; see `utrap_testbench.replay` for the arguments. `limit` ends it after so many
    records, and of `line` only the record in it is played.

    Raises:
        ReplayError: When the file cannot be read, or the unit lacks what its hart has.
        UserError: When the simulator is missing or ends.
    """
    header, lines = read_records(path)
    configured = header.config if config is None else config(header.config)
    try:
        records, player = players.get(configured)
    except ConfigError as error:
        raise ReplayError(path, 1, str(error)) from None
    report = Report(file=path)
    for batch, seen in _played(path, chosen(path, lines, limit, line), records, player, BACK_ENDS[players.name]):
        for started, during, after in zip(batch, seen[::2], seen[1::2], strict=True):
            _enter(header, configured, records, started, during, after, report, keep)
            if stop_at_first and report.differing:
                return report
        if progress is not None:
            progress(report.records)
    return report


def _played(
    path: str, lines: Iterator[tuple[int, Record]], records: RtlRecords, player: Player, size: int
) -> Iterator[tuple[list[Started], list[str]]]:
    """Batches of records with what was seen; one batch is played while its neighbours are worked on."""
    playing: list[Started] = []
    while True:
        batch, stimuli = _batch(path, islice(lines, size), records)
        seen = player.finish() if playing else []
        if batch:
            player.start(stimuli)
        if playing:
            yield playing, seen
        if not batch:
            return
        playing = batch


def _batch(path: str, lines: Iterator[tuple[int, Record]], records: RtlRecords) -> tuple[list[Started], str]:
    batch, texts = [], [records.first]
    for number, record in lines:
        try:
            text, started = records.start(number, record)
        except IllegalState as error:
            raise ReplayError(path, number, f"pre: {error}") from None
        batch.append(started)
        texts.append(text)
    return batch, "".join(texts)


def _enter(
    header: Header,
    config: Config,
    records: RtlRecords,
    started: Started,
    during: str,
    after: str,
    report: Report,
    keep: int,
) -> None:
    judgement = records.judge(started, during, after)
    names, expected = predict(header, config, started.record, judgement.result)
    report.enter(started.number, names, judgement.others + check(started.record, expected), keep)
