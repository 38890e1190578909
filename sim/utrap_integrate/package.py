"""The installed package that holds a core's sources."""

from __future__ import annotations

from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from utrap.command_line.errors import UserError

from .core import Package

__all__ = ["find_sources"]


def find_sources(package: Package) -> Path:
    """The folder of the sources.

    Raises:
        UserError: When the package is missing or of another version than the one that was tried.
    """
    wanted = f"{package.distribution}=={package.version}"
    try:
        version = metadata.version(package.distribution)
    except metadata.PackageNotFoundError:
        raise UserError(f"the core's sources are in the Python package {wanted}, which is not installed:"
                        f" pip install {wanted}") from None  # fmt: skip
    if version != package.version:
        raise UserError(f"{package.distribution} is installed in version {version}, and the adapter was written for"
                        f" {package.version}: pip install {wanted}")  # fmt: skip
    spec = find_spec(package.module)
    folder = Path(spec.origin).parent / package.folder if spec is not None and spec.origin else None
    if folder is None or not folder.is_dir():
        raise UserError(f"{wanted} is installed without its folder {package.folder}: pip install --force-reinstall"
                        f" {wanted}")  # fmt: skip
    return folder
