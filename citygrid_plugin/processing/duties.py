"""Duty rules: where they leave blanks and overlaps, and what other rules would change."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsVectorLayer,
    QgsWkbTypes,
)

from citygrid_core.errors import Text
from citygrid_plugin.i18n import language, tr
from citygrid_plugin.processing.frames import add_row
from citygrid_plugin.processing.given import Given, layer_parameter, workspace_parameter
from citygrid_plugin.processing.layered import AskAlgorithm, Columns, LayerAlgorithm
from citygrid_plugin.processing.options import RULES_OF, Option
from citygrid_plugin.services.command import run_command

if TYPE_CHECKING:
    import geopandas as gpd


class AuditDuties(AskAlgorithm):
    """`citygrid duties audit` as a layer."""

    key = "auditduties"
    title = Text("Audit the duty rules", "责任空白与重叠审计")
    group_key = "places"
    output = Text("Blanks and overlaps", "责任空白与重叠")
    kind = QgsWkbTypes.Type.MultiPolygon
    columns: ClassVar[Columns] = {
        "outcome": str,
        "role": str,
        "object_kind": str,
        "class_code": str,
        "class_name": str,
        "candidates": str,
        "rules": str,
        "grids": int,
        "area_m2": float,
        "components": int,
        "cases": int,
    }
    numbers: ClassVar[Mapping[str, Text]] = {
        "BLANKS": Text("Places and classes with nobody", "责任空白数"),
        "OVERLAPS": Text("Places and classes with several", "责任重叠数"),
    }
    help = Text(
        "Finds where a role that has to be filled has nobody, or two bodies by rules of equal "
        "strength, for every class of the workspace's edition; as areas of the map, with how "
        "many components and cases of the last year they touch.",
        "对工作库标准版本的全部类别，查找应有而无部门（空白）或同等效力规则指向多个部门（重叠）的范围，"
        "以面图层给出，并统计涉及的部件与近一年案件。",
    )
    options = (RULES_OF,)

    def rows(self, given: Given) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
        """Audit."""
        from citygrid_core.operations.responsibility.audit import audit_duties

        with given.workspace() as workspace:
            report, found = audit_duties(
                workspace, **self.asked(given), lang=language(), progress=given.progress
            )
        found = found.assign(**{n: None for n in self.columns if n not in found})
        numbers = {"BLANKS": report.details["none"], "OVERLAPS": report.details["several"]}
        return found, numbers


class WhatIfDuties(LayerAlgorithm):
    """`citygrid duties what-if` on a layer of rules."""

    key = "whatifduties"
    title = Text("What if these rules held", "责任规则试算")
    group_key = "places"
    output = Text("Components and cases that would change body", "将改变责任部门的部件与案件")
    numbers: ClassVar[Mapping[str, Text]] = {
        "COMPONENTS": Text("Components that would change", "将改变的部件数"),
        "CASES": Text("Cases that would change", "将改变的案件数"),
    }
    help = Text(
        "Says which components and which of last year's cases would change body if the rules of "
        "a layer were imported: as points, with the bodies before and after. Nothing is stored. "
        "The layer's fields are recognised as by the import of duty rules.",
        "试算：若将图层中的责任规则入库，哪些部件与近一年案件将改变责任部门；以点图层给出前后部门，"
        "不入库。字段按责任规则导入的方式识别。",
    )
    options = (Option("AT", Text("Valid from (date)", "起始日期"), advanced=True),)

    def declare(self) -> None:
        """Add rules, workspace and day."""
        kinds = [QgsProcessing.SourceType.TypeVector]
        self.addParameter(layer_parameter("RULES", tr("Duty rules", "责任规则"), kinds))
        self.addParameter(workspace_parameter())
        super().declare()

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Ask in a child process: rules are foreign data, read as every import is."""
        given = Given(self, parameters, context, feedback)
        with (
            given.as_file("RULES") as rules,
            tempfile.TemporaryDirectory(prefix="citygrid_") as folder,
        ):
            output = Path(folder) / "changes.gpkg"
            words = ["duties", "what-if", str(given.path("WORKSPACE")), str(rules)]
            words += ["--layer", "layer", "-o", str(output)]
            if given.text("AT"):
                words += ["--at", given.text("AT")]
            result = run_command(words, cancelled=feedback.isCanceled)
            if not result.done:
                raise QgsProcessingException(result.error())
            for problem in result.problems():
                feedback.pushWarning(problem)
            changes = QgsVectorLayer(str(output), "changes", "ogr")
            if not changes.isValid():
                raise QgsProcessingException(tr("No result was written.", "未生成结果。"))
            fields = changes.fields()
            sink, written = self.sink(
                parameters, "OUTPUT", context, fields, QgsWkbTypes.Type.Point, changes.crs()
            )
            for feature in changes.getFeatures():
                add_row(sink, fields, feature.attributes(), feature.geometry())
            del changes
        said = result.report
        return {
            "OUTPUT": written,
            "COMPONENTS": int(said.get("components_changed", 0)),
            "CASES": int(said.get("cases_changed", 0)),
        }
