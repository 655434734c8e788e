"""What the surveyor is asked about, on the map itself, with the key of each answer."""

from __future__ import annotations

from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from citygrid_core.census.alerts import KEYS, LABELS, Alert
from citygrid_plugin.gui.components.on_canvas import OnCanvas
from citygrid_plugin.i18n import shown, tr

_STYLE = """
QFrame#citygrid_alert { background: #fff7e0; border: 1px solid #b8860b; border-radius: 4px; }
QFrame#citygrid_alert QLabel { color: #2b2b2b; }
QFrame#citygrid_alert QToolButton { background: #ffffff; color: #2b2b2b;
    border: 1px solid #b8860b; border-radius: 3px; padding: 2px 8px; }
QFrame#citygrid_alert QToolButton:hover { background: #ffe9a8; }
"""


class AlertBanner(OnCanvas, QFrame):
    """Stands at the top of the map while there is something to decide.

    Signals
    -------
    answered(str)
        The key of an answer, also when its button was clicked.
    """

    answered = pyqtSignal(str)

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 6, 10, 8)
        self.text = QLabel()
        self.text.setWordWrap(True)
        layout.addWidget(self.text)
        self._row = QWidget()
        self._answers = QHBoxLayout(self._row)
        self._answers.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._row)
        self.lay_on(canvas, "citygrid_alert", _STYLE)

    def show_alert(self, alert: Alert | None, more: int = 0) -> None:
        """Ask about `alert`; None: there is nothing to decide.

        Parameters
        ----------
        more : int
            How many wait behind it.
        """
        while self._answers.count():
            item = self._answers.takeAt(0)
            if item.widget() is not None:
                item.widget().hide()
                item.widget().deleteLater()
        if alert is None:
            self.hide()
            return
        waiting = tr(f"  (and {more} more)", f"（另有 {more} 项）") if more else ""
        self.text.setText(shown(alert.text) + waiting)
        for action in alert.answers:
            key = KEYS[action]
            button = QToolButton()
            button.setText(f"{key}  {shown(LABELS[action])}")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, k=key: self.answered.emit(k))
            self._answers.addWidget(button)
        self._answers.addStretch(1)
        self.place()
        self.show()
        self.raise_()

    def place(self) -> None:
        """Lie in the middle of the upper edge."""
        wide = min(560, self._canvas.width() - 40)
        self.setFixedWidth(max(wide, 200))
        self.adjustSize()
        self.move((self._canvas.width() - self.width()) // 2, 12)
