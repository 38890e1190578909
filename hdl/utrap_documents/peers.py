"""The CSR files of other cores, cut out of a checkout of theirs, so that they can be measured beside the unit."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from utrap.command_line.errors import UserError
from utrap.verilog.yosys import YosysError, run_yosys
from utrap_documents.clock import Pin

__all__ = ["Peer", "cva6", "hazard3", "pins", "read_flist", "stub"]

_RTLIL = "peer.il"
#: What makes constants of the bits of registers that no write changes, as the unit has none: first a cell for each bit.
_CONSTANTS = ("proc", "simplemap t:$and t:$or t:$not t:$*dff*", "opt -full -fine")


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A module of another core.

    Attributes:
        title: The core, the module and how it is configured.
        commit: What the checkout has checked out; "" where git does not tell.
        top: The module.
        clocks: Its clocks.
        rtlil: The module, as Yosys writes it.
    """

    title: str
    commit: str
    top: str
    clocks: tuple[str, ...]
    rtlil: str

    @property
    def read(self) -> list[str]:
        """Yosys's commands that read it."""
        return [f"read_rtlil {_RTLIL}"]

    @property
    def inputs(self) -> dict[str, str]:
        """The files that they name."""
        return {_RTLIL: self.rtlil}


def pins(peer: Peer) -> list[Pin]:
    """The ports of a peer, without its clocks."""
    written = run_yosys([*peer.read, "write_json ports.json"], peer.inputs, "ports.json", allows_warnings=True)
    ports = json.loads(written)["modules"][peer.top]["ports"].items()
    return [
        Pin(name=name, direction=port["direction"], width=len(port["bits"]))
        for name, port in ports
        if name not in peer.clocks
    ]


def hazard3(folder: Path) -> Peer:
    """Hazard3's CSR file with M and U.

    Raises:
        UserError: The folder is no checkout of Hazard3, or Yosys cannot read it.
    """
    home = _inside(folder, "Hazard3", "hdl/hazard3_csr.v").parent
    top = "hazard3_csr"
    return Peer(
        title=f"Hazard3, {top}, U_MODE=1",
        commit=_commit(folder),
        top=top,
        clocks=("clk", "clk_always_on"),
        rtlil=_cut_out(
            "Hazard3",
            folder,
            [f"read_verilog {top}.v", f"hierarchy -top {top} -chparam U_MODE 1", f"rename -top {top}"],
            {path.name: _text(path) for path in home.glob("hazard3_*.v*")},
        ),
    )


#: What CVA6's list names and the CSR file does without: submodules of the checkout, which need not be there, and
#: what needs them.
_SUBMODULES = ("/core/cvfpu/", "hpdcache", "${HPDCACHE_DIR}")


def cva6(folder: Path, configuration: str) -> Peer:
    """CVA6's CSR file, without PMP entries.

    Args:
        folder: A checkout, with or without its submodules: none of them is used.
        configuration: A package of CVA6's, without _config_pkg.

    Raises:
        UserError: The folder is no checkout of CVA6, or Yosys cannot read it.
    """
    flist = _inside(folder, "CVA6", "core/Flist.cva6")
    root = folder.resolve()
    files, include = read_flist(flist, {"CVA6_REPO_DIR": str(root), "TARGET_CFG": configuration}, _SUBMODULES)
    package, fpu = root / f"core/include/{configuration}_config_pkg.sv", root / "core/fpu_wrap.sv"
    made = {package: _without_pmp(package), fpu: stub(fpu, "fpu_wrap")}
    # A file of commands may have paths with spaces in it.
    words = [f'-I "{path}"' for path in include]
    words += [path.name if path in made else f'"{path}"' for path in files]
    top = "csr_regfile"
    return Peer(
        title=f"CVA6, {top}, {configuration}, NrPMPEntries=0",
        commit=_commit(folder),
        top=top,
        clocks=("clk_i",),
        rtlil=_cut_out(
            "CVA6",
            folder,
            [
                "read_slang --keep-hierarchy --top cva6 -f core.f",
                f"hierarchy -top {top}$cva6.{top}_i",
                f"rename -top {top}",
                # The trace for a testbench is wires of registers, thousands of them.
                f"delete -output {top}/w:rvfi_csr_o",
            ],
            {"core.f": "\n".join(words), **{path.name: text for path, text in made.items()}},
        ),
    )


def read_flist(path: Path, variables: Mapping[str, str], left_out: Iterable[str]) -> tuple[list[Path], list[Path]]:
    """Read a list of files for a compiler: paths and `+incdir+`, with `${VARIABLE}` and comments.

    Args:
        path: The list.
        variables: What it may name.
        left_out: A line with one of these in it is passed over.

    Returns:
        The files in their order, and the folders for `include`.

    Raises:
        UserError: The list cannot be read, has another option or variable, or names a file that is missing.
    """
    files: list[Path] = []
    include: list[Path] = []
    for number, written in enumerate(_text(path).splitlines(), 1):
        line = written.partition("//")[0].strip()
        if not line or any(part in line for part in left_out):
            continue
        try:
            word = Template(line).substitute(variables)
        except (KeyError, ValueError) as error:
            raise UserError(f"{path}, line {number}: {line!r} has a variable that is not known here") from error
        if word.startswith("+incdir+"):
            include.append(Path(word.removeprefix("+incdir+")))
        elif word.startswith(("+", "-")):
            raise UserError(f"{path}, line {number}: {line!r} is an option that is not known here")
        elif not Path(word).is_file():
            raise UserError(f"{path}, line {number}: {word} is missing: give a whole checkout")
        else:
            files.append(Path(word))
    return files, include


def stub(path: Path, module: str) -> str:
    """A module of a file with its parameters and ports and nothing in it.

    Raises:
        UserError: The file cannot be read, or has no such module.
    """
    head = re.search(rf"^\s*module\s+{module}\b.*?\)\s*;", _text(path), re.MULTILINE | re.DOTALL)
    if head is None:
        raise UserError(f"{path} has no module {module} with a list of ports")
    return f"{head[0]}\nendmodule\n"


def _without_pmp(path: Path) -> str:
    text, count = re.subn(r"(\bCVA6ConfigNrPMPEntries\s*=\s*)\d+", r"\g<1>0", _text(path))
    if count != 1:
        raise UserError(f"{path} sets CVA6ConfigNrPMPEntries in {count} places, and must in one")
    return text


def _inside(folder: Path, core: str, name: str) -> Path:
    """A file of a checkout by which it is known."""
    path = folder / name
    if not path.is_file():
        raise UserError(f"{folder} is no checkout of {core}: it has no {name}")
    return path


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UserError(f"cannot read {path}: {reason}") from error


def _cut_out(core: str, folder: Path, passes: list[str], inputs: Mapping[str, str]) -> str:
    """The one module that is left, as RTLIL."""
    try:
        return run_yosys([*passes, *_CONSTANTS, f"write_rtlil {_RTLIL}"], inputs, _RTLIL, allows_warnings=True)
    except YosysError as error:
        reason = next((line for line in str(error).splitlines() if line.startswith("ERROR")), str(error))
        raise UserError(f"Yosys cannot read {core} in {folder}: {reason}") from error


def _commit(folder: Path) -> str:
    """What git says of the folder itself, and not of one that it lies in."""
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.resolve().parent)}
    command = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, env=environment)
    except FileNotFoundError:
        return ""
    return told.stdout.strip() if told.returncode == 0 else ""
