"""What can be wrong with an index or with what it is made of."""

from __future__ import annotations

from pathlib import Path

from citygrid_core.errors import CitygridError, Problem, Text, UnusableInput, UsageError


class UnusableCells(UnusableInput):
    """Polygons that have no inside, or codes that name nothing; all of them are listed."""


class IndexFileError(CitygridError):
    """A file is no index, is damaged, or is of another version."""

    def __init__(self, path: Path, reason: Text) -> None:
        self.path = path
        super().__init__(
            Text(
                f"{path} can't be used as a cell index: {reason.en}; build it again",
                f"{path} 不能用作网格索引：{reason.zh}；请重新建立",
            )
        )


class NoAccelerator(UsageError):
    """The compiled engine was asked for, but numba is not installed."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "engine 'numba' needs the package numba (pip install numba); "
                "engine 'numpy' gives the same answers",
                "引擎 numba 需要安装 numba（pip install numba）；引擎 numpy 结果相同",
            )
        )


def wrong_cell(rule: str, position: int, code: str, found: Text, expected: Text) -> Problem:
    """Return the problem of one polygon, named by its code and position."""
    name = f" ({code})" if code else ""
    return Problem(
        rule,
        Text(f"{found.en} at position {position}{name}", f"第{position}个（{code}）{found.zh}"),
        expected,
        Text("repair it before it is indexed", "请先修复再建立索引"),
    )
