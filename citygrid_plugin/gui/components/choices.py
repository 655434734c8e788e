"""What combo boxes are filled with: titles to read, keys behind them; and one that is searched."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from qgis.PyQt.QtCore import QSignalBlocker, Qt
from qgis.PyQt.QtWidgets import QComboBox, QCompleter


def fill(box: QComboBox, choices: Iterable[tuple[Any, str]], *, otherwise: Any = None) -> None:
    """Offer choices, (key, title), without a signal; what is chosen stays while it is offered.

    Parameters
    ----------
    otherwise : object
        Key that is chosen else; the first one when that is not offered either.
    """
    now = box.currentData()
    blocked = QSignalBlocker(box)
    box.clear()
    for key, title in choices:
        box.addItem(title, key)
    for wanted in (now, otherwise):
        at = box.findData(wanted) if wanted is not None else -1
        if at >= 0:
            box.setCurrentIndex(at)
            break
    blocked.unblock()


def keys(box: QComboBox) -> list[Any]:
    """Return the keys that are offered, in order."""
    return [box.itemData(i) for i in range(box.count())]


def searchable(box: QComboBox, width: int) -> QCompleter:
    """Let a box be searched by typing any part of a title; return what completes.

    Parameters
    ----------
    width : int
        Characters that are always seen; longer titles don't widen the dock.
    """
    box.setEditable(True)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(width)
    completer = QCompleter(box.model(), box)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    box.setCompleter(completer)
    return completer
