"""The classes on the keys 1 to 9: pinned by the surveyor, the rest learned from use.

A key never changes under the hand: a class that is used for the first time takes a
free key, and only `relearn`, at the start of a day, gives the keys of seldom used
classes to others.

>>> keys = Favourites()
>>> for code in ["01003", "01003", "03005"]:
...     keys = keys.used(code)
>>> keys.keys()
{1: '01003', 2: '03005'}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

KEYS = range(1, 10)
#: What a use of yesterday counts beside one of today.
_FADE = 0.8


@dataclass(frozen=True, slots=True)
class Favourites:
    """Which class each key picks, and how often classes were used.

    Attributes
    ----------
    pinned : dict of int to str
        Keys that the surveyor has fixed.
    learned : dict of int to str
        The other keys that have a class.
    uses : dict of str to float
        Class code to its uses, those of former days faded.
    """

    pinned: Mapping[int, str] = field(default_factory=dict)
    learned: Mapping[int, str] = field(default_factory=dict)
    uses: Mapping[str, float] = field(default_factory=dict)

    def keys(self) -> dict[int, str]:
        """Return key to class code, in the order of the keys."""
        both = {**self.learned, **self.pinned}
        return {key: both[key] for key in KEYS if key in both}

    def used(self, code: str) -> Favourites:
        """Return the favourites after one more use of a class."""
        uses = {**self.uses, code: self.uses.get(code, 0.0) + 1.0}
        held = self.keys()
        free = [key for key in KEYS if key not in held]
        if code in held.values() or not free:
            return replace(self, uses=uses)
        return replace(self, uses=uses, learned={**self.learned, free[0]: code})

    def pin(self, key: int, code: str) -> Favourites:
        """Fix a class on a key; a key that it had before becomes free.

        Raises
        ------
        ValueError
            There is no such key.
        """
        if key not in KEYS:
            raise ValueError(f"{key} is no key from 1 to 9")
        learned = {k: c for k, c in self.learned.items() if c != code and k != key}
        pinned = {k: c for k, c in self.pinned.items() if c != code}
        return replace(self, pinned={**pinned, key: code}, learned=learned)

    def unpin(self, key: int) -> Favourites:
        """Let a key be learned again."""
        pinned = {k: c for k, c in self.pinned.items() if k != key}
        return replace(self, pinned=pinned)

    def relearn(self) -> Favourites:
        """Return the favourites of a new day: free keys go to the classes used most."""
        uses = {code: n * _FADE for code, n in self.uses.items()}
        taken = set(self.pinned.values())
        best = sorted((c for c in uses if c not in taken), key=lambda c: (-uses[c], c))
        free = [key for key in KEYS if key not in self.pinned]
        # Who keeps a place among the best keeps the key too.
        chosen = best[: len(free)]
        learned = {k: c for k, c in self.learned.items() if k in free and c in chosen}
        rest = iter(c for c in chosen if c not in learned.values())
        for key in free:
            if key not in learned and (code := next(rest, None)) is not None:
                learned[key] = code
        return replace(self, uses=uses, learned=learned)

    def only(self, codes: Iterable[str]) -> Favourites:
        """Return what of these favourites another edition knows."""
        known = set(codes)
        return Favourites(
            {k: c for k, c in self.pinned.items() if c in known},
            {k: c for k, c in self.learned.items() if c in known},
            {c: n for c, n in self.uses.items() if c in known},
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data, to be kept in settings."""
        return {
            "pinned": {str(k): c for k, c in self.pinned.items()},
            "learned": {str(k): c for k, c in self.learned.items()},
            "uses": {c: round(n, 3) for c, n in self.uses.items()},
        }

    @classmethod
    def from_dict(cls, data: Any) -> Favourites:
        """Return favourites from `to_dict`'s data; what can't be read counts as none."""
        try:
            keys = {
                part: {int(k): str(c) for k, c in data[part].items() if int(k) in KEYS}
                for part in ("pinned", "learned")
            }
            uses = {str(c): float(n) for c, n in data["uses"].items()}
        except (TypeError, ValueError, KeyError, AttributeError):
            return cls()
        return cls(keys["pinned"], keys["learned"], uses)
