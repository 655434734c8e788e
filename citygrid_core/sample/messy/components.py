"""Messy files of components: five formats, five ways to be wrong."""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from citygrid_core.sample.cases import street_side
from citygrid_core.sample.components import scatter
from citygrid_core.sample.messy.source import Source
from citygrid_core.sample.messy.table import Messy, Row
from citygrid_core.sample.messy.writing import (
    save_workbook,
    write_mapping,
    write_shapefile,
    write_text,
)
from citygrid_core.sample.noise import full_width
from citygrid_core.sample.scales import CRS

STATES = {"intact": "完好", "damaged": "破损", "lost": "丢失", "abandoned": "废弃"}
CLASSES = (
    "01001", "01002", "01003", "01004", "01005", "01007", "01011", "01013", "01037", "02010",
    "02012", "02021", "03005", "04002", "04007",
)  # fmt: skip
#: Bodies typed with another ending than in the register: their key and how they are typed.
VARIANTS = {"water": "云汀市水务集团", "gas": "云汀市燃气公司", "telecom": "云汀市通信公司"}
UNKNOWN_BODIES = ("宏远市政养护队", "城东开发总公司", "原三建公司", "某物业")
_COLUMNS = {
    "source_key": "序号", "class_code": "部件代码", "name": "部件名称", "x": "东坐标", "y": "北坐标",
    "owning": "权属单位", "state": "部件状态", "surveyed_on": "普查日期", "note": "备注",
}  # fmt: skip


def component_rows(source: Source, count: int, prefix: str, part: int) -> list[Row]:
    """Return clean rows of components along the streets of the first county."""
    rng = source.rng(part)
    scene = source.scene
    band = street_side(scene)
    area = shapely.area(band)
    per = rng.multinomial(count, area / area.sum())
    some = np.flatnonzero(per)
    xy = np.round(rng.permutation(scatter(band[some], per[some], rng)), 3)
    classes = np.array(CLASSES, dtype=object)[rng.integers(len(CLASSES), size=count)]
    home = source.community(xy)
    day = np.full(count, "2024-12-31", dtype=object)
    owner = scene.answers.of("component", classes, "owning", xy, home, day)
    spelled = source.departments.spelled()
    named = scene.edition.component_classes["name"]
    surveyed = np.datetime64("2025-01-06") + rng.integers(0, 300, count).astype("timedelta64[D]")
    states = list(STATES.values())
    state = rng.choice(len(states), count, p=[0.93, 0.04, 0.02, 0.01])
    return [
        {
            "source_key": f"{prefix}{i + 1:05d}", "class_code": classes[i],
            "name": str(named[classes[i]]), "x": f"{xy[i, 0]:.3f}", "y": f"{xy[i, 1]:.3f}",
            "owning": spelled[owner[i]][0], "state": states[state[i]],
            "surveyed_on": str(surveyed[i]), "note": "",
        }
        for i in range(count)
    ]  # fmt: skip


