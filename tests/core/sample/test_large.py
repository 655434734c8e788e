"""The larger cities: one county of each (the whole ones take minutes)."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from citygrid_core.sample.departments import Register
from citygrid_core.sample.duties import DutyWriter
from citygrid_core.sample.generate import build_county
from citygrid_core.sample.layout import lay_out
from citygrid_core.sample.plan import make_plan
from citygrid_core.sample.scales import SCALES
from citygrid_core.standards import load_edition


def test_the_plan_of_nanchang() -> None:
    plan = make_plan(SCALES["nanchang"], 1)
    faces = np.array(plan.faces, dtype=object)
    assert shapely.coverage_is_valid(faces)
    assert shapely.area(faces).sum() == pytest.approx(150.6e6, rel=1e-6)
    counties = np.bincount(plan.county, weights=shapely.area(faces))
    assert len(counties) == 7
    assert counties.max() / counties.min() < 2
    for c in range(7):
        assert shapely.get_num_geometries(shapely.union_all(faces[plan.county == c])) == 1


@pytest.mark.long
def test_a_county_of_nanchang() -> None:
    plan = make_plan(SCALES["nanchang"], 1)
    register = Register(plan)
    writer = DutyWriter(plan, register, shapely.MultiLineString())
    edition = load_edition("gbt47678-2026")
    county = build_county(plan, 2, register, writer, edition)
    blocks = county.layout.blocks
    assert shapely.coverage_is_valid(blocks)
    km2 = shapely.area(blocks).sum() / 1e6
    land = shapely.area(blocks[~county.layout.water]) / 1e4
    assert land.max() < 7.5
    assert np.mean(land > 0.5) > 0.97
    parts = county.components
    per_km2 = (len(parts.points) + len(parts.lines) + len(parts.polygons)) / km2
    assert 4000 < per_km2 < 7500  # 800,000 on 150.6 km2 are 5,300; the centre has more
    communities = county.areas.frame.query("level == 'community'").geometry.to_numpy()
    assert shapely.coverage_is_valid(communities)
    assert shapely.area(communities).max() < 2e6


@pytest.mark.long
def test_neighbouring_counties_share_their_border_vertex_for_vertex() -> None:
    plan = make_plan(SCALES["nanchang"], 1)
    both = [lay_out(plan, c) for c in (3, 4)]
    assert shapely.coverage_is_valid(np.concatenate([b.blocks for b in both]))


@pytest.mark.long
def test_a_county_of_mega() -> None:
    plan = make_plan(SCALES["mega"], 1)
    assert shapely.area(np.array(plan.faces, dtype=object)).sum() == pytest.approx(16e9, rel=1e-6)
    layout = lay_out(plan, 53)
    assert shapely.coverage_is_valid(layout.blocks)
    assert shapely.area(layout.blocks[~layout.water]).max() < 4e5
