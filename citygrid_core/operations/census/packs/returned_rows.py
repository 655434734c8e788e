"""The rows of a returned pack: opened without touching it, vouched for, judged."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.census.packs import limits
from citygrid_core.errors import Problem, Text, UnusableInput
from citygrid_core.operations.census.packs.file import GEOMETRY_OF, STORED, PackRead, read_pack
from citygrid_core.operations.census.packs.make import digest_of, workspace_id
from citygrid_core.operations.city import City
from citygrid_core.standards import Edition
from citygrid_core.workspace import Workspace
from citygrid_core.workspace.schema import CHOICES, COMPONENTS


class PackRefused(UnusableInput):
    """A pack that can't be merged at all; nothing was changed."""


def refuse(rule: str, file: str, found: Text, expected: Text, cure: Text) -> PackRefused:
    """Return the error of a pack that is refused."""
    return PackRefused(Problem(rule, found, expected, cure, file=file))


def open_pack(workspace: Workspace, path: Path) -> tuple[PackRead, str]:
    """Read a returned pack and the hash of its file; what was handed in is never touched.

    Raises
    ------
    PackRefused
        The file is damaged, or is no pack.
    """
    file = path / "pack.gpkg" if path.is_dir() else path
    if not file.is_file():
        raise refuse(
            "pack.absent",
            path.name,
            Text("no pack.gpkg", "没有 pack.gpkg"),
            Text("the folder or the GeoPackage of a pack", "外业包目录或其 GeoPackage"),
            Text("", ""),
        )
    digest = hashlib.sha256()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "pack.gpkg"
        # what the app had not yet brought into the file, or not yet taken back, lies beside it
        for suffix in ("", "-wal", "-journal"):
            source = file.with_name(file.name + suffix)
            if source.is_file():
                shutil.copyfile(source, copy.with_name(copy.name + suffix))
                digest.update(source.read_bytes())
        try:
            return read_pack(copy, workspace.crs), digest.hexdigest()
        except (sqlite3.Error, ValueError, shapely.errors.GEOSException, OverflowError) as error:
            raise refuse(
                "pack.damaged",
                file.name,
                Text(f"a file that can't be read ({error})", f"无法读取的文件（{error}）"),
                Text("a whole field pack", "完整的外业包"),
                Text(
                    "copy it from the device again; a part of the rows can be saved with "
                    "QGIS or ogr2ogr into a new copy of the pack",
                    "请从设备重新复制；也可用 QGIS 或 ogr2ogr 抢救到新的外业包副本",
                ),
            ) from error


def vouch(workspace: Workspace, read: PackRead, file: str, on: str) -> dict[str, Any]:
    """Check that a pack is one of this workspace, unaltered and in time; return its row.

    Raises
    ------
    PackRefused
        Another workspace's, unknown, tampered with, void, or its lease has expired.
    """
    try:
        manifest = dict(json.loads(read.meta.get("manifest", "")))
        code = str(manifest["pack"])
    except (ValueError, KeyError, TypeError):
        raise _tampered(file, Text("no manifest", "没有清单")) from None
    if manifest.get("workspace") != workspace_id(workspace):
        raise refuse(
            "pack.workspace",
            file,
            Text(f"pack {code} of another workspace", f"其他工作库的外业包 {code}"),
            Text("a pack of this workspace", "本工作库的外业包"),
            Text("return it where it was made", "请回传到制作它的工作库"),
        )
    rows = workspace.read("packs", where={"code": code})
    if not len(rows):
        raise refuse(
            "pack.unknown",
            file,
            Text(f"pack {code}, unknown here", f"本库未登记的外业包 {code}"),
            Text("a pack of this workspace", "本工作库的外业包"),
            Text(
                "this may be an older backup of the workspace: return it to the one in use",
                "当前可能是旧备份：请回传到正在使用的工作库",
            ),
        )
    pack: dict[str, Any] = {str(k): v for k, v in rows.iloc[0].to_dict().items()}
    pack["fid"] = int(rows.index[0])
    if digest_of(manifest) != pack["digest"]:
        raise _tampered(file, Text("an altered manifest", "清单被改动"))
    said = [(str(a), str(b), int(f), int(n)) for a, b, f, n in manifest["leases"]]
    if read.leases and sorted(said) != sorted(read.leases):
        raise _tampered(file, Text("altered ranges of codes", "号段被改动"))
    if pack["status"] in ("void", "closed"):
        raise refuse(
            "pack.void",
            file,
            Text(f"pack {code}, which is {pack['status']}", f"外业包 {code} 已作废或结束"),
            Text("a pack that is out", "外业中的外业包"),
            Text(str(pack["note"] or ""), str(pack["note"] or "")),
        )
    if str(pack["expires_on"]) < on:
        raise refuse(
            "pack.expired",
            file,
            Text(
                f"a lease that ended on {pack['expires_on']}", f"号段已于{pack['expires_on']}到期"
            ),
            Text(f"one that is good on {on}", f"在{on}仍有效"),
            Text(
                f"nothing is lost: extend it (citygrid census packs --extend {code} "
                "--until DATE), then return the pack again",
                f"数据未丢失：请先延期（citygrid census packs --extend {code} --until 日期），再次回传",
            ),
        )
    return pack


