"""Schemes that can't be."""

from __future__ import annotations

from collections.abc import Sequence

from citygrid_core.errors import CitygridError, Text, UsageError


class UnknownScheme(UsageError):
    """There is no scheme of that name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        said = ", ".join(known)
        super().__init__(
            Text(f"no scheme {name!r}; there are {said}", f"没有评价方案“{name}”；可用：{said}")
        )


class BadScheme(CitygridError):
    """A scheme says something that can't be computed."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(Text(f"scheme {name}: {why}", f"评价方案 {name}：{why}"))
