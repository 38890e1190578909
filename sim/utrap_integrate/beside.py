"""The golden model beside the core: every event at the unit's commit port is compared with it.

The state that an event leaves is seen with the next one, and the run's last cycle is one; so nothing that the unit
holds or says stays unseen. What the core does is held to what the unit says, as far as its ports and the number of
retired instructions show it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from utrap.config import Config
from utrap_testbench.boundary import FAULTS, Op
from utrap_testbench.golden import CsrAccess, CsrOp, step
from utrap_testbench.harts import model_config
from utrap_testbench.lockstep import Lockstep

from .recorder import UnitLayout
from .simulation import Event

__all__ = ["Beside"]


class Beside:
    """The model of one run.

    Args:
        config: The unit's configuration.
        layout: What the events' vectors hold.
        counts_commits: What `Core` means by it.
    """

    def __init__(self, config: Config, layout: UnitLayout, counts_commits: bool = False) -> None:
        self._layout, self._counts_commits = layout, counts_commits
        self._lockstep = Lockstep(model_config(config), layout.inputs, layout.outputs)
        self._has_begun = False

    @property
    def compared(self) -> int:
        """Events that agreed, questions to `legality_csr` among them."""
        return self._lockstep.compared

    def compare(self, event: Event) -> str:
        """Step the model through the next event; the difference in words, or ""."""
        if not self._counts_commits:
            event = replace(event, retired=None)
        if not self._has_begun:
            # The recorder begins behind the reset, of which the first event has the levels.
            self._lockstep.reset(event)
            self._has_begun = True
        found = self._lockstep.compare(event)
        if found is not None:
            return str(found)
        return self._verdict(event)

    def _verdict(self, event: Event) -> str:
        """What is wrong with `legality_csr` in a cycle that commits nothing, and so leaves the state as it is."""
        read, outputs = partial(self._layout.inputs.value, event.inputs), self._layout.outputs
        if "legality.csr" not in outputs.offset or read("commit.op") != Op.NONE:
            return ""
        access = CsrAccess(
            address=read("commit.csr_address"),
            op=CsrOp(read("commit.csr_op")),
            wdata=read("commit.csr_wdata"),
            ext_exists=read("extension.exists"),
            ext_rdata=read("extension.rdata"),
        )
        expected = step(self._lockstep.config, self._lockstep.state, access)[1].fault
        got = FAULTS[outputs.value(event.outputs, "legality.csr")]
        if got == expected:
            return ""
        asked = f"legality_csr about CSR {access.op.name} {access.address:#x}: expected cause {expected}, got {got}"
        return f"the core and the golden model differ at cycle {event.cycle}: {asked}"
