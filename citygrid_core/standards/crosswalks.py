"""From the classes of one edition to those of another, by tables that say how sure they are."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from citygrid_core.standards.classes import ClassKind
from citygrid_core.standards.edition import load_edition
from citygrid_core.standards.errors import UnknownCrosswalk
from citygrid_core.standards.sources import PACKAGE_DATA, layers, read_table, user_folder

_COLUMNS = ("from_code", "from_name", "to_code", "to_name", "relation")
_ALL = [*_COLUMNS, "confidence", "source"]


def crosswalk(
    from_: str, to: str, kind: ClassKind = "component", folder: Path | None = None
) -> pd.DataFrame:
    """Return what each class of one edition is in another.

    A table that exists in the other direction only is turned round: classes that
    it merged are then split, and classes that nothing maps to are dropped.

    Parameters
    ----------
    from_, to : str
        Edition ids.
    kind : str
        ``component`` or ``event``.
    folder : Path, optional
        Folder with the user's own standards; default ``CITYGRID_STANDARDS``.

    Returns
    -------
    DataFrame
        from_code, from_name, to_code, to_name, relation, confidence, source, and the
        English names from_name_en, to_name_en; one row for each pair. `relation` is ``same`` (same name), ``moved`` (same
        name, another major class), ``renamed``, ``merged`` (others map there
        too), ``split`` (several rows: a person decides) or ``dropped`` (to_code
        is empty).

    Raises
    ------
    UnknownCrosswalk
        There is no such table.
    """
    own = user_folder(folder)
    there = _read(from_, to, kind, own)
    if there is None and (back := _read(to, from_, kind, own)) is not None:
        there = _turned(back, from_, kind, own)
    if there is not None:
        for side, edition in (("from", from_), ("to", to)):
            names = load_edition(edition, own).catalogues[kind].names("en")
            there[f"{side}_name_en"] = [names.get(c, "") for c in there[f"{side}_code"]]
        return there
    raise UnknownCrosswalk(from_, to, crosswalks(folder))


def crosswalks(folder: Path | None = None) -> list[str]:
    """Return all tables that there are, as ``"from -> to"``."""
    places = [PACKAGE_DATA]
    own = user_folder(folder)
    if own is not None:
        places.append(own)
    found = set()
    for place in places:
        for path in (place / "crosswalks").glob("components_*_*.csv"):
            _, a, b = path.stem.removesuffix(".only").split("_")
            found.add(f"{a} -> {b}")
    return sorted(found)


def _read(from_: str, to: str, kind: ClassKind, folder: Path | None) -> pd.DataFrame | None:
    name = f"crosswalks/{kind}s_{from_}_{to}.csv"
    if not layers(name, folder):
        return None
    # The user's rows replace all of ours for the class they speak of.
    ours = read_table(name, ("from_code", "to_code"), _COLUMNS, None)
    if folder is not None and layers(name, folder) != layers(name, None):
        theirs = read_table(name, ("from_code", "to_code"), _COLUMNS, folder)
        known = {(r["from_code"], r["to_code"]): r for r in ours}
        said = {r["from_code"] for r in theirs if known.get((r["from_code"], r["to_code"])) != r}
        rows = [r for r in theirs if r["from_code"] not in said or _changed(r, known)]
    else:
        rows = ours
    frame = pd.DataFrame(rows, columns=_ALL, dtype=object).fillna("")
    frame["confidence"] = frame["confidence"].where(frame["confidence"] != "", "unconfirmed")
    ordered: pd.DataFrame = frame.sort_values(
        ["from_code", "to_code"], kind="stable", ignore_index=True
    )
    return ordered


def _changed(row: dict[str, str], known: dict[tuple[str, str], dict[str, str]]) -> bool:
    return known.get((row["from_code"], row["to_code"])) != row


def _turned(table: pd.DataFrame, from_: str, kind: ClassKind, folder: Path | None) -> pd.DataFrame:
    """Turn a table round, so that each class of `from_` has a row."""
    pairs = table[table["to_code"] != ""].rename(
        columns={
            "from_code": "to_code",
            "from_name": "to_name",
            "to_code": "from_code",
            "to_name": "from_name",
        }
    )[_ALL]
    classes = load_edition(from_, folder).catalogues[kind].classes
    lost = [
        [c.code, c.name, "", "", "dropped", "inferred", "no class maps to it"]
        for c in classes.values()
        if c.code not in set(pairs["from_code"])
    ]
    targets = pairs.groupby("from_code")["to_code"].transform("size")
    sources = pairs.groupby("to_code")["from_code"].transform("size")
    plain = pairs["relation"].where(~pairs["relation"].isin(["split", "merged"]), "renamed")
    pairs["relation"] = plain.mask(sources > 1, "merged").mask(targets > 1, "split")
    out = pd.concat([pairs, pd.DataFrame(lost, columns=_ALL, dtype=object)])
    ordered: pd.DataFrame = out.sort_values(
        ["from_code", "to_code"], kind="stable", ignore_index=True
    )
    return ordered
