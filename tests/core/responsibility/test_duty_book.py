"""Who answers here? Examples first, then thousands of questions against the oracle."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from citygrid_core.errors import MissingCrs, UsageError
from citygrid_core.responsibility import (
    ROLES,
    CrsMismatch,
    DepartmentCircle,
    DutyBook,
    MissingColumns,
    Order,
)
from tests.core.responsibility.duty_oracle import answer, successors

CRS = "EPSG:4547"
COLUMNS = [
    "code", "place", "place_code", "width_m", "object_kind", "class_code", "attribute",
    "area_class", "role", "department_code", "valid_from", "valid_to", "hours", "weekdays",
    "season", "document", "clause", "priority",
]  # fmt: skip

DEPARTMENTS = pd.DataFrame(
    [
        ("W", "自来水公司", "", "2010-01-01", ""),
        ("R", "市政设施管理处", "", "2010-01-01", ""),
        ("O", "市政工程处", "R", "2010-01-01", "2025-07-01"),
        ("E", "高速公路公司", "", "2010-01-01", ""),
        ("P", "公园管理处", "", "2010-01-01", ""),
        ("S", "街道办", "", "2010-01-01", ""),
        ("X", "已撤销的所", "", "2010-01-01", "2024-01-01"),
    ],
    columns=["code", "name", "successor_code", "valid_from", "valid_to"],
)


def rules(*given: dict[str, Any]) -> gpd.GeoDataFrame:
    """Return rules; what is not given is empty, in force since 2020."""
    rows = [
        {
            **dict.fromkeys(COLUMNS, ""),
            "code": f"ZR{i + 1}", "place": "everywhere", "role": "owning", "priority": 0,
            "object_kind": "component", "valid_from": "2020-01-01", "geometry": None, **rule,
        }
        for i, rule in enumerate(given)
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=[*COLUMNS, "geometry"])
    frame["width_m"] = pd.to_numeric(frame["width_m"], errors="coerce")
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS)


def point(x: float = 0.0, y: float = 0.0, **given: Any) -> gpd.GeoDataFrame:
    row = {
        "object_kind": "component", "class_code": "01001", "grid_code": "320705001001001",
        "community_code": "320705001001", **given,
    }  # fmt: skip
    return gpd.GeoDataFrame([row], geometry=[shapely.Point(x, y)], crs=CRS)


def owner(book: DutyBook, asked: gpd.GeoDataFrame, at: str = "2026-10-01") -> tuple[Any, str]:
    row = book.resolve(asked, at=at).iloc[0]
    return row["owning_code"] or row["owning_candidates"], row["owning_outcome"]


def test_the_more_specific_class_answers_and_the_reason_names_its_document() -> None:
    book = DutyBook(
        rules(
            {"class_code": "01", "department_code": "R"},
            {
                "class_code": "01001",
                "department_code": "W",
                "document": "云城管〔2019〕12号",
                "clause": "第3条",
            },
        ),
        DEPARTMENTS,
    )
    got = book.resolve(point(), at="2026-10-01").iloc[0]

    assert got["owning_code"] == "W"
    assert got["owning_outcome"] == "one"
    assert "云城管〔2019〕12号 第3条" in str(got["reasons"])
    assert "自来水公司" in got["reasons"].text("zh")
    owning = [r for r in book.explain(point(), at="2026-10-01") if r.role == "owning"]
    assert [(r.verdict, r.rule.code) for r in owning if r.rule] == [
        ("answers", "ZR2"),
        ("weaker", "ZR1"),
    ]
    assert owner(book, point(class_code="01044")) == ("R", "one")


def test_line_beats_polygon_beats_grid_beats_group_beats_area_beats_everywhere() -> None:
    chain = [
        {"department_code": "S"},
        {"place": "area", "place_code": "320705", "department_code": "R"},
        {"place": "grid_group", "place_code": "G1", "department_code": "W"},
        {"place": "grid", "place_code": "320705001001001", "department_code": "P"},
        {"place": "polygon", "department_code": "O", "geometry": shapely.box(-9, -9, 9, 9)},
        {
            "place": "line",
            "department_code": "E",
            "width_m": 5.0,
            "geometry": shapely.LineString([(-9, 3), (9, 3)]),
        },
    ]
    groups = pd.DataFrame({"code": ["G1"], "grid_codes": ["320705001001001#320705001001002"]})
    for number in range(1, len(chain) + 1):
        # A weaker place with a longer class is still weaker.
        some = [
            {**r, "class_code": "01001" if i < number - 1 else "01"}
            for i, r in enumerate(chain[:number])
        ]
        book = DutyBook(rules(*some), DEPARTMENTS, groups=groups)
        assert owner(book, point(), "2024-06-01") == (chain[number - 1]["department_code"], "one")
    assert owner(book, point(0, -2), "2024-06-01") == ("E", "one")  # 5 m: still on it
    assert owner(book, point(0, -2.001), "2024-06-01") == ("O", "one")
    assert owner(book, point(30, 30), "2024-06-01") == ("P", "one")
    assert owner(book, point(0, 0, owning_code="S"), "2024-06-01") == ("S", "one")


def test_the_order_is_a_profile(tmp_path: Any) -> None:
    profile = tmp_path / "ours.toml"
    profile.write_text(
        'layers = ["area", "recorded", "decided", "line", "polygon", "grid", "grid_group", "everywhere"]\n'
        'within = ["priority", "class"]\n',
        "utf-8",
    )
    book = DutyBook(
        rules(
            {"place": "area", "place_code": "3207", "department_code": "R", "class_code": "01001"},
            {"place": "area", "place_code": "320705", "department_code": "S", "priority": 1},
            {"place": "polygon", "department_code": "P", "geometry": shapely.box(-9, -9, 9, 9)},
        ),
        DEPARTMENTS,
        order=Order.load(profile),
    )
    assert owner(book, point(owning_code="W")) == ("S", "one")
    assert owner(book, point(owning_code="W", community_code="320800001001")) == ("W", "one")
    profile.write_text('layers = ["area"]\nwithin = []\n', "utf-8")
    with pytest.raises(UsageError, match=r"layers is area"):
        Order.load(profile)


def test_two_equal_rules_are_several_and_no_rule_is_none() -> None:
    book = DutyBook(rules({"department_code": "W"}, {"department_code": "R"}), DEPARTMENTS)
    got = book.resolve(point(), at="2026-10-01").iloc[0]
    assert got["owning_code"] is None
    assert (got["owning_outcome"], got["owning_candidates"]) == ("several", "R#W")
    assert got["duty_outcome"] == "several"
    assert "效力相同" in got["reasons"].text("zh")
    none = book.resolve(point(object_kind="event"), at="2026-10-01").iloc[0]
    assert (none["handling_outcome"], none["duty_outcome"]) == ("none", "none")
    assert "no rule names a body" in str(none["reasons"])
    # Equal rules that name the same body agree.
    same = DutyBook(rules({"department_code": "W"}, {"department_code": "W"}), DEPARTMENTS)
    assert owner(same, point()) == ("W", "one")


def test_priority_decides_between_equal_rules_and_a_condition_after_it() -> None:
    book = DutyBook(
        rules(
            {"department_code": "W"},
            {"department_code": "R", "priority": 5},
            {"department_code": "S", "priority": 5, "hours": "22:00-06:00"},
        ),
        DEPARTMENTS,
    )
    assert owner(book, point(), "2026-10-01") == ("R", "one")
    assert owner(book, point(), "2026-10-01T05:59") == ("S", "one")
    assert owner(book, point(), "2026-10-01T06:00") == ("R", "one")


def test_dates_are_half_open_and_a_merged_body_is_named_as_of_the_day() -> None:
    book = DutyBook(
        rules(
            {"department_code": "O", "valid_to": "2026-01-01"},
            {"department_code": "W", "valid_from": "2026-01-01"},
        ),
        DEPARTMENTS,
    )
    assert owner(book, point(), "2019-12-31") == (None, "none")
    assert owner(book, point(), "2025-06-30") == ("O", "one")
    assert owner(book, point(), "2025-07-01") == ("R", "one")  # O was merged into R
    assert owner(book, point(), "2026-01-01") == ("W", "one")
    assert owner(book, point(), "") == ("W", "one")
    why = book.resolve(point(), at="2025-06-30").iloc[0]["reasons"].text("zh")
    assert "市政工程处（O），现为市政设施管理处（R）" in why
    many = pd.concat([point()] * 3, ignore_index=True)
    days = pd.Series(["2025-06-30", "2026-01-01", None])
    assert book.resolve(many, at=days)["owning_code"].tolist() == ["O", "W", "W"]


def test_a_body_that_ended_without_a_successor_answers_nothing() -> None:
    book = DutyBook(rules({"department_code": "X"}), DEPARTMENTS)
    assert owner(book, point(), "2023-05-05") == ("X", "one")
    assert owner(book, point(), "2026-05-05") == (None, "none")
    assert "已撤销" in book.resolve(point(), at="2026-05-05").iloc[0]["reasons"].text("zh")
    recorded = DutyBook(rules(), DEPARTMENTS).resolve(
        point(owning_code="X", maintaining_code="O"), at="2026-05-05"
    )
    assert recorded["owning_outcome"].item() == "none"
    assert recorded["maintaining_code"].item() == "R"


def test_the_answer_is_aligned_to_the_index_of_the_points() -> None:
    book = DutyBook(rules({"department_code": "W"}), DEPARTMENTS)
    asked = pd.concat([point(), point(object_kind="event"), point()])
    asked.index = pd.Index(["c", "a", "b"])
    got = book.resolve(asked, at="2026-10-01")
    assert got.index.tolist() == ["c", "a", "b"]
    assert got["owning_code"].tolist() == ["W", None, "W"]
    assert book.resolve(asked.iloc[:0], at="2026-10-01").empty


def test_what_is_wrong_is_said() -> None:
    book = DutyBook(
        rules(
            {"department_code": "W"},
            {"department_code": "W", "place": "street"},
            {"department_code": "W", "role": "boss"},
            {
                "department_code": "W",
                "place": "line",
                "geometry": shapely.LineString([(0, 0), (1, 1)]),
            },
            {"department_code": "W", "place": "polygon"},
            {"department_code": "W", "hours": "morning"},
            {"department_code": "W", "weekdays": "8"},
            {"department_code": "", "valid_to": "2019-01-01"},
        ),
        DEPARTMENTS,
    )
    assert len(book) == 1
    assert [p.rule for p in book.problems] == [
        "duty.place", "duty.role", "duty.width", "duty.geometry", "duty.condition",
        "duty.condition", "duty.department", "duty.dates",
    ]  # fmt: skip
    assert all(p.text("zh") and p.text("en") for p in book.problems)
    with pytest.raises(MissingColumns, match="class_code"):
        book.resolve(point().drop(columns="class_code"))
    with pytest.raises(UsageError, match="no date"):
        book.resolve(point(), at="yesterday")
    shaped = rules(
        {"department_code": "P", "place": "polygon", "geometry": shapely.box(0, 0, 1, 1)}
    )
    with pytest.raises(CrsMismatch, match="to_crs"):
        DutyBook(shaped, DEPARTMENTS).resolve(point().to_crs(4326))
    with pytest.raises(MissingCrs):
        DutyBook(shaped.set_crs(None, allow_override=True), DEPARTMENTS)
    ring = DEPARTMENTS.assign(successor_code=["R", "O", "W", "", "", "", "X"])
    with pytest.raises(DepartmentCircle, match="O → W → R → O") as raised:
        DutyBook(rules(), ring)
    assert len(raised.value.problems) == 2


def _city(seed: int, number: int) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, pd.DataFrame]:
    """Rules of all kinds at random, and points among them, many on borders."""
    rng = np.random.default_rng(seed)
    areas = ["320705", "320706", "320705001", "320705002", "320706001", "320705001001"]
    grids = [
        f"{c}{i:03d}" for c in ("320705001001", "320705002001", "320706001002") for i in (1, 2, 3)
    ]

    def pick(values: Any, empty: float = 0.0) -> Any:
        return "" if rng.random() < empty else values[rng.integers(len(values))]

    made = []
    shapes: list[Any] = []
    for _ in range(number):
        place = pick(["line", "polygon", "grid", "grid_group", "area", "area", "everywhere"])
        geometry, code, width = None, "", np.nan
        x, y = rng.integers(0, 90, 2)
        if place == "polygon":
            geometry = (
                shapely.box(x, y, x + 20, y + 10)
                if rng.random() < 0.5
                else shapely.Point(x, y).buffer(15)
            )
        elif place == "line":
            geometry = shapely.LineString([(x, y), (x + 10, y), (x + 10, y + 30)])
            width = float(rng.integers(0, 9))
        elif place == "area":
            code = pick(areas)
        elif place == "grid":
            code = pick(grids)
        elif place == "grid_group":
            code = pick(["G1", "G2"])
        if geometry is not None:
            shapes.append(geometry)
        made.append({
            "place": place, "place_code": code, "width_m": width, "geometry": geometry,
            "object_kind": pick(["component", "event"], 0.2), "class_code": pick(["01", "01001", "010", "02"], 0.1),
            "role": pick(ROLES), "department_code": pick([*"WROEPSX", "unknown"]),
            "valid_from": pick(["2020-01-01", "2025-07-01"]), "valid_to": pick(["2026-01-01", "2030-01-01"], 0.5),
            "hours": pick(["08:00-12:00", "22:00-06:00"], 0.85), "weekdays": pick(["1#2#3", "6#7"], 0.85),
            "season": pick(["11-15/03-15", "04-01/09-30"], 0.85), "priority": int(rng.integers(-1, 2)),
            "attribute": pick(["state=damaged|lost"], 0.85), "area_class": pick(["A"], 0.85),
        })  # fmt: skip
    corners = shapely.get_coordinates(shapes)
    xy = np.where(
        rng.random((400, 1)) < 0.3,
        corners[rng.integers(0, len(corners), 400)],
        rng.integers(0, 220, (400, 2)) / 2,
    )
    grid = [pick(grids) for _ in range(400)]
    asked = gpd.GeoDataFrame(
        {
            "object_kind": [pick(["component", "event"]) for _ in grid],
            "class_code": [pick(["01001", "01044", "02001", "05001"]) for _ in grid],
            "grid_code": grid,
            "community_code": [g[:12] for g in grid],
            "state": [pick(["damaged", "lost", "intact"]) for _ in grid],
            "area_class": [pick(["A", "B"], 0.3) for _ in grid],
            "owning_code": [pick(["W", "O", "X"], 0.7) or None for _ in grid],
        },
        geometry=shapely.points(xy),
        crs=CRS,
    )
    at = pd.Series(
        [
            pick(
                [
                    "2019-05-01T09:00",
                    "2025-06-30T23:10",
                    "2025-12-24T09:00",
                    "2026-07-04",
                    "2026-01-01T12:00",
                ]
            )
            for _ in grid
        ]
    )
    return rules(*made), asked, at  # type: ignore[return-value]


@pytest.mark.parametrize("seed", range(4))
def test_every_answer_is_that_of_the_oracle(seed: int) -> None:
    made, asked, at = _city(seed, 250)
    members = {
        "G1": {"320705001001001", "320705001001002"},
        "G2": {"320705001001002", "320706001002003"},
    }
    groups = pd.DataFrame(
        {"code": list(members), "grid_codes": ["#".join(sorted(g)) for g in members.values()]}
    )
    book = DutyBook(made, DEPARTMENTS, groups=groups)
    assert not book.problems
    got = book.resolve(asked, at=at)
    listed = list(made.itertuples())
    seen: set[str] = set()
    for row, when, result in zip(asked.itertuples(), at, got.to_dict("records"), strict=True):
        want = answer(listed, successors(DEPARTMENTS), members, row, when)
        for role in ROLES:
            bodies = sorted(want[role])
            outcome = ["none", "one", "several"][min(len(bodies), 2)]
            assert result[f"{role}_outcome"] == outcome, (row, when, role, want)
            assert result[f"{role}_code"] == (bodies[0] if len(bodies) == 1 else None)
            assert result[f"{role}_candidates"] == ("#".join(bodies) if len(bodies) > 1 else None)
            seen.add(outcome)
        expected = ("owning", "maintaining") if row.object_kind == "component" else ("handling",)
        lacking = any(not want[r] for r in expected)
        several = any(len(b) > 1 for b in want.values())
        assert result["duty_outcome"] == ("several" if several else "none" if lacking else "one")
    assert seen == {"none", "one", "several"}


def test_explain_and_a_single_answer_tell_the_same_story_as_resolve() -> None:
    made, asked, at = _city(9, 250)
    book = DutyBook(made, DEPARTMENTS)
    got = book.resolve(asked, at=at)
    for i in range(0, 400, 7):
        chain = book.explain(asked.iloc[[i]], at=at.iloc[i])
        row, said = asked.iloc[i], got.iloc[i]
        one = book.answer(
            row.geometry.x,
            row.geometry.y,
            object_kind=row["object_kind"],
            class_code=row["class_code"],
            grid_code=row["grid_code"],
            area_class=row["area_class"],
            attributes={"state": row["state"]},
            recorded={"owning": row["owning_code"]},
            at=at.iloc[i],
        )
        assert one.reasons.text("zh") == "；".join(r.text("zh") for r in chain)
        assert one.outcome == said["duty_outcome"]
        for role in ROLES:
            mine = [r for r in chain if r.role == role]
            top = {
                r.body.code for r in mine if r.verdict in ("answers", "ties", "recorded") and r.body
            }
            claimed = {
                c
                for c in (said[f"{role}_candidates"] or said[f"{role}_code"] or "").split("#")
                if c
            }
            assert top == claimed == set(one.bodies[role])
            assert all(r.text("zh") and str(r) for r in mine)
