"""Styles kept in the file, by QGIS's own convention: the table ``layer_styles``."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from citygrid_core.errors import Text
from citygrid_core.workspace.errors import UnknownName
from citygrid_core.workspace.geopackage.layout import HEAT_VIEW
from citygrid_core.workspace.tables import GEOMETRY, STORED

_NAME = "citygrid"
_STYLES = sa.table(
    "layer_styles",
    *map(
        sa.column,
        (
            "f_table_catalog", "f_table_schema", "f_table_name", "f_geometry_column", "styleName",
            "styleQML", "styleSLD", "useAsDefault", "description", "owner", "update_time",
        ),
    ),
)  # fmt: skip


def store(connection: sa.Connection, styles: Mapping[str, str], at: str) -> None:
    """Replace the default style of each table named.

    Parameters
    ----------
    styles : dict
        Table or view to QML text.
    at : str
        Time of the update, UTC.

    Raises
    ------
    UnknownName
    """
    known = {name for name, t in STORED.items() if t.family is not None} | {HEAT_VIEW}
    unknown = [n for n in styles if n not in known]
    if unknown:
        raise UnknownName(Text("table", "数据表"), unknown, sorted(known))
    c = _STYLES.c
    for table, qml in styles.items():
        spatial = table == HEAT_VIEW or STORED[table].spatial
        connection.execute(_STYLES.delete().where(c.f_table_name == table, c.styleName == _NAME))
        connection.execute(
            _STYLES.insert(),
            {
                "f_table_catalog": "", "f_table_schema": "", "f_table_name": table,
                "f_geometry_column": GEOMETRY if spatial else "", "styleName": _NAME,
                "styleQML": qml, "styleSLD": "", "useAsDefault": 1, "description": "",
                "owner": "", "update_time": at,
            },
        )  # fmt: skip
