"""Processes that prove: what is left when one of them, or the one that started them, ends too early."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from utrap_formal.cache import Cache
from utrap_formal.runner import run
from utrap_formal.task import Result, Status, Suite, Task


def opened(material):
    """Proves by doing what the task's kind says."""

    def prove(task):
        if task.kind == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if task.kind == "slow":
            time.sleep(60)
        if task.kind == "wrong":
            raise ZeroDivisionError("a mistake of ours")
        return Result(task=task, status=Status.PROVED, engine=material["engine"], seconds=1.5, counts={"paths": 2})

    return lambda tasks: [prove(task) for task in tasks]


def suite(*kinds):
    tasks = tuple(Task(name=f"{kind} {number}", kind=kind, index=number) for number, kind in enumerate(kinds))
    return Suite(name="trial", title="", material={"engine": "none"}, tasks=tasks, open=opened)


@pytest.mark.parametrize("jobs", [1, 3])
def test_every_task_has_a_result(jobs):
    results = list(run(suite("plain", "plain", "plain", "plain"), jobs))
    assert sorted(result.task.index for result in results) == [0, 1, 2, 3]
    assert {result.status for result in results} == {Status.PROVED}


def test_a_process_that_is_killed_leaves_its_task_unproved():
    results = list(run(suite("killed", "plain"), 2))
    assert len(results) == 2
    (lost,) = (result for result in results if result.task.kind == "killed")
    assert (lost.status, "ended" in lost.note) == (Status.UNPROVED, True)


@pytest.mark.parametrize(("batch", "sizes"), [(1, [1] * 5), (2, [2, 2, 1]), (99, [5])])
def test_tasks_are_proved_in_batches(batch, sizes):
    asked = []

    def opened_here(material):
        def prove(tasks):
            asked.append(len(tasks))
            return opened(material)(tasks)

        return prove

    trial = replace(suite(*["plain"] * 5), open=opened_here, batch=batch)
    assert [result.task.index for result in run(trial, 1)] == [0, 1, 2, 3, 4]
    assert asked == sizes


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_mistake_of_ours_is_no_result(jobs):
    with pytest.raises(ZeroDivisionError):
        list(run(suite("wrong", "plain"), jobs))


def test_what_was_proved_before_a_mistake_is_kept(tmp_path):
    trial = suite("plain", "wrong")
    with pytest.raises(ZeroDivisionError):
        list(run(trial, 1, Cache(tmp_path, trial)))
    (known,) = run(replace(trial, tasks=trial.tasks[:1]), 1, Cache(tmp_path, trial))
    assert (known.is_cached, known.seconds, known.counts) == (True, 1.5, {"paths": 2})


def test_other_material_is_not_known(tmp_path):
    trial = suite("plain")
    list(run(trial, 1, Cache(tmp_path, trial)))
    other = replace(trial, material={"engine": "another"})
    (result,) = run(other, 1, Cache(tmp_path, other))
    assert not result.is_cached


SCRIPT = """
import json, sys
from utrap_formal.runner import run
sys.path.insert(0, {folder!r})
import test_runner
if __name__ == "__main__":
    print("started", flush=True)
    try:
        for result in run(test_runner.suite("slow", "slow"), 2):
            print(result)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""


def children(pid):
    """The processes that descend from one, by what the kernel says."""
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children") as file:
            for child in map(int, file.read().split()):
                found += [child, *children(child)]
    return found


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_the_one_that_started_it(environment, root, tmp_path, sent):
    (tmp_path / "script.py").write_text(SCRIPT.format(folder=str(root / "tests" / "formal")))
    process = subprocess.Popen(
        [sys.executable, tmp_path / "script.py"], env=environment(), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    deadline = time.monotonic() + 60
    while len(descendants := children(process.pid)) < 3 and time.monotonic() < deadline:
        time.sleep(0.1)  # two that prove, and Python's own that tidies up
    time.sleep(1)
    process.send_signal(sent)
    out, _ = process.communicate(timeout=30)
    assert out == ("interrupted\n" if sent == signal.SIGINT else "")
    while any(map(is_running, descendants)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(map(is_running, descendants))
