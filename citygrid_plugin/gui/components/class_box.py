"""The choice of a component or event class, found by typing code or name."""

from __future__ import annotations

from collections.abc import Mapping

from qgis.PyQt.QtWidgets import QComboBox, QWidget

from citygrid_plugin.gui.components.choices import fill, searchable
from citygrid_plugin.i18n import tr


class ClassBox(QComboBox):
    """Classes of an edition; its first entry is no class: that of the component clicked, say."""

    def __init__(self, parent: QWidget | None = None, *, first: str | None = None) -> None:
        super().__init__(parent)
        self._first = tr("the component clicked", "所点部件") if first is None else first
        searchable(self, 12)
        self.set_classes({}, {})

    def set_classes(self, components: Mapping[str, str], events: Mapping[str, str]) -> None:
        """Offer the classes of an edition: code to name."""
        offered: list[tuple[tuple[str, str] | None, str]] = [(None, self._first)]
        for kind, prefix, classes in (
            ("component", tr("component", "部件"), components),
            ("event", tr("event", "事件"), events),
        ):
            offered += [((kind, code), f"{prefix} {code} {name}") for code, name in classes.items()]
        fill(self, offered)

    def chosen(self) -> tuple[str, str] | None:
        """Return (kind, class code), or None for the first entry."""
        index = self.findText(self.currentText())
        found: tuple[str, str] | None = self.itemData(index) if index > 0 else None
        return found
