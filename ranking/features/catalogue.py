"""All features, declared in one place, and the schemas that rankers are trained on."""

from __future__ import annotations

from ranking.features.schema import Feature, FeatureSchema, Freshness, Source

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
    Feature("likes", Source.GRAPH, _LOG + "those who like it", freshness=_NOW),
    Feature("likes_a_day", Source.GRAPH, _LOG + "the same a day of its age: the velocity of likes", freshness=_NOW),
    Feature("comments", Source.DOCUMENT, _LOG + "public accounts that comment on it"),
    Feature("owner_verified", Source.DOCUMENT, "1 where the owner is verified", freshness=_NOW),
    Feature("owner_followers", Source.DOCUMENT, _LOG + "those who follow the owner"),
    Feature("owner_followed", Source.GRAPH, "1 where the viewer follows the owner", freshness=_NOW),
    Feature("owner_affinity", Source.GRAPH, "how much the owner matters to the viewer"),
    Feature(
        "owner_liked", Source.GRAPH, _LOG + "the owner's among the media that the viewer liked last", freshness=_NOW
    ),
    Feature("owner_near", Source.DOCUMENT, "1 where the owner is of the viewer's country"),
    Feature("likes_by_followed", Source.GRAPH, _LOG + "those whom the viewer follows who like it", freshness=_NOW),
    Feature("is_located", Source.DOCUMENT, "1 where it names its place", freshness=_NOW),
    Feature("place_visited", Source.PLACES, "1 where the viewer has been at its place", freshness=_NOW),
    Feature("hashtags", Source.DOCUMENT, "hashtags that it carries", freshness=_NOW),
    Feature("hashtags_used", Source.GRAPH, "those of them that the viewer uses", freshness=_NOW),
    Feature("faces", Source.DOCUMENT, "faces in it"),
    Feature("largest_face", Source.DOCUMENT, "share of the picture that the largest of them takes"),
    Feature("autotags", Source.DOCUMENT, "what a vision model saw in it, labels"),
    Feature(
        "topic_liked", Source.GRAPH, "share of its topic, the surest label, among the media that the viewer liked last"
    ),
    Feature("caption_letters", Source.DOCUMENT, _LOG + "the letters of its caption"),
    Feature("is_video", Source.DOCUMENT, "1 for a video"),
    Feature("is_album", Source.DOCUMENT, "1 for an album"),
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

PLACE_TOP = FeatureSchema("place_top", _MEDIA)
"""Media taken at a place."""
