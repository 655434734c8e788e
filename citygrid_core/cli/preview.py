"""`citygrid preview FILE`: what a foreign file is, before anything is imported."""

from __future__ import annotations

from pathlib import Path

import click

from citygrid_core.cli.door import emit_json, guarded, output_options
from citygrid_core.cli.language import current, t


@click.command(
    help=t(
        "Say what was detected in FILE: encoding, header, columns, CRS and datum, sample rows.",
        "说明 FILE 的识别结果：编码、表头、字段、坐标系与基准、示例行。",
    )
)
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--layer", help=t("layer or sheet", "图层或工作表"))
@click.option("--encoding", help=t("encoding, when detection errs", "文件编码"))
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=t("TOML file: their columns to ours", "字段对照文件（TOML）"),
)
@output_options
@guarded
def preview(
    file: Path, layer: str | None, encoding: str | None, mapping: Path | None, json_: bool
) -> None:
    """Preview a file."""
    from citygrid_core.tables import Mapping
    from citygrid_core.tables import preview as look

    said = look(
        file,
        layer=layer,
        encoding=encoding,
        mapping=Mapping.load(mapping) if mapping is not None else None,
    )
    if json_:
        emit_json(said.as_dict())
    else:
        click.echo(said.text(current()))
