"""The option --udb: a configuration from a file of the RISC-V Unified Database, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from utrap.command_line.errors import UserError
from utrap.config import Config, ConfigError

__all__ = ["config_of"]


def config_of(path: str, read_settings: Callable[[Iterable[str]], dict[str, Any]]) -> Config:
    """Make the configuration that a file asks for.

    What is the core's is said on the standard error, and so is what the unit cannot do, a line each.

    Args:
        path: The file.
        read_settings: Makes values of settings as `--set` takes them.

    Raises:
        UserError: When the file cannot be read, or asks for what the unit cannot do.
    """
    from utrap.descriptions import udb_reading
    from utrap.descriptions.udb_file import UdbError, parse

    try:
        file = parse(Path(path).read_text(encoding="utf-8"))
        try:
            beside = read_settings(file.settings)
        except UserError as error:
            raise UserError(f"{path}: {error}") from error
        config = Config(**(udb_reading.asked_for(file) | beside))
        refused = list(udb_reading.refused(file, config))
        for line in (*udb_reading.outside(file, config), *refused):
            click.echo(f"utrap: {path}: {line}", err=True)
        if refused:
            count = "1 thing" if len(refused) == 1 else f"{len(refused)} things"
            raise UserError(f"{path}: it asks for {count} that the unit cannot do")
        return config
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: it is no text") from error
    except UdbError as error:
        raise UserError(f"{path}: {error}") from error
    except ConfigError as error:
        parameter = udb_reading.PARAMETER_OF.get(error.field)
        raise UserError(f"{path}: {f'{parameter} gives ' if parameter else ''}{error}") from error
