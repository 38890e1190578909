"""The archive of the first files is one that another reader of the format understands."""

import stat

from utrap_linux.initrd import archive

ALIGNED, HEADER = 4, 110


def members(content):
    """Name to mode, device and contents, by the format's description: 13 numbers of 8 digits behind a magic number."""
    found: dict[str, tuple[int, tuple[int, int], bytes]] = {}
    place = 0
    while True:
        assert place % ALIGNED == 0
        header = content[place : place + HEADER]
        assert header[:6] == b"070701"
        numbers = [int(header[6 + 8 * n : 14 + 8 * n], 16) for n in range(13)]
        mode, size, device, length = numbers[1], numbers[6], (numbers[9], numbers[10]), numbers[11]
        name = content[place + HEADER : place + HEADER + length]
        assert name.endswith(b"\0")
        start = place + HEADER + length + -(HEADER + length) % ALIGNED
        if name == b"TRAILER!!!\0":
            return found
        found[name[:-1].decode()] = (mode, device, content[start : start + size])
        place = start + size + -size % ALIGNED


def test_the_archive_has_the_files_and_a_console():
    found = members(archive({"/init": b"abcde", "/shudeleg.ko": b""}))
    assert list(found) == ["dev", "dev/console", "init", "shudeleg.ko"]
    assert stat.S_ISDIR(found["dev"][0])
    assert stat.S_ISCHR(found["dev/console"][0])
    assert found["dev/console"][1] == (5, 1)
    assert found["init"][0] & stat.S_IXUSR
    assert found["init"][2] == b"abcde"
    assert found["shudeleg.ko"][2] == b""
