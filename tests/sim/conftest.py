"""Records made by the command, and records with a line that was changed."""

import json

import pytest


@pytest.fixture
def recorded(run, tmp_path):
    """Records made by `utrap record` with the given options."""

    def recorded(*options, name="recorded.jsonl"):
        result = run("record", tmp_path / name, *options)
        assert (result.status, result.err) == (0, "")
        return tmp_path / name

    return recorded


@pytest.fixture
def changed(tmp_path):
    """A copy of a file of records in which `change` has altered the object of one line."""

    def changed(path, line, change):
        lines = path.read_text().splitlines()
        value = json.loads(lines[line - 1])
        change(value)
        lines[line - 1] = json.dumps(value)
        (tmp_path / "changed.jsonl").write_text("\n".join(lines) + "\n")
        return tmp_path / "changed.jsonl"

    return changed
