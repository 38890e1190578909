"""The same recording is the same timeline, however it is written."""

import subprocess

import pytest
from hypothesis import HealthCheck, given, settings

from utrap.command_line.errors import UserError
from utrap_show.timeline import read_timeline
from utrap_show.timeline.document import document
from utrap_show.timeline.event import Kind
from utrap_show.timeline.picture import svg
from utrap_show.waveform import changes, choose_scope, number, open_recording, samples

from .dialects import Dialect, dialects, written

LOOSE = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def told(path):
    """What does not depend on the file's name and time scale."""
    timeline = read_timeline(path, "the recording")
    said = dict(document(timeline))
    scale = said.pop("timescale")
    return {**said, "source": ""}, svg(timeline).replace(path.name, "") if scale["unit"] else None, timeline.waves


@pytest.fixture
def plain(tmp_path):
    path = tmp_path / "plain.vcd"
    path.write_text(written(Dialect()))
    return path


def test_the_recording_has_what_it_is_meant_to_have(plain):
    events = read_timeline(plain).events
    assert [(e.time, e.kind, e.cause) for e in events] == [
        (25, Kind.EXCEPTION, 8), (45, Kind.MRET, None), (65, Kind.RESET, None),
    ]  # fmt: skip
    assert (events[0].epc, events[1].from_mode.name) == (1 << 63 | 5, "M")


@LOOSE
@given(dialect=dialects)
def test_the_same_recording_is_the_same_timeline_in_every_dialect(plain, tmp_path, dialect):
    path = tmp_path / "dialects" / "plain.vcd"
    path.parent.mkdir(exist_ok=True)
    path.write_text(written(dialect), newline="")
    document, picture, waves = told(plain)
    assert told(path) == (document, picture if dialect.has_timescale else None, waves)


@settings(LOOSE, max_examples=4)
@given(dialect=dialects)
@pytest.mark.parametrize("chunk", [1, 5, 37])
def test_a_dialect_is_read_in_pieces_of_any_size(tmp_path, dialect, chunk):
    path = tmp_path / "dialects" / "plain.vcd"
    path.parent.mkdir(exist_ok=True)
    path.write_text(written(dialect), newline="")
    whole = told(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changes, "_CHUNK", chunk)
        assert told(path) == whole


@pytest.fixture
def fst(needs, plain):
    """The recording as FST, which GTKWave's program writes."""
    needs("vcd2fst")
    path = plain.with_suffix(".fst")
    subprocess.run(["vcd2fst", plain, path], check=True, capture_output=True)
    return path


def test_fst_tells_the_same(plain, fst):
    assert told(fst) == told(plain)


@pytest.mark.parametrize("seed", range(8))
def test_a_damaged_fst_file_is_read_or_one_line(fst, seed):
    """Some of them end pywellen's process."""
    data = bytearray(fst.read_bytes())
    data[40 + seed * (len(data) - 50) // 8] ^= 0xFF
    fst.write_bytes(data if seed % 2 else data[: len(data) * seed // 8 + 40])
    try:
        told(fst)
    except UserError as error:
        said = str(error)
    else:
        said = "plain.fst"
    assert "plain.fst" in said
    assert "\n" not in said


def test_the_reading_serves_others_than_the_trace_port(plain):
    with open_recording(plain) as recording:
        scope = choose_scope(recording, ("clk", "mepc"), "register")
        values = [number(sample.values["mepc"]) for sample in samples(recording, scope, "clk", ["mepc", "rst"])]
    assert values == [None, 0, 0, 1 << 63 | 5, 1 << 63 | 5, 0x100, 0x100, 0x100, 0x100]


def test_what_was_not_recorded_is_said(plain):
    text = plain.read_text()
    plain.write_text(text.replace("#20\n", "#18\n$dumpoff x! $end\n#19\n$dumpon 1! $end\n#20\n") + "#90")
    assert "recording was switched off once ($dumpoff): what happened then is not known" in read_timeline(plain).notes
    assert "the file ends without an end of line: it may be cut off" in read_timeline(plain).notes
