"""A class found by typing its code, name, pinyin or initials."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qgis.PyQt.QtCore import QEvent, QObject, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from citygrid_core.census.choose import ClassHit
from citygrid_plugin.i18n import shown, tr

_CODE = Qt.ItemDataRole.UserRole


class ClassSearch(QWidget):
    """A line to type in and the classes that fit below it; Enter takes the first.

    Parameters
    ----------
    symbol : callable
        Major code to the icon of its symbol.

    Signals
    -------
    picked(str)
        Key of the class that was chosen: its code, for events as `ClassHit.key` says.
    left()
        Escape: the keyboard goes back to the map.
    """

    picked = pyqtSignal(str)
    left = pyqtSignal()

    def __init__(self, symbol: Callable[[str], QIcon], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._symbol = symbol
        self._search: Callable[[str], Sequence[ClassHit]] = lambda typed: ()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        self.line = QLineEdit()
        self.line.setObjectName("citygrid_class_search")
        self.line.setClearButtonEnabled(True)
        self.line.setPlaceholderText(
            tr("/  code, name, Chinese name or pinyin", "/  代码、名称、拼音或首字母、英文")
        )
        self.line.textEdited.connect(self._typed)
        self.line.installEventFilter(self)
        layout.addWidget(self.line)
        self.list = QListWidget()
        self.list.setObjectName("citygrid_class_hits")
        self.list.setIconSize(QSize(14, 14))
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.itemClicked.connect(self._take)
        self.list.hide()
        layout.addWidget(self.list)

    def set_search(self, search: Callable[[str], Sequence[ClassHit]]) -> None:
        """Ask `search` at every key; it returns the classes that fit, the best first."""
        self._search = search
        self.reset()

    def reset(self) -> None:
        """Clear what was typed."""
        self.line.clear()
        self._typed("")

    def codes(self) -> list[str]:
        """Return the keys of the classes that are offered."""
        items = (self.list.item(i) for i in range(self.list.count()))
        return [item.data(_CODE) for item in items if item.data(_CODE)]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys walk the list, Enter takes, Escape leaves."""
        if event.type() != QEvent.Type.KeyPress:
            return False
        key, row = event.key(), self.list.currentRow()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self.list.count():
            step = 1 if key == Qt.Key.Key_Down else -1
            self.list.setCurrentRow((row + step) % self.list.count())
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.list.currentItem() is not None:
                self._take(self.list.currentItem())
            return True
        if key == Qt.Key.Key_Escape:
            self.reset()
            self.left.emit()
            return True
        return False

    def _typed(self, text: str) -> None:
        self.list.clear()
        for hit in self._search(text) if text.strip() else ():
            item = QListWidgetItem(self._symbol(hit.key[:2]), f"{hit.code}  {shown(hit.label)}")
            item.setData(_CODE, hit.key)
            self.list.addItem(item)
        if text.strip() and not self.list.count():
            none = QListWidgetItem(tr("no class fits", "没有相符的类别"), self.list)
            none.setFlags(Qt.ItemFlag.NoItemFlags)
        self.list.setCurrentRow(0)
        rows = min(self.list.count(), 6)
        self.list.setFixedHeight(rows * self.list.sizeHintForRow(0) + 6 if rows else 0)
        self.list.setVisible(rows > 0)

    def _take(self, item: QListWidgetItem) -> None:
        if not item.data(_CODE):
            return
        code = str(item.data(_CODE))
        self.reset()
        self.picked.emit(code)
