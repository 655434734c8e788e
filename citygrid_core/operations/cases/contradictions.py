"""What a file says of a case twice, and not the same."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from citygrid_core.errors import Text
from citygrid_core.operations.city import City
from citygrid_core.operations.importing.intake import Rows, problem, text_column


def report_contradictions(rows: Rows, city: City) -> None:
    """Add a finding for each located row whose grid or class is contradicted.

    The grid code that was given must be that of the grid in which the case lies: the
    position wins, and the finding says how far away the grid that was given is. The class of a
    case of a component must be that of the component which it names. Counts go to the
    details of the rows; rejects are not looked at.
    """
    grids, classes = _grids(rows, city), _classes(rows, city)
    if grids or classes:
        rows.details["contradictions"] = {"grid": grids, "class": classes}


def _grids(rows: Rows, city: City) -> int:
    frame = rows.good
    given, lies = text_column(frame, "given_grid_code"), text_column(frame, "grid_code")
    wrong = frame.index[((given != "") & (lies != "") & (given != lies)).to_numpy()]
    if not len(wrong):
        return 0
    shapes = city.grids.drop_duplicates("code").set_index("code").geometry.reindex(given[wrong])
    away = shapely.distance(shapes.to_numpy(), frame.geometry[wrong].to_numpy())
    for index, metres in zip(wrong, away, strict=True):
        far = Text(f"{metres:.0f} m away", f"相距 {metres:.0f} 米")
        if np.isnan(metres):
            far = Text("no grid of the city", "城市中无此网格")
        rows.findings.append(
            problem(
                "case.grid",
                "grid_code",
                given[index],
                Text(
                    f"{lies[index]}, in which the position lies ({far.en})",
                    f"坐标所在的 {lies[index]}（{far.zh}）",
                ),
                Text("the position was believed", "已按坐标归格"),
                row=rows.row(index),
            )
        )
    return len(wrong)


def _classes(rows: Rows, city: City) -> int:
    frame = rows.good
    code = text_column(frame, "component_code")
    asked = frame.index[((code != "") & (frame["object_kind"] == "component")).to_numpy()]
    if not len(asked):
        return 0
    held = city.workspace.read(
        "components",
        where={"code": sorted(set(code[asked]))},
        columns=["code", "class_code"],
        geometry=False,
    )
    known = dict(zip(held["code"], held["class_code"], strict=True))
    theirs = pd.Series([known.get(c) for c in code[asked]], index=asked, dtype=object)
    differs = theirs.notna() & (theirs != frame.loc[asked, "class_code"])
    for index in asked[differs.to_numpy()]:
        rows.findings.append(
            problem(
                "case.component",
                "class_code",
                frame.at[index, "class_code"],
                Text(
                    f"{theirs[index]}, the class of component {code[index]}",
                    f"部件 {code[index]} 的类别 {theirs[index]}",
                ),
                Text("correct the class or the component", "请更正类别或部件标识码"),
                row=rows.row(index),
            )
        )
    return int(differs.sum())
