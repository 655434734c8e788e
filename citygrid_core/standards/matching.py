"""Many texts to classes at once."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from citygrid_core.standards.classes import ClassKind, ClassMatch, Proposal
from citygrid_core.standards.crosswalks import crosswalk
from citygrid_core.standards.edition import DEFAULT_EDITION, Edition, editions, load_edition
from citygrid_core.standards.errors import UnknownCrosswalk


def classify(
    texts: pd.Series,
    edition: str | Edition = DEFAULT_EDITION,
    *,
    kind: ClassKind = "component",
    from_edition: str | Edition | None = None,
) -> pd.DataFrame:
    """Find the class that each text means.

    Parameters
    ----------
    texts : Series
        Codes, codes that lost their leading zeros, or names; a missing value is unknown.
    edition : str or Edition
        The edition wanted.
    kind : str
        ``component`` or ``event``.
    from_edition : str or Edition, optional
        The edition that the texts speak; its classes are taken through the
        crosswalk. A class that was split or dropped is unknown, with proposals.

    Returns
    -------
    DataFrame
        Aligned to the input's index: class_code (None when unknown), outcome
        (``exact``, ``lost_zero``, ``name``, ``crosswalk``, ``unknown``), proposals
        (list of `Proposal`, likeliest first; empty when found).
    """
    wanted = load_edition(edition)
    spoken = load_edition(from_edition) if from_edition is not None else wanted
    walk = _walk(spoken, wanted, kind)
    positions, distinct = pd.factorize(texts.to_numpy(dtype=object), use_na_sentinel=True)
    found = [_one(str(text), wanted, spoken, kind, walk) for text in distinct]
    # Position -1 (missing) takes the last entry.
    found.append(ClassMatch(None, "unknown"))
    proposals = np.empty(len(found), dtype=object)
    for i, match in enumerate(found):
        proposals[i] = list(match.proposals)
    out: pd.DataFrame = pd.DataFrame(
        {
            "class_code": np.array([m.code for m in found], dtype=object)[positions],
            "outcome": np.array([m.outcome for m in found], dtype=object)[positions],
            "proposals": proposals[positions],
        },
        index=texts.index,
        dtype=object,
    )
    return out


def _one(
    text: str,
    wanted: Edition,
    spoken: Edition,
    kind: ClassKind,
    walk: dict[str, list[str]],
) -> ClassMatch:
    catalogue = wanted.catalogues[kind]
    if spoken is not wanted:
        there = spoken.catalogues[kind].find(text)
        if there.code is not None:
            targets = walk.get(there.code, [])
            if len(targets) == 1:
                return ClassMatch(targets[0], "crosswalk")
            if targets:
                return ClassMatch(None, "unknown", catalogue.proposals(targets))
            name = spoken.catalogues[kind].classes[there.code].name
            return ClassMatch(None, "unknown", catalogue.alike(name))
        here = catalogue.find(text)
        # Digits short of a zero could be either edition's: only the declared one counts.
        if here.outcome == "lost_zero":
            return ClassMatch(None, "unknown", catalogue.proposals([str(here.code)]))
        return here
    found = catalogue.find(text)
    if found.code is not None:
        return found
    return ClassMatch(None, "unknown", _with_older(text, wanted, kind, found.proposals))


def _with_older(
    text: str, wanted: Edition, kind: ClassKind, alike: tuple[Proposal, ...]
) -> tuple[Proposal, ...]:
    """Put first what the text meant in another edition: a name that was changed since."""
    first: list[Proposal] = []
    for name in editions(wanted.folder):
        if name == wanted.id:
            continue
        other = load_edition(name, wanted.folder)
        match = other.catalogues[kind].find(text)
        if match.outcome in ("exact", "name") and match.code is not None:
            targets = _walk(other, wanted, kind).get(match.code, [])
            first += wanted.catalogues[kind].proposals(targets, 95.0)
    seen: set[str] = set()
    out = []
    for proposal in (*first, *alike):
        if proposal.code not in seen:
            seen.add(proposal.code)
            out.append(proposal)
    return tuple(out)


@lru_cache(maxsize=32)
def _walk(spoken: Edition, wanted: Edition, kind: ClassKind) -> dict[str, list[str]]:
    """Return class code to class codes; nothing when there is no such crosswalk."""
    if spoken is wanted:
        return {}
    try:
        table = crosswalk(spoken.id, wanted.id, kind, wanted.folder)
    except UnknownCrosswalk:
        return {}
    out: dict[str, list[str]] = {}
    for a, b in zip(table["from_code"], table["to_code"], strict=True):
        if b:
            out.setdefault(a, []).append(b)
    return out
