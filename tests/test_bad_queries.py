"""Bad queries: each gets its code, the right place, an underline and a hint; hostile ones also quickly."""

from __future__ import annotations

import random

import pytest

from query.bind import bind
from query.bound import Bound
from query.diagnostics import CODES
from query.parse import parse
from schemas.catalogue import Vertical
from schemas.errors import QueryError
from schemas.ids import ExternalId
from schemas.settings import Settings
from tests.yardstick import cost

DEFAULTS = Settings()
U, M, H, P, G = Vertical.USER, Vertical.MEDIA, Vertical.HASHTAG, Vertical.PLACE, Vertical.GROUP


def answer(text: str, vertical: Vertical | None = None, viewer: int | None = 77) -> Bound:
    who = None if viewer is None else ExternalId(viewer)
    return bind(parse(text, DEFAULTS), vertical=vertical, viewer=who, text=text)


def refused(text: str, vertical: Vertical | None = None, viewer: int | None = 77) -> QueryError:
    """The error of the text, checked for what every error has."""
    with pytest.raises(QueryError) as caught:
        answer(text, vertical, viewer)
    error = caught.value
    assert error.code in CODES
    assert error.message
    assert error.message[0] != error.message[0].upper() or error.message[0] in "(`"
    assert error.hint
    assert error.line is not None
    assert error.column is not None
    line, underline = error.excerpt.split("\n")
    assert len(line) <= 80
    assert len(underline) <= 81
    assert set(underline.strip()) == {"^"}
    assert len(error.message) < 200
    assert len(error.hint) < 250
    (error.message + error.hint + error.excerpt).encode()
    return error


