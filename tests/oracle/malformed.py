"""Seeded queries that the language refuses, each for one reason, with the code of the error."""

from collections.abc import Callable
from random import Random

from .coverage import Coverage
from .edges import EDGES, ID_KINDS, VERTICALS
from .random_query import QueryMaker
from .world import World

TOO_LARGE, TOO_SMALL = str(2**63), str(-(2**63) - 1)

Malformed = tuple[str, str]
"""(code, query)"""


class MistakeMaker:
    """Well-typed queries of one vertical with one mistake put in. No query here has a viewer."""

    def __init__(self, world: World, rng: Random) -> None:
        self.rng = rng
        self.maker = QueryMaker(world, rng, None, Coverage())
        self.vertical = rng.choice(VERTICALS)

    def good(self, vertical: str | None = None) -> str:
        """A form of the vertical in which nothing is wrong, and whose vertical is plain to see."""
        vertical = vertical or self.vertical
        return self.rng.choice(
            {
                "user": ("followed_by:1", "(apply liked: owner:1)", "username:x*", "(or name:a member_of:3)"),
                "media": ("liker:1", "tag:x", "(and caption:x (not type:photo))", "(apply owner: name:x)"),
                "hashtag": ("used_by:1", "(and name:x used_by:2)", "(extract hashtag: liker:1)"),
                "place": ("visited_by:1", "city:oslo", "(extract location: tag:x)"),
                "group": ("member:1", "contains:2", "(and name:x (not contains:3))"),
            }[vertical]
        )

    def another(self) -> str:
        """A vertical that is not this one."""
        return self.rng.choice([vertical for vertical in VERTICALS if vertical != self.vertical])

    def syntax(self) -> str:
        good = self.good()
        return self.rng.choice(
            (
                "", "  ", "; nothing", f"(and {good}", f"{good})", f"{good} {good}", "()",
                f"(or {good} name:", f'(or {good} name:"open', '"bare"', f'(or {good} "bare")', f"(({good}))", f"({good})",
                f"(or {good} \ud800)", f"(apply owner: {good} :limit)", "name:", ":limit 3",
            )
        )  # fmt: skip

    def limit(self) -> str:
        good = self.good()
        return self.rng.choice(
            (
                "(and " * 200 + good + ")" * 200,
                "(or " + f"{good} " * 1500 + ")",
                "name:" + "x" * 20_000,
                good + " " * 17_000,
                "(and " * 5_000 + good,
            )
        )

    def unknown_operator(self) -> str:
        name = self.rng.choice(("nand", "weakand", "strong_or", "an", "aply"))
        return self.rng.choice((f"({name} {self.good()})", f"(or {self.good()} ({name} {self.good()}))"))

    def unknown_edge(self) -> str:
        name = self.rng.choice(("nme", "followedby", "owners", "likes"))
        good = self.good()
        return self.rng.choice((f"{name}:1", f"(or {good} {name}:x)", f"(apply {name}: {good})"))

    def bad_value(self) -> str:
        edges = [e for of in EDGES.values() for e, kind in of.items() if kind in ID_KINDS]
        edge = self.rng.choice(edges)
        value = self.rng.choice(("x", "1.5", "+1", "12*", '"me"', '"1"*', "１", "-", TOO_LARGE, TOO_SMALL))
        machine = self.rng.choice(("osm", "osm:way", "*:*=*", ":=", "*:=*", "way=3", "osm:*"))
        other = self.rng.choice(("verified:1*", "private:*", "liked:me", "location:me", "in_group:me"))
        return self.rng.choice((f"{edge}:{value}", f"mt:{machine}", other))

    def bad_option(self) -> str:
        v, good = self.vertical, self.good()
        edge, value = self.rng.choice([(e, k) for e, k in EDGES[v].items() if k in EDGES])
        inner = self.good(value)
        option = self.rng.choice(
            (
                ":limit 0", ":limit -1", ":limit 1.5", ":limit x", ":min-hits 0", ":order static", ":order 1",
                ":optional-hits 1", ":optional-weight 0.5", ":max 3", ":limit 2 :limit 3", ":inner static",
            )
        )  # fmt: skip
        weak = self.rng.choice(
            (
                ":optional-hits -1", ":optional-hits 0.5", ":optional-weight 0", ":optional-weight 1.01",
                ":optional-weight x", ":optional-hits 1 :optional-weight 0.5", ":limit 3",
            )
        )  # fmt: skip
        return self.rng.choice(
            (
                f"(apply {edge}: {inner} {option})",
                f"(weak-and {good} (or {good} {weak}))",
                f"(strong-or (or {good} :optional-hits 1) {good})",
                f"(strong-or (or {good} :optional-weight 0.6) (or {good} :optional-weight 0.5))",
                f"(or {good} :optional-weight 0.5)",
                f"(and {good} (or {good} :optional-hits 2))",
                f"(or {good} :limit 5)",
                "(extract owner: liker:1 :min-hits 2)",
            )
        )

    def bad_arity(self) -> str:
        good = self.good()
        return self.rng.choice(
            (
                f"(difference {good})",
                f"(and (not {good}))",
                f"(and {good} (not {good} {good}))",
                f"(not {good})",
                f"(or {good} (not {good}))",
                f"(weak-and (or {good} :optional-hits 1))",
                f"({self.rng.choice(('and', 'or', 'difference', 'weak-and', 'strong-or', 'term'))})",
                "(apply liker:)",
                "(apply liker: follower:1 follower:2)",
                "(extract owner: liker:1 liker:2)",
                "(term liker:1 liker:2)",
            )
        )

    def type(self) -> str:
        other = self.another()
        takers = [(e, k) for of in EDGES.values() for e, k in of.items() if k in EDGES and k != self.vertical]
        edge, _ = self.rng.choice(takers)
        op = self.rng.choice(("and", "or", "difference", "weak-and", "strong-or"))
        return self.rng.choice(
            (
                f"({op} {self.good()} {self.good(other)})",
                f"(apply {edge}: {self.good()})",
                f"(apply name: {self.good()})",
                f"(extract liker: {self.good('media')})",
                f"(extract owner: {self.good(self.rng.choice(('user', 'hashtag', 'place', 'group')))})",
            )
        )

    def no_viewer(self) -> str:
        return self.rng.choice(("owner:me", "(apply followed_by: followed_by:me)", "(or name:x follower:me)"))

    def no_affinity(self) -> str:
        return "(apply followed_by: name:x :inner affinity)"

    def any(self) -> Malformed:
        """One mistake of any code."""
        code, make = self.rng.choice(self.makers())
        return code, make()

    def makers(self) -> list[tuple[str, Callable[[], str]]]:
        """Each code with its maker."""
        return [
            ("syntax", self.syntax),
            ("limit", self.limit),
            ("unknown-operator", self.unknown_operator),
            ("unknown-edge", self.unknown_edge),
            ("bad-value", self.bad_value),
            ("bad-option", self.bad_option),
            ("bad-arity", self.bad_arity),
            ("type", self.type),
            ("no-viewer", self.no_viewer),
            ("no-affinity", self.no_affinity),
        ]


def malformed_query(world: World, rng: Random) -> Malformed:
    """(code, query): to be asked without viewer and vertical."""
    return MistakeMaker(world, rng).any()
