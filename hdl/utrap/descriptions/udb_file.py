"""The YAML of a configuration of the Unified Database: what stands in it, before anything is made of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["UdbError", "UdbFile", "parse"]


class UdbError(ValueError):
    """A file that is no configuration; the message is one line, without the file's name."""


@dataclass(frozen=True, kw_only=True)
class UdbFile:
    """A configuration.

    Attributes:
        extensions: What a hart has, or at least has: each extension's requirement on the version, "" for none.
        optional: Extensions that a hart may have.
        prohibited: Extensions that it must not have.
        is_whole: It has no others.
        params: The parameters.
        settings: What `utrap describe` has put beside, as `--set` takes it.
    """

    extensions: Mapping[str, str]
    optional: tuple[str, ...]
    prohibited: tuple[str, ...]
    is_whole: bool
    params: Mapping[str, Any]
    settings: tuple[str, ...]


def parse(text: str) -> UdbFile:
    """Read the YAML.

    Raises:
        UdbError: When it is none, or no configuration.
    """
    document = _load(text)
    kinds = ("fully configured", "partially configured")
    if not isinstance(document, dict) or document.get("kind") != "architecture configuration":
        raise UdbError("it is no configuration of the Unified Database (kind: architecture configuration)")
    kind = document.get("type")
    if kind not in kinds:
        raise UdbError(f"type: {kind}: it must be {' or '.join(kinds)}")
    params = document.get("params") or {}
    if not isinstance(params, dict):
        raise UdbError("params: it must be a mapping of names to values")
    if "MXLEN" not in params:
        raise UdbError("params: MXLEN is missing; it is 32 or 64")
    lists = {"fully configured": "implemented_extensions", "partially configured": "mandatory_extensions"}
    return UdbFile(
        extensions=_extensions(document, lists[kind]),
        optional=tuple(_extensions(document, "non_mandatory_extensions")),
        prohibited=tuple(_extensions(document, "prohibited_extensions")),
        is_whole=kind == "fully configured" or document.get("additional_extensions") is False,
        params={str(name): value for name, value in params.items()},
        settings=tuple(re.findall(r"^# +--set (\S+)$", text, re.MULTILINE)),
    )


def _load(text: str) -> object:
    try:
        import yaml
    except ModuleNotFoundError as error:
        raise UdbError("reading YAML needs the Python package PyYAML: pip install 'utrap[udb]'") from error

    class Loader(yaml.SafeLoader):
        """A key that stands twice is an error: the one that counts would be anyone's guess."""

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            seen = set()
            for key, _ in node.value:
                name = str(key.value)
                if name in seen:
                    raise yaml.MarkedYAMLError(problem=f"{name} stands twice", problem_mark=key.start_mark)
                seen.add(name)
            return super().construct_mapping(node, deep)

    try:
        return yaml.load(text, Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise UdbError(f"line {line}: no YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise UdbError(f"no YAML: {error}") from error


def _extensions(document: Mapping[str, Any], key: str) -> dict[str, str]:
    """A list of extensions: each a mapping, or in older files a pair, of name and version."""
    found: dict[str, str] = {}
    entries = document.get(key) or []
    for entry in entries if isinstance(entries, list) else [entries]:
        match entry:
            case {"name": str(name), **rest}:
                version = rest.get("version", "")
            case [str(name), version]:
                pass
            case _:
                raise UdbError(f"{key}: {entry!r}: it must have a name, and may have a version")
        found[name] = ", ".join(map(str, version)) if isinstance(version, list) else str(version)
    return found
