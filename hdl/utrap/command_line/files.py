"""Files that appear whole or not at all, a whole set of them at a time."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from utrap.command_line.errors import UserError


def write_atomically(directory: str | os.PathLike[str], files: Mapping[str, bytes]) -> list[Path]:
    """Write `files` (plain name -> content) into `directory`, and return their paths.

    The directory is made, with its parents, where it is missing. All files are written to a hidden
    folder inside it first and flushed to the disk, then renamed into place; if a rename fails the
    earlier ones are taken back. So a full disk, a missing permission or Ctrl-C leaves what was there
    before: no part of a file, no new folder, not one new file beside an old one. (A power failure
    between two renames can leave a mixed set; each file of it is whole.)

    A target that is a symbolic link is replaced, not followed. What cannot be done is a UserError.
    """
    directory = _named(directory)
    for name in files:
        if name in ("", "..") or Path(name).name != name:
            raise ValueError(f"{name!r} is not the plain name of a file")
    with (
        _made(directory),
        _blamed_on(directory),
        TemporaryDirectory(prefix=".utrap-", dir=directory) as hidden,
    ):
        for name, content in files.items():
            with _blamed_on(directory / name):
                _write(Path(hidden, "new " + name), content)
        _rename_all(directory, list(files), Path(hidden))
    return [directory / name for name in files]


def check_folder(directory: str | os.PathLike[str]) -> None:
    """Find out before the work whether files can be written into `directory`, which need not exist; leaves nothing.

    What can be made there is not known by permissions alone (a read-only disk, a superuser), so a
    hidden folder is made and taken away, in the nearest folder that exists. What cannot be done is a
    UserError, as `write_atomically` would raise it after the work.
    """
    directory = _named(directory)
    with _blamed_on(directory):
        _check_parents(directory)
        there = next(path for path in (directory, *directory.parents) if path.exists())
        with TemporaryDirectory(prefix=".utrap-", dir=there):
            pass


@contextmanager
def appearing(path: Path, is_wanted: bool = True) -> Iterator[Path]:
    """A hidden place for a file that another program writes, which has its name when it is whole; or never has.

    What cannot be done is a UserError, and leaves nothing; so is a disk that fills up under the program.

    Args:
        path: Where it is to be. Its folder is made where it is missing.
        is_wanted: Whether it is to be there at all, and not just while this lasts.
    """
    with _made(path.parent), ExitStack() as stack:
        with _blamed_on(path.parent):
            hidden = stack.enter_context(TemporaryDirectory(prefix=".utrap-", dir=path.parent))
        new = Path(hidden).absolute() / path.name
        yield new
        with _blamed_on(path):
            check_room(new)
            if is_wanted:
                os.replace(new, path)


def check_room(path: Path) -> None:
    """Find out whether the disk filled up while another program wrote a file: simulators do not say so.

    Raises:
        OSError: There is no room for more of it; then it may have been cut short.
    """
    with path.open("r+b", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        more = memoryview(bytes(max(os.fstatvfs(file.fileno()).f_bsize, 1 << 12)))
        try:
            while more:
                more = more[file.write(more) :]
            os.fsync(file.fileno())
        finally:
            with suppress(OSError):
                file.truncate(size)


def _named(directory: str | os.PathLike[str]) -> Path:
    if not os.fspath(directory):
        raise UserError("cannot write into a directory with an empty name")
    return Path(directory)


def _check_parents(directory: Path) -> None:
    for path in (directory, *directory.parents):
        if path.exists() and not path.is_dir():
            raise UserError(f"cannot write into {directory}: {path} is not a directory")


@contextmanager
def _made(directory: Path) -> Iterator[None]:
    """The directory exists inside; those that had to be made are gone again if that fails."""
    with _blamed_on(directory):
        _check_parents(directory)
        missing = [path for path in (directory, *directory.parents) if not path.exists()]
    try:
        with _blamed_on(directory):
            directory.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for path in missing:
            with suppress(OSError):  # never made, or another program has put something into it
                path.rmdir()
        raise


@contextmanager
def _blamed_on(path: Path) -> Iterator[None]:
    """The operating system's refusal becomes one line about the file that the user asked for."""
    try:
        yield
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}") from error


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())  # some file systems report a full disk only here


def _rename_all(directory: Path, names: list[str], hidden: Path) -> None:
    """Move "new NAME" to NAME for every name, or none of them."""
    started: list[str] = []
    try:
        for name in names:
            target, new, old = directory / name, hidden / ("new " + name), hidden / ("old " + name)
            if target.is_dir():
                raise UserError(f"cannot write {target}: a directory is in its place")
            with _blamed_on(target):
                started.append(name)
                _keep(target, old)
                os.replace(new, target)
    except BaseException:
        for name in started:
            if os.path.lexists(hidden / ("old " + name)):
                os.replace(hidden / ("old " + name), directory / name)
            elif not os.path.lexists(hidden / ("new " + name)):
                (directory / name).unlink()
        raise


def _keep(target: Path, old: Path) -> None:
    """A second name for what is there now, if anything is."""
    if os.path.lexists(target):
        try:
            os.link(target, old, follow_symlinks=False)
        except OSError:  # a file system without hard links
            os.replace(target, old)
