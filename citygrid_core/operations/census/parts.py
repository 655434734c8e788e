"""Rows of a census on their way in: read in parts, identified, classified, tied, located."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd

from citygrid_core.errors import Problem
from citygrid_core.frames import stacked
from citygrid_core.operations.census.rows import (
    Proposals,
    classify_rows,
    identify,
    locate_rows,
    tie_departments,
)
from citygrid_core.operations.census.sources import as_table, parts
from citygrid_core.operations.city import City
from citygrid_core.operations.importing.apart import apart
from citygrid_core.operations.importing.intake import Rows, SourceOptions, choices, rejected
from citygrid_core.operations.importing.repeated import Repeated
from citygrid_core.standards import load_edition
from citygrid_core.tables import Field, Reject
from citygrid_core.workspace import Workspace

#: From this many bytes on, another process is worth its start.
_LARGE = 16_000_000


@dataclass(frozen=True)
class Survey:
    """A file of components, and how it is read.

    Attributes
    ----------
    workspace : str
        Path of the city's workspace: it is only read.
    source : str
        Who delivers; with the row's own key it says what is the same component.
    from_edition : str or None
        The edition that the file's class codes are of, if another.
    on : str
        ISO date at which departments are named.
    rows : int
        Rows held in memory at a time.
    """

    workspace: str
    file: Path
    source: str
    options: SourceOptions
    from_edition: str | None
    on: str
    rows: int


@dataclass
class Part:
    """Some rows of a file: those that can be stored, and what is said of the others."""

    frame: gpd.GeoDataFrame
    read: int = 0
    repaired: int = 0
    rejects: list[Reject] = field(default_factory=list)
    findings: list[Problem] = field(default_factory=list)
    proposals: Proposals = field(default_factory=Proposals)


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


def survey_parts(city: City, survey: Survey, processes: int) -> Iterator[Part]:
    """Yield the parts of a file; a large one may be read by another process, one part ahead."""
    if processes > 1 and os.path.getsize(survey.file) >= _LARGE:
        return apart(_read_apart, survey)
    return _read(city, survey)


def _read_apart(survey: Survey) -> Iterator[Part]:
    with Workspace.open(survey.workspace, read_only=True) as workspace:
        yield from _read(City(workspace), survey)


def _read(city: City, survey: Survey) -> Iterator[Part]:
    """Yield parts of about the rows that are held at a time: many are stored at once."""
    workspace = city.workspace
    edition = load_edition(workspace.edition)
    seen = Repeated("source_key")
    waiting: list[Any] = []
    told = Part(gpd.GeoDataFrame())
    with as_table(survey.file, survey.options) as (table, options):
        for batch in parts(table, fields(), options, workspace, survey.rows):
            rows = Rows(batch.frame)
            identify(rows, survey.source)
            classify_rows(rows, edition, survey.from_edition, told.proposals)
            tie_departments(rows, city.departments, survey.on, told.proposals)
            locate_rows(rows, city)
            seen.reject(rows, rows.good[["source_key"]], survey.file.name)
            waiting.append(rows.good)
            told.read += batch.read
            told.repaired += len(batch.repairs)
            told.rejects += rejected(batch, rows, survey.file)
            told.findings += rows.findings
            if sum(map(len, waiting)) >= survey.rows:
                told.frame = stacked(waiting)
                yield told
                waiting, told = [], Part(gpd.GeoDataFrame())
    if waiting:
        told.frame = stacked(waiting)
        yield told
