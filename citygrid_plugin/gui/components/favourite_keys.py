"""Nine keys with the classes that they pick."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from qgis.PyQt.QtCore import QPoint, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QGridLayout, QMenu, QSizePolicy, QToolButton, QWidget

from citygrid_plugin.i18n import tr

_COLUMNS = 3


class FavouriteKeys(QWidget):
    """Buttons 1 to 9 as on a number pad; a right click fixes the present class on a key.

    Signals
    -------
    picked(int)
        A button was pressed.
    pin_wanted(int), unpin_wanted(int)
        The class of now shall stay on this key; the key shall be learned again.
    """

    picked = pyqtSignal(int)
    pin_wanted = pyqtSignal(int)
    unpin_wanted = pyqtSignal(int)

    def __init__(self, symbol: Callable[[str], QIcon], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._symbol = symbol
        self._pinned: set[int] = set()
        self._buttons: dict[int, QToolButton] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(3)
        for key in range(1, 10):
            button = QToolButton()
            button.setObjectName(f"citygrid_favourite_{key}")
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setIconSize(QSize(14, 14))
            button.setCheckable(True)
            # The keyboard stays with the map.
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            button.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            button.clicked.connect(lambda _=False, k=key: self.picked.emit(k))
            button.customContextMenuRequested.connect(lambda at, k=key: self._menu(k, at))
            self._buttons[key] = button
            grid.addWidget(button, (key - 1) // _COLUMNS, (key - 1) % _COLUMNS)
        self.show_keys({}, set(), "")

    def show_keys(
        self, names: Mapping[int, tuple[str, str]], pinned: set[int], chosen: str
    ) -> None:
        """Show key to (class code, name), which of them are fixed, and the class of now."""
        self._pinned = pinned
        for key, button in self._buttons.items():
            code, name = names.get(key, ("", ""))
            mark = "•" if key in pinned else ""
            button.setText(f"{key}{mark} {name or '–'}")
            button.setIcon(self._symbol(code[:2]) if code else QIcon())
            button.setEnabled(bool(code))
            button.setChecked(bool(code) and code == chosen)
            fixed = (
                tr("fixed on this key", "已固定") if key in pinned else tr("learned", "按使用习惯")
            )
            hint = tr("right click: fix or release", "右键：固定或取消固定")
            button.setToolTip(f"{code} {name}\n{fixed}; {hint}" if code else hint)

    def _menu(self, key: int, at: QPoint) -> None:
        menu = QMenu(self)
        pin = menu.addAction(tr(f"Fix the present class on {key}", f"将当前类别固定在 {key} 键"))
        free = menu.addAction(tr(f"Let {key} be learned", f"{key} 键改为自动学习"))
        free.setEnabled(key in self._pinned)
        chosen = menu.exec(self._buttons[key].mapToGlobal(at))
        if chosen is pin:
            self.pin_wanted.emit(key)
        elif chosen is free:
            self.unpin_wanted.emit(key)
