"""Ranking: candidates from the graph, features as columns, learned rankers, and how good a ranking is."""

from ranking.affinity.deeds import Deeds, read_deeds
from ranking.affinity.learning import affinities, learn_affinity
from ranking.affinity.table import AffinityTable
from ranking.box.box import Box
from ranking.box.candidates import ROOM as BOX_ROOM
from ranking.box.candidates import warm_box
from ranking.box.intents import TASK as INTENT
from ranking.box.intents import VERTICALS as BOX_VERTICALS
from ranking.box.intents import Intents, intents_in_force, load_intents, save_intents
from ranking.box.logged_past import LoggedPast
from ranking.box.past import Choice, KnownPast, PastSearches
from ranking.box.rewriting.typed import Typed
from ranking.box.weights import BLENDED, BY_VERTICAL
from ranking.evaluate import (
    Interval,
    auc,
    bootstrap_mean,
    bootstrap_ratio,
    keystrokes_saved,
    ndcg_by_query,
    rank_of,
    recalls,
    reciprocal_ranks,
    successes,
)
from ranking.experiments.assignment import BUCKETS, Arms, Experiment, Experiments, Exposure
from ranking.experiments.config import read_experiments
from ranking.experiments.interleaving import team_draft
from ranking.experiments.report import Report as ExperimentReport
from ranking.experiments.report import report as experiment_reports
from ranking.experiments.statistics import Difference
from ranking.explore.explorer import explore
from ranking.explore.recipe import Recipe as ExploreRecipe
from ranking.explore.recipe import read_recipe, shipped
from ranking.features.catalogue import (
    ACCOUNT_SEARCH,
    BLEND,
    EXPLORE,
    GROUP_SEARCH,
    HASHTAG_SEARCH,
    HASHTAG_TOP,
    MEDIA_SEARCH,
    PLACE_SEARCH,
    PLACE_TOP,
    SUGGESTIONS,
    TYPEAHEAD,
)
from ranking.features.names import Names
from ranking.features.schema import Feature, FeatureSchema, Freshness, Source
from ranking.features.suggestions import People
from ranking.features.typeahead import Accounts, ViewerBlock, blocks
from ranking.features.visits import VisitProfiles, Visits
from ranking.graph.adjacency import Graph, distinct_links, hide, mutual_graph
from ranking.graph.proximity import Proximity, adamic_adar_weights, through
from ranking.graph.two_hop import CHOSEN, LINEAR, RAW, TwoHop
from ranking.log.exposures import Exposed, ExposureLog, read_exposures
from ranking.log.search_rows import SearchRows
from ranking.log.searches import Searches
from ranking.log.served import Served, ServedLog, read_served
from ranking.models.artefact import Card, Model, load, save
from ranking.models.forest import Forest, compile_forest
from ranking.models.rankers import Learned, Rankers, keep
from ranking.models.suggestions import Known, Suggested, learn_suggestions, suggest
from ranking.models.training import TrainingSet, train
from ranking.models.typeahead import LETTERS, Recipe, asked, learn_typeahead
from ranking.models.versions import version_in_force
from ranking.pipeline.context import Context
from ranking.pipeline.scorer import Linear, Scorer
from ranking.pipeline.slate import Dropped, ServedRows, Slate, Slot
from ranking.simulator.attention import Attention
from ranking.simulator.simulate import LogMaker, Simulation, Visit, newest_ms, simulate
from ranking.surfaces import RankedSurfaces
from ranking.tasks import BEHIND_ARMS, TASKS, correction_of, tasks_of
from ranking.tops.tops import hashtag_top, place_top
from ranking.training.guard import Verdict
from ranking.training.intents import learn_intents
from ranking.training.judging import Figures
from ranking.training.learning import Correction
from ranking.training.run import Judged, Trained, evaluate_task, train_task

__all__ = [
    "ACCOUNT_SEARCH",
    "BEHIND_ARMS",
    "BLEND",
    "BLENDED",
    "BOX_ROOM",
    "BOX_VERTICALS",
    "BUCKETS",
    "BY_VERTICAL",
    "CHOSEN",
    "EXPLORE",
    "GROUP_SEARCH",
    "HASHTAG_SEARCH",
    "HASHTAG_TOP",
    "INTENT",
    "LETTERS",
    "LINEAR",
    "MEDIA_SEARCH",
    "PLACE_SEARCH",
    "PLACE_TOP",
    "RAW",
    "SUGGESTIONS",
    "TASKS",
    "TYPEAHEAD",
    "Accounts",
    "AffinityTable",
    "Arms",
    "Attention",
    "Box",
    "Card",
    "Choice",
    "Context",
    "Correction",
    "Deeds",
    "Difference",
    "Dropped",
    "Experiment",
    "ExperimentReport",
    "Experiments",
    "ExploreRecipe",
    "Exposed",
    "Exposure",
    "ExposureLog",
    "Feature",
    "FeatureSchema",
    "Figures",
    "Forest",
    "Freshness",
    "Graph",
    "Intents",
    "Interval",
    "Judged",
    "Known",
    "KnownPast",
    "Learned",
    "Linear",
    "LogMaker",
    "LoggedPast",
    "Model",
    "Names",
    "PastSearches",
    "People",
    "Proximity",
    "RankedSurfaces",
    "Rankers",
    "Recipe",
    "Scorer",
    "SearchRows",
    "Searches",
    "Served",
    "ServedLog",
    "ServedRows",
    "Simulation",
    "Slate",
    "Slot",
    "Source",
    "Suggested",
    "Trained",
    "TrainingSet",
    "TwoHop",
    "Typed",
    "Verdict",
    "ViewerBlock",
    "Visit",
    "VisitProfiles",
    "Visits",
    "adamic_adar_weights",
    "affinities",
    "asked",
    "auc",
    "blocks",
    "bootstrap_mean",
    "bootstrap_ratio",
    "compile_forest",
    "correction_of",
    "distinct_links",
    "evaluate_task",
    "experiment_reports",
    "explore",
    "hashtag_top",
    "hide",
    "intents_in_force",
    "keep",
    "keystrokes_saved",
    "learn_affinity",
    "learn_intents",
    "learn_suggestions",
    "learn_typeahead",
    "load",
    "load_intents",
    "mutual_graph",
    "ndcg_by_query",
    "newest_ms",
    "place_top",
    "rank_of",
    "read_deeds",
    "read_experiments",
    "read_exposures",
    "read_recipe",
    "read_served",
    "recalls",
    "reciprocal_ranks",
    "save",
    "save_intents",
    "shipped",
    "simulate",
    "successes",
    "suggest",
    "tasks_of",
    "team_draft",
    "through",
    "train",
    "train_task",
    "version_in_force",
    "warm_box",
]
