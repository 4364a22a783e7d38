"""Which version of a task's model is in force: `DIR/<task>/<version>/`, and `DIR/<task>/CURRENT`, which names one."""

from __future__ import annotations

import os
from pathlib import Path

CURRENT = "CURRENT"


def version_in_force(models: Path, task: str) -> str | None:
    """The version in force for a task, None where there is none."""
    try:
        return (models / task / CURRENT).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def kept_versions(models: Path, task: str) -> list[str]:
    """The versions of a task that are kept, in order of name."""
    try:
        return sorted(path.name for path in (models / task).iterdir() if path.is_dir())
    except FileNotFoundError:
        return []


def put_in_force(models: Path, task: str, version: str) -> None:
    """Put a version that was written in force; readers see the old one or the new one, whole."""
    pointer = models / task / CURRENT
    new = pointer.with_suffix(".new")
    new.write_text(version + "\n", encoding="utf-8")
    os.replace(new, pointer)
