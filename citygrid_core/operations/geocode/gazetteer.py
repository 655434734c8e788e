"""Places come into the workspace; are they sound?"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from citygrid_core.errors import Problem, Text, UsageError
from citygrid_core.operations.city import City
from citygrid_core.operations.geocode.addresses import geocode_file
from citygrid_core.operations.geocode.datum import with_detected_datum
from citygrid_core.operations.geocode.index import gazetteer
from citygrid_core.operations.importing.intake import (
    Rows,
    SourceOptions,
    choices,
    import_file,
    problem,
    text_column,
)
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.tables import Field
from citygrid_core.workspace import Transaction, Workspace

__all__ = ["KINDS", "check_places", "gazetteer", "geocode_file", "import_places"]

#: What bureaus write beside the standard's words.
_ALSO = {
    "region": ("行政区域", "政区"),
    "zone": ("小区", "住宅区"),
    "street": ("道路", "街路巷", "路街巷"),
    "plate": ("门牌", "楼牌", "门楼牌", "楼门牌", "门牌号"),
    "poi": ("POI", "地标", "单位"),
}
KINDS = {kind: (*said, *_ALSO.get(kind, ())) for kind, said in choices("place_kind").items()}
FIELDS = (
    Field("source_key", "text", labels=("来源主键", "编号", "标识码", "id")),
    Field("kind", "choice", labels=("类别", "地名类别"), choices=KINDS),
    Field("name", "text", labels=("名称", "地名", "标准地名")),
    Field("aliases", "text", labels=("别名",)),
    Field("former_names", "text", labels=("曾用名",)),
    Field("street_name", "text", labels=("所在街巷", "街巷名称", "道路", "路名")),
    Field("number", "text", labels=("门牌号", "门牌", "号码")),
    Field("zone_name", "text", labels=("小区", "小区名称", "片区", "所在片区")),
    Field("address", "text", labels=("地址", "详细地址")),
    Field("category", "text", labels=("类型", "兴趣点类别", "分类")),
    Field("note", "text", labels=("备注",)),
)
COMPARE = (
    "name", "aliases", "former_names", "street_name", "number", "zone_name", "address",
    "category", "note", "geometry",
)  # fmt: skip


def import_places(
    workspace: Workspace,
    path: Path,
    *,
    kind: str | None = None,
    source: str = "",
    options: SourceOptions = SourceOptions(),
    on: str,
    who: str = "",
    dry_run: bool = False,
    rejects: Path | None = None,
    progress: Progress = no_progress,
) -> Report:
    """Import places of the gazetteer from one file (or one layer of it).

    Parameters
    ----------
    kind : str, optional
        The kind of all rows, where the file has no column that says it.
    source : str
        Who delivers; with the row's own key (or kind, name and place) it says
        what is the same place. Default: file and layer.
    """
    origin = origin_of(path, kind, source, options)
    options, told = with_detected_datum(workspace, path, options)
    city = City(workspace)

    def prepare(rows: Rows) -> None:
        prepare_places(rows, city, kind, origin, options)

    def mint(tx: Transaction, fresh: pd.DataFrame) -> pd.DataFrame:
        fresh = fresh.copy()
        minted = tx.mint("place", len(fresh))
        fresh["code"] = [f"P{n:09d}" for n in minted]
        return fresh

    report = import_file(
        workspace,
        path,
        operation="gazetteer import",
        family="places",
        fields=FIELDS,
        key=("source", "source_key"),
        compare=COMPARE,
        prepare=prepare,
        options=options,
        mint=mint,
        on=on,
        who=who,
        dry_run=dry_run,
        rejects=rejects,
        progress=progress,
    )
    report.cautions += told
    return report


def origin_of(path: Path, kind: str | None, source: str, options: SourceOptions) -> str:
    """Return who delivers the places of a file.

    Raises
    ------
    UsageError
        The kind is unknown.
    """
    if kind is not None and kind not in KINDS:
        known = ", ".join(KINDS)
        raise UsageError(
            Text(f"unknown kind {kind!r}; known: {known}", f"未知类别“{kind}”，可用：{known}")
        )
    return source or ":".join(p for p in (Path(path).name, options.layer or "") if p)


def prepare_places(
    rows: Rows, city: City, kind: str | None, origin: str, options: SourceOptions
) -> None:
    """Complete the rows of a file of places; reject those that can't be stored."""
    _complete(rows, kind, origin)
    rows.frame["source_datum"] = options.datum or None
    _place_areas(rows, city)
    _reject_twin_plates(rows)


