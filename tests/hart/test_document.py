"""What docs/hart.md shows of a run is what a run says."""


def test_the_line_at_the_end_is_the_one_that_the_document_shows(root, run, simulator):
    result = run("run", "hypervisor", "--sim", simulator("verilator"))
    last = result.err.splitlines()[-1]
    assert result.status == 0
    assert f"    {last}\n" in (root / "docs" / "hart.md").read_text(), last
