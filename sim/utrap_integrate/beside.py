"""The golden model beside the core: every event at the unit's commit port is compared with it.

The state that an event leaves is seen with the next one, and the run's last cycle is one; so nothing that the unit
holds or says stays unseen. What the core commits the model takes as given: whether a core does as the unit says is
seen by comparing it with the original.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from utrap.config import Config
from utrap_testbench.boundary import FAULTS, Decoder, Op, operation
from utrap_testbench.env import Cycle, Scoreboard, describe
from utrap_testbench.golden import CsrAccess, CsrOp, step
from utrap_testbench.harts import model_config

from .recorder import UnitLayout
from .simulation import Event

__all__ = ["Beside"]


class Beside:
    """The model of one run.

    Args:
        config: The unit's configuration.
        layout: What the events' vectors hold.

    Attributes:
        compared: Events that agreed, questions to `legality_csr` among them.
    """

    def __init__(self, config: Config, layout: UnitLayout) -> None:
        self._config, self._layout = config, layout
        self._scoreboard: Scoreboard | None = None
        self._decoder: Decoder | None = None
        self._before = ""
        self.compared = 0

    def compare(self, event: Event) -> str:
        """Step the model through the next event; the difference in words, or ""."""
        read = partial(self._layout.inputs.value, event.inputs)
        if self._scoreboard is None or self._decoder is None:
            self._scoreboard = self._start(event)
            self._decoder = Decoder(self._scoreboard.config)
        board = self._scoreboard
        cycle = Cycle(self._decoder.event(read), **self._decoder.levels(read)._asdict())
        differences = board.compare(board.step(cycle), event.outputs)
        said = describe(board.config, cycle)
        if differences:
            # A register was left so by the event before; a port is this event's answer.
            guilty = self._before if any(difference.is_state for difference in differences) else said
            return _differ(event, guilty, "; ".join(map(str, differences)))
        if operation(cycle.event) is Op.NONE and (wrong := self._verdict(board, event)):
            return _differ(event, said, wrong)
        self._before = said
        self.compared += 1
        return ""

    def _start(self, event: Event) -> Scoreboard:
        """The model in the state after reset, which an input may give in part."""
        config, inputs = self._config, self._layout.inputs
        if "mtvec_reset" in inputs.offset:
            config = replace(config, mtvec_reset=inputs.value(event.inputs, "mtvec_reset"))
        return Scoreboard(model_config(config), self._layout.outputs, inputs.value(event.inputs, "hartid"))

    def _verdict(self, board: Scoreboard, event: Event) -> str:
        """What is wrong with `legality_csr` in a cycle that commits nothing, and so leaves the state as it is."""
        read, outputs = partial(self._layout.inputs.value, event.inputs), self._layout.outputs
        if "legality.csr" not in outputs.offset:
            return ""
        access = CsrAccess(
            address=read("commit.csr_address"),
            op=CsrOp(read("commit.csr_op")),
            wdata=read("commit.csr_wdata"),
            ext_exists=read("extension.exists"),
            ext_rdata=read("extension.rdata"),
        )
        expected = step(board.config, board.state, access)[1].fault
        got = FAULTS[outputs.value(event.outputs, "legality.csr")]
        if got == expected:
            return ""
        return f"legality_csr about CSR {access.op.name} {access.address:#x}: expected cause {expected}, got {got}"


def _differ(event: Event, blamed: str, what: str) -> str:
    return f"the core and the golden model differ at cycle {event.cycle}: {blamed}: {what}"
