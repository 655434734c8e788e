"""Administrative division codes as data: provinces, cities without counties, kinds of area."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from citygrid_core.errors import Problem, Text, UnusableInput
from citygrid_core.standards.sources import Row, read_table


@dataclass(frozen=True, slots=True)
class AreaKind:
    """A range of street or community numbers and what it stands for (GB/T 10114)."""

    level: str
    first: int
    last: int
    name: Text
    confidence: str


@dataclass(frozen=True, slots=True)
class AreaRegistry:
    """What is known of the digits of administrative codes.

    Parameters
    ----------
    provinces : dict
        First two digits (GB/T 2260) to name.
    cities_without_counties : dict
        Six-digit codes ending in 00 that stand where a county code does.
    kinds : tuple of AreaKind
        Ranges of street and community numbers.
    """

    provinces: dict[str, Text]
    cities_without_counties: dict[str, Text]
    kinds: tuple[AreaKind, ...]

    def kind(self, level: str, number: int) -> AreaKind | None:
        """Return what a street or community number stands for, if it is known."""
        return next(
            (k for k in self.kinds if k.level == level and k.first <= number <= k.last), None
        )


def load_registry(folder: Path | None) -> AreaRegistry:
    """Read the registry, the user's rows on top of ours.

    Raises
    ------
    UnusableInput
        A code of the user's tables has not the digits that it must have.
    """
    names = ("code", "name")
    provinces = read_table("provinces.csv", ("code",), names, folder)
    cities = read_table("cities_without_counties.csv", ("code",), names, folder)
    kinds = read_table(
        "area_kinds.csv", ("level", "first"), ("level", "first", "last", "name"), folder
    )
    wrong = [*_wrong(provinces, 2, "provinces.csv")]
    wrong += _wrong(cities, 6, "cities_without_counties.csv")
    if wrong:
        raise UnusableInput(*wrong)
    return AreaRegistry(
        {r["code"]: Text(r.get("name_en") or r["name"], r["name"]) for r in provinces},
        {r["code"]: Text(r.get("name_en") or r["name"], r["name"]) for r in cities},
        tuple(
            AreaKind(
                r["level"],
                int(r["first"]),
                int(r["last"]),
                Text(r.get("name_en") or r["name"], r["name"]),
                r.get("confidence") or "unconfirmed",
            )
            for r in kinds
        ),
    )


def _wrong(rows: list[Row], digits: int, file: str) -> list[Problem]:
    return [
        Problem(
            "standards.area",
            Text(f"{r['code']!r} ({r['name']})", f"“{r['code']}”（{r['name']}）"),
            Text(f"{digits} digits", f"{digits} 位数字"),
            file=file,
            field="code",
        )
        for r in rows
        if not (r["code"].isascii() and r["code"].isdigit() and len(r["code"]) == digits)
    ]