# In the texts, ‹ and › stand around what must be underlined; they are no part of the query.
BAD: list[tuple[str, str, str]] = [
    ("syntax", "‹›", "write a term"),
    ("syntax", "  ; only a comment‹›", "write a term"),
    ("syntax", "‹(›and name:a", "a closing parenthesis"),
    ("syntax", "(and name:a ‹(›or name:b", "2 closing parentheses"),
    ("syntax", "; x\n  ‹(›and name:a\n  (or name:b)\n    (or c)", "a closing parenthesis"),
    ("syntax", "(and name:a)‹)›", "remove it"),
    ("syntax", "‹)›", "remove it"),
    ("syntax", "‹()›", "operator"),
    ("syntax", "(‹name:a› name:b)", "without parentheses"),
    ("syntax", "(‹:limit› 5)", "operator first"),
    ("syntax", "(‹(›and a))", "operator first"),
    ("syntax", "name:a ‹name:b›", "(and"),
    ("syntax", "name:a ‹(›and name:b)", "(and"),
    ("syntax", "‹liker:›", "touches its edge"),
    ("syntax", "‹:limit› 5", "inside"),
    ("syntax", "(apply liker: a ‹:limit›)", ":limit 10"),
    ("syntax", "(apply liker: a ‹:limit› name:b)", ":limit 10"),
    ("syntax", 'name:‹"›abc', 'close it with "'),
    ("syntax", 'name:‹"›abc\\"', 'close it with "'),
    ("syntax", '(and name:x\n name:‹"›abc)\n name:y', 'close it with "'),
    ("syntax", '‹"›abc', 'close it with "'),
    ("syntax", '‹"abc"›', 'name:"abc"'),
    ("syntax", '(and ‹"me"›)', 'name:"me"'),
    ("syntax", 'name:"a"‹b›', "space"),
    ("syntax", 'name:"a"‹"›b"', "space"),
    ("syntax", 'name:"a"*‹b›', "space"),
    ("syntax", 'name:"a"*‹*›', "space"),
    ("syntax", 'name:a‹"›b"', "whole value"),
    ("syntax", 'ann‹"›b"', "whole value"),
    ("syntax", "name:‹\ud800›", "UTF-8"),
    ("unknown-operator", "(‹AND› a b)", "`and`"),
    ("unknown-operator", "(‹weakand› a b)", "`weak-and`"),
    ("unknown-operator", "( ; x\n ‹foo› a)", "did you mean `"),
    ("unknown-operator", "(and a (‹*›))", "did you mean `"),
    ("unknown-edge", "(and a ‹Name›:b)", "`name:`"),
    ("unknown-edge", "‹followed-by›:5", "`followed_by:`"),
    ("unknown-edge", "(apply ‹likr›: a)", "`liker:`"),
    ("unknown-edge", "‹http›://x", "did you mean `"),
    ("unknown-edge", "(apply liker: ‹zzzz›:a)", "did you mean `"),
    ("bad-value", "liker:‹ann›", "liker:me"),
    ("bad-value", 'liker:‹"me"›', "without quotes"),
    ("bad-value", "liked:‹me›", "id of a media"),
    ("bad-value", "liker:‹+5›", "liker:me"),
    ("bad-value", "liker:‹٣›", "liker:me"),
    ("bad-value", "liker:‹9223372036854775808›", "liker:me"),
    ("bad-value", "liker:‹-9223372036854775809›", "liker:me"),
    ("bad-value", 'liker:‹""›', "liker:me"),
    ("bad-value", "liker:5‹*›", "remove the *"),
    ("bad-value", "liker:me‹*›", "remove the *"),
    ("bad-value", "verified:1‹*›", "remove the *"),
    ("bad-value", "mt:‹osm›", "namespace:predicate=value"),
    ("bad-value", "mt:‹*:*=*›", "namespace:predicate=value"),
    ("bad-value", "mt:‹:=›", "namespace:predicate=value"),
    ("bad-option", "(or a ‹:limit 5›)", "apply and extract"),
    ("bad-option", "(apply liker: a ‹:limt 5›)", "`:limit`"),
    ("bad-option", "(apply liker: a ‹:LIMIT 5›)", "`:limit`"),
    ("bad-option", "(apply liker: a ‹:› 5)", "touches its edge"),
    ("bad-option", "(apply liker: a ‹:limit 0›)", "from 1"),
    ("bad-option", "(apply liker: a ‹:limit -3›)", "from 1"),
    ("bad-option", "(apply liker: a ‹:limit 1.5›)", "from 1"),
    ("bad-option", "(apply liker: a ‹:limit 1e3›)", "from 1"),
    ("bad-option", "(apply liker: a ‹:limit ten›)", "from 1"),
    ("bad-option", "(apply liker: a ‹:min-hits 0›)", "from 1"),
    ("bad-option", "(apply liker: a ‹:order rank›)", ":order hits"),
    ("bad-option", "(apply liker: a ‹:inner love›)", ":inner affinity"),
    ("bad-option", "(apply liker: a :limit 5 ‹:limit 6›)", "remove one"),
    ("bad-option", "(extract owner: a ‹:min-hits 2›)", "apply"),
    ("bad-option", "(extract owner: a ‹:order hits›)", "apply"),
    ("bad-option", "(term a ‹:optional-weight 0.3›)", "weak-and"),
    ("bad-option", "(and a (term b ‹:optional-hits 3›))", "weak-and"),
    ("bad-option", "(weak-and a (or (term b ‹:optional-hits 3›)))", "weak-and"),
    ("bad-option", "(weak-and a b ‹:optional-hits 3›)", "weak-and"),
    ("bad-option", "(weak-and a (term b ‹:optional-hits -1›))", "from 0"),
    ("bad-option", "(weak-and a (term b ‹:optional-hits 1.0›))", "from 0"),
    ("bad-option", "(weak-and a (term b ‹:optional-weight 0›))", "above 0"),
    ("bad-option", "(weak-and a (term b ‹:optional-weight 0.0›))", "above 0"),
    ("bad-option", "(weak-and a (term b ‹:optional-weight 1.01›))", "above 0"),
    ("bad-option", "(weak-and a (term b ‹:optional-weight -.5›))", "above 0"),
    ("bad-option", "(weak-and a (term b ‹:optional-weight 3e-1›))", "above 0"),
    ("bad-option", "(weak-and a (term b :optional-hits 1 ‹:optional-weight .5›))", "keep one"),
    ("bad-option", "(strong-or a (term b ‹:optional-hits 1›))", "weak-and"),
    (
        "bad-option",
        "(strong-or (term a :optional-weight 0.7) (term b ‹:optional-weight 0.3000001›))",
        "share",
    ),
    ("bad-arity", "‹(and)›", "such as"),
    ("bad-arity", "‹(or)›", "such as"),
    ("bad-arity", "(and a ‹(not)›)", "such as"),
    ("bad-arity", "‹(term)›", "such as"),
    ("bad-arity", "(term a ‹b›)", "such as"),
    ("bad-arity", "(term ‹(and a)›)", "leave (term"),
    ("bad-arity", "(and a (not b ‹c›))", "such as"),
    ("bad-arity", "‹(difference a)›", "such as"),
    ("bad-arity", "‹(and (not a) (not b))›", "(not b)"),
    ("bad-arity", "(or a ‹(and (not a))›)", "(not b)"),
    ("bad-arity", "‹(weak-and (term a :optional-hits 1))›", "leave one"),
    ("bad-arity", "‹(apply a)›", "such as"),
    ("bad-arity", "‹(apply liker:)›", "such as"),
    ("bad-arity", "(apply liker: a ‹b›)", "join them"),
    ("bad-arity", "(extract owner: a ‹b›)", "join them"),
    ("bad-arity", "(and ‹liker:› 5)", "right behind it"),
    ("bad-arity", "(apply liker: ‹owner:› 5)", "right behind it"),
    ("bad-arity", "(apply liker:5 ‹owner:›)", "right behind it"),
    ("type", "(and owner:5 ‹followed_by:5›)", "(apply owner: …)"),
    ("type", "(and followed_by:5 (or ann) ‹hashtag:x›)", "(apply liked: …)"),
    ("type", "(weak-and city:x ‹(term liker:5 :optional-hits 1)›)", "cross over"),
    ("type", "(or verified:1 ‹city:x›)", "cross over"),
    ("type", "(apply liker: ‹hashtag:x›)", "(apply liked: …)"),
    ("type", "(apply liker: ‹(and a city:x)›)", "finds user"),
    ("type", "(apply ‹name:› a)", "edges of ids"),
    ("type", "(apply ‹verified:› a)", "edges of ids"),
    ("type", "(extract ‹liker:› a)", "fields: owner"),
    ("type", "(extract owner: ‹followed_by:5›)", "finds media"),
    ("bad-arity", "‹(not a)›", "difference"),
    ("bad-arity", "(or a ‹(not b)›)", "difference"),
    ("bad-arity", "(weak-and a ‹(not b)›)", "difference"),
    ("bad-arity", "(and a (not ‹(not b)›))", "difference"),
    ("no-affinity", "(apply liker: a ‹:inner affinity›)", "remove :inner"),
]


