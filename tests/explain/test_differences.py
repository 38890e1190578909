"""A difference in names."""

import pytest

from utrap.config import Config
from utrap_show.differences import in_words
from utrap_show.names import Names
from utrap_testbench.env import Difference
from utrap_testbench.harts import model_config

FULL = Config.profile("full", xlen=64)


@pytest.mark.parametrize(
    ("field", "expected", "got", "said"),
    [
        ("mstatus", 0x2, 0x8, ["mstatus.SIE: expected 0x1, got 0x0", "mstatus.MIE: expected 0x0, got 0x1"]),
        ("mstatus", 0, 1 << 62, ["mstatus: expected 0x0, got 0x4000000000000000 (bit 62, of no field)"]),
        ("hideleg.vssi@2", 1, 0, ["hideleg.VSSI (bit 2): expected 0x1, got 0x0"]),
        ("trace.to_mode", 1, 5, ["trace.to_mode: expected HS, got VS"]),
        ("answer.fault", 2, 0, ["answer.fault: expected VIRTUAL, got NONE"]),
        ("commit.cause", 8, 9, ["commit.cause: expected 8 (ecall from U), got 9 (ecall from S)"]),
        ("interrupt.cause", 7, 11, ["interrupt.cause: expected MTI, got MEI"]),
        ("commit.op", 3, 1, ["commit.op: expected INTERRUPT, got CSR"]),
        ("mepc", 4, None, ["mepc: expected 0x4, got unknown bits"]),
    ],
)
def test_fields_modes_causes_events_and_verdicts_have_names(field, expected, got, said):
    assert in_words(Names(model_config(FULL), FULL), Difference(field, expected, got, False)) == said
