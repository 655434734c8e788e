"""What a step would do while it is being drawn: pieces, areas, communities, legality."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from citygrid_core.errors import CitygridError, Text
from citygrid_plugin.i18n import language, shown, tr

if TYPE_CHECKING:
    import geopandas as gpd

    from citygrid_core.grids import Edit
    from citygrid_core.operations.grids.plan import Step
    from citygrid_plugin.services.grid_desk import GridDesk

LEGAL = Text("legal", "合规")
KEPT = Text("stays whole: a piece would be too small", "保持原状：分割后面积过小")


@dataclass(frozen=True)
class Piece:
    """One grid as it would be.

    Attributes
    ----------
    grid : str
        Code of the grid that it comes from, several joined by ``+``; empty for a new one.
    legal : bool
        Whether the edit would make it.
    verdict : str
        In the user's language.
    shape : shapely geometry
    """

    grid: str
    community: str
    area_m2: float
    legal: bool
    verdict: str
    shape: Any


@dataclass(frozen=True)
class Preview:
    """All pieces; or why the step would be refused, and where.

    Attributes
    ----------
    place : (float, float) or None
        In the CRS of the workspace.
    """

    pieces: tuple[Piece, ...] = ()
    refused: str = ""
    place: tuple[float, float] | None = None

    @property
    def legal(self) -> bool:
        """Whether something would be done, without breaking a rule."""
        return not self.refused and any(p.legal for p in self.pieces)


def preview(desk: GridDesk, step: Step) -> Preview:
    """Return what a step would do; nothing is changed."""
    if step.operation == "split":
        return _split(desk, step)
    try:
        edit = desk.attempt(step)
    except CitygridError as error:
        return refusal(error)
    return _of_edit(desk, edit, desk.around(step))


def refusal(error: CitygridError) -> Preview:
    """Return the preview of a step that was refused."""
    spot = getattr(error, "place", None)
    place = None if spot is None or spot.is_empty else (spot.x, spot.y)
    return Preview(refused=shown(error), place=place)


def _split(desk: GridDesk, step: Step) -> Preview:
    from citygrid_core.grids import preview_split

    line = step.drawn
    window = desk.coverage.window(line)
    code = step.codes[0] if step.codes else ""
    found = preview_split(window, line, code=code, buildings=desk.around(step), policy=desk.policy)
    remarks = found["remark_zh" if language() == "zh" else "remark"]
    small = found["area_m2"] < desk.policy.limit_low_m2
    # a grid of which a piece is too small is not split at all
    kept = set() if code else set(found.loc[small, "code"])
    pieces = []
    for grid, community, area, legal, remark, shape in zip(
        found["code"], found["community_code"], found["area_m2"], found["legal"], remarks,
        found.geometry, strict=True,
    ):  # fmt: skip
        if grid in kept:
            legal, remark = False, shown(KEPT)
        name = desk.names.get(community, community)
        pieces.append(Piece(grid, name, float(area), bool(legal), remark or shown(LEGAL), shape))
    return Preview(tuple(pieces))


def _of_edit(desk: GridDesk, edit: Edit, houses: gpd.GeoDataFrame | None) -> Preview:
    import shapely

    from citygrid_core.grids import new_cuts

    cut = new_cuts(edit, houses) if houses is not None and len(houses) else []
    pieces = []
    moved = edit.changed[edit.changed["moved_m2"] >= 0.01]
    parents: dict[int, list[str]] = {}
    for code, child in edit.lineage:
        parents.setdefault(child, []).append(code)
    rows = [
        ("+".join(sorted(parents.get(i, []))), c, s)
        for i, (c, s) in enumerate(
            zip(edit.created["community_code"], edit.created.geometry, strict=True)
        )
    ]
    rows += list(zip(moved["code"], moved["community_code"], moved.geometry, strict=True))
    policy = desk.policy
    for grid, community, shape in rows:
        area = shape.area
        legal, said = True, shown(LEGAL)
        if len(cut) and shapely.intersects(shape, cut).any():
            legal, said = False, tr("the border cuts a building", "切割建筑物")
        elif area < policy.limit_low_m2:
            legal, said = False, tr("below the lower limit of the policy", "小于面积下限")
        elif not policy.low_m2 <= area <= policy.high_m2:
            said = tr("outside the soft range of the policy", "超出面积软区间")
        name = desk.names.get(community, community)
        pieces.append(Piece(str(grid), name, round(area, 2), legal, said, shape))
    return Preview(tuple(pieces))
