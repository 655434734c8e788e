"""`citygrid sample`: a synthetic city with known truth."""

from __future__ import annotations

from pathlib import Path

import click

from citygrid_core.cli.door import guarded, output_options, progress_bar, show
from citygrid_core.cli.language import t


@click.command(
    help=t(
        "Write a believable synthetic city with known truth into DIR.",
        "在 DIR 中生成一座带真值的示例城市。",
    )
)
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--scale",
    type=click.Choice(["small", "nanchang", "mega"]),
    default="small",
    show_default=True,
    help=t("about 2, 150 or 16,000 km²", "约 2、150 或 16000 平方千米"),
)
@click.option("--seed", type=int, default=1, show_default=True, help=t("another city", "随机种子"))
@output_options
@guarded
def sample(folder: Path, scale: str, seed: int, json_: bool) -> None:
    """Write a sample city."""
    from citygrid_core.operations.sample import sample as run

    show(run(folder, scale=scale, seed=seed, progress=progress_bar(json_)), json_)
