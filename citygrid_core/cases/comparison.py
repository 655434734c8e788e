"""What of a file of cases is new, changed or known already."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from citygrid_core.frames import Comparison, compare

#: What says that two rows are the same case: the system that sent it, and its number there.
KEY = ("source_system", "source_number")


def changed(
    old: pd.DataFrame, new: pd.DataFrame, columns: Sequence[str], *, key: Sequence[str] = KEY
) -> Comparison:
    """Compare cases read with cases held, so that an import is idempotent.

    Parameters
    ----------
    old, new : DataFrame or GeoDataFrame
        Cases as stored and as read, with the `key` columns.
    columns : sequence of str
        Columns whose difference makes a case changed; an empty value that is read
        says nothing: a case that was closed stays closed when an older file is
        imported once more.

    Returns
    -------
    Comparison
        Labels of `new` as ``new``, ``changed``, ``unchanged`` and ``repeated``.
    """
    return compare(old, new, key=key, columns=columns)
