"""How many: by a table of lot sizes, or by the precision wanted."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from scipy.stats import norm

from citygrid_core.errors import Text, UsageError


@dataclass(frozen=True)
class SizeRow:
    """One row of a table of sample sizes, with where it comes from and how sure that is."""

    lot_from: int
    lot_to: int
    sample: int
    source: str
    confidence: str


def size_table(path: Path | None = None) -> tuple[SizeRow, ...]:
    """Return a table of sample sizes: the one that comes along, or a user's own.

    The one that comes along follows GB/T 24356 (units of a lot to the units inspected); no
    full text was at hand, so each row says its confidence and a bureau puts its own in place.

    Parameters
    ----------
    path : path, optional
        CSV with lot_from, lot_to, sample, source, confidence.

    Raises
    ------
    UsageError
        The table has gaps, overlaps, or a sample larger than its lot.
    """
    if path is None:
        found = resources.files("citygrid_core.census.sampling") / "sample_sizes.csv"
        text = found.read_text("utf-8")
    else:
        text = path.read_text("utf-8-sig")
    try:
        rows = tuple(
            SizeRow(
                int(r["lot_from"]),
                int(r["lot_to"]),
                int(r["sample"]),
                r.get("source") or "",
                r.get("confidence") or "",
            )
            for r in csv.DictReader(io.StringIO(text))
        )
    except (KeyError, ValueError, TypeError) as error:
        raise _bad_table(str(error)) from None
    if not rows or rows[0].lot_from != 1:
        raise _bad_table("1")
    for before, row in zip((None, *rows), rows, strict=False):
        if before is not None and row.lot_from != before.lot_to + 1:
            raise _bad_table(f"{before.lot_to} → {row.lot_from}")
        if row.lot_to < row.lot_from or row.sample < 1:
            raise _bad_table(f"{row.lot_from}–{row.lot_to}: {row.sample}")
    return rows


def units_to_take(lot: int, table: Sequence[SizeRow]) -> list[int]:
    """Return how many units are inspected of each batch that a lot is divided into.

    A lot larger than the table goes in as few batches as the table allows, of sizes as
    equal as can be.

    Parameters
    ----------
    lot : int
        Units in the lot: map sheets, communities.

    Returns
    -------
    list of int
        One number for each batch; never more than the batch has.
    """
    most = table[-1].lot_to
    batches = max(math.ceil(lot / most), 1)
    sizes = [lot // batches + (i < lot % batches) for i in range(batches)]
    found = []
    for size in sizes:
        row = next((r for r in table if r.lot_from <= size <= r.lot_to), None)
        found.append(0 if row is None else min(row.sample, size))
    return found


def size_for_margin(
    population: int, *, expected: float, margin: float, confidence: float = 0.95
) -> int:
    """Return how many components give the defect rate within a margin.

    Parameters
    ----------
    population : int
        Components in all.
    expected : float
        Defect rate that one reckons with, 0 to 1; 0.5 is the worst case.
    margin : float
        Half of the interval's length, 0 to 1.
    confidence : float
        Of the interval.

    Notes
    -----
    Cochran, *Sampling Techniques* (3rd ed., 1977), sections 4.4 and 4.5: n0 = z² p q / d²,
    n = n0 / (1 + (n0 - 1) / N).
    """
    if not (0 < margin < 1 and 0 < expected < 1 and 0 < confidence < 1) or population < 1:
        raise UsageError(
            Text(
                "expected rate, margin and confidence lie between 0 and 1",
                "预计差错率、误差与置信度须在 0 与 1 之间",
            )
        )
    z = float(norm.ppf(0.5 + confidence / 2))
    first = z * z * expected * (1 - expected) / (margin * margin)
    return min(population, max(1, math.ceil(first / (1 + (first - 1) / population))))


def _bad_table(what: str) -> UsageError:
    return UsageError(
        Text(
            f"the table of sample sizes is not seamless from 1 ({what})",
            f"样本量表须自 1 起连续无重叠（{what}）",
        )
    )
