"""The modes' names in a hart with a hypervisor."""

from __future__ import annotations

from utrap_testbench.golden import Mode

__all__ = ["MODES"]

#: Name by number: S-mode is HS.
MODES = {mode.value: "HS" if mode is Mode.S else mode.name for mode in Mode}
