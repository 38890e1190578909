"""What a bench saw is read from its file, whether its simulator knows unknown bits or not."""

from utrap_sim.simulators.played import FOUR_STATES, STIMULI, TWO_STATES, Seen, read_observed, write_stimuli


def test_a_cycle_of_stimuli_is_whole_bytes_the_highest_first(tmp_path):
    write_stimuli(tmp_path, 12, [0xABC, 1])
    assert (tmp_path / STIMULI).read_bytes() == bytes([0x0A, 0xBC, 0, 1])


def test_without_unknown_bits_a_cycle_is_its_words(tmp_path):
    (tmp_path / TWO_STATES).write_bytes((0x5_0000_0001).to_bytes(8, "little") + (7).to_bytes(8, "little"))
    assert read_observed(tmp_path, 36) == [Seen(0x5_0000_0001, 0), Seen(7, 0)]


def test_of_each_word_the_unknown_bits_follow_and_are_shown_digit_by_digit(tmp_path):
    words = (0x1234, 0x0000), (0x5, 0x4), (0xFFFF, 0x0100), (0, 0)
    data = b"".join(bits.to_bytes(4, "little") + unknown.to_bytes(4, "little") for bits, unknown in words)
    (tmp_path / FOUR_STATES).write_bytes(data)
    first, second = read_observed(tmp_path, 36)
    assert first == Seen(0x5_0000_1234, 0x4_0000_0000)
    assert first.text(9) == "x00001234"
    assert second.text(9) == "00000fxff"
