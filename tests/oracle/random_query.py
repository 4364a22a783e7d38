"""Seeded random well-typed queries for a world: every operator, edge, option and spelling."""

from random import Random

from . import random_world as texts
from .coverage import Coverage
from .edges import EDGES, FIELDS, ID_KINDS, TEXT_KINDS
from .text import clean_tag, fold, hashtag, words
from .world import World

VOCABULARY: dict[str, tuple[str, ...]] = {
    "words": (*texts.FULL_NAMES, *texts.CAPTION_WORDS, *texts.HANDLES, *texts.PLACES, *texts.GROUPS, "ann l"),
    "username": (*texts.HANDLES, *texts.ODD_USERNAMES, "ann.", "ann_"),
    "country": texts.COUNTRIES,
    "city": (*texts.CITIES, "new y"),
    "category": texts.CATEGORIES,
    "type": ("photo", "video", "album", "Photo"),
    "autotag": (*texts.LABELS, "hot a"),
    "tag": (*texts.TAGS, "osm:way=30", "osm"),
    "hashtag": texts.HASHTAGS,
    "hashtag-name": texts.HASHTAGS,
}
MACHINE_TAGS = (
    "osm:way=30*", "osm:way=", "osm:way=*", "osm:*=17", "*:*=sanfrancisco", ":way=", ":user=bees",
    "OSM:Way=30", "osm::=", "geo:lon=-0.1", "geo:*=+*", "astro:name=M31", "*:way=3*", "x_1:y_2=strasse",
)  # fmt: skip
UNKNOWN = ("nobody", "ζζζ", "-", "me", "*", "\\", "o", ":", "a:b", '"', "(", ";x", " ", "\u0301")
BROAD = {
    "user": ("name", "username"),
    "media": ("type", "hashtag"),
    "hashtag": ("name",),
    "place": ("name",),
    "group": ("name",),
}
LINKS = {
    "user": (("follows", "follower_id"), ("media", "owner_id"), ("likes", "liker_id")),
    "media": (("likes", "media_id"), ("media_tagged_users", "media_id"), ("group_media", "media_id")),
    "place": (),
    "group": (("group_members", "group_id"), ("group_media", "group_id")),
}
"""Where ids stand that have facts: the terms made of them are seldom empty."""

STORED = {
    ("user", "name"): ("users", "fullname"),
    ("user", "username"): ("users", "username"),
    ("user", "country"): ("users", "country"),
    ("media", "caption"): ("media", "caption"),
    ("media", "autotag"): ("media_autotags", "label"),
    ("media", "tag"): ("media_tags", "tag"),
    ("media", "hashtag"): ("media_hashtags", "hashtag"),
    ("hashtag", "name"): ("media_hashtags", "hashtag"),
    ("place", "name"): ("places", "name"),
    ("place", "city"): ("places", "city"),
    ("place", "country"): ("places", "country"),
    ("place", "category"): ("places", "category"),
    ("group", "name"): ("groups", "name"),
}
"""Where the text of an edge stands, to ask for what is there."""

WEIGHTS = ("0.1", "0.25", "0.3", "0.5", "0.9", "1", "1.0", "0.05", "0.333")
SHARES = ("0.1", "0.2", "0.25", "0.3", "0.333")
SEPARATORS = (" ", " ", " ", " ", " ", " ", "  ", "\n", "\t")


