"""Files are written whole or not at all, and the same twice."""

from __future__ import annotations

import datetime as dt
import errno
import io
import os
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from citygrid_core.errors import CitygridError, NoRoom, Text, UsageError
from citygrid_core.tables.guard import refuse_workspace

#: The moment that files carry which must carry one: the zero of the zip format.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
#: What the system says of a disk that is full or broken, of a quota or a limit reached.
_FULL = (errno.ENOSPC, errno.EFBIG, errno.EIO, getattr(errno, "EDQUOT", errno.ENOSPC))
#: Bytes that a disk with room takes.
_MORE = 1 << 20
#: Excel's limit on characters in a cell.
_CELL = 32767


@contextmanager
def saved(path: Path, *, overwrite: bool) -> Iterator[Path]:
    """Give a temporary file to write, and put it in the place of `path` at the end.

    Raises
    ------
    UsageError
        As `check_target` says.
    NoRoom
        The disk took no more; nothing is left of what was begun.
    """
    check_target(path, overwrite=overwrite)
    with tempfile.TemporaryDirectory(prefix=".citygrid-", dir=path.parent) as folder_name:
        temporary = Path(folder_name) / path.name
        try:
            yield temporary
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
        except CitygridError:
            raise
        except Exception as error:
            if getattr(error, "errno", None) in _FULL or not _grows(temporary):
                raise NoRoom(str(path)) from error
            raise
        os.replace(temporary, path)


def _grows(file: Path) -> bool:
    """Whether a file takes more: each driver says in its own way that it did not."""
    try:
        with file.open("ab") as more:
            more.write(bytes(_MORE))
            more.flush()
            os.fsync(more.fileno())
    except OSError as error:
        return error.errno not in _FULL
    return True


def check_target(path: Path, *, overwrite: bool) -> None:
    """Refuse a file that could not be written: before the work, not after it.

    Raises
    ------
    UsageError
        `path` is a workspace, a folder, in a folder that is not there or may not be written,
        or exists and `overwrite` is false.
    """
    if path.is_dir() or not path.parent.is_dir():
        folder = path if path.is_dir() else path.parent
        raise UsageError(
            Text(
                f"{folder}: name a file in a folder that exists",
                f"{folder}：请指定已有文件夹中的文件",
            )
        )
    refuse_workspace(path)
    if path.exists() and not overwrite:
        raise UsageError(
            Text(
                f"{path} exists already; say --overwrite, or name another file",
                f"{path} 已存在；请使用 --overwrite 或指定其他文件",
            )
        )
    if not os.access(path.parent, os.W_OK):
        raise UsageError(
            Text(
                f"{path.parent} may not be written; name a file elsewhere",
                f"{path.parent} 没有写权限；请指定其他位置的文件",
            )
        )


def write_sheet(
    path: Path, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Write a workbook of one sheet; texts are texts, whatever they begin with.

    Its bytes depend on the content only.
    """
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", "_", name)[:31] or "rows")
    sheet.freeze_panes = "A2"

    def cell(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        made = WriteOnlyCell(sheet, _ILLEGAL.sub("\ufffd", value)[:_CELL])
        # Else a text that begins with "=" becomes a formula, and "#N/A" an error.
        made.data_type = "s"
        made.number_format = "@"
        return made

    def bold(value: str) -> Any:
        made = cell(value)
        made.font = Font(bold=True)
        return made

    sheet.append([bold(h) for h in header])
    for row in rows:
        sheet.append([cell(v) for v in row])
    made = io.BytesIO()
    book.save(made)
    path.write_bytes(_without_times(made))


@contextmanager
def workbook(path: Path, *, title: str, made: dt.datetime) -> Iterator[Any]:
    """Give an xlsxwriter workbook to fill; its bytes depend on what it is filled with only.

    It is made in memory and written in one go: a file that is closed again by whoever forgets it
    would tell of a full disk once more.

    Parameters
    ----------
    made : datetime
        Property of the file, from the data: never a clock.
    """
    import xlsxwriter

    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"title": title, "created": made})
    yield book
    book.close()
    path.write_bytes(held.getvalue())


def _without_times(book: io.BytesIO) -> bytes:
    """Return the archive without the time at which it was made."""
    moment = dt.datetime(*_MOMENT).isoformat() + "Z"
    with zipfile.ZipFile(book) as archive:
        parts = [(i.filename, archive.read(i)) for i in archive.infolist()]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            if name == "docProps/core.xml":
                content = _TIMES.sub(rb"\g<1>" + moment.encode(), content)
            info = zipfile.ZipInfo(name, _MOMENT)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return out.getvalue()
