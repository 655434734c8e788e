"""The hand-made town as a gazetteer."""

from __future__ import annotations

import pytest
from tests.core.geocode.town import town

from citygrid_core.geocode import Gazetteer


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return Gazetteer.build(town(), cities=("连云港市", "江苏省"))
