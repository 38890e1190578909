"""A test that lacks a program is skipped, with the line that says how to get it."""

import re

import pytest


@pytest.mark.parametrize(
    ("program", "package"), [("dtc", "device-tree-compiler"), ("vcd2fst", "gtkwave"), ("xvfb-run", "xvfb")]
)
def test_a_missing_program_is_named_with_its_package(needs, monkeypatch, tmp_path, program, package):
    monkeypatch.setenv("PATH", str(tmp_path))
    line = f"^{program} is not installed; on Debian: apt-get install {package}$"
    with pytest.raises(pytest.skip.Exception, match=line):
        needs(program)


def test_no_test_looks_for_a_program_otherwise(root):
    """What is missing is said by `needs`, `simulator` and `qemu` alone."""
    asks = re.compile(r"which\(\S+\) is None")
    files = [path for path in (root / "tests").rglob("*.py") if asks.search(path.read_text())]
    assert files == [root / "tests" / "conftest.py"]
