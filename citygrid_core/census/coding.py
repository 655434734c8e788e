"""Identification codes of components."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from citygrid_core.errors import UnusableInput
from citygrid_core.standards import (
    DEFAULT_EDITION,
    ComponentCode,
    Edition,
    InvalidCode,
    load_edition,
)

_MOST_SHOWN = 20


def component_codes(
    counties: Any,
    class_codes: Any,
    sequences: Any,
    edition: str | Edition = DEFAULT_EDITION,
) -> pd.Series:
    """Compose component codes: county + class + six-digit sequence.

    16 digits in CJ/T 214-2007 and GB/T 30428.2, 17 in GB/T 47678.5. Sequences are
    minted by the workspace, per county and class; this only writes them down.

    Parameters
    ----------
    counties : Series or array of str
        Six digits.
    class_codes : Series or array of str
        Full class codes.
    sequences : Series or array of int
        From 1 to 999999.
    edition : str or Edition
        Which generation of the standards.

    Returns
    -------
    Series of str
        Aligned to the index of `counties`, or numbered from 0.

    Raises
    ------
    UnusableInput
        Codes that would break the edition's rules (unknown class, used-up
        sequence); each distinct one is named.
    """
    held = load_edition(edition)
    index = counties.index if isinstance(counties, pd.Series) else pd.RangeIndex(len(counties))
    digits = next(p.digits for p in held.structures["component"].parts if p.name == "sequence")
    numbers = np.asarray(sequences).astype(np.int64)
    codes = [
        f"{county}{class_code}{n:0{digits}d}"
        for county, class_code, n in zip(counties, class_codes, numbers.tolist(), strict=True)
    ]
    out: pd.Series = pd.Series(codes, index=index, name="code", dtype=object)
    wrong = out[~ComponentCode.valid(out, held).to_numpy()]
    if len(wrong):
        raise UnusableInput(*_problems(wrong, held))
    return out


def _problems(wrong: pd.Series, edition: Edition) -> list[Any]:
    problems = []
    for text in wrong.unique()[:_MOST_SHOWN]:
        try:
            ComponentCode.parse(text, edition)
        except InvalidCode as error:
            problems.append(error.problem(field="code"))
    return problems
