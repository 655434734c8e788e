"""What the messy files are made from: the first county and the city's register."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np

from citygrid_core.sample.cases import Scene
from citygrid_core.sample.departments import Departments
from citygrid_core.sample.mesh import Array, Floats
from citygrid_core.sample.places import block_of


@dataclass(frozen=True)
class Source:
    """The first county as a scene, all departments, and the areas of the first county."""

    scene: Scene
    departments: Departments
    areas: gpd.GeoDataFrame

    def rng(self, part: int) -> np.random.Generator:
        """Return the generator for one file."""
        return self.scene.plan.rng(14, part)

    def community(self, xy: Floats) -> Array:
        """Return the community code of each point."""
        return np.asarray(
            self.scene.areas.community[block_of(self.scene.layout.blocks, xy)], dtype=object
        )