def _tampered(file: str, found: Text) -> PackRefused:
    return refuse(
        "pack.tampered",
        file,
        found,
        Text("the pack as it was handed out", "与发出时一致的外业包"),
        Text(
            "write the pack again (citygrid census packs --again), and copy the components into it",
            "请重写外业包（citygrid census packs --again），再将部件复制进去",
        ),
    )


def their_rows(read: PackRead) -> gpd.GeoDataFrame:
    """Return the rows of a pack by uid, each uid once, empty texts as nothing.

    A copied feature has the uid and code of the one it was copied from: the first keeps
    them, the others are new components.
    """
    frame = read.components
    for name in (*STORED, "uid"):
        values = frame[name].to_numpy(dtype=object)
        frame[name] = pd.Series(
            [None if v is None or v != v or v == "" else _text(v) for v in values],
            index=frame.index,
            dtype=object,
        )
    place = frame["table_"] + ":" + frame["row"].astype(str)
    uid = frame["uid"].where(frame["uid"].notna(), frame["code"])
    uid = uid.where(uid.notna(), place)
    twice = uid.duplicated(keep="first")
    frame["code"] = frame["code"].where(~twice, None)
    names = uid.where(~twice, uid + "@" + place)
    return frame.drop(columns="uid").set_index(pd.Index(names.to_numpy(dtype=object)))


def _text(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else str(value)


def judge(
    rows: gpd.GeoDataFrame, located: pd.DataFrame, edition: Edition, city: City
) -> dict[str, list[Problem]]:
    """Return what makes each row impossible to store, by uid.

    Parameters
    ----------
    located : DataFrame
        As `City.locate` gives it, aligned to `rows`.
    """
    found: dict[str, list[Problem]] = {}

    def note(wrong: Any, rule: str, field: str, expected: Text, cure: Text = Text("", "")) -> None:
        for uid in rows.index[np.asarray(wrong, dtype=bool)]:
            value = rows.at[uid, field] if field in rows and field != "geometry" else None
            shown = Text("nothing", "空值") if value is None else Text(repr(value), f"“{value}”")
            found.setdefault(str(uid), []).append(
                Problem(rule, shown, expected, cure, row=int(rows.at[uid, "row"]), field=field)
            )

    classes = edition.component_classes
    known = rows["class_code"].isin(classes.index)
    note(
        ~known, "class.unknown", "class_code", Text("a class of the edition", "本版标准的部件类别")
    )
    wants = rows["class_code"].map(classes["geometry"])
    has = rows["table_"].map(GEOMETRY_OF)
    note(
        known & (wants != has),
        "class.geometry",
        "class_code",
        Text("a class of this layer's geometry", "与图层图形类型一致的类别"),
    )
    shapes = rows.geometry.to_numpy()
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    note(empty, "geometry.missing", "geometry", Text("a geometry", "应有图形"))
    note(
        ~empty & ~shapely.is_valid(shapes),
        "geometry.invalid",
        "geometry",
        Text("a valid geometry", "有效图形"),
    )
    note(
        ~empty & located["community_code"].isna().to_numpy(),
        "position.outside",
        "geometry",
        Text("a place inside the city", "位于城市范围内"),
    )
    for column in COMPONENTS.columns:
        if column.name not in STORED:
            continue
        said = rows[column.name].notna()
        if column.choices:
            note(
                said & ~rows[column.name].isin(list(CHOICES[column.choices])),
                "value.choice",
                column.name,
                Text(
                    "one of " + ", ".join(CHOICES[column.choices]),
                    "、".join(t.zh for t in CHOICES[column.choices].values()),
                ),
            )
        elif column.type == "date":
            day = pd.to_datetime(rows[column.name], format="%Y-%m-%d", errors="coerce")
            note(said & day.isna(), "value.date", column.name, Text("a date", "日期"))
        elif column.name in ("supervising_code", "owning_code", "maintaining_code"):
            note(
                said & ~rows[column.name].isin(city.departments["code"]),
                "department.unmatched",
                column.name,
                Text("a department of the register", "部门名录中的部门"),
            )
    accuracy = pd.to_numeric(rows["gnss_accuracy_m"], errors="coerce")
    promised = rows["accuracy_class"].map(limits())
    note(
        (accuracy > promised).to_numpy(),
        "accuracy.gate",
        "gnss_accuracy_m",
        Text("the accuracy that the class promises", "符合精度等级的定位精度"),
        Text("survey again, or give it a lower class", "请重测，或降低精度等级"),
    )
    return found
