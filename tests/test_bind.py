"""Binding: types and vertical inference, values, options; what is refused stands in test_bad_queries.py."""

from __future__ import annotations

from fractions import Fraction

import pytest

from query.bind import bind, bind_tree
from query.bound import (
    Bound,
    BoundAnd,
    BoundApply,
    BoundDifference,
    BoundExtract,
    BoundNothing,
    BoundOr,
    BoundStrongOr,
    BoundTerm,
    BoundWeakAnd,
    IdValue,
    MachineTagValue,
    Optional,
    Quota,
    TextValue,
    Value,
)
from query.operators import OPERATORS
from query.parse import parse
from schemas.catalogue import CATALOGUE, Vertical
from schemas.ids import INT64_MAX, INT64_MIN, ExternalId
from schemas.settings import Settings
from schemas.text import MachineTag

U, M, H, P, G = Vertical.USER, Vertical.MEDIA, Vertical.HASHTAG, Vertical.PLACE, Vertical.GROUP
VIEWER = ExternalId(77)


def bound(text: str, vertical: Vertical | None = None, viewer: ExternalId | None = VIEWER) -> Bound:
    return bind(parse(text, Settings()), vertical=vertical, viewer=viewer, text=text)


def sketch(form: Bound) -> str:
    """A short text of a bound tree, in which every edge shows its vertical."""
    match form:
        case BoundTerm(edge, value):
            return f"{edge.key}={shown(value)}"
        case BoundNothing(vertical):
            return f"nothing/{vertical}"
        case BoundAnd(vertical, operands, excluded):
            return f"and/{vertical}[{many(operands)}]" + (f"-[{many(excluded)}]" if excluded else "")
        case BoundOr(vertical, operands):
            return f"or/{vertical}[{many(operands)}]"
        case BoundDifference(vertical, operand, excluded):
            return f"difference/{vertical}[{sketch(operand)}]-[{many(excluded)}]"
        case BoundWeakAnd(vertical, required, optional):
            return f"weak-and/{vertical}[{many(required)}]~[{many(o.operand for o in optional)}]"
        case BoundStrongOr(vertical, quotas):
            return f"strong-or/{vertical}[{many(q.operand for q in quotas)}]"
        case BoundApply(edge, inner):
            return f"apply {edge.key}[{sketch(inner)}]"
        case BoundExtract(edge, inner):
            return f"extract {edge.key}[{sketch(inner)}]"


def many(forms) -> str:  # type: ignore[no-untyped-def]
    return " ".join(map(sketch, forms))


def shown(value: Value) -> str:
    match value:
        case IdValue(number):
            return str(number)
        case TextValue(text, is_prefix):
            return text + "*" * is_prefix
        case MachineTagValue(parts, is_prefix):
            return f"{parts.namespace}:{parts.predicate}={parts.value}" + "*" * is_prefix


