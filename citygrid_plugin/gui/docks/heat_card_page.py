"""The page of one grid: how hot, how it went, how sure, who answers."""

from __future__ import annotations

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from citygrid_core.errors import Text
from citygrid_plugin.gui.components.card_view import CardView
from citygrid_plugin.gui.components.trend_plot import TrendPlot
from citygrid_plugin.i18n import language, tr
from citygrid_plugin.services.heat_card import GridCard

#: Significance -> colour, dark enough for white letters, and the word for it.
_SPOTS = {
    "hot": ("#a3123a", Text("Hot spot", "显著热点")),
    "cold": ("#00568f", Text("Cold spot", "显著冷点")),
    "": ("#4d5b66", Text("Not significant", "不显著")),
}


class HeatCardPage(QWidget):
    """Shows and emits.

    Signals
    -------
    zoom_wanted(), copy_wanted()
        The map shall go to the grid; the card shall be copied as text.
    """

    zoom_wanted = pyqtSignal()
    copy_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        self.trend = TrendPlot()
        self.view = CardView()
        self.view.setObjectName("citygrid_heat_card")
        layout.addWidget(self.trend)
        layout.addWidget(self.view, 1)
        row = QHBoxLayout()
        self.zoom = QPushButton(tr("&Zoom to the grid", "缩放到网格(&Z)"))
        self.zoom.setObjectName("citygrid_heat_zoom")
        self.zoom.clicked.connect(lambda _=False: self.zoom_wanted.emit())
        self.copy = QPushButton(tr("Cop&y", "复制(&Y)"))
        self.copy.setObjectName("citygrid_heat_copy")
        self.copy.clicked.connect(lambda _=False: self.copy_wanted.emit())
        for button in (self.zoom, self.copy):
            row.addWidget(button)
        row.addStretch(1)
        layout.addLayout(row)
        self.show_card(None)

    def show_card(self, shown: GridCard | None) -> None:
        """Show a grid; None: none was clicked yet."""
        there = shown is not None
        for widget in (self.trend, self.zoom, self.copy):
            widget.setVisible(there)
        self.view.show_card(shown.card if shown is not None else None)
        if shown is None:
            hint = tr("Click a grid on the map.", "点击地图上的网格查看。")
            self.view.headline.setText(f"<span style='color:#6b6b6b'>{hint}</span>")
            return
        color, word = _SPOTS[shown.spot]
        self.view.title.setText(
            f"<span style='background-color:{color};color:white;font-weight:bold'>"
            f"\u00a0{word.text(language())}\u00a0</span>\u00a0 <b>{shown.card.title}</b>"
        )
        trend = shown.trend
        self.trend.show_trend(trend.title, trend.bars, mean=trend.mean, ahead=trend.ahead)
