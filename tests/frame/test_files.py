"""Files appear whole or not at all."""

import errno
import os
import re
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from utrap.command_line.errors import UserError
from utrap.command_line.files import appearing, check_folder, check_room, write_atomically

NOBODY = 65534


@pytest.fixture
def unprivileged():
    """A folder of a user's whom permissions bind, who is the user for the time of the test."""
    with tempfile.TemporaryDirectory() as folder:
        if os.geteuid() != 0:
            yield Path(folder)
        else:
            os.chown(folder, NOBODY, -1)
            os.seteuid(NOBODY)
            try:
                yield Path(folder)
            finally:
                os.seteuid(0)


def listing(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


def test_a_set_of_files_is_written_and_nothing_else(tmp_path):
    paths = write_atomically(tmp_path / "a" / "b", {"one": b"1", "two.v": b"2"})
    assert listing(tmp_path) == {"a": None, "a/b": None, "a/b/one": b"1", "a/b/two.v": b"2"}
    assert paths == [tmp_path / "a" / "b" / "one", tmp_path / "a" / "b" / "two.v"]


def test_files_are_replaced_and_their_neighbours_stay(tmp_path):
    (tmp_path / "one").write_bytes(b"old")
    (tmp_path / "mine").write_bytes(b"mine")
    write_atomically(tmp_path, {"one": b"new"})
    assert listing(tmp_path) == {"one": b"new", "mine": b"mine"}


def test_files_have_the_permissions_that_any_new_file_has(tmp_path):
    (tmp_path / "plain").write_bytes(b"")
    write_atomically(tmp_path, {"one": b"1"})
    assert stat.S_IMODE((tmp_path / "one").stat().st_mode) == stat.S_IMODE((tmp_path / "plain").stat().st_mode)


def test_a_link_is_replaced_and_what_it_points_to_stays(tmp_path):
    (tmp_path / "elsewhere").write_bytes(b"precious")
    (tmp_path / "one").symlink_to(tmp_path / "elsewhere")
    write_atomically(tmp_path, {"one": b"new"})
    assert not (tmp_path / "one").is_symlink()
    assert listing(tmp_path) == {"one": b"new", "elsewhere": b"precious"}


def test_a_file_in_place_of_the_directory_is_named(tmp_path):
    (tmp_path / "file").write_bytes(b"mine")
    for target in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(UserError) as error:
            write_atomically(target, {"one": b"1"})
        assert str(error.value) == f"cannot write into {target}: {tmp_path / 'file'} is not a directory"
    assert listing(tmp_path) == {"file": b"mine"}


def test_a_directory_in_place_of_a_file_is_named_and_no_file_changes(tmp_path):
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "inside").write_bytes(b"mine")
    (tmp_path / "one").write_bytes(b"old")
    before = listing(tmp_path)
    with pytest.raises(UserError, match=r"two: a directory is in its place$"):
        write_atomically(tmp_path, {"zero": b"0", "one": b"1", "two": b"2"})
    assert listing(tmp_path) == before


def test_a_file_that_a_program_writes_appears_when_it_is_whole(tmp_path):
    with appearing(tmp_path / "new" / "waves.vcd") as place:
        place.write_text("whole")
        assert not (tmp_path / "new" / "waves.vcd").exists()
    assert listing(tmp_path) == {"new": None, "new/waves.vcd": b"whole"}
    with appearing(tmp_path / "new" / "other.vcd", is_wanted=False) as place:
        place.write_text("for a while")
    assert listing(tmp_path) == {"new": None, "new/waves.vcd": b"whole"}


def test_a_file_that_a_program_was_writing_when_something_failed_leaves_nothing(tmp_path):
    def write():
        with appearing(tmp_path / "new" / "waves.vcd") as place:
            place.write_text("a part")
            raise BrokenPipeError(errno.EPIPE, "the reader of the output is gone")

    with pytest.raises(BrokenPipeError):
        write()
    assert listing(tmp_path) == {}


