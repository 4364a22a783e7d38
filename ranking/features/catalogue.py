"""All features, declared in one place, and the schemas that rankers are trained on."""

from __future__ import annotations

from dataclasses import replace

from ranking.features.schema import CATEGORY, Feature, FeatureSchema, Freshness, Source

_PATHS = (
    Feature("mutuals", Source.GRAPH, "people whom the viewer follows who follow the account"),
    Feature("adamic_adar", Source.GRAPH, "the same, each worth 1 / log of whom he follows"),
    Feature("resource_allocation", Source.GRAPH, "the same, each worth 1 / whom he follows"),
    Feature("cosine", Source.GRAPH, "mutuals over the root of both degrees"),
    Feature("jaccard", Source.GRAPH, "mutuals over those whom either follows"),
    Feature("three_paths", Source.GRAPH, "paths of three links, middles worth 1 / root of their degree"),
    Feature("three_paths_normalised", Source.GRAPH, "the same over the root of both degrees"),
    Feature("walk", Source.GRAPH, "where a walk that restarts at the viewer is, over the root of the degree"),
    Feature("spectral", Source.GRAPH, "inner product of the leading singular vectors"),
    Feature("spectral_cosine", Source.GRAPH, "cosine of the leading singular vectors"),
    Feature("followers", Source.DOCUMENT, "links of the account"),
    Feature("viewer_following", Source.DOCUMENT, "links of the viewer"),
)

TYPEAHEAD = FeatureSchema(
    "typeahead",
    (
        *_PATHS,
        Feature(
            "popularity_share",
            Source.GRAPH,
            "followers over the most among the candidates",
            freshness=Freshness.REQUEST,
        ),
        Feature("walk_share", Source.GRAPH, "walk over the most among the candidates", freshness=Freshness.REQUEST),
        Feature(
            "three_paths_share",
            Source.GRAPH,
            "three_paths over the most among the candidates",
            freshness=Freshness.REQUEST,
        ),
        Feature(
            "spectral_share", Source.GRAPH, "spectral over the most among the candidates", freshness=Freshness.REQUEST
        ),
        Feature("candidates", Source.QUERY, "how many accounts match", freshness=Freshness.REQUEST),
        Feature("prefix_letters", Source.QUERY, "letters typed", freshness=Freshness.REQUEST),
        Feature(
            "word_position",
            Source.NAME,
            "place in the name of the first word that matches",
            freshness=Freshness.REQUEST,
        ),
        Feature(
            "word_typed_share", Source.NAME, "letters typed over the letters of that word", freshness=Freshness.REQUEST
        ),
        Feature("name_words", Source.NAME, "words of the name"),
        Feature("same_type", Source.DOCUMENT, "1 where viewer and account are of one type"),
        Feature(
            "type_among_followed", Source.GRAPH, "share of those whom the viewer follows who are of the account's type"
        ),
        Feature("words_like_viewer", Source.NAME, "tf-idf cosine of the words of both names"),
        Feature("words_like_followed", Source.NAME, "mean of the same over those whom the viewer follows"),
        Feature("letters_like_viewer", Source.NAME, "tf-idf cosine of the trigrams of both names"),
        Feature("letters_like_followed", Source.NAME, "mean of the same over those whom the viewer follows"),
    ),
)
"""Accounts for a viewer and the first letters of a word."""

_SHARED = (
    "adamic_adar",
    "walk",
    "three_paths",
    "places_alike",
    "affine_paths",
    "moments_alike",
    "company",
    "mixed_walk",
    "area_alike",
    "far_walk",
    "met_in_an_hour",
    "met_nearly",
    "met_on_a_day",
)

