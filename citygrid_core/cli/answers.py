"""How commands that answer row by row hand their answers out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from citygrid_core.cli.door import F, emit_json, output_options, plain, problems, stacked, table
from citygrid_core.cli.language import current, t
from citygrid_core.words import word

if TYPE_CHECKING:
    import pandas as pd

    from citygrid_core.report import Report


def overwrite_option(command: F) -> F:
    """Add --overwrite."""
    return click.option("--overwrite", is_flag=True, help=t("replace the output", "覆盖输出文件"))(
        command
    )


def output_option(what: str = "", *, file: bool = False) -> Callable[[F], F]:
    """Return -o: where the answer goes.

    Parameters
    ----------
    what : str
        What comes out there; default "output file".
    file : bool
        Whether the name of a folder is refused at once.
    """
    path = click.Path(dir_okay=not file, path_type=Path)
    return click.option("-o", "--output", type=path, help=what or t("output file", "输出文件"))


def answer_options(command: F) -> F:
    """Add -o, --overwrite, --json and --lang: what a command takes that hands rows out."""
    return stacked(output_option(), overwrite_option, output_options)(command)


def hand_out(
    report: Report,
    answers: pd.DataFrame,
    output: Path | None,
    overwrite: bool,
    json_: bool,
    shown: list[str],
    most: int = 20,
) -> None:
    """Write the answers to a file, or show the first; print the report; leave with its code."""
    from citygrid_core.tables import write

    if output is not None:
        write(answers, output, overwrite=overwrite)
        report.details["output"] = str(output)
    if json_:
        data = report.as_dict()
        if output is None:
            flat = answers.drop(columns="geometry", errors="ignore")
            data["rows"] = json.loads(flat.to_json(orient="records", force_ascii=False))
        emit_json(data)
    else:
        if output is None:
            columns = [c for c in shown if c in answers]
            rows = answers[columns].head(most).astype(object).values.tolist()
            table(columns, [[_read(c, v) for c, v in zip(columns, r, strict=True)] for r in rows])
            if len(answers) > most:
                click.echo(
                    t(
                        f"... of {len(answers)}; -o FILE has all",
                        f"……共 {len(answers)} 条，-o 输出全部",
                    )
                )
        for key, value in report.details.items():
            click.echo(f"{word(key, current())}: {plain(value)}")
        problems(report.problems)
        problems(report.cautions)
    sys.exit(report.exit_code)


#: Columns whose stored values people read in their own words, with the lists that name them.
_NAMED = {
    "status": ("pack_status",),
    "kind": ("conflict_kind",),
    "severity": ("severity",),
    "side": ("conflict_state",),
    "state": ("finding_state", "conflict_state"),
    "source": ("case_source",),
    "object_kind": ("object_kind",),
}
#: Columns whose values are words of reports themselves.
_WORDED = ("spot", "cluster", "pattern")


def _read(column: str, value: Any) -> Any:
    """Return a stored value as people read it."""
    from citygrid_core.workspace.schema import CHOICES

    if column in _WORDED:
        return word(value, current())
    for name in _NAMED.get(column, ()):
        if value in CHOICES[name]:
            return CHOICES[name][value].text(current())
    return value
