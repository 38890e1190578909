"""Symbolic numbers compute as integers do, and an explorer takes every path."""

import operator

import pytest
import z3
from hypothesis import given
from hypothesis import strategies as st

from utrap_formal.equivalence.explorer import Explorer
from utrap_formal.equivalence.symbolic import Number, as_bits, deciding, number

WIDTHS = st.integers(1, 70)
OPERATORS = [operator.and_, operator.or_, operator.xor, operator.add]
RELATIONS = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]


@st.composite
def naturals(draw):
    width = draw(WIDTHS)
    return width, draw(st.integers(0, (1 << width) - 1))


def known(width, value):
    return Number(z3.BitVecVal(value, width))


def bare(value):
    return value if isinstance(value, int) else z3.simplify(value.term).as_long()


@given(st.sampled_from(OPERATORS), naturals(), naturals())
def test_arithmetic_is_that_of_integers(operation, a, b):
    expected = operation(a[1], b[1])
    assert bare(operation(known(*a), known(*b))) == expected
    assert bare(operation(known(*a), b[1])) == expected
    assert bare(operation(a[1], known(*b))) == expected


@given(st.sampled_from(RELATIONS), naturals(), naturals())
def test_comparisons_are_those_of_integers(relation, a, b):
    with deciding(lambda condition: z3.is_true(z3.simplify(condition))):
        expected = relation(a[1], b[1])
        assert bool(relation(known(*a), known(*b))) == expected
        assert bool(relation(known(*a), b[1])) == expected
        assert bool(relation(a[1], known(*b))) == expected


@given(naturals(), st.integers(0, 80))
def test_shifts_are_those_of_integers(a, places):
    width, value = a
    assert bare(known(width, value) << places) == value << places
    assert bare(known(width, value) >> places) == value >> places
    assert bare(known(width, value) >> known(7, places)) == value >> places
    assert bare(value >> known(7, places)) == value >> places


@pytest.mark.parametrize(
    "attempt",
    [
        lambda x: x - 1,
        lambda x: x & -1,
        lambda x: x | -1,
        lambda x: x == -1,
        lambda x: x << -1,
        lambda x: x << x,
        lambda x: 1 << x,
        lambda x: bool(x),
        lambda x: hash(x),
        lambda x: int(x),
        lambda x: {x: 1},
        lambda x: x * 2,
        lambda x: ~x,
    ],
)
def test_what_would_not_be_exact_is_refused(attempt):
    with pytest.raises(TypeError):
        attempt(number("x", 8))


def test_a_value_that_may_be_too_wide_is_refused():
    with pytest.raises(OverflowError):
        as_bits(number("x", 9), 8)
    with pytest.raises(OverflowError):
        as_bits(256, 8)


def test_every_path_is_taken_once_and_only_those_that_can_be():
    x = number("x", 4)
    solver = z3.SimpleSolver()
    solver.add(x.term != 3)
    explorer = Explorer(solver)

    def count():
        return next((value for value in range(16) if x == value), None)

    assert sorted(explorer.walk(count)) == [value for value in range(16) if value != 3]
    assert explorer.paths == 15


def test_the_conditions_of_all_paths_cover_everything_and_do_not_overlap():
    x, y = number("x", 3), number("y", 3)
    solver = z3.SimpleSolver()
    explorer = Explorer(solver)
    conditions = []
    for _ in explorer.walk(lambda: (x < y and x & 1 == 1) or y > 5):
        conditions.append(z3.And(*explorer.conditions()))
    outside = z3.Solver()
    assert outside.check(z3.Not(z3.Or(*conditions))) == z3.unsat
    for i, one in enumerate(conditions):
        for other in conditions[:i]:
            assert outside.check(one, other) == z3.unsat


def test_a_walk_within_a_walk_is_refused():
    x = number("x", 1)
    explorer = Explorer(z3.SimpleSolver())
    for _ in explorer.walk(lambda: bool(x == 1)):
        with pytest.raises(RuntimeError):
            next(explorer.walk(lambda: None))
        break
