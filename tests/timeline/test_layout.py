"""Where the picture puts things: nothing touches, nothing is missing, time only goes to the right."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utrap.isa import Mode
from utrap_show.timeline import Event, Timeline
from utrap_show.timeline.event import Kind
from utrap_show.timeline.layout import Line, lay_out
from utrap_show.timeline.page import html
from utrap_show.timeline.picture import svg

LANES = (Mode.M, Mode.S, Mode.U, Mode.VS, Mode.VU)
WIDTH = 900.0
ARROW = 7.0


@st.composite
def timelines(draw):
    """Harts that run about, quickly and slowly."""
    cycle, mode, events = draw(st.integers(0, 30)), draw(st.sampled_from(LANES)), []
    start = mode
    for _ in range(draw(st.integers(0, 25))):
        kind = draw(st.sampled_from([*Kind]))
        to_mode = mode if kind.is_access else draw(st.sampled_from(LANES))
        cause = draw(st.integers(0, 24)) if kind.is_trap else None
        gpa = draw(st.integers(0, 1 << 50)) if cause in (20, 21, 23) else None
        events.append(Event(cycle=cycle, time=cycle, kind=kind, from_mode=mode, to_mode=to_mode, cause=cause, gpa=gpa))
        cycle, mode = cycle + draw(st.sampled_from([1, 1, 2, 3, 10, 16, 17, 18, 500, 100_000])), to_mode
    return timeline(events, cycle + 1, start)


def timeline(events, cycles, start=Mode.M, limit=200):
    return Timeline(
        title="", source="", scope="", xlen=64, has_h=True, modes=LANES, cycles=cycles, first=0, end=cycles,
        magnitude=1, unit="ns", period=1, start=start, events=tuple(events), limit=limit,
    )  # fmt: skip


def crossed(placed):
    """The gaps that an event's arrow goes through; a loop is above its lane."""
    low, high = sorted((placed.start, placed.end))
    return range(low + (low != high), high + 1)


def problems(line: Line) -> list[str]:
    """What touches what."""
    found = []
    for placed, following in pairwise(line.events):
        if following.x <= placed.x:
            found.append(f"{following.number} is not right of {placed.number}")
    for placed in line.events:
        if placed.label is None:
            continue
        right = placed.x + ARROW + placed.label.width
        if right > line.width:
            found.append(f"the words of {placed.number} leave the line")
        if placed.label.gap not in crossed(placed):
            found.append(f"the words of {placed.number} are not at its arrow")
        for other in line.events:
            if (
                other.x > placed.x
                and other.label is not None
                and placed.label.gap in crossed(other)
                and other.x < right
            ):
                found.append(f"the arrow of {other.number} goes through the words of {placed.number}")
    return found


@given(timelines(), st.sampled_from([None, WIDTH]))
def test_no_words_touch_others_or_an_arrow(told, longest):
    lines = lay_out(told, longest)
    assert [problems(line) for line in lines] == [[]] * len(lines)


def test_the_check_sees_what_touches():
    events = [
        Event(cycle=cycle, time=0, kind=Kind.EXCEPTION, from_mode=Mode.U, to_mode=Mode.M, cause=21) for cycle in (5, 6)
    ]
    [line] = lay_out(timeline(events, 9))
    assert problems(line) == []
    first, second = line.events
    line.events[1] = type(second)(second.number, second.event, first.x + 60, second.start, second.end, second.label)
    assert problems(line) == ["the arrow of 1 goes through the words of 0"]


@given(timelines(), st.sampled_from([None, WIDTH]))
def test_every_event_is_on_one_line_in_order_and_the_path_has_no_hole(told, longest):
    lines = lay_out(told, longest)
    assert [placed.number for line in lines for placed in line.events] == list(range(len(told.events)))
    for line in lines:
        assert all(left.x2 == right.x for left, right in pairwise(line.path))
        assert (line.path[0].x, line.path[-1].x2) == (0.0, line.width)
        modes = [segment.mode for segment in line.path]
        assert modes == [placed.event.from_mode for placed in line.events] + [modes[-1]]
        if longest is not None and len(line.events) > 1:
            assert line.width <= longest + 60
    following = [line.path[0].mode for line in lines[1:]]
    assert following == [line.path[-1].mode for line in lines[:-1]]


@given(timelines())
def test_time_goes_to_the_right_and_an_event_ends_its_cycle(told):
    [line] = lay_out(told)
    for placed in line.events:
        assert line.x_of(placed.event.cycle + 1) == pytest.approx(placed.x)
        assert placed.x - line.x_of(placed.event.cycle) >= 30  # room for the event's name
    places = [line.x_of(boundary) for boundary in range(line.first, min(line.last, line.first + 300))]
    assert all(left < right for left, right in pairwise(places))


@given(timelines())
def test_a_long_idle_time_is_cut_and_says_how_long_it_was(told):
    [line] = lay_out(told)
    assert line.width < 260 * (len(line.events) + 2) + 480
    gaps = [after.event.cycle - before.event.cycle for before, after in pairwise(line.events)]
    inner = [cut for cut in line.breaks if line.events and line.events[0].x < cut.x and cut.x2 < line.events[-1].x]
    assert [cut.cycles for cut in inner] == [gap - 4 for gap in gaps if gap > 16]


def test_more_events_than_the_limit_are_not_drawn():
    events = [
        Event(cycle=10 * number, time=0, kind=Kind.MRET, from_mode=Mode.M, to_mode=Mode.M) for number in range(1, 5000)
    ]
    told = timeline(events, 60_000, limit=120)
    assert sum(len(line.events) for line in lay_out(told, WIDTH)) == 120
    assert "Drawn are the first 120 of 4,999 events; --cycles FIRST:LAST draws others" in svg(told)
    assert "Drawn are the first 120 of 4,999 events" in html(told)
    assert "Drawn" not in svg(timeline(events[:120], 60_000, limit=120))