def test_a_disk_that_fills_up_under_a_program_that_does_not_say_so_is_found(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    line = f"^cannot write {tmp_path}/new/waves.vcd: No space left on device$"
    with pytest.raises(UserError, match=line), appearing(tmp_path / "new" / "waves.vcd") as place:
        place.write_text("a part")
    assert listing(tmp_path) == {}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
def test_whether_there_is_room_is_tried_and_a_file_stays_as_it_is(tmp_path):
    (tmp_path / "file").write_text("as it is")
    check_room(tmp_path / "file")
    assert listing(tmp_path) == {"file": b"as it is"}
    with pytest.raises(OSError, match="No space left on device"):
        check_room(Path("/dev/full"))


def test_an_empty_name_of_a_directory_is_an_error():
    with pytest.raises(UserError, match="empty name"):
        write_atomically("", {"one": b"1"})


def test_a_folder_is_found_to_be_writable_or_not_before_the_work_and_nothing_is_left(tmp_path):
    (tmp_path / "file").write_bytes(b"mine")
    check_folder(tmp_path)
    check_folder(tmp_path / "new" / "deep")
    for target in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(UserError) as error:
            check_folder(target)
        assert str(error.value) == f"cannot write into {target}: {tmp_path / 'file'} is not a directory"
    with pytest.raises(UserError, match="empty name"):
        check_folder("")
    with pytest.raises(UserError, match=r"^cannot write /proc/new: "):
        check_folder("/proc/new")  # nobody's permission says so, root's least of all
    assert listing(tmp_path) == {"file": b"mine"}


def test_a_directory_without_permission_is_named(unprivileged):
    (unprivileged / "closed").mkdir(mode=0o555)
    for target in (unprivileged / "closed", unprivileged / "closed" / "new" / "deep"):
        with pytest.raises(UserError) as error:
            write_atomically(target, {"one": b"1"})
        assert str(error.value) == f"cannot write {target}: Permission denied"
        with pytest.raises(UserError, match="Permission denied"):
            check_folder(target)
    assert listing(unprivileged) == {"closed": None}


def test_a_disk_that_fills_up_leaves_what_was_there(tmp_path, environment):
    """The limit on a file's size stands in for the full disk: the write fails half way."""
    (tmp_path / "one").write_bytes(b"old")
    script = (
        "import resource, sys\n"
        "from utrap.command_line.files import write_atomically\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "write_atomically(sys.argv[1], {'one': b'new', 'two': b'2' * 5000})"
    )
    command = [sys.executable, "-B", "-c", script, tmp_path]  # -B: no compiled file is cut short
    result = subprocess.run(command, env=environment(), capture_output=True, text=True)
    assert f"UserError: cannot write {tmp_path / 'two'}: File too large" in result.stderr
    assert listing(tmp_path) == {"one": b"old"}


@pytest.mark.parametrize("links", [True, False], ids=["hard links", "no hard links"])
@pytest.mark.parametrize("fails", [0, 1, 2])
@pytest.mark.parametrize("failure", [OSError(errno.EIO, "Input/output error"), KeyboardInterrupt()])
def test_a_rename_that_fails_takes_the_earlier_ones_back(tmp_path, monkeypatch, failure, fails, links):
    (tmp_path / "one").write_bytes(b"old")
    (tmp_path / "three").write_bytes(b"old")
    before = listing(tmp_path)
    replace = os.replace
    renamed: list[str] = []

    def failing_replace(source, target):
        if os.path.basename(source).startswith("new "):
            if len(renamed) == fails:
                raise failure
            renamed.append(target)
        replace(source, target)

    def no_links(*_, **__):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "replace", failing_replace)
    if not links:
        monkeypatch.setattr(os, "link", no_links)
    expected = UserError if isinstance(failure, OSError) else KeyboardInterrupt
    with pytest.raises(expected):
        write_atomically(tmp_path, {"one": b"1", "two": b"2", "three": b"3"})
    assert len(renamed) == fails
    assert listing(tmp_path) == before


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/a"])
def test_only_plain_names_are_taken(tmp_path, name):
    with pytest.raises(ValueError, match="plain name"):
        write_atomically(tmp_path, {name: b""})


@pytest.mark.parametrize(
    "command",
    [
        "generate -o", "timeline missing.vcd -o", "waves uart-both -o", "regress --steps 1 -o", "run hypervisor -o",
        "exits -o", "linux -o", "integrate ibex -o", "prove routing --cache", "faults -o", "mutate -o",
    ],
)  # fmt: skip
def test_every_command_finds_before_the_work_that_its_folder_cannot_be_written(run, command):
    start = time.monotonic()
    result = run(*command.split(), "/proc/new")
    assert (result.status, result.out) == (2, "")
    assert re.fullmatch("utrap: cannot write /proc/new: [A-Z][a-z ]+\n", result.err)
    assert time.monotonic() - start < 10  # no simulator was built, nothing proved