CASES: list[tuple[str, Vertical | None, str]] = [
    # vertical inference
    ("name:ann", None, "user.name=ann"),
    ("name:ann", G, "group.name=ann"),
    ("ann", None, "user.name=ann"),
    ("ann", M, "media.caption=ann"),
    ("ann", H, "hashtag.name=ann"),
    ("an*", P, "place.name=an*"),
    ("verified:1", None, "user.verified=1"),
    ("verified:1", M, "media.verified=1"),
    ("country:FR", P, "place.country=fr"),
    ("(and verified:1 owner:5)", None, "and/media[media.verified=1 media.owner=5]"),
    ("(and ann owner:5)", None, "and/media[media.caption=ann media.owner=5]"),
    ("(or name:a country:fr)", None, "or/user[user.name=a user.country=fr]"),
    ("(or name:a country:fr)", P, "or/place[place.name=a place.country=fr]"),
    (
        "(or name:a (and country:fr (or verified:1)))",
        None,
        "or/user[user.name=a and/user[user.country=fr or/user[user.verified=1]]]",
    ),
    ("(and name:a (not city:rome))", None, "and/place[place.name=a]-[place.city=rome]"),
    ("(difference name:a member:4)", None, "difference/group[group.name=a]-[group.member=4]"),
    ("(apply liker: name:ann)", None, "apply media.liker[user.name=ann]"),
    ("(apply liker: verified:1)", M, "apply media.liker[user.verified=1]"),
    ("(apply liked: verified:1)", None, "apply user.liked[media.verified=1]"),
    ("(apply liked: ann)", None, "apply user.liked[media.caption=ann]"),
    ("(apply location: name:x)", None, "apply media.location[place.name=x]"),
    ("(apply hashtag: (apply used_by: a))", None, "apply media.hashtag[apply hashtag.used_by[user.name=a]]"),
    ("(extract owner: verified:1)", None, "extract media.owner[media.verified=1]"),
    ("(extract hashtag: golden)", None, "extract media.hashtag[media.caption=golden]"),
    (
        "(and name:a (extract owner: ann))",
        None,
        "and/user[user.name=a extract media.owner[media.caption=ann]]",
    ),
    (
        "(apply liker:(extract owner: liker:me))",
        None,
        "apply media.liker[extract media.owner[media.liker=77]]",
    ),
    ("(and (term ann) (term verified:1))", M, "and/media[media.caption=ann media.verified=1]"),
    # values
    ("followed_by:me", None, "user.followed_by=77"),
    ("username:me", None, "user.username=me"),
    ("name:me", None, "user.name=me"),
    ("liker:-00", None, "media.liker=0"),
    ("liker:007", None, "media.liker=7"),
    ('liker:"7"', None, "media.liker=7"),
    (f"liker:{INT64_MAX}", None, f"media.liker={INT64_MAX}"),
    (f"liker:{INT64_MIN}", None, f"media.liker={INT64_MIN}"),
    (f"liker:{'0' * 5000}7", None, "media.liker=7"),
    ("name:José", None, "user.name=jose"),
    ("name:o'ne*", None, "and/user[user.name=o user.name=ne*]"),
    ('name:"Ann  Lee"', None, "and/user[user.name=ann user.name=lee]"),
    ("name:o'neil", U, "and/user[user.name=o user.name=neil]"),
    ('name:"ann "*', None, "user.name=ann*"),
    ("name:ann_lee", None, "user.name=ann_lee"),
    ("name:*", None, "user.name=*"),
    ("name:-*", None, "nothing/user"),
    ('name:""', None, "nothing/user"),
    ("name:!!", P, "nothing/place"),
    ("caption:...", None, "nothing/media"),
    ('city:"New Y"*', None, "place.city=new y*"),
    ('city:""', None, "nothing/place"),
    ("city:*", None, "place.city=*"),
    ("autotag:Beach", None, "media.autotag=beach"),
    ("hashtag:##Café", None, "media.hashtag=café"),
    ("hashtag:#*", None, "media.hashtag=*"),
    ("hashtag:#", None, "nothing/media"),
    ("name:#Café", H, "hashtag.name=cafe"),
    ("name:#", H, "nothing/hashtag"),
    ('tag:"San Francisco"', None, "media.tag=sanfrancisco"),
    ("tag:geo:lon=-0.1", None, "media.tag=geo:lon=-0.1"),
    ("mt:osm:way=30*", None, "media.mt=osm:way=30*"),
    ("mt:osm:way=", None, "media.mt=osm:way=None"),
    ("mt:osm:way=*", None, "media.mt=osm:way=None"),
    ("mt:*:*=SanFrancisco", None, "media.mt=None:None=sanfrancisco"),
    ("verified:0", None, "nothing/user"),
    ("verified:true", None, "nothing/user"),
    ("private:1", None, "user.private=1"),
]


@pytest.mark.parametrize(("text", "vertical", "expected"), CASES, ids=[f"{t[:40]}/{v}" for t, v, _ in CASES])
def test_bound(text: str, vertical: Vertical | None, expected: str) -> None:
    assert sketch(bound(text, vertical)) == expected


