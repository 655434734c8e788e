"""What can be wrong with a code, a class, an edition or a data file of the standards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from citygrid_core.errors import CitygridError, Problem, Text, UsageError

_NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong stretch of digits in a code.

    Parameters
    ----------
    rule : str
        Stable identifier: ``code.type``, ``code.number``, ``code.character``,
        ``code.length``, ``code.county``, ``code.serial``, ``code.class`` or ``code.check``.
    first, last : int
        Positions, counted from 1, both included. For missing digits they are the
        positions where digits should stand.
    found : str
        What stands there.
    part : Text
        Name of the part of the code.
    reason, cure : Text
        Why it is wrong, and what to do.
    """

    rule: str
    first: int
    last: int
    found: str
    part: Text
    reason: Text
    cure: Text = _NOTHING

    def text(self, lang: str = "en") -> str:
        """Return the fault as one clause: which digits, which part, why, what to do."""
        one = self.first == self.last
        if lang == "zh":
            where = f"第{self.first}位" if one else f"第{self.first}–{self.last}位"
            found = f"“{self.found}”" if self.found else ""
            said = f"{where}{found}（{self.part.zh}）{self.reason.zh}"
            return said + (f"；{self.cure.zh}" if self.cure.zh else "")
        where = f"digit {self.first}" if one else f"digits {self.first}-{self.last}"
        found = f" {self.found!r}" if self.found else ""
        said = f"{where}{found} ({self.part.en}) {self.reason.en}"
        return said + (f"; {self.cure.en}" if self.cure.en else "")


class InvalidCode(CitygridError):
    """A code breaks the rules of its edition.

    Parameters
    ----------
    label : Text
        What kind of code it should be.
    code : str
        The code as it came.
    edition : str
        Edition id, empty where the kind of code has none.
    faults : sequence of Fault
        Everything that is wrong with it.
    """

    def __init__(self, label: Text, code: object, edition: str, faults: Sequence[Fault]) -> None:
        self.label = label
        self.code = code
        self.edition = edition
        self.faults = tuple(faults)
        of_en = f" of {edition}" if edition else ""
        of_zh = f"（{edition}）" if edition else ""
        super().__init__(
            Text(
                f"{code!r} is no {label.en}{of_en}: " + "; ".join(f.text("en") for f in faults),
                f"“{code}”不是有效的{label.zh}{of_zh}：" + "；".join(f.text("zh") for f in faults),
            )
        )

    def problem(self, *, file: str = "", row: int | None = None, field: str = "") -> Problem:
        """Return the error as a `Problem` of one place in an input."""
        return Problem(
            rule=self.faults[0].rule if self.faults else "code",
            found=Text(
                f"{self.code!r}: " + "; ".join(f.text("en") for f in self.faults),
                f"“{self.code}”：" + "；".join(f.text("zh") for f in self.faults),
            ),
            expected=Text(
                f"a {self.label.en}" + (f" of {self.edition}" if self.edition else ""),
                self.label.zh + (f"（{self.edition}）" if self.edition else ""),
            ),
            file=file,
            row=row,
            field=field,
        )


class UnknownEdition(UsageError):
    """No data of that edition, neither in the package nor in the user's folder."""

    def __init__(self, edition: str, known: Sequence[str]) -> None:
        self.edition = edition
        names = ", ".join(known)
        super().__init__(
            Text(
                f"unknown edition {edition!r}; known: {names}",
                f"未知标准版本“{edition}”，可用：{names}",
            )
        )


class UnknownClass(UsageError):
    """A class code that the edition's catalogue does not hold."""

    def __init__(self, kind: str, code: str, edition: str) -> None:
        self.kind, self.code, self.edition = kind, code, edition
        zh = "部件" if kind == "component" else "事件（事项）"
        super().__init__(
            Text(
                f"{code!r} is no {kind} class of {edition}; a class of your city goes into "
                f"{edition}/{kind}s.csv in your standards folder",
                f"“{code}”不在 {edition} 的{zh}分类中；本市自定类别请写入标准文件夹的 "
                f"{edition}/{kind}s.csv",
            )
        )


class UnknownCrosswalk(UsageError):
    """No table maps the classes of one edition to those of another."""

    def __init__(self, from_: str, to: str, known: Sequence[str]) -> None:
        names = ", ".join(known)
        super().__init__(
            Text(
                f"no crosswalk between {from_!r} and {to!r}; there are: {names}",
                f"没有“{from_}”与“{to}”之间的对照表；现有：{names}",
            )
        )
