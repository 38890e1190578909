# amaranth: UnusedElaboratable=no
"""The port list: the component's own metadata, the docstrings and the Verilog say the same."""

import json
import re

import jsonschema
import pytest
from amaranth.lib.wiring import Out, Signature

from utrap.config import Config
from utrap.products.port_list import _group, port_groups
from utrap.unit import TrapUnit


def test_the_json_is_as_its_schema_says(root, files):
    schema = json.loads((root / "docs" / "schemas" / "ports.schema.json").read_text())
    jsonschema.validate(json.loads(files["trap_unit_ports.json"]), schema)


def leaves(members, prefix=""):
    for name, member in members.items():
        if member["type"] == "port":
            yield prefix + name, ({"in": "input", "out": "output"}[member["dir"]], member["width"])
        else:
            yield from leaves(member["members"], f"{prefix}{name}_")


def test_the_list_is_the_components_metadata_and_clock_and_reset(config, files):
    unit = TrapUnit(config)
    expected = dict(leaves(unit.metadata.as_json()["interface"]["members"]))
    expected |= {"clk": ("input", 1), "rst": ("input", 1)}
    listed = json.loads(files["trap_unit_ports.json"])["ports"]
    assert {port["name"]: (port["direction"], port["width"]) for port in listed} == expected


def test_the_verilog_has_the_listed_ports_in_the_listed_order(files):
    declared = re.findall(r"^    (input|output) +wire +(?:\[(\d+):0\] )?(\w+),?$", files["trap_unit.v"], re.MULTILINE)
    listed = [
        (port["direction"], str(port["width"] - 1) if port["width"] > 1 else "", port["name"])
        for port in json.loads(files["trap_unit_ports.json"])["ports"]
    ]
    assert declared == listed


def test_ports_of_one_purpose_stand_together_and_begin_with_its_name(files):
    document = json.loads(files["trap_unit_ports.json"])
    order = [port["group"] for port in document["ports"]]
    assert list(dict.fromkeys(order)) == [group["name"] for group in document["groups"]]
    assert order == sorted(order, key=list(dict.fromkeys(order)).index)
    names = [port["name"] for port in document["ports"]]
    assert names[:3] == (["clk", "rst", "hartid"] if "hartid" in names else ["clk", "rst", names[2]])
    for port in document["ports"]:
        assert port["name"].startswith(port["group"])


def test_the_markdown_has_every_port(files):
    for port in json.loads(files["trap_unit_ports.json"])["ports"]:
        line = f"| `{port['name']}` | {port['direction']} | {port['width']} | {port['text']} |"
        assert line in files["trap_unit_ports.md"].splitlines()


def test_names_in_the_texts_are_names_of_the_verilog(files):
    document = json.loads(files["trap_unit_ports.json"])
    known = {port["name"] for port in document["ports"]} | {group["name"] for group in document["groups"]} | {"time"}
    for text in [item["text"] for item in document["ports"] + document["groups"]]:
        assert set(re.findall(r"`(\w+)`", text)) <= known, text


class Silent(Signature):
    """Says nothing about one member.

    Members:
        spoken: Is described.
    """

    def __init__(self):
        super().__init__({"spoken": Out(1), "silent": Out(1)})


def test_a_member_without_a_description_is_an_error():
    with pytest.raises(ValueError, match="Silent: nothing is said about silent"):
        _group("silent", Out(Silent()))


def test_a_port_that_a_configuration_lacks_is_not_listed():
    unit = TrapUnit(Config.profile("mu", 32))
    names = {port.name for group in port_groups(unit) for port in group.ports}
    assert "lines_meip" in names
    assert not names & {"lines_seip", "commit_gva", "hart_satp", "legality_hlsv", "trace_gpa"}
