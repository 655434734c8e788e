"""How commands that answer row by row hand their answers out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from citygrid_core.cli.door import F, emit_json, output_options, plain, problems, stacked, table
from citygrid_core.cli.language import t
from citygrid_core.cli.readable import read_classes, read_key

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
    edition: str = "",
) -> None:
    """Write the answers to a file, or show the first; print the report; leave with its code.

    Parameters
    ----------
    shown : list of str
        Columns that people see.
    edition : str
        Whose classes are named behind their codes, for people alone; default: codes only.
    """
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
            first = answers.head(most)
            if edition and "class_code" in columns:
                first = read_classes(first, edition)
            rows = first[columns].astype(object).values.tolist()
            table(columns, rows)
            if len(answers) > most:
                click.echo(
                    t(
                        f"... of {len(answers)}; -o FILE has all",
                        f"……共 {len(answers)} 条，-o 输出全部",
                    )
                )
        for key, value in report.details.items():
            click.echo(f"{read_key(key)}: {plain(value)}")
        problems(report.problems)
        problems(report.cautions)
    sys.exit(report.exit_code)
