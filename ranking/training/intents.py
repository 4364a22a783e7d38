"""What people want who type a text, learnt from what they chose under it: the counts of `ranking/box/intents.py`."""

from __future__ import annotations

from collections import Counter, defaultdict

import polars as pl

from ranking.box.intents import FEWEST, TASK, VERTICALS, Intents, keys_of
from ranking.box.rewriting.typed import Typed
from ranking.log.searches import Searches
from schemas.catalogue import Vertical
from schemas.errors import InputError
from schemas.text import fold

SURFACE = "typeahead"


def learn_intents(searches: Searches) -> tuple[Intents, int]:
    """The counts of choices under the box, and how many choices there were. Values of fewer than FEWEST viewers are left out.

    One viewer counts each value once for a vertical however often they come back: a habit is not what others want.
    InputError `lopsided-log` where fewer than FEWEST viewers chose anything.
    """
    chosen = searches.frame.filter(
        pl.col("clicked") & (pl.col("surface") == SURFACE) & pl.col("viewer_id").is_not_null()
    )
    viewers: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    counted: defaultdict[tuple[str, str], set[tuple[int, Vertical]]] = defaultdict(set)
    for text, country, viewer, name in chosen.select("query", "country", "viewer_id", "vertical").iter_rows():
        try:
            vertical = Vertical(name)
        except ValueError:
            continue
        for key in keys_of(Typed.of(text), fold(country)):
            viewers[key].add(viewer)
            counted[key].add((viewer, vertical))
    people = chosen["viewer_id"].n_unique()
    if people < FEWEST:
        raise InputError(
            "lopsided-log",
            f"nothing to learn {TASK} from: {chosen.height} choices of {people} viewers under the box",
            hint=f"it takes {FEWEST} viewers",
        )
    kept: dict[tuple[str, str], tuple[int, ...]] = {}
    for key, pairs in counted.items():
        if len(viewers[key]) >= FEWEST:
            by = Counter(vertical for _, vertical in pairs)
            kept[key] = tuple(by[vertical] for vertical in VERTICALS)
    return Intents(kept), chosen.height
