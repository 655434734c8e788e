"""The page of the census dock on which components are placed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from citygrid_plugin.gui.components.capture_form import CaptureForm
from citygrid_plugin.gui.components.class_search import ClassSearch
from citygrid_plugin.gui.components.favourite_keys import FavouriteKeys
from citygrid_plugin.gui.components.photo_page import PhotoPage
from citygrid_plugin.i18n import tr

#: What a class is drawn as.
_SHAPES = {
    "point": ("●", "click the map", "点击地图放置"),
    "line": ("╱", "click, click, right click", "逐点单击，右键结束"),
    "polygon": ("▱", "click, click, click, right click", "逐点单击，右键结束"),
}


class CapturePage(PhotoPage):
    """Class, the nine keys, the survey area, the component placed last.

    Signals
    -------
    photos_dropped(list)
        Paths of files dropped on the page.
    photos_wanted(), undo_wanted(), repeat_wanted()
        A button was pressed.
    """

    photos_wanted = pyqtSignal()
    undo_wanted = pyqtSignal()
    repeat_wanted = pyqtSignal()

    def __init__(self, symbol: Callable[[str], QIcon], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 6, 4, 4)
        layout.setSpacing(6)
        self.chosen = QLabel()
        self.chosen.setObjectName("citygrid_chosen_class")
        self.chosen.setWordWrap(True)
        layout.addWidget(self.chosen)
        self.search = ClassSearch(symbol)
        layout.addWidget(self.search)
        self.keys = FavouriteKeys(symbol)
        layout.addWidget(self.keys)
        row = QHBoxLayout()
        label = QLabel(tr("Survey area:", "普查范围："))
        self.area = QComboBox()
        self.area.setObjectName("citygrid_survey_area")
        self.area.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        row.addWidget(label)
        row.addWidget(self.area, 1)
        layout.addLayout(row)
        self.placed = QLabel()
        self.placed.setObjectName("citygrid_placed")
        self.placed.setWordWrap(True)
        self.placed.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(self.placed)
        self.form = CaptureForm()
        layout.addWidget(self.form)
        buttons = QHBoxLayout()
        self.undo = _button("undo", tr("Z  Undo", "Z  撤销"), self.undo_wanted)
        self.repeat = _button("repeat", tr("R  Repeat", "R  重复上一个"), self.repeat_wanted)
        self.photos = _button("photos", tr("Photos…", "照片…"), self.photos_wanted)
        self.photos.setToolTip(
            tr(
                "Photos of a folder find their components by time and place; "
                "photos dropped here belong to the component placed last",
                "文件夹中的照片按拍摄时间与位置匹配部件；拖放到此处的照片归上一个部件",
            )
        )
        for button in (self.repeat, self.undo, self.photos):
            buttons.addWidget(button)
        layout.addLayout(buttons)
        self.said = QLabel()
        self.said.setObjectName("citygrid_capture_said")
        self.said.setWordWrap(True)
        layout.addWidget(self.said)
        layout.addStretch(1)
        self.show_class("", "", "")
        self.show_placed("", [])
        self.show_undo("")

    def show_class(self, code: str, name: str, shape: str) -> None:
        """Show the class that the next click places."""
        if not code:
            self.chosen.setText(
                tr(
                    "No class yet: press 1–9, or / and type.",
                    "尚未选择类别：按 1–9，或按 / 后输入。",
                )
            )
            return
        mark, en, zh = _SHAPES[shape]
        self.chosen.setText(
            f"<span style='font-size:large'><b>{mark} {name}</b></span> {code}<br>{tr(en, zh)}"
        )

    def show_placed(self, title: str, lines: list[tuple[str, str]]) -> None:
        """Show the component placed last and what was filled in; its fields come apart."""
        rows = "".join(
            f"<tr><td style='padding-right:8px'>{name}</td><td>{value}</td></tr>"
            for name, value in lines
        )
        self.placed.setText(f"<b>{title}</b><table>{rows}</table>" if title else "")
        self.placed.setVisible(bool(title))

    def show_undo(self, step: str) -> None:
        """Say what one key would take back."""
        self.undo.setEnabled(bool(step))
        self.undo.setToolTip(tr(f"Undo: {step}", f"撤销：{step}") if step else "")

    def show_areas(self, areas: Mapping[str, str]) -> None:
        """Offer survey areas: key to name; the first is the whole city."""
        self.area.clear()
        for key, name in areas.items():
            self.area.addItem(name, key)

    def say(self, text: str) -> None:
        """Show how the last job ended."""
        self.said.setText(text)
        self.said.setVisible(bool(text))


def _button(name: str, text: str, signal: object) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(f"citygrid_{name}_button")
    button.clicked.connect(lambda _=False: signal.emit())  # type: ignore[attr-defined]
    return button
