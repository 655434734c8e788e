"""Places come into the workspace; addresses are matched against them."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from citygrid_core.errors import Text, UsageError
from citygrid_core.geocode import Gazetteer
from citygrid_core.operations.city import City
from citygrid_core.operations.intake import (
    Rows,
    SourceOptions,
    choices,
    import_file,
    problem,
    text_column,
)
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.standards import load_edition
from citygrid_core.tables import Field, read
from citygrid_core.workspace import Transaction, Workspace

KINDS = choices("place_kind")
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

ADDRESS_FIELDS = (
    Field("id", "text", labels=("编号", "序号", "案卷号")),
    Field("address", "text", labels=("地址", "事发位置", "详细地址")),
)


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
    if kind is not None and kind not in KINDS:
        known = ", ".join(KINDS)
        raise UsageError(
            Text(f"unknown kind {kind!r}; known: {known}", f"未知类别“{kind}”，可用：{known}")
        )
    origin = source or ":".join(p for p in (Path(path).name, options.layer or "") if p)
    city = City(workspace)

    def prepare(rows: Rows) -> None:
        _complete(rows, kind, origin)
        _place_areas(rows, city)
        _reject_twin_plates(rows)

    def mint(tx: Transaction, fresh: pd.DataFrame) -> pd.DataFrame:
        fresh = fresh.copy()
        minted = tx.mint("place", len(fresh))
        fresh["code"] = [f"P{n:09d}" for n in minted]
        return fresh

    return import_file(
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


def gazetteer(workspace: Workspace, at: str | None = None) -> Gazetteer:
    """Build the matcher from the places and areas of a workspace."""
    areas = workspace.read("areas", at=at)
    return Gazetteer.build(
        workspace.read("places", at=at), areas=areas, cities=_cities(workspace, areas)
    )


def _cities(workspace: Workspace, areas: pd.DataFrame) -> list[str]:
    """Return the names of the city and its province: an address of another city is rejected.

    Nothing when the workspace has a working title instead of a city's name: then a
    city in an address says nothing.
    """
    if not workspace.name.endswith(("市", "州", "盟", "地区")) or areas.empty:
        return []
    provinces = load_edition(workspace.edition).registry.provinces
    digits = str(areas["code"].iloc[0])[:2]
    return [workspace.name, *([provinces[digits].zh] if digits in provinces else [])]


def geocode_file(
    workspace: Workspace,
    path: Path,
    *,
    accept: float = 0.8,
    options: SourceOptions = SourceOptions(),
    at: str | None = None,
    progress: Progress = no_progress,
) -> tuple[Report, pd.DataFrame]:
    """Match a file of addresses: point, error, grid, areas, or an honest doubt.

    Returns
    -------
    report, answers
        One row of answers for each row read, in the file's order; its `outcome`
        is accepted, ambiguous or rejected. Rows that could not even be read are
        in ``report.rejected``.
    """
    batch = read(
        path,
        ADDRESS_FIELDS,
        mapping=options.resolved(),
        encoding=options.encoding,
        layer=options.layer,
        positions="ignore",
    )
    progress("building", 0, 2)
    matcher = gazetteer(workspace, at)
    progress("matching", 1, 2)
    addresses = batch.frame["address"].fillna("")
    answers = matcher.geocode(addresses, accept=accept)
    located = City(workspace, at).locate(answers["x"].to_numpy(float), answers["y"].to_numpy(float))
    named = ["id"] if "id" in batch.frame else []
    for column in ("matched", "ignored", "candidates", "reasons"):
        answers[column] = [json.dumps(v, ensure_ascii=False) for v in answers[column]]
    result = pd.concat(
        [batch.frame[[*named, "address", "source_row"]], answers, located.set_axis(answers.index)],
        axis=1,
    )
    report = Report("geocode", read=batch.read, stored=len(result), rejected=len(batch.rejects))
    outcomes = answers["outcome"].value_counts()
    report.details = {o: int(outcomes.get(o, 0)) for o in ("accepted", "ambiguous", "rejected")}
    report.details = {f"addresses_{k}": v for k, v in report.details.items()}
    report.problems = [p for r in batch.rejects for p in r.problems]
    progress("done", 2, 2)
    return report, result
