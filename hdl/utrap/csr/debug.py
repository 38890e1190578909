"""The CSRs of Debug Mode (Sdext), with their fields."""

from __future__ import annotations

from collections.abc import Iterable

from utrap.config import Config
from utrap.csr.definitions import Csr, Field
from utrap.csr.guards import DEBUG_MODE
from utrap.csr.shared.makers import fixed, own, row
from utrap.csr.shared.traps import epc, saved
from utrap.csr.warl import ExistingMode

__all__ = ["rows"]

#: The chapter of the debug specification, which names no rules.
_SOURCE = "Sdext: Core Debug Registers"


def rows(config: Config) -> Iterable[Csr]:
    """Yield the CSRs of Debug Mode."""
    if not config.sdext:
        return
    guards = (DEBUG_MODE,)
    yield row("dcsr", 0x7B0, _SOURCE, "debug control and status", _dcsr(config), guards=guards, must_reset=True)
    yield row("dpc", 0x7B1, _SOURCE, "pc where the hart resumes", saved(epc(config, "dpc")), guards=guards)
    for number in range(2):
        name = f"dscratch{number}"
        word = own(name, "scratch", 0, config.xlen)
        yield row(name, 0x7B2 + number, _SOURCE, "scratch", [word], guards=guards)


def _dcsr(config: Config) -> list[Field]:
    """What the debugger has chosen, and why and out of which mode the hart has halted."""
    copies = 1 if config.s else 2
    fields = [
        own("dcsr", "prv", 0, 2, copies=copies, reset=3 // copies, rule=ExistingMode(has_s=config.s)),
        own("dcsr", "step", 2),
        own("dcsr", "nmip", 3, is_writable=False, words="read-only: as HALT said"),
        fixed("mprven", 4, 1, 1, "read-only 1: mstatus.MPRV acts in Debug Mode"),
        own("dcsr", "cause", 6, 3, is_writable=False, words="read-only: as HALT said"),
        own("dcsr", "stoptime", 9),
        own("dcsr", "stopcount", 10),
        own("dcsr", "stepie", 11),
        own("dcsr", "ebreaku", 12),
        own("dcsr", "ebreakm", 15),
        fixed("extcause", 24, 3, 0, "read-only 0"),
        fixed("debugver", 28, 4, 4, "read-only: version 1.0"),
    ]
    if config.smdbltrp:
        fields.append(own("dcsr", "cetrig", 19))
    if config.s:
        fields.append(own("dcsr", "ebreaks", 13))
    if config.h:
        fields += [
            own("dcsr", "v", 5, words="means nothing where prv is 3"),
            own("dcsr", "ebreakvu", 16),
            own("dcsr", "ebreakvs", 17),
        ]
    return fields
