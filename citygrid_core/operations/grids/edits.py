"""The edits of unit grids in a workspace, by name: each is one transaction.

`KINDS` declares them: how many grids they name, what they are drawn with, how they are
made. `edit_grids` runs any of them; the named functions are for callers in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import geopandas as gpd

from citygrid_core.errors import Text, UsageError
from citygrid_core.grids import (
    Edit,
    Policy,
    add,
    divide,
    merge,
    move_border,
    reshape,
    split,
    split_along,
)
from citygrid_core.operations.grids.commit import Cause, run_edit, run_whole_edit, start_after
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = [
    "KINDS",
    "Cause",
    "EditKind",
    "Options",
    "add_grid",
    "divide_grid",
    "edit_grids",
    "merge_grids",
    "move_grid_border",
    "reshape_grid",
    "run_edit",
    "run_whole_edit",
    "split_grids",
    "start_after",
]


class Options(TypedDict, total=False):
    """What every edit may be told: see `run_edit`."""

    policy: Policy
    buildings: gpd.GeoDataFrame | None
    accept_cuts: bool
    dry_run: bool


@dataclass(frozen=True)
class Asked:
    """What an edit was asked for."""

    codes: tuple[str, ...]
    drawn: Any
    n: int
    policy: Policy
    buildings: gpd.GeoDataFrame | None
    areas: gpd.GeoDataFrame | None


@dataclass(frozen=True)
class EditKind:
    """One kind of edit.

    Attributes
    ----------
    least, most : int
        How many codes it names (of grids; for ``add`` of the community).
    drawn : str
        What it is drawn with: a ``line``, a ``polygon``, or nothing.
    make : callable
        From the grids around and what was asked to the `Edit`.
    """

    least: int
    most: int
    drawn: Literal["", "line", "polygon"]
    make: Callable[[gpd.GeoDataFrame, Asked], Edit]


def _split(grids: gpd.GeoDataFrame, asked: Asked) -> Edit:
    if asked.codes:
        return split(grids, asked.codes[0], asked.drawn, policy=asked.policy)
    return split_along(grids, asked.drawn, policy=asked.policy)


def _merge(grids: gpd.GeoDataFrame, asked: Asked) -> Edit:
    return merge(grids, asked.codes, policy=asked.policy)


def _divide(grids: gpd.GeoDataFrame, asked: Asked) -> Edit:
    return divide(grids, asked.codes[0], asked.n, buildings=asked.buildings, policy=asked.policy)


def _move(grids: gpd.GeoDataFrame, asked: Asked) -> Edit:
    pair = (asked.codes[0], asked.codes[1])
    return move_border(grids, pair, asked.drawn, policy=asked.policy)


def _reshape(grids: gpd.GeoDataFrame, asked: Asked) -> Edit:
    return reshape(grids, asked.codes[0], asked.drawn, policy=asked.policy)


def _add(grids: gpd.GeoDataFrame, asked: Asked) -> Edit:
    assert asked.areas is not None
    return add(grids, asked.areas, asked.codes[0], asked.drawn, policy=asked.policy)


#: Every edit, by the name that it has on the command line.
KINDS: dict[str, EditKind] = {
    "split": EditKind(0, 1, "line", _split),
    "merge": EditKind(2, 100, "", _merge),
    "divide": EditKind(1, 1, "", _divide),
    "move": EditKind(2, 2, "line", _move),
    "reshape": EditKind(1, 1, "line", _reshape),
    "add": EditKind(1, 1, "polygon", _add),
}


def edit_grids(
    workspace: Workspace,
    operation: str,
    codes: Sequence[str],
    cause: Cause,
    *,
    drawn: Any = None,
    n: int = 2,
    **options: Unpack[Options],
) -> Report:
    """Make one edit of a kind of `KINDS`.

    Parameters
    ----------
    codes : sequence of str
        Grids; for ``add`` the community. A ``split`` without any takes every grid
        that the line divides.
    drawn : geometry, optional
        The line or polygon, in the CRS of the workspace.
    n : int
        Into how many a ``divide`` cuts.
    **options
        As in `run_edit`: policy, buildings, accept_cuts, dry_run.

    Raises
    ------
    UsageError
        Too few or too many codes, or nothing drawn.
    GridEditRefused
        With the place; nothing is stored.
    """
    kind = KINDS[operation]
    if not kind.least <= len(codes) <= kind.most:
        raise UsageError(
            Text(
                f"{operation} names {kind.least} to {kind.most} grids, not {len(codes)}",
                f"{operation} 需指定 {kind.least} 至 {kind.most} 个单元网格，而非 {len(codes)} 个",
            )
        )
    if kind.drawn and drawn is None:
        raise UsageError(
            Text(f"{operation} needs a {kind.drawn}", f"{operation} 需要给出图形（{kind.drawn}）")
        )
    asked = Asked(
        tuple(codes),
        drawn,
        n,
        options.get("policy", Policy()),
        options.get("buildings"),
        workspace.read("areas", where={"code": codes[0]}) if operation == "add" else None,
    )
    near = [] if operation == "add" else list(codes)
    if operation in ("add", "reshape") or not near:
        near.append(drawn)
    return run_edit(workspace, lambda grids: kind.make(grids, asked), near, cause, **options)


def split_grids(
    workspace: Workspace,
    codes: Sequence[str],
    line: Any,
    cause: Cause,
    **options: Unpack[Options],
) -> Report:
    """Split a grid, or without `codes` every grid that the line divides."""
    return edit_grids(workspace, "split", codes, cause, drawn=line, **options)


def merge_grids(
    workspace: Workspace, codes: Sequence[str], cause: Cause, **options: Unpack[Options]
) -> Report:
    """Merge adjacent grids of one community into a new one."""
    return edit_grids(workspace, "merge", codes, cause, **options)


def divide_grid(
    workspace: Workspace, code: str, n: int, cause: Cause, **options: Unpack[Options]
) -> Report:
    """Divide a grid into `n` of nearly equal area, past buildings where it can."""
    return edit_grids(workspace, "divide", [code], cause, n=n, **options)


def move_grid_border(
    workspace: Workspace,
    codes: tuple[str, str],
    line: Any,
    cause: Cause,
    **options: Unpack[Options],
) -> Report:
    """Move the border between two grids to `line`; both keep their codes."""
    return edit_grids(workspace, "move", codes, cause, drawn=line, **options)


def reshape_grid(
    workspace: Workspace, code: str, line: Any, cause: Cause, **options: Unpack[Options]
) -> Report:
    """Reshape a grid by a line that leaves and re-enters it; neighbours follow."""
    return edit_grids(workspace, "reshape", [code], cause, drawn=line, **options)


def add_grid(
    workspace: Workspace,
    community: str,
    shape: Any,
    cause: Cause,
    **options: Unpack[Options],
) -> Report:
    """Draw a new grid on ground of a community that has none."""
    return edit_grids(workspace, "add", [community], cause, drawn=shape, **options)
