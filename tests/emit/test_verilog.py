"""The Verilog as a reader and a waveform see it."""

import re

import pytest

from utrap.csr.configured import csrs, stored_fields
from utrap.verilog.expression import LINE, Binary, Concat, Constant, Mux, Name, Unary, invert, layout
from utrap.verilog.statement import Assignment, If, Statement, merge


def test_every_csr_is_a_wire_under_its_own_name(config, files):
    for row in csrs(config):
        assert (
            len(re.findall(rf"^  wire \[{config.xlen - 1}:0\] {row.name} =", files["trap_unit.v"], re.MULTILINE)) == 1
        )


def test_every_stored_field_is_a_register_that_starts_with_its_reset_value(config, files):
    registers = {
        name: (int(high or 0) + 1, int(value, {"d": 10, "h": 16, "b": 2}[base]))
        for high, name, base, value in re.findall(
            r"^  reg (?:\[(\d+):0\] )?(\w+) = \d+'([dhb])(\w+);$", files["trap_unit.v"], re.MULTILINE
        )
    }
    modes = {"mode_prv": (2, 3) if config.s else (1, 1), **({"mode_v": (1, 0)} if config.h else {})}
    for key, field in stored_fields(config).items():
        expected = (field.width // field.copies, field.reset)
        # A field without a bit that can change may have no register.
        assert registers.pop(key.replace(".", "_"), None if field.mask else expected) == expected, key
    assert registers == modes


def test_no_name_is_mangled(files):
    text = files["trap_unit.v"]
    assert "$" not in text
    assert "\\" not in text
    assert not re.search(r"\b\w+__\w+\b", text)


def test_nets_are_declared_before_their_use(files):
    """So that the text can be read from its top to its end."""
    text = re.sub(r"//.*|\d+'[dhb]\w+", "", files["trap_unit.v"].partition("\nmodule ")[2])
    ports, _, body = text.partition(");")
    keywords = set(re.findall(r"\w+", "wire reg assign always posedge begin end if else endmodule default_nettype"))
    known = set(re.findall(r"(\w+),?$", ports, re.MULTILINE)) | keywords
    for statement in body.split(";"):
        declared = re.match(r"\s*(?:wire|reg)\s*(?:\[\d+:0\] )?(\w+) =(.*)", statement, re.DOTALL)
        used = declared[2] if declared else statement
        assert set(re.findall(r"\b[a-z_]\w*", used)) <= known, statement
        if declared:
            known.add(declared[1])


A, B, C = Name("a"), Name("b"), Name("c")
LONG = [Name(letter * 30) for letter in "pqrstu"]


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (Binary("&", (A, Binary("|", (B, C)))), "a & (b | c)"),
        (Mux(A, B, Mux(B, C, A)), "a ? b : (b ? c : a)"),
        (Unary("~", Binary("^", (A, B))), "~(a ^ b)"),
        (Binary("&", (A, Unary("|", B))), "a & (|b)"),
        (Unary("~", Unary("|", B)), "~(|b)"),
        (Concat((A, Constant("00"), Unary("~", B))), "{a, 2'd0, ~b}"),
        (invert(Unary("~", A)), "a"),
        (Constant("1"), "1'b1"),
        (Constant("001010"), "6'd10"),
        (Constant("1" * 64), "64'hffffffffffffffff"),
    ],
)
def test_expressions_as_text(expression, text):
    assert str(expression) == text


@pytest.mark.parametrize("wrap", [lambda e: Binary("|", e), Concat, lambda e: Mux(e[0], e[1], Mux(e[2], e[3], e[4]))])
def test_long_expressions_are_broken_over_lines_and_say_the_same(wrap):
    expression = wrap(tuple(LONG))
    text = layout("  assign x = ", expression)
    assert max(map(len, text.splitlines())) <= LINE
    # A column of choices needs no parentheses.
    same = str.maketrans("", "", " \n()")
    assert text.translate(same) == f"assign x = {expression};".translate(same)


def test_neighbours_under_one_condition_are_put_together():
    statements: list[Statement] = []
    for name in ("x", "y"):
        merge(statements, [If(A, [Assignment(name, B)], [If(C, [Assignment(name, A)], [])])])
    merge(statements, [If(C, [Assignment("z", A)], [])])
    assert [line for statement in statements for line in statement.lines("")] == [
        "if (a) begin",
        "  x <= b;",
        "  y <= b;",
        "end else if (c) begin",
        "  x <= a;",
        "  y <= a;",
        "end",
        "if (c) begin",
        "  z <= a;",
        "end",
    ]