def test_machine_tag_parts() -> None:
    form = bound("mt:osm:=3*")
    assert isinstance(form, BoundTerm)
    assert form.value == MachineTagValue(MachineTag("osm", None, "3"), True)


def test_apply_options() -> None:
    form = bound("(apply liker: ann :order hits :min-hits 3 :limit 5)")
    assert isinstance(form, BoundApply)
    assert (form.limit, form.min_hits, form.orders_by_hits) == (5, 3, True)
    plain = bound("(apply liker: ann)")
    assert isinstance(plain, BoundApply)
    assert (plain.limit, plain.min_hits, plain.orders_by_hits) == (None, 1, False)


def test_a_number_too_large_for_64_bits_is_the_largest() -> None:
    form = bound(f"(extract owner: liker:5 :limit {'9' * 6000})")
    assert isinstance(form, BoundExtract)
    assert form.limit == INT64_MAX


def test_weak_and_options_on_terms_and_lists() -> None:
    form = bound(
        "(weak-and (or a b :optional-weight .5) c (term d :optional-hits 0) (term e)"
        " (apply follower: f :limit 2 :optional-weight 1) (extract owner: g :optional-weight 1.0 :limit 4))"
    )
    assert isinstance(form, BoundWeakAnd)
    assert many(form.required) == "user.name=c user.name=e"
    assert [(o.hits, o.weight) for o in form.optional] == [
        (None, Fraction(1, 2)),
        (0, None),
        (None, Fraction(1)),
        (None, Fraction(1)),
    ]
    apply, extract = form.optional[2].operand, form.optional[3].operand
    assert isinstance(apply, BoundApply)
    assert isinstance(extract, BoundExtract)
    assert (apply.limit, extract.limit) == (2, 4)
    assert isinstance(form.optional[0], Optional)


def test_weights_are_exact() -> None:
    tenths = " ".join(f"(term n{i} :optional-weight 0.1)" for i in range(10))
    form = bound(f"(strong-or {tenths} last)")
    assert isinstance(form, BoundStrongOr)
    assert form.operands[0].weight == Fraction(1, 10)
    assert isinstance(form.operands[10], Quota)
    assert form.operands[10].weight is None


def test_viewer_is_needed_only_for_me() -> None:
    assert sketch(bound("(and followed_by:5 me)", viewer=None)) == "and/user[user.followed_by=5 user.name=me]"


def test_spans_reach_the_bound_tree() -> None:
    text = "(and (term ann) (not owner:5))"
    form = bound(text)
    assert isinstance(form, BoundAnd)
    found = [text[f.span.start : f.span.end] for f in (form, *form.operands, *form.excluded)]
    assert found == [text, "ann", "owner:5"]


@pytest.mark.parametrize("edge", CATALOGUE, ids=lambda edge: edge.key)
def test_every_example_of_the_catalogue_binds(edge) -> None:  # type: ignore[no-untyped-def]
    form = bound(edge.example, edge.vertical)
    assert form.vertical is edge.vertical
    if edge.value_vertical:
        assert bound(f"(apply {edge.name}: ann)", edge.vertical).vertical is edge.vertical
    if edge.is_field:
        assert bound(f"(extract {edge.name}: ann)").vertical is edge.value_vertical


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.op)
def test_every_example_of_the_operators_binds(operator) -> None:  # type: ignore[no-untyped-def]
    bound(operator.example)


@pytest.mark.parametrize(
    ("text", "vertical"),
    [
        ("name:mel*", Vertical.USER),
        ("name:*", Vertical.GROUP),
        ("(or caption:sun hashtag:sun*)", Vertical.MEDIA),
        ('(or name:café (and (or name:"blue bottle" category:cafe) city:"new yo"*))', Vertical.PLACE),
        ('name:"…"', Vertical.HASHTAG),
    ],
)
def test_a_tree_of_terms_is_bound_as_its_text(text: str, vertical: Vertical) -> None:
    tree = parse(text, Settings())
    assert bind_tree(tree, vertical) == bind(tree, vertical=vertical, viewer=None, text=text)
