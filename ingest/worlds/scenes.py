"""What happens in a stream of events, and how often."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ingest.worlds import changes, deeds
from ingest.worlds.show import Scene, Show

Play = Callable[[Show, Scene], Any]

SCENES: dict[str, tuple[float, str, Play]] = {
    "view": (0.330, "view", deeds.view),
    "like": (0.320, "like", deeds.like),
    "unlike": (0.030, "unlike", deeds.unlike),
    "comment": (0.055, "comment", deeds.comment),
    "uncomment": (0.004, "comment", deeds.uncomment),
    "follow": (0.080, "follow", deeds.follow),
    "unfollow": (0.016, "unfollow", deeds.unfollow),
    "block": (0.004, "block", deeds.block),
    "upload": (0.040, "media", changes.upload),
    "edit": (0.008, "media", changes.edit),
    "remove": (0.004, "media", changes.remove),
    "vision": (0.038, "media_vision", changes.vision),
    "sign up": (0.008, "user", changes.sign_up),
    "profile": (0.007, "user", changes.profile),
    "leave": (0.0005, "user", changes.leave),
    "place": (0.001, "place", changes.place),
    "group": (0.0005, "group", changes.group),
    "join": (0.005, "group_member", deeds.join),
    "part": (0.002, "group_member", deeds.part),
    "contain": (0.002, "group_media", deeds.contain),
    "search": (0.045, "search", deeds.search),
}
"""Of each scene its share, the kind of its event, and what makes it."""
