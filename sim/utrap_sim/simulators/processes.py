"""Child processes: each has a session of its own and ends with its parent, however that ends; and their last words.

The parent starts `python -m utrap_sim.simulators`, which does the child's part
(`follow`): its standard input is held by the parent, so that the end of the
parent is the end of that input, and of the child's whole session. Ctrl-C in a
terminal is for the parent alone, which ends its children.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from utrap.command_line.errors import UserError

__all__ = ["CALL", "RUN", "child", "end_children", "ended_by_itself", "follow", "last_words"]

#: What a child does: run a program, or call a function, `module:function`, with words.
RUN, CALL = "run", "call"
#: How long a child may take to clean up, and the parent to wait for that.
_CHILDS_PATIENCE_S, _PARENTS_PATIENCE_S = 3, 5
#: A session is looked at so often until nothing of it is left.
_TRIES, _PAUSE_S = 100, 0.05

_running: set[subprocess.Popen[bytes]] = set()
_lock = threading.Lock()


@contextmanager
def child(
    verb: str,
    *words: str,
    output: IO[bytes] | int,
    folder: Path | None = None,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    pass_fds: Sequence[int] = (),
) -> Iterator[subprocess.Popen[bytes]]:
    """A process of which nothing is left afterwards, whatever happens inside.

    Args:
        verb: `RUN` or `CALL`.
        words: The program and its arguments, or the function and its words.
        output: Where what it prints goes, as for `Popen`.
        folder: What the child removes if it outlives its parent, who could not.
        cwd: Where it runs.
        environment: Variables beside this process's own.
        pass_fds: Files that the program inherits.
    """
    place = "" if folder is None else str(folder.absolute())
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "utrap_sim.simulators", place, verb, *words],
        cwd=cwd,
        env=_environment(environment or {}),
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT,
        pass_fds=pass_fds,
        start_new_session=True,
    )
    with _lock:
        _running.add(process)
    try:
        yield process
    finally:
        # A word, and then, should that not have been enough, the signal.
        _ask_to_end(process)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_PARENTS_PATIENCE_S)
        _end_session(process.pid)
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
        with _lock:
            _running.discard(process)


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **more}
    # cocotb's runner behaves otherwise inside a test, and one may be running us.
    environment.pop("PYTEST_CURRENT_TEST", None)
    environment.pop("WAVES", None)
    return environment


def _ask_to_end(process: subprocess.Popen[bytes]) -> None:
    """Ask by any word: without one it is the parent that has ended."""
    assert process.stdin is not None
    with _without_sigpipe(), suppress(OSError, ValueError):  # it has ended, or was asked before
        process.stdin.write(b"\n")
        process.stdin.close()


@contextmanager
def _without_sigpipe() -> Iterator[None]:
    """A broken pipe is an error of the write, also where a library has made it the end of this process again."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPIPE})
    try:
        yield
    finally:
        signal.sigtimedwait({signal.SIGPIPE}, 0)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_children() -> None:
    """End every child of this process, from another thread than those that wait for them."""
    with _lock:
        processes = list(_running)
    for process in processes:
        _ask_to_end(process)


def last_words(log: str) -> str:
    """What a program that is gone said last: the last line of its log that speaks of an error, or the last line."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines or ["it said nothing"])[-1]


def ended_by_itself(simulator: str, log: Path) -> UserError:
    """What to say of a simulator that is gone."""
    return UserError(f"{simulator} ended by itself: {last_words(log.read_text(errors='replace'))}")


def follow(folder: str, work: Callable[[], int]) -> int:
    """The child's part: do the work, but for no longer than the parent lives.

    The work is interrupted, as by Ctrl-C, and may clean up; then whatever it
    has started is ended, and the folder, if there is one, removed, unless there
    is still a parent that may want to look at it.
    """
    ends, is_orphan = threading.Event(), threading.Event()

    def clear() -> None:
        _end_session(os.getpid())
        if folder and is_orphan.is_set():
            shutil.rmtree(folder, ignore_errors=True)
        os.killpg(0, signal.SIGKILL)

    def watch() -> None:
        if not os.read(0, 1):  # sys.stdin's lock would be in the way when the interpreter ends
            is_orphan.set()
        ends.set()
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        time.sleep(_CHILDS_PATIENCE_S)
        clear()

    # Ignored in a process that was started in the background, and inherited from there.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=watch, daemon=True).start()
    try:
        return work()
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    finally:
        if ends.is_set():
            clear()


def _end_session(leader: int) -> None:
    """Kill what is left of a session, but for this process, and wait until it is gone."""
    for _ in range(_TRIES):
        left = [process for process in _session(leader) if process != os.getpid()]
        for process in left:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        if not left:
            return
        time.sleep(_PAUSE_S)


def _session(leader: int) -> list[int]:
    """The processes of a session, whatever their groups; where there is no /proc, the leader's group alone."""
    if not Path("/proc/self/stat").exists():
        if leader != os.getpid():
            with suppress(ProcessLookupError):
                os.killpg(leader, signal.SIGKILL)
        return []
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):
            # The name, in parentheses, may hold anything; after it: state, parent, group, session.
            state, _, _, session = entry.read_text().rpartition(")")[2].split()[:4]
            if int(session) == leader and state != "Z":
                found.append(int(entry.parent.name))
    return found
