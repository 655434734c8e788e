"""The small city as a workspace, made once for all tests of a session."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_made: dict[Path, Path] = {}
MAKER = Path(__file__).with_name("make_city.py")


def make_city(sample: Path, factory: pytest.TempPathFactory) -> Path:
    """Return the workspace; nobody may change it: copy it first."""
    if sample not in _made:
        path = factory.mktemp("city") / "city.gpkg"
        done = subprocess.run(
            [sys.executable, MAKER, sample, path], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-4000:]
        _made[sample] = path
    return _made[sample]
