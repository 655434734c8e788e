"""Test addresses with their true places: clean, noisy, relative, crossing, nonexistent."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.sample import noise
from citygrid_core.sample.layout import Layout
from citygrid_core.sample.names import CITY, PROVINCE
from citygrid_core.sample.places import Places
from citygrid_core.sample.plan import Plan

#: Kind of noise and its share.
KINDS = {
    "clean": 0.16, "short": 0.12, "omitted": 0.1, "typo": 0.08, "homophone": 0.08,
    "traditional": 0.05, "full_width": 0.05, "chinese_number": 0.06, "old_name": 0.05,
    "alias": 0.03, "building": 0.06, "poi": 0.05, "crossing": 0.04, "relative": 0.04,
    "no_number": 0.06, "no_street": 0.04, "elsewhere": 0.03,
}  # fmt: skip
_SIDES = {"东": (1, 0), "西": (-1, 0), "南": (0, -1), "北": (0, 1)}


@dataclass(frozen=True)
class Addresses:
    """id and address; and the truth: id, x, y, exists, noise, street_code of the place."""

    frame: pd.DataFrame
    truth: pd.DataFrame


def write_addresses(
    plan: Plan, layout: Layout, places: Places, streets: gpd.GeoDataFrame, count: int
) -> Addresses:
    """Return addresses of one county's places.

    Parameters
    ----------
    streets : GeoDataFrame
        Streets of the county, main roads included (name, aliases, former_names).
    """
    rng = plan.rng(12, layout.county)
    kinds = list(KINDS)
    shares = np.array(list(KINDS.values()))
    drawn = rng.choice(len(kinds), count, p=shares / shares.sum())
    writer = _Writer(plan, layout, places, streets, rng)
    rows = []
    for k in drawn:
        made = writer.write(kinds[k])
        if made is None:
            made = writer.write("clean")
        assert made is not None
        rows.append((*made, kinds[k]))
    ids = [f"A{layout.county + 1:03d}{i:05d}" for i in range(1, len(rows) + 1)]
    exists = [r[1] is not None for r in rows]
    return Addresses(
        pd.DataFrame({"id": ids, "address": [r[0] for r in rows]}),
        pd.DataFrame(
            {
                "id": ids,
                "x": ["" if r[1] is None else f"{r[1].x:.3f}" for r in rows],
                "y": ["" if r[1] is None else f"{r[1].y:.3f}" for r in rows],
                "exists": ["true" if e else "false" for e in exists],
                "noise": [r[2] for r in rows],
            }
        ),
    )


Made = tuple[str, "shapely.Point | None"]


class _Writer:
    """Writes one address of a kind; None where the city has nothing for it."""

    def __init__(
        self,
        plan: Plan,
        layout: Layout,
        places: Places,
        streets: gpd.GeoDataFrame,
        rng: np.random.Generator,
    ) -> None:
        self.rng = rng
        self.county = plan.county_names[layout.county]
        plates = places.plates
        self.doors = plates[plates["street_name"] != ""].reset_index(drop=True)
        self.buildings = plates[plates["zone_name"] != ""].reset_index(drop=True)
        self.pois = places.pois
        self.streets = streets.drop_duplicates("name").set_index("name")
        self.numbers = set(plates["name"])

    def write(self, kind: str) -> Made | None:
        make = getattr(self, f"_{kind}")
        out: Made | None = make()
        return out

    def _any(self, frame: gpd.GeoDataFrame) -> pd.Series:
        out: pd.Series = frame.iloc[int(self.rng.integers(len(frame)))]
        return out

    def _head(self) -> str:
        luck = self.rng.random()
        if luck < 0.25:
            return PROVINCE + CITY + self.county
        return CITY + self.county if luck < 0.75 else self.county

    def _clean(self) -> Made:
        door = self._any(self.doors)
        return str(door["address"]), door["geometry"]

    def _short(self) -> Made:
        door = self._any(self.doors)
        return self._head() + str(door["name"]), door["geometry"]

    def _omitted(self) -> Made:
        door = self._any(self.doors)
        return str(door["name"]).removesuffix("号"), door["geometry"]

    def _changed(self, street: str, number: str, door: pd.Series) -> Made:
        return self._head() + street + number, door["geometry"]

    def _typo(self) -> Made:
        door = self._any(self.doors)
        return self._changed(noise.typo(door["street_name"], self.rng), door["number"], door)

    def _homophone(self) -> Made:
        door = self._any(self.doors)
        return self._changed(noise.by_sound(door["street_name"], self.rng), door["number"], door)

    def _traditional(self) -> Made:
        door = self._any(self.doors)
        return noise.traditional(self._head() + str(door["name"])), door["geometry"]

    def _full_width(self) -> Made:
        door = self._any(self.doors)
        return self._changed(door["street_name"], noise.full_width(door["number"]), door)

    def _chinese_number(self) -> Made:
        door = self._any(self.doors)
        return self._changed(door["street_name"], noise.number_in_chinese(door["number"]), door)

    def _renamed(self, column: str) -> Made | None:
        named = self.streets.index[self.streets[column] != ""]
        doors = self.doors[self.doors["street_name"].isin(named)]
        if doors.empty:
            return None
        door = self._any(doors)
        other = str(self.streets.at[door["street_name"], column]).split("#")[0]
        return self._changed(other, door["number"], door)

    def _old_name(self) -> Made | None:
        return self._renamed("former_names")

    def _alias(self) -> Made | None:
        return self._renamed("aliases")

    def _building(self) -> Made | None:
        if self.buildings.empty:
            return None
        one = self._any(self.buildings)
        tail = f"{int(self.rng.integers(1, 4))}单元{int(self.rng.integers(1, 7))}0{int(self.rng.integers(1, 5))}室"
        text = self._head() + str(one["name"]) + (tail if self.rng.random() < 0.5 else "")
        if self.rng.random() < 0.3:
            text = text.replace("栋", "幢")
        return text, one["geometry"]

    def _poi(self) -> Made | None:
        if self.pois.empty:
            return None
        one = self._any(self.pois)
        return self._head() + str(one["name"]), one["geometry"]

    def _crossing(self) -> Made | None:
        for _ in range(30):
            a = self.streets.iloc[int(self.rng.integers(len(self.streets)))]
            touching = self.streets[
                shapely.intersects(self.streets.geometry.to_numpy(), a.geometry)
            ]
            touching = touching[touching.index != a.name]
            if touching.empty:
                continue
            b = self._any(touching)
            spot = shapely.get_parts(shapely.intersection(a.geometry, b.geometry))[0]
            if spot.geom_type != "Point":
                continue
            word = ("与", "和", "、")[int(self.rng.integers(3))]
            end = ("交叉口", "路口", "交汇处")[int(self.rng.integers(3))]
            return f"{self.county}{a.name}{word}{b.name}{end}", spot
        return None

    def _relative(self) -> Made | None:
        if self.pois.empty:
            return None
        one = self._any(self.pois)
        side = list(_SIDES)[int(self.rng.integers(4))]
        far = int(self.rng.integers(2, 8)) * 10
        dx, dy = _SIDES[side]
        spot = shapely.Point(one["geometry"].x + dx * far, one["geometry"].y + dy * far)
        return f"{self.county}{one['name']}向{side}{far}米", spot

    def _no_number(self) -> Made:
        """A street of the city with a number that it does not reach."""
        while True:
            door = self._any(self.doors)
            wrong = f"{int(self.rng.integers(2000, 4000))}号"
            if door["street_name"] + wrong not in self.numbers:
                return self._head() + str(door["street_name"]) + wrong, None

    def _no_street(self) -> Made:
        """A street that the city does not have."""
        name = (
            "樱花谷大道",
            "观象台路",
            "琉璃厂西街",
            "海棠湾路",
            "骆驼巷",
            "翡冷翠路",
            "长白山路",
        )
        street = name[int(self.rng.integers(len(name)))]
        return f"{self._head()}{street}{int(self.rng.integers(1, 200))}号", None

    def _elsewhere(self) -> Made:
        """A street of this city's, but of another city's address."""
        door = self._any(self.doors)
        other = ("浙江省临海市古城区", "四川省乐安市青衣区", "山东省东平市岱北区")
        return other[int(self.rng.integers(3))] + str(door["name"]), None
