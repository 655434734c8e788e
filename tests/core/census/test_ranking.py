"""Twins: radii as data, ranked, and how many of the planted are found."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from citygrid_core.census import twins
from citygrid_core.census.radii import class_radii
from citygrid_core.census.ranking import rank_twins
from citygrid_core.errors import UnusableInput
from citygrid_core.standards import load_edition

CRS = "EPSG:4547"
EDITION = load_edition()
RADII = class_radii(EDITION)


def frame(rows: list[tuple[str, str, float, dict[str, object]]]) -> gpd.GeoDataFrame:
    made = [{"code": c, "class_code": k, **more} for c, k, _, more in rows]
    points = [shapely.Point(500_000 + x, 3_380_000) for _, _, x, _ in rows]
    return gpd.GeoDataFrame(pd.DataFrame(made).astype(object), geometry=points, crs=CRS)


def test_radii_are_data_by_a_word_in_the_name_of_the_class(tmp_path: Path) -> None:
    assert set(RADII) == set(EDITION.catalogues["component"].classes)
    assert RADII["03001"] == 8.0  # 公共厕所
    assert class_radii(load_edition("cjt214-2007"))["0101"] == RADII["01001"]
    own = tmp_path / "radii.csv"
    own.write_text("word,radius_m\n井盖,1\n供水井盖,2\n,0\n", encoding="utf-8")
    radii = class_radii(EDITION, own)
    assert (radii["01001"], radii["01002"], radii["01037"]) == (2.0, 1.0, 0.0)
    own.write_text("word,radius_m\n井盖,wide\n", encoding="utf-8")
    with pytest.raises(UnusableInput, match="row 2"):
        class_radii(EDITION, own)


def test_the_surest_pair_comes_first_and_the_older_code_stays() -> None:
    held = frame(
        [
            ("2", "01001", 0.0, {"owning_code": "A"}), ("1", "01001", 0.1, {"owning_code": "A"}),
            ("3", "01001", 9.0, {"owning_code": "A"}), ("4", "01001", 9.1, {"owning_code": "B"}),
            ("5", "01001", 20.0, {"manhole_number": "1"}), ("6", "01001", 20.1, {"manhole_number": "2"}),
        ]
    )  # fmt: skip
    ranked = rank_twins(twins(held, RADII, default_m=0.0), held, RADII)
    assert ranked[["keep", "merge"]].to_numpy().tolist() == [[1, 0], [2, 3], [4, 5]]
    assert ranked["score"].is_monotonic_decreasing
    assert ranked["score"].iloc[-1] == 0
    assert ranked["reason"].tolist() == ["", "", "numbers differ"]


def scored(city: Path, crs: str = CRS) -> tuple[float, float]:
    """Return recall and precision of the planted twins of a sample city."""
    table = pd.read_csv(city / "components.csv", dtype=str)
    points = shapely.points(table["x"].astype(float), table["y"].astype(float))
    held = gpd.GeoDataFrame(table, geometry=points, crs=crs)
    found = twins(held, RADII, default_m=0.0)
    key = held["source_key"].to_numpy()
    got = {frozenset((key[a], key[b])) for a, b in zip(found["left"], found["right"], strict=True)}
    truth = pd.read_csv(city / "truth" / "components.csv", dtype=str)
    planted = truth.loc[truth["twin_of"].notna(), ["source_key", "twin_of"]]
    real = set(map(frozenset, planted.to_numpy()))
    return len(real & got) / len(real), len(real & got) / len(got)


def test_planted_twins_are_found_and_few_others(small_city: Path) -> None:
    recall, precision = scored(small_city)
    assert recall >= 0.98
    assert precision >= 0.95


@pytest.mark.long
def test_planted_twins_of_a_whole_city(tmp_path: Path) -> None:
    from citygrid_core.sample import generate

    generate(tmp_path / "city", scale="nanchang", seed=1)
    recall, precision = scored(tmp_path / "city")
    print(f"recall {recall:.4f}, precision {precision:.4f}")
    assert recall >= 0.98
    assert precision >= 0.95


@pytest.mark.slow
def test_many_at_one_place_stay_cheap() -> None:
    xy = np.random.default_rng(1).uniform(0, 1_000, (20_000, 2))
    held = gpd.GeoDataFrame({"class_code": "01001"}, index=range(20_000),
                            geometry=shapely.points(xy + np.array([500_000, 3_380_000])), crs=CRS)  # fmt: skip
    found = twins(held, RADII)
    brute = (
        np.hypot(*(xy[:300, None] - xy[None, :]).transpose(2, 0, 1)) <= RADII["01001"]
    ).sum() - 300
    mine = found["left"].isin(range(300)).sum() + found["right"].isin(range(300)).sum()
    assert mine == brute
