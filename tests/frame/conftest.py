"""A plug-in with commands that do what the tests of the command line need done."""

from collections.abc import Callable
from pathlib import Path

import pytest

METADATA = "Metadata-Version: 2.1\nName: utrap-plugin\nVersion: 1.0\n"
ENTRY_POINTS = "[utrap.commands]\nplugin = utrap_plugin\n"


@pytest.fixture
def plugin(tmp_path: Path) -> Callable[..., list[Path]]:
    """Install commands (name -> source) as another distribution would: returns the path for `utrap`."""

    def plugin(**commands: str) -> list[Path]:
        package, info = tmp_path / "site" / "utrap_plugin", tmp_path / "site" / "utrap_plugin-1.0.dist-info"
        package.mkdir(parents=True)
        info.mkdir()
        (info / "METADATA").write_text(METADATA)
        (info / "entry_points.txt").write_text(ENTRY_POINTS)
        (package / "__init__.py").write_text("")
        for name, source in commands.items():
            (package / f"{name}.py").write_text(source)
        return [tmp_path / "site"]

    return plugin
