"""Many fields in one vector."""

import pytest

from utrap_testbench.boundary import Layout, UnknownBits

LAYOUT = Layout([("a", 3), ("b", 8), ("c", 1), ("d", 13)])


def test_what_is_packed_is_unpacked():
    values = {"a": 5, "b": 0xC3, "c": 1, "d": 0x1234}
    assert LAYOUT.unpack(f"{LAYOUT.pack(values):0{LAYOUT.digits}x}") == values


def test_a_field_starts_at_a_digit_and_an_absent_one_is_0():
    assert [LAYOUT.offset[field.name] % 4 for field in LAYOUT.fields] == [0, 0, 0, 0]
    assert LAYOUT.width == 4 + 8 + 4 + 16
    assert LAYOUT.unpack(f"{LAYOUT.pack({'c': 1}):0{LAYOUT.digits}x}") == {"a": 0, "b": 0, "c": 1, "d": 0}


@pytest.mark.parametrize("digit", "xXzZ")
def test_a_digit_that_is_no_number_names_its_field(digit):
    with pytest.raises(UnknownBits, match=rf"^b is c{digit}$"):
        LAYOUT.unpack(f"12341c{digit}5")
    with pytest.raises(UnknownBits, match=r"^a is missing$"):
        LAYOUT.unpack("12341c5")
