"""Recorded waveforms: open one, find the scope that holds a port, sample its wires at each rising edge of a clock.

    with open_recording(path) as recording:
        scope = choose_scope(recording, ("clk", "commit_op"), "commit port")
        for sample in samples(recording, scope, "clk", ["commit_op", "commit_pc"]):
            number(sample.values["commit_pc"])

VCD is read by the grammar of IEEE 1364, FST through pywellen. Nothing here knows the trace port.
"""

from __future__ import annotations

from .choice import choose_scope
from .recording import Recording, open_recording
from .sampling import Sample, Values, samples
from .scopes import Scope, Wire
from .value import number

__all__ = ["Recording", "Sample", "Scope", "Values", "Wire", "choose_scope", "number", "open_recording", "samples"]
