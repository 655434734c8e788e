"""How near two of a class can stand: radii as data, by a word in the name of the class."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from citygrid_core.errors import Problem, Text, UnusableInput
from citygrid_core.standards import Edition

_FILE = Path(__file__).with_name("data") / "radii.csv"


def class_radii(edition: Edition, file: Path | None = None) -> dict[str, float]:
    """Return the radius (m) of each component class of an edition.

    Parameters
    ----------
    edition : Edition
    file : Path, optional
        A CSV file of your own: word, radius_m. The longest word that the name of the
        class holds counts; the row with an empty word is for every other class.

    Returns
    -------
    dict
        Class code to radius; two of the class that are nearer were probably
        surveyed twice.

    Raises
    ------
    UnusableInput
        A radius is no number; the row is named.
    """
    words = _words(file or _FILE)
    classes = edition.catalogues["component"].classes
    return {code: _of(info.name, words) for code, info in classes.items()}


def _of(name: str, words: Mapping[str, float]) -> float:
    fitting = [w for w in words if w in name]
    return words[max(fitting, key=len)] if fitting else 0.0


@cache
def _read(file: Path, _changed: float) -> dict[str, float]:
    words: dict[str, float] = {}
    with file.open(encoding="utf-8-sig", newline="") as opened:
        for number, row in enumerate(csv.DictReader(opened), start=2):
            try:
                radius = float(row["radius_m"])
            except (KeyError, TypeError, ValueError):
                said = str(row.get("radius_m", ""))
                raise UnusableInput(
                    Problem(
                        "radius.number",
                        Text(repr(said), f"“{said}”"),
                        Text("metres, a number", "米，数字"),
                        file=file.name,
                        row=number,
                        field="radius_m",
                    )
                ) from None
            words[(row.get("word") or "").strip()] = radius
    return words


def _words(file: Path) -> dict[str, float]:
    return _read(file, file.stat().st_mtime)