def _complete(rows: Rows, kind: str | None, source: str) -> None:
    frame = rows.frame
    kinds = text_column(frame, "kind")
    frame["kind"] = kinds.where(kinds != "", kind or "")
    for index in frame.index[frame["kind"] == ""]:
        rows.reject(
            index,
            problem(
                "place.kind",
                "kind",
                None,
                Text(", ".join(KINDS), "、".join(v[2] for v in KINDS.values())),
                Text("give --kind", "请用 --kind 指定"),
            ),
        )
    road, number = text_column(frame, "street_name"), text_column(frame, "number")
    plate = frame["kind"] == "plate"
    name = text_column(frame, "name")
    frame["name"] = name.where((name != "") | ~plate, road + number)
    for index in frame.index[frame["name"] == ""]:
        rows.reject(index, problem("place.name", "name", None, Text("a name", "名称")))
    for index in frame.index[plate & (number == "")]:
        rows.reject(
            index, problem("place.number", "number", None, Text("a house number", "门牌号"))
        )
    bounds = frame.geometry.bounds
    place = (
        frame["kind"] + ":" + frame["name"] + "@"
        + bounds["minx"].map("{:.2f}".format) + "," + bounds["miny"].map("{:.2f}".format)
    )  # fmt: skip
    key = text_column(frame, "source_key")
    frame["source_key"] = key.where(key != "", place)
    frame["source"] = source


def _reject_twin_plates(rows: Rows) -> None:
    """One number stands once on a street of a county; the second of one file is set aside.

    Counties of one city do have streets of the same name.
    """
    good = rows.good
    plates = good[good["kind"] == "plate"]
    where = text_column(plates, "county_code") + "\x1f" + text_column(plates, "street_name")
    where = where + "\x1f" + text_column(plates, "zone_name")
    key = where + "\x1f" + text_column(plates, "number")
    first = dict(
        zip(key[~key.duplicated()], plates.loc[~key.duplicated(), "source_row"], strict=True)
    )
    for index in plates.index[key.duplicated()]:
        rows.reject(
            index,
            problem(
                "place.twin",
                "number",
                plates.at[index, "name"],
                Text(
                    f"a number used once on its street; row {first[key[index]]} has it",
                    f"同一街巷门牌号唯一，第{first[key[index]]}行已使用",
                ),
            ),
        )


def _place_areas(rows: Rows, city: City) -> None:
    frame = rows.frame
    point = frame.geometry.representative_point()
    located = city.locate(point.x.to_numpy(), point.y.to_numpy()).set_axis(frame.index)
    inside = located["community_code"].notna()
    small = frame["kind"].isin(["plate", "poi"])
    for index in frame.index[small & ~inside]:
        p = point[index]
        rows.reject(
            index,
            problem(
                "position.outside",
                "geometry",
                f"{p.x:.3f}, {p.y:.3f}",
                Text("a point inside the city", "位于城市范围内"),
            ),
        )
    for name in ("community_code", "street_code", "county_code"):
        frame[name] = located[name]


def check_places(
    workspace: Workspace,
    *,
    far_m: float = 100.0,
    apart_m: float = 300.0,
    at: str | None = None,
) -> tuple[Report, pd.DataFrame]:
    """Check the health of the workspace's gazetteer.

    Returns
    -------
    report, findings
        The findings as `Gazetteer.check` gives them, with the grid and the areas where
        each lies. Each is a problem of the report too, so that the exit code tells.
    """
    matcher = gazetteer(workspace, at)
    found = matcher.check(far_m=far_m, apart_m=apart_m)
    return health_report(found, City(workspace, at), read=workspace.count("places", at=at))


def health_report(found: pd.DataFrame, city: City, *, read: int) -> tuple[Report, pd.DataFrame]:
    """Return findings with the grid and areas where each lies, and the report of them."""
    located = city.locate(found["x"].to_numpy(float), found["y"].to_numpy(float))
    findings: pd.DataFrame = pd.concat([found, located.set_axis(found.index)], axis=1)
    report = Report("gazetteer check", read=read, unchanged=read)
    report.details = {"findings": len(findings)}
    report.details |= {str(k): int(v) for k, v in findings["rule"].value_counts().items()}
    for rule, codes, place, en, zh in findings[["rule", "codes", "place", "en", "zh"]].itertuples(
        index=False
    ):
        expected = Text("a sound gazetteer", "地名库无误")
        report.problems.append(Problem(rule, Text(en, zh), expected, field=place or codes))
    return report, findings
