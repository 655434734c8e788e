"""`citygrid census return`: field packs come back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from citygrid_core.cli.door import (
    emit_json,
    guarded,
    output_options,
    problems,
    progress_bar,
    table,
    today,
    workspace_argument,
    write_options,
)
from citygrid_core.cli.language import t
from citygrid_core.errors import Problem


@click.command("return", help=t("Merge field packs that come back.", "回传外业包并合并。"))
@workspace_argument
@click.argument("packs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--at", metavar="DATE", help=t("valid from this day", "生效日期"))
@click.option(
    "--rejects", type=click.Path(path_type=Path), help=t("where rejected rows go", "退回行文件")
)
@click.option(
    "--conflicts",
    type=click.Path(path_type=Path),
    help=t("layer of open conflicts, both sides", "冲突图层（双方并列）"),
)
@write_options
@output_options
@guarded
def return_(
    workspace: str,
    packs: tuple[Path, ...],
    at: str | None,
    rejects: Path | None,
    conflicts: Path | None,
    dry_run: bool,
    who: str,
    json_: bool,
) -> None:
    """Merge packs, one transaction each; a refused one doesn't stop the others."""
    from citygrid_core.operations.census.packs.conflicts import list_conflicts
    from citygrid_core.operations.census.packs.returned import return_pack
    from citygrid_core.operations.census.packs.returned_rows import PackRefused
    from citygrid_core.tables import write
    from citygrid_core.workspace import Workspace

    said: list[dict[str, Any]] = []
    found: list[Problem] = []
    refused: list[Problem] = []
    with Workspace.open(workspace) as ws:
        for path in packs:
            where = rejects
            if where is None:
                where = Path(workspace).resolve().parent / f"{path.stem}.rejects.csv"
            try:
                report = return_pack(
                    ws,
                    path,
                    on=today(at, ws.timezone),
                    rejects=where,
                    who=who,
                    dry_run=dry_run,
                    progress=progress_bar(json_),
                )
            except PackRefused as error:
                refused += error.problems
                continue
            said.append(report.as_dict())
            found += report.problems
        if conflicts is not None:
            write(list_conflicts(ws)[1], conflicts, overwrite=True)
    code = 3 if refused else int(bool(found))
    if json_:
        emit_json(_books(said, refused))
        sys.exit(code)
    columns = ["taken", "unchanged", "merged", "conflicts", "rejected", "added", "added_merged",
               "added_rejected", "photos", "photos_rejected", "written"]  # fmt: skip
    table(["pack", *columns], [[s["pack"], *(s["receipt"][c] for c in columns)] for s in said])
    problems(refused + found)
    sys.exit(code)


def _books(said: list[dict[str, Any]], refused: list[Problem]) -> dict[str, Any]:
    """Return one object for all packs: their books added up, and each of them."""
    texts = [{"rule": p.rule, "en": p.text("en"), "zh": p.text("zh")} for p in refused]
    books: dict[str, Any] = {"operation": "census return"}
    for name in ("read", "stored", "unchanged", "rejected"):
        books[name] = sum(s[name] for s in said)
    books["problems"] = [p for s in said for p in s["problems"]] + texts
    if refused:
        books["error"] = {lang: "\n".join(t[lang] for t in texts) for lang in ("en", "zh")}
    return books | {"packs": said, "refused": texts}
