"""Steps that are refused, and profiles that can't be."""

from __future__ import annotations

from collections.abc import Sequence

from citygrid_core.errors import CitygridError, Text, UsageError


class UnknownProfile(UsageError):
    """There is no profile of that name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        said = ", ".join(known)
        super().__init__(
            Text(f"no profile {name!r}; there are {said}", f"没有办理规则“{name}”；可用：{said}")
        )


class BadProfile(CitygridError):
    """A profile says something that no case can follow."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(Text(f"profile {name}: {why}", f"办理规则 {name}：{why}"))


class StepRefused(UsageError):
    """A step that is not legal now.

    Attributes
    ----------
    legal : tuple of str
        Names of the steps that are.
    """

    def __init__(
        self, number: str, step: Text, why: Text, legal: Sequence[tuple[str, Text]]
    ) -> None:
        self.legal = tuple(name for name, _ in legal)
        en = ", ".join(f"{name}" for name, _ in legal) or "none"
        zh = "、".join(f"{label.zh}（{name}）" for name, label in legal) or "无"
        super().__init__(
            Text(
                f"case {number}: {step.en!r} is refused: {why.en}; legal now: {en}",
                f"案件 {number}：不能“{step.zh}”：{why.zh}；当前可执行：{zh}",
            )
        )
