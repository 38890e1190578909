"""Building and running simulators: replay, regressions, waveforms and timelines."""
