"""Which scope of a waveform holds a port."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from utrap.command_line.errors import UserError

from .recording import Recording
from .scopes import Scope

__all__ = ["choose_scope"]


def choose_scope(
    recording: Recording, needed: Sequence[str], what: str, wanted: str | None = None, option: str = "--scope"
) -> Scope:
    """The scope that holds the needed wires, or the one of this name, whole or from a dot on.

    Args:
        recording: The waveform.
        needed: The wires; first the clock, which does not tell a port from any other.
        what: What they are, for messages: "trace port".
        wanted: The name.
        option: The option that gives it.

    Raises:
        UserError: When there is none, or more than one to choose from.
    """
    path = recording.path
    holders = [scope for scope in recording.scopes.values() if scope.has(needed)]
    if not holders:
        missing = _nearest(recording, needed)
        raise UserError(f"{path} has no {what}: no scope has {', '.join(needed)}{missing}")
    if wanted is not None:
        return _named(path, holders, what, wanted, option)
    # A port that is passed on to the outside is the same port; the unit itself has its state beside it.
    inner = [s for s in holders if not any(other.name.startswith(f"{s.name}.") for other in holders)]
    if len(inner) > 1:
        raise UserError(f"{path} has several {what}s: choose one with {option}: {_list(inner)}")
    return inner[0]


def _named(path: Path, holders: list[Scope], what: str, wanted: str, option: str) -> Scope:
    exact = [scope for scope in holders if scope.name == wanted]
    found = exact or [scope for scope in holders if scope.name.endswith(f".{wanted}")]
    if not found:
        raise UserError(f"{option} {wanted}: {path} has no {what} there; there is {_list(holders)}")
    if len(found) > 1:
        raise UserError(f"{option} {wanted}: {path} has several: write one in full: {_list(found)}")
    return found[0]


def _list(scopes: list[Scope], most: int = 8) -> str:
    names = [scope.name for scope in scopes[:most]]
    return ", ".join(names) + (f" and {len(scopes) - most} more" if len(scopes) > most else "")


def _nearest(recording: Recording, needed: Sequence[str]) -> str:
    """Which wires the best scope lacks, as the end of a sentence."""
    some = [scope for scope in recording.scopes.values() if any(name in scope.wires for name in needed[1:])]
    if not some:
        return ""
    best = max(some, key=lambda scope: sum(name in scope.wires for name in needed))
    return f"; {best.name} lacks {', '.join(name for name in needed if name not in best.wires)}"
