"""Colours, fonts and scales of the map, in one place.

Class colours are those of Okabe and Ito, heat is ColorBrewer's YlOrRd: both can
be told apart by colour-blind readers. Unit grids are magenta, as Beijing draws
them (DB11).
"""

from __future__ import annotations

from qgis.core import QgsTextBufferSettings, QgsTextFormat, QgsUnitTypes
from qgis.PyQt.QtGui import QColor, QFont, QFontDatabase

GRID = "#c2187f"
COUNTY = "#3b2a55"
STREET = "#57427a"
COMMUNITY = "#8a7ba3"

BLUE = "#0072B2"
ORANGE = "#E69F00"
VERMILION = "#D55E00"
GREEN = "#009E73"
PURPLE = "#9b4f96"
SKY = "#56B4E9"
GREY = "#7f7f7f"
INK = "#2b2b2b"

#: Lights of cases: dark enough for white letters, told apart by their brightness too.
LIGHTS = {
    "red": "#b3123a", "yellow": "#d98e00", "green": "#00735c", "none": "#4d5b66", "": "#8a939a",
}  # fmt: skip

HEAT = ("#ffffb2", "#fecc5c", "#fd8d3c", "#f03b20", "#bd0026", "#7a0018")

#: Scale denominators at which things become readable.
SCALE_STREETS = 60_000
SCALE_GRIDS = 40_000
SCALE_GRID_LABELS = 9_000
SCALE_FULL_CODES = 2_600
SCALE_COMPONENTS = 12_000
SCALE_CASES = 40_000
SCALE_PLACES = 6_000
SCALE_NAMES = 1_500

# "Sans Serif" first: the desktop's own fonts, which bring Chinese characters from whatever font
# has them. A font by its name is another font to QGIS in another locale ("文泉驿微米黑"), and a
# project that was saved here would complain there.
_FAMILIES = (
    "Sans Serif",
    "Microsoft YaHei",
    "PingFang SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "微软雅黑",
)
_family: str | None = None


def font_family() -> str:
    """Return a font that has Chinese characters, or the application's own font."""
    global _family
    if _family is None:
        there = set(QFontDatabase().families())
        _family = next((name for name in _FAMILIES if name in there), QFont().family())
    return _family


def text_format(
    size: float, color: str = INK, *, bold: bool = False, halo: float = 0.7
) -> QgsTextFormat:
    """Return a text format: `size` in points, `halo` in millimetres (0: none)."""
    font = QFont(font_family())
    font.setBold(bold)
    text = QgsTextFormat()
    text.setFont(font)
    text.setSize(size)
    text.setColor(QColor(color))
    if halo:
        buffer = QgsTextBufferSettings()
        buffer.setEnabled(True)
        buffer.setSize(halo)
        buffer.setSizeUnit(QgsUnitTypes.RenderUnit.RenderMillimeters)
        buffer.setColor(QColor(255, 255, 255, 215))
        text.setBuffer(buffer)
    return text
