"""The hand-made town as a gazetteer."""

from __future__ import annotations

from pathlib import Path

import pytest

from citygrid_core.geocode import Gazetteer
from tests.core.geocode import desk
from tests.core.geocode.town import town


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return Gazetteer.build(town(), cities=("连云港市", "江苏省"))


@pytest.fixture(scope="session")
def town_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town as a workspace; to be copied, not changed."""
    return desk.make(tmp_path_factory.mktemp("town"))
