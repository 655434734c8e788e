"""A delivery: the edition's own layers and fields, metadata, statistics, hashes; same bytes twice."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from citygrid_core import census
from citygrid_core.census import to_delivery
from citygrid_core.errors import Problem, Text, UsageError
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.standards import Edition, load_edition
from citygrid_core.tables import write
from citygrid_core.tables.widths import set_widths
from citygrid_core.workspace import Workspace
from citygrid_core.workspace.schema import FAMILIES

HASHES = "SHA256SUMS"
BOOK = "map_book.pdf"
_LAYERS = Path(census.__file__).with_name("data") / "layers.csv"
_KINDS = tuple(FAMILIES["components"].tables.items())
#: How GDAL calls the geometry of a layer that has no row to show it.
_GDAL_NAMES = {
    "POINT": "Point",
    "MULTILINESTRING": "MultiLineString",
    "MULTIPOLYGON": "MultiPolygon",
}


def deliver(
    workspace: Workspace,
    folder: Path,
    *,
    edition: str | None = None,
    at: str | None = None,
    book: Path | None = None,
    progress: Progress = no_progress,
) -> Report:
    """Write the components valid on a day as an edition's delivery.

    The folder holds a GeoPackage for each geometry (the edition's layer and field names,
    types and lengths), ``fields.csv``, ``statistics_classes.*`` and
    ``statistics_areas.*`` (CSV and XLSX), ``map_sheets.gpkg`` (a sheet for each
    community: the coverage layer of a map book that QGIS's atlas prints),
    ``metadata.json`` and ``SHA256SUMS``. It appears whole or not at all; the same state
    gives the same bytes.

    Parameters
    ----------
    folder : Path
        New or empty.
    edition : str, optional
        Default: the workspace's. Another edition's codes are not made up here: migrate
        the workspace first.
    at : str, optional
        ISO date; default: what is valid without an end.
    book : path, optional
        A map book (PDF, made by QGIS's atlas) that is handed over too, as ``map_book.pdf``.

    Returns
    -------
    Report
        read = stored (delivered). Problems: values longer than their field, mandatory
        fields that are empty, open findings of severity error; they are delivered as
        they are, and the exit code says so.

    Raises
    ------
    UsageError
        The folder is not empty, the edition differs from the workspace's codes, or the
        map book is no PDF.
    """
    folder = Path(folder)
    if book is not None and book.open("rb").read(5) != b"%PDF-":
        raise UsageError(Text(f"{book} is no PDF", f"{book} 不是 PDF 文件"))
    wanted = load_edition(edition or workspace.edition)
    if wanted.id != load_edition(workspace.edition).id:
        raise UsageError(
            Text(
                f"the workspace speaks {workspace.edition}; migrate it to {wanted.id} first "
                "(citygrid standards migrate)",
                f"工作库采用 {workspace.edition}；请先迁移到 {wanted.id}（citygrid standards migrate）",
            )
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(Text(f"{folder} is not empty", f"{folder} 不为空"))
    progress("reading", 0, 4)
    held = workspace.read("components", at=at).sort_values(["code", "valid_from"], kind="stable")
    departments = workspace.read("departments", at="all", geometry=False)
    areas = workspace.read("areas", at=at)
    report = Report("census deliver", read=len(held))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".citygrid-") as draft_:
        draft = Path(draft_) / "delivery"
        draft.mkdir()
        progress("layers", 1, 4)
        layers = _write_layers(draft, held, wanted, departments, areas, report)
        progress("statistics", 2, 4)
        _write_statistics(draft, held, wanted, areas)
        _write_fields(draft, wanted)
        _write_sheets(draft, held, areas)
        metadata = _metadata(workspace, held, wanted, at, layers)
        text = json.dumps(metadata, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        (draft / "metadata.json").write_text(text, encoding="utf-8")
        if book is not None:
            shutil.copyfile(book, draft / BOOK)
        _open_findings(workspace, report)
        progress("hashes", 3, 4)
        write_hashes(draft)
        if folder.exists():
            folder.rmdir()
        shutil.move(str(draft), str(folder))
    report.stored = len(held)
    report.details = {"folder": str(folder), "edition": wanted.id, "layers": layers}
    progress("done", 4, 4)
    return report


def write_hashes(folder: Path) -> Path:
    """Write ``SHA256SUMS`` of all files below a folder, for ``sha256sum -c``."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != HASHES)
    lines = [
        f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(folder).as_posix()}\n"
        for p in files
    ]
    path = folder / HASHES
    path.write_text("".join(lines), encoding="utf-8")
    return path


def layer_names(edition: Edition) -> dict[str, tuple[str, str]]:
    """Return geometry type to the layer's name and title (data; unconfirmed in the standards)."""
    with _LAYERS.open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["edition"] == edition.id]
    known = {r["geometry"]: (r["layer"], r["title"]) for r in rows}
    return {kind: known.get(kind, (table, table)) for kind, table in _KINDS}


def _write_layers(
    folder: Path,
    held: gpd.GeoDataFrame,
    edition: Edition,
    departments: pd.DataFrame,
    areas: pd.DataFrame,
    report: Report,
) -> dict[str, int]:
    counts: dict[str, int] = {}
    lengths = {
        f.name: f.length for f in edition.delivery_fields["component"] if f.length is not None
    }
    for kind, table in _KINDS:
        part = held[held["table_"] == table]
        name, _ = layer_names(edition)[kind]
        frame = to_delivery(part, edition, departments, areas)
        _judge(frame, edition, part["code"], report)
        path = folder / f"{name}.gpkg"
        write(frame, path, layer=name, geometry_type=_GDAL_NAMES[kind])
        set_widths(path, name, lengths)
        counts[name] = len(part)
    return counts


