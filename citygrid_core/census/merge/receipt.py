"""The proof that nothing was lost on the way out and back."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

import pandas as pd

#: What became of a component of a pack, over all its returns.
Outcome = Literal["unchanged", "merged", "conflict", "rejected"]


@dataclass(frozen=True)
class Receipt:
    """The books of one pack after a return.

    Attributes
    ----------
    taken, unchanged, merged, conflicts, rejected : int
        Components that went out: ``taken == unchanged + merged + conflicts + rejected``.
        *Conflicts* counts open and decided ones.
    added, added_merged, added_conflicts, added_rejected : int
        Components that are new in the field: ``added`` is the sum of the others.
    written : int
        Rows that this return wrote; 0 when the same file comes twice.
    photos, photos_kept, photos_rejected : int
        Photos that the pack names: ``photos == photos_kept + photos_rejected``.
    """

    taken: int
    unchanged: int
    merged: int
    conflicts: int
    rejected: int
    added: int
    added_merged: int
    added_conflicts: int
    added_rejected: int
    written: int
    photos: int = 0
    photos_kept: int = 0
    photos_rejected: int = 0

    @property
    def balanced(self) -> bool:
        """Whether the books balance."""
        out = self.unchanged + self.merged + self.conflicts + self.rejected
        new = self.added_merged + self.added_conflicts + self.added_rejected
        shown = self.photos_kept + self.photos_rejected
        return self.taken == out and self.added == new and self.photos == shown

    def as_dict(self) -> dict[str, int]:
        """Return the counts as plain data."""
        return asdict(self)


def receipt(origin: pd.Series, outcome: pd.Series, *, taken: int, written: int) -> Receipt:
    """Count what became of each component.

    Parameters
    ----------
    origin : Series of str
        ``taken`` or ``added``, of every component of the pack.
    outcome : Series of str
        An `Outcome`, aligned to `origin`.
    taken : int
        How many went out, by the books of the day they did: never counted from `origin`.
    """
    out = outcome[origin == "taken"].value_counts()
    new = outcome[origin == "added"].value_counts()

    def of(counts: pd.Series, name: Outcome) -> int:
        return int(counts.get(name, 0))

    return Receipt(
        taken=taken,
        unchanged=of(out, "unchanged"),
        merged=of(out, "merged"),
        conflicts=of(out, "conflict"),
        rejected=of(out, "rejected"),
        added=int((origin == "added").sum()),
        added_merged=of(new, "merged") + of(new, "unchanged"),
        added_conflicts=of(new, "conflict"),
        added_rejected=of(new, "rejected"),
        written=written,
    )
