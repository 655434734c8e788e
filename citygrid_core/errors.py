"""What can go wrong, said once, in two languages.

An error is built from facts and composes its message itself, so that the same
failure reads the same from the Python API, the command line and the plugin.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal, NamedTuple

Language = Literal["en", "zh"]
#: Language of the reasons in a file of rejects, where a call does not say it. A door sets it.
OF_REJECTS: ContextVar[Language] = ContextVar("OF_REJECTS", default="zh")


class Text(NamedTuple):
    """One message in English and Chinese."""

    en: str
    zh: str

    def text(self, lang: Language = "en") -> str:
        """Return the message in `lang`."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in one place, with its cure.

    Parameters
    ----------
    rule : str
        Stable identifier of the rule that found it, e.g. ``"code.digits"``.
    found, expected, cure : Text
        What stands there, what should, and what the user can do.
    file, row, field : optional
        Where. `row` is the number that the user sees in the file: the header of
        a table is row 1, so the first record of a CSV file is row 2.
    """

    rule: str
    found: Text
    expected: Text
    cure: Text = Text("", "")
    file: str = ""
    row: int | None = None
    field: str = ""

    def text(self, lang: Language = "en") -> str:
        """Return one line: file, row, field, found, expected, cure."""
        zh = lang == "zh"
        place = [self.file] if self.file else []
        if self.row is not None:
            place.append(f"第{self.row}行" if zh else f"row {self.row}")
        if self.field:
            place.append(f"字段“{self.field}”" if zh else f"field {self.field!r}")
        where = (("，" if zh else ", ").join(place) + ("：" if zh else ": ")) if place else ""
        said = (
            f"发现{self.found.zh}，应为{self.expected.zh}"
            if zh
            else f"found {self.found.en}, expected {self.expected.en}"
        )
        cure = self.cure.text(lang)
        return where + said + (("；" if zh else "; ") + cure if cure else "")


class CitygridError(Exception):
    """Base of all errors that citygrid raises on purpose.

    Parameters
    ----------
    message : Text
        The message in both languages; ``str(error)`` is the English one.
    """

    exit_code = 3

    def __init__(self, message: Text) -> None:
        self.message = message
        super().__init__(message.en)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.message, self.__dict__.copy()))

    def text(self, lang: Language = "en") -> str:
        """Return the message in `lang`."""
        return self.message.text(lang)


def _rebuild(kind: type[CitygridError], message: Text, state: dict[str, object]) -> CitygridError:
    """Unpickle an error whose constructor takes facts rather than its message."""
    error = kind.__new__(kind)
    CitygridError.__init__(error, message)
    error.__dict__.update(state)
    return error


class UsageError(CitygridError):
    """The call itself is wrong: an unknown option, edition, class or name."""

    exit_code = 2


class UnusableInput(CitygridError):
    """A whole input can't be used; nothing was stored.

    Parameters
    ----------
    problems : sequence of Problem
        Everything that is wrong with it, not only the first.
    """

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__(
            Text(
                "\n".join(p.text("en") for p in problems),
                "\n".join(p.text("zh") for p in problems),
            )
        )


class MissingCrs(CitygridError):
    """A frame came without a coordinate reference system.

    Parameters
    ----------
    what : Text or str
        What it holds; the name of a file or layer is the same in both languages.
    """

    def __init__(self, what: Text | str) -> None:
        said = Text(what, what) if isinstance(what, str) else what
        super().__init__(
            Text(
                f"{said.en}: no CRS; say which one it is in (option --crs, or frame.set_crs)",
                f"{said.zh}没有坐标参考系；请指明（选项 --crs，或 frame.set_crs）",
            )
        )


class NoRoom(CitygridError):
    """The disk is full, or the file can't grow; nothing was changed."""

    def __init__(self, path: str) -> None:
        super().__init__(
            Text(
                f"{path} can't be written: the disk is full or broken; nothing was changed. "
                "Make room, then try again",
                f"{path} 无法写入：磁盘已满或损坏，未作任何更改；请腾出空间后重试",
            )
        )


class Cancelled(CitygridError):
    """The user cancelled; nothing was stored."""

    exit_code = 1

    def __init__(self) -> None:
        super().__init__(Text("cancelled; nothing was changed", "已取消，未作任何更改"))
