"""What an address is matched against: places."""

from __future__ import annotations

from citygrid_core.errors import Text
from citygrid_core.workspace.schema.base import HISTORY, NOTE, Family, column

PLACES = Family(
    "places",
    Text("places", "地名地址"),
    {
        "POINT": "places_point",
        "MULTILINESTRING": "places_line",
        "MULTIPOLYGON": "places_polygon",
    },
    "code",
    (
        column("code", "text", "地名代码", "place code", required=True),
        column("kind", "text", "类别", "kind", "place_kind", required=True),
        column("name", "text", "名称", "name", required=True),
        column("aliases", "text", "别名（#分隔）", "aliases (joined by #)"),
        column("former_names", "text", "曾用名（#分隔）", "former names (joined by #)"),
        column("street_name", "text", "所在街巷", "road name"),
        column("number", "text", "门牌号", "house number"),
        column("zone_name", "text", "所在片区或小区", "zone or compound"),
        column("county_code", "text", "区县代码", "county code"),
        column("street_code", "text", "街道代码", "street code"),
        column("community_code", "text", "社区代码", "community code"),
        column("address", "text", "地址", "address"),
        column("category", "text", "兴趣点类别", "POI category"),
        column("source", "text", "来源文件", "source"),
        column("source_datum", "text", "来源坐标基准", "datum of the source"),
        column("source_key", "text", "来源主键", "key in the source"),
        *HISTORY,
        NOTE,
    ),
)
