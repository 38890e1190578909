"""The command `utrap`: finding commands, and what the user sees when something goes wrong."""

import importlib.util
import os
import re
import signal
import subprocess
import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

import utrap as package
from utrap.command_line import registry

LOUD = '''"""Shouts when it is imported. More is said here."""
import click
print("imported")
@click.command()
def loud():
    print("called")
    return 1
'''

FAILING = '''"""Fails."""
import click
from utrap.command_line.errors import UserError
@click.command()
@click.option("--number", type=int, required=True)
@click.argument("kind", type=click.Choice(["one", "two"]))
def failing(number, kind):
    raise UserError(f"no {kind} of\\n  {number}")
'''

TALKING = '''"""Says much."""
import click
@click.command()
def talking():
    for number in range(1_000_000):
        print(number)
'''

CRAMPED = '''"""Has no room for what it needs for a while."""
import errno, os, shutil
import click
@click.command()
@click.argument("how")
def cramped(how):
    reason = os.strerror(errno.ENOSPC)
    raise OSError(errno.ENOSPC, reason) if how == "one" else shutil.Error([("a", "b", reason), ("c", "d", reason)])
'''

WAITING = '''"""Waits while it writes."""
import time, sys
from pathlib import Path
import click
from utrap.command_line.files import write_atomically
class Slow(dict):
    def items(self):
        yield "first", b"1"
        print("writing", flush=True)
        time.sleep(60)
@click.command()
@click.argument("directory")
def waiting(directory):
    write_atomically(directory, Slow(first=b"1", second=b"2"))
'''


def one_line(text: str) -> str:
    assert re.fullmatch(r"utrap[^\n]*\n", text), f"not one line of utrap's: {text!r}"
    return text


def test_help_shows_a_commands_first_sentence_without_importing_it(utrap, plugin):
    result = utrap("--help", path=plugin(loud=LOUD, _helper=LOUD))
    assert result.returncode == 0
    assert re.search(r"^  loud  +Shouts when it is imported$", result.stdout, re.MULTILINE)
    assert "imported\n" not in result.stdout.replace("is imported\n", "")
    assert "helper" not in result.stdout


def test_a_command_is_imported_when_it_is_called_and_its_answer_is_the_exit_status(utrap, plugin):
    result = utrap("loud", path=plugin(loud=LOUD))
    assert (result.stdout, result.stderr, result.returncode) == ("imported\ncalled\n", "", 1)


def test_no_arguments_are_a_request_for_help(utrap):
    assert utrap().stdout == utrap("--help").stdout != ""


def test_the_version_is_the_packages(utrap):
    assert utrap("--version").stdout == f"utrap {package.__version__}\n"


def test_help_needs_nothing_heavy(environment):
    run_it = "sys.argv = ['utrap', '--help']; cli.main(); print(*sys.modules)"
    script = f"import sys; from utrap.command_line import cli; {run_it}"
    result = subprocess.run([sys.executable, "-c", script], env=environment(), capture_output=True, text=True)
    loaded = set(result.stdout.splitlines()[-1].split())
    assert "utrap.command_line.registry" in loaded
    assert not loaded & {"amaranth", "pyosys", "rich", "cocotb", "utrap_sim.commands.replay"}


def test_every_registered_package_exists_and_every_command_can_be_called(utrap, root):
    registered = tomllib.loads((root / "pyproject.toml").read_text())["project"]["entry-points"]["utrap.commands"]
    assert [package for package in registered.values() if importlib.util.find_spec(package) is None] == []
    for name, module in registry.command_modules():
        result = utrap(name, "--help")
        assert result.returncode == 0, f"{module}: {result.stderr}"
        assert registry.summary(module), f"{module} needs a docstring"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nonsense"], "utrap: No such command 'nonsense'."),
        (["--nonsense"], "utrap: No such option '--nonsense'"),
        (["failing", "--nonsense"], "utrap failing: No such option '--nonsense'"),
        (["failing", "one", "--number", "x"], "utrap failing: Invalid value for '--number': 'x'"),
        (["failing", "--number", "3"], "utrap failing: Missing argument '{one|two}'"),
        (["failing", "three", "--number", "3"], "utrap failing: Invalid value for '{one|two}'"),
        (["failing", "one", "--number", "3"], "utrap: no one of 3\n"),
    ],
)
def test_a_wrong_request_gets_one_line_and_status_2(utrap, plugin, arguments, says):
    result = utrap(*arguments, path=plugin(failing=FAILING))
    assert one_line(result.stderr).startswith(says)
    assert (result.stdout, result.returncode) == ("", 2)


def test_the_hint_at_the_help_follows_a_whole_sentence(utrap, plugin):
    path = plugin(failing=FAILING)
    for arguments in (("failing", "one"), ("failing", "three", "--number", "1"), ("nothing",)):
        assert re.search(r"[^.?][.?] See '", one_line(utrap(*arguments, path=path).stderr))