@pytest.mark.parametrize(("code", "marked", "hint"), BAD, ids=[f"{c}-{t!a}" for c, t, _ in BAD])
def test_code_place_and_hint(code: str, marked: str, hint: str) -> None:
    start = marked.index("‹")
    end = marked.index("›") - 1
    text = marked.replace("‹", "").replace("›", "")
    error = refused(text)
    line_start = text.rfind("\n", 0, start) + 1
    assert (error.code, error.line, error.column) == (
        code,
        text[:start].count("\n") + 1,
        start - line_start + 1,
    )
    line, underline = error.excerpt.split("\n")
    assert underline == " " * (start - line_start) + "^" * max(1, end - start)
    assert line == (text[line_start:] + "\n").split("\n")[0].replace("\ud800", " ")
    assert hint in error.hint


def test_every_code_occurs() -> None:
    assert {code for code, _, _ in BAD} | {"limit", "no-viewer"} == set(CODES)


REQUESTS = [
    ("followed_by:me", None, None, "no-viewer", 13),
    ("(and a (apply liked: liker:me))", None, None, "no-viewer", 28),
    ("owner:5", U, 7, "type", 1),
    ("(apply liker: a)", U, 7, "type", 1),
    ("country:fr", M, 7, "type", 1),
    ("  (or a city:x)", G, 7, "type", 3),
]


