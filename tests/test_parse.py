"""The syntax: what texts become which trees, and that every tree prints to a text that parses back to it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from query.nodes import Form, Node, Option, Span, Term
from query.operators import OPERATORS
from query.parse import parse
from query.printing import print_lines, print_node
from schemas.settings import Settings

DEFAULTS = Settings()


def read(text: str) -> Node:
    return parse(text, DEFAULTS)


A, B = Term("name", "a"), Term("name", "b")

TREES: list[tuple[str, Node]] = [
    ("liker:181861901", Term("liker", "181861901")),
    ("  owner:me\n", Term("owner", "me")),
    ('owner:"me"', Term("owner", "me", is_quoted=True)),
    ("hashtag:#hyperlapse", Term("hashtag", "#hyperlapse")),
    ("name:mel*", Term("name", "mel", is_prefix=True)),
    ("name:*", Term("name", "", is_prefix=True)),
    ('name:""', Term("name", "")),
    ('name:""*', Term("name", "", is_prefix=True)),
    ('city:"new y"*', Term("city", "new y", is_prefix=True)),
    ('city:"new*"', Term("city", "new*")),
    ('city:"new*"*', Term("city", "new*", is_prefix=True)),
    ("city:new**", Term("city", "new*", is_prefix=True)),
    ("city:n*w", Term("city", "n*w")),
    ('name:"o\'neil (sr)"', Term("name", "o'neil (sr)")),
    ("name:o'ne*", Term("name", "o'ne", is_prefix=True)),
    (r'name:"a \"b\" \\ \n"', Term("name", 'a "b" \\ \\n')),
    (r"name:a\b\\", Term("name", r"a\b\\")),
    ('name:"a\nb;c"', Term("name", "a\nb;c")),
    ("mt:osm:way=30*", Term("mt", "osm:way=30", is_prefix=True)),
    ("mt:*:*=x", Term("mt", "*:*=x")),
    ("mt::", Term("mt", ":")),
    ("melanie", Term("", "melanie")),
    ("mel*", Term("", "mel", is_prefix=True)),
    ("*", Term("", "", is_prefix=True)),
    ("me", Term("", "me")),
    ("日本", Term("", "日本")),
    ("(and name:a name:b)", Form("and", "", (A, B))),
    ("(and name:a(or name:b))", Form("and", "", (A, Form("or", "", (B,))))),
    ('(and name:"a"(or name:b))', Form("and", "", (A, Form("or", "", (B,))))),
    ("(and\u00a0name:a\u2003name:b\u3000)", Form("and", "", (A, B))),
    ('; first ( " \n(and name:a;x)\nname:b ; y\n)', Form("and", "", (A, B))),
    ('name:"a";c', A),
    ("(term a)", Form("term", "", (Term("", "a"),))),
    ("(apply liker: name:a)", Form("apply", "liker", (A,))),
    ("(apply liker:(or name:a))", Form("apply", "liker", (Form("or", "", (A,)),))),
    ("(apply :limit 5 liker: name:a)", Form("apply", "liker", (A,), (Option("limit", 5),))),
    (
        "(apply liker: name:a :limit 007 :order hits)",
        Form("apply", "liker", (A,), (Option("limit", 7), Option("order", "hits"))),
    ),
    ("(or name:a :x .3 :y 1.0 :z -2 :v 1e5 :w 1.)",)  # literals: numbers are plain
    + (
        Form(
            "or",
            "",
            (A,),
            (
                Option("x", Decimal("0.3")),
                Option("y", Decimal(1)),
                Option("z", -2),
                Option("v", "1e5"),
                Option("w", "1."),
            ),
        ),
    ),
    (f"(or name:a :n {'9' * 5000})", Form("or", "", (A,), (Option("n", 10**5000 - 1),))),
    ("(and)", Form("and", "", ())),
    ("( ; why\n and name:a)", Form("and", "", (A,))),
]


@pytest.mark.parametrize(("text", "tree"), TREES, ids=[repr(text[:40]) for text, _ in TREES])
def test_tree_and_round_trip(text: str, tree: Node) -> None:
    assert read(text) == tree
    assert read(print_node(tree)) == tree
    assert read(print_lines(tree, 20)) == tree


def test_spans_are_code_points_of_the_text() -> None:
    text = '; é😀\n(and name:"é" (apply liker: 😀 :limit 3))'
    tree = read(text)
    assert isinstance(tree, Form)
    term, apply = tree.operands
    assert isinstance(apply, Form)

    def at(span: Span) -> str:
        return text[span.start : span.end]

    assert at(tree.span) == text[5:]
    assert at(term.span) == 'name:"é"'
    assert at(apply.span) == "(apply liker: 😀 :limit 3)"
    assert at(apply.edge_span) == "liker:"
    assert at(apply.operands[0].span) == "😀"
    assert at(apply.options[0].span) == ":limit 3"


def test_canonical_line() -> None:
    assert print_node(read('( and  name:"a"  ; c\n :limit 05\tname:"b c"* )')) == '(and name:a name:"b c"* :limit 5)'


def test_lines_break_only_what_is_too_wide() -> None:
    text = "(and name:maxime (apply followed_by: followed_by:me :limit 500) (not (or city:paris city:rome)))"
    assert print_lines(read(text), 47) == (
        "(and\n"
        "  name:maxime\n"
        "  (apply followed_by:\n"
        "    followed_by:me\n"
        "    :limit 500)\n"
        "  (not (or city:paris city:rome)))"
    )
    assert print_lines(read(text), 200) == text


NASTY = st.sampled_from(list("ab*:;()\"\\ \n\u00a0\u2028\u0301#'é😀0.-_=\x00")) | st.characters(
    exclude_categories=["Cs"]
)
VALUES = st.text(NASTY, max_size=12) | st.sampled_from(["me", "", "*", "\\", '"', '\\"', "a*", "**", ":", "me*"])
NAMES = st.text("abcxyz019-_", min_size=1, max_size=8)
NUMBERS = (
    st.integers()
    | st.integers(10**4299, 10**4400)
    | st.decimals(min_value=0, max_value=2, places=6)
    | st.sampled_from([Decimal("1E+3"), Decimal("1E-30"), Decimal("0.30"), Decimal("-0.5")])
)
OPTIONS = st.builds(Option, NAMES, NUMBERS | st.sampled_from(["hits", "affinity", "a*", "1e5", "é", "--1"]))


@st.composite
def terms(draw: st.DrawFn) -> Term:
    value, prefix, quoted = draw(VALUES), draw(st.booleans()), draw(st.booleans())
    try:
        return Term(draw(st.just("") | NAMES), value, prefix, quoted)
    except ValueError:
        return Term("name", value, prefix, quoted)


def reads_as_head(form: Form) -> bool:
    """Whether a form is the tree of no text: the first term of an apply without a head is its head and operand."""
    first = form.operands[0] if form.operands else None
    return form.op in ("apply", "extract") and not form.edge and isinstance(first, Term) and first.edge != ""


TREE = st.recursive(
    terms(),
    lambda inner: st.builds(
        Form,
        st.sampled_from([operator.op.value for operator in OPERATORS]),
        st.just("") | NAMES,
        st.lists(inner, max_size=4).map(tuple),
        st.lists(OPTIONS, max_size=2).map(tuple),
    ).filter(lambda form: not reads_as_head(form)),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(TREE)
def test_every_tree_survives_printing(tree: Node) -> None:
    large = Settings(max_text_bytes=1 << 20, max_depth=256, max_nodes=65_536)
    line = print_node(tree)
    assert parse(line, large) == tree
    assert print_node(parse(line, large)) == line
    for width in (1, 30, 200):
        assert parse(print_lines(tree, width), large) == tree


def test_deep_and_wide_trees_print_and_parse() -> None:
    limits = Settings(max_text_bytes=1 << 20, max_depth=256, max_nodes=65_536)
    tree: Node = A
    for _ in range(256):
        tree = Form("and", "", (tree, B))
    assert print_node(parse(print_node(tree), limits)) == print_node(tree)
    wide = Form("or", "", (A,) * 65_000)
    assert parse(print_node(wide), limits) == wide
    assert print_lines(wide).count("\n") == 65_000


@pytest.mark.parametrize(
    ("touching", "apart"),
    [
        ("(apply liker:verified:1)", "(apply liker: verified:1)"),
        ("(apply liker:melanie)", "(apply liker: melanie)"),
        ("(apply owner:name:mel* :limit 3)", "(apply owner: name:mel* :limit 3)"),
        ('(apply location:city:"new y"*)', '(apply location: city:"new y"*)'),
        ("(apply liker:(extract owner:liker:5))", "(apply liker: (extract owner: liker:5))"),
    ],
)
def test_a_head_may_touch_what_follows(touching, apart):
    assert parse(touching, Settings()) == parse(apart, Settings())
