"""A census of components comes into the workspace: classified, owned, located, coded."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd

from citygrid_core.errors import Problem
from citygrid_core.frames import stacked
from citygrid_core.operations.census_keys import Held
from citygrid_core.operations.census_rows import (
    Proposals,
    classify_rows,
    fill_duties,
    identify,
    locate_rows,
    mint_codes,
    tie_departments,
)
from citygrid_core.operations.census_sources import as_table, parts
from citygrid_core.operations.city import City
from citygrid_core.operations.intake import (
    Rows,
    SourceOptions,
    choices,
    refuse_own_file,
    rejected,
)
from citygrid_core.operations.repeated import Repeated
from citygrid_core.operations.storing import store
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.standards import load_edition
from citygrid_core.tables import Field, Reject, write, write_rejects
from citygrid_core.workspace import Transaction, Workspace
from citygrid_core.workspace.schema import FAMILIES


def fields() -> tuple[Field, ...]:
    """Return what a file of components may carry."""

    return (
        Field(
            "source_key", "text", labels=("来源主键", "编号", "序号", "原编号", "资产编号", "点号")
        ),
        Field(
            "class_code",
            "text",
            labels=("部件类别代码", "类别代码", "部件代码", "小类代码"),
            required=True,
        ),
        Field("name", "text", labels=("部件名称", "名称", "GLBJMC", "ObjName")),
        Field(
            "supervising",
            "text",
            labels=("主管部门", "主管部门名称", "主管部门代码", "ZGBMMC", "DeptName1"),
        ),
        Field(
            "owning",
            "text",
            labels=("权属单位", "权属单位名称", "权属部门", "owning_name", "QSDWMC", "DeptName2"),
        ),
        Field(
            "maintaining",
            "text",
            labels=("养护单位", "养护单位名称", "养护部门", "YHDWMC", "DeptName3"),
        ),
        Field(
            "state",
            "choice",
            labels=("部件状态", "状态", "GLBJZT", "ObjState"),
            choices=choices("component_state"),
        ),
        Field("surveyed_on", "date", labels=("初始日期", "普查日期", "调查日期", "CSRQ", "ORDate")),
        Field("changed_on", "date", labels=("变更日期", "BGRQ", "CHDate")),
        Field(
            "data_source",
            "choice",
            labels=("数据来源", "SJLY", "DataSource"),
            choices=choices("data_source"),
        ),
        Field(
            "accuracy_class",
            "choice",
            labels=("精度等级", "精度"),
            choices=choices("accuracy_class"),
        ),
        Field("manhole_number", "text", labels=("井盖编号", "井盖号", "窨井编号")),
        Field("asset_number", "text", labels=("权属单位资产编号", "权属资产编号", "产权单位编号")),
        Field("note", "text", labels=("备注", "BZ", "Note")),
    )


COMPARE = (
    "class_code",
    "name",
    "supervising_code",
    "owning_code",
    "maintaining_code",
    "state",
    "surveyed_on",
    "changed_on",
    "data_source",
    "accuracy_class",
    "manhole_number",
    "asset_number",
    "note",
    "geometry",
)


def import_components(
    workspace: Workspace,
    path: Path,
    *,
    source: str = "",
    options: SourceOptions = SourceOptions(),
    from_edition: str | None = None,
    on: str,
    who: str = "",
    dry_run: bool = False,
    rejects: Path | None = None,
    proposals: Path | None = None,
    rows_at_once: int = 200_000,
    progress: Progress = no_progress,
) -> Report:
    """Import components from one file, in parts, in one transaction.

    Classes are taken by code, by a code that lost its leading zeros, by name, or by the
    code of another edition through the crosswalk; departments by code, name or alias,
    never by likeness (likely ones are proposed). Roles that the file leaves empty are
    filled from the duty rules where exactly one body answers. Codes are minted per
    county and minor class. A kill leaves the workspace as it was; the same call again
    completes it, and once more changes nothing.

    Parameters
    ----------
    source : str
        Who delivers; with the row's own key it says what is the same component.
        Default: the file's name. Rows without a key are known by class and place.
    from_edition : str, optional
        The edition that the file's class codes are of, if another.
    proposals : Path, optional
        CSV file for what matched nothing: field, text, rows, three proposals, and a
        column for the decision, from which ``[values.class_code]`` of a mapping file
        is written.
    rows_at_once : int
        Rows held in memory at a time.

    Returns
    -------
    Report
        read = stored + unchanged + rejected.
    """
    path = Path(path)
    refuse_own_file(workspace, path)
    edition = load_edition(workspace.edition)
    if from_edition is not None:
        load_edition(from_edition)
    city = City(workspace)
    name = source or path.name
    held, seen, open_ = Held(workspace, name), Repeated("source_key"), Proposals()
    filled: dict[str, int] = {}
    report = Report("census import", dry_run=dry_run)
    set_aside: list[Reject] = []
    counts = {"new": 0, "changed": 0, "repaired": 0}
    findings: list[Problem] = []

    def mint(tx: Transaction, fresh: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return mint_codes(tx, fill_duties(fresh, city, on, filled), edition)

    waiting: list[gpd.GeoDataFrame] = []

    def keep(tx: Transaction) -> None:
        """Store what waits: many rows at once, so that indexes are packed a few times only."""
        if not waiting:
            return
        good = stacked(waiting)
        waiting.clear()
        stored = store(
            tx, workspace, FAMILIES["components"], good, ("source", "source_key"),
            COMPARE, on, mint, held=held.rows(good["source_key"]),
        )  # fmt: skip
        report.stored += stored.new + stored.changed
        report.unchanged += stored.unchanged
        counts["new"] += stored.new
        counts["changed"] += stored.changed

    facts = {"file": path.name, "on": on, "source": name}
    with (
        as_table(path, options) as (table, read_options),
        workspace.transaction("census import", who=who, parameters=facts) as tx,
    ):
        for batch in parts(table, fields(), read_options, workspace, rows_at_once):
            progress("storing", report.read, 0)
            rows = Rows(batch.frame)
            identify(rows, name)
            classify_rows(rows, edition, from_edition, open_)
            tie_departments(rows, city.departments, on, open_)
            locate_rows(rows, city)
            seen.reject(rows, rows.good[["source_key"]], path.name)
            waiting.append(rows.good)
            report.read += batch.read
            counts["repaired"] += len(batch.repairs)
            set_aside += rejected(batch, rows, path)
            findings += rows.findings
            if sum(map(len, waiting)) >= rows_at_once:
                keep(tx)
        keep(tx)
        if dry_run:
            tx.rollback()
    report.rejected = len(set_aside)
    report.problems = [p for r in set_aside for p in r.problems] + findings
    report.details = {**counts, "departments_by_rule": sum(filled.values())}
    if rejects is not None and set_aside:
        write_rejects(rejects, set_aside)
    if open_.found:
        report.details["unmatched_texts"] = len(open_.found)
        if proposals is not None:
            write(open_.frame(), proposals, overwrite=True)
            report.details["proposals_file"] = str(proposals)
    progress("done", report.read, report.read)
    return report
