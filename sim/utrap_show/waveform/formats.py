"""What a file is by its first bytes, and what to do with one that is no VCD and no FST."""

from __future__ import annotations

import re
from pathlib import Path

from utrap.command_line.errors import UserError

__all__ = ["is_fst"]

_FST = (b"\x00\x00\x00\x00\x00\x00\x00\x01\x49", b"\xfe\x00\x00\x00")
_MAGIC = (
    (b"\x1f\x8b", "is compressed with gzip: decompress it first, as in: utrap timeline <(gunzip -c FILE)"),
    (b"BZh", "is compressed with bzip2: decompress it first, as in: utrap timeline <(bunzip2 -c FILE)"),
    (b"\xfd7zXZ", "is compressed with xz: decompress it first, as in: utrap timeline <(xz -dc FILE)"),
    (b"\x28\xb5\x2f\xfd", "is compressed with zstd: decompress it first, as in: utrap timeline <(zstd -dc FILE)"),
    (b"PK\x03\x04", "is a ZIP file: unpack it first"),
    (b"GHDLwave", "is a GHW file, GHDL's own: record VCD or FST instead"),
)
#: Formats that are known to their makers alone, by the end of the name.
_OWN = {
    ".fsdb": "is by its name an FSDB file: convert it with fsdb2vcd first",
    ".vpd": "is by its name a VPD file: convert it with vpd2vcd first",
    ".wlf": "is by its name a WLF file: convert it with wlf2vcd first",
    ".trn": "is by its name a SimVision database: convert it with simvisdbutil first",
    ".lxt": "is by its name an LXT file: record VCD or FST instead",
    ".vzt": "is by its name a VZT file: record VCD or FST instead",
}


def is_fst(path: Path, data: bytes) -> bool:
    """Whether a file that begins so is FST rather than VCD.

    Raises:
        UserError: When it is neither.
    """
    if not data:
        raise UserError(f"{path} is empty")
    if data.startswith(_FST):
        return True
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise UserError(f"{path} {what}")
    if b"\0" in data or not re.match(rb"\s*\$[a-z]+\s", data):
        what = "is not a VCD file: it does not begin with a declaration like $date or $timescale"
        raise UserError(f"{path} {_OWN.get(path.suffix.lower(), what)}")
    return False
