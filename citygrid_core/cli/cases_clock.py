"""`citygrid cases limits|calendar`."""

from __future__ import annotations

from typing import Any

from citygrid_core.cli.imports import import_command
from citygrid_core.cli.language import t


def _limits() -> Any:
    from citygrid_core.operations.cases.clock import import_limits

    return import_limits


def _days() -> Any:
    from citygrid_core.operations.cases.clock import import_work_days

    return import_work_days


limits = import_command(
    _limits,
    t(
        "Import time limits from FILE: stage, object_kind, class_code, condition, area_class, "
        "value, unit.",
        "由 FILE 导入办理时限：环节、对象、类别、情形、区域类别、时限、单位。",
    ),
)
calendar = import_command(
    _days,
    t(
        "Import days from FILE that are worked or not, beside the built-in holidays.",
        "由 FILE 导入工作日历：在内置节假日之外的上班日与休息日。",
    ),
)
