"""The card of one case, and a button for each step that is legal now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from qgis.PyQt.QtCore import QSize, Qt, QUrl, pyqtSignal
from qgis.PyQt.QtGui import QDesktopServices, QIcon, QPixmap
from qgis.PyQt.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from citygrid_plugin.gui.components.section_tree import SectionTree
from citygrid_plugin.i18n import tr
from citygrid_plugin.services.card import Section

_COLUMNS = 4
_DATA = Qt.ItemDataRole.UserRole


class CasePage(QWidget):
    """Shows and emits.

    Signals
    -------
    number_entered(str)
        A number was typed.
    pick_toggled(bool)
        A case is to be picked on the map, or no longer.
    step_wanted(str)
        A step was pressed, by its name.
    twin_chosen(str), zoom_wanted(), copy_wanted(), photos_wanted()
        A twin was opened; a button was pressed.
    """

    number_entered = pyqtSignal(str)
    pick_toggled = pyqtSignal(bool)
    step_wanted = pyqtSignal(str)
    twin_chosen = pyqtSignal(str)
    zoom_wanted = pyqtSignal()
    copy_wanted = pyqtSignal()
    photos_wanted = pyqtSignal()

    def __init__(self, icon: Callable[[str], QIcon], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(4)
        row = QHBoxLayout()
        self.number = QLineEdit()
        self.number.setObjectName("citygrid_case_number")
        self.number.setPlaceholderText(tr("case number, Enter", "输入案卷号后按回车"))
        self.number.returnPressed.connect(
            lambda: self.number_entered.emit(self.number.text().strip())
        )
        row.addWidget(self.number, 1)
        self.pick = QPushButton(icon("ask"), tr("&On the map", "图上点选(&O)"))
        self.pick.setObjectName("citygrid_case_pick")
        self.pick.setCheckable(True)
        self.pick.clicked.connect(self.pick_toggled)
        row.addWidget(self.pick)
        layout.addLayout(row)
        self.title = QLabel()
        self.title.setObjectName("citygrid_case_title")
        self.title.setWordWrap(True)
        self.title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(self.title)
        self.steps = QWidget()
        self._grid = QGridLayout(self.steps)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(3)
        layout.addWidget(self.steps)
        self.said = QLabel()
        self.said.setObjectName("citygrid_case_said")
        self.said.setWordWrap(True)
        layout.addWidget(self.said)
        self.lines = SectionTree("citygrid_case_lines")
        self.lines.setAccessibleName(tr("The case", "案件信息"))
        layout.addWidget(self.lines, 1)
        self.twins = QListWidget()
        self.twins.setObjectName("citygrid_case_twins")
        self.twins.setAccessibleName(tr("Twins", "相似案件"))
        self.twins.setMaximumHeight(66)
        self.twins.itemActivated.connect(lambda item: self.twin_chosen.emit(item.data(_DATA)))
        layout.addWidget(self.twins)
        self.photos = QListWidget()
        self.photos.setObjectName("citygrid_case_photos")
        self.photos.setAccessibleName(tr("Photos", "照片"))
        self.photos.setViewMode(QListView.ViewMode.IconMode)
        self.photos.setIconSize(QSize(96, 72))
        self.photos.setMaximumHeight(104)
        self.photos.itemActivated.connect(
            lambda item: QDesktopServices.openUrl(QUrl.fromLocalFile(item.data(_DATA)))
        )
        layout.addWidget(self.photos)
        row = QHBoxLayout()
        self.buttons = []
        for name, text, signal in (
            ("zoom", tr("&Zoom", "定位(&Z)"), self.zoom_wanted),
            ("copy", tr("Cop&y", "复制(&Y)"), self.copy_wanted),
            ("add_photos", tr("P&hotos…", "照片(&H)…"), self.photos_wanted),
        ):
            button = QPushButton(text)
            button.setObjectName(f"citygrid_case_{name}")
            button.clicked.connect(lambda _=False, s=signal: s.emit())
            self.buttons.append(button)
            row.addWidget(button)
        row.addStretch(1)
        layout.addLayout(row)
        self.show_nothing()

    def show_nothing(self) -> None:
        """Show that no case is chosen."""
        hint = tr("Choose a case.", "请选择案件。")
        self.show_case(f"<span style='color:#6b6b6b'>{hint}</span>", (), (), ())
        self.show_steps(())
        for button in self.buttons:
            button.setEnabled(False)

    def show_case(
        self,
        title: str,
        sections: Sequence[Section],
        twins: Sequence[tuple[str, str]],
        photos: Sequence[Path],
    ) -> None:
        """Show a case: title in rich text, lines, twins (number and text), photos."""
        self.title.setText(title)
        self.lines.show_sections(sections)
        self.lines.setVisible(bool(sections))
        self.twins.clear()
        for number, text in twins:
            item = QListWidgetItem(text, self.twins)
            item.setData(_DATA, number)
        self.twins.setVisible(bool(twins))
        self.photos.clear()
        for file in photos:
            icon = QIcon(QPixmap(str(file)).scaled(
                192, 144, Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            ))  # fmt: skip
            item = QListWidgetItem(icon, "", self.photos)
            item.setData(_DATA, str(file))
            item.setToolTip(file.name)
        self.photos.setVisible(bool(photos))
        for button in self.buttons:
            button.setEnabled(bool(sections))

    def show_steps(self, steps: Sequence[tuple[str, str, str]]) -> None:
        """Show a button for each step: name, label, and who does it."""
        while self._grid.count():
            part = self._grid.takeAt(0).widget()
            part.hide()
            part.deleteLater()
        for at, (name, label, tip) in enumerate(steps):
            button = QPushButton(label)
            button.setObjectName(f"citygrid_step_{name}")
            button.setToolTip(tip)
            button.clicked.connect(lambda _=False, n=name: self.step_wanted.emit(n))
            self._grid.addWidget(button, at // _COLUMNS, at % _COLUMNS)
        self.steps.setVisible(bool(steps))

    def say(self, text: str) -> None:
        """Say how the last step ended."""
        self.said.setText(text)
        self.said.setVisible(bool(text))
