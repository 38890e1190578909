"""What the properties know of the manual by themselves: which CSRs a hart has."""

from utrap.command_line.options import make_config
from utrap_formal.properties.manual import exists


def test_sstateen_has_no_upper_half():
    """norm:stateen_rv32_upper_bits_csrs: mstateen and hstateen have."""
    assert [level for level in "mhs" if exists(f"{level}stateen0h", make_config("max", 32))] == ["m", "h"]
