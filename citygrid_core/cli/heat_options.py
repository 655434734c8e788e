"""Options that the commands of heat share: which cases, and where the answer goes."""

from __future__ import annotations

from pathlib import Path

import click

from citygrid_core.cli.answers import overwrite_option
from citygrid_core.cli.door import F, output_options
from citygrid_core.cli.language import t


def selection_options(command: F) -> F:
    """Add --kind, --class, --source, --from, --to."""
    for option in (
        click.option("--to", "to_day", metavar="DATE", help=t("last day", "截止日")),
        click.option("--from", "from_day", metavar="DATE", help=t("first day", "起始日")),
        click.option("--source", help=t("source of the cases", "问题来源")),
        click.option("--class", "class_code", help=t("class or prefix", "类别代码或前缀")),
        click.option(
            "--kind",
            "object_kind",
            type=click.Choice(["component", "event"]),
            help=t("kind", "对象"),
        ),
    ):
        command = option(command)
    return command


def grid_options(command: F) -> F:
    """Add --at and --recount."""
    command = click.option(
        "--recount",
        is_flag=True,
        help=t("count by the cases' points on these grids", "按案件点位在该套网格上重新计数"),
    )(command)
    return click.option("--at", metavar="DATE", help=t("grids of that day", "该日的网格"))(command)


def base_options(command: F) -> F:
    """Add --residents and --tracks."""
    file = click.Path(exists=True, dir_okay=False, path_type=Path)
    command = click.option(
        "--tracks",
        type=file,
        help=t("points of collectors: collector, at", "采集员轨迹点：collector, at"),
    )(command)
    return click.option(
        "--residents",
        type=file,
        help=t("CSV: grid_code, residents", "人口 CSV：grid_code, residents"),
    )(command)


def answer_options(command: F) -> F:
    """Add -o, --overwrite and --json."""
    command = output_options(overwrite_option(command))
    return click.option(
        "-o", "--output", type=click.Path(path_type=Path), help=t("output file", "输出文件")
    )(command)


def horizon_options(command: F) -> F:
    """Add --horizon and --class."""
    command = click.option("--class", "class_code", help=t("class or prefix", "类别代码或前缀"))(
        command
    )
    return click.option(
        "--horizon",
        type=click.Choice(["day", "week", "month"]),
        default="day",
        show_default=True,
        help=t("how far: 1, 7 or 30 days", "预测时长：1、7 或 30 天"),
    )(command)


def date_option(command: F) -> F:
    """Add --date (or --at): the day that is meant, never the clock's."""
    return click.option(
        "--date",
        "--at",
        "on",
        metavar="DATE",
        required=True,
        help=t("first day that is forecast", "预测的首日"),
    )(command)


def period_option(command: F) -> F:
    """Add --period."""
    return click.option(
        "--period",
        help=t(
            "2026-10, 2026-W41, …: beside the one before and last year",
            "统计期 2026-10、2026-W41 等，与上期、上年同期对比",
        ),
    )(command)
