"""Programs made on the spot."""

import pytest

from . import elf


@pytest.fixture
def program(tmp_path):
    """An executable with these instruction words; gives its path."""

    def program(*words, name="program.elf", **options):
        path = tmp_path / name
        path.write_bytes(elf.elf(elf.code(words), **options))
        return path

    return program
