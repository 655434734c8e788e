"""A city's places, ready to answer addresses."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.accept import ACCEPT
from citygrid_core.errors import Text
from citygrid_core.geocode import kept
from citygrid_core.geocode.build import Tables, build_tables
from citygrid_core.geocode.candidate import Candidate
from citygrid_core.geocode.health import check_tables, coarse_plates
from citygrid_core.geocode.judge import Calibration, judge, load_calibration
from citygrid_core.geocode.match import Matcher
from citygrid_core.geocode.normalise import normalise
from citygrid_core.geocode.parse import Parsed, parse
from citygrid_core.geocode.reverse import Reverser, Said
from citygrid_core.geocode.straight import Straight, Straightener

#: Below this an answer is not worth showing.
REJECT = 0.05
_SHOWN = 5
#: So many addresses are parsed before their answers are looked for.
_AT_ONCE = 4096
_COLUMNS = (
    "outcome",
    "x",
    "y",
    "error_m",
    "probability",
    "level",
    "matched",
    "ignored",
    "candidates",
    "reasons",
)
_NUMBERS = ("x", "y", "error_m", "probability")


def check(
    places: gpd.GeoDataFrame,
    *,
    areas: gpd.GeoDataFrame | None = None,
    far_m: float = 100.0,
    apart_m: float = 300.0,
) -> pd.DataFrame:
    """Check the health of places before they become a gazetteer; see `Gazetteer.check`."""
    return check_tables(build_tables(places, areas, ()), far_m=far_m, apart_m=apart_m)


class Gazetteer:
    """Answers addresses from a city's own places; made by `build`.

    Attributes
    ----------
    tables : what it knows
    calibration : how its answers are judged
    matcher : finds the unjudged candidates of a parsed address
    tag : what it was made from, when it came from a file
    """

    def __init__(self, tables: Tables, calibration: Calibration) -> None:
        self.tables = tables
        self.calibration = calibration
        self.matcher = Matcher(tables)
        self.straight = Straightener(tables, calibration)
        self.tag = ""
        self._areas = dict(zip(tables.regions.code, tables.regions.name, strict=True))
        self._reverser: Reverser | None = None

    @classmethod
    def build(
        cls,
        places: gpd.GeoDataFrame,
        *,
        areas: gpd.GeoDataFrame | None = None,
        cities: Sequence[str] = (),
        calibration: Path | None = None,
    ) -> Gazetteer:
        """Index places.

        Parameters
        ----------
        places : GeoDataFrame
            The columns of the store's ``places`` in a projected CRS (metres):
            regions, zones and blocks (polygons), streets (lines), plates and
            POIs (points). ``code``, ``kind`` and ``name`` are needed. Plates
            tell their street by ``street_name`` and ``number``, buildings of a
            compound by ``zone_name`` and ``number``; failing these the name is
            parsed. Aliases and former names are joined by ``#``.
        areas : GeoDataFrame, optional
            Administrative areas (``code``, ``name``), as further regions.
        cities : sequence of str, optional
            Names of this city and its province. When given, an address of
            another city is rejected.
        calibration : Path, optional
            A calibration of one's own (see `load_calibration`).

        Raises
        ------
        MissingCrs
            The frame has no CRS.
        GazetteerInputError
            The CRS is in degrees, a column is missing or a kind is unknown.
        """
        tables = build_tables(places, areas, tuple(cities))
        return cls(tables, load_calibration(calibration))

    def save(self, path: Path, *, tag: str = "") -> None:
        """Keep the index in a file that `open` maps in a moment; never holds code.

        Parameters
        ----------
        tag : str
            What it was made from, a digest for instance: read it as `tag`.

        Raises
        ------
        OSError
            The folder can't be written.
        """
        kept.save(path, self.tables, tag)

    @classmethod
    def open(cls, path: Path, *, calibration: Path | None = None) -> Gazetteer:
        """Map an index that `save` wrote.

        Raises
        ------
        PlacesFileError
            The file is none, damaged, cut off, or of another version.
        """
        tables, tag = kept.load(path)
        gazetteer = cls(tables, load_calibration(calibration))
        gazetteer.tag = tag
        return gazetteer

    def calibrate(self, calibration: Calibration | None) -> None:
        """Judge by another calibration; None is the package's own."""
        self.calibration = calibration or load_calibration()
        self.straight = Straightener(self.tables, self.calibration)

    @property
    def crs(self) -> Any:
        """The CRS of the answers."""
        return self.tables.crs

    @property
    def coarse(self) -> Text | None:
        """How the plates show that they were not surveyed; None when they were.

        Their probabilities and stated errors reckon with it. A city's own calibration
        (`fit`) knows it better.
        """
        return coarse_plates(self.tables) if self.tables.coarse > 0 else None

    @property
    def skipped(self) -> list[str]:
        """Codes of plates that no address can reach: no number, or no street and no compound."""
        return list(self.tables.skipped)

    def parse(self, address: str) -> Parsed:
        """Label the parts of an address, knowing the city's names."""
        return parse(normalise(address), self.tables.names)

    def candidates(self, address: str) -> list[Candidate]:
        """Return the judged answers of one address, the most probable first."""
        found = self.matcher.candidates(self.parse(address))
        judge(found, self.calibration)
        return found

    def geocode(self, addresses: pd.Series[Any], *, accept: float = ACCEPT) -> pd.DataFrame:
        """Answer addresses.

        Parameters
        ----------
        addresses : Series of str
            One address each; missing and empty ones are answered too.
        accept : float
            An answer at least this probable is accepted.

        Returns
        -------
        DataFrame
            Aligned to the index of `addresses`:

            - ``outcome``: accepted, ambiguous (which of these?), rejected
            - ``x``, ``y``: of the accepted answer, metres in `crs`; missing
              otherwise: there is never a default point
            - ``error_m``: radius that holds the truth in 95 of 100 answers
            - ``probability`` that the point lies in the right unit grid, of the
              best answer (0 when there is none)
            - ``level``: plate, building, interpolated, crossing, poi, compound,
              street, region; "" when there is no answer
            - ``matched``: list of {part, typed, name, code, via}
            - ``ignored``: list of typed pieces that were not used
            - ``candidates``: list of {code, name, level, x, y, error_m,
              probability, matched, area}, JSON-ready, the best first
            - ``reasons``: list of {en, zh}
        """
        codes, uniques = pd.factorize(addresses)
        # Nothing here is cyclic: the collector would only walk all answers again and again.
        rows: list[tuple[Any, ...]] = []
        collecting = gc.isenabled()
        gc.disable()
        try:
            for k in range(0, len(uniques), _AT_ONCE):
                rows += self._some([str(u) for u in uniques[k : k + _AT_ONCE]], accept)
        finally:
            if collecting:
                gc.enable()
        rows.append(_nothing(Text("the address is missing", "缺少地址")))
        columns: dict[str, Any] = {}
        for name, cells in zip(_COLUMNS, zip(*rows, strict=True), strict=True):
            numeric = name in _NUMBERS
            kind: Any = np.float64 if numeric else object
            columns[name] = np.fromiter(cells, dtype=kind, count=len(rows))[codes]
        frame: pd.DataFrame = pd.DataFrame(columns, index=addresses.index)
        return frame

    def reverse(self, x: npt.ArrayLike, y: npt.ArrayLike) -> pd.DataFrame:
        """Say points the way an operator would: 友谊路32号东侧约20米.

        Parameters
        ----------
        x, y : float or arrays, metres in `crs`

        Returns
        -------
        DataFrame
            A row for each point: ``zh``, ``en`` (the phrase; empty when nothing
            known is within 300 m), ``code`` and ``level`` of the landmark,
            ``distance_m``.
        """
        if self._reverser is None:
            self._reverser = Reverser(self.tables)
        xs = np.atleast_1d(np.asarray(x, dtype=np.float64))
        ys = np.atleast_1d(np.asarray(y, dtype=np.float64))
        said = [self._reverser.say(float(a), float(b)) for a, b in zip(xs, ys, strict=True)]
        frame: pd.DataFrame = pd.DataFrame(said, columns=list(Said._fields))
        return frame

    def check(self, *, far_m: float = 100.0, apart_m: float = 300.0) -> pd.DataFrame:
        """Check the health of the gazetteer.

        Parameters
        ----------
        far_m : float
            A plate further than this from its street is a finding.
        apart_m : float
            One name at two places of a district this far apart is a finding.

        Returns
        -------
        DataFrame
            ``rule``, ``severity`` (error, warning, info), ``codes`` (joined by
            #), ``place``, ``x``, ``y``, ``measure`` (metres), ``en``, ``zh``.
            Rules: plate.orphan, plate.far, plate.side, plates.coarse, number.twin,
            number.order, name.two_places.
        """
        return check_tables(self.tables, far_m=far_m, apart_m=apart_m)

    def _some(self, addresses: Sequence[str], accept: float) -> list[tuple[Any, ...]]:
        """Answer some addresses: their misspelt names are looked for all at once."""
        parsed = [self.parse(a) for a in addresses]
        self.tables.names.foresee(self.matcher.misspelt(parsed))
        straight = [self.straight.find(p) for p in parsed]
        return [self._answer(*a, accept) for a in zip(parsed, straight, strict=True)]

    def _answer(self, parsed: Parsed, straight: Straight | None, accept: float) -> tuple[Any, ...]:
        if not parsed.normal.text:
            return _nothing(Text("nothing readable in the address", "地址中没有可识别的内容"))
        if straight is not None:
            return _at_once(straight, accept, self._area(straight.area))
        found = self.matcher.candidates(parsed)
        judge(found, self.calibration)
        reasons = found[0].reasons if found else []
        found = [c for c in found if c.probability >= REJECT]
        if not found:
            why = reasons or [Text("no place of the gazetteer fits", "地名库中没有相符的地点")]
            other = self.matcher.foreign(parsed)
            if other:
                why = [Text(f"an address of another place: {other}", f"属外地地址：{other}")]
            return _nothing(*why, ignored=[parsed.typed(p) for p in parsed.parts])
        best = found[0]
        error = self.calibration.error_of(best)
        accepted = best.probability >= accept
        x, y = (best.x, best.y) if accepted else (np.nan, np.nan)
        return (
            "accepted" if accepted else "ambiguous",
            x,
            y,
            error,
            best.probability,
            best.level,
            best.matched,
            _ignored(parsed, best),
            [self._plain(c) for c in found[:_SHOWN]],
            [
                {"en": r.en, "zh": r.zh}
                for r in (best.reasons if accepted else [*best.reasons, _doubt(len(found))])
            ],
        )

    def _plain(self, c: Candidate) -> dict[str, Any]:
        return {
            "code": c.code,
            "name": c.name,
            "level": c.level,
            "x": round(c.x, 2),
            "y": round(c.y, 2),
            "error_m": round(self.calibration.error_of(c), 1),
            "probability": round(c.probability, 4),
            "matched": c.matched,
            "area": self._area(c.area),
        }

    def _area(self, codes: frozenset[str]) -> str:
        """Return the name of the area of a place; of a long street's, the districts'."""
        if len(codes) > 1:
            codes = frozenset(c[:6] for c in codes)
        return "、".join(sorted({self._areas.get(c, c) for c in codes}))


