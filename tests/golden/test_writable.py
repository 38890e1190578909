"""What the writes of the coverage change is what the hardware's table calls writable, and their values do change it."""

import pytest

from utrap.config import PROFILES, Config
from utrap.csr.configured import csr_rows
from utrap_testbench.golden.debug_csrs import registers
from utrap_testbench.golden.writable import writes
from utrap_testbench.harts import model_config

CONFIGS = {f"{name}-rv{xlen}": Config.profile(name, xlen) for name in (*PROFILES, "max") for xlen in (32, 64)}
#: Read as a field says that is written there: SD shows FS and VS.
DERIVED = {"sd"}


def changing(field):
    """The bits of a field that can ever change."""
    return field.mask << field.lsb if field.mask else field.bits


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_every_bit_that_the_table_calls_writable_is_changed_both_ways_and_no_other(config):
    rows = csr_rows(config)
    changed = {one.name: one for one in writes(model_config(config)) if one.way == "CSR instruction"}
    for name, row in rows.items():
        if row.is_read_only or row.is_absent:
            continue
        fields = [field for field in row.fields if field.name not in DERIVED]
        wanted = sum(changing(field) for field in fields if field.storage and field.is_writable)
        derived = sum(field.bits for field in row.fields if field.name in DERIVED)
        found = changed.pop(name, None)
        rises, falls = (found.rises, found.falls) if found else (0, 0)
        assert rises & ~derived == wanted, f"{name}: {rises:#x}, the table has {wanted:#x}"
        # norm:mnstatus_nmie_set_clear: software sets NMIE, and clears it never.
        assert falls & ~derived == wanted & ~((name == "mnstatus") << 3), name
    assert changed == {}


def test_a_guests_writes_are_those_of_the_csr_that_stands_there():
    config = Config.profile("full")
    rows = csr_rows(config)
    own = {one.name: one.rises for one in writes(model_config(config)) if one.way == "CSR instruction"}
    guests = {one.name: one.rises for one in writes(model_config(config)) if one.way == "guest"}
    assert guests == {f"{row.name} as {row.vs_name}": own[row.vs_name] for row in rows.values() if row.vs_name}


def test_there_is_a_way_for_debug_mode_where_there_is_debug_mode():
    config = model_config(Config.profile("max"))
    names = {row.name for row in config.rules.csrs.values() if row.judge is registers}
    assert names <= {one.name for one in writes(config) if one.way == "debugger"}
