"""A property: a condition on a window of cycles, what then holds, the rule that says so, and where it has a meaning."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from amaranth.hdl import Const, Value

from utrap.config import Config
from utrap_formal.properties.window import Window

__all__ = ["Claim", "Decorator", "Properties", "Property"]


@dataclass(frozen=True, kw_only=True)
class Claim:
    """When `when` is 1, `then` is 1; a claim without `when` is about every state.

    A claim without `then` is that `when` can come about. Cycles with rst are
    left out, unless the claim is about reset, and those of a hart that has
    stopped, unless it is about that.
    """

    when: Value = field(default_factory=lambda: Const(1))
    then: Value | None = None
    is_about_reset: bool = False
    is_about_stopping: bool = False


@dataclass(frozen=True, kw_only=True)
class Property:
    """A theorem.

    Attributes:
        name: Unique in its suite.
        says: It in a sentence.
        rules: Who says so: `norm:` tags, `HU-n`, `warl:` subjects.
        kind: What the table adds up under one name.
        claim: It, on a window.
        applies: Whether it has a meaning for a configuration.
    """

    name: str
    says: str
    rules: str
    kind: str
    claim: Callable[[Window], Claim]
    applies: Callable[[Config], bool]


Where = Callable[[Config], bool]
#: What takes a function that makes a claim, and gives it back.
Decorator = Callable[[Callable[[Window], Claim]], Callable[[Window], Claim]]


class Properties:
    """The properties of one suite.

    Attributes:
        name: The suite's.
        title: What they are about, in a line.
        compares: They look at the unit without Shudeleg too.
        covers: They say what can come about, and not what follows.
    """

    def __init__(self, name: str, title: str, compares: bool = False, covers: bool = False) -> None:
        self.name = name
        self.title = title
        self.compares = compares
        self.covers = covers
        self._all: dict[str, Property] = {}

    def add(
        self, rules: str, *, needs: str = "", where: Where | None = None, kind: str = "", name: str = "", says: str = ""
    ) -> Decorator:
        """A decorator: the function's name is the property's, its docstring says it.

        Args:
            rules: Who says so.
            needs: Extensions without which it has no meaning: "s h n shudeleg".
            where: What else the configuration must be.
            kind: What the table adds it up under; its own name if it stands for itself.
            name: Another name, for one of many that a loop makes.
            says: Another sentence.
        """

        def applies(config: Config) -> bool:
            return all(getattr(config, need) for need in needs.split()) and (where is None or where(config))

        def decorate(claim: Callable[[Window], Claim]) -> Callable[[Window], Claim]:
            key = name or claim.__name__
            if key in self._all:
                raise ValueError(f"{self.name} has two properties {key}")
            words = says or " ".join((claim.__doc__ or "").split())
            if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", key):
                # SymbiYosys makes its names of assertions of it.
                raise ValueError(f"{key!r} is no name for a property")
            if not words:
                raise ValueError(f"{key} does not say what it is")
            self._all[key] = Property(name=key, says=words, rules=rules, kind=kind or key, claim=claim, applies=applies)
            return claim

        return decorate

    def of(self, config: Config) -> Iterator[Property]:
        """Those that have a meaning for a configuration."""
        return (each for each in self._all.values() if each.applies(config))

    def __getitem__(self, name: str) -> Property:
        return self._all[name]

    def __iter__(self) -> Iterator[Property]:
        return iter(self._all.values())