SUGGESTIONS = FeatureSchema(
    "suggestions",
    (
        *_PATHS,
        Feature("affine_paths", Source.GRAPH, "adamic_adar, both links worth how alike the places of their ends are"),
        Feature(
            "mixed_walk",
            Source.GRAPH,
            "where a walk is that prefers links of affinity, and at times goes to one seen at the same places",
        ),
        Feature("far_walk", Source.GRAPH, "where a long walk that seldom restarts is"),
        Feature("company_kept", Source.GRAPH, "mean links of those whom the account follows"),
        Feature("clustering", Source.GRAPH, "share of linked pairs among those whom the account follows"),
        Feature("viewer_clustering", Source.GRAPH, "the same of the viewer"),
        Feature("community_links", Source.GRAPH, "links among the mutuals"),
        Feature("best_middle", Source.GRAPH, "1 / whom the most exclusive of the mutuals follows"),
        Feature("area_alike", Source.PLACES, "cosine of the leading singular vectors of the visits"),
        Feature("strongest_path", Source.GRAPH, "affine_paths over adamic_adar"),
        Feature("places_alike", Source.PLACES, "tf-idf cosine of the places visited"),
        Feature("moments_alike", Source.PLACES, "the same of places at an hour of the week"),
        Feature("kinds_alike", Source.PLACES, "the same of kinds of place"),
        Feature("hours_alike", Source.PLACES, "the same of hours of the week"),
        Feature("company", Source.PLACES, "places that both visit, each worth 1 / log of its visitors"),
        Feature(
            "met_in_an_hour",
            Source.PLACES,
            "visits of one place by both in one hour, each worth 1 / log of those there",
        ),
        Feature(
            "met_nearly", Source.PLACES, "the same within three hours, counted once for each window of three hours"
        ),
        Feature("met_on_a_day", Source.PLACES, "the same on one day"),
        Feature("places_like_followed", Source.PLACES, "mean of places_alike over those whom the viewer follows"),
        Feature("visits", Source.DOCUMENT, "visits of the account"),
        Feature("viewer_visits", Source.DOCUMENT, "visits of the viewer"),
        Feature("distinct_places", Source.DOCUMENT, "places that the account visits"),
        Feature("viewer_distinct_places", Source.DOCUMENT, "places that the viewer visits"),
        *(
            Feature(f"{name}_share", Source.GRAPH, f"{name} over the viewer's most towards a stranger")
            for name in _SHARED
        ),
        *(
            Feature(f"{name}_share_back", Source.GRAPH, f"{name} over the account's most towards a stranger")
            for name in _SHARED
        ),
    ),
)
"""Accounts that a viewer does not follow yet."""

_LOG = "log(1 + n) of "
_NOW = Freshness.REALTIME
_MEDIA = (
    Feature("age", Source.DOCUMENT, _LOG + "the hours since it was posted", freshness=Freshness.REQUEST),
    Feature("likes", Source.GRAPH, _LOG + "those who like it", freshness=_NOW, monotone=1),
    Feature("likes_a_day", Source.GRAPH, _LOG + "the same a day of its age: the velocity of likes", freshness=_NOW),
    Feature("comments", Source.DOCUMENT, _LOG + "accounts that are not private and comment on it, up to 255"),
    Feature("owner_verified", Source.DOCUMENT, "1 where the owner is verified", freshness=_NOW),
    Feature("owner_followers", Source.DOCUMENT, _LOG + "those who follow the owner"),
    Feature("owner_followed", Source.GRAPH, "1 where the viewer follows the owner", freshness=_NOW, monotone=1),
    Feature("owner_affinity", Source.GRAPH, "how much the owner matters to the viewer", monotone=1),
    Feature(
        "owner_liked",
        Source.GRAPH,
        _LOG + "the owner's among the media that the viewer liked last",
        freshness=_NOW,
        monotone=1,
    ),
    Feature("owner_near", Source.DOCUMENT, "1 where the owner is of the viewer's country"),
    Feature(
        "likes_by_followed",
        Source.GRAPH,
        _LOG + "those whom the viewer follows who like it",
        freshness=_NOW,
        monotone=1,
    ),
    Feature("is_located", Source.DOCUMENT, "1 where it names its place", freshness=_NOW),
    Feature("place_visited", Source.PLACES, "1 where the viewer has been at its place", freshness=_NOW, monotone=1),
    Feature("hashtags", Source.DOCUMENT, "hashtags that it carries", freshness=_NOW),
    Feature("hashtags_used", Source.GRAPH, "those of them that the viewer uses", freshness=_NOW, monotone=1),
    Feature("faces", Source.DOCUMENT, "faces in it"),
    Feature("largest_face", Source.DOCUMENT, "share of the picture that the largest of them takes"),
    Feature("autotags", Source.DOCUMENT, "what a vision model saw in it, labels"),
    Feature(
        "topic_liked",
        Source.GRAPH,
        "share of its topic, the surest label, among the media that the viewer liked last",
        monotone=1,
    ),
    Feature("caption_digits", Source.DOCUMENT, "the binary digits of the number of its caption's letters"),
    Feature("kind", Source.DOCUMENT, "photo, video or album, by its number", dtype=CATEGORY),
)
"""What every ranker of media reads; see `ranking/features/media.py`."""

