"""A user's own sequence as a scenario: a file of events in the replay format, or a Python function."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import utrap
import utrap_show
import utrap_sim
import utrap_testbench
from utrap.command_line.errors import UserError
from utrap.config import Config as UnitConfig
from utrap.config import ConfigError
from utrap_testbench.golden import IllegalState, Query, Retire, TakeInterrupt, state_from_registers
from utrap_testbench.harts import unit_config
from utrap_testbench.replay import chosen
from utrap_testbench.vectors import Record, ReplayError, read_records

from .model_hart import Hart
from .scenario import Scenario

__all__ = ["function_scenario", "is_function", "records_scenario"]

#: Where Python and what is installed with it are.
_PYTHON = tuple(Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib"))

# A file of events.


def records_scenario(path: Path, line: int | None = None) -> tuple[Scenario, UnitConfig, int]:
    """The scenario, the configuration that the file states, and the hart's number; `line` has the only record played.

    Raises:
        UserError: When the file cannot be read, or holds no event.
    """
    try:
        header, lines = read_records(path)
        records = list(chosen(str(path), lines, line=line))
        unit = unit_config(header.config)
    except ReplayError as error:
        raise UserError(str(error)) from None
    except ConfigError as error:
        raise UserError(f"{path}:1: {error}") from None
    if not records:
        raise UserError(f"{path}: there is no event in it")
    hartid = records[0][1].pre.get("mhartid", 0)

    def play(hart: Hart) -> None:
        for number, record in records:
            try:
                _play_record(hart, record)
            except IllegalState as error:
                raise UserError(f"{path}:{number}: pre: {error}") from None
            except UserError as error:
                raise UserError(f"{path}:{number}: {error}") from None

    name = path.name.removesuffix(".gz").removesuffix(".jsonl").removesuffix(".json") or "events"
    title = f"{len(records)} event{'s' * (len(records) > 1)} of {path.name}"
    return Scenario(name=name, title=title, play=play, source=path), unit, hartid


def _play_record(hart: Hart, record: Record) -> None:
    """Bring the hart into the record's state, where it is not in it, and let the event happen."""
    hartid = record.pre.get("mhartid", 0)
    if hartid != hart.hartid:
        raise UserError(f"mhartid is {hartid:#x}, and was {hart.hartid:#x}: one file is one hart's")
    hart.become(state_from_registers(hart.config, record.pre), record.pc)
    event = record.event
    if isinstance(event, TakeInterrupt):
        # Lines that the record does not raise are low.
        levels = {"lines": event.lines or 0, "hgeip": event.hgeip, "time": event.time}
        hart.commit(TakeInterrupt(pc=event.pc), "interrupt", **levels)
    elif isinstance(event, Query):
        hart.commit(Retire(), f"may {event.insn.value} execute?")
    else:
        hart.commit(event, record.kind)


# A Python function.


def is_function(text: str) -> bool:
    """Whether the user means a function: `FILE.py:NAME` or `MODULE:NAME`."""
    return ":" in text


def function_scenario(text: str) -> Scenario:
    """The function as a scenario; its docstring's first line is the title.

    Raises:
        UserError: When there is none, or its file cannot be run.
    """
    place, _, name = text.rpartition(":")
    if not place or not name.isidentifier():
        raise UserError(f"{text}: write FILE.py:FUNCTION or MODULE:FUNCTION")
    module = _load_file(Path(place)) if place.endswith(".py") or os.sep in place else _load_module(place)
    function = getattr(module, name, None)
    if not callable(function):
        there = [key for key, value in vars(module).items() if _is_own_function(value, module)]
        known = f"there are {', '.join(there)}" if there else "there is none"
        raise UserError(f"{text}: there is no function {name}: {known}")
    title = (inspect.getdoc(function) or name).partition("\n")[0]
    return Scenario(name=name, title=title, play=_guarded(function, text))


def _is_own_function(value: object, module: ModuleType) -> bool:
    return inspect.isfunction(value) and value.__module__ == module.__name__ and not value.__name__.startswith("_")


def _load_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise UserError(f"{path}: there is no such file")
    spec = importlib.util.spec_from_file_location(f"utrap_waves_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise UserError(f"{path}: not a Python file: its name must end in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module
    # As for a script, what lies beside it can be imported.
    sys.path.insert(0, str(path.parent.absolute()))
    with _in_a_line(str(path)):
        spec.loader.exec_module(module)
    return module


def _load_module(name: str) -> ModuleType:
    sys.path.insert(0, str(Path.cwd()))
    with _in_a_line(name):
        return importlib.import_module(name)


def _guarded(function: Callable[[Hart], object], text: str) -> Callable[[Hart], None]:
    def play(hart: Hart) -> None:
        with _in_a_line(text):
            if inspect.isgenerator(function(hart)):
                raise UserError(f"{text}: it yields: call the hart's methods instead, each is an event")
        if not any(played.is_shown for played in hart.played):
            raise UserError(f"{text}: nothing happens in it: call the hart's methods, each is an event")

    return play


@contextmanager
def _in_a_line(text: str) -> Iterator[None]:
    """What the user's code raises becomes one line, with the place where it did."""
    try:
        yield
    except SystemExit:
        raise UserError(f"{text}: it calls exit") from None
    except UserError as error:
        place = _place(error)
        raise UserError(f"{place}: {error}" if place else str(error)) from None
    except Exception as error:  # noqa: BLE001 - it is not our code
        kind = type(error).__name__
        where = f"{error.filename}:{error.lineno}" if isinstance(error, SyntaxError) else _place(error) or text
        told = error.msg if isinstance(error, SyntaxError) else str(error)
        raise UserError(f"{where}: {kind}: {told}" if told else f"{where}: {kind}") from None


def _place(error: BaseException) -> str:
    """File and line of the user's code that the error came from: the innermost frame of it."""
    others = [
        *(Path(str(package.__file__)).parent for package in (utrap, utrap_show, utrap_sim, utrap_testbench)),
        *_PYTHON,
    ]
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_file() and not any(path.is_relative_to(folder) for folder in others):
            return f"{path}:{frame.lineno}"
    return ""
