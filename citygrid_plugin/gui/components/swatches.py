"""A legend made of symbols and labels, whatever layers they come from."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.core import QgsSymbol, QgsSymbolLayerUtils
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QWidget

#: Title of a part, and its rows.
Part = tuple[str, Sequence[tuple[QgsSymbol, str]]]


class Swatches(QWidget):
    """Parts of a legend under their titles, the first beside the others; a title names the unit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("citygrid_heat_legend")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self._columns = QFormLayout(), QFormLayout()
        for column, share in zip(self._columns, (2, 3), strict=True):
            column.setVerticalSpacing(1)
            row.addLayout(column, share)
        self._shown: list[tuple[str, list[str]]] = []

    def show_parts(self, parts: Sequence[Part]) -> None:
        """Show these parts; nothing is rebuilt when only the map behind them has changed."""
        wanted = [(title, [label for _, label in rows]) for title, rows in parts]
        if wanted == self._shown:
            return
        self._shown = wanted
        self.setUpdatesEnabled(False)
        for column in self._columns:
            while column.rowCount():
                column.removeRow(0)
        for number, (title, rows) in enumerate(parts):
            column = self._columns[min(number, 1)]
            head = QLabel(f"<b>{title}</b>")
            head.setWordWrap(True)
            column.addRow(head)
            for symbol, label in rows:
                swatch = QLabel()
                swatch.setPixmap(QgsSymbolLayerUtils.symbolPreviewPixmap(symbol, QSize(30, 15)))
                text = QLabel(label)
                text.setWordWrap(True)
                column.addRow(swatch, text)
        self.setUpdatesEnabled(True)

    def texts(self) -> list[str]:
        """Return what is written, from top to bottom."""
        return [text for title, labels in self._shown for text in (title, *labels)]
