"""What `utrap linux` refuses before it builds anything."""

import pytest

from utrap_linux.show import FORMAT


@pytest.mark.parametrize("other", ["--json", "--build", "--qemu", "--guest linux"])
def test_a_baseline_goes_with_a_measurement_that_is_shown(run, other):
    result = run("linux", "--baseline", "x", *other.split())
    assert (result.status, result.out, result.err.count("\n")) == (2, "", 1)
    assert f"--baseline and {other} exclude each other" in result.err


def test_figures_of_another_command_are_no_baseline(run, root, tmp_path):
    other = root / "docs" / "exits" / "exits.json"
    result = run("linux", "--baseline", other, "-o", tmp_path)
    said = f"its format is utrap-exits/1, needed is {FORMAT}: measure again with utrap linux"
    assert (result.status, result.out, result.err) == (2, "", f"utrap: --baseline {other}: {said}\n")


def test_the_figures_of_the_documents_are_a_baseline(root):
    from utrap_hart.exits.baseline import read_baseline

    before = read_baseline(str(root / "docs" / "linux" / "linux.json"), FORMAT, "utrap linux")
    assert before["UART", "a"][0] > before["UART", "c"][0]