class QueryMaker:
    """Makes query texts of a vertical; counts in `coverage` what it uses."""

    def __init__(
        self, world: World, rng: Random, viewer: int | None, coverage: Coverage, has_affinity: bool = False
    ) -> None:
        self.has_affinity = has_affinity and viewer is not None
        self.world = world
        self.rng = rng
        self.viewer = viewer
        self.coverage = coverage
        self.ids = {vertical: sorted(ids, key=str) for vertical, ids in world.documents.items()}
        self.linked = {
            vertical: [row[column] for table, column in of for row in world.tables[table]]
            for vertical, of in LINKS.items()
        }

    def use(self, feature: str) -> None:
        self.coverage[feature] += 1

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def space(self) -> str:
        """Something between two arguments: white space, seldom a comment."""
        if self.chance(0.01):
            self.use("spelling:comment")
            return ' ;a comment ) ( " owner:\n'
        return self.rng.choice(SEPARATORS)

    def listed(self, op: str, *arguments: str) -> str:
        """`(op argument …)`."""
        self.use(f"operator:{op}")
        text = "(" + op
        for argument in arguments:
            text += self.space() + argument
        return text + (" )" if self.chance(0.02) else ")")

    # terms

    def spelled(self, text: str, prefix: bool) -> str:
        """A value as written: quoted where it must be, and sometimes where it need not."""
        plain = text and not any(c.isspace() or c in '()";' for c in text) and not text.endswith("*")
        star = "*" if prefix else ""
        if prefix:
            self.use("spelling:prefix")
        if (plain and self.chance(0.85)) or (prefix and text == "" and self.chance(0.7)):
            return text + star
        self.use("spelling:quoted-prefix" if prefix else "spelling:quoted")
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"{star}'

    def text_value(self, vertical: str, edge: str, kind: str) -> str:
        """A value of a text edge: known, folded, cut short, or unknown; whole or a prefix."""
        if self.chance(0.06):
            self.use("spelling:unknown-value")
            return self.spelled(self.rng.choice(UNKNOWN), self.chance(0.4))
        text = self.rng.choice(VOCABULARY[edge if edge in VOCABULARY and edge != "hashtag" else kind])
        table, column = STORED.get((vertical, edge), ("users", "username"))
        if (vertical, edge) in STORED and self.world.tables[table] and self.chance(0.6):
            text = str(self.rng.choice(self.world.tables[table])[column])
            text = self.rng.choice(words(text) or ("",)) if kind == "words" and self.chance(0.8) else text
        match self.rng.randrange(12):
            case 0:
                text = text.upper()
            case 1:
                text = {"tag": clean_tag, "hashtag": hashtag}.get(kind, fold)(text)
            case 2:
                text = text + self.rng.choice((" ann", "-lee", "!", "s"))
        if self.chance(0.35):
            return self.spelled(text[: self.rng.choice((0, 1, 2, 3, 5, 40))], True)
        return self.spelled(text, False)

    def id_value(self, vertical: str) -> str:
        """An id of a vertical, for a user maybe `me`, seldom unknown."""
        if vertical == "user" and self.viewer is not None and self.chance(0.25):
            self.use("spelling:me")
            return "me"
        if not self.ids[vertical] or self.chance(0.05):
            self.use("spelling:unknown-value")
            return str(self.rng.choice((*texts.EXTREME_IDS, 424242, "007")))
        linked = self.linked[vertical]
        return str(self.rng.choice(linked if linked and self.chance(0.7) else self.ids[vertical]))

    def term(self, vertical: str) -> str:
        """`edge:value` or a bare word."""
        if self.chance(0.03):
            word = self.text_value(vertical, "name", "words")
            if not word.startswith('"') and ":" not in word:
                self.use("spelling:bare-word")
                return word
        edge, kind = self.rng.choice(list(EDGES[vertical].items()))
        self.use(f"edge:{vertical}.{edge}")
        if kind in ID_KINDS:
            value = self.id_value(kind)
        elif kind == "flag":
            value = self.rng.choice(("1", "1", "1", "1", "0", '"1"', "x"))
        elif kind == "machine-tag":
            value = self.rng.choice(MACHINE_TAGS)
        elif kind == "hashtag" and self.ids["hashtag"] and self.chance(0.5):
            tag = str(self.rng.choice(self.ids["hashtag"]))
            value = self.spelled(self.rng.choice(("", "#")) + tag, False)
        else:
            assert kind in TEXT_KINDS
            value = self.text_value(vertical, edge, kind)
        return f"{edge}:{value}"

    # operators

    def broad(self, vertical: str) -> str:
        """A term that most documents of the vertical have."""
        edge = self.rng.choice(BROAD[vertical])
        self.use(f"edge:{vertical}.{edge}")
        self.use("spelling:prefix")
        return f"{edge}:*"

    def form(self, vertical: str, depth: int) -> str:
        """A form of the vertical, at most `depth` operators deep."""
        if self.chance(0.1):
            return self.broad(vertical)
        if depth <= 0 or self.chance(0.2):
            term = self.term(vertical)
            return self.listed("term", term) if self.chance(0.05) else term
        makers = [self.conjunction, self.union, self.difference, self.weak_and, self.strong_or]
        makers += [self.apply, self.apply, self.apply]
        if vertical in FIELDS.values():
            makers += [self.extract, self.extract]
        return self.rng.choice(makers)(vertical, depth - 1)

    def forms(self, vertical: str, depth: int, low: int, high: int) -> list[str]:
        """Some operands, the further ones shallower."""
        count = self.rng.randint(low, high)
        forms = [self.form(vertical, depth - i) for i in range(count)]
        if count > 1 and self.chance(0.4):
            forms[0] = self.broad(vertical)
        return forms

    def conjunction(self, vertical: str, depth: int) -> str:
        operands = self.forms(vertical, depth, 1, 2)
        operands += [self.listed("not", e) for e in self.forms(vertical, depth - 1, 0, 2) if self.chance(0.6)]
        self.rng.shuffle(operands)
        return self.listed("and", *operands)

    def union(self, vertical: str, depth: int) -> str:
        return self.listed("or", *self.forms(vertical, depth, 1, 4))

    def difference(self, vertical: str, depth: int) -> str:
        return self.listed("difference", *self.forms(vertical, depth, 2, 3))

    def with_option(self, form: str, name: str, value: str) -> str:
        """The operand with an option: in its list, or in a `(term …)` around it."""
        self.use(f"option:{name}")
        if form.startswith("("):
            return f"{form[:-1]}{self.space()}:{name} {value})"
        return self.listed("term", form, f":{name} {value}")

    def weak_and(self, vertical: str, depth: int) -> str:
        operands = self.forms(vertical, depth, 1, self.rng.choice((1, 1, 2)))
        for form in self.forms(vertical, depth - 1, 0, 3):
            if self.chance(0.6):
                operands.append(self.with_option(form, "optional-weight", self.rng.choice(WEIGHTS)))
            else:
                operands.append(self.with_option(form, "optional-hits", str(self.rng.choice((0, 1, 2, 5)))))
        self.rng.shuffle(operands)
        return self.listed("weak-and", *operands)

    def strong_or(self, vertical: str, depth: int) -> str:
        quotas = self.forms(vertical, depth, 0, 3)
        shares: tuple[str, ...] = {1: WEIGHTS, 2: (*SHARES, "0.4", "0.5")}.get(len(quotas), SHARES)
        operands = [self.with_option(form, "optional-weight", self.rng.choice(shares)) for form in quotas]
        operands += self.forms(vertical, depth - 1, 0 if operands else 1, 2)
        self.rng.shuffle(operands)
        return self.listed("strong-or", *operands)

    def headed(self, op: str, edge: str, inner: str, options: list[str]) -> str:
        """`(op edge: inner options)`; the head may touch what follows."""
        touching = self.chance(0.3) if inner.startswith("(") else self.chance(0.03)
        if touching:
            self.use("spelling:touching")
        head = edge + ":" + inner if touching else edge + ":" + self.space() + inner
        return self.listed(op, head, *options)

    def limit(self, share: float) -> list[str]:
        if not self.chance(share):
            return []
        self.use("option:limit")
        return [f":limit {self.rng.choice((1, 1, 2, 3, 4, 6, 9, 10_000))}"]

    def apply(self, vertical: str, depth: int) -> str:
        edges = [(edge, kind) for edge, kind in EDGES[vertical].items() if kind in EDGES]
        edge, value = self.rng.choice(edges)
        self.use(f"apply:{vertical}.{edge}")
        options = self.limit(0.4)
        if self.chance(0.25):
            self.use("option:min-hits")
            options.append(f":min-hits {self.rng.choice((1, 2, 2, 3))}")
        if self.chance(0.3):
            self.use("option:order")
            options.append(":order hits")
        if self.has_affinity and value == "user" and self.chance(0.6):
            self.use("option:inner")
            options.append(":inner affinity")
        self.rng.shuffle(options)
        return self.headed("apply", edge, self.form(value, depth), options)

    def extract(self, vertical: str, depth: int) -> str:
        field = self.rng.choice([field for field, of in FIELDS.items() if of == vertical])
        self.use(f"extract:{field}")
        return self.headed("extract", field, self.form("media", depth), self.limit(0.4))


def random_query(
    world: World, rng: Random, vertical: str, viewer: int | None = None, coverage: Coverage | None = None
) -> str:
    """A well-typed query of the vertical, up to five operators deep."""
    maker = QueryMaker(world, rng, viewer, Coverage() if coverage is None else coverage)
    return maker.form(vertical, rng.choice((1, 1, 2, 2, 3, 3, 4, 5)))
