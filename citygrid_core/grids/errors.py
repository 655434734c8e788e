"""What the grids room refuses, and where."""

from __future__ import annotations

from shapely.geometry import Point

from citygrid_core.errors import CitygridError, Text, UsageError

#: Frames that the functions of this room take, by the names of their parameters.
_FRAMES = {
    "areas": "行政区域", "barriers": "分隔线", "buildings": "建筑", "components": "部件",
    "compounds": "院落", "grids": "单元网格", "lines": "线", "reference": "参考网格", "roads": "道路",
}  # fmt: skip


def named(what: str) -> Text:
    """Return what people call a frame; names of files and layers stay."""
    return Text(what, _FRAMES.get(what, what))


class NotProjected(CitygridError):
    """A frame is in degrees; areas need metres."""

    def __init__(self, what: str, crs: str) -> None:
        super().__init__(
            Text(
                f"{what} is in degrees ({crs}); give a projected CRS in metres (option --crs)",
                f"{named(what).zh}采用经纬度（{crs}）；请指定以米为单位的投影坐标系（选项 --crs）",
            )
        )


class CrsMismatch(CitygridError):
    """Two frames that belong together are in different CRSs."""

    def __init__(self, what: str, crs: str, expected: str) -> None:
        super().__init__(
            Text(
                f"{what} is in {crs}, the areas in {expected}; bring both to one (frame.to_crs)",
                f"{named(what).zh}的坐标系为{crs}，行政区域为{expected}；请先统一（frame.to_crs）",
            )
        )


class MissingColumn(UsageError):
    """A frame lacks a column that the call needs."""

    def __init__(self, what: str, column: str) -> None:
        super().__init__(
            Text(f"{what} has no column {column!r}", f"{named(what).zh}缺少字段“{column}”")
        )


class TooManyGrids(CitygridError):
    """A community would have more grids than its sequence has numbers."""

    def __init__(self, community: str, last: int, most: int) -> None:
        self.community = community
        super().__init__(
            Text(
                f"community {community} would need grid number {last}; its codes end at {most}",
                f"社区{community}需要第{last}号单元网格，但编码最多到{most}号",
            )
        )


class GridEditRefused(CitygridError):
    """An edit would break the coverage or a rule; nothing was changed.

    Attributes
    ----------
    place : Point or None
        Where the reason is.
    """

    def __init__(self, why: Text, place: Point | None = None) -> None:
        self.place = place
        at = "" if place is None else f" ({place.x:.2f}, {place.y:.2f})"
        super().__init__(Text(why.en + at, why.zh + at))
