"""What the journeys share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def gallery() -> Path:
    """Where pictures go for people to look at."""
    folder = Path(__file__).resolve().parents[2] / "out" / "journeys"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
