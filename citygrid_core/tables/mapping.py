"""From their columns to ours: given by a mapping file, the rest guessed by labels."""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from citygrid_core.errors import Problem, Text, UnusableInput, UsageError
from citygrid_core.tables.fields import Field
from citygrid_core.tables.header import plain, spellings

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_TEXT_KEYS = ("x", "y", "crs", "datum", "encoding", "layer", "delimiter")
_TREATMENTS = ("mask", "drop", "keep")
_X_Y = (
    (
        ("经度", "东经", "lon", "lng", "long", "longitude", "经度坐标", "經度"),
        ("纬度", "北纬", "lat", "latitude", "纬度坐标", "緯度"),
    ),
    (
        ("东坐标", "横坐标", "easting", "east"),
        ("北坐标", "纵坐标", "northing", "north"),
    ),
    (
        ("x", "x坐标", "坐标x", "xcoord", "coordx", "pointx", "中心点x", "x座標"),
        ("y", "y坐标", "坐标y", "ycoord", "coordy", "pointy", "中心点y", "y座標"),
    ),
)
_DATUM_WORDS = (
    ("wgs84", re.compile(r"wgs(?:84)?")),
    ("cgcs2000", re.compile(r"cgcs(?:2000)?|国家?2000")),
    ("gcj02", re.compile(r"gcj(?:02)?|火星|高德|腾讯|amap|国测局")),
    ("bd09", re.compile(r"bd(?:09)?(?:ll)?|百度|baidu")),
)


