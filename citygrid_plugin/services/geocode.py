"""Addresses: what was understood of them, and which places they may mean."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from citygrid_core.errors import Text
from citygrid_plugin.i18n import language, shown
from citygrid_plugin.services.cities import state_of
from citygrid_plugin.services.session import open_workspace

if TYPE_CHECKING:
    from citygrid_core.geocode import Gazetteer

#: A radius that holds 95 of 100 errors, in standard errors along each axis (Rayleigh).
RADIUS_95 = 2.4477

LABELS = {
    "province": Text("province", "省"),
    "city": Text("city", "市"),
    "county": Text("county", "区县"),
    "town": Text("street office", "街道"),
    "community": Text("community", "社区"),
    "road": Text("road", "路"),
    "lane": Text("lane", "弄"),
    "number": Text("number", "号"),
    "number_to": Text("to number", "至号"),
    "compound": Text("compound", "小区"),
    "building": Text("building", "栋"),
    "unit": Text("unit", "单元"),
    "floor": Text("floor", "层"),
    "room": Text("room", "室"),
    "group": Text("group", "组"),
    "poi": Text("place", "地点"),
    "gate": Text("gate", "门"),
    "cross": Text("crossing", "路口"),
    "direction": Text("direction", "方向"),
    "distance": Text("distance", "距离"),
    "relation": Text("relation", "位置词"),
    "note": Text("note", "备注"),
    "unknown": Text("not understood", "未识别"),
}
LEVELS = {
    "plate": Text("door plate", "门牌"),
    "building": Text("building", "楼栋"),
    "interpolated": Text("interpolated", "推算门牌"),
    "crossing": Text("crossing", "路口"),
    "poi": Text("point of interest", "兴趣点"),
    "compound": Text("compound", "小区"),
    "street": Text("street", "街巷"),
    "zone": Text("zone", "片区"),
    "region": Text("region", "区域"),
}


class Span(NamedTuple):
    """A piece of the text as it was typed.

    Attributes
    ----------
    label : str
        Of the grammar; empty for what lies between labelled pieces.
    used : bool
        Whether the best answer rests on it.
    """

    text: str
    label: str
    used: bool


@dataclass(frozen=True)
class Place:
    """One place that the address may mean; x, y and error in metres of the workspace's CRS."""

    code: str
    name: str
    level: str
    x: float
    y: float
    error_m: float
    probability: float

    @property
    def sigma(self) -> float:
        """Standard error along each axis, from the radius of 95 %."""
        return self.error_m / RADIUS_95

    @property
    def level_name(self) -> str:
        """The level, in the user's language."""
        return shown(LEVELS[self.level]) if self.level in LEVELS else self.level


@dataclass(frozen=True)
class Found:
    """What came of an address.

    Attributes
    ----------
    outcome : str
        accepted, ambiguous, rejected.
    places : tuple of Place
        The best first.
    reasons, ignored : tuple of str
        In the user's language; the pieces that were not used, as typed.
    """

    address: str
    outcome: str
    spans: tuple[Span, ...]
    places: tuple[Place, ...]
    reasons: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    probability: float = field(default=0.0)


class Gazetteers:
    """The gazetteer of the workspace that is open; one is kept, for all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: tuple[Path, Any, Gazetteer] | None = None

    def get(self, path: Path) -> Gazetteer:
        """Return the gazetteer of `path`; read anew when the file has changed."""
        from citygrid_core.operations.geocode.gazetteer import gazetteer

        with self._lock:
            if self._held is None or self._held[:2] != (path, state_of(path)):
                with open_workspace(path) as workspace:
                    made = gazetteer(workspace)
                self._held = (path, state_of(path), made)
            return self._held[2]

    def loaded(self, path: Path) -> bool:
        """Whether asking would need no reading."""
        held = self._held
        return held is not None and held[:2] == (path, state_of(path))

    def find(self, path: Path, address: str) -> Found:
        """Answer one address; accepted is what the core accepts by default."""
        import pandas as pd

        matcher = self.get(path)
        row = matcher.geocode(pd.Series([address], dtype=object)).iloc[0]
        return Found(
            address,
            str(row["outcome"]),
            tuple(_spans(matcher, address, set(row["ignored"] or []))),
            tuple(_place(c) for c in row["candidates"] or []),
            tuple(r[language()] for r in row["reasons"] or []),
            tuple(row["ignored"] or []),
            float(row["probability"]),
        )

    def say(self, path: Path, x: float, y: float) -> str:
        """Say a point the way an operator would; empty when nothing known is near."""
        return str(self.get(path).reverse([x], [y])[language()].iloc[0] or "")


def _place(c: dict[str, Any]) -> Place:
    return Place(
        str(c["code"]),
        str(c["name"]),
        str(c["level"]),
        float(c["x"]),
        float(c["y"]),
        float(c["error_m"]),
        float(c["probability"]),
    )


def _spans(matcher: Gazetteer, address: str, ignored: set[str]) -> list[Span]:
    """Cut the text, as typed, into labelled pieces and what lies between them."""
    parsed = matcher.parse(address)
    spans, at = [], 0
    for part in parsed.parts:
        start, end = parsed.normal.span(part.start, part.end)
        if start < at or end <= start:
            continue
        if start > at:
            spans.append(Span(address[at:start], "", False))
        text = address[start:end]
        spans.append(Span(text, part.label, part.label != "unknown" and text not in ignored))
        at = end
    if at < len(address):
        spans.append(Span(address[at:], "", False))
    return spans
