"""SystemRDL: the compiler takes it, and what it understood is the CSR table."""

import logging
import runpy

import cocotb
import pytest
from peakrdl_cocotb_ralgen import CocotbRALExporter
from peakrdl_html import HTMLExporter
from peakrdl_ipxact import IPXACTExporter, Standard
from systemrdl import warnings
from systemrdl.compiler import RDLCompiler
from systemrdl.node import FieldNode, RegNode

from utrap.config import Config
from utrap.csr.configured import csrs, stored_fields
from utrap.descriptions import systemrdl

from .configurations import CONFIGURATIONS


def compiled(text, tmp_path):
    """The top of what the compiler elaborates; all that it can complain of is an error, but for unknown resets."""
    serious = warnings.ALL & ~warnings.MISSING_RESET
    path = tmp_path / "unit.rdl"
    path.write_text(text)
    compiler = RDLCompiler(warning_flags=serious, error_flags=serious)
    compiler.compile_file(str(path))
    return compiler.elaborate().top


@pytest.mark.parametrize("name", ["mu 32", "max 64"])
def test_the_compiler_finds_the_table_in_it(name, tmp_path):
    config = CONFIGURATIONS[name]
    top = compiled(systemrdl.describe(config).files[""], tmp_path)
    registers = {node.inst_name: node for node in top.children() if isinstance(node, RegNode)}
    assert list(registers) == [row.name for row in csrs(config)]
    for row in csrs(config):
        node = registers[row.name]
        assert (
            node.get_property("csr_number") * config.xlen // 8 == row.address * config.xlen // 8 == node.address_offset
        )
        assert node.get_property("regwidth") == node.get_property("accesswidth") == config.xlen
        fields = {field.inst_name: field for field in node.children() if isinstance(field, FieldNode)}
        assert list(fields) == [field.name for field in row.fields] or ["zero"]
        for field in row.fields:
            found = fields[field.name]
            assert (found.lsb, found.width) == (field.lsb, field.width)
            writable = bool(field.is_writable and field.storage and field.mask and not row.is_read_only)
            assert found.is_sw_writable == writable, f"{row.name}.{field.name}"
            whole = (1 << field.width) - 1
            assert found.get_property("writable", default=whole if writable else 0) == (field.mask if writable else 0)
            assert found.is_hw_writable == (not field.is_constant)
            shown = field.storage if field.storage and not row.owns(field) else None
            assert shown in (None, *stored_fields(config))
            assert found.get_property("shows", default=None) == shown


def resets(config, tmp_path):
    top = compiled(systemrdl.describe(config).files[""], tmp_path)
    return {
        f"{register.inst_name}.{field.inst_name}": field.get_property("reset")
        for register in top.children()
        for field in register.children()
    }


def test_reset_values_are_those_that_are_known(tmp_path):
    every = resets(Config.profile("msu", mtvec_reset=0x8000_0001, sstc=True), tmp_path)
    assert every["mtvec.base"] == 0x8000_0000 >> 2
    assert (every["mtvec.mode"], every["mstatus.uxl"], every["mstatus.mpp"]) == (1, 2, 0)
    assert every["stimecmp.value"] == (1 << 64) - 1
    assert every["mhartid.id"] is None, "a port says it"
    assert every["mip.meip"] is None, "a line says it"
    assert every["mstatus.sd"] == 0, "it follows from FS and VS"
    few = resets(Config.profile("mu", reset_state="required", mtvec_reset="port"), tmp_path)
    assert few["mtvec.base"] is None, "a port says it"
    assert few["mscratch.scratch"] is None, "nothing says it"
    assert few["mstatus.mie"] == 0


def test_a_field_says_which_level_it_shows_and_when():
    text = systemrdl.describe(CONFIGURATIONS["msu 64"]).files[""]
    assert "the level seip, ORed with what is stored" in text
    assert "the level mstatus_sd" not in text


def test_words_of_the_language_can_be_names():
    assert systemrdl._name("signal") == "\\signal"
    assert systemrdl._name("mie") == "mie"


def test_quotes_in_a_text_do_not_end_it():
    assert systemrdl._text('a "b" \\c') == '"a \\"b\\" \\\\c"'


def test_peakrdl_makes_ip_xact_and_a_manual_of_it(tmp_path):
    config = CONFIGURATIONS["mu 32"]
    top = compiled(systemrdl.describe(config).files[""], tmp_path)
    IPXACTExporter(standard=Standard.IEEE_1685_2014).export(top, str(tmp_path / "unit.xml"))
    text = (tmp_path / "unit.xml").read_text()
    assert text.count("<ipxact:register>") == len(csrs(config))
    assert "<ipxact:name>mtvec</ipxact:name>" in text
    HTMLExporter().export(top, str(tmp_path / "html"))
    assert (tmp_path / "html" / "index.html").exists()


def test_peakrdl_makes_a_register_model_for_cocotb_of_it(tmp_path, monkeypatch):
    config = CONFIGURATIONS["a core's"]
    top = compiled(systemrdl.describe(config).files[""], tmp_path)
    CocotbRALExporter().export(top, str(tmp_path), input_files=[str(tmp_path / "unit.rdl")])
    monkeypatch.setattr(cocotb, "log", logging.getLogger(), raising=False)  # which a simulator's start sets
    model = runpy.run_path(str(tmp_path / "trap_unit_RAL.py"))["trap_unit_RAL_Test"].masks
    assert {row["name"]: row["address"] for row in model.values()} == {
        row.name: row.address * 4 for row in csrs(config)
    }
    assert model["trap_unit_misa"]["reset_value"] == 1 << 30 | sum(1 << ord(letter) - 65 for letter in "IMACU")
    assert model["trap_unit_mtvec"]["write_mask"] == model["trap_unit_mtvec"]["read_mask"] - 3 == 0xFFFFFFFC
    assert model["trap_unit_mhartid"]["write_mask"] == 0
