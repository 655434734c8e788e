"""What of a census is new, changed or known already."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from citygrid_core.frames import Comparison, compare

#: What says that two rows are the same component: who delivered it, and its key there.
KEY = ("source", "source_key")


def changed(
    old: pd.DataFrame, new: pd.DataFrame, columns: Sequence[str], *, key: Sequence[str] = KEY
) -> Comparison:
    """Compare components read with components held, so that an import is idempotent.

    Parameters
    ----------
    old, new : DataFrame or GeoDataFrame
        Components as stored and as read, with the `key` columns.
    columns : sequence of str
        Columns whose difference makes a component changed; an empty value that is
        read says nothing. ``geometry`` is compared to half a millimetre.
    key : sequence of str
        What identifies a component.

    Returns
    -------
    Comparison
        Labels of `new` as ``new``, ``changed``, ``unchanged`` and ``repeated``.
    """
    return compare(old, new, key=key, columns=columns)
