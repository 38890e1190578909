"""Finds the subcommands of `utrap` by name and imports one only when it is called.

A subcommand NAME is a module NAME.py in `utrap.commands`, or in one of the packages that the
entry-point group `utrap.commands` names (so this package imports none of them until a user asks for
one of theirs). The module holds a click command called NAME too; its docstring's first sentence is
the line that `utrap --help` shows, read from the source and not by importing it. The command's
function returns its exit status, or None for 0. An underscore in NAME is a hyphen on the command
line, a module with a leading underscore is not a command.
"""

import ast
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from importlib.machinery import SourceFileLoader
from importlib.metadata import entry_points
from importlib.util import find_spec

import click

from utrap import __version__

OWN_COMMANDS = "utrap.commands"
ENTRY_POINTS = "utrap.commands"


def command_modules() -> Iterator[tuple[str, str]]:
    """Every subcommand's name and module, our own first."""
    yield from _modules_in(OWN_COMMANDS)
    for entry in sorted(entry_points(group=ENTRY_POINTS)):
        yield from _modules_in(entry.value)


def _modules_in(package: str) -> Iterator[tuple[str, str]]:
    for module in pkgutil.iter_modules(import_module(package).__path__):
        if not module.name.startswith("_"):
            yield module.name.replace("_", "-"), f"{package}.{module.name}"


def summary(module: str) -> str:
    """The first sentence of a module's docstring, without importing the module."""
    spec = find_spec(module)
    loader = spec.loader if spec else None
    source = loader.get_source(module) if isinstance(loader, SourceFileLoader) else None
    docstring = ast.get_docstring(ast.parse(source or "")) or ""
    return " ".join(docstring.partition("\n\n")[0].split()).partition(". ")[0].rstrip(".")


class _CommandLine(click.Group):
    """A group whose members are files."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({name for name, _ in command_modules()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        for name, module in command_modules():
            if name == cmd_name:
                command = getattr(import_module(module), name.replace("-", "_"))
                assert isinstance(command, click.Command), f"{module} has no click command {name}"
                return command
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        lines = {name: summary(module) for name, module in reversed(list(command_modules()))}
        if lines:
            with formatter.section("Commands"):
                formatter.write_dl(sorted(lines.items()))


@click.group(
    cls=_CommandLine,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="utrap", message="%(prog)s %(version)s")
def command_line() -> None:
    """A RISC-V trap unit as Verilog, and what checks and shows it.

    'utrap COMMAND --help' says more about each command.
    """
