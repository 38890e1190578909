"""The scenarios that have a name, the main ones first."""

from __future__ import annotations

from utrap_sim.waves.scenario import Scenario

from . import attacks, debugger, devices, double_traps, interrupts, kernel, nesting, rnmis, stateen, timers

__all__ = ["SCENARIOS"]

SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for family in (devices, kernel, interrupts, timers, stateen, nesting, double_traps, rnmis, debugger, attacks)
    for scenario in family.SCENARIOS
}
