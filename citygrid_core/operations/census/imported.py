"""A census of components comes into the workspace: classified, owned, located, coded."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd

from citygrid_core.operations.census.keys import Held
from citygrid_core.operations.census.parts import Survey, survey_parts
from citygrid_core.operations.census.rows import Proposals, fill_duties, mint_codes
from citygrid_core.operations.city import City
from citygrid_core.operations.importing.books import Books
from citygrid_core.operations.importing.intake import SourceOptions, refuse_own_file, with_datum
from citygrid_core.operations.importing.storing import store
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.standards import load_edition
from citygrid_core.tables import write
from citygrid_core.workspace import Transaction, Workspace
from citygrid_core.workspace.schema import FAMILIES

COMPARE = (
    "class_code",
    "name",
    "supervising_code",
    "owning_code",
    "maintaining_code",
    "state",
    "surveyed_on",
    "changed_on",
    "data_source",
    "accuracy_class",
    "manhole_number",
    "asset_number",
    "note",
    "geometry",
)


def import_components(
    workspace: Workspace,
    path: Path,
    *,
    source: str = "",
    options: SourceOptions = SourceOptions(),
    from_edition: str | None = None,
    on: str,
    who: str = "",
    dry_run: bool = False,
    rejects: Path | None = None,
    proposals: Path | None = None,
    rows_at_once: int = 200_000,
    processes: int = 1,
    progress: Progress = no_progress,
) -> Report:
    """Import components from one file, in parts, in one transaction.

    Classes are taken by code, by a code that lost its leading zeros, by name, or by the
    code of another edition through the crosswalk; departments by code, name or alias,
    never by likeness (likely ones are proposed). Roles that the file leaves empty are
    filled from the duty rules where exactly one body answers. Codes are minted per
    county and minor class. A kill leaves the workspace as it was; the same call again
    completes it, and once more changes nothing.

    Parameters
    ----------
    source : str
        Who delivers; with the row's own key it says what is the same component.
        Default: the file's name. Rows without a key are known by class and place.
    from_edition : str, optional
        The edition that the file's class codes are of, if another.
    proposals : Path, optional
        CSV file for what matched nothing: field, text, rows, three proposals, and a
        column for the decision, from which ``[values.class_code]`` of a mapping file
        is written.
    rows_at_once : int
        Rows held in memory at a time.
    processes : int
        With 2, a large file is read in another process while this one stores.

    Returns
    -------
    Report
        read = stored + unchanged + rejected.
    """
    path = Path(path)
    refuse_own_file(workspace, path, rejects)
    options, told = with_datum(workspace, path, options)
    edition = load_edition(workspace.edition)
    if from_edition is not None:
        load_edition(from_edition)
    city = City(workspace)
    name = source or path.name
    held, open_ = Held(workspace, name), Proposals()
    filled: dict[str, int] = {}
    books = Books("census import", dry_run=dry_run)

    def mint(tx: Transaction, fresh: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return mint_codes(tx, fill_duties(fresh, city, on, filled), edition)

    survey = Survey(str(workspace.path), path, name, options, from_edition, on, rows_at_once)
    facts = {"file": path.name, "on": on, "source": name}
    with workspace.transaction("census import", who=who, parameters=facts) as tx:
        for part in survey_parts(city, survey, processes):
            progress("storing", books.read, 0)
            stored = store(
                tx, workspace, FAMILIES["components"], part.frame, ("source", "source_key"),
                COMPARE, on, mint, held=held.rows(part.frame["source_key"]),
            )  # fmt: skip
            books.enter(part, stored)
            open_.take(part.proposals)
        if dry_run:
            tx.rollback()
    report = books.close(rejects, departments_by_rule=sum(filled.values()))
    report.cautions += told
    if open_.found:
        report.details["unmatched_texts"] = len(open_.found)
        if proposals is not None:
            write(open_.frame(), proposals, overwrite=True)
            report.details["proposals_file"] = str(proposals)
    progress("done", report.read, report.read)
    return report