SOURCE_KINDS = ("taste", "friends", "second_order", "hashtags", "places", "country", "everywhere")
"""What a source of Explore goes by."""

EXPLORE = FeatureSchema(
    "explore",
    (
        *_MEDIA,
        Feature("sources", Source.QUERY, "sources that found it", freshness=Freshness.REQUEST),
        Feature("source_weight", Source.QUERY, "the sum of their weights", freshness=Freshness.REQUEST),
        Feature(
            "source_place",
            Source.QUERY,
            "its best place among what a source found, 0 first, 1 last",
            freshness=Freshness.REQUEST,
        ),
        *(
            Feature(
                f"from_{kind}", Source.QUERY, f"1 where a source of kind {kind} found it", freshness=Freshness.REQUEST
            )
            for kind in SOURCE_KINDS
        ),
    ),
)
"""Media for a viewer who asked for nothing."""

HASHTAG_TOP = FeatureSchema("hashtag_top", _MEDIA)
"""Media that carry a hashtag."""

_HARMFUL = ("faces", "largest_face")
PLACE_TOP = FeatureSchema(
    "place_top",
    tuple(replace(feature, monotone=-1) if feature.name in _HARMFUL else feature for feature in _MEDIA),
)
"""Media taken at a place: faces hide it."""


def _now(name: str, source: Source, meaning: str, monotone: int = 0) -> Feature:
    """A feature that is read when somebody asks."""
    return Feature(name, source, meaning, freshness=Freshness.REQUEST, monotone=monotone)


_FIT = (
    _now("word_position", Source.NAME, "place in the name of the first word that fits what was typed"),
    _now("whole_words", Source.NAME, "share of the typed words that are whole words of the name", 1),
    _now("fitting_words", Source.NAME, "share of the typed words that the name has, the last one as a beginning", 1),
    _now("typed_share", Source.NAME, "letters of the fitting words over the letters of the name"),
    _now("begins", Source.NAME, "1 where the name begins with the first typed word"),
    _now("edits", Source.NAME, "edits from the last typed word to the nearest word of the name, 3 for more"),
)
_ASKED = (
    _now("typed_letters", Source.QUERY, "letters typed"),
    _now("typed_words", Source.QUERY, "words typed"),
    _now("in_country", Source.DOCUMENT, "1 where the document is of the country of the request"),
    _now("past_clicks", Source.QUERY, "log(1 + times that the viewer chose it before)", 1),
)

ACCOUNT_SEARCH = FeatureSchema(
    "account_search",
    (
        Feature("followers", Source.DOCUMENT, "log(1 + followers at the last base build)"),
        _now("following", Source.DOCUMENT, "log(1 + those whom it follows, in the viewer's world)"),
        _now("posts", Source.DOCUMENT, "log(1 + public media)"),
        _now("verified", Source.DOCUMENT, "1 where the account is verified"),
        _now("private", Source.DOCUMENT, "1 where the account is private"),
        _now("age_days", Source.DOCUMENT, "days since the account was made"),
        _now("follows", Source.GRAPH, "1 where the viewer follows the account", 1),
        _now("is_followed", Source.GRAPH, "1 where the account follows the viewer", 1),
        _now("mutuals", Source.GRAPH, "log(1 + people whom the viewer follows who follow the account)", 1),
        _now("fan_mutuals", Source.GRAPH, "log(1 + people who follow the viewer who follow the account)", 1),
        _now(
            "affine_mutuals",
            Source.GRAPH,
            "log(1 + the viewer's affinity to those of `mutuals`); missing without a model",
            1,
        ),
        _now(
            "affinity",
            Source.GRAPH,
            "log(1 + the viewer's affinity to an account he follows); missing without a model",
            1,
        ),
        *_FIT,
        _now("username_begins", Source.NAME, "1 where the username begins with the first typed word", 1),
        _now("username_share", Source.NAME, "letters of the fitting words over the letters of the username"),
        *_ASKED,
    ),
)
"""Accounts in the search box. `_FIT` is of the username or of the full name, whichever fits better."""

