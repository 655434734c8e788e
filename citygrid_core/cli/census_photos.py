"""`citygrid census photos`."""

from __future__ import annotations

from pathlib import Path

import click

from citygrid_core.cli.door import guarded, output_options, progress_bar, show, workspace_argument
from citygrid_core.cli.language import t


@click.command(
    help=t(
        "Attach photos, or folders of them, to components: by EXIF time and place, or all to one "
        "component. Files are kept beside the workspace, under their hash.",
        "将照片（或其文件夹）关联到部件：按 EXIF 时间与位置，或全部归一个部件。文件按哈希存放在工作库旁。",
    )
)
@workspace_argument
@click.argument("photos", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--component", default="", metavar="CODE", help=t("all show this one", "均属该部件"))
@click.option(
    "--metres", default=20.0, show_default=True, help=t("reach in space", "距离范围（米）")
)
@click.option(
    "--minutes", default=10.0, show_default=True, help=t("reach in time", "时间范围（分钟）")
)
@click.option("--dry-run", is_flag=True, help=t("do everything but store it", "试运行，不入库"))
@click.option("--who", default="", help=t("photographer, for the journal", "拍摄人（记入日志）"))
@output_options
@guarded
def photos(
    workspace: str,
    photos: tuple[Path, ...],
    component: str,
    metres: float,
    minutes: float,
    dry_run: bool,
    who: str,
    json_: bool,
) -> None:
    """Attach photos."""
    from citygrid_core.census.photos import Reach
    from citygrid_core.operations.census.photo_files import photos_in
    from citygrid_core.operations.census.photos import attach_photos
    from citygrid_core.workspace import Workspace

    files = [file for one in photos for file in photos_in(one)]
    with Workspace.open(workspace) as ws:
        report = attach_photos(
            ws,
            files,
            component_code=component,
            reach=Reach(metres, minutes),
            who=who,
            dry_run=dry_run,
            progress=progress_bar(json_),
        )
    show(report, json_)
