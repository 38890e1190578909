"""What Linux finds as its first files: an archive in the format `newc` of cpio, with a console and the files given.

python -m utrap_linux.initrd ARCHIVE /init=FILE ...
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

__all__ = ["archive"]

_DIRECTORY, _CHARACTER, _REGULAR = 0o040755, 0o020600, 0o100755
#: The device /dev/console, where init's output goes.
_CONSOLE = (5, 1)
_NUMBERS = 13


def archive(files: Mapping[str, bytes]) -> bytes:
    """The archive with these files by their absolute paths, /dev and /dev/console."""
    entries = [("dev", _DIRECTORY, b"", (0, 0)), ("dev/console", _CHARACTER, b"", _CONSOLE)]
    entries += [(path.lstrip("/"), _REGULAR, content, (0, 0)) for path, content in files.items()]
    parts = [
        _entry(number, name, mode, content, device)
        for number, (name, mode, content, device) in enumerate([*entries, ("TRAILER!!!", 0, b"", (0, 0))], 1)
    ]
    return b"".join(parts)


def _entry(number: int, name: str, mode: int, content: bytes, device: tuple[int, int]) -> bytes:
    """A header of 13 numbers in hexadecimal, the name, the content; the last two padded to multiples of 4."""
    written = name.encode() + b"\0"
    #           inode   mode  uid gid links time  size
    numbers = [number, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(written), 0]
    assert len(numbers) == _NUMBERS
    header = b"070701" + "".join(f"{value:08X}" for value in numbers).encode()
    return _padded(header + written) + _padded(content)


def _padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % 4)


def main(arguments: list[str]) -> None:
    """Write the archive."""
    target, *named = arguments
    pairs = [pair.split("=", 1) for pair in named]
    Path(target).write_bytes(archive({path: Path(file).read_bytes() for path, file in pairs}))


if __name__ == "__main__":
    main(sys.argv[1:])
