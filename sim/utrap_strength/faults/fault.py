"""What one entry of the catalogue says: a mistake as a change to the unit's sources, or why it cannot be made."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Edit", "Fault", "Impossible", "fault"]


@dataclass(frozen=True, kw_only=True)
class Edit:
    """A change to one file of the hardware's sources.

    Attributes:
        file: The file, seen from the package `utrap`.
        old: What stands there, once.
        new: What stands there instead.
    """

    file: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A mistake, and the smallest configuration in which it acts.

    Attributes:
        family: The family that it belongs to.
        what: What the unit does then, in a sentence.
        edits: How it gets into the hardware.
        shows: Outputs and CSRs, as a regression names them, of which the first difference must have one.
        events: How the words of the guilty event begin, one of them.
        task: A task of the equivalence proof that should refute it; the others follow.
        variant: Tells several of one family apart; "" where there is one.
        profile, xlen, settings: The configuration, as on the command line.
    """

    family: str
    what: str
    edits: tuple[Edit, ...]
    shows: tuple[str, ...]
    events: tuple[str, ...]
    task: str
    variant: str = ""
    profile: str = "msu"
    xlen: int = 64
    settings: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The family, with the variant if there are several."""
        return f"{self.family}.{self.variant}" if self.variant else self.family

    @property
    def configuration(self) -> str:
        """The configuration in a few words."""
        return " ".join((self.profile, f"RV{self.xlen}", *self.settings))


@dataclass(frozen=True, kw_only=True)
class Impossible:
    """A family that the unit cannot have.

    Attributes:
        family: The family.
        why: A sentence that shows it.
    """

    family: str
    why: str


def fault(
    name: str, what: str, *edits: tuple[str, str, str], shows: str, events: str, task: str, on: str = "msu"
) -> Fault:
    """Make a fault from words.

    Args:
        name: The family, and after a dot the variant.
        what: As the fault has it.
        edits: File, what stands there, and what stands there instead.
        shows, events: As the fault has them, with commas between.
        task: As the fault has it.
        on: The configuration: a profile, `32` for RV32, and settings.
    """
    family, _, variant = name.partition(".")
    profile, *words = on.split()
    return Fault(
        family=family,
        variant=variant,
        what=what,
        edits=tuple(Edit(file=file, old=old, new=new) for file, old, new in edits),
        shows=tuple(shows.split(", ")),
        events=tuple(events.split(", ")),
        task=task,
        profile=profile,
        xlen=32 if "32" in words else 64,
        settings=tuple(word for word in words if "=" in word),
    )
