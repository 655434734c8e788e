"""What may not be opened here, and how a foreign library's failure is told."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from citygrid_core.errors import CitygridError, Problem, Text, UnusableInput, UsageError
from citygrid_core.tables.notes import SILENT

_SQLITE = b"SQLite format 3\x00"


def is_workspace(path: Path) -> bool:
    """Return whether a file is a citygrid workspace (it has the table ``cg_meta``).

    Looked at through Python's own SQLite, read-only: another copy of SQLite in
    this process would drop the locks of whoever has the workspace open.
    """
    if not path.is_file():
        return False
    with path.open("rb") as file:
        if file.read(16) != _SQLITE:
            return False
    for mode in ("mode=ro", "mode=ro&immutable=1"):
        try:
            uri = f"file:{quote(str(path.resolve()))}?{mode}"
            with closing(sqlite3.connect(uri, uri=True, timeout=5)) as connection:
                found = connection.execute(
                    "select 1 from sqlite_master where name = 'cg_meta'"
                ).fetchone()
            return found is not None
        except (sqlite3.Error, UnicodeError):  # damaged: names that are no text
            continue
    return False


def refuse_workspace(path: Path) -> None:
    """Raise `UsageError` when `path` is a citygrid workspace."""
    if is_workspace(path):
        raise UsageError(
            Text(
                f"{path} is a citygrid workspace; it is read and written through the workspace "
                "only, name another file",
                f"{path} 是 citygrid 城市工作库，只能通过工作库接口读写，请指定其他文件",
            )
        )


def existing_file(path: str | Path) -> Path:
    """Return `path` as a readable, non-empty file that is no workspace.

    Raises
    ------
    UnusableInput
        Nothing there, a folder, unreadable or empty.
    UsageError
        It is a workspace.
    """
    path = Path(path)
    try:
        if path.is_dir():
            raise unusable(path, "file.folder", Text("a folder", "文件夹"), Text("a file", "文件"))
        with path.open("rb") as file:
            empty = not file.read(1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise unusable(
            path, "file.unreadable", Text(reason, reason), Text("a readable file", "可读取的文件")
        ) from error
    if empty:
        raise unusable(
            path,
            "file.empty",
            Text("an empty file", "空文件"),
            Text("a table or a layer", "表格或图层"),
            Text("ask the sender for it again", "请对方重新发送"),
        )
    refuse_workspace(path)
    return path


def unusable(
    file: Path | str, rule: str, found: Text, expected: Text, cure: Text = SILENT
) -> UnusableInput:
    """Return the error that says one thing is wrong with a whole file."""
    return UnusableInput(Problem(rule, found, expected, cure, file=Path(file).name))


@contextmanager
def foreign(path: Path, what: Text) -> Iterator[None]:
    """Turn whatever a file library raises on a damaged file into `UnusableInput`.

    The libraries for XLSX, XLS and vector files raise a dozen unrelated classes on
    damaged input. Only calls into them stand inside this block, so that our own
    mistakes are not hidden.
    """
    try:
        yield
    except (CitygridError, MemoryError):
        raise
    except Exception as error:
        said = f"{type(error).__name__}: {str(error).strip() or '-'}"[:300]
        raise unusable(
            path,
            "file.damaged",
            Text(f"the file can't be read ({said})", f"文件无法读取（{said}）"),
            what,
            Text(
                "open it in the program that made it and save it again, or ask for it again",
                "请用原软件打开后另存，或请对方重新发送",
            ),
        ) from error
