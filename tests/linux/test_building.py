"""What is missing is one line that names it and says what to do, before anything is built."""

import os
import shutil
from collections import namedtuple

import pytest

from utrap.command_line.errors import UserError
from utrap_linux import building
from utrap_linux.packages import Package

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def source(monkeypatch, tmp_path):
    """A place for builds, and sources that cannot be unpacked."""
    tar = tmp_path / "bin" / "tar"
    tar.parent.mkdir()
    tar.write_text("#!/bin/sh\necho tar: this is no archive\nexit 2\n")
    tar.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tar.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("UTRAP_SIM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(building, "_SOURCE", tmp_path / "source.tar.xz")
    (tmp_path / "source.tar.xz").write_bytes(b"no archive")
    return tmp_path / "cache"


def test_missing_packages_are_told_with_the_command_that_installs_all_of_them(monkeypatch):
    wanted = [Package("make", "make"), Package("one", "no-such-command"), Package("two", "/no/such/file")]
    monkeypatch.setattr(building, "read_packages", lambda _: wanted)
    with pytest.raises(UserError, match=r"^no-such-command is missing: apt-get install one two \(or make linux"):
        building.check()


def test_without_a_checkout_there_is_nothing_to_build(monkeypatch, tmp_path):
    monkeypatch.setattr(building, "EXAMPLE", tmp_path / "linux")
    with pytest.raises(UserError, match="utrap linux needs a checkout"):
        building.check()


def test_a_disk_without_room_is_told_before_the_build(monkeypatch, source):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(9 << 30, 8 << 30, 1 << 30))
    with pytest.raises(UserError, match=r"has 1,024 MiB of room, .* 3,072 .*; UTRAP_SIM_CACHE names another place"):
        building.build_kernel(lambda _: None)
    assert list(source.iterdir()) == []


def test_a_build_that_fails_names_its_log_and_leaves_nothing_else(source):
    with pytest.raises(UserError) as raised:
        building.build_kernel(lambda _: None)
    (left,) = source.iterdir()
    assert left.suffix == ".log"
    assert str(raised.value) == f"the kernel's build failed: tar: this is no archive; all of it is in {left}"


def test_another_source_module_or_configuration_is_another_kernel(monkeypatch, source, tmp_path):
    first = building._fingerprint()
    (tmp_path / "source.tar.xz").write_bytes(b"another")
    second = building._fingerprint()
    example = tmp_path / "linux"
    shutil.copytree(building.EXAMPLE, example)
    (example / "module" / "shudeleg.c").write_text("// changed")
    monkeypatch.setattr(building, "EXAMPLE", example)
    assert len({first, second, building._fingerprint()}) == 3
