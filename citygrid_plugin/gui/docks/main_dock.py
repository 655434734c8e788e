"""The panel of a workspace: what it holds, who answers, how hot it is."""

from __future__ import annotations

from collections.abc import Callable

from qgis.gui import QgsCollapsibleGroupBox, QgsDockWidget
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from citygrid_core.workspace.schema import FAMILIES
from citygrid_plugin.gui.components.facts import Fact, FactTable
from citygrid_plugin.gui.components.legend import RangeLegend
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.services.session import Summary


class MainDock(QgsDockWidget):
    """Shows and emits; what happens is the controller's business.

    Signals
    -------
    open_wanted(), refresh_wanted(), verify_wanted()
        A button was pressed.
    ask_toggled(bool), heat_toggled(bool)
        The user switched the map tool or the choropleth.
    """

    open_wanted = pyqtSignal()
    refresh_wanted = pyqtSignal()
    verify_wanted = pyqtSignal()
    ask_toggled = pyqtSignal(bool)
    heat_toggled = pyqtSignal(bool)

    def __init__(self, icon: Callable[[str], QIcon], parent: QWidget | None = None) -> None:
        super().__init__("citygrid", parent)
        self.setObjectName("CitygridDock")
        self._icon = icon
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self._header())
        layout.addWidget(self._asking())
        layout.addWidget(self._heat())
        layout.addWidget(self._content())
        layout.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(body)
        self.setWidget(scroll)
        self.setMinimumWidth(350)
        self.show_summary(None)

    def _button(self, name: str, text: str, tip: str) -> QPushButton:
        button = QPushButton(self._icon(name), text)
        button.setObjectName(f"citygrid_button_{name}")
        button.setToolTip(tip)
        return button

    def _header(self) -> QWidget:
        box = QWidget()
        layout = QVBoxLayout(box)
        layout.setContentsMargins(0, 0, 0, 0)
        self.title = QLabel()
        self.title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.title.setWordWrap(True)
        layout.addWidget(self.title)
        row = QHBoxLayout()
        self.open_button = self._button(
            "open", tr("&Open…", "打开(&O)…"), tr("Open a workspace", "打开工作库")
        )
        self.refresh_button = self._button(
            "refresh", tr("&Refresh", "刷新(&R)"), tr("Read the workspace anew", "重新读取工作库")
        )
        self.verify_button = self._button(
            "verify",
            tr("&Verify", "检验(&V)"),
            tr(
                "Check consistency, history and the chain of hashes",
                "检验一致性、历史与哈希链",
            ),
        )
        self.open_button.clicked.connect(self.open_wanted)
        self.refresh_button.clicked.connect(self.refresh_wanted)
        self.verify_button.clicked.connect(self.verify_wanted)
        for button in (self.open_button, self.refresh_button, self.verify_button):
            row.addWidget(button)
        layout.addLayout(row)
        self.verified = QLabel()
        self.verified.setObjectName("citygrid_verified")
        self.verified.setWordWrap(True)
        layout.addWidget(self.verified)
        return box

    def _content(self) -> QWidget:
        self.content = QgsCollapsibleGroupBox(tr("Content", "内容"))
        layout = QVBoxLayout(self.content)
        self.counts = FactTable((tr("Layer", "图层"), tr("Valid now", "现行记录数")))
        self.counts.setObjectName("citygrid_counts")
        self.counts.setMinimumHeight(130)
        layout.addWidget(self.counts)
        self.last = QLabel()
        self.last.setWordWrap(True)
        layout.addWidget(self.last)
        return self.content

    def _asking(self) -> QWidget:
        self.asking = QWidget()
        layout = QHBoxLayout(self.asking)
        layout.setContentsMargins(0, 0, 0, 0)
        self.ask_button = self._button(
            "ask",
            tr("Who &answers here", "此处归谁管(&A)"),
            tr("Then click the map: grid, areas, departments", "点击地图：网格、区划与责任部门"),
        )
        self.ask_button.setCheckable(True)
        self.ask_button.clicked.connect(self.ask_toggled)
        layout.addWidget(self.ask_button)
        return self.asking

    def _heat(self) -> QWidget:
        self.heat_box = QgsCollapsibleGroupBox(tr("Heat", "案件热力"))
        layout = QVBoxLayout(self.heat_box)
        # Signals of the user's own click only: the controller sets the boxes too.
        self.heat = QCheckBox(tr("Show the &heat of cases", "显示案件热力(&H)"))
        self.heat.clicked.connect(self.heat_toggled)
        layout.addWidget(self.heat)
        self.legend = RangeLegend()
        layout.addWidget(self.legend)
        return self.heat_box

    def show_summary(self, summary: Summary | None) -> None:
        """Show a workspace, or that none is open."""
        there = summary is not None
        for part in (self.refresh_button, self.verify_button, self.asking, self.heat_box):
            part.setEnabled(there)
        self.content.setVisible(there)
        self.show_verified("")
        if summary is None:
            self.title.setText(tr("No workspace is open.", "尚未打开工作库。"))
            self.counts.clear()
            self.last.clear()
            return
        self.title.setText(
            f"<b style='font-size:large'>{summary.name}</b><br>{summary.path.name}<br>"
            f"{summary.standard} · {summary.crs}"
        )
        self.title.setToolTip(str(summary.path))
        self.counts.set_facts(
            Fact(shown(FAMILIES[name].label), f"{count:,}")
            for name, count in summary.counts.items()
        )
        none = tr("none", "无")
        self.last.setText(
            tr(
                f"Last operation: {summary.last_entry or none}",
                f"最近操作：{summary.last_entry or none}",
            )
        )

    def show_verified(self, text: str) -> None:
        """Say how the last verification ended."""
        self.verified.setText(text)
        self.verified.setVisible(bool(text))
