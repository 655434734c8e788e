"""CSV and its kin as a stream of blocks of text.

pandas parses what is well formed: every record has the same number of cells and every
quote opens or closes a cell, which is checked for a block at once. Only a block in
doubt goes through the csv module record by record, so that each bad row is named and
none is lost; a quote that is never closed spoils its own line only.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import IO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from citygrid_core.errors import Problem, Text
from citygrid_core.tables.encoding import (
    MARK,
    Encoding,
    declared,
    detect,
    undecodable,
    unmarked,
)
from citygrid_core.tables.guard import unusable
from citygrid_core.tables.header import HEAD, Layout
from citygrid_core.tables.notes import SILENT, shown
from citygrid_core.tables.records import Block, block_of

DELIMITERS = (",", "\t", ";", "|", "，")
_PIECE = 1 << 22
_HEAD_BYTES = 1 << 17
#: A record longer than this is an open quote that was never closed.
_LONGEST = 1 << 16
_LONGEST_LINE = 1 << 24
_NEWLINE, _RETURN, _QUOTE = 10, 13, 34


class Delimited:
    """A text file of records, opened: encoding, delimiter and first rows are known.

    Parameters
    ----------
    path : Path
        The file; gzip is seen by its first bytes.
    encoding, delimiter : str, optional
        Overrides of what would be detected.

    Attributes
    ----------
    head : list of list of str
        The first records, as they came.
    """

    def __init__(
        self, path: Path, encoding: str | None = None, delimiter: str | None = None
    ) -> None:
        self.path = path
        self.encoding: Encoding = declared(encoding) if encoding else detect(self._pieces())
        text = next(self._texts(_HEAD_BYTES), "")
        self.said_first = text[:4].lower() == "sep=" and text[5:6] in ("\r", "\n")
        if delimiter is None:
            delimiter = text[4] if self.said_first else detect_delimiter(text)
        self.delimiter = delimiter
        lines = list(io.StringIO(text, newline=""))[: HEAD * 8]
        if len(text) >= _HEAD_BYTES // 4 and len(lines) > 1:
            lines = lines[:-1]
        records = list(_Careful(path.name, self.delimiter).records(lines, final=True))[:HEAD]
        self.head: list[list[str]] = [cells for cells, _, _ in records]
        #: Characters up to the end of each of the first records.
        sizes = accumulate(map(len, lines))
        ends = [0, *sizes]
        self._ends = [0, *(ends[n] for n in accumulate(taken for _, _, taken in records))]

    def _open(self) -> IO[bytes]:
        file = self.path.open("rb")
        magic = file.read(2)
        file.seek(0)
        return gzip.GzipFile(fileobj=file, mode="rb") if magic == b"\x1f\x8b" else file  # type: ignore[return-value]

    def _pieces(self, first: int = _PIECE) -> Iterator[bytes]:
        """Yield the bytes of the file, unpacked."""
        size = first
        try:
            with self._open() as file:
                while piece := file.read(size):
                    yield piece
                    size = _PIECE
        except (OSError, EOFError, zlib.error) as error:
            raise unusable(
                self.path,
                "file.damaged",
                Text(f"it breaks off or is damaged ({error})", f"文件中断或损坏（{error}）"),
                Text("a whole file", "完整的文件"),
                Text("ask the sender for it again", "请对方重新发送"),
            ) from error

    def _texts(self, first: int) -> Iterator[str]:
        """Yield the decoded text; a byte that can't be decoded is a mark."""
        decoder = codecs.getincrementaldecoder(self.encoding.name)(errors=MARK)
        try:
            held: bytes | None = None
            for piece in self._pieces(first):
                if held is not None:
                    yield decoder.decode(held)
                held = piece
            yield decoder.decode(held or b"", final=True)
        except UnicodeError as error:
            raise unusable(
                self.path,
                "encoding.wrong",
                Text(f"bytes that {self.encoding.name} can't begin with ({error})",
                     f"文件不是{self.encoding.name}编码（{error}）"),
                Text(f"text in {self.encoding.name}", f"{self.encoding.name}编码的文本"),
                Text("leave the encoding to be detected", "请让程序自动识别编码"),
            ) from error  # fmt: skip

    def blocks(self, layout: Layout) -> Iterator[Block]:
        """Yield the records below the header.

        Parameters
        ----------
        layout : Layout
            Names and place of the header, found in `head`.
        """
        width = len(layout.names)
        careful = _Careful(self.path.name, self.delimiter)
        done, held = layout.first, ""
        skip = self._ends[min(layout.first, len(self._ends) - 1)]
        texts = self._texts(_HEAD_BYTES)
        text: str | None = next(texts, "")[skip:]
        while text is not None:
            following = next(texts, None)
            final = following is None
            text = held + text
            cut = len(text) if final else self._last_line_end(text)
            held, text = text[cut:], text[:cut]
            block, rest = _well_formed(text, self.delimiter, width, final)
            if block is None:
                records = list(careful.records(io.StringIO(text, newline=""), final=final))
                block, rest = self._careful_block(records, width), careful.rest
            held = rest + held
            if len(block):
                self._number(block, done)
                done += len(block)
                yield block
            text = following

    def _last_line_end(self, text: str) -> int:
        cut = text.rfind("\n") + 1 or text.rfind("\r", 0, -1) + 1
        if not cut and len(text) > _LONGEST_LINE:
            raise unusable(
                self.path,
                "file.lines",
                Text("a line of many million characters", "某一行有数百万字符"),
                Text("a table with one record a line", "每行一条记录的表格"),
                Text("check what kind of file it is", "请检查文件类型"),
            )
        return cut

    def _careful_block(self, records: list[_Record], width: int) -> Block:
        problems: dict[int, list[Problem]] = {}
        cells_of = []
        for at, (cells, spoilt, _) in enumerate(records):
            found = _wrong(cells, spoilt, width)
            if found:
                problems[at] = found
            cells = [unmarked(c) for c in cells] if found else cells
            if len(cells) > width:
                cells = [*cells[: width - 1], self.delimiter.join(cells[width - 1 :])]
            cells_of.append(cells + [""] * (width - len(cells)))
        block = block_of(cells_of, list(range(1, len(records) + 1)), width)
        block.problems = problems
        return block

    def _number(self, block: Block, done: int) -> None:
        """Give the rows of a block their numbers in the file, and its problems too."""
        block.rows += done
        for at, found in block.problems.items():
            row = int(block.rows[at])
            block.problems[at] = [replace(p, file=self.path.name, row=row) for p in found]