def test_a_missing_package_is_named(utrap, plugin):
    source = '"""Needs what is not there."""\nimport package_that_nobody_has\n'
    result = utrap("needy", path=plugin(needy=source))
    assert "'package_that_nobody_has', which is not installed" in one_line(result.stderr)
    assert result.returncode == 2


def test_a_file_that_the_system_refuses_is_named(utrap, plugin, tmp_path):
    source = f'"""Reads."""\nimport click\n@click.command()\ndef reads():\n    open({str(tmp_path / "none")!r})\n'
    result = utrap("reads", path=plugin(reads=source))
    assert one_line(result.stderr) == f"utrap: {tmp_path / 'none'}: No such file or directory\n"
    assert result.returncode == 2


def test_a_defect_of_ours_is_not_hidden(utrap, plugin):
    source = '"""Is broken."""\nimport click\n@click.command()\ndef broken():\n    {}["key"]\n'
    result = utrap("broken", path=plugin(broken=source))
    assert "KeyError" in result.stderr
    assert result.returncode == 1


def test_ctrl_c_is_status_130_and_leaves_nothing_behind(environment, plugin, tmp_path):
    path = plugin(waiting=WAITING)
    before = sorted(tmp_path.iterdir())
    command = [sys.executable, "-m", "utrap", "waiting", str(tmp_path / "new" / "folder")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment(*path), text=True, stdout=pipe, stderr=pipe) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        assert (tmp_path / "new" / "folder").is_dir()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert (errors, process.returncode) == ("utrap: interrupted\n", 130)
    assert sorted(tmp_path.iterdir()) == before


def test_ctrl_c_is_one_line_where_hardware_was_not_elaborated_yet(utrap, plugin):
    source = (
        '"""Makes hardware."""\nimport gc, os, signal, click\nfrom amaranth.hdl import Elaboratable, Fragment\n'
        "class Unit(Elaboratable):\n    def elaborate(self, platform):\n        return Fragment()\n"
        "@click.command()\ndef {}():\n    Fragment.get(Unit(), None)\n    Unit()\n"
        "    try:\n        {}\n    finally:\n        gc.collect()\n"
    )
    sources = {
        "stopped": source.format("stopped", "os.kill(os.getpid(), signal.SIGINT)"),
        "wasteful": source.format("wasteful", "pass"),
    }
    path = plugin(**sources)
    result = utrap("stopped", path=path)
    assert (result.stderr, result.returncode) == ("utrap: interrupted\n", 130)
    # Without Ctrl-C it is told.
    assert "UnusedElaboratable" in utrap("wasteful", path=path).stderr


def test_a_command_with_a_profile_takes_every_option_that_chooses_a_configuration(entries, monkeypatch):
    points = [EntryPoint(name, value, registry.ENTRY_POINTS) for name, value in entries.items()]
    monkeypatch.setattr(registry, "entry_points", lambda group: points)
    taken = {}
    for name, module in registry.command_modules():
        command = getattr(importlib.import_module(module), name)
        taken[name] = {option for parameter in command.params for option in parameter.opts}
    choose = {"--profile", "--xlen", "--set", "--udb"}
    choosing = {name for name, options in taken.items() if options & (choose - {"--set"})}
    assert {"generate", "regress", "prove"} <= choosing
    assert [name for name in choosing if choose - taken[name]] == []


@pytest.mark.parametrize("arguments", [["talking"], ["loud"], ["--help"]])
def test_a_reader_that_goes_away_ends_it_quietly(utrap, plugin, arguments):
    reader, writer = os.pipe()
    os.close(reader)
    result = utrap(*arguments, path=plugin(talking=TALKING, loud=LOUD), stdout=writer)
    os.close(writer)
    assert (result.stderr, result.returncode) == ("", 141)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
@pytest.mark.parametrize("arguments", [["talking"], ["loud"], ["--help"]])
def test_a_full_disk_behind_the_output_is_one_line(utrap, plugin, arguments):
    with open("/dev/full", "w") as full:
        result = utrap(*arguments, path=plugin(talking=TALKING, loud=LOUD), stdout=full)
    assert one_line(result.stderr).startswith("utrap: cannot write the output, ")
    assert result.returncode == 2


@pytest.mark.parametrize("how", ["one", "many"])
def test_a_full_disk_for_what_is_temporary_is_one_line_that_names_it(utrap, plugin, monkeypatch, tmp_path, how):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    result = utrap("cramped", how, path=plugin(cramped=CRAMPED))
    assert result.returncode == 2
    other = f"{tmp_path} (TMPDIR names another folder)"
    line = f"utrap: cannot write the output, or what is temporary in {other}: No space left on device\n"
    assert one_line(result.stderr) == line


def test_it_runs_with_its_output_closed(utrap):
    result = utrap("--help", stdout=None, preexec_fn=lambda: os.close(1))
    assert (result.stderr, result.returncode) == ("", 0)