@pytest.mark.parametrize(("text", "vertical", "viewer", "code", "column"), REQUESTS)
def test_what_the_request_forbids(
    text: str, vertical: Vertical | None, viewer: int | None, code: str, column: int
) -> None:
    error = refused(text, vertical, viewer)
    assert (error.code, error.column) == (code, column)


def test_the_excerpt_of_a_long_line_shows_the_place() -> None:
    text = "(and " + "name:abc " * 50 + "foo:bar" + " name:abc" * 50 + ")"
    error = refused(text)
    line, underline = error.excerpt.split("\n")
    assert error.column == text.index("foo") + 1
    assert line[underline.index("^") : underline.rindex("^") + 1] == "foo"
    assert line.startswith("…")
    assert line.endswith("…")


def nested(depth: int) -> str:
    return "(and " * depth + "a" + ")" * depth


FLOODS = {
    "64 KiB": "(and " + "name:abcdef " * 5_461 + ")",
    "deep": nested(100_000),
    "parentheses": "(" * 100_000,
    "wide": "(or " + "a " * 1_000_000 + ")",
    "long value": "name:" + "x" * 1_000_000,
    "open string": 'name:"' + "\\" * 1_000_000,
    "marks": "name:e" + "\u0301" * 1_000_000,
    "wide characters": "日" * 5_462,
}


@pytest.mark.parametrize("name", FLOODS)
def test_floods_are_over_the_limit_at_once(name: str) -> None:
    assert refused(FLOODS[name]).code == "limit"
    assert cost(lambda: refused(FLOODS[name]), 5) <= 5


LEGAL_SIZE = {
    "depth 65": (nested(65), "limit"),
    "deep": (nested(2_700), "limit"),
    "1,025 nodes": ("(or " + "a " * 1_024 + ")", "limit"),
    "parentheses": ("(" * 16_000, "syntax"),
    "open lists": ("(and " * 64, "syntax"),
    "closing": ("(and a" + ")" * 16_000, "syntax"),
    "open string": ('name:"' + "\\" * 16_000 + "a", "syntax"),
    "quotes": ('name:"a"' * 2_000, "syntax"),
    "colons": (":" * 16_000, "syntax"),
    "long operator": ("(" + "and" * 5_000 + " a)", "unknown-operator"),
    "long edge": ("name" * 4_000 + ":a", "unknown-edge"),
    "long option": ("(apply liker: a :" + "limit" * 3_000 + " 5)", "bad-option"),
    "long weight": (f"(weak-and a (term b :optional-weight 1.{'0' * 16_000}1))", "bad-option"),
    "long id": ("liker:" + "9" * 16_000, "bad-value"),
    "marks": ("liker:" + "\u0301" * 8_000, "bad-value"),
    "last": ("(or " + "a " * 1_022 + "liker:x)", "bad-value"),
}


@pytest.mark.parametrize("name", LEGAL_SIZE)
def test_hostile_texts_of_legal_size_fail_at_once(name: str) -> None:
    text, code = LEGAL_SIZE[name]
    assert refused(text).code == code
    assert cost(lambda: refused(text), 40) <= 40