def _judge(frame: pd.DataFrame, edition: Edition, codes: pd.Series, report: Report) -> None:
    """Report what the edition's fields do not take; nothing is cut."""
    for f in edition.delivery_fields["component"]:
        texts = [str(v) for v in frame[f.name]]
        if f.requirement == "M":
            _problem(report, "field.empty", f.name, codes[np.array([not v for v in texts], dtype=bool)],
                     Text("a value (mandatory)", "必填"))  # fmt: skip
        if f.length:
            long = np.array([len(v) > f.length for v in texts], dtype=bool)
            _problem(report, "field.length", f.name, codes[long],
                     Text(f"{f.length} characters at most", f"不超过 {f.length} 字"))  # fmt: skip


def _problem(report: Report, rule: str, field: str, codes: pd.Series, expected: Text) -> None:
    if len(codes):
        first = codes.iloc[0]
        found = Text(f"{len(codes)} components, e.g. {first}", f"{len(codes)} 个部件，如 {first}")
        report.problems.append(Problem(rule, found, expected, field=field))


def _write_fields(folder: Path, edition: Edition) -> None:
    rows = [
        [f.name, f.label, f.type, f.length or "", f.requirement, f.confidence, f.note]
        for f in edition.delivery_fields["component"]
    ]
    names = ["field", "label", "type", "length", "requirement", "confidence", "note"]
    write(pd.DataFrame(rows, columns=names, dtype=object), folder / "fields.csv")


def _write_statistics(
    folder: Path, held: gpd.GeoDataFrame, edition: Edition, areas: pd.DataFrame
) -> None:
    names = {c: i.name for c, i in edition.catalogues["component"].classes.items()}
    states = edition.values.get("state", {})
    classes = (
        held.assign(state=held["state"].map(lambda s: states.get(s, s or "")))
        .groupby(["class_code", "state"])
        .size()
        .unstack(fill_value=0)
    )
    classes.insert(0, "total", classes.sum(axis=1))
    classes.insert(0, "name", [names.get(c, "") for c in classes.index])
    by_class = classes.reset_index()
    of_area = dict(zip(areas["code"], areas["name"], strict=True))
    community = held["grid_code"].map(lambda g: str(g or "")[:12])
    by_area = pd.DataFrame({"code": community, "major": held["class_code"].astype(str).str[:2]})
    table = by_area.groupby(["code", "major"]).size().unstack(fill_value=0)
    table.insert(0, "total", table.sum(axis=1))
    table.insert(0, "name", [of_area.get(c, "") for c in table.index])
    for stem, frame in (("classes", by_class), ("areas", table.reset_index())):
        frame.columns = [str(c) for c in frame.columns]
        for suffix in (".csv", ".xlsx"):
            write(frame, folder / f"statistics_{stem}{suffix}")


def _write_sheets(folder: Path, held: gpd.GeoDataFrame, areas: Any) -> None:
    """Write the coverage layer of a map book: one sheet for each community."""
    sheets = areas[areas["level"] == "community"].sort_values("code", kind="stable")
    count = held["grid_code"].map(lambda g: str(g or "")[:12]).value_counts().to_dict()
    frame = gpd.GeoDataFrame(
        {
            "sheet": range(1, len(sheets) + 1),
            "code": list(sheets["code"]),
            "name": list(sheets["name"]),
            "components": [int(count.get(c, 0)) for c in sheets["code"]],
        },
        geometry=list(sheets.geometry),
        crs=areas.crs,
    )
    write(frame, folder / "map_sheets.gpkg", layer="map_sheets")


def _metadata(
    workspace: Workspace,
    held: gpd.GeoDataFrame,
    edition: Edition,
    at: str | None,
    layers: dict[str, int],
) -> dict[str, Any]:
    checks = workspace.read("checks")
    last = [str(v) for v in held["valid_from"]] or [""]
    return {
        "city": workspace.name,
        "edition": edition.id,
        "standards": [number for number, _ in edition.standards],
        "crs": workspace.crs.to_string(),
        "at": at or "",
        "last_change": max(last),
        "components": len(held),
        "layers": {
            name: {"components": layers[name], "title": title, "geometry": kind}
            for kind, (name, title) in layer_names(edition).items()
        },
        "extent": [round(float(v), 3) for v in held.total_bounds] if len(held) else [],
        "journal_head": workspace.head,
        "checked_on": max((str(d) for d in checks["checked_on"]), default=""),
        "check_outcomes": {
            str(k): int(v) for k, v in checks["outcome"].value_counts().sort_index().items()
        },
    }


def _open_findings(workspace: Workspace, report: Report) -> None:
    where = {"state": "open", "severity": "error"}
    count = workspace.count("findings", where=where)
    if count:
        report.problems.append(
            Problem(
                "findings.open",
                Text(f"{count} open findings of severity error", f"{count} 项未处理的错误级发现"),
                Text("none", "无"),
                Text("fix them, or accept them with a reason", "请修正，或说明理由后接受"),
            )
        )
    if not workspace.count("checks"):
        report.problems.append(
            Problem(
                "check.never",
                Text("a census that was never checked", "从未检查的普查成果"),
                Text("a check by the rule book", "经规则库检查"),
                Text("run citygrid census check", "请运行 citygrid census check"),
            )
        )
