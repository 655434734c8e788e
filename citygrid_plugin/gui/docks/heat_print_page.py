"""The page of the printed sheet: its title, and where it goes."""

from __future__ import annotations

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from citygrid_plugin.i18n import tr


class HeatPrintPage(QWidget):
    """Shows and emits.

    Signals
    -------
    write_wanted(str)
        The sheet as a file of this kind: ``png`` or ``pdf``.
    layout_wanted()
        The sheet in QGIS's layout designer.
    """

    write_wanted = pyqtSignal(str)
    layout_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        form = QFormLayout()
        self.title = QLineEdit()
        self.title.setObjectName("citygrid_heat_title")
        form.addRow(tr("&Title:", "标题(&T)："), self.title)
        layout.addLayout(form)
        said = QLabel(
            tr(
                "An A3 sheet of what the map shows now: title, period, map, legend with units, how "
                "sure it is, source and date. While two periods are compared it has both maps.",
                "将当前图面输出为 A3 图幅：标题、时段、地图、带单位的图例、可信程度、数据来源与日期；"
                "对比两个时段时并列两幅图。",
            )
        )
        said.setWordWrap(True)
        layout.addWidget(said)
        row = QHBoxLayout()
        for name, text in (
            ("png", tr("P&NG…", "导出 PNG(&N)…")),
            ("pdf", tr("P&DF…", "导出 PDF(&D)…")),
        ):
            button = QPushButton(text)
            button.setObjectName(f"citygrid_heat_{name}")
            button.clicked.connect(lambda _=False, kind=name: self.write_wanted.emit(kind))
            row.addWidget(button)
        designer = QPushButton(tr("Open the &layout", "打开布局(&L)"))
        designer.setObjectName("citygrid_heat_layout")
        designer.clicked.connect(lambda _=False: self.layout_wanted.emit())
        row.addWidget(designer)
        row.addStretch(1)
        layout.addLayout(row)
        layout.addStretch(1)
