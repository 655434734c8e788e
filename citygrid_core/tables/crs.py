"""Coordinate reference systems: as declared, and the box in which they are believed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyproj
from numpy.typing import NDArray

from citygrid_core.errors import MissingCrs, Text, UsageError
from citygrid_core.tables import datum as datums

Floats = NDArray[np.float64]
Box = tuple[float, float, float, float]
EVERYWHERE: Box = (-np.inf, -np.inf, np.inf, np.inf)

#: Metres and degrees by which a CRS is used beyond its area of use.
_MARGIN_M, _MARGIN_DEG = 300_000.0, 2.0


class UndeclaredCrs(MissingCrs):
    """A file has coordinates and nobody says in which CRS they are."""

    def __init__(self, file: str, evidence: Text) -> None:
        super().__init__(file)
        self.message = Text(
            f"{file} has coordinates but no CRS; {evidence.en}; say which CRS it is "
            "(--crs, or crs in the mapping) and, if degrees, in which datum (--datum)",
            f"{file} 有坐标但没有坐标参考系；{evidence.zh}；请指明坐标参考系"
            "（--crs 或映射文件中的 crs），若为经纬度请同时指明基准（--datum）",
        )
        self.args = (self.message.en,)


@dataclass(frozen=True)
class Declared:
    """What is known of a file's coordinates.

    Attributes
    ----------
    crs : pyproj.CRS or None
        None: nobody said.
    datum : str
        "" when nobody said.
    """

    crs: pyproj.CRS | None
    datum: str
    evidence: Text


def declare(file_crs: str, crs: str | None, datum: str | None) -> Declared:
    """Combine what the caller and the file say of the CRS and datum.

    The caller's word wins. A datum alone means degrees in it.

    Raises
    ------
    UsageError
        A CRS or datum that is not known.
    """
    name = datums.checked(datum) if datum else ""
    if crs:
        return Declared(crs_of(crs), name, Text("declared", "用户指定"))
    if file_crs:
        return Declared(crs_of(file_crs), name, Text("by the file", "文件所述"))
    if name:
        degrees = "EPSG:4490" if name == "cgcs2000" else "EPSG:4326"
        return Declared(
            crs_of(degrees), name, Text(f"degrees in datum {name}", f"基准{name}的经纬度")
        )
    return Declared(None, "", Text("not said", "未注明"))


def crs_of(said: object) -> pyproj.CRS:
    """Return the CRS that someone names; `UsageError` when there is none."""
    try:
        return pyproj.CRS.from_user_input(said)
    except pyproj.exceptions.CRSError as error:
        raise UsageError(
            Text(
                f"unknown CRS {said!r}; write it as EPSG:4547",
                f"未知坐标参考系“{said}”；请写作 EPSG:4547 的形式",
            )
        ) from error


def crs_name(crs: pyproj.CRS | None) -> str:
    """Return the short name of a CRS, such as ``EPSG:4547``."""
    if crs is None:
        return ""
    authority = crs.to_authority()
    return ":".join(authority) if authority else str(crs.name)


def evidence(x: Floats, y: Floats, columns: str) -> Text:
    """Return what coordinates without a CRS look like."""
    said = f" {columns}" if columns else ""
    if not len(x):
        return Text(f"columns{said}", f"列{said}")
    sample = f"{x[0]:.10g}, {y[0]:.10g}"
    degrees = bool((np.abs(x) <= 180).mean() > 0.5 and (np.abs(y) <= 180).mean() > 0.5)
    if degrees:
        return Text(
            f"columns{said} look like degrees ({sample})", f"列{said}看似经纬度（{sample}）"
        )
    return Text(f"columns{said} look like metres ({sample})", f"列{said}看似米制坐标（{sample}）")


def bounds(crs: pyproj.CRS) -> Box:
    """Return the box in which coordinates of a CRS are believed (its own axes, x y)."""
    area = crs.area_of_use
    if crs.is_geographic:
        world = (-180.0, -90.0, 180.0, 90.0)
        if area is None or area.west > area.east:
            return world
        m = _MARGIN_DEG
        return (
            max(-180.0, area.west - m), max(-90.0, area.south - m),
            min(180.0, area.east + m), min(90.0, area.north + m),
        )  # fmt: skip
    if area is None or area.west > area.east or not crs.is_projected:
        return EVERYWHERE
    try:
        there = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
        box = there.transform_bounds(area.west, area.south, area.east, area.north)
    except pyproj.exceptions.ProjError:
        return EVERYWHERE
    if not np.isfinite(box).all():
        return EVERYWHERE
    scale = crs.axis_info[0].unit_conversion_factor or 1.0
    m = _MARGIN_M / scale
    return box[0] - m, box[1] - m, box[2] + m, box[3] + m


def transform(here: pyproj.CRS, there: pyproj.CRS, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return coordinates in another CRS (x east, y north)."""
    if here == there:
        return x, y
    return pyproj.Transformer.from_crs(here, there, always_xy=True).transform(x, y)  # type: ignore[no-any-return]
