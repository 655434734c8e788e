"""The import commands: each hands one file to the operation of its family."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from citygrid_core.cli.door import (
    guarded,
    import_options,
    output_options,
    progress_bar,
    rejects_file,
    show,
    source_of,
    stacked,
    today,
    workspace_argument,
)
from citygrid_core.cli.language import t

Operation = Callable[..., Any]


def import_command(
    load: Callable[[], Operation],
    help_: str,
    *extra: Callable[[Any], Any],
    many: bool = False,
) -> click.Command:
    """Return an `import` command around an operation that `load` imports when called.

    Parameters
    ----------
    extra : decorators
        Options that this family's operation takes besides the common ones; their
        names are the operation's parameter names.
    many : bool
        Whether a delivery may be several files.
    """

    def run(
        workspace: str,
        file: Path | tuple[Path, ...],
        rejects: Path | None,
        at: str | None,
        dry_run: bool,
        json_: bool,
        **said: Any,
    ) -> None:
        from citygrid_core.workspace import Workspace

        first = file[0] if isinstance(file, tuple) else file
        where = rejects_file(rejects, first, workspace, dry_run)
        with Workspace.open(workspace) as ws:
            report = load()(
                ws,
                file,
                options=source_of(said),
                on=today(at, ws.timezone),
                dry_run=dry_run,
                rejects=where,
                progress=progress_bar(json_),
                **said,
            )
        show(report, json_, where)

    path = click.Path(exists=True, path_type=Path)
    named: dict[str, Any] = {"nargs": -1, "required": True, "metavar": "FILE..."} if many else {}
    file = click.argument("file", type=path, **named)
    options = (workspace_argument, file, *extra, import_options, output_options)
    return click.command("import", help=help_)(stacked(*options)(guarded(run)))


def source_option(command: Any) -> Any:
    """Add --source: who delivers."""
    return click.option(
        "--source",
        default="",
        help=t(
            "who delivers; names the rows together with their own key (default: the file's name)",
            "数据来源，与来源主键一起标识记录（默认文件名）",
        ),
    )(command)
