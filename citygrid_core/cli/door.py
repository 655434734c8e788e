"""What all commands share: options, how a report is shown, how an error ends."""

from __future__ import annotations

import functools
import json
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from citygrid_core.cli.language import current, t
from citygrid_core.cli.readable import read_key, read_value
from citygrid_core.errors import CitygridError, Problem
from citygrid_core.words import step_of

if TYPE_CHECKING:
    import datetime

    from citygrid_core.operations.importing.intake import SourceOptions
    from citygrid_core.report import Progress, Report

F = TypeVar("F", bound=Callable[..., Any])

DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")
SHOWN = 20


def guarded(command: F) -> F:
    """Turn errors into one message on stderr and the exit code that fits."""

    @functools.wraps(command)
    def call(*args: Any, **kwargs: Any) -> Any:
        as_json = bool(kwargs.get("json_"))
        try:
            if isinstance(output := kwargs.get("output"), Path) and "overwrite" in kwargs:
                from citygrid_core.tables.saving import check_target

                check_target(output, overwrite=kwargs["overwrite"])
            return command(*args, **kwargs)
        except CitygridError as error:
            if as_json:
                emit_json({"error": {"en": error.text("en"), "zh": error.text("zh")}})
            else:
                click.echo(error.text(current()), err=True)
            sys.exit(error.exit_code)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            what = f"{where}{error.strerror or error}"
            if as_json:
                emit_json({"error": {"en": what, "zh": f"无法读写 {what}"}})
            else:
                click.echo(t(what, f"无法读写 {what}"), err=True)
            sys.exit(3)
        except Exception as error:
            if os.environ.get("CITYGRID_DEBUG"):
                traceback.print_exc()
            # the first line says what; a database would go on with all that it was given
            what = f"{type(error).__name__}: {error}".partition("\n")[0][:500]
            if as_json:
                emit_json({"error": {"en": f"internal error: {what}", "zh": f"内部错误：{what}"}})
            else:
                click.echo(
                    t(
                        f"internal error: {what}\nCITYGRID_DEBUG=1 shows where it happened; "
                        "citygrid info tells the last operation that was stored",
                        f"内部错误：{what}\n设置 CITYGRID_DEBUG=1 可查看位置；"
                        "citygrid info 可查看最后一次入库的操作",
                    ),
                    err=True,
                )
            sys.exit(4)

    return call  # type: ignore[return-value]


