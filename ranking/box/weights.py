"""Hand-tuned weights: what ranks each vertical and blends them all where no model was learnt, and what a learnt one has to beat."""

from __future__ import annotations

from collections.abc import Mapping

from ranking.features.catalogue import (
    ACCOUNT_SEARCH,
    BLEND,
    GROUP_SEARCH,
    HASHTAG_SEARCH,
    MEDIA_SEARCH,
    PLACE_SEARCH,
)
from ranking.pipeline.scorer import Linear
from schemas.catalogue import Vertical

_FIT = {"fitting_words": 2.0, "whole_words": 0.5, "typed_share": 0.5, "begins": 0.4, "edits": -0.8, "past_clicks": 1.5}

BY_VERTICAL: Mapping[Vertical, Linear] = {
    Vertical.USER: Linear(
        "account_search/by-hand",
        ACCOUNT_SEARCH,
        _FIT
        | {
            "followers": 0.35,
            "verified": 0.3,
            "follows": 2.0,
            "is_followed": 0.5,
            "mutuals": 0.7,
            "fan_mutuals": 0.1,
            "affine_mutuals": 0.4,
            "affinity": 1.0,
            "username_begins": 0.2,
            "in_country": 0.4,
        },
    ),
    Vertical.HASHTAG: Linear(
        "hashtag_search/by-hand",
        HASHTAG_SEARCH,
        _FIT
        | {
            "media": 0.45,
            "recent_media": 0.2,
            "recent_share": 0.5,
            "growth": 0.1,
            "viewer_uses": 1.0,
            "friends_use": 0.4,
        },
    ),
    Vertical.PLACE: Linear(
        "place_search/by-hand",
        PLACE_SEARCH,
        _FIT | {"visits": 0.45, "viewer_visits": 1.2, "friends_visits": 0.6, "distance_km": -0.35, "in_country": 0.6},
    ),
    Vertical.GROUP: Linear(
        "group_search/by-hand", GROUP_SEARCH, _FIT | {"members": 0.4, "viewer_is_in": 1.5, "friends_in": 0.6}
    ),
    Vertical.MEDIA: Linear(
        "media_search/by-hand",
        MEDIA_SEARCH,
        {
            "age_days": -0.004,
            "author_verified": 0.4,
            "author_followers": 0.15,
            "follows_author": 1.5,
            "past_clicks": 1.5,
        },
    ),
}

BLENDED = Linear(
    "blend/by-hand",
    BLEND,
    {
        "log_intent": 1.0,
        "viewer_intent": 1.2,
        "log_rank": -0.9,
        "score_share": 0.5,
        "popularity": 0.05,
        "tie": 0.9,
        "friends": 0.25,
        "whole_words": 0.5,
        "typed_share": 0.6,
        "begins": 0.2,
        "edits": -0.8,
        "past_clicks": 1.2,
    },
)
