"""Service requests of Open311 GeoReport v2, JSON and XML, as a stream of blocks of text.

A record is a row, its position in the file (from 1) the row's number. One that is broken is
a row with a problem; reading goes on at the next. Keys of the standard come first, others
of a server behind them; what is nested stays JSON text.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from citygrid_core.errors import Problem, Text, UsageError
from citygrid_core.tables.encoding import declared, detect
from citygrid_core.tables.guard import unusable
from citygrid_core.tables.header import Layout
from citygrid_core.tables.records import Block, block_of

#: Keys of a service request (GeoReport v2, GET Service Requests).
KEYS = (
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description",
    "agency_responsible", "service_notice", "requested_datetime", "updated_datetime",
    "expected_datetime", "address", "address_id", "zipcode", "lat", "long", "media_url",
)  # fmt: skip
#: Made here: the standard has no moment of closing, a closed request's last update is it.
CLOSED = "closed_datetime"
#: The built-in mapping of these keys to the fields of a case.
MAPPING = "open311"
_ROWS = 20_000
_XML = re.compile(r"\s*(?:<\?xml.*?\?>)?\s*(?:<!--.*?-->\s*)*<(?:\w+:)?service_requests\b", re.S)
#: An array, alone or inside an object under the key of the standard.
_JSON = re.compile(r'\s*(?P<inside>\{[^\[\]]*?"service_requests"\s*:\s*)?\[')
_DECLARED = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([\w.\-]+)["']""")
_OPENING = re.compile(r"<(?:\w+:)?request\b[^>]*>")
_CLOSING = re.compile(r"</(?:\w+:)?request\s*>")
_NEXT = re.compile(r"\}\s*,\s*(?=\{)")
_KINDS = {
    str: Text("a text", "文本"), list: Text("a list", "列表"), type(None): Text("nothing", "空值"),
    bool: Text("true or false", "真假值"),
}  # fmt: skip
_EXPECTED = Text("a service request of GeoReport v2", "GeoReport v2 的服务请求记录")
_CURE = Text("ask for the record again", "请重新索取该记录")


def is_georeport(head: bytes) -> bool:
    """Return whether a file begins as service requests do."""
    wide = b"\x00" in head
    start = head.decode(detect([head]).name if wide else "latin-1", "ignore")
    start = start.removeprefix("\xef\xbb\xbf").removeprefix("\ufeff")
    return bool(_XML.match(start) or _JSON.match(start))


def _decoded(path: Path, encoding: str | None) -> str:
    """Return the text of a file: as the user says, as its declaration says, as its bytes look.

    Raises
    ------
    UnusableInput
        It is in none of these encodings.
    """
    data = path.read_bytes()
    tried = list(_codecs(data, encoding))
    for name in tried:
        try:
            return data.decode(name)
        except UnicodeError:
            continue
    raise unusable(
        path, "encoding.wrong",
        Text(f"bytes that are no {' or '.join(tried)}", f"文件不是 {' 或 '.join(tried)} 编码"),
        Text("text of one encoding", "编码一致的文本"),
        Text("name the encoding (--encoding)", "请指明编码（--encoding）"),
    )  # fmt: skip


def _codecs(data: bytes, encoding: str | None) -> Iterator[str]:
    """Yield in which encodings a file may be: what it declares is not always true."""
    if encoding:
        yield declared(encoding).name
        return
    said = _DECLARED.match(data.removeprefix(b"\xef\xbb\xbf").lstrip())
    if said:
        with suppress(UsageError):
            yield declared(said[1].decode("ascii")).name
    yield detect([data]).name


@dataclass
class _Record:
    """One record: its texts, or why there are none."""

    said: dict[str, str]
    wrong: Problem | None = None
    came: str = ""


