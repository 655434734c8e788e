"""Options that the commands of heat share: which cases, on which grids, for which days."""

from __future__ import annotations

from pathlib import Path

import click

from citygrid_core.cli.door import F, stacked
from citygrid_core.cli.language import t


def selection_options(command: F) -> F:
    """Add --kind, --class, --source, --from, --to."""
    return stacked(
        click.option(
            "--kind",
            "object_kind",
            type=click.Choice(["component", "event"]),
            help=t("kind", "对象"),
        ),
        class_option,
        click.option("--source", help=t("source of the cases", "问题来源")),
        click.option("--from", "from_day", metavar="DATE", help=t("first day", "起始日")),
        click.option("--to", "to_day", metavar="DATE", help=t("last day", "截止日")),
    )(command)


def class_option(command: F) -> F:
    """Add --class."""
    return click.option("--class", "class_code", help=t("class or prefix", "类别代码或前缀"))(
        command
    )


def grid_options(command: F) -> F:
    """Add --at and --recount."""
    return stacked(
        click.option("--at", metavar="DATE", help=t("grids of that day", "该日的网格")),
        click.option(
            "--recount",
            is_flag=True,
            help=t("count by the cases' points on these grids", "按案件点位在该套网格上重新计数"),
        ),
    )(command)


def base_options(command: F) -> F:
    """Add --residents and --tracks."""
    file = click.Path(exists=True, dir_okay=False, path_type=Path)
    return stacked(
        click.option(
            "--residents",
            type=file,
            help=t("CSV: grid_code, residents", "人口 CSV：grid_code, residents"),
        ),
        click.option(
            "--tracks",
            type=file,
            help=t("points of collectors: collector, at", "采集员轨迹点：collector, at"),
        ),
    )(command)


def false_share_option(command: F) -> F:
    """Add --false-share: how many of the findings may be chance."""
    return click.option(
        "--false-share",
        type=click.FloatRange(0, 1),
        default=0.05,
        show_default=True,
        help=t("accepted share of false findings", "可接受的错误发现率"),
    )(command)


def horizon_options(command: F) -> F:
    """Add --horizon and --class."""
    return stacked(
        click.option(
            "--horizon",
            type=click.Choice(["day", "week", "month"]),
            default="day",
            show_default=True,
            help=t("how far: 1, 7 or 30 days", "预测时长：1、7 或 30 天"),
        ),
        class_option,
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
