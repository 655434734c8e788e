"""The hand-made town as a gazetteer."""

from __future__ import annotations

import pytest

from citygrid_core.geocode import Gazetteer
from tests.core.geocode.town import town


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return Gazetteer.build(town(), cities=("连云港市", "江苏省"))