class Requests:
    """A file of service requests, opened.

    Attributes
    ----------
    names : tuple of str
        Keys of the standard, `CLOSED`, and the other keys that occur.
    """

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        self.path = path
        text = _decoded(path, encoding).removeprefix("\ufeff")
        is_xml = bool(_XML.match(text))
        if is_xml and re.search(r"<!(?:DOCTYPE|ENTITY)", text):
            raise unusable(
                path, "xml.doctype", Text("a document type with entities", "文档类型或实体定义"),
                Text("plain service requests", "普通的服务请求"),
            )  # fmt: skip
        self._records = list(_of_xml(text) if is_xml else _of_json(text))
        self.kind = "XML" if is_xml else "JSON"
        others = dict.fromkeys(k for r in self._records for k in r.said)
        self.names = (*KEYS, CLOSED, *(k for k in others if k not in (*KEYS, CLOSED)))

    def blocks(self, layout: Layout) -> Iterator[Block]:
        """Yield the records, those that are broken with their problem."""
        for first in range(0, len(self._records), _ROWS):
            part = self._records[first : first + _ROWS]
            cells = [[r.said.get(n, "") for n in layout.names] for r in part]
            block = block_of(
                cells, list(range(first + 1, first + 1 + len(part))), len(layout.names)
            )
            for at, record in enumerate(part):
                if record.wrong is not None:
                    where = self.path.name, int(block.rows[at])
                    block.problems[at] = [_placed(record.wrong, *where)]
                    block.columns[0][at] = record.came
            yield block


def _placed(problem: Problem, file: str, row: int) -> Problem:
    from dataclasses import replace

    return replace(problem, file=file, row=row)


def _of_json(text: str) -> Iterator[_Record]:
    """Yield the elements of the array one by one; after a broken one those that follow it.

    Pages that were written one behind the other are read one after the other.
    """
    page = _JSON.match(text)
    while page is not None:
        at = yield from _of_array(text, page.end())
        if at >= len(text):
            return
        following = _JSON.match(text, at)
        if page["inside"]:  # behind the array stands what else the object says
            following = _JSON.search(text, at)
            following = following if following and following["inside"] else None
        elif following is None and (rest := text[at:].strip()):
            yield _broken("request.rest", "text behind the last record", "末条记录之后的内容", rest)
        page = following


def _of_array(text: str, at: int) -> Generator[_Record, None, int]:
    """Yield the elements of one array; return where it ends."""
    decoder = json.JSONDecoder()
    while True:
        at = _skipped(text, at)
        if at >= len(text):
            yield _broken("request.cut", "the file breaks off", "文件中断", "")
            return at
        if text[at] == "]":
            return at + 1
        try:
            value, end = decoder.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError) as error:
            following = _NEXT.search(text, at + 1)
            end = following.end() if following else len(text)
            said = getattr(error, "msg", type(error).__name__)
            yield _broken("request.json", f"no JSON ({said})", f"不是有效的 JSON（{said}）",
                          text[at:end])  # fmt: skip
            if following is None:
                return len(text)
            at = end
            continue
        at = end
        yield _record(value, text[at - 200 : at])


def _skipped(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n,":
        at += 1
    return at


def _of_xml(text: str) -> Iterator[_Record]:
    """Yield the requests, each parsed for itself."""
    openings = list(_OPENING.finditer(text))
    for number, opening in enumerate(openings):
        limit = openings[number + 1].start() if number + 1 < len(openings) else len(text)
        closing = _CLOSING.search(text, opening.end(), limit)
        if closing is None:
            came = text[opening.start() : limit]
            yield _broken(
                "request.xml", "a request without an end", "request 元素没有结束标记", came
            )
            continue
        inside = text[opening.end() : closing.start()]
        try:
            # prefixes are declared on the root, which is not looked at
            element = ElementTree.fromstring(
                re.sub(r"<(/?)\w+:", r"<\1", f"<request>{inside}</request>")
            )
        except ElementTree.ParseError as error:
            yield _broken("request.xml", f"no XML ({error})", f"不是有效的 XML（{error}）", inside)
            continue
        yield _record({child.tag: _inner(child) for child in element}, inside)


def _inner(element: ElementTree.Element) -> str:
    if len(element):
        return "".join(ElementTree.tostring(c, encoding="unicode") for c in element).strip()
    return (element.text or "").strip()


def _record(value: Any, came: str) -> _Record:
    if not isinstance(value, dict):
        kind = _KINDS.get(type(value), Text("a number", "数值"))
        return _broken("request.object", kind.en, kind.zh, came)
    said = {str(k): _text(v) for k, v in value.items()}
    if said.get("status", "").strip().casefold() == "closed":
        said[CLOSED] = said.get("updated_datetime", "")
    return _Record(said)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return json.dumps(value, ensure_ascii=False)
    return repr(value)


def _broken(rule: str, en: str, zh: str, came: str) -> _Record:
    return _Record({}, Problem(rule, Text(en, zh), _EXPECTED, _CURE), " ".join(came.split())[:500])
