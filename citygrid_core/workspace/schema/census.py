"""What is surveyed: components."""

from __future__ import annotations

from citygrid_core.errors import Text
from citygrid_core.workspace.schema.base import HISTORY, NOTE, Family, column

COMPONENTS = Family(
    "components",
    Text("components", "部件"),
    {
        "POINT": "components_point",
        "MULTILINESTRING": "components_line",
        "MULTIPOLYGON": "components_polygon",
    },
    "code",
    (
        column("code", "text", "部件标识码", "component code", required=True),
        column("class_code", "text", "部件类别代码", "class code", required=True),
        column("name", "text", "部件名称", "name"),
        column("supervising_code", "text", "主管部门代码", "supervising department"),
        column("owning_code", "text", "权属单位代码", "owning department"),
        column("maintaining_code", "text", "养护单位代码", "maintaining department"),
        column("grid_code", "text", "所在单元网格", "grid code"),
        column("state", "text", "部件状态", "state", "component_state"),
        column("surveyed_on", "date", "初始日期", "first surveyed on"),
        column("changed_on", "date", "变更日期", "changed on"),
        column("data_source", "text", "数据来源", "data source", "data_source"),
        column("accuracy_class", "text", "精度等级", "accuracy class", "accuracy_class"),
        column("source", "text", "来源文件", "source"),
        column("source_key", "text", "来源主键", "key in the source"),
        column("datum", "text", "来源基准", "datum of the source"),
        *HISTORY,
        NOTE,
    ),
)
