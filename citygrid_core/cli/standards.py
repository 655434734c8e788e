"""`citygrid standards list|explain`."""

from __future__ import annotations

import click

from citygrid_core.cli.door import emit_json, guarded, output_options, table
from citygrid_core.cli.language import current, t


@click.group(help=t("Editions of the standards, codes and classes.", "标准版本、代码与类别。"))
def standards() -> None:
    """Standards."""


@standards.command(
    "list", help=t("List the editions, or the classes of one.", "列出标准版本，或某版本的类别。")
)
@click.option("--edition", help=t("edition", "标准版本"))
@click.option(
    "--kind", type=click.Choice(["component", "event"]), default="component", help=t("kind", "对象")
)
@output_options
@guarded
def list_(edition: str | None, kind: str, json_: bool) -> None:
    """List editions or classes."""
    from citygrid_core.standards import editions, in_language, load_edition

    if edition is None:
        loaded = [load_edition(e) for e in editions()]
        rows = [
            {
                "edition": e.id,
                "title": e.title.text(current()),
                "component_digits": e.component_code_digits,
                "grid_digits": e.grid_code_digits,
                "component_classes": len(e.component_classes),
                "event_classes": len(e.event_classes),
            }
            for e in loaded
        ]
    else:
        one = load_edition(edition)
        classes = one.component_classes if kind == "component" else one.event_classes
        # JSON has the official names and the English ones, people read theirs
        both = classes.reset_index(names="code").astype(object)
        shown = both if json_ else in_language(both, current())
        rows = [{str(k): v for k, v in row.items()} for row in shown.to_dict("records")]
    if json_:
        emit_json({"rows": rows})
    else:
        table(list(rows[0]), [list(r.values()) for r in rows])


@standards.command(help=t("Say what CODE is made of.", "说明代码 CODE 的构成。"))
@click.argument("code")
@click.option("--edition", help=t("edition", "标准版本"))
@output_options
@guarded
def explain(code: str, edition: str | None, json_: bool) -> None:
    """Explain a code."""
    from citygrid_core.standards import explain as run

    said = run(code, edition, current())
    if json_:
        emit_json(said.as_dict())
    else:
        click.echo(str(said))
