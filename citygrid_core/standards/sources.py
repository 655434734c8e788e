"""Data files of the standards: the package's own, with the user's folder on top.

A file of the same name in the user's folder *extends* ours: a row with the same
key replaces our row, other rows are added; a TOML file replaces the keys it
names. A file called ``NAME.only.csv`` takes the whole table's place.
"""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from citygrid_core.errors import Problem, Text, UnusableInput

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

#: Facts that come with the package.
PACKAGE_DATA = Path(__file__).resolve().parent / "data"
#: Environment variable that names the user's folder of standards.
ENVIRONMENT = "CITYGRID_STANDARDS"

Row = dict[str, str]


def user_folder(folder: Path | str | None = None) -> Path | None:
    """Return the user's folder: the one given, else what ``CITYGRID_STANDARDS`` names.

    Raises
    ------
    UnusableInput
        The folder is not there: a typing error must not bring back other classes.
    """
    named = folder if folder is not None else os.environ.get(ENVIRONMENT) or None
    if named is None:
        return None
    path = Path(named)
    if not path.is_dir():
        raise UnusableInput(
            Problem(
                "standards.folder",
                Text(f"no folder {str(path)!r}", f"没有文件夹“{path}”"),
                Text("a folder with your own standards data", "存放自有标准数据的文件夹"),
                Text(
                    f"correct the path, or unset {ENVIRONMENT}",
                    f"请更正路径，或取消环境变量 {ENVIRONMENT}",
                ),
                file=str(path),
            )
        )
    return path


def signature(folder: Path | None) -> tuple[tuple[str, int, int], ...]:
    """Return names, times and sizes of the user's files: changes when one of them does."""
    if folder is None:
        return ()
    files = sorted(p for p in folder.rglob("*") if p.suffix in {".csv", ".toml"})
    return tuple((str(p), s.st_mtime_ns, s.st_size) for p in files for s in (p.stat(),))


def layers(name: str, folder: Path | None) -> list[Path]:
    """Return the files that make up `name`, the lowest first.

    Parameters
    ----------
    name : str
        Path below the data folder, e.g. ``"gbt47678-2026/components.csv"``.
    """
    found = [PACKAGE_DATA / name]
    if folder is not None:
        alone = folder / name.replace(".csv", ".only.csv")
        if name.endswith(".csv") and alone.is_file():
            found = [alone]
        found.append(folder / name)
    return [p for p in found if p.is_file()]


def read_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, Row]]:
    """Yield (row number, row) of a CSV file; the header is row 1.

    Parameters
    ----------
    columns : sequence of str
        Columns that must be there.

    Raises
    ------
    UnusableInput
        A column is missing, or rows are shifted (more or fewer values than the header).
    """
    text = _decode(path)
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [h.strip() for h in next(reader, [])]
    missing = [c for c in columns if c not in header]
    if missing:
        raise UnusableInput(
            Problem(
                "standards.columns",
                Text(f"columns {', '.join(header)}", f"字段 {'、'.join(header)}"),
                Text(f"also {', '.join(missing)}", f"还应有 {'、'.join(missing)}"),
                file=str(path),
                row=1,
            )
        )
    rows: list[tuple[int, Row]] = []
    shifted: list[Problem] = []
    for values in reader:
        number = reader.line_num
        if not any(v.strip() for v in values):
            continue
        if len(values) != len(header):
            shifted.append(_shifted(path, number, len(values), len(header)))
            continue
        rows.append((number, {h: v.strip() for h, v in zip(header, values, strict=True)}))
    if shifted:
        raise UnusableInput(*shifted)
    yield from rows


def _shifted(path: Path, number: int, found: int, expected: int) -> Problem:
    return Problem(
        "standards.shifted",
        Text(f"{found} values", f"{found} 个值"),
        Text(f"{expected}, as in the header", f"与表头一致的 {expected} 个值"),
        Text("put a value that has a comma in quotes", "含逗号的值请加双引号"),
        file=str(path),
        row=number,
    )


def _decode(path: Path) -> str:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What Excel writes on a Chinese desktop.
        return raw.decode("gb18030")


def read_table(
    name: str, key: Sequence[str], columns: Sequence[str], folder: Path | None
) -> list[Row]:
    """Read a table through all its layers.

    Parameters
    ----------
    name : str
        Path below the data folder.
    key : sequence of str
        Columns that name a row; a row of an upper layer replaces the one below.
        Without a key the rows of all layers follow one another.
    columns : sequence of str
        Columns that every layer must have; others are kept, empty where a layer
        lacks them.

    Returns
    -------
    list of dict
        In the order in which keys first appear.
    """
    merged: dict[tuple[str, ...], Row] = {}
    for path in layers(name, folder):
        seen: dict[tuple[str, ...], int] = {}
        for number, row in read_rows(path, columns):
            named = tuple(row[k] for k in key) if key else (str(path), str(number))
            if named in seen:
                raise UnusableInput(_twice(path, number, named, seen[named]))
            seen[named] = number
            merged[named] = {**merged.get(named, {}), **row}
    every = list(dict.fromkeys(c for row in merged.values() for c in row))
    return [{c: row.get(c, "") for c in every} for row in merged.values()]


def _twice(path: Path, number: int, named: tuple[str, ...], first: int) -> Problem:
    shown = " ".join(named)
    return Problem(
        "standards.twice",
        Text(f"{shown!r} again", f"“{shown}”重复"),
        Text(f"once (row {first} has it)", f"只出现一次（第{first}行已有）"),
        file=str(path),
        row=number,
    )


def read_toml(name: str, folder: Path | None) -> dict[str, Any]:
    """Read a TOML file through its layers: upper tables are merged into lower ones."""
    merged: dict[str, Any] = {}
    for path in layers(name, folder):
        try:
            merged = _merge(merged, tomllib.loads(_decode(path)))
        except tomllib.TOMLDecodeError as error:
            raise UnusableInput(
                Problem(
                    "standards.toml",
                    Text(str(error), str(error)),
                    Text("a TOML file", "TOML 文件"),
                    file=str(path),
                )
            ) from error
    return merged


def _merge(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    out = dict(below)
    for name, value in above.items():
        old = out.get(name)
        whole = name == "parts"  # digits belong together: half a structure means nothing
        if isinstance(old, dict) and isinstance(value, dict) and not whole:
            out[name] = _merge(old, value)
        else:
            out[name] = value
    return out
