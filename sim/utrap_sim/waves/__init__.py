"""Named sequences of traps on the generated Verilog in a simulator, and the waves that they leave.

- `Hart` plays a sequence on the golden model, event by event, as a small core
  would: it is what a user's own function is given (docs/waves.md).
- `scenario` says what a scenario is, `library` holds those that have a name.
- `run` plays what a `Hart` has collected on the Verilog, compares every cycle
  with the model, and gives the dump; `gtkw` writes GTKWave's save file for it.
"""

from __future__ import annotations

from .hart import Hart

__all__ = ["Hart"]
