"""What an edit moves, before it is made."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.grids.edit import Edit
from citygrid_core.grids.frames import geometries, require_same


@dataclass(frozen=True)
class Impact:
    """Consequences of an edit.

    Attributes
    ----------
    retired, created, changed : list of str
        Codes. Cells that only got a vertex for the seam are not in `changed`.
    components, cases : DataFrame
        What moves: index of the input, ``before`` and ``after`` (grid codes).
    rules : DataFrame
        Duty rules whose ground is another one after the edit; column ``why``:
        ``retired`` (names a grid that ends), ``moved`` (names one whose border
        moves) or ``group`` (names a group that changes).
    groups : DataFrame
        Groups that hold a retired grid, or one whose border moves: ``code`` when
        there is one, ``loses``, ``gains`` (grid codes joined by commas).
    """

    retired: list[str]
    created: list[str]
    changed: list[str]
    components: pd.DataFrame
    cases: pd.DataFrame
    rules: pd.DataFrame
    groups: pd.DataFrame


def impact(
    edit: Edit,
    *,
    components: gpd.GeoDataFrame | None = None,
    cases: gpd.GeoDataFrame | None = None,
    rules: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
) -> Impact:
    """Return what `edit` moves. The edit should be `Edit.numbered`.

    Parameters
    ----------
    components, cases : GeoDataFrame, optional
        With ``grid_code``; a line or polygon counts where its point on surface is.
    rules : DataFrame, optional
        ``place`` (``grid``, ``grid_group`` …) and ``place_code`` of duty rules.
    groups : DataFrame, optional
        ``grid_codes``, joined by commas.
    """
    retired = [str(code) for code in edit.retired["code"]]
    created = [str(code) for code in edit.created["code"]]
    really = edit.changed["moved_m2"].to_numpy(dtype=np.float64) >= 1.0
    changed = [str(code) for code in edit.changed.loc[really, "code"]]
    gone, shifted = set(retired), set(changed)
    grown = _groups(edit, groups, gone, shifted)
    named = {str(c) for c in grown["code"]} if "code" in grown.columns else set()
    return Impact(
        retired,
        created,
        changed,
        _moves(edit, components, "components"),
        _moves(edit, cases, "cases"),
        _rules(rules, gone, shifted, named),
        grown,
    )


def _rules(
    rules: pd.DataFrame | None, gone: set[str], shifted: set[str], named: set[str]
) -> pd.DataFrame:
    """Return the rules whose ground changes, and why."""
    if rules is None:
        none: pd.DataFrame = pd.DataFrame()
        return none
    place = rules["place"].astype(object).to_numpy()
    code = rules["place_code"].astype(object).to_numpy()
    why = np.full(len(rules), "", dtype=object)
    for kind, codes, said in (
        ("grid_group", named, "group"),
        ("grid", shifted, "moved"),
        ("grid", gone, "retired"),
    ):
        why[(place == kind) & np.isin(code.astype(str), sorted(codes))] = said
    hit: pd.DataFrame = rules.assign(why=why).loc[why != ""]
    return hit


def _moves(edit: Edit, features: gpd.GeoDataFrame | None, what: str) -> pd.DataFrame:
    """Return the features whose grid is another one after the edit.

    A point on a border belongs to the touching cell with the lowest code.
    """
    none: pd.DataFrame = pd.DataFrame({"before": [], "after": []}, dtype=object)
    if features is None or not len(features):
        return none
    require_same(features, edit.created.crs, what)
    codes = np.concatenate(
        [edit.created["code"].to_numpy(dtype=object), edit.changed["code"].to_numpy(dtype=object)]
    ).astype(str)
    shapes = np.concatenate([geometries(edit.created), geometries(edit.changed)])
    touched = {*edit.retired["code"].astype(str), *edit.changed["code"].astype(str)}
    mine = features[features["grid_code"].astype(str).isin(touched)]
    if not len(mine):
        return none
    points = shapely.point_on_surface(geometries(mine))
    point, cell = shapely.STRtree(shapes).query(points, predicate="intersects")
    before = mine["grid_code"].astype(str).to_numpy(dtype=object)
    after = np.full(len(mine), "", dtype=object)
    # highest first, so that the lowest code is written last
    order = np.argsort(codes[cell], kind="stable")[::-1]
    after[point[order]] = codes[cell[order]]
    moved = (after != before) & (after != "")
    out: pd.DataFrame = pd.DataFrame(
        {"before": before[moved], "after": after[moved]}, index=mine.index[moved]
    )
    return out


def _groups(
    edit: Edit, groups: pd.DataFrame | None, gone: set[str], shifted: set[str]
) -> pd.DataFrame:
    out: pd.DataFrame = pd.DataFrame({"loses": [], "gains": []}, dtype=object)
    if groups is None or not len(groups):
        return out
    children: dict[str, set[str]] = {}
    for parent, child in edit.lineage_codes():
        children.setdefault(parent, set()).add(str(child))
    rows, index = [], []
    for label, text in groups["grid_codes"].items():
        held = {c.strip() for c in str(text).split(",")}
        loses = sorted(gone & held)
        if loses or shifted & held:
            gains = sorted(set().union(*(children.get(code, set()) for code in loses)))
            rows.append({"loses": ",".join(loses), "gains": ",".join(gains)})
            index.append(label)
    out = pd.DataFrame(rows, index=index, columns=["loses", "gains"])
    if "code" in groups.columns:
        out.insert(0, "code", groups.loc[index, "code"])
    return out
