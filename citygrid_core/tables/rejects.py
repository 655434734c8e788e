"""Rows that were set aside: as they came, and why.

The rejects file is the input again with the reasons beside each row: correct it and
read it again. It opens in Excel as it is (UTF-8 with a byte order mark, or XLSX). A
cell that Excel would take for a formula gets one apostrophe in front; a cell that
begins with apostrophes and such a sign gets one more. So the apostrophe that was
added is always the first one, and reading a rejects file takes it off again.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from citygrid_core.errors import OF_REJECTS, Language, Problem, Text
from citygrid_core.tables.saving import saved, write_sheet

#: Columns that a rejects file has before the row's own.
COLUMNS = (
    Text("reject: row", "拒收：行号"),
    Text("reject: reason", "拒收：原因"),
)
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")


@dataclass(frozen=True)
class Reject:
    """One row that was not taken.

    Attributes
    ----------
    row : int
        Its number in the file, as the user sees it.
    raw : dict
        Column of the file to the text that stands there.
    problems : tuple of Problem
        All that is wrong with it.
    """

    row: int
    raw: dict[str, str]
    problems: tuple[Problem, ...]


def guarded(text: str) -> str:
    """Return a text that no sheet takes for a formula; plain numbers stay as they are."""
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text


def unguarded(text: str) -> str:
    """Return what `guarded` was given."""
    if text.startswith("'") and _FORMULA.match(text):
        return text[1:]
    return text


def write_rejects(
    path: str | Path,
    rejects: Sequence[Reject],
    lang: Language | None = None,
    *,
    overwrite: bool = True,
) -> Path:
    """Write rejected rows with their reasons.

    Parameters
    ----------
    path : path
        ``.xlsx`` writes a workbook whose cells are all text, which Excel can't spoil;
        anything else is CSV.
    rejects : sequence of Reject
    lang : {"zh", "en"}, optional
        Language of the reasons and of their columns; default: the command's, Chinese where
        nobody said one.
    overwrite : bool
        A rejects file is replaced by the next run's.

    Raises
    ------
    UsageError
        `path` is a workspace, or exists and must not be replaced.
    """
    path, lang = Path(path), lang or OF_REJECTS.get()
    names = list(dict.fromkeys(name for r in rejects for name in r.raw))
    separator = "；" if lang == "zh" else "; "
    several = len({p.file for r in rejects for p in r.problems}) > 1
    header = [*(c.text(lang) for c in COLUMNS), *names]
    rows = [
        [
            str(r.row),
            separator.join(_reason(p, lang, several) for p in r.problems),
            *(r.raw.get(n, "") for n in names),
        ]
        for r in rejects
    ]
    with saved(path, overwrite=overwrite) as temporary:
        if path.suffix.lower() == ".xlsx":
            write_sheet(temporary, "rejects", header, rows)
        else:
            out = io.StringIO(newline="")
            writer = csv.writer(out, lineterminator="\r\n")
            writer.writerow([guarded(c) for c in header])
            writer.writerows([guarded(c) for c in row] for row in rows)
            temporary.write_bytes(out.getvalue().encode("utf-8-sig", "replace"))
    return path


def _reason(problem: Problem, lang: Language, several: bool) -> str:
    """Return a problem without the row, which stands beside it; with the file of several."""
    return replace(problem, row=None, file=problem.file if several else "").text(lang)


def is_rejects_file(names: Sequence[str]) -> bool:
    """Return whether columns are those of a rejects file."""
    return any(tuple(names[:2]) == tuple(c.text(lang) for c in COLUMNS) for lang in ("zh", "en"))