def _doubt(count: int) -> Text:
    """Say why an answer is not accepted."""
    if count > 1:
        return Text(f"{count} places fit: which of these?", f"有{count}处相符，请判定是哪一处")
    return Text("not certain enough to be accepted", "可信度不足，未予采纳")


def _at_once(s: Straight, accept: float, area: str) -> tuple[Any, ...]:
    """Return the row of a straight answer."""
    accepted = s.probability >= accept
    shown = {
        "code": s.code,
        "name": s.name,
        "level": "plate",
        "x": round(s.x, 2),
        "y": round(s.y, 2),
        "error_m": round(s.error, 1),
        "probability": round(s.probability, 4),
        "matched": [s.matched],
        "area": area,
    }
    return (
        "accepted" if accepted else "ambiguous",
        s.x if accepted else np.nan,
        s.y if accepted else np.nan,
        s.error,
        s.probability,
        "plate",
        [s.matched],
        [],
        [shown],
        [{"en": r.en, "zh": r.zh} for r in (s.reasons if accepted else [*s.reasons, _doubt(1)])],
    )


def _nothing(*why: Text, ignored: Sequence[str] = ()) -> tuple[Any, ...]:
    said = [{"en": text.en, "zh": text.zh} for text in why]
    return ("rejected", np.nan, np.nan, np.nan, 0.0, "", [], list(ignored), [], said)


def _ignored(parsed: Parsed, best: Candidate) -> list[str]:
    """Return the typed pieces that did not help to find the place."""
    used = {m["typed"] for m in best.matched}
    doors = {"plate", "building", "interpolated"}
    silent = {"link", "cross", "direction", "distance", "relation", "gate"}
    silent |= {"province", "city", "county", "town", "community"}
    if best.level in doors:
        silent |= {"number", "number_to", "lane", "building", "unit", "floor", "room"}
    return [
        parsed.typed(p)
        for p in parsed.parts
        if p.label not in silent and parsed.typed(p) not in used
    ]