def stacked(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Return the options as one, in the order in which help lists them."""

    def wrap(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return wrap


def output_options(command: F) -> F:
    """Add --json and --lang."""
    return stacked(
        click.option("--json", "json_", is_flag=True, help=t("print one JSON object", "输出 JSON")),
        click.option(
            "--lang",
            type=click.Choice(["zh", "en"]),
            expose_value=False,
            help=t("language", "语言"),
        ),
    )(command)


def workspace_argument(command: F) -> F:
    """Add the WORKSPACE argument: a .gpkg path or a postgresql:// URL."""
    return click.argument("workspace", metavar="WORKSPACE")(command)


def write_options(command: F) -> F:
    """Add --dry-run and --who."""
    return stacked(
        click.option(
            "--dry-run", is_flag=True, help=t("do everything but store it", "试运行，不入库")
        ),
        click.option("--who", default="", help=t("recorded in the journal", "操作人，记入日志")),
    )(command)


class _MappingFile(click.Path):
    """A file, or the name of a mapping that comes with citygrid."""

    def __init__(self) -> None:
        super().__init__(exists=True, dir_okay=False, path_type=Path)

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        if isinstance(value, str) and "." not in value and not os.path.exists(value):
            from citygrid_core.tables.mapping import built_in

            if value in built_in():
                return built_in()[value]
        return super().convert(value, param, ctx)


def import_options(command: F) -> F:
    """Add what every import of a file takes."""
    return stacked(
        click.option(
            "--mapping",
            type=_MappingFile(),
            help=t(
                "TOML file: their columns to ours; or open311, boston311, collector, hotline",
                "字段对照文件（TOML），或内置的 open311、boston311、collector、hotline",
            ),
        ),
        click.option(
            "--rejects",
            type=click.Path(dir_okay=False, path_type=Path),
            help=t("where rejected rows go", "退回行文件"),
        ),
        click.option(
            "--crs", help=t("CRS of the file, e.g. EPSG:4547", "文件坐标系，如 EPSG:4547")
        ),
        click.option(
            "--datum",
            type=click.Choice((*DATUMS, "auto")),
            help=t(
                "datum of the file; auto tells it from the city, with evidence",
                "坐标基准；auto 依据城市自动判定并给出证据",
            ),
        ),
        click.option("--encoding", help=t("encoding, when detection errs", "文件编码")),
        click.option("--layer", help=t("layer or sheet", "图层或工作表")),
        click.option("--at", metavar="DATE", help=t("valid from this day", "起始日期")),
    )(write_options(command))


def source_of(said: dict[str, Any]) -> SourceOptions:
    """Take --mapping, --crs, --datum, --encoding and --layer out of what was said."""
    from citygrid_core.operations.importing.intake import SourceOptions

    named = ("mapping", "crs", "datum", "encoding", "layer")
    return SourceOptions(**{name: said.pop(name) for name in named})


def today(at: str | None, zone: str | None = None) -> str:
    """Return the ISO date of `--at`, or today's: the door is where the clock is read.

    Parameters
    ----------
    zone : str, optional
        IANA name of the city's time zone, whose day today is; default the machine's.
    """
    import datetime

    if not at:
        return _clock(zone).date().isoformat()
    try:
        return _of_our_times(datetime.date.fromisoformat(at)).isoformat()
    except ValueError:
        raise click.BadParameter(
            t(f"{at!r} is not a date like 2026-10-31", f"“{at}”不是日期，应如 2026-10-31")
        ) from None


def now(at: str | None, zone: str) -> str:
    """Return the moment of `--at`, or now, by the wall clock of the city.

    Parameters
    ----------
    zone : str
        IANA name of the city's time zone. A moment with an offset is converted to it.
    """
    import datetime
    from zoneinfo import ZoneInfo

    if not at:
        return _clock(zone).isoformat(timespec="seconds")
    try:
        moment = _of_our_times(datetime.datetime.fromisoformat(at))
    except ValueError:
        raise click.BadParameter(
            t(f"{at!r} is no time like 2026-10-31T08:30", f"“{at}”不是时间，应如 2026-10-31T08:30")
        ) from None
    if moment.tzinfo is not None:
        moment = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return moment.isoformat(timespec="seconds")


def _clock(zone: str | None) -> datetime.datetime:
    """Return the wall clock of a zone: a server's own may be set to another one."""
    import datetime
    from zoneinfo import ZoneInfo

    return datetime.datetime.now(ZoneInfo(zone) if zone else None).replace(tzinfo=None)


_Day = TypeVar("_Day", bound="datetime.date")


def _of_our_times(day: _Day) -> _Day:
    """Return a day that a city can mean: a year with a digit too many is none."""
    if not 1900 <= day.year <= 2200:
        raise ValueError
    return day


def rejects_file(given: Path | None, source: Path, workspace: str, dry_run: bool) -> Path | None:
    """Where rejects go when nobody said: beside the workspace, named after the file."""
    if given or dry_run:
        return given
    return Path(workspace).resolve().parent / f"{source.stem}.rejects.csv"


def emit_json(data: dict[str, Any]) -> None:
    """Print one JSON object on stdout."""
    click.echo(json.dumps(data, ensure_ascii=False, default=str))


def progress_bar(json_: bool) -> Progress:
    """Return a progress function that draws on a terminal's stderr, or is silent.

    With CITYGRID_PROGRESS=json it writes a JSON line for each step to stderr:
    how the plugin follows a job that runs as a child process.
    """
    from citygrid_core.report import no_progress

    if os.environ.get("CITYGRID_PROGRESS") == "json":

        def lines(step: str, done: int, total: int) -> None:
            print(
                json.dumps({"step": step, "done": done, "total": total}),
                file=sys.stderr,
                flush=True,
            )

        return lines
    if json_ or not sys.stderr.isatty():
        return no_progress

    def line(step: str, done: int, total: int) -> None:
        share = f" {100 * done // total} %" if total else ""
        said = step_of(step, current())
        print(f"\r\033[K{said}{share}", end="" if done < total else "\r\033[K", file=sys.stderr)

    return line


def show(report: Report, json_: bool, rejects: Path | None = None) -> None:
    """Print a report and leave with its exit code."""
    if rejects is not None and report.rejected:
        report.details["rejects_file"] = str(rejects)
    if json_:
        emit_json(report.as_dict())
        sys.exit(report.exit_code)
    table(
        [
            t("operation", "操作"),
            t("read", "读入"),
            t("stored", "入库"),
            t("unchanged", "未变"),
            t("rejected", "退回"),
        ],
        [
            [
                read_key(report.operation),
                report.read,
                report.stored,
                report.unchanged,
                report.rejected,
            ]
        ],
        title=t("dry run: nothing was stored", "试运行：未入库") if report.dry_run else "",
    )
    for key, value in report.details.items():
        click.echo(f"  {read_key(key)}: {plain(value)}")
    problems(report.problems)
    problems(report.cautions)
    sys.exit(report.exit_code)


def plain(value: Any) -> str:
    """Return a value of a report as people read it."""
    if isinstance(value, dict):
        return ", ".join(f"{read_key(str(k))} {plain(v)}" for k, v in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(plain(v) for v in value)
    if isinstance(value, bool):
        return t("yes", "是") if value else t("no", "否")
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return f"{value:,.3f}".rstrip("0").rstrip(".")
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def problems(found: list[Problem]) -> None:
    """Print problems as text, the first few; the rejects file and --json have all."""
    for p in found[:SHOWN]:
        click.echo(f"  ! [{p.rule}] {p.text(current())}")
    if len(found) > SHOWN:
        more = len(found) - SHOWN
        click.echo(
            t(f"  ... and {more} more (--json lists all)", f"  ……另有 {more} 条（--json 列出全部）")
        )


def table(head: list[str], rows: list[list[Any]], title: str = "") -> None:
    """Print a table for people."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    drawn = Table(title=escape(title) or None)
    for name in head:
        drawn.add_column(read_key(name))
    for row in rows:
        cells = zip(head, row, strict=True)
        drawn.add_row(*(escape(plain(read_value(c, v))) if v is not None else "" for c, v in cells))
    Console(width=None if sys.stdout.isatty() else 160).print(drawn)