def _wrong(cells: list[str], spoilt: str, width: int) -> list[Problem]:
    """Return what is wrong with one record as a record; spare empty cells are taken off."""
    found: list[Problem] = []
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    blank = not any(c.strip() for c in cells)
    zero = any("\x00" in c or (spoilt and "\\x00" in c) for c in cells)
    if spoilt and not zero:
        found.append(_STRAY_QUOTE)
    elif len(cells) != width and not blank:
        found.append(
            replace(
                _CELLS,
                found=Text(f"{len(cells)} cells", f"{len(cells)}个单元格"),
                expected=Text(f"{width} cells as in the header", f"与表头一致的{width}个单元格"),
            )
        )
    bad = next((c for c in cells if undecodable(c)), None)
    if bad is not None:
        found.append(replace(_UNDECODABLE, found=shown(unmarked(bad))))
    if zero:
        found.append(_ZERO_BYTE)
    return found


_STRAY_QUOTE = Problem(
    "row.quote",
    Text("a stray quotation mark", "多余或未成对的引号"),
    Text("quotation marks in pairs around a cell", "单元格两端成对的引号"),
    Text('write a quotation mark inside a cell as ""', '单元格内的引号请写作 ""'),
)
_CELLS = Problem(
    "row.columns",
    SILENT,
    SILENT,
    Text(
        "quote cells that contain the delimiter or a line break; check whether the row is cut off",
        "含分隔符或换行的单元格请加引号；检查该行是否被截断",
    ),
)
_UNDECODABLE = Problem(
    "encoding.undecodable",
    SILENT,
    Text("characters of the file's encoding", "符合文件编码的字符"),
    Text(
        "ask for the row again, or name the encoding (--encoding)",
        "请重新索取该行，或指定编码（--encoding）",
    ),
)
_ZERO_BYTE = Problem(
    "row.binary",
    Text("a zero byte", "空字节（NUL）"),
    Text("text", "文本"),
    Text("ask for the file again, it is damaged here", "文件此处已损坏，请重新索取"),
)


