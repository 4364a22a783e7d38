"""What holds of the project as a whole."""

from __future__ import annotations

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
