"""What of the hart a user may choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from utrap.command_line.errors import UserError
from utrap.command_line.options import make_config
from utrap.config import Config

from .hart import hart_config

__all__ = ["Description", "describe"]

#: What of the trap unit's configuration the rest of the hart follows. Its instructions are fixed.
SETTABLE = ("satp_modes", "hgatp_modes", "asid_bits", "vmid_bits", "windows")


@dataclass(frozen=True)
class Description:
    """A hart.

    Attributes:
        config: The trap unit's configuration.
        zero_pmp: The CSRs of physical memory protection exist, read 0 and are not written.
    """

    config: Config = field(default_factory=hart_config)
    zero_pmp: bool = False


def describe(settings: Sequence[str], zero_pmp: bool) -> Description:
    """The hart with settings as a user writes them: KEY=VALUE.

    Raises:
        UserError: When one is wrong, or about something that the hart cannot change.
    """
    keys = [setting.partition("=")[0].strip() for setting in settings]
    for key, setting in zip(keys, settings, strict=True):
        if key not in SETTABLE:
            raise UserError(f"--set {setting}: of the hart one can set {', '.join(SETTABLE)}; the rest is built so")
    config = make_config("full", 64, settings)
    return Description(hart_config(**{key: getattr(config, key) for key in keys}), zero_pmp)
