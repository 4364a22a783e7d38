"""Completion: what may stand at the cursor, and that nothing outside the viewer's world ever shows in it."""

from __future__ import annotations

import string
from pathlib import Path

import pytest

from api.repl.candidates import Candidate, TermsOf, candidates
from api.repl.cursor import cursor_at
from api.session import Session
from query import World, live_terms
from query.operators import OPERATORS
from schemas.catalogue import CATALOGUE, EDGE_NAMES, Vertical
from schemas.ids import ExternalId
from schemas.settings import Settings
from tests.test_cli import build

ANN, EVE = ExternalId(1), ExternalId(5)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return Session(build(tmp_path_factory.mktemp("completion")), Settings())


@pytest.fixture(scope="module")
def world(session: Session) -> World:
    return session.world(ANN, is_operator=False)


def terms_of(world: World) -> TermsOf:
    return lambda edge, beginning, limit: live_terms(world, edge, beginning, limit)


def offered(text: str, world: World, vertical: Vertical | None = None) -> list[str]:
    return [candidate.text for candidate in candidates(text, terms_of(world), vertical)[1]]


# -- what may stand where ----------------------------------------------------------------------------------------------


def test_operators_behind_a_parenthesis(world: World) -> None:
    assert offered("(", world) == [operator.op.value for operator in OPERATORS]
    assert offered("(and (a", world) == ["and", "apply"]
    assert (
        candidates("(or (weak", terms_of(world), None)[1][0].meaning
        == "an and, some of whose operands may be missing from some results"
    )


def test_edges_with_the_meaning_of_each_vertical(world: World) -> None:
    assert offered("(and follow", world) == ["followed_by:", "follower:"]
    (found,) = [c for c in candidates("veri", terms_of(world), None)[1] if c.text == "verified:"]
    assert found == Candidate("verified:", "user: verified accounts · media: media whose owner is verified")


@pytest.mark.parametrize("vertical", Vertical)
def test_edges_of_the_vertical_asked_for(world: World, vertical: Vertical) -> None:
    found = [text for text in offered("", world, vertical) if text.endswith(":")]
    assert found == [f"{edge.name}:" for edge in CATALOGUE if edge.vertical is vertical]
    assert {text for text in offered("", world) if text.endswith(":")} == {f"{name}:" for name in EDGE_NAMES}


@pytest.mark.parametrize(
    ("text", "fits", "fits_not"),
    [
        ("(apply liker: ", "followed_by:", "hashtag:"),
        ("(apply liker: (extract owner: ", "hashtag:", "followed_by:"),
        ("(and hashtag:#a ", "caption:", "city:"),
        ("(and (apply liker: followed_by:me) ", "caption:", "city:"),
        ("(apply member_of: ", "member:", "caption:"),
        ('(and hashtag:"(" ; (and (', "", "caption:"),
        ('(and hashtag:"(" ; (and (\n', "caption:", "city:"),
    ],
)
def test_edges_fit_the_types(world: World, text: str, fits: str, fits_not: str) -> None:
    found = offered(text, world)
    assert not fits or fits in found
    assert fits_not not in found


def test_heads_of_apply_and_extract(world: World) -> None:
    assert set(offered("(extract ", world)) == {"owner:", "hashtag:", "location:", "tagged:", "mention:"}
    assert "liker:" in offered("(apply ", world)
    assert "name:" not in offered("(apply ", world)
    assert offered("(and hashtag:#a (apply lik", world) == ["liker:"]
    assert offered("(and username:a (apply lik", world) == ["liked:"]


def test_options_where_they_are_read(world: World) -> None:
    assert offered("(apply liker: owner:me :", world) == [":limit", ":min-hits", ":order", ":inner"]
    assert offered("(apply liker: owner:me :limit 5 :m", world) == [":min-hits"]
    assert offered("(apply liker: owner:me :order ", world) == ["hits"]
    assert offered("(weak-and name:a (term name:b :", world) == [":optional-hits", ":optional-weight"]
    assert offered("(strong-or (and name:b :", world) == [":optional-weight"]
    assert offered("(and name:a :", world) == []
    assert offered("(extract owner: liker:me :limit 5 :", world) == []


def test_me_and_flags(world: World) -> None:
    assert offered("(and follower:", world) == ["follower:me"]
    assert offered("location:m", world) == []
    assert offered("verified:", world) == ["verified:1"]
    assert offered("nothing:", world) == []


def test_live_terms_most_frequent_first_and_quoted_where_needed(world: World) -> None:
    assert offered("hashtag:g", world) == ["hashtag:#golden"]
    assert offered("hashtag:#", world) == ["hashtag:#golden", "hashtag:#tea"]
    assert candidates("hashtag:#g", terms_of(world), None) == ("hashtag:#g", [Candidate("hashtag:#golden", "2 media")])
    assert offered("city:ne", world) == ['city:"new york"']
    assert offered('city:"new y', world) == ['city:"new york"']
    assert offered("(and name:bo", world) == ["name:bob", "name:bold"]
    assert offered("name:blu", world, Vertical.PLACE) == ["name:blue"]
    assert "bob" in offered("bo", world)
    assert "golden" in offered("gol", world, Vertical.MEDIA)


def test_what_cannot_be_typed_is_not_offered(world: World) -> None:
    assert offered("name:", world) == []  # a word edge has too many to list without a beginning
    assert offered("; name:b", world) == []


@pytest.mark.parametrize(
    "text", [")", "))(", '"', '(and "', ":", "(:", "(and :", "\\", "(apply : ", "\ud800", "name:\ud800"]
)
def test_no_text_is_too_odd(world: World, text: str) -> None:
    partial, _ = candidates(text, terms_of(world), None)
    assert text.endswith(partial)


def test_cursor_is_linear_in_the_text() -> None:
    assert len(cursor_at("(" * 100_000).frames) == 100_000
    assert cursor_at('"' + "\\" * 100_000).partial
    assert cursor_at("a" * 200_000 + ":").partial.endswith(":")


# -- the viewer's world ------------------------------------------------------------------------------------------------

PREFIXES = ("", *string.ascii_lowercase, "#g", "gold", "ann", "zoe")


def everything_offered(world: World) -> dict[tuple[str, Vertical | None], list[Candidate]]:
    texts = [f"{name}:{beginning}" for name in EDGE_NAMES for beginning in PREFIXES] + [f"(and {p}" for p in PREFIXES]
    return {
        (text, vertical): candidates(text, terms_of(world), vertical)[1]
        for text in texts
        for vertical in (None, *Vertical)
    }


def test_completion_is_that_of_a_world_without_what_is_hidden(world: World, tmp_path: Path) -> None:
    without = Session(build(tmp_path, has_hidden=False), Settings())
    assert everything_offered(world) == everything_offered(without.world(ANN, is_operator=False))


def test_who_may_see_more_is_offered_more(session: Session) -> None:
    eve = session.world(EVE, is_operator=False)
    assert offered("hashtag:gold", eve) == ["hashtag:#golden", "hashtag:#goldrush", "hashtag:#goldsecret"]
    assert offered("name:zo", eve) == ["name:zoe", "name:zoe_zebra"]
    assert offered("hashtag:gold", session.world(None, is_operator=False)) == ["hashtag:#golden", "hashtag:#goldrush"]
    assert "hashtag:#goldsecret" in offered("hashtag:gold", session.world(None, is_operator=True))
