"""The rules of a configuration together with the tables of its CSRs, by address and by name."""

from __future__ import annotations

from .core_csrs import switches
from .csrs import csr_table
from .parameters import Parameters
from .register_table import register_table
from .rules import Rules
from .stateen import gates


class Tables(Rules):
    """The constants and the dispatch tables of one configuration. Built by `Config.rules`."""

    def __init__(self, config: Parameters) -> None:
        super().__init__(config)
        self.csrs = csr_table(config, self)
        self.gates = gates(self)
        self.switches = switches(config)
        self.registers = register_table(self.csrs)
