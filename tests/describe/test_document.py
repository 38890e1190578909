"""The examples of docs/describe.md print what it says, and it names every format."""

import re
import shlex

from utrap.descriptions.formats import FORMATS


def test_the_examples_print_what_it_says(run, root, monkeypatch):
    monkeypatch.chdir(root)
    text = (root / "docs" / "describe.md").read_text()
    found = re.findall(r"```console\n\$ (.*?)```", text, re.DOTALL)
    assert len(found) >= 2
    for block in found:
        command, _, output = block.replace("\\\n", " ").partition("\n")
        result = run(*shlex.split(command)[1:])
        assert result.err + result.out == output, command


def test_every_format_is_in_its_table(root):
    text = (root / "docs" / "describe.md").read_text()
    assert re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE) == list(FORMATS)
