"""The examples of the help and of the document run, and print what the document says; the data is as documented."""

import re
import shlex

import pytest

from utrap_show.commands.explain import __doc__ as HELP


def commands(text):
    """Every example of the help."""
    joined = text.replace("\\\n", " ")
    return [line.strip() for line in joined.splitlines() if line.strip().startswith("utrap ")]


def examples(root):
    """Command and output of every console block of the document."""
    text = (root / "docs" / "explain.md").read_text()
    for block in re.findall(r"```console\n\$ (.*?)```", text, re.DOTALL):
        command, _, output = block.replace("\\\n", " ").partition("\n")
        yield shlex.split(command)[1:], output


def test_the_examples_of_the_help_run(run):
    found = commands(HELP)
    assert len(found) == 11
    for command in found:
        result = run(*shlex.split(command)[1:])
        assert (result.status, result.err) == (0, ""), command
        assert "note:" not in result.out


def test_the_examples_of_the_document_print_what_it_says(run, root):
    found = list(examples(root))
    assert len(found) >= 6
    for arguments, output in found:
        assert run(*arguments).out == output, arguments


def test_a_guests_uart_goes_to_u_and_its_virtio_to_hs_in_one_configuration(run, root):
    uart, virtio = [output for arguments, output in examples(root) if "hugpaw0.E=1" in arguments][:2]
    assert "=> goes to U, from VS" in uart
    assert "=> goes to HS, from VS" in virtio


def shape(value):
    """The keys of the data, as the document writes them."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else type(value).__name__


@pytest.mark.parametrize(
    "question",
    [
        "--mode U --cause 2",
        "--mode U --interrupt MTI",
        "--mode M --return mret",
        "--mode M --access mepc --write 4",
        "--mode VS --insn wfi",
        "--mode U --rnmi 2 --profile max --csr mnstatus.NMIE=1",
        "--mode U --halt 3 --profile max",
        "--mode U --masking load --profile max",
        "--mode VS --translation load",
        "--mode VS --cause 21 --gpa 0x10000000 --csr medeleg[21]=1 --csr huedeleg[21]=1 --csr hudcfg=3",
        "--mode S --profile msu --xlen 32 --access satp",
    ],
)
def test_the_data_has_the_documented_keys_whatever_is_asked(ask, root, question):
    text = (root / "docs" / "explain.md").read_text()
    documented = re.findall(r"^\| `(\w+)` \|", text.partition("## As data")[2].partition("\n### ")[0], re.MULTILINE)
    told = ask(question)
    assert list(told) == documented
    parts = re.findall(r"^### `(\w+)`\n\n(.*?)(?=\n### |\Z)", text, re.MULTILINE | re.DOTALL)
    described = {name: re.findall(r"^\| `(\w+)` \|", body, re.MULTILINE) for name, body in parts}
    for name, keys in described.items():
        for item in told[name] if isinstance(told[name], list) else [told[name]]:
            assert set(item) <= set(keys), name
            assert name == "event" or list(item) == keys


def test_the_command_runs_as_installed(utrap, tmp_path, root):
    info = tmp_path / "utrap_sim-0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: utrap-commands\nVersion: 0\n")
    (info / "entry_points.txt").write_text("[utrap.commands]\nzzz = utrap_show.commands\n")
    result = utrap("explain", "--mode", "U", "--cause", "2", path=[tmp_path])
    assert result.returncode == 0
    assert result.stdout.startswith("illegal instruction (2) in U")
