"""Cases come into the workspace: classified, located, tied to grid and duty, numbered."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd

from citygrid_core.accept import ACCEPT
from citygrid_core.cases.privacy import unspoken
from citygrid_core.errors import Problem, UnusableInput
from citygrid_core.operations.cases.fields import CODES
from citygrid_core.operations.cases.keep import Keeping
from citygrid_core.operations.cases.rows import Part, Sources, parts, parts_of
from citygrid_core.operations.cases.told_again import ToldAgain
from citygrid_core.operations.importing.apart import apart
from citygrid_core.operations.importing.books import Books
from citygrid_core.operations.importing.intake import SourceOptions, refuse_own_file
from citygrid_core.operations.importing.storing import store
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.workspace import Transaction, Workspace
from citygrid_core.workspace.schema import FAMILIES

COMPARE = (
    "source", "object_kind", "class_code", "component_code", "condition", "area_class",
    "description", "address", "reported_at", "registered_at", "dispatched_at", "handled_at",
    "checked_at", "closed_at", "due_at", "stage", "note",
)  # fmt: skip
#: From this size on (bytes) files are read in a process of their own.
_LARGE = 16_000_000


def import_cases(
    workspace: Workspace,
    path: Path | Sequence[Path],
    *,
    source_system: str = "",
    accept: float = ACCEPT,
    options: SourceOptions = SourceOptions(),
    on: str,
    who: str = "",
    dry_run: bool = False,
    rejects: Path | None = None,
    rows_at_once: int = 50_000,
    processes: int = 1,
    progress: Progress = no_progress,
) -> Report:
    """Import cases from files, in parts, in one transaction.

    A case is placed by its own point, else by the component that it names, else
    by its address when the match is sure enough (`accept`); one that none of these
    place is stored without a grid and counted as not located: never a default point.
    Where the file tells no deadline, the limits of the city do, from the dispatch on.
    What the log of a held case has, no file changes (`told_again`). What is told to
    have happened after now is refused: a device's clock was wrong, or somebody's typing.

    Parameters
    ----------
    path : Path or sequence of Path
        One delivery; a case is in it once.
    source_system : str
        Who delivers; with the number in the source it says what is the same case.
        Default: the file's own column or constant, or "default".
    on : str
        ISO date of the import. A day that lies ahead of the workspace's clock is taken to be
        over: so data of a time to come are imported on purpose.
    rows_at_once : int
        Rows held in memory at a time; a default point is looked for among so many.
    processes : int
        With 2, large files are read in another process while this one stores.

    Returns
    -------
    Report
        read = stored + unchanged + rejected; details: new, changed, repaired, located (by
        what), duty (by outcome), contradictions, twins (new cases that may repeat an
        earlier one).
    """
    files = [Path(path)] if isinstance(path, (str, Path)) else [Path(p) for p in path]
    for file in files:
        refuse_own_file(workspace, file, rejects)
    now = workspace.city_time()
    sources = Sources(
        str(workspace.path), tuple(files), source_system, accept, options, rows_at_once,
        latest=now if on <= now[:10] else f"{on}T23:59:59",
    )  # fmt: skip
    books = Books("cases import", dry_run=dry_run)
    details: dict[str, Any] = {}
    cautions: list[Problem] = []
    progress("reading", 0, 0)
    facts = {"file": "、".join(f.name for f in files), "on": on}
    with workspace.transaction("cases import", who=who, parameters=facts) as tx:
        keeping, again = Keeping(workspace), ToldAgain(workspace)

        def log(tx: Transaction, fresh: gpd.GeoDataFrame, changed: gpd.GeoDataFrame) -> None:
            keeping.log(tx, fresh)
            again.log(tx, changed)

        for part in _read(workspace, sources, processes):
            progress("storing", books.read, 0)
            frame = part.frame
            stored = store(
                tx, workspace, FAMILIES["cases"], frame, ("source_system", "source_number"),
                COMPARE, on, keeping.mint, log, amend=keeping.amend, settle=again.settle,
                held=frame.iloc[:0] if keeping.was_empty else None,
            )  # fmt: skip
            books.enter(part, stored, [replace(p, file=part.file) for p in again.findings])
            cautions += part.cautions
            _add(details, part.details)
            if again.findings:
                _add(details, {"contradictions": {"log": len(again.findings)}})
            again.findings = []
        details["twins"] = keeping.twins()
        if dry_run:
            tx.rollback()
    report = books.close(rejects, **details)
    report.cautions = cautions
    progress("done", report.read, report.read)
    return report


def _read(workspace: Workspace, sources: Sources, processes: int) -> Iterator[Part]:
    """Yield the parts of a delivery, read in another process where that is asked and worth it."""
    try:
        if processes > 1 and sum(os.path.getsize(f) for f in sources.files) >= _LARGE:
            yield from apart(parts, sources)
        else:
            yield from parts_of(workspace, sources)
    except UnusableInput as error:  # a file without a header shows its first row
        raise UnusableInput(*(unspoken(p, CODES) for p in error.problems)) from None


def _add(total: dict[str, Any], part: dict[str, Any]) -> None:
    """Add the counts of a part, and of what is inside them."""
    for name, value in part.items():
        if isinstance(value, dict):
            _add(total.setdefault(name, {}), value)
        else:
            total[name] = total.get(name, 0) + value
