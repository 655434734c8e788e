"""The one way a file of rows comes into a workspace.

Read the file, let the family's own `Preparation` turn rows into what is stored,
compare with what is stored already, write the new and the changed, set the bad
rows aside. Whatever is imported, the books balance and a second run changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import geopandas as gpd
import pandas as pd
import pyproj

from citygrid_core.errors import Problem, Text, UsageError
from citygrid_core.frames import keys_of
from citygrid_core.operations.importing.storing import Following, Minting, store
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.tables import Batch, Field, Mapping, Reject, read, write_rejects
from citygrid_core.tables.saving import check_target
from citygrid_core.workspace import Workspace
from citygrid_core.workspace.schema import CHOICES, FAMILIES

if TYPE_CHECKING:
    from typing_extensions import Required

Positions = Literal["required", "optional", "ignore"]


@dataclass(frozen=True)
class SourceOptions:
    """How to read a foreign file: what the common options of the command line say."""

    mapping: Path | Mapping | None = None
    crs: str | None = None
    datum: str | None = None
    encoding: str | None = None
    layer: str | None = None

    def resolved(self) -> Mapping | None:
        """Return the mapping, loaded when it was given as a file."""
        if self.mapping is None or isinstance(self.mapping, Mapping):
            return self.mapping
        return Mapping.load(self.mapping)

    def reading(self) -> dict[str, Any]:
        """Return what `tables.read` has to know of the file."""
        return {
            "mapping": self.resolved(),
            "crs": self.crs,
            "datum": self.datum,
            "encoding": self.encoding,
            "layer": self.layer,
        }


class Importing(TypedDict, total=False):
    """What every import may be told: see `import_file`."""

    options: SourceOptions
    on: Required[str]
    who: str
    dry_run: bool
    rejects: Path | None
    progress: Progress


@dataclass
class Rows:
    """Rows on their way in.

    Attributes
    ----------
    frame : DataFrame or GeoDataFrame
        Columns of the family, plus ``source_row``; unique index.
    bad : dict
        Index label to the problems of that row.
    findings : list of Problem
        What a person should know of rows that are stored all the same.
    """

    frame: gpd.GeoDataFrame | pd.DataFrame
    bad: dict[Any, list[Problem]] = field(default_factory=dict)
    findings: list[Problem] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)

    def reject(self, index: Any, problem: Problem) -> None:
        """Set one row aside for one reason; a row may have several."""
        self.bad.setdefault(index, []).append(problem)

    def row(self, index: Any) -> int:
        """Return the number of a row as the user sees it in the file."""
        at: Any = self.frame.at[index, "source_row"]
        return int(at)

    @property
    def good(self) -> gpd.GeoDataFrame | pd.DataFrame:
        """Rows that nothing is wrong with."""
        if not self.bad:
            return self.frame
        return self.frame.loc[~self.frame.index.isin(list(self.bad))]


#: Turns rows as read into rows as stored (in place: frame, bad, findings).
Preparation = Callable[[Rows], None]


def problem(
    rule: str,
    field_: str,
    found: object,
    expected: Text,
    cure: Text = Text("", ""),
    row: int | None = None,
) -> Problem:
    """Return a `Problem` with the value found quoted; the file is filled in later.

    What is found may also be said in words: a `Text`.
    """
    said = "" if found is None else str(found)
    shown = Text(repr(said), f"“{said}”") if said else Text("nothing", "空值")
    if isinstance(found, Text):
        shown = found
    return Problem(rule, shown, expected, cure, row=row, field=field_)


def choices(name: str) -> dict[str, tuple[str, ...]]:
    """Return a value list of the schema as a `Field` takes it: stored value, English, Chinese."""
    return {value: (value, *text) for value, text in CHOICES[name].items()}


def text_column(frame: pd.DataFrame, name: str) -> pd.Series:
    """Return a column as text, empty where it is missing or absent."""
    if name not in frame:
        return pd.Series("", index=frame.index, dtype=object)
    column = frame[name].astype(object)
    text: pd.Series = column.where(column.notna(), "").astype(str).astype(object)
    return text


def with_datum(
    workspace: Workspace, path: Path, options: SourceOptions
) -> tuple[SourceOptions, list[Problem]]:
    """Return options with a datum, detected where it is ``auto``, and what told it.

    Raises
    ------
    UnusableInput
        Nothing is said of it, and the positions lie as on a web map.
    UsageError
        ``auto``, and nothing is clearly right.
    """
    if options.datum != "auto" and not _leaves_open(options):
        return options, []
    # the geocoder costs time to load
    from citygrid_core.operations.geocode.datum import refuse_shifted, with_detected_datum

    if options.datum != "auto":
        refuse_shifted(workspace, path, options)
    return with_detected_datum(workspace, path, options)


def _leaves_open(options: SourceOptions) -> bool:
    """Whether nothing is said of the datum, and positions may be degrees."""
    mapping = options.resolved()
    if options.datum or (mapping and mapping.datum):
        return False
    said = options.crs or (mapping and mapping.crs)
    try:
        return not said or pyproj.CRS(said).is_geographic
    except pyproj.exceptions.CRSError:
        return False  # the reading says it


def import_file(
    workspace: Workspace,
    path: Path,
    *,
    operation: str,
    family: str,
    fields: Sequence[Field],
    key: Sequence[str],
    compare: Sequence[str],
    prepare: Preparation,
    options: SourceOptions = SourceOptions(),
    mint: Minting | None = None,
    follow: Following | None = None,
    on: str,
    who: str = "",
    dry_run: bool = False,
    rejects: Path | None = None,
    positions: Positions = "required",
    progress: Progress = no_progress,
) -> Report:
    """Import one file into one family in one transaction.

    Parameters
    ----------
    key : sequence of str
        Columns that say which stored row is the same thing.
    compare : sequence of str
        Columns whose difference makes a row "changed"; an empty value in the
        file says nothing and so changes nothing.
    positions : {"required", "optional", "ignore"}
        Whether a row needs a position, see `tables.read`.
    on : str
        ISO date from which new and changed rows are valid.

    Returns
    -------
    Report
        read = stored + unchanged + rejected.
    """
    path = Path(path)
    refuse_own_file(workspace, path, rejects)
    options, told = with_datum(workspace, path, options)
    progress("reading", 0, 3)
    batch = read(
        path,
        fields,
        **options.reading(),
        to_crs=workspace.crs,
        positions=positions,
        timezone=workspace.timezone,
    )
    report = Report(operation, read=batch.read, cautions=told, dry_run=dry_run)
    progress("checking", 1, 3)
    rows = Rows(batch.frame)
    prepare(rows)
    _reject_duplicates(rows, key, path.name)
    declared = FAMILIES[family]
    with workspace.transaction(operation, who=who, parameters={"file": path.name, "on": on}) as tx:
        progress("storing", 2, 3)
        stored = store(tx, workspace, declared, rows.good, key, compare, on, mint, follow)
        if dry_run:
            tx.rollback()
    report.stored, report.unchanged = stored.new + stored.changed, stored.unchanged
    _books(report, batch, rows, path, rejects)
    report.details = {
        "new": stored.new,
        "changed": stored.changed,
        "repaired": len(batch.repairs),
        **rows.details,
    }
    progress("done", 3, 3)
    return report


def _reject_duplicates(rows: Rows, key: Sequence[str], file: str) -> None:
    good = rows.good
    keys = pd.Series(keys_of(good, key).to_numpy(), index=good.index)
    named = keys.str.strip("\x1f") != ""
    twice = keys.duplicated(keep="first") & named
    first = dict(zip(keys[~twice], good.loc[~twice, "source_row"], strict=True))
    for index in keys.index[twice]:
        shown = keys[index].split("\x1f")[-1]
        rows.reject(
            index,
            problem(
                "row.duplicate",
                key[-1],
                shown,
                Text(
                    f"a key used once in {file}; row {first[keys[index]]} has it already",
                    f"在{file}中唯一，第{first[keys[index]]}行已使用",
                ),
                Text("keep one of the rows, or correct its key", "保留其中一行，或更正其编号"),
            ),
        )


def rejected(batch: Batch, rows: Rows, path: Path) -> list[Reject]:
    """Return every row of a batch that is not stored, as it came, with its reasons."""
    from dataclasses import replace

    all_rejects = list(batch.rejects)
    for index, found in rows.bad.items():
        row = rows.row(index)
        raw = {str(k): "" if pd.isna(v) else str(v) for k, v in batch.raw.loc[index].items()}
        placed = tuple(replace(p, file=path.name, row=row) for p in found)
        all_rejects.append(Reject(row, raw, placed))
    all_rejects.sort(key=lambda r: r.row)
    return all_rejects


def _books(
    report: Report,
    batch: Batch,
    rows: Rows,
    path: Path,
    rejects: Path | None,
) -> None:
    from dataclasses import replace

    all_rejects = rejected(batch, rows, path)
    report.rejected = len(all_rejects)
    report.problems = [p for r in all_rejects for p in r.problems]
    report.problems += [replace(p, file=p.file or path.name) for p in rows.findings]
    if rejects is not None and all_rejects:
        write_rejects(rejects, all_rejects)


def refuse_own_file(workspace: Workspace, path: Path, rejects: Path | None = None) -> None:
    """Raise when the file to read is the workspace itself, or rejects can't be written.

    Raises
    ------
    UsageError
        Two SQLite libraries on one file would destroy it; rejects would take the place of
        the file that is read, or come to nothing after its good rows were stored.
    """
    if rejects is not None:
        check_target(Path(rejects), overwrite=True)
        if Path(rejects).resolve() == Path(path).resolve():
            raise UsageError(
                Text(
                    f"{path} is read; name another file for the rejects",
                    f"{path} 正是要读入的文件，请为退回行另指定文件",
                )
            )
    if Path(path).resolve() == Path(workspace.path).resolve():
        raise UsageError(
            Text(
                f"{path} is the workspace itself; name another file to read from",
                f"{path} 就是城市工作库本身，请指定其他文件",
            )
        )
