"""The figures that the documents repeat are those of the last measurement, which has the form that its schema says."""

import json

import jsonschema
import pytest


@pytest.fixture(scope="module")
def measured(root):
    return json.loads((root / "docs" / "linux" / "linux.json").read_text())


@pytest.fixture(scope="module")
def cycles(measured):
    return {(row["device"], row["path"]): row["cycles"]["median"] for row in measured["accesses"]}


def test_the_measurement_has_the_form_of_its_schema(root, measured):
    schema = json.loads((root / "docs" / "schemas" / "linux.schema.json").read_text())
    jsonschema.validate(measured, schema, cls=jsonschema.Draft202012Validator)


@pytest.fixture(scope="module")
def boots(root):
    return json.loads((root / "docs" / "linux" / "linux-guest.json").read_text())


def test_the_boots_have_the_form_of_their_schema(root, boots):
    schema = json.loads((root / "docs" / "schemas" / "linux-guest.schema.json").read_text())
    jsonschema.validate(boots, schema, cls=jsonschema.Draft202012Validator)


def test_the_documents_say_how_a_guest_boots(root, boots):
    text = " ".join((root / "docs" / "linux.md").read_text().split())
    for boot in boots["workloads"]:
        figures = f"| ({boot['path']}) | {boot['cycles']:,} | {boot['accesses']:,} | {boot['share']:.0%} |"
        assert figures in text, boot["path"]
    gain = next(boot["speed_up"] for boot in boots["workloads"] if boot["path"] == "c")
    assert f"boots {gain:.2f} times as fast" in text
    assert f"{boots['cycles'] // 1_000_000} million cycles" in text
    readme = " ".join((root / "README.md").read_text().split())
    assert f"Linux as a guest boots {gain:.2f} times as fast" in readme


def test_an_access_straight_to_the_vmm_takes_ten_times_fewer_cycles_at_least(cycles):
    devices = {device for device, path in cycles if path == "c"}
    assert len(devices) == 4
    assert all(cycles[device, "a"] >= 10 * cycles[device, "c"] for device in devices)


def test_the_documents_say_what_was_measured(root, measured, cycles):
    text = (root / "docs" / "linux.md").read_text()
    a = sorted(
        value for (_, path), value in cycles.items() if path == "a" and value != cycles["VirtIO notification", "a"]
    )
    c = sorted(value for (_, path), value in cycles.items() if path == "c")
    assert f"{a[0]:,} to {a[-1]:,} cycles, straight to the VMM {c[0]:,} to {c[-1]:,}" in " ".join(text.split())
    ratios = [cycles[device, "a"] / cycles[device, "c"] for device, path in cycles if path == "c"]
    assert f"{min(ratios):.0f} to {max(ratios):.0f} times fewer" in text
    assert f"{cycles['VirtIO notification', 'b']:,} cycles" in text
    for workload in measured["workloads"]:
        if workload["path"] == "c" and workload["workload"] != "checks":
            on_a = next(one for one in measured["workloads"] if one["workload"] == workload["workload"])
            assert f"| {on_a['share']:.0%} | {on_a['cycles'] / workload['cycles']:.2f} times" in text, workload[
                "workload"
            ]
    disk = {one["path"]: one for one in measured["workloads"] if one["workload"] == "disk"}
    more = (disk["b"]["cycles"] - disk["a"]["cycles"]) / disk["b"]["notifications"]
    assert f"the same takes {round(more, -3):,.0f} cycles a request" in text
    readme = " ".join((root / "README.md").read_text().split())
    assert f"{min(ratios):.0f} to {max(ratios):.0f} times fewer cycles" in readme
    gain = next(one["speed_up"] for one in measured["workloads"] if (one["workload"], one["path"]) == ("print", "c"))
    assert f"a guest that prints is {gain:.2f} times as fast" in readme
