"""Why and from when: what is recorded with a change of grids."""

from __future__ import annotations

from qgis.PyQt.QtCore import QDate
from qgis.PyQt.QtWidgets import QDateEdit, QFormLayout, QLineEdit, QWidget

from citygrid_plugin.i18n import tr


class GridCause(QWidget):
    """Reason, document number and effective date.

    Parameters
    ----------
    name : str
        Distinguishes its controls from those of other pages.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        self.reason = QLineEdit()
        self.reason.setObjectName(f"citygrid_{name}_reason")
        self.reason.setPlaceholderText(tr("why the grids change", "网格变更的原因"))
        self.document = QLineEdit()
        self.document.setObjectName(f"citygrid_{name}_document")
        self.document.setPlaceholderText(tr("number of the document", "依据文件的文号"))
        self.day = QDateEdit(QDate.currentDate())
        self.day.setObjectName(f"citygrid_{name}_day")
        self.day.setCalendarPopup(True)
        self.day.setDisplayFormat("yyyy-MM-dd")
        form.addRow(tr("&Reason:", "原因(&R)："), self.reason)
        form.addRow(tr("&Document:", "文号(&D)："), self.document)
        form.addRow(tr("&Effective from:", "生效日期(&E)："), self.day)

    def arguments(self) -> list[str]:
        """Return the options of a command."""
        return [
            "--at", self.day.date().toString("yyyy-MM-dd"),
            "--reason", self.reason.text().strip(),
            "--document", self.document.text().strip(),
        ]  # fmt: skip