class _Planter:
    """The defects of components, each as a change of one row."""

    def __init__(self, source: Source, table: Messy) -> None:
        self.source, self.table = source, table
        self.rng = table.rng

    def plant(self, *kinds: str) -> None:
        for kind in kinds:
            getattr(self, f"_{kind}")()

    def _full_width_digits(self) -> None:
        def change(row: Row) -> str:
            code = str(row["class_code"])
            row["class_code"] = full_width(code)
            return code

        self.table.plant("full_width_digits", "class_code", "repaired", change)

    def _lost_leading_zeros(self) -> None:
        def change(row: Row) -> str:
            code = str(row["class_code"])
            row["class_code"] = code.lstrip("0")
            return code

        self.table.plant("lost_leading_zeros", "class_code", "repaired", change)

    def _serial_date(self) -> None:
        def change(row: Row) -> str:
            day = dt.date.fromisoformat(row["surveyed_on"])
            row["surveyed_on"] = str((day - dt.date(1899, 12, 30)).days)
            return day.isoformat()

        self.table.plant("serial_date", "surveyed_on", "repaired", change)

    def _chinese_date(self) -> None:
        def change(row: Row) -> str:
            day = dt.date.fromisoformat(row["surveyed_on"])
            row["surveyed_on"] = f"{day.year}年{day.month}月{day.day}日"
            return day.isoformat()

        self.table.plant("chinese_date", "surveyed_on", "repaired", change)

    def _impossible_date(self) -> None:
        self._set("impossible_date", "surveyed_on", ("2025-02-30", "2025-13-05", "2025-06-31"))

    def _unknown_class(self) -> None:
        self._set("unknown_class", "class_code", ("09999", "77123", "01999"), name="")

    def _unknown_state(self) -> None:
        self._set("unknown_state", "state", ("还行", "待定", "三级"))

    def _unknown_department(self) -> None:
        self._set("unknown_department", "owning", UNKNOWN_BODIES)

    def _set(self, defect: str, field: str, values: tuple[str, ...], **also: str) -> None:
        left = list(values)

        def change(row: Row) -> str:
            row[field] = left.pop(0)
            row.update(also)
            return ""

        self.table.plant(defect, field, "rejected", change)

    def _suffix_variant(self) -> None:
        variants = list(VARIANTS.items())

        def change(row: Row) -> str:
            key, typed = variants.pop(0)
            row["owning"] = typed
            return self.source.departments.code[key]

        self.table.plant("suffix_variant", "owning", "repaired", change)

    def _missing_x(self) -> None:
        def change(row: Row) -> str:
            row["x"] = ""
            return ""

        self.table.plant("missing_x", "x", "rejected", change)

    def _missing_point(self) -> None:
        def change(row: Row) -> str:
            row["x"] = row["y"] = ""
            return ""

        self.table.plant("missing_point", "geometry", "rejected", change)

    def _swapped_axes(self) -> None:
        def change(row: Row) -> str:
            row["x"], row["y"] = row["y"], row["x"]
            return ""

        self.table.plant("swapped_axes", "geometry", "rejected", change)

    def _outside_city(self) -> None:
        far = 1.4 * self.source.scene.plan.scale.radius_m + 2000

        def change(row: Row) -> str:
            heading = self.rng.uniform(0, 2 * np.pi)
            x0, y0, x1, y1 = self.source.scene.plan.skeleton.outline.bounds
            row["x"] = f"{(x0 + x1) / 2 + far * np.cos(heading):.3f}"
            row["y"] = f"{(y0 + y1) / 2 + far * np.sin(heading):.3f}"
            return ""

        self.table.plant("outside_city", "geometry", "rejected", change)

    def _duplicate_key(self) -> None:
        self.table.plant_duplicates("source_key", "duplicate_key", ("source_key",))


def write_components(source: Source, folder: Path) -> list[tuple[Messy, dict[str, str]]]:
    """Write the five files of components; return their tables and lines of the list."""
    return [
        _gbk(source, folder),
        _xlsx(source, folder),
        _utf16(source, folder),
        _shapefile(source, folder),
        _geojson(source, folder),
    ]


def _table(source: Source, file: str, count: int, prefix: str, part: int, first_row: int) -> Messy:
    rows = component_rows(source, count, prefix, part)
    return Messy(file, "components", rows, source.rng(part + 50), first_row)


def _mapping(columns: dict[str, str], **more: Any) -> dict[str, Any]:
    fields = {k: v for k, v in columns.items() if k not in ("x", "y")}
    position: dict[str, Any] = {k: columns[k] for k in ("x", "y") if k in columns}
    return {**more, **position, "columns": fields}


def _gbk(source: Source, folder: Path) -> tuple[Messy, dict[str, str]]:
    table = _table(source, "components_gbk.csv", 400, "G", 21, 2)
    _Planter(source, table).plant(
        "full_width_digits", "lost_leading_zeros", "serial_date", "chinese_date", "missing_x",
        "swapped_axes", "outside_city", "unknown_class", "unknown_department", "suffix_variant",
        "impossible_date", "unknown_state", "duplicate_key",
    )  # fmt: skip
    rows = [[row[k] for k in _COLUMNS] for row in table.rows]
    write_text(folder / table.file, list(_COLUMNS.values()), rows, "gbk")
    write_mapping(
        folder / "components_gbk.mapping.toml", _mapping(_COLUMNS, encoding="gbk", crs=CRS)
    )
    return table, table.books("components_gbk.mapping.toml")


def _utf16(source: Source, folder: Path) -> tuple[Messy, dict[str, str]]:
    table = _table(source, "components_utf16.tsv", 250, "U", 22, 2)
    _Planter(source, table).plant(
        "full_width_digits", "chinese_date", "unknown_department", "outside_city", "duplicate_key"
    )
    rows = [[row[k] for k in _COLUMNS] for row in table.rows]
    write_text(folder / table.file, list(_COLUMNS.values()), rows, "utf-16", "\t")
    write_mapping(
        folder / "components_utf16.mapping.toml", _mapping(_COLUMNS, encoding="utf-16", crs=CRS)
    )
    return table, table.books("components_utf16.mapping.toml")


