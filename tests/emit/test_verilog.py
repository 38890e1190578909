"""The Verilog as a reader and a waveform see it."""

import re

import pytest

from utrap.config import Config
from utrap.csr.configured import csrs, stored_fields
from utrap.section import Section
from utrap.unit import TrapUnit
from utrap.verilog.expression import LINE, Binary, Concat, Constant, Mux, Name, Unary, invert, layout
from utrap.verilog.netlist import make_netlist
from utrap.verilog.statement import Assignment, If, Statement, merge


def test_every_csr_is_a_wire_under_its_own_name(config, files):
    for row in csrs(config):
        assert (
            len(re.findall(rf"^  wire \[{config.xlen - 1}:0\] {row.name} =", files["trap_unit.v"], re.MULTILINE)) == 1
        )


def test_every_stored_field_is_a_register_that_starts_with_its_reset_value(config, files):
    text = files["trap_unit.v"]
    codes = dict(re.findall(r"^  localparam (?:\[\d+:0\] )?(\w+) = (.*);$", text, re.MULTILINE))
    registers = {}
    for high, name, value in re.findall(r"^  reg (?:\[(\d+):0\] )?(\w+) = (.*);$", text, re.MULTILINE):
        base, digits = re.findall(r"\d+'([dhb])(\w+)", codes.get(value, value))[0]
        registers[name] = (int(high or 0) + 1, int(digits, {"d": 10, "h": 16, "b": 2}[base]))
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
    keywords = "wire reg localparam assign always posedge begin end if else endmodule default_nettype"
    known = set(re.findall(r"(\w+),?$", ports, re.MULTILINE)) | set(keywords.split())
    for statement in body.split(";"):
        declared = re.match(r"(?:\s|end\b)*(?:wire|reg|localparam)\s*(?:\[\d+:0\] )?(\w+) =(.*)", statement, re.DOTALL)
        used = declared[2] if declared else statement
        assert set(re.findall(r"\b[A-Za-z_]\w*", used)) <= known, statement
        if declared:
            known.add(declared[1])


def sections(text):
    """Each section's heading, the rest of its comment, and its lines."""
    parts = re.split(r"^  // ---- (.*?) -+$\n\n", text, flags=re.MULTILINE)
    for title, body in zip(parts[1::2], parts[2::2], strict=True):
        comment = re.findall(r"\A(?:  //.*\n)*", body)[0]
        yield title, comment.replace("\n  // ", " "), body[len(comment) :]


def test_almost_every_net_has_a_name(files):
    anonymous = re.findall(r"^  wire (?:\[\d+:0\] )?(n\d+) =", files["trap_unit.v"], re.MULTILINE)
    assert len(anonymous) <= 30


def test_no_net_stands_under_two_names(files):
    """A wire that only says another's name would be read as something else."""
    text = files["trap_unit.v"]
    views = set(re.findall(r"^  // 0x\w+ (\w+)$", text, re.MULTILINE))
    renamed = re.findall(r"^  wire (?:\[\d+:0\] )?(\w+) = (\w+);$", text, re.MULTILINE)
    assert [pair for pair in renamed if pair[0] not in views] == []


def test_sections_follow_an_event_each_with_its_rules_and_one_sentence(files_of):
    unit = TrapUnit(Config.profile("full", 64))
    expected: dict[Section, list[str]] = {}
    for name, attributes in make_netlist(unit).attributes.items():
        section = Section.of(name, attributes)
        if section is not None:
            expected.setdefault(section, []).append(name)
    found = {title: (comment, body) for title, comment, body in sections(files_of("full 64")["trap_unit.v"])}
    middle = [title for title in found if title in {section.title for section in expected}]
    assert middle == [section.title for section in sorted(expected)]
    for section, names in expected.items():
        comment, body = found[section.title]
        assert f"// {section.text}" in comment
        assert section.text.count(". ") == 0
        assert section.rules in comment
        defined = re.findall(r"^  (?:wire(?: \[\d+:0\])?|assign) (\w+) =", body, re.MULTILINE)
        assert set(defined) <= set(names), section.title


def test_codes_have_names(files_of):
    text = files_of("full 64")["trap_unit.v"]
    for net in ("commit_op", "commit_csr_op", "committed_own_fault", "exception_target"):
        assert re.search(rf"\b{net} [!=]= [A-Z]", text), net
        assert not re.search(rf"\b{net} [!=]= \d", text), net


def test_constants_in_csrs_are_cut_where_fields_begin_and_end(files_of):
    text = files_of("full 64")["trap_unit.v"]
    assert "mstatus_sd, 23'd0, mstatus_mpv, mstatus_gva, 2'd0, 2'd2, 2'd2, 9'd0, mstatus_tsr" in " ".join(text.split())
    assert "{2'd2, 36'd0, 26'h143185}" in text


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
