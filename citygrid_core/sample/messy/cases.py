"""A messy export of a hotline: GBK, GCJ-02, dates written in three ways."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pyproj

from citygrid_core.sample.cases import LIMIT_H, on_streets
from citygrid_core.sample.intensity import MATTERS
from citygrid_core.sample.messy.source import Source
from citygrid_core.sample.messy.table import Messy, Row
from citygrid_core.sample.messy.writing import write_mapping, write_text
from citygrid_core.sample.scales import CRS
from citygrid_core.tables.datum import convert

_COLUMNS = {
    "source_number": "任务号", "source": "问题来源", "object_kind": "问题类型", "class_code": "小类名称",
    "description": "问题描述", "address": "事发位置", "x": "经度", "y": "纬度",
    "reported_at": "上报时间", "registered_at": "立案时间", "dispatched_at": "派遣时间",
    "handled_at": "处置完成时间", "closed_at": "结案时间",
}  # fmt: skip
_TIMES = ("reported_at", "registered_at", "dispatched_at", "handled_at", "closed_at")


def write_cases(source: Source, folder: Path) -> tuple[Messy, dict[str, str]]:
    """Write 300 cases as a hotline of another system exports them."""
    table = Messy("cases_gbk.csv", "cases", _rows(source, 300), source.rng(52))
    _defects(table)
    cells = [[row[k] for k in _COLUMNS] for row in table.rows]
    write_text(folder / table.file, list(_COLUMNS.values()), cells, "gbk")
    columns = {k: v for k, v in _COLUMNS.items() if k not in ("x", "y")}
    write_mapping(
        folder / "cases_gbk.mapping.toml",
        {
            "encoding": "gbk", "crs": "EPSG:4326", "datum": "gcj02", "x": "经度", "y": "纬度",
            "columns": columns, "values.source": {"热线": "hotline", "采集员": "collector"},
        },
    )  # fmt: skip
    return table, table.books("cases_gbk.mapping.toml")


def _rows(source: Source, count: int) -> list[Row]:
    rng = source.rng(51)
    xy = on_streets(source.scene, count, rng)
    turn = pyproj.Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    lon, lat = turn.transform(xy[:, 0], xy[:, 1])
    lon, lat = convert(np.asarray(lon), np.asarray(lat), "wgs84", "gcj02")
    plates = source.scene.plates
    codes, names = list(MATTERS), source.scene.edition.event_classes["name"]
    rows: list[Row] = []
    for i in range(count):
        code = codes[int(rng.integers(len(codes)))]
        at = dt.datetime(2025, 1, 1) + dt.timedelta(minutes=int(rng.integers(365 * 24 * 60)))
        plate = plates.iloc[int(rng.integers(len(plates)))]
        row: Row = {
            "source_number": f"RX2025{i + 1:05d}", "source": "热线" if rng.random() < 0.7 else "采集员",
            "object_kind": "事件", "class_code": str(names[code]),
            "description": f"群众反映{names[code]}", "address": str(plate["address"]),
            "x": f"{lon[i]:.7f}", "y": f"{lat[i]:.7f}",
        }  # fmt: skip
        waits = (0, 20, 15, LIMIT_H[code[:2]] * 30, 60)
        for name, wait in zip(_TIMES, waits, strict=True):
            at += dt.timedelta(minutes=int(wait * rng.uniform(0.5, 1.5)))
            row[name] = _usual(at)
        rows.append(row)
    return rows


def _usual(at: dt.datetime) -> str:
    return f"{at.year}/{at.month}/{at.day} {at.hour}:{at.minute:02d}:{at.second:02d}"


def _moment(text: str) -> dt.datetime:
    return dt.datetime.strptime(text, "%Y/%m/%d %H:%M:%S")


def _defects(table: Messy) -> None:
    def chinese(row: Row) -> str:
        at = _moment(row["reported_at"])
        row["reported_at"] = (
            f"{at.year}年{at.month}月{at.day}日{at.hour}时{at.minute}分{at.second}秒"
        )
        return at.isoformat()

    def serial(row: Row) -> str:
        at = _moment(row["reported_at"])
        at = at.replace(hour=6 * (at.hour // 6), minute=0, second=0)  # a quarter of a day is exact
        days = (at - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)
        row["reported_at"] = f"{days:g}" if days == int(days) else f"{days:.2f}"
        return at.isoformat()

    def broken_order(row: Row) -> str:
        row["closed_at"] = _usual(_moment(row["reported_at"]) - dt.timedelta(days=2))
        return ""

    def impossible(row: Row) -> str:
        row["reported_at"] = "2025/2/30 9:15:00"
        return ""

    def unknown_class(row: Row) -> str:
        row["class_code"] = ("外星人登陆", "其他其他", "待分类")[int(table.rng.integers(3))]
        return ""

    def nowhere(row: Row) -> str:
        row["x"] = row["y"] = row["address"] = ""
        return ""

    table.plant("chinese_date", "reported_at", "repaired", chinese)
    table.plant("serial_date", "reported_at", "repaired", serial)
    table.plant("time_order", "closed_at", "rejected", broken_order)
    table.plant("impossible_date", "reported_at", "rejected", impossible)
    table.plant("unknown_class", "class_code", "rejected", unknown_class)
    table.plant("missing_place", "address", "rejected", nowhere)
    table.plant_duplicates("source_number", "duplicate_number", ("source_number",))
