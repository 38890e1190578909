"""The golden model in step with a core around the unit: what the unit answers, and whether the core does as it says.

Whoever sees an instance of the unit at work, in a simulation or in its waveform, gives `Lockstep` what the ports
carry in each cycle of an event. It knows no simulator.
"""

from __future__ import annotations

from .lockstep import Disagreement, Lockstep, Seen
from .obedience import RETIRING, Committed, Obedience

__all__ = ["RETIRING", "Committed", "Disagreement", "Lockstep", "Obedience", "Seen"]
