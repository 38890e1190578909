"""Child processes: whatever becomes of the parent, nothing of them is left, and their last words are one line."""

import signal
import subprocess
import sys
import threading

import pytest

from utrap.command_line.errors import UserError
from utrap_sim.simulators.processes import CALL, RUN, child, end_children, ended_by_itself, last_words

from ..waiting import processes, processes_in, wait_for  # noqa: TID252 (the tests are no package)

#: A program that starts another in a group of its own and ignores Ctrl-C, as some simulators and engines do.
STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], process_group=0)
open("started", "w").close()
time.sleep(600)
"""
#: A parent that waits for such a program in a temporary folder.
PARENT = f"""
import subprocess, sys
from pathlib import Path
from tempfile import TemporaryDirectory
from utrap_sim.simulators.processes import RUN, child
with TemporaryDirectory(dir=sys.argv[1]) as name:
    words, folder = (sys.executable, "-c", {STUBBORN!r}), Path(name)
    with child(RUN, *words, output=subprocess.DEVNULL, folder=folder, cwd=folder) as process:
        process.wait()
"""


@pytest.fixture
def said(tmp_path):
    """Run a child to its end: its status, and what it printed."""

    def said(verb, *words, **options):
        with child(verb, *words, output=subprocess.PIPE, **options) as process:
            assert process.stdout is not None
            text = process.stdout.read().decode()
            return process.wait(), text

    return said


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_child_and_all_that_it_started_end_with_the_parent_and_its_folder_goes(environment, tmp_path, how):
    folder = tmp_path / "scratch"
    folder.mkdir()
    command = [sys.executable, "-c", PARENT, str(folder)]
    with subprocess.Popen(command, env=environment(), stderr=subprocess.DEVNULL) as parent:
        wait_for(lambda: list(folder.glob("*/started")))
        assert processes_in(folder)
        parent.send_signal(how)
        assert parent.wait(20) != 0
    wait_for(lambda: not list(folder.iterdir()), 20)
    assert processes(str(folder)) == processes_in(tmp_path) == []


def test_a_child_that_is_left_is_ended_with_all_that_it_started_and_its_folder_stays(tmp_path):
    with child(RUN, sys.executable, "-c", STUBBORN, output=subprocess.DEVNULL, folder=tmp_path, cwd=tmp_path):
        wait_for((tmp_path / "started").exists)
        assert processes_in(tmp_path.parent)
    assert processes_in(tmp_path.parent) == []
    assert (tmp_path / "started").exists()


def test_a_child_that_has_ended_takes_nobody_along_where_a_library_lets_broken_pipes_end_the_process(environment):
    program = """
import signal, subprocess, sys
from utrap_sim.simulators.processes import RUN, child
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
with child(RUN, sys.executable, "-c", "", output=subprocess.DEVNULL) as process:
    process.wait()
print("goes on")
"""
    result = subprocess.run([sys.executable, "-c", program], env=environment(), capture_output=True, text=True)
    assert (result.returncode, result.stdout, result.stderr) == (0, "goes on\n", "")


def test_another_thread_ends_all_children(tmp_path):
    ended = []
    # Not told from the list of processes: a child that is about to start its program is there twice for a moment.
    started = threading.Barrier(3, timeout=20)

    def wait():
        with child(RUN, "sleep", "600", output=subprocess.DEVNULL) as process:
            started.wait()
            ended.append(process.wait())

    threads = [threading.Thread(target=wait) for _ in range(2)]
    for thread in threads:
        thread.start()
    started.wait()
    end_children()
    for thread in threads:
        thread.join(20)
    assert len(ended) == 2
    assert 0 not in ended


def test_a_child_that_ends_by_itself_gives_its_status_and_leaves_the_folder(said, tmp_path):
    assert said(RUN, "sh", "-c", "echo hello; cat; exit 7", folder=tmp_path) == (7, "hello\n")
    assert tmp_path.exists()


def test_a_function_takes_words_and_gives_a_status(said):
    assert said(CALL, "builtins:int", "5") == (5, "")


def test_a_program_that_is_not_there_is_an_error_in_the_log(said):
    status, text = said(RUN, "/no/such/program")
    assert status != 0
    assert text == "error: cannot start /no/such/program: No such file or directory\n"


def test_a_child_has_this_process_environment_and_more(said, monkeypatch):
    monkeypatch.setenv("WAVES", "1")
    monkeypatch.setenv("OURS", "ours")
    script = 'echo "$OURS $MORE $WAVES $PYTEST_CURRENT_TEST"'
    assert said(RUN, "sh", "-c", script, environment={"MORE": "more"}) == (0, "ours more  \n")


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ("", "it said nothing"),
        ("one\n two \n\n", "two"),
        ("one\nERROR: no such thing\nTraceback\nin the end\n", "ERROR: no such thing"),
        ("an error\na second Error\nbye", "a second Error"),
    ],
)
def test_the_last_words_are_the_last_line_that_speaks_of_an_error_or_the_last_line(tmp_path, log, words):
    assert last_words(log) == words
    (tmp_path / "log").write_text(log)
    error = ended_by_itself("icarus", tmp_path / "log")
    assert isinstance(error, UserError)
    assert str(error) == f"icarus ended by itself: {words}"