def detect_delimiter(text: str) -> str:
    """Return the delimiter under which most records have the same number of cells."""
    lines = list(io.StringIO(text[: _HEAD_BYTES // 2], newline=""))[:200]
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        records = _Careful("", delimiter).records(lines, final=True)
        counts = Counter(len(c) for c, _, _ in records if any(map(str.strip, c)))
        several = {n: k for n, k in counts.items() if n > 1}
        if not several:
            continue
        common, times = max(several.items(), key=lambda item: (item[1], item[0]))
        share = times / sum(counts.values())
        # Titles and totals hardly count; a sign that is in the texts varies more.
        score = share * share * (1 + 0.1 * np.log2(common))
        if score > best_score * 1.02:
            best, best_score = delimiter, score
    return best


def _well_formed(text: str, delimiter: str, width: int, final: bool) -> tuple[Block | None, str]:
    """Parse a block in which nothing is in doubt; return it and the text left over.

    None: the block is in doubt.
    """
    if ord(delimiter) > 0x7F or "\x00" in text or not text:
        return None, ""
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError:
        return None, ""
    raw = np.frombuffer(data, np.uint8)
    newlines = np.flatnonzero(raw == _NEWLINE)
    marks = np.flatnonzero(raw == ord(delimiter))
    quotes = np.flatnonzero(raw == _QUOTE)
    if len(quotes):
        if not _quotes_in_order(raw, quotes, ord(delimiter)):
            return None, ""
        newlines = newlines[np.searchsorted(quotes, newlines) % 2 == 0]
        marks = marks[np.searchsorted(quotes, marks) % 2 == 0]
        if len(quotes) % 2:
            # The last cell goes on in the next block.
            cut = int(newlines[-1]) + 1 if len(newlines) else 0
            if final or not cut or len(data) - cut > _LONGEST:
                return None, ""
            rest = data[cut:].decode("utf-8")
            raw, data = raw[:cut], data[:cut]
            marks = marks[marks < cut]
        else:
            rest = ""
    else:
        rest = ""
    returns = np.flatnonzero(raw == _RETURN)
    if len(returns):
        outside = returns[np.searchsorted(quotes, returns) % 2 == 0]
        if len(outside) and (outside[-1] + 1 >= len(raw) or (raw[outside + 1] != _NEWLINE).any()):
            return None, ""
    ends = (
        newlines
        if len(newlines) and newlines[-1] == len(raw) - 1
        else np.append(newlines, len(raw))
    )
    counts = np.diff(np.searchsorted(marks, ends), prepend=0)
    starts = np.concatenate(([0], ends[:-1] + 1))
    empty = (ends - starts == 0) | (
        (ends - starts == 1) & (raw[np.minimum(starts, len(raw) - 1)] == _RETURN)
    )
    if ((counts != width - 1) & ~empty).any():
        return None, ""
    frame = pd.read_csv(
        io.BytesIO(data),
        header=None,
        names=list(range(width)),
        index_col=False,
        dtype=object,
        keep_default_na=False,
        na_filter=False,
        skip_blank_lines=False,
        sep=delimiter,
        encoding="utf-8",
        engine="c",
        low_memory=False,
    )
    if len(frame) != len(ends):
        return None, ""
    columns = [frame[j].to_numpy(dtype=object) for j in range(width)]
    return Block(columns, np.arange(1, len(ends) + 1, dtype=np.int64)), rest


def _quotes_in_order(raw: NDArray[np.uint8], quotes: NDArray[np.int64], delimiter: int) -> bool:
    """Return whether every quote opens a cell, closes one, or is doubled inside one."""
    edge = np.zeros(256, bool)
    edge[[delimiter, _NEWLINE, _RETURN]] = True
    doubled = np.diff(quotes) == 1
    opening, closing = quotes[0::2], quotes[1::2]
    again = np.append(False, doubled)[0::2]
    before = (opening == 0) | edge[raw[np.maximum(opening - 1, 0)]]
    on = np.append(doubled, False)[1::2]
    after = (closing == len(raw) - 1) | edge[raw[np.minimum(closing + 1, len(raw) - 1)]]
    return bool((before | again).all() and (after | on).all())


#: Cells, what is wrong with the quotes ("" nothing), and the lines the record took.
_Record = tuple[list[str], str, int]


class _Careful:
    """Reads records one by one and goes on after a spoilt one.

    Attributes
    ----------
    rest : str
        The beginning of a record that may go on in the next block.
    """

    def __init__(self, file: str, delimiter: str) -> None:
        self.file = file
        self.delimiter = delimiter
        self.rest = ""

    def records(self, text: io.StringIO | list[str], final: bool) -> Iterator[_Record]:
        """Yield the records of whole lines."""
        lines = list(text)
        self.rest = ""
        at = 0
        while at < len(lines):
            following = map(lines.__getitem__, range(at, len(lines)))
            reader = csv.reader(following, delimiter=self.delimiter, strict=True)
            taken = 0
            while True:
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    begun = at + taken
                    if not final and "unexpected end" in str(error):
                        rest = "".join(lines[begun:])
                        if len(rest) <= _LONGEST:
                            self.rest = rest
                            return
                    yield self._literally(lines[begun]), str(error), 1
                    at = begun + 1
                    break
                yield cells, "", reader.line_num - taken
                taken = reader.line_num

    def _literally(self, line: str) -> list[str]:
        """Return the cells of a line whose quotes are no quotes."""
        # Python before 3.11 refuses zero bytes.
        return line.rstrip("\r\n").replace("\x00", "\\x00").split(self.delimiter)
