"""What the figures say: accepted, not accepted, or not enough was inspected to say."""

from __future__ import annotations

from typing import Literal

from citygrid_core.census.acceptance.defects import DefectRate

Verdict = Literal["accepted", "undecided", "refused"]


def verdict_of(rate: DefectRate, limit: float) -> Verdict:
    """Hold a defect rate against the limit, with its interval.

    ``accepted``: the whole interval is within the limit. ``refused``: all of it is beyond.
    ``undecided``: the limit lies inside; more must be inspected, or the parties agree on the
    risk knowingly.
    """
    if rate.high <= limit:
        return "accepted"
    return "refused" if rate.low > limit else "undecided"
