"""`citygrid cases intake|photos`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import click

from citygrid_core.cli.door import (
    F,
    guarded,
    now,
    output_options,
    plain,
    show,
    table,
    workspace_argument,
    write_options,
)
from citygrid_core.cli.language import current, t
from citygrid_core.cli.readable import read_key

_PHOTO = click.Path(exists=True, dir_okay=False, path_type=Path)


def _option(name: str, en: str, zh: str) -> Callable[[F], F]:
    return click.option(name, default="", help=t(en, zh))


@click.command(
    help=t(
        "Take one report in: tell its grid, who answers, its limit, near twins and components, "
        "what contradicts itself; then store it. --dry-run only tells.",
        "受理一个问题：给出网格、责任部门、时限、附近相似案件与部件、矛盾之处，然后入库；--dry-run 仅查看。",
    )
)
@workspace_argument
@click.option(
    "--class", "class_code", required=True, help=t("class: code or name", "类别代码或名称")
)
@click.option(
    "--kind", type=click.Choice(["component", "event"]), help=t("what the class is", "类别所属对象")
)
@click.option("--point", metavar="X,Y", help=t("in the workspace's CRS", "工作库坐标系中的坐标"))
@_option("--address", "address, matched when there is no point", "地址，无坐标时用于定位")
@_option("--component", "code of the component", "部件标识码")
@_option("--grid", "code of the grid, when it was told", "所报网格编码")
@click.option("--source", default="hotline", show_default=True, help=t("source", "问题来源"))
@_option("--description", "what is wrong", "问题描述")
@_option("--condition", "condition of the limit", "立案情形")
@_option("--area-class", "class of the area", "区域类别")
@_option("--reporter", "who reports; kept as the profile says", "反映人，按方案脱敏")
@_option("--phone", "phone of who reports", "反映人电话")
@_option("--note", "note", "备注")
@click.option("--reported", metavar="TIME", help=t("when it was reported", "上报时间"))
@click.option(
    "--at", metavar="TIME", help=t("when it is taken in, default now", "受理时间，默认当前")
)
@click.option("--photo", "photos", multiple=True, type=_PHOTO, help=t("photo", "照片"))
@click.option("--register", is_flag=True, help=t("register it at once", "同时立案"))
@click.option(
    "--twin-of", default="", metavar="NUMBER", help=t("it repeats this case", "重复于案卷")
)
@write_options
@output_options
@guarded
def intake(
    workspace: str,
    class_code: str,
    kind: str | None,
    point: str | None,
    address: str,
    component: str,
    grid: str,
    source: str,
    description: str,
    condition: str,
    area_class: str,
    reporter: str,
    phone: str,
    note: str,
    reported: str | None,
    at: str | None,
    photos: tuple[Path, ...],
    register: bool,
    twin_of: str,
    dry_run: bool,
    who: str,
    json_: bool,
) -> None:
    """Take a report in."""
    from citygrid_core.operations.cases.intake import IntakeDesk, Reported
    from citygrid_core.report import Report
    from citygrid_core.workspace import Workspace

    x, y = _xy(point) if point else (None, None)
    with Workspace.open(workspace) as ws:
        moment = now(at, ws.timezone)
        when = now(reported, ws.timezone) if reported else moment
        said = Reported(
            class_code, when, kind or "", source, x, y, address, component_code=component,
            given_grid_code=grid, description=description, condition=condition,
            area_class=area_class, note=note, reporter=reporter, phone=phone,
        )  # fmt: skip
        desk = IntakeDesk(ws, who=who)
        look = desk.look(said, moment, lang=current())
        taken = desk.store(
            said, moment, register=register, twin_of=twin_of, photos=photos, dry_run=dry_run
        )
    report = Report("cases intake", read=1, stored=1, problems=taken.problems, dry_run=dry_run)
    twins = json.loads(look.twins.to_json(orient="records"))
    components = json.loads(look.components.to_json(orient="records"))
    report.details = {"number": taken.number, "stage": taken.stage}
    if json_:
        report.details |= {
            "case": look.case, "places": look.places, "duty": look.duty, "limit": look.limit,
            "twins": twins, "components": components,
        }  # fmt: skip
    else:
        places = {level: " ".join(said) for level, said in look.places.items()}
        for title, part in (
            (t("place", "位置"), places),
            (t("duty", "责任"), look.duty),
            (t("limit", "时限"), look.limit),
        ):
            table(
                [title, ""],
                [[read_key(k), shown] for k, v in part.items() if (shown := plain(v))],
            )
        for title, rows in ((t("twins", "相似案件"), twins), (t("components", "部件"), components)):
            if rows:
                table([title, *list(rows[0])[1:]], [list(r.values()) for r in rows])
    show(report, json_)


@click.command(help=t("Attach photos to a case.", "为案件附加照片。"))
@workspace_argument
@click.argument("number")
@click.argument("files", nargs=-1, required=True, type=_PHOTO)
@click.option("--dry-run", is_flag=True, help=t("do everything but store it", "试运行，不入库"))
@click.option("--who", default="", help=t("photographer, for the journal", "拍摄人（记入日志）"))
@output_options
@guarded
def photos(
    workspace: str, number: str, files: tuple[Path, ...], dry_run: bool, who: str, json_: bool
) -> None:
    """Attach photos."""
    from citygrid_core.operations.cases.photos import attach_case_photos
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report = attach_case_photos(ws, number, files, who=who, dry_run=dry_run)
    show(report, json_)


def _xy(point: str) -> tuple[float, float]:
    try:
        x, y = (float(part) for part in point.split(","))
    except ValueError:
        raise click.BadParameter(
            t(f"{point!r} is not X,Y", f"“{point}”不是 X,Y"), param_hint="--point"
        ) from None
    return x, y
