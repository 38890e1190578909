"""The options --profile, --xlen, --set and --udb, with which every command chooses a configuration, and --name.

    @click.command()
    @configuration_options
    def csrs(config: Config) -> None: ...

A value that is wrong is a UserError: one line that names the option, the value and what is allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

import click
from click.core import ParameterSource

from utrap.command_line.errors import UserError
from utrap.command_line.fewest import fewest_settings
from utrap.config import PRESETS, PROFILES, WORDS, Config, ConfigError, as_setting
from utrap.form import FORMS, PLAIN, Form

__all__ = ["Several", "configuration_options", "form_options", "make_config", "make_form", "several_options"]

_FIELDS: dict[str, type] = Config.kinds() | {name: type(values[0]) for name, values in FORMS.items()}
_BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def configuration_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the four options; it gets their sense as the argument `config`."""

    @_with_settings
    @wraps(command)
    def with_config(*, profile: str, xlen: str, settings: tuple[str, ...], udb: str | None, **others: Any) -> Any:
        return command(config=_chosen(profile, xlen, settings, udb), **others)

    return with_config


def form_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command these and --name; it gets the arguments `config` and `form`."""

    @_with_settings
    @click.option(
        "--name",
        default=PLAIN.name,
        show_default=True,
        help="The module's name, and what the names of files, macros and packages begin with.",
    )
    @wraps(command)
    def with_form(
        *, profile: str, xlen: str, settings: tuple[str, ...], udb: str | None, name: str, **others: Any
    ) -> Any:
        of_form = [setting for setting in settings if _key(setting) in FORMS]
        config = _chosen(profile, xlen, [setting for setting in settings if setting not in of_form], udb)
        return command(config=config, form=make_form(name, of_form), **others)

    return with_form


@dataclass(frozen=True, kw_only=True)
class Several:
    """What the options say of the configurations that a command goes through.

    Attributes:
        profile: The one profile, or None for every one.
        xlen: The one width in bits, or None for every one.
        settings: What is changed in all of them, each as `--set` takes it.
    """

    profile: str | None
    xlen: int | None
    settings: tuple[str, ...]


def several_options(all_profiles: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the four options, none of which has a default; it gets the argument `several`.

    Args:
        all_profiles: Which profiles are meant where none is chosen, for the help.
    """

    def with_options(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def with_several(
            *, profile: str | None, xlen: str | None, settings: tuple[str, ...], udb: str | None, **others: Any
        ) -> Any:
            width = int(xlen) if xlen else None
            if udb is not None:
                config = _chosen(profile or "", xlen or "", settings, udb)
                # The same configuration in options, so that no worker and no later command needs the file.
                profile, settings = fewest_settings(config)
                width = config.xlen
            return command(several=Several(profile=profile, xlen=width, settings=settings), **others)

        return _with_settings(with_several, all_profiles)

    return with_options


def _with_settings(command: Callable[..., Any], all_profiles: str = "") -> Callable[..., Any]:
    """Give a command --profile, --xlen, --set and --udb as they are; where there may be all, without a default."""
    is_one = not all_profiles
    for option in (
        click.option(
            "--udb",
            metavar="FILE",
            help="Take the configuration from this YAML file of the RISC-V Unified Database, instead of a profile.",
        ),
        click.option(
            "--set",
            "settings",
            metavar="KEY=VALUE",
            multiple=True,
            help="Change a field of the configuration; may be repeated. Lists are written a,b,c."
            " 'utrap generate --list' says what there is.",
        ),
        click.option(
            "--xlen",
            type=click.Choice(["32", "64"]),
            default="64" if is_one else None,
            show_default=is_one,
            help="The registers' width in bits." + ("" if is_one else " Both by default."),
        ),
        click.option(
            "--profile",
            type=click.Choice([*PROFILES, *PRESETS]),
            default="full" if is_one else None,
            show_default=is_one,
            help="The privilege modes and extensions: rva22s64 and the like have what that profile mandates, max has"
            " all." + ("" if is_one else f" By default {all_profiles}, one after the other."),
        ),
    ):
        command = option(command)
    return command


def _chosen(profile: str, xlen: str, settings: Iterable[str], udb: str | None) -> Config:
    """Make the configuration that the options ask for, from a profile or from a file."""
    if udb is None:
        return make_config(profile, int(xlen), settings)
    context = click.get_current_context()
    for option in ("profile", "xlen"):
        if context.get_parameter_source(option) is not ParameterSource.DEFAULT:
            raise UserError(f"--udb {udb}: it says what the unit is; leave --{option} out, or the file")
    from utrap.command_line.udb import config_of

    base = config_of(udb, lambda given: _read_of_unit(given, {}))
    typed: dict[str, str] = {}
    changes = _read_of_unit(settings, typed)
    try:
        return base.replace(**changes)
    except ConfigError as error:
        raise UserError(_blamed(error, udb, typed)) from error


def make_config(profile: str, xlen: int, settings: Iterable[str] = ()) -> Config:
    """Make the configuration that the options ask for.

    Raises:
        UserError: When a setting is wrong, alone or beside the others.
    """
    typed: dict[str, str] = {"xlen": f"--xlen {xlen}"}
    changes = _read_of_unit(settings, typed)
    try:
        return Config.profile(profile, xlen, **changes)
    except ConfigError as error:
        raise UserError(_blamed(error, f"profile {profile}", typed)) from error


def make_form(name: str = PLAIN.name, settings: Iterable[str] = ()) -> Form:
    """Make the form that --name and the settings of it ask for.

    Raises:
        UserError: When one is wrong.
    """
    typed: dict[str, str] = {}
    changes = _read(settings, typed)
    try:
        return Form(name=name, **changes)
    except ConfigError as error:
        raise UserError(f"{typed[error.field]}: {error.rule}" if error.field else f"--{error}") from error


def _read(settings: Iterable[str], typed: dict[str, str]) -> dict[str, Any]:
    """The values by their keys; each setting as it was typed goes into `typed`."""
    changes: dict[str, Any] = {}
    for setting in settings:
        key, value = _parse(setting)
        if key in changes:
            raise UserError(f"--set {setting}: {key} is set twice")
        changes[key], typed[key] = value, f"--set {setting}"
    return changes


def _read_of_unit(settings: Iterable[str], typed: dict[str, str]) -> dict[str, Any]:
    """The same, of what concerns the unit and not its text."""
    changes = _read(settings, typed)
    if others := [key for key in changes if key in FORMS]:
        raise UserError(f"{typed[others[0]]}: it is about the text of the Verilog, which 'utrap generate' alone writes")
    return changes


def _blamed(error: ConfigError, source: str, typed: Mapping[str, str]) -> str:
    """Say of a broken rule what the user typed of it, and what else of it came from the profile or the file."""
    here = [typed[name] for name in (error.field, *error.others) if name in typed]
    if not here:
        return str(error)
    others = {name: as_setting(value) for name, value in error.others.items() if name not in typed}
    if error.field in typed:
        given = " and ".join(f"{name}={value}" for name, value in others.items())
        return f"{here[0]}: {error.rule}" + (f", and {source} has {given}" if given else "")
    return f"{here[0]}: {source} has {str(error).partition(': ')[0]}, and {error.rule}"


def _parse(setting: str) -> tuple[str, Any]:
    equals, text = setting.partition("=")[1:]
    key, text = _key(setting), text.strip()
    if not equals:
        raise UserError(f"--set {setting}: write it as KEY=VALUE, for example --set windows=8")
    if key in ("xlen", "profile"):
        raise UserError(f"--set {setting}: write --{key} {text or '...'}")
    if key not in _FIELDS:
        raise UserError(f"--set {setting}: {key!r} is no field of the configuration;{_suggestion(key)}")
    kind = _FIELDS[key]
    if kind is bool:
        if text.lower() not in _BOOLEANS:
            raise UserError(f"--set {setting}: {key} is true or false")
        return key, _BOOLEANS[text.lower()]
    if text in WORDS.get(key, ()):
        return key, text
    if kind is int:
        return key, _number(setting, key, text)
    if kind is tuple:
        return key, tuple(part.strip() for part in text.split(","))
    return key, text


def _key(setting: str) -> str:
    return setting.partition("=")[0].strip()


def _number(setting: str, key: str, text: str) -> int:
    try:
        return int(text, 10) if text.isdecimal() else int(text, 0)
    except ValueError:
        either = "".join(f", or {word}" for word in WORDS.get(key, ()))
        raise UserError(f"--set {setting}: {key} is a number, as in 16 or 0x10{either}") from None


def _suggestion(key: str) -> str:
    from difflib import get_close_matches

    known = [name for name in _FIELDS if name != "xlen"]
    close = get_close_matches(key, known, n=1)
    return f" do you mean {close[0]}?" if close else f" there are {', '.join(known)}"
