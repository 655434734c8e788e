"""What a column of ours is: its name, its kind, and what others call it."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as MappingType
from dataclasses import dataclass
from typing import Literal, get_args

from citygrid_core.errors import Text, UsageError

Kind = Literal["text", "code", "integer", "number", "date", "datetime", "choice"]
#: Stored value to everything that means it.
Choices = MappingType[str, Iterable[str]]


@dataclass(frozen=True)
class Field:
    """One column that we want to read.

    Parameters
    ----------
    name : str
        Our name: the column of the frame.
    kind : str
        ``text``; ``code`` (text of letters and digits, never a number);
        ``integer`` (nullable int64); ``number`` (float64); ``date`` (ISO text
        ``YYYY-MM-DD``); ``datetime`` (ISO text ``YYYY-MM-DDTHH:MM:SS``, the
        city's wall clock); ``choice`` (one stored value of a list).
    labels : sequence of str
        What others call it: Chinese and English labels, field names of editions.
    required : bool
        Whether a row without it is rejected.
    length : int, optional
        Number of characters of a code; shorter ones of digits only are padded.
    choices : mapping, optional
        Stored value to the texts that mean it (the stored value always does).
    """

    name: str
    kind: Kind = "text"
    labels: tuple[str, ...] = ()
    required: bool = False
    length: int | None = None
    choices: Choices | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", tuple(self.labels))
        if self.kind not in get_args(Kind):
            kinds = ", ".join(get_args(Kind))
            raise UsageError(
                Text(
                    f"field {self.name!r}: kind {self.kind!r} is none of {kinds}",
                    f"字段“{self.name}”：类型“{self.kind}”不在 {kinds} 之中",
                )
            )
        if (self.kind == "choice") != (self.choices is not None):
            raise UsageError(
                Text(
                    f"field {self.name!r}: choices go with the kind 'choice' and only with it",
                    f"字段“{self.name}”：取值表只与类型 choice 一起使用",
                )
            )