def largest() -> str:
    body = "(or " * 62 + "a" + ")" * 62
    terms = " ".join(f"name:{'é' * 3}{i:04}" for i in range(1_024 - 64))
    text = f"(and {body} {terms})"
    return text + " " * (DEFAULTS.max_text_bytes - len(text.encode()))


LARGEST = {
    "largest": largest(),
    "words": 'name:"' + "a " * 8_000 + '"',
    "ligatures": "(or " + "name:" + " name:".join(["\ufdfa" * 250] * 20) + ")",
    "marks": "name:e" + "\u0301" * 8_000,
    "weights": "(strong-or " + " ".join(f"(term a{i} :optional-weight 0.{i:020})" for i in range(1, 300)) + ")",
    "one long weight": f"(strong-or (term a :optional-weight 0.{'0' * 9_000}1) "
    + "(term b :optional-weight .0001)" * 180
    + ")",
}


@pytest.mark.parametrize("name", LARGEST)
def test_the_largest_legal_queries_bind_quickly(name: str) -> None:
    text = LARGEST[name]
    assert len(text.encode()) <= DEFAULTS.max_text_bytes
    assert cost(lambda: answer(text), 80) <= 80


def test_limits_are_settings_and_exact() -> None:
    assert answer(nested(64))
    assert parse("(or a (term b) :x 1)", Settings(max_nodes=4))
    with pytest.raises(QueryError) as nodes:
        parse("(or a (term b) c)", Settings(max_nodes=4))
    assert (nodes.value.code, nodes.value.column) == ("limit", 16)
    with pytest.raises(QueryError) as depth:
        parse("(or a (term b))", Settings(max_depth=1))
    assert (depth.value.code, depth.value.column) == ("limit", 7)
    assert parse("é" * 32, Settings(max_text_bytes=64))
    with pytest.raises(QueryError) as size:
        parse("\n" + "é" * 32, Settings(max_text_bytes=64))
    assert (size.value.code, size.value.line, size.value.column) == ("limit", 2, 32)


PIECES = [
    *"()()  \":;*\\#'-0159.\n\t",
    *"\u00a0\u0301é日😀\x00\ud800\udfff",
    *("(and ", "(or ", "(weak-and ", "(strong-or ", "(apply liker: ", "(extract owner: ", "(term ", "(not "),
    *(
        "name:a ",
        "liker:me ",
        "owner:5 ",
        'city:"x ',
        '"* ',
        "hashtag:# ",
        "mt:a:b= ",
        "verified:1 ",
        "ann ",
        "name:",
    ),
    *(
        ":limit 5 ",
        ":optional-weight .3 ",
        ":optional-hits 2 ",
        ":order hits ",
        ":min-hits 0 ",
        ":inner affinity ",
    ),
]


@pytest.mark.parametrize("part", range(4))
def test_random_texts_raise_nothing_but_query_errors(part: int) -> None:
    seed = 20_240_000 + part
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _ in range(5_000):
        if chance.random() < 0.2:
            text = chance.randbytes(chance.randrange(40)).decode("latin-1")
        else:
            text = "".join(chance.choices(PIECES, k=chance.randrange(1, 14)))
            text += ")" * (text.count("(") - text.count(")")) * (chance.random() < 0.7)
        vertical = chance.choice([None, *Vertical])
        error = error_of(text, vertical, chance.choice([None, 5]))
        if error is None:
            continue
        assert error.code in CODES, repr(text)
        assert error.hint, repr(text)
        assert error.excerpt.count("\n") == 1, repr(text)
        assert is_inside(text, error), repr(text)


def error_of(text: str, vertical: Vertical | None, viewer: int | None) -> QueryError | None:
    try:
        answer(text, vertical, viewer)
    except QueryError as error:
        return error
    return None


def is_inside(text: str, error: QueryError) -> bool:
    """Whether line and column name a code point of the text, or the one right behind a line."""
    assert error.line is not None
    assert error.column is not None
    return 1 <= error.column <= len(text.split("\n")[error.line - 1]) + 1