@dataclass(frozen=True)
class Mapping:
    """How a sender's file becomes ours.

    Parameters
    ----------
    columns : dict
        Our field to their column. Fields that are not named are guessed by label.
    constants : dict
        Our field to one value for all rows.
    values : dict
        Our field to a dict of their value to ours.
    personal : dict
        Their column (or our field) to "mask", "drop" or "keep": what is personal in it.
    x, y : str
        Their columns of position (x is east or longitude); ``"-"`` means that
        there are none although the names look like it.
    crs, datum, encoding, layer, delimiter : str
        As in `read`; "" leaves it to the file.
    header_rows : int or tuple of int, optional
        How many rows the header has (0: none), or which rows they are, from 1.
    usual : bool
        Whether it says what files of a kind usually have, as those that come with citygrid do:
        a column that is not needed may be missing.
    """

    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    personal: dict[str, str] = field(default_factory=dict)
    x: str = ""
    y: str = ""
    crs: str = ""
    datum: str = ""
    encoding: str = ""
    layer: str = ""
    delimiter: str = ""
    header_rows: int | tuple[int, ...] | None = None
    usual: bool = False

    @classmethod
    def load(cls, toml: str | Path) -> Mapping:
        """Read a mapping file, or one of those that come with citygrid (`built_in`) by name.

        Raises
        ------
        UsageError
            It can't be read, is no TOML, or has a key or type that is not known.
        """
        path = built_in().get(str(toml), Path(toml))
        try:
            data = tomllib.loads(path.read_text("utf-8-sig"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise UsageError(
                Text(f"mapping {path.name}: {error}", f"映射文件 {path.name}：{error}")
            ) from error
        return replace(cls.of(data, path.name), usual=path in built_in().values())

    @classmethod
    def of(cls, data: dict[str, Any], name: str = "mapping") -> Mapping:
        """Return a mapping from plain data, as a TOML file holds it.

        Raises
        ------
        UsageError
            A key or type that is not known.
        """
        wrong: list[str] = []
        known = (*_TEXT_KEYS, "columns", "constants", "values", "personal", "header_rows")
        wrong += [f"{key} ?" for key in data if key not in known]
        wrong += [k for k in _TEXT_KEYS if not isinstance(data.get(k, ""), str)]
        for key in ("columns", "constants", "values", "personal"):
            if not isinstance(data.get(key, {}), dict):
                wrong.append(key)
        private = data.get("personal")
        if isinstance(private, dict):
            wrong += [f"personal.{k}" for k, v in private.items() if v not in _TREATMENTS]
        rows = data.get("header_rows")
        if isinstance(rows, list) and rows and all(type(r) is int and r > 0 for r in rows):
            rows = tuple(rows)
        elif not (rows is None or (type(rows) is int and rows >= 0)):
            wrong.append("header_rows")
        if data.get("delimiter") in ('"', "\n", "\r") or len(str(data.get("delimiter", ""))) > 1:
            wrong.append("delimiter")
        if not wrong:
            for field_, table in data.get("values", {}).items():
                if not isinstance(table, dict):
                    wrong.append(f"values.{field_}")
        if wrong:
            listed = ", ".join(wrong)
            raise UsageError(
                Text(
                    f"{name}: not understood: {listed}; known keys are {', '.join(known)}",
                    f"{name}：无法理解：{listed}；可用的键有 {', '.join(known)}",
                )
            )
        return cls(
            columns={k: str(v) for k, v in data.get("columns", {}).items()},
            constants={k: _plain_value(v) for k, v in data.get("constants", {}).items()},
            values={
                k: {str(a): _plain_value(b) for a, b in t.items()}
                for k, t in data.get("values", {}).items()
            },
            personal={k: str(v) for k, v in data.get("personal", {}).items()},
            header_rows=rows,
            **{k: data.get(k, "") for k in _TEXT_KEYS},
        )

    def over(self, base: Mapping, fields: Sequence[Field]) -> Mapping:
        """Return what `base` says of these fields where this mapping says nothing."""
        known = {f.name for f in fields}
        own = {*self.columns, *self.constants}

        def of(table: dict[str, Any], taken: set[str]) -> dict[str, Any]:
            return {k: v for k, v in table.items() if k in known and k not in taken}

        values = {
            k: {**base.values.get(k, {}), **self.values.get(k, {})}
            for k in (*of(base.values, set()), *self.values)
        }
        return replace(
            self,
            columns={**of(base.columns, own), **self.columns},
            constants={**of(base.constants, own), **self.constants},
            values=values,
            personal={**base.personal, **self.personal},
            **{k: getattr(self, k) or getattr(base, k) for k in _TEXT_KEYS},
        )

    def only(self, fields: Sequence[Field]) -> Mapping:
        """Return what it says of these fields and of positions: for a look at part of a file."""
        known = {f.name for f in fields}
        return replace(
            self,
            columns={k: v for k, v in self.columns.items() if k in known},
            constants={k: v for k, v in self.constants.items() if k in known},
            values={k: v for k, v in self.values.items() if k in known},
        )

    @classmethod
    def guess(cls, columns: Sequence[str], fields: Sequence[Field]) -> Mapping:
        """Return the mapping that the labels of the columns suggest.

        A column fits a field when it is spelled like its name or one of its labels,
        apart from width, case, spaces, punctuation and what stands in brackets; a
        Shapefile's name may be cut off after ten bytes.
        """
        places = Places(columns, fields, cls())
        found = {f: columns[j] for f, j in places.columns.items()}
        x = "" if places.x is None else columns[places.x]
        y = "" if places.y is None else columns[places.y]
        return cls(columns=found, x=x, y=y)

    def labels(self, fields: Sequence[Field]) -> set[str]:
        """Return every label by which a column of ours may be called, as compared."""
        said = [*self.columns.values(), self.x, self.y]
        for f in fields:
            said += [f.name, *f.labels]
        for pair in _X_Y:
            said += [*pair[0], *pair[1]]
        return {plain(s) for s in said if plain(s)}


def built_in() -> dict[str, Path]:
    """Return the mappings that come with citygrid: name to file."""
    folder = Path(__file__).parent / "mappings"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def _plain_value(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


class Places:
    """Which column of a file is which field.

    Attributes
    ----------
    columns : dict
        Field name to position of the column.
    x, y : int or None
        Positions of the coordinates.
    datum : str
        What the names of the coordinate columns say of the datum ("" nothing).
    problems : list of Problem
        What the mapping names and the file does not have.
    """

    def __init__(
        self, columns: Sequence[str], fields: Sequence[Field], mapping: Mapping, file: str = ""
    ) -> None:
        self.names = list(columns)
        self.file = file
        self.problems: list[Problem] = []
        self.columns: dict[str, int] = {}
        self._check_names(fields, mapping)
        needed = {f.name for f in fields if f.required}
        for name, theirs in mapping.columns.items():
            at = self._find(theirs, name, may_lack=mapping.usual and name not in needed)
            if at is not None:
                self.columns[name] = at
        self.x, self.y = self._axes(mapping)
        taken = {*self.columns.values(), self.x, self.y}
        named = {*(self.columns if mapping.usual else mapping.columns), *mapping.constants}
        todo = [f for f in fields if f.name not in named]
        self._guess(todo, {j for j in taken if j is not None})
        for f in fields:
            if f.required and f.name not in {*self.columns, *mapping.columns, *mapping.constants}:
                self._absent(f)
        self.datum = "" if self.x is None else _datum_of(self.names[self.x])

    def _check_names(self, fields: Sequence[Field], mapping: Mapping) -> None:
        known = [f.name for f in fields]
        named = [*mapping.columns, *mapping.constants, *mapping.values]
        unknown = sorted({n for n in named if n not in known})
        if unknown:
            raise UsageError(
                Text(
                    f"the mapping names {', '.join(unknown)}; the fields here are "
                    f"{', '.join(known)}",
                    f"映射中的字段 {', '.join(unknown)} 不存在；此处可用字段：{', '.join(known)}",
                )
            )

    def _find(self, theirs: str, ours: str, *, may_lack: bool = False) -> int | None:
        if theirs in self.names:
            return self.names.index(theirs)
        said = plain(theirs)
        for spell in (lambda n: [plain(n)], spellings):
            at = [j for j, n in enumerate(self.names) if said and said in spell(n)]
            if len(at) == 1:
                return at[0]
        if may_lack:
            return None
        near = difflib.get_close_matches(theirs, self.names, 3, 0.5)
        listed = ", ".join(near or self.names)
        self.problems.append(
            Problem(
                "column.missing",
                Text(f"no column {theirs!r}", f"没有列“{theirs}”"),
                Text(f"one of {listed}", f"以下之一：{listed}"),
                Text("correct the mapping", "请更正映射文件"),
                self.file,
                None,
                ours,
            )
        )
        return None

    def _absent(self, f: Field) -> None:
        listed = ", ".join(self.names)
        called = " / ".join((f.name, *f.labels))
        self.problems.append(
            Problem(
                "column.missing",
                Text(f"columns {listed}", f"列：{listed}"),
                Text(f"a column {called}", f"含有列 {called}"),
                Text(
                    f"name their column under [columns] of a mapping: {f.name} = ...",
                    f"请在映射文件的 [columns] 中注明：{f.name} = ...",
                ),
                self.file,
                None,
                f.name,
            )
        )

    def _guess(self, fields: Sequence[Field], taken: set[int]) -> None:
        said = [spellings(n) for n in self.names]
        wanted = [(f, [s for label in (f.name, *f.labels) if (s := plain(label))]) for f in fields]
        # First whole names for all fields, then looser spellings for those left.
        for depth in (1, 3):
            for f, labels in wanted:
                if f.name in self.columns:
                    continue
                for label in labels:
                    at = [j for j, s in enumerate(said) if j not in taken and label in s[:depth]]
                    if len(at) == 1 or (at and depth == 1):
                        self.columns[f.name] = at[0]
                        taken.add(at[0])
                        break
        for f, labels in wanted:
            if f.name not in self.columns:
                at = [j for j, n in enumerate(self.names) if j not in taken and _cut_off(n, labels)]
                if len(at) == 1:
                    self.columns[f.name] = at[0]
                    taken.add(at[0])

    def _axes(self, mapping: Mapping) -> tuple[int | None, int | None]:
        if mapping.x == "-" or mapping.y == "-":
            return None, None
        if mapping.x or mapping.y:
            return self._find(mapping.x, "x"), self._find(mapping.y, "y")
        taken = set(self.columns.values())
        best: tuple[int, int, int] | None = None
        for xs, ys in _X_Y:
            free = [j for j in range(len(self.names)) if j not in taken]
            east = [j for j in free if _axis(self.names[j], xs)]
            north = [k for k in free if _axis(self.names[k], ys)]
            pairs = [
                (j, k)
                for j in east
                for k in north
                if _datum_of(self.names[j]) == _datum_of(self.names[k])
            ]
            for j, k in pairs:
                shifted = int(_datum_of(self.names[j]) in ("gcj02", "bd09"))
                if best is None or shifted < best[0]:
                    best = (shifted, j, k)
            if best is not None:
                return best[1], best[2]
        return None, None


def _axis(name: str, labels: Sequence[str]) -> bool:
    for said in spellings(name):
        bare = said
        for _, word in _DATUM_WORDS:
            bare = word.sub("", bare)
        if said in labels or bare in labels:
            return True
    return False


def _datum_of(name: str) -> str:
    said = plain(name)
    return next((datum for datum, word in _DATUM_WORDS if word.search(said)), "")


def _cut_off(name: str, labels: Sequence[str]) -> bool:
    """Return whether `name` is a label cut to the ten bytes of a DBF field name."""
    said = plain(name)
    if len(said) < 2:
        return False
    for codec in ("utf-8", "gb18030"):
        size = len(name.encode(codec, "replace"))
        if size in (9, 10) and any(s.startswith(said) and s != said for s in labels):
            return True
    return False


def raise_if(problems: Sequence[Problem]) -> None:
    """Raise `UnusableInput` with all problems, if there are any."""
    if problems:
        raise UnusableInput(*problems)
