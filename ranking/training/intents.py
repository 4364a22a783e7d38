"""What people want who type a text, learnt from what they chose under it: the counts of `ranking/box/intents.py`.

Lists of the box are blended under the intents in force when they were served. Which of them can teach a blend that will be served
under other ones is also told here.
"""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import polars as pl

from ranking.box.intents import FEWEST, TASK, VERTICALS, Intents, keys_of
from ranking.box.rewriting.typed import Typed
from ranking.features.schema import FeatureSchema
from ranking.log.searches import Searches
from ranking.training.examples import Examples
from schemas.catalogue import Vertical
from schemas.errors import InputError
from schemas.text import fold

SURFACE = "typeahead"
ALIKE = 0.05
"""How far, in the mean of a list, chances of a vertical may be from those now in force."""
LEAST_ALIKE = 0.5
"""The share of lists that must be so: where intents are new, the few that they leave as they were are no sample of what will be."""


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


def blended_under(intents: Intents, schema: FeatureSchema, examples: Examples) -> tuple[Examples, int]:
    """The searches whose features as served hold chances as these intents give them, and how many others there were.

    InputError `lopsided-log` where these are fewer than LEAST_ALIKE: a blend learnt from them would weigh intents that it has not
    seen.
    """
    asked = zip(examples.texts.tolist(), examples.countries.tolist(), strict=True)
    now = np.array([intents.chances(Typed.of(text), fold(country)) for text, country in asked])
    kinds = [schema.places[f"is_{vertical}"] for vertical in VERTICALS]
    expected = (examples.matrix[:, kinds] * now[examples.searches]).sum(axis=1)
    apart = np.abs(examples.matrix[:, schema.places["intent"]] - expected)
    alike = np.bincount(examples.searches, apart, len(examples.sizes)) / examples.sizes <= ALIKE
    if alike.mean() < LEAST_ALIKE:
        raise InputError(
            "lopsided-log",
            f"of {len(alike):,} lists, {int(alike.sum()):,} were blended under intents like those now in force",
            hint="serve with these intents for some days, then train the blend",
        )
    return examples.some(alike), int((~alike).sum())
