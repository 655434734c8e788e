"""How commands that answer row by row hand their answers out."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from citygrid_core.cli.door import F, emit_json, problems, table
from citygrid_core.cli.language import t

if TYPE_CHECKING:
    import pandas as pd

    from citygrid_core.report import Report


def overwrite_option(command: F) -> F:
    """Add --overwrite."""
    return click.option("--overwrite", is_flag=True, help=t("replace the output", "覆盖输出文件"))(
        command
    )


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
            plain = answers.drop(columns="geometry", errors="ignore")
            data["rows"] = json.loads(plain.to_json(orient="records", force_ascii=False))
        emit_json(data)
    else:
        if output is None:
            columns = [c for c in shown if c in answers]
            table(columns, answers[columns].head(most).astype(object).values.tolist())
            if len(answers) > most:
                click.echo(
                    t(
                        f"... of {len(answers)}; -o FILE has all",
                        f"……共 {len(answers)} 条，-o 输出全部",
                    )
                )
        for key, value in report.details.items():
            click.echo(f"{key}: {value}")
        problems(report.problems)
        problems(report.cautions)
    sys.exit(report.exit_code)
