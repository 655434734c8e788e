"""One generation of the standards: code structures, classes, delivery fields."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from citygrid_core.errors import Problem, Text, UnusableInput, UsageError
from citygrid_core.standards.classes import (
    Catalogue,
    ClassInfo,
    ClassKind,
    ClassMatch,
    Extension,
)
from citygrid_core.standards.errors import UnknownClass, UnknownEdition
from citygrid_core.standards.registry import AreaRegistry, load_registry
from citygrid_core.standards.sources import (
    PACKAGE_DATA,
    Row,
    read_table,
    read_toml,
    signature,
    user_folder,
)
from citygrid_core.standards.structure import (
    CODE_KINDS,
    CodeKind,
    Structure,
    structure_from,
    text_of,
)

#: The edition that is meant where none is named.
DEFAULT_EDITION = "gbt47678-2026"
#: Words that say how sure a fact is, the surest first.
CONFIDENCE: dict[str, Text] = {
    "sourced": Text("two or more independent sources", "两个以上独立来源"),
    "single-source": Text("one second-hand transcription", "单一转录来源"),
    "inferred": Text("derived from a neighbouring edition", "由相邻版本推定"),
    "unconfirmed": Text("common knowledge or a guess", "行业常识或推测，未证实"),
}
_CLASS_COLUMNS = ("major_code", "major_name", "minor_code", "name", "geometry", "confidence")
#: What a class or a major class is called in English, by official name; the second column tells
#: apart classes of one name in several majors. The standards give no English names.
_ENGLISH, _ENGLISH_COLUMNS = "class_names.csv", ("name", "major_name", "name_en")
_GEOMETRIES = ("point", "line", "polygon")


@dataclass(frozen=True, slots=True)
class DeliveryField:
    """One field of a delivery as the edition names it.

    Parameters
    ----------
    column : str
        Our column, e.g. ``"owning_code"``.
    name : str
        The edition's field name, e.g. ``"QSDWDM"``.
    label : str
        Its Chinese name.
    type : str
        ``text``, ``number`` or ``date``.
    length : int or None
        Most characters.
    requirement : str
        M mandatory, C conditional, O optional.
    confidence, note : str
        How sure the name is, and remarks.
    """

    column: str
    name: str
    label: str
    type: str
    length: int | None
    requirement: str
    confidence: str
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Edition:
    """Everything that one generation of the standards fixes.

    Parameters
    ----------
    id : str
        e.g. ``"gbt47678-2026"``.
    title, state : Text
        What it is called; whether it is in force.
    standards : tuple of (str, Text)
        Numbers of the standards and their subjects.
    structures : dict
        ``area``, ``grid``, ``component``, ``event`` to `Structure`.
    catalogues : dict
        ``component``, ``event`` to `Catalogue`.
    registry : AreaRegistry
        Provinces and kinds of area.
    delivery_fields : dict
        ``component``, ``event``, ``grid`` to the fields of a delivery, in order.
    values : dict
        Our stored values to the words of a delivery, by column.
    date_format : str
        How a delivery writes dates (strftime).
    """

    id: str
    title: Text
    state: Text
    confidence: str
    standards: tuple[tuple[str, Text], ...]
    structures: dict[CodeKind, Structure]
    catalogues: dict[ClassKind, Catalogue]
    registry: AreaRegistry
    delivery_fields: dict[str, tuple[DeliveryField, ...]]
    values: dict[str, dict[str, str]]
    date_format: str
    folder: Path | None = field(default=None, repr=False)

    @property
    def component_classes(self) -> pd.DataFrame:
        """Component classes indexed by full code: name, major_code, major_name, minor_code, ..."""
        return self.catalogues["component"].frame()

    @property
    def event_classes(self) -> pd.DataFrame:
        """Event (2026: matter) classes indexed by full code; columns as `component_classes`."""
        return self.catalogues["event"].frame()

    @property
    def component_code_digits(self) -> int:
        """Digits of a component code: 16 or 17."""
        return self.structures["component"].digits

    @property
    def event_code_digits(self) -> int:
        """Digits of an event (matter) type code: 10 or 11."""
        return self.structures["event"].digits

    @property
    def grid_code_digits(self) -> int:
        """Digits of a unit grid code: 15, and 14 in CJ/T 213-2005."""
        return self.structures["grid"].digits

    @property
    def class_code_digits(self) -> int:
        """Digits of a class code: 4 or 5."""
        return self.catalogues["component"].digits

    def component_class(self, code: str) -> ClassInfo:
        """Return a component class by its full code.

        Raises
        ------
        UnknownClass
            The catalogue does not hold it.
        """
        return self._class("component", code)

    def event_class(self, code: str) -> ClassInfo:
        """Return an event (matter) class by its full code.

        Raises
        ------
        UnknownClass
            The catalogue does not hold it.
        """
        return self._class("event", code)

    def _class(self, kind: ClassKind, code: str) -> ClassInfo:
        try:
            return self.catalogues[kind].classes[code]
        except KeyError:
            raise UnknownClass(kind, str(code), self.id) from None

    def class_label(self, kind: str, code: str) -> Text:
        """Return what people call a class, or a major class; an unknown one is its code.

        Parameters
        ----------
        kind : str
            ``component`` or ``event``.
        code : str
            Class code, or the major's.
        """
        catalogue = self.catalogues["event" if kind == "event" else "component"]
        known = catalogue.classes.get(code)
        return known.label if known else catalogue.major_labels.get(code, Text(code, code))

    def stored_name(self, class_code: str, name: str) -> Text:
        """Return what people call a component with this stored name.

        The official name of its class is translated; any other name is the component's own.
        """
        info = self.catalogues["component"].classes.get(class_code)
        return info.label if info and info.name == name else Text(name, name)

    def find_class(self, kind: ClassKind, text: str) -> ClassMatch:
        """Find a class by its code, a code that lost its leading zeros, or its name.

        Parameters
        ----------
        kind : str
            ``component`` or ``event``.
        text : str
            What stands in the file.
        """
        return self.catalogues[kind].find(text)


def editions(folder: Path | str | None = None) -> list[str]:
    """Return the ids of all editions, the default first, then newest first by id.

    Parameters
    ----------
    folder : Path, optional
        Folder with the user's own standards; default ``CITYGRID_STANDARDS``.
    """
    places = [PACKAGE_DATA]
    own = user_folder(folder)
    if own is not None:
        places.append(own)
    found = {p.parent.name for place in places for p in place.glob("*/edition.toml")}
    return sorted(found, key=lambda name: (name != DEFAULT_EDITION, _year(name), name))


def _year(name: str) -> int:
    tail = name.rsplit("-", 1)[-1]
    return -int(tail) if tail.isdigit() else 0


def load_edition(edition: str | Edition = DEFAULT_EDITION, folder: Path | None = None) -> Edition:
    """Return an edition, the user's own data on top of the package's.

    Parameters
    ----------
    edition : str or Edition
        An id of `editions()`; an `Edition` is handed back as it is.
    folder : Path, optional
        Folder with the user's own standards; default ``CITYGRID_STANDARDS``. A
        changed file there is seen at the next call.

    Raises
    ------
    UnknownEdition
        Nothing is known of it.
    UnusableInput
        A data file of the user is wrong; every wrong row is named.
    """
    if isinstance(edition, Edition):
        return edition
    own = user_folder(folder)
    return _load(edition, own, signature(own))


@lru_cache(maxsize=32)
def _load(
    edition: str, folder: Path | None, _signature: tuple[tuple[str, int, int], ...]
) -> Edition:
    declared = read_toml(f"{edition}/edition.toml", folder)
    if not declared:
        raise UnknownEdition(edition, editions(folder))
    parts = read_toml("parts.toml", folder)
    base = str(declared.get("based_on", ""))
    if base:
        below = _declared(base, folder, [edition])
        declared = {**below, **declared, "codes": {**below["codes"], **declared.get("codes", {})}}
    delivery = declared.get("delivery", {})
    structures: dict[CodeKind, Structure] = {
        kind: structure_from(kind, declared["codes"][kind], parts) for kind in CODE_KINDS
    }
    return Edition(
        id=edition,
        title=text_of(declared.get("title", edition)),
        state=text_of(declared.get("state", "")),
        confidence=str(declared.get("confidence", "unconfirmed")),
        standards=tuple(
            (str(s["number"]), text_of(s.get("subject", ""))) for s in declared.get("standards", ())
        ),
        structures=structures,
        catalogues={
            kind: _catalogue(kind, edition, base, declared, structures[kind], folder)
            for kind in ("component", "event")
        },
        registry=load_registry(folder),
        delivery_fields=_delivery_fields(edition, base, folder),
        values={k: dict(v) for k, v in delivery.items() if isinstance(v, dict)},
        date_format=str(delivery.get("date_format", "%Y%m%d")),
        folder=folder,
    )


def _declared(edition: str, folder: Path | None, above: list[str]) -> dict[str, Any]:
    """Return what the edition below another declares; bases may not go round in a circle."""
    if edition in above:
        chain = " -> ".join([*above, edition])
        raise UsageError(Text(f"based_on goes in a circle: {chain}", f"based_on 循环：{chain}"))
    declared = read_toml(f"{edition}/edition.toml", folder)
    if not declared:
        raise UnknownEdition(edition, editions(folder))
    if not declared.get("based_on"):
        return declared
    raise UsageError(
        Text(
            f"{above[-1]} is based on {edition}, which is itself based on another; name that one",
            f"{above[-1]} 基于 {edition}，而后者也基于其他版本；请直接指定其基础版本",
        )
    )


def _rows(
    name: str,
    edition: str,
    base: str,
    key: tuple[str, ...],
    columns: tuple[str, ...],
    folder: Path | None,
) -> list[Row]:
    merged: dict[tuple[str, ...], Row] = {}
    for one in filter(None, (base, edition)):
        for row in read_table(f"{one}/{name}", key, columns, folder):
            merged[tuple(row[k] for k in key)] = row
    return list(merged.values())


def _catalogue(
    kind: ClassKind,
    edition: str,
    base: str,
    declared: dict[str, Any],
    structure: Structure,
    folder: Path | None,
) -> Catalogue:
    rows = _rows(
        f"{kind}s.csv", edition, base, ("major_code", "minor_code"), _CLASS_COLUMNS, folder
    )
    digits = {p.name: p.digits for p in structure.parts}
    wrong = [p for row in rows for p in _wrong_class(row, digits, f"{edition}/{kind}s.csv")]
    if wrong:
        raise UnusableInput(*wrong)
    rows.sort(key=lambda r: (r["major_code"], r["minor_code"]))
    known = read_table(_ENGLISH, _ENGLISH_COLUMNS[:2], _ENGLISH_COLUMNS, folder)
    english = {(r["name"], r["major_name"]): r["name_en"] for r in known}

    def of(row: Row, name: str, major: str = "") -> str:
        said = english.get((row[name], row.get(major, ""))) or english.get((row[name], ""), "")
        return row.get(f"{name}_en") or said

    return Catalogue(
        kind,
        [
            ClassInfo(
                r["major_code"] + r["minor_code"],
                r["name"],
                r["major_code"],
                r["major_name"],
                r["minor_code"],
                r["geometry"],
                r["confidence"] or "unconfirmed",
                of(r, "name", "major_name"),
                of(r, "major_name"),
            )
            for r in rows
        ],
        _extensions(kind, declared.get("extensions", ())),
    )


def _wrong_class(row: Row, digits: dict[str, int], file: str) -> Iterable[Problem]:
    """Yield what is wrong with one row of a class table."""
    for part in ("major", "minor"):
        code, n = row[f"{part}_code"], digits[part]
        if not (code.isascii() and code.isdigit() and len(code) == n):
            yield Problem(
                "standards.class",
                Text(f"{code!r} ({row['name']})", f"“{code}”（{row['name']}）"),
                Text(f"{n} digits, leading zeros kept", f"{n} 位数字，保留前导零"),
                file=file,
                field=f"{part}_code",
            )
    for column, known in (("geometry", _GEOMETRIES), ("confidence", (*CONFIDENCE, ""))):
        if row[column] not in known:
            words = ", ".join(filter(None, known))
            yield Problem(
                "standards.class",
                Text(f"{row[column]!r} ({row['name']})", f"“{row[column]}”（{row['name']}）"),
                Text(f"one of {words}", f"{words} 之一"),
                file=file,
                field=column,
            )


def _extensions(kind: str, declared: Iterable[dict[str, Any]]) -> list[Extension]:
    out = []
    for one in declared:
        if one["kind"] != kind:
            continue
        first, last = str(one["minors"]).split("-")
        out.append(
            Extension(
                str(one["majors"]),
                int(first),
                int(last),
                len(first),
                text_of(one.get("note", "")),
                str(one.get("confidence", "unconfirmed")),
            )
        )
    return out


def _delivery_fields(
    edition: str, base: str, folder: Path | None
) -> dict[str, tuple[DeliveryField, ...]]:
    rows = _rows(
        "delivery.csv", edition, base, ("table", "column"), ("table", "column", "field"), folder
    )
    out: dict[str, list[DeliveryField]] = {}
    for r in rows:
        out.setdefault(r["table"], []).append(
            DeliveryField(
                r["column"],
                r["field"],
                r.get("label", ""),
                r.get("type") or "text",
                int(r["length"]) if r.get("length") else None,
                r.get("requirement") or "O",
                r.get("confidence") or "unconfirmed",
                r.get("note", ""),
            )
        )
    return {table: tuple(fields) for table, fields in out.items()}
