"""Charts and maps as SVG: part of the page, sharp on paper, the same bytes twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import geopandas as gpd
import numpy as np
import shapely

WIDTH = 860
_INK, _FAINT, _BAR = "#1b2733", "#d5dde5", "#4a86b8"


@dataclass(frozen=True)
class Bar:
    """One bar of a ranking: its value and interval as shares of 1, and its colour."""

    label: str
    value: float
    low: float
    high: float
    text: str
    colour: str = _BAR


def bars(rows: Sequence[Bar], *, top: float = 1.0, unit: str = " %") -> str:
    """Return a horizontal bar chart with whiskers.

    Parameters
    ----------
    top : float
        The value at the right end.
    unit : str
        What stands behind the numbers of the scale, which are hundredths.
    """
    left, right, step = 170, 90, 24
    span = WIDTH - left - right
    height = step * len(rows) + 26

    def x(value: float) -> float:
        return left + span * min(max(value, 0.0), top) / top

    out = [_open(WIDTH, height)]
    for share in (0, 0.25, 0.5, 0.75, 1):
        at = x(share * top)
        out.append(
            f'<line x1="{at:.1f}" y1="4" x2="{at:.1f}" y2="{height - 20}" stroke="{_FAINT}"/>'
        )
        out.append(_text(at, height - 6, f"{100 * share * top:.0f}{unit}", "middle", 11, "#5a6b7b"))
    for i, bar in enumerate(rows):
        y = 6 + i * step
        out.append(_text(left - 8, y + 13, bar.label, "end", 12))
        if np.isnan(bar.value):
            out.append(_text(left + 4, y + 13, bar.text, "start", 12, "#9aa7b3"))
            continue
        out.append(
            f'<rect x="{left}" y="{y}" width="{x(bar.value) - left:.1f}" height="16" '
            f'fill="{bar.colour}"/>'
        )
        if not np.isnan(bar.low):
            a, b, middle = x(bar.low), x(bar.high), y + 8
            out.append(
                f'<path d="M{a:.1f} {middle}H{b:.1f}M{a:.1f} {middle - 4}v8M{b:.1f} {middle - 4}v8" '
                f'stroke="{_INK}" stroke-width="1.2" fill="none"/>'
            )
        out.append(_text(WIDTH - right + 8, y + 13, bar.text, "start", 12))
    return "\n".join([*out, "</svg>"])


def choropleth(
    areas: gpd.GeoDataFrame,
    colours: Mapping[str, str],
    labels: Mapping[str, str],
    legend: Sequence[tuple[str, str]],
) -> str:
    """Return a map of areas, each in a colour.

    Parameters
    ----------
    areas : GeoDataFrame
        Column code; projected. North is up.
    colours, labels : mapping
        By code; areas without a colour are hatched as without a base.
    legend : sequence of (colour, text)
    """
    west, south, east, north = areas.total_bounds
    scale = min((WIDTH - 190) / max(east - west, 1e-9), 560 / max(north - south, 1e-9))
    height = max((north - south) * scale + 20, 22 * len(legend) + 64)
    out = [_open(WIDTH, height)]
    out.append(
        '<defs><pattern id="none" width="6" height="6" patternUnits="userSpaceOnUse">'
        '<path d="M0 6L6 0" stroke="#9aa7b3"/></pattern></defs>'
    )
    simple = shapely.simplify(areas.geometry.to_numpy(), 0.5 / scale)
    for code, shape in zip(areas["code"], simple, strict=True):
        fill = colours.get(code, "url(#none)")
        path = "".join(
            _ring(r, west, north, scale) for p in shapely.get_parts(shape) for r in _rings(p)
        )
        title = escape(labels.get(code, code))
        out.append(
            f'<path d="{path}" fill="{fill}" fill-rule="evenodd" stroke="#fff" stroke-width="1.2">'
            f"<title>{title}</title></path>"
        )
    if len(areas) <= 40:
        for code, shape in zip(areas["code"], areas.geometry, strict=True):
            p = shape.representative_point()
            x, y = 10 + (p.x - west) * scale, 10 + (north - p.y) * scale
            out.append(_text(x, y, labels.get(code, code), "middle", 11, _INK, halo=True))
    out.append(_scale_bar(scale, WIDTH - 160, max(height - 30, 30 + 22 * len(legend))))
    for i, (colour, said) in enumerate(legend):
        y = 14 + i * 22
        out.append(f'<rect x="{WIDTH - 160}" y="{y}" width="18" height="14" fill="{colour}"/>')
        out.append(_text(WIDTH - 136, y + 12, said, "start", 12))
    return "\n".join([*out, "</svg>"])


def numbered(
    areas: gpd.GeoDataFrame,
    labels: Mapping[str, str],
    places: gpd.GeoDataFrame,
    *,
    size: tuple[float, float] = (430, 300),
) -> str:
    """Return a small map of areas in grey with numbered places on it; north is up.

    Parameters
    ----------
    areas : GeoDataFrame
        Column code; projected.
    labels : mapping
        Names of areas by code; written when there are 40 or fewer.
    places : GeoDataFrame
        Columns number and colour; small areas, the most important first.
    size : (width, height)
        The most that the map takes, in pixels.
    """
    west, south, east, north = areas.total_bounds
    scale = min((size[0] - 20) / max(east - west, 1e-9), (size[1] - 20) / max(north - south, 1e-9))
    out = [_open((east - west) * scale + 20, (north - south) * scale + 20)]

    def draw(shape: shapely.Geometry, fill: str, edge: str) -> str:
        rings = [r for p in shapely.get_parts(shape) for r in _rings(p)]
        path = "".join(_ring(r, west, north, scale) for r in rings)
        return f'<path d="{path}" fill="{fill}" fill-rule="evenodd" stroke="{edge}"/>'

    def at(shape: shapely.Geometry) -> tuple[float, float]:
        p = shape.representative_point()
        return 10 + (p.x - west) * scale, 10 + (north - p.y) * scale

    for shape in shapely.simplify(areas.geometry.to_numpy(), 0.5 / scale):
        out.append(draw(shape, "#e9eef2", "#fff"))
    if len(areas) <= 40:
        for code, shape in zip(areas["code"], areas.geometry, strict=True):
            out.append(_text(*at(shape), labels.get(code, code), "middle", 10, "#7b8894"))
    rows = list(zip(places["number"], places["colour"], places.geometry, strict=True))
    out += [draw(shape, colour, _INK) for _, colour, shape in rows]
    for number, colour, shape in reversed(rows):
        x, y = at(shape)
        out.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="8" fill="#fff" stroke="{colour}" '
            'stroke-width="2"/>'
        )
        out.append(_text(x, y + 3.5, str(number), "middle", 10))
    return "\n".join([*out, "</svg>"])


def _scale_bar(scale: float, x: float, y: float) -> str:
    """Return an arrow to the north and a bar of a round number of metres.

    Parameters
    ----------
    scale : float
        Pixels a metre.
    """
    metres = 10 ** np.floor(np.log10(120 / scale))
    metres *= max(m for m in (1, 2, 5) if metres * m * scale <= 120)
    said = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    span = metres * scale
    return (
        f'<path d="M{x:.1f} {y:.1f}v6h{span:.1f}v-6" fill="none" stroke="{_INK}" stroke-width="1.4"/>'
        f'<path d="M{x + 6:.1f} {y - 34:.1f}l6 18l-6 -5l-6 5z" fill="{_INK}"/>'
        + _text(x + 18, y - 18, "N", "start", 12)
        + _text(x, y + 20, said, "start", 11)
    )


def _rings(polygon: shapely.Polygon) -> list[shapely.LinearRing]:
    return [polygon.exterior, *polygon.interiors]


def _ring(ring: shapely.LinearRing, west: float, north: float, scale: float) -> str:
    xy = shapely.get_coordinates(ring)[:-1]
    points = np.column_stack([10 + (xy[:, 0] - west) * scale, 10 + (north - xy[:, 1]) * scale])
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z"


def _open(width: float, height: float) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" font-family="inherit">'
    )


def _text(
    x: float, y: float, said: str, anchor: str, size: int, colour: str = _INK, halo: bool = False
) -> str:
    place = f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
    text = f'{place}fill="{colour}">{escape(said)}</text>'
    if halo:  # a text of its own below: printers know no order of painting
        text = f'{place}fill="#fff" stroke="#fff" stroke-width="3">{escape(said)}</text>{text}'
    return text
