"""The command that runs, as the user typed it: for messages that say how to run it again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

__all__ = ["typed_words"]


def typed_words(**changes: Any) -> list[str]:
    """The words of the running command, its name first; what was left to its default is left out.

    Args:
        changes: Parameters with other values, whether they were typed or not; None leaves one out.
    """
    context = click.get_current_context()
    words = context.command_path.split()
    for parameter in context.command.params:
        name = str(parameter.name)
        if name in changes:
            words += _words(parameter, changes[name])
        elif context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            words += _words(parameter, context.params[name])
    return words


def _words(parameter: click.Parameter, value: Any) -> Iterator[str]:
    values = value if isinstance(value, tuple) else (value,)
    for each in values:
        if each is None or each is False:
            continue
        if isinstance(parameter, click.Option):
            yield parameter.opts[0]
        if each is not True:
            yield str(each)
