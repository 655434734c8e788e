"""What the tests of this room share: the fields of a small census, and a writer of files."""

from __future__ import annotations

from pathlib import Path

from citygrid_core.tables import Batch, Field

FIELDS = (
    Field("key", "text", ("编号", "设施编号"), required=True),
    Field("class_code", "code", ("类别代码", "小类代码"), length=5),
    Field("name", "text", ("名称", "部件名称")),
    Field("surveyed_on", "date", ("初始日期", "普查日期", "ORDate")),
    Field("count", "integer", ("数量",)),
    Field("width", "number", ("宽度",)),
    Field("state", "choice", ("状态",), choices={"intact": ("完好", "intact"), "lost": ("丢失",)}),
)


def table(folder: Path, text: str, encoding: str = "utf-8", name: str = "t.csv") -> Path:
    """Write a text file as a bureau would."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def balanced(batch: Batch) -> Batch:
    """Return the batch after checking that no row was lost."""
    assert batch.read == len(batch.frame) + len(batch.rejects) == len(batch.raw)
    rows = [*batch.frame["source_row"], *(r.row for r in batch.rejects)]
    assert len(set(rows)) == batch.read
    assert set(batch.frame.index) <= set(batch.raw.index)
    return batch


def rules(batch: Batch) -> list[tuple[int, str]]:
    """Return (row, rule) of every reject."""
    return [(r.row, p.rule) for r in batch.rejects for p in r.problems]


def repairs(batch: Batch) -> list[tuple[int | None, str]]:
    """Return (row, rule) of every repair."""
    return [(p.row, p.rule) for p in batch.repairs]
