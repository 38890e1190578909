"""`utrap describe`: what it prints and writes, and what it says of what it cannot."""

import pytest

from utrap.descriptions.formats import FORMATS


@pytest.mark.parametrize("name", [name for name, each in FORMATS.items() if not each.is_folder])
def test_a_file_holds_what_the_standard_output_gets(name, run, tmp_path):
    printed = run("describe", "--format", name, "--profile", "msu")
    assert printed.status == 0
    written = run("describe", "--format", name, "--profile", "msu", "-o", tmp_path / "new" / "file")
    assert (written.status, written.out, written.err) == (0, "", printed.err)
    assert (tmp_path / "new" / "file").read_text() == printed.out != ""


@pytest.mark.parametrize("name", FORMATS)
def test_the_extensions_of_ours_are_not_passed_over_in_silence(name, run, tmp_path):
    """SystemRDL has their CSRs; every other format says that it lacks N and Shudeleg."""
    result = run("describe", "--format", name, *(["-o", tmp_path / "out"] if FORMATS[name].is_folder else []))
    if name == "systemrdl":
        assert "hugpaw3" in result.out
    else:
        assert any("N, Shudeleg" in line for line in result.err.splitlines())


def test_the_help_lists_every_format(run):
    text = " ".join(run("describe", "--help").out.split())
    for name, each in FORMATS.items():
        assert f"{name} {each.what}" in text


def test_an_unknown_format_is_one_line(utrap):
    result = utrap("describe", "--format", "svd")
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert "'svd' is not one of 'systemrdl'" in result.stderr


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("file/x", "cannot write into {folder}/file: {folder}/file is not a directory"),
        ("folder", "cannot write {folder}/folder: a directory is in its place"),
    ],
)
def test_a_file_that_cannot_be_written_is_one_line(path, line, run, tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    result = run("describe", "--format", "spike", "-o", tmp_path / path)
    assert (result.status, result.out) == (2, "")
    assert result.err == f"utrap: {line.format(folder=tmp_path)}\n"


@pytest.mark.parametrize(("path", "said"), [("", "''"), (".", ".")])
def test_a_file_needs_a_name(path, said, run):
    result = run("describe", "--format", "spike", "-o", path)
    assert (result.status, result.err) == (2, f"utrap: -o {said}: it is not the name of a file\n")
