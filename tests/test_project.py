"""What holds of the project as a whole."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from schemas.settings import PARAMS, Settings

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("package", ["schemas", "index", "query", "ingest", "ranking", "api"])
def test_each_package_is_ours_and_not_another_distribution_of_that_name(package):
    found = import_module(package).__file__
    assert found is not None
    assert Path(found).parent == ROOT / package


def test_settings_are_the_params():
    defaults = Settings()
    assert {param.name: param.default for param in PARAMS} == {
        name: getattr(defaults, name) for name in Settings.__dataclass_fields__
    }
    assert all(param.low <= param.default <= param.high and param.meaning for param in PARAMS)


def test_a_consumer_that_starts_waits_for_nothing_that_reads_tables():
    """Loading what reads tables and makes worlds takes a third of what all imports of a restart take."""
    needed = "import api.cli.main, ingest.firehose, ingest.live"
    unneeded = ("polars", "asyncio", "rich", "ingest.documents", "ingest.worlds", "ingest.hive", "ingest.spark")
    code = f"import sys; {needed}; print([name for name in {unneeded!r} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
