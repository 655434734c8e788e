"""The small city, generated once for all tests of this room."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from citygrid_core.sample import generate


@dataclass(frozen=True)
class City:
    """A generated city: its folder, and its files as frames."""

    folder: Path

    def layer(self, file: str, layer: str) -> gpd.GeoDataFrame:
        return gpd.read_file(self.folder / file, layer=layer)

    def rows(self, file: str) -> pd.DataFrame:
        return pd.read_csv(self.folder / file, dtype=str, keep_default_na=False)

    @cached_property
    def areas(self) -> gpd.GeoDataFrame:
        return self.layer("areas.gpkg", "areas")

    def level(self, level: str) -> gpd.GeoDataFrame:
        return self.areas[self.areas["level"] == level].reset_index(drop=True)


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    folder = tmp_path_factory.mktemp("sample") / "small"
    generate(folder, scale="small", seed=1)
    return City(folder)
