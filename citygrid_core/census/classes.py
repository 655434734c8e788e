"""The classes of components as a survey writes them."""

from __future__ import annotations

import pandas as pd

from citygrid_core import standards
from citygrid_core.standards import DEFAULT_EDITION, Edition


def classify(
    texts: pd.Series,
    edition: str | Edition = DEFAULT_EDITION,
    *,
    from_edition: str | Edition | None = None,
) -> pd.DataFrame:
    """Find the component class that each text means.

    Parameters
    ----------
    texts : Series
        Codes, codes that lost their leading zeros, or names.
    edition : str or Edition
        The edition wanted.
    from_edition : str or Edition, optional
        The edition that the survey speaks, if another.

    Returns
    -------
    DataFrame
        Aligned to the input's index: class_code (None when unknown), outcome
        (``exact``, ``lost_zero``, ``name``, ``crosswalk``, ``unknown``), proposals
        (list, likeliest first). A class that was split between the editions is
        unknown with its successors as proposals: never guessed.
    """
    return standards.classify(texts, edition, kind="component", from_edition=from_edition)