def _xlsx(source: Source, folder: Path) -> tuple[Messy, dict[str, str]]:
    """A title, a header of two rows with merged cells, dates as dates, totals at the end."""
    from openpyxl import Workbook

    table = _table(source, "components.xlsx", 300, "E", 23, 4)
    _Planter(source, table).plant(
        "lost_leading_zeros", "missing_x", "unknown_class", "unknown_state", "impossible_date"
    )
    summed = table.pick()
    book = Workbook()
    sheet = book.active
    sheet.title = "部件普查"
    sheet.append(["云汀市梧汀区城市管理部件普查成果表"])
    sheet.append(["序号", "部件", "", "坐标", "", "权属单位", "部件状态", "普查日期", "备注"])
    sheet.append(["", "代码", "名称", "X", "Y", "", "", "", ""])
    for area in ("A1:I1", "A2:A3", "B2:C2", "D2:E2", "F2:F3", "G2:G3", "H2:H3", "I2:I3"):
        sheet.merge_cells(area)
    for row in table.rows:
        sheet.append(_cells(row))
    formulas = {}
    for i in summed:
        at = i + table.first_row
        y = float(table.rows[i]["y"])
        sheet.cell(at, 5).value = f"=3386000+{y - 3386000:.3f}"
        formulas[f"E{at}"] = y
        table.note(i, "y", "formula_cell", "repaired", f"{y:.3f}")
    sheet.append(["合计", "", "", "", "", "", "", "", f"{len(table.rows)}个"])
    save_workbook(book, folder / table.file, formulas)
    columns = {
        "source_key": "序号", "class_code": "部件代码", "name": "部件名称", "x": "坐标X", "y": "坐标Y",
        "owning": "权属单位", "state": "部件状态", "surveyed_on": "普查日期", "note": "备注",
    }  # fmt: skip
    write_mapping(
        folder / "components_xlsx.mapping.toml", _mapping(columns, crs=CRS, header_rows=[2, 3])
    )
    return table, table.books("components_xlsx.mapping.toml")


def _cells(row: Row) -> list[Any]:
    """Return a row as typed into a sheet: numbers are numbers, dates are dates."""
    code: Any = str(row["class_code"])
    if not code.startswith("0"):
        code = int(code)
    day: Any = row["surveyed_on"]
    with contextlib.suppress(ValueError):
        day = dt.date.fromisoformat(day)
    x = float(row["x"]) if row["x"] else None
    return [
        row["source_key"], code, row["name"], x, float(row["y"]), row["owning"], row["state"],
        day, row["note"] or None,
    ]  # fmt: skip


def _shapefile(source: Source, folder: Path) -> tuple[Messy, dict[str, str]]:
    """Chinese field names cut off after ten bytes, GBK, nothing that says so."""
    table = _table(source, "components_shp/components.shp", 250, "S", 24, 1)
    _Planter(source, table).plant(
        "missing_point", "unknown_class", "suffix_variant", "impossible_date", "unknown_state"
    )
    columns = {
        "source_key": "序号", "class_code": "部件类别代", "name": "部件名称", "owning": "权属单位名",
        "state": "部件状态", "surveyed_on": "初始日期",
    }  # fmt: skip
    frame = gpd.GeoDataFrame(
        {theirs: [row[ours] for row in table.rows] for ours, theirs in columns.items()},
        geometry=[_point(row) for row in table.rows],
        crs=CRS,
    )
    write_shapefile(folder / table.file, frame)
    write_mapping(
        folder / "components_shp.mapping.toml", _mapping(columns, encoding="gbk", crs=CRS)
    )
    return table, table.books("components_shp.mapping.toml")


def _point(row: Row) -> shapely.Point | None:
    return shapely.Point(float(row["x"]), float(row["y"])) if row["x"] else None


def _geojson(source: Source, folder: Path) -> tuple[Messy, dict[str, str]]:
    """Longitude and latitude in WGS 84, as a phone sends them."""
    import json

    table = _table(source, "components.geojson", 250, "J", 25, 1)
    _Planter(source, table).plant(
        "unknown_class", "unknown_department", "outside_city", "duplicate_key"
    )
    turn = pyproj.Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    columns = {
        "source_key": "id", "class_code": "部件代码", "owning": "权属单位", "state": "部件状态",
        "surveyed_on": "采集日期",
    }  # fmt: skip
    features = []
    for row in table.rows:
        lon, lat = turn.transform(float(row["x"]), float(row["y"]))
        features.append(
            {
                "type": "Feature",
                "properties": {theirs: row[ours] for ours, theirs in columns.items()},
                "geometry": {"type": "Point", "coordinates": [round(lon, 9), round(lat, 9)]},
            }
        )
    lines = ",\n".join(json.dumps(f, ensure_ascii=False) for f in features)
    text = '{"type": "FeatureCollection", "features": [\n' + lines + "\n]}\n"
    (folder / table.file).write_text(text, encoding="utf-8")
    write_mapping(
        folder / "components_geojson.mapping.toml",
        _mapping(columns, crs="EPSG:4326", datum="wgs84"),
    )
    return table, table.books("components_geojson.mapping.toml")