HASHTAG_SEARCH = FeatureSchema(
    "hashtag_search",
    (
        Feature("media", Source.DOCUMENT, "log(1 + public media at the last base build)"),
        _now("recent_media", Source.DOCUMENT, "log(1 + public media of the last seven days)", 1),
        _now("recent_share", Source.DOCUMENT, "public media of the last seven days over all of them"),
        _now("growth", Source.DOCUMENT, "log of public media of the last seven days over those of the seven before"),
        _now("viewer_uses", Source.GRAPH, "1 where the viewer used it", 1),
        _now("friends_use", Source.GRAPH, "log(1 + people whom the viewer follows who used it)", 1),
        *_FIT,
        *_ASKED,
    ),
)
"""Hashtags in the search box."""

PLACE_SEARCH = FeatureSchema(
    "place_search",
    (
        Feature("visits", Source.DOCUMENT, "log(1 + public media there at the last base build)"),
        _now("viewer_visits", Source.GRAPH, "1 where the viewer was there", 1),
        _now("friends_visits", Source.GRAPH, "log(1 + people whom the viewer follows who were there)", 1),
        _now(
            "distance_km",
            Source.PLACES,
            "log(1 + km from the viewer); missing where the viewer's place is not known",
            -1,
        ),
        *_FIT,
        *_ASKED,
    ),
)
"""Places in the search box."""

GROUP_SEARCH = FeatureSchema(
    "group_search",
    (
        Feature("members", Source.DOCUMENT, "log(1 + members at the last base build)"),
        _now("viewer_is_in", Source.GRAPH, "1 where the viewer is a member", 1),
        _now("friends_in", Source.GRAPH, "log(1 + people whom the viewer follows who are members)", 1),
        *_FIT,
        *_ASKED,
    ),
)
"""Groups in the search box."""

MEDIA_SEARCH = FeatureSchema(
    "media_search",
    (
        _now("age_days", Source.DOCUMENT, "days since it was posted"),
        _now("author_verified", Source.DOCUMENT, "1 where its author is verified"),
        _now("author_followers", Source.DOCUMENT, "log(1 + followers of its author at the last base build)"),
        _now("follows_author", Source.GRAPH, "1 where the viewer follows its author", 1),
        *_ASKED,
    ),
)
"""Media found by their captions in the search box."""

BLEND = FeatureSchema(
    "blend",
    (
        _now("is_user", Source.DOCUMENT, "1 for a user"),
        _now("is_hashtag", Source.DOCUMENT, "1 for a hashtag"),
        _now("is_place", Source.DOCUMENT, "1 for a place"),
        _now("is_group", Source.DOCUMENT, "1 for a group"),
        _now("is_media", Source.DOCUMENT, "1 for a media"),
        _now("intent", Source.QUERY, "chance that who types this in this country wants the vertical", 1),
        _now("log_intent", Source.QUERY, "the logarithm of that chance", 1),
        _now("viewer_intent", Source.QUERY, "share of the vertical in what the viewer chose before, smoothed", 1),
        _now("vertical_rank", Source.QUERY, "how many of its vertical are better", -1),
        _now("log_rank", Source.QUERY, "log2(2 + how many of its vertical are better)", -1),
        _now("score_share", Source.QUERY, "exp of its score less the best of its vertical: 1 for the best", 1),
        _now("found", Source.QUERY, "log(1 + candidates of its vertical)"),
        _now("popularity", Source.DOCUMENT, "log(1 + the count of its static rank)"),
        _now("tie", Source.GRAPH, "1 where the viewer follows, used, visited or joined it, or follows its author", 1),
        _now("friends", Source.GRAPH, "log(1 + people whom the viewer follows who do)", 1),
        _now("whole_words", Source.NAME, "share of the typed words that are whole words of its name", 1),
        _now("typed_share", Source.NAME, "letters of the fitting words over the letters of its name"),
        _now("begins", Source.NAME, "1 where its name begins with the first typed word"),
        _now("edits", Source.NAME, "edits from the last typed word to the nearest word of its name, 3 for more"),
        _now("past_clicks", Source.QUERY, "log(1 + times that the viewer chose it before)", 1),
        _now("typed_letters", Source.QUERY, "letters typed"),
        _now("typed_words", Source.QUERY, "words typed"),
    ),
)
"""The best of all verticals in one list."""
