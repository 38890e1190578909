"""The documents that are made from the sources are up to date, and links in ours lead somewhere."""

import json
import re

import pytest

from utrap_documents.__main__ import documents, drawing
from utrap_documents.timing_diagrams import simulate
from utrap_documents.timing_scenarios import SCENARIOS


@pytest.fixture(scope="module")
def made():
    return documents()


def test_the_documents_are_up_to_date(root, made):
    stale = [name for name, text in made.items() if (root / "docs" / name).read_text() != text]
    assert stale == [], "run `make docs`"


def test_nothing_is_left_of_a_diagram_that_is_gone(root, made):
    found = {f"timing/{path.name}" for path in (root / "docs" / "timing").iterdir()}
    assert found == {name for name in made if name.startswith("timing/")}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_diagram_shows_what_was_simulated(root, scenario):
    """Each line of the diagram, read back, is the signal's value where the diagram gives one."""
    cycles, ports = simulate(scenario)
    diagram = json.loads((root / "docs" / "timing" / f"{scenario.name}.json").read_text())
    lines = {line["name"]: line for line in diagram["signal"]}
    assert list(lines) == ["clk", *scenario.shown]
    for name in scenario.shown:
        labels = iter(lines[name].get("data", []))
        shown = label = None
        for character, values in zip(lines[name]["wave"], cycles, strict=True):
            if character != ".":
                shown = character
                label = next(labels) if character == "=" else character
            if shown == "x":
                continue
            assert label is not None
            if name in ports and ports[name].encoding:
                assert ports[name].encoding[values[name]] == label
            elif label.isdecimal() or label.startswith("0x"):
                assert int(label, 0) == values[name]
            elif label.endswith(" (interrupt)"):
                assert int(label.split()[0]) | 1 << 63 == values[name]
            else:
                assert name == "commit_csr_address"
        assert next(labels, None) is None


def test_each_text_is_true_of_its_diagram():
    """The cycles that the texts speak of."""
    runs = {scenario.name: simulate(scenario)[0] for scenario in SCENARIOS}
    assert [values["mscratch"] for values in runs["csr"]] == [0x11, 0x11, 0x20, 0x23, 0x23]
    assert [values["answer_fault"] for values in runs["fault"]][:2] == [0, 1]
    assert [values["hart_mode"] for values in runs["direct"]] == [5, 5, 0, 0, 5]
    assert [values["interrupt_request"] for values in runs["interrupt"]] == [0, 1, 1, 0, 0]
    assert [values["hart_mode"] for values in runs["return"]] == [3, 3, 1, 1]
    assert [values["hart_critical_error"] for values in runs["double_trap"]] == [0, 0, 0, 0, 1]
    assert [values["mcause"] for values in runs["double_trap"]] == [0, 0, 16, 16, 16]
    assert [values["mtval2"] for values in runs["double_trap"]][2:] == [13, 13, 13]
    assert [values["interrupt_rnmi"] for values in runs["rnmi"]] == [0, 1, 1, 0, 0, 0]
    assert [values["hart_mode"] for values in runs["rnmi"]] == [0, 0, 0, 3, 3, 0]
    assert runs["reset"][-1]["mscratch"] == runs["reset"][-1]["mepc"] == 0


def test_a_drawing_has_its_names_and_no_shape_that_it_does_not_use():
    svg = drawing('{"signal": [{"name": "clk", "wave": "p."}, {"name": "bus", "wave": "=x", "data": ["0x12"]}]}')
    assert ">clk</tspan>" in svg or ">clk</text>" in svg
    assert "0x12" in svg
    shapes = set(re.findall(r'<g id="([^"]+)">', svg.partition("</defs>")[0]))
    assert shapes == set(re.findall(r'href="#([^"]+)"', svg))


@pytest.mark.parametrize(
    "name", ["README.md", "instantiation.md", "generated-files.md", "timing.md", "ports.md", "csrs.md"]
)
def test_links_lead_somewhere(root, name):
    text = (root / "docs" / name).read_text()
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        assert target.startswith("https://") or (root / "docs" / target).exists(), target


def test_the_walk_quotes_the_example_as_it_is(root):
    """Every Verilog block of docs/instantiation.md stands in the example, line for line."""
    example = (root / "examples" / "verilog" / "tiny_core.v").read_text()
    blocks = re.findall(r"```verilog\n(.*?)```", (root / "docs" / "instantiation.md").read_text(), re.DOTALL)
    assert len(blocks) >= 5
    flat = re.sub(r"\s+", " ", example)
    for block in blocks:
        for part in block.split("  ...\n"):
            assert re.sub(r"\s+", " ", part).strip() in flat, part
