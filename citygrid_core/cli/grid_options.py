"""What the commands of `citygrid grids` share: options, and what is made of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from citygrid_core.cli.door import F, stacked, today, write_options
from citygrid_core.cli.language import t

if TYPE_CHECKING:
    from citygrid_core.grids import Policy
    from citygrid_core.operations.grids.edits import Cause

#: FILE or FILE:LAYER, so it need not exist as it is written.
LAYER = click.Path(path_type=Path)

buildings_option = click.option(
    "--buildings", type=LAYER, help=t("buildings: never cut", "建筑物：不得切割")
)
redraw_option = click.option(
    "--redraw", is_flag=True, help=t("retire what there is first", "先废止现有的再重做")
)
day_option = click.option("--at", metavar="DATE", help=t("as of that day", "按该日状态"))


def range_options(command: F) -> F:
    """Add --soft-range and --limits: what `policy_of` takes beside the target."""
    return stacked(
        click.option(
            "--soft-range",
            nargs=2,
            type=click.FloatRange(min=0, min_open=True),
            metavar="LOW HIGH",
            help=t("m² (default: half and double)", "软区间（平方米；默认为一半至两倍）"),
        ),
        click.option(
            "--limits",
            nargs=2,
            type=click.FloatRange(min=0, min_open=True),
            metavar="LOW HIGH",
            help=t("m² (default: a tenth, five times)", "限值（平方米；默认十分之一至五倍）"),
        ),
    )(command)


def area_option(command: F) -> F:
    """Add --target-area."""
    return click.option(
        "--target-area",
        type=click.FloatRange(500, 10_000_000),
        default=10_000,
        show_default=True,
        help=t("target area of a cell, m²", "目标面积（平方米）"),
    )(command)


def target_option(command: F) -> F:
    """Add --target-area, --soft-range and --limits: what `policy_of` needs."""
    return stacked(area_option, range_options)(command)


def document_options(command: F) -> F:
    """Add --reason and --document."""
    return stacked(
        click.option("--reason", default="", help=t("recorded with the change", "变更原因")),
        click.option("--document", default="", help=t("document number", "文号")),
    )(command)


def at_option(command: F) -> F:
    """Add --at: the first day of the new state."""
    return click.option(
        "--at",
        metavar="DATE",
        help=t("valid from this day (default: today)", "起始日期（默认今天）"),
    )(command)


def cause_options(command: F) -> F:
    """Add --reason, --document, --dry-run and --who."""
    return stacked(document_options, write_options)(command)


def edit_options(command: F) -> F:
    """Add --at, --reason, --document, --dry-run and --who: what `cause_of` needs."""
    return stacked(at_option, cause_options)(command)


def line_options(command: F) -> F:
    """Add --line WKT and --lines FILE."""
    return stacked(
        click.option("--line", "wkt", help=t("WKT in the city's CRS", "WKT（城市坐标系）")),
        click.option("--lines", type=LAYER, help=t("lines: FILE or FILE:LAYER", "线图层")),
    )(command)


def cause_of(said: dict[str, Any], zone: str) -> Cause:
    """Take --at, --who, --reason and --document out of what was said; today is that of a time zone."""
    from citygrid_core.operations.grids.edits import Cause

    at = today(said.pop("at", None), zone)
    return Cause(at, *(said.pop(name, "") for name in ("who", "reason", "document")))


def policy_of(said: dict[str, Any]) -> Policy:
    """Take --target-area, --soft-range and --limits out of what was said."""
    from citygrid_core.grids import Policy

    low, high = said.pop("soft_range", None) or (0.0, 0.0)
    least, most = said.pop("limits", None) or (0.0, 0.0)
    return Policy(said.pop("target_area"), low, high, least, most)
