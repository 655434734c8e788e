"""Which encoding a text file is in, and by what evidence.

UTF-8 is decided first: text of another encoding is almost never valid UTF-8. Then
GB18030, which contains GBK and GB2312. Only what is neither is left to the
statistics of charset-normalizer.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass

from citygrid_core.errors import Text, UsageError

#: Name of the error handler that keeps a byte that can't be decoded as a mark.
MARK = "citygrid.mark"
_MARKED = re.compile("[\udc00-\udcff]")
_SAMPLE = 1 << 18
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Encoding:
    """A codec name of Python, and why it was chosen."""

    name: str
    evidence: Text


def _mark(error: UnicodeError) -> tuple[str, int]:
    """Keep each undecodable byte as one lone surrogate, which no text contains."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    raw = error.object[error.start : error.end]
    return "".join(chr(0xDC00 + b) for b in raw), error.end


codecs.register_error(MARK, _mark)


def undecodable(text: str) -> bool:
    """Return whether bytes of `text` could not be decoded."""
    return _MARKED.search(text) is not None


def unmarked(text: str) -> str:
    r"""Return `text` with undecodable bytes shown as ``\xNN``."""
    return _MARKED.sub(lambda m: f"\\x{ord(m.group()) - 0xDC00:02x}", text)


def declared(name: str) -> Encoding:
    """Return the encoding that the user names; GBK and GB2312 are read as GB18030.

    Raises
    ------
    UsageError
        Python knows no such codec.
    """
    try:
        found = codecs.lookup(name).name
        "".encode(found)
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        raise UsageError(
            Text(
                f"unknown encoding {name!r}; common ones are utf-8, gb18030, utf-16",
                f"未知编码“{name}”；常用编码有 utf-8、gb18030、utf-16",
            )
        ) from error
    found = {"gbk": "gb18030", "gb2312": "gb18030", "utf-8": "utf-8-sig"}.get(found, found)
    return Encoding(found, Text("declared", "用户指定"))


def detect(blocks: Iterable[bytes]) -> Encoding:
    """Return the encoding of the bytes that `blocks` bring.

    Parameters
    ----------
    blocks : iterable of bytes
        The file piece by piece; no more is taken than is needed to decide.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    sample, valid, plain, first = bytearray(), True, True, True
    for block in blocks:
        if first:
            first = False
            for bom, name in _BOMS:
                if block.startswith(bom):
                    return Encoding(name, Text("byte order mark", "字节顺序标记（BOM）"))
            wide = _utf16_without_bom(block[:4096])
            if wide:
                return wide
        ascii_ = block.isascii()
        plain &= ascii_
        if not ascii_ and len(sample) < _SAMPLE:
            sample += _interesting(block, _SAMPLE - len(sample))
        if valid:
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                valid = False
        if not valid and len(sample) >= _SAMPLE:
            break
    if valid and plain:
        return Encoding("utf-8", Text("only ASCII characters", "仅含ASCII字符"))
    if valid:
        return Encoding("utf-8", Text("every byte is valid UTF-8", "全部字节符合UTF-8"))
    return _legacy(bytes(sample).splitlines())


def detect_values(values: list[bytes]) -> Encoding:
    """Return the encoding of separate values, such as the fields of a DBF table.

    A value may have been cut off in the middle of a character.
    """
    loud = [v for v in values if not v.isascii()]
    if not loud:
        return Encoding("utf-8", Text("only ASCII characters", "仅含ASCII字符"))
    if all(_decodes(v, "utf-8") for v in loud):
        return Encoding(
            "utf-8",
            Text(
                f"{len(loud)} values with other characters are valid UTF-8",
                f"{len(loud)}个含非ASCII字符的值均符合UTF-8",
            ),
        )
    return _legacy(loud)


def _interesting(block: bytes, room: int) -> bytes:
    """Return the lines of `block` that are not plain ASCII, as many as there is room for."""
    taken = bytearray()
    for line in block.splitlines(keepends=True):
        if not line.isascii():
            taken += line
            if len(taken) >= room:
                break
    return bytes(taken)


def _decodes(value: bytes, name: str) -> bool:
    try:
        codecs.getincrementaldecoder(name)().decode(value)
    except UnicodeDecodeError:
        return False
    return True


def _utf16_without_bom(head: bytes) -> Encoding | None:
    """Recognise UTF-16 by the zero bytes of its delimiters, digits and line ends."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if (even + odd) * 20 < len(head) or len(head) < 4:
        return None
    for name, mine, other in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if mine > 20 * other:
            return Encoding(
                name,
                Text(
                    f"{mine} of {len(head) // 2} characters have a zero byte on the same side",
                    f"{len(head) // 2}个字符中有{mine}个在同一侧为零字节",
                ),
            )
    return None


def _legacy(lines: list[bytes]) -> Encoding:
    """Decide for lines (or values) of which not all are valid UTF-8."""
    loud = [line for line in lines if not line.isascii()]
    total = len(loud)
    utf8 = sum(_decodes(line, "utf-8") for line in loud)
    gb = sum(_decodes(line, "gb18030") for line in loud)
    # A line of GBK is valid UTF-8 only by a rare accident; the reverse is common.
    if utf8 * 2 >= total:
        return Encoding(
            "utf-8",
            Text(
                f"{utf8} of {total} lines with other characters are valid UTF-8",
                f"{total}行含非ASCII字符，其中{utf8}行符合UTF-8",
            ),
        )
    common = _common_hanzi(b"".join(loud))
    if gb * 10 >= total * 9 and common >= 0.7:
        return Encoding(
            "gb18030",
            Text(
                f"not UTF-8; {gb} of {total} lines with other characters are valid GB18030, "
                f"{common:.0%} of their characters are common hanzi",
                f"不符合UTF-8；{total}行含非ASCII字符，其中{gb}行符合GB18030，"
                f"常用汉字占{common:.0%}",
            ),
        )
    big5 = sum(_decodes(line, "big5hkscs") for line in loud)
    frequent = _frequent_big5(b"".join(loud))
    if big5 * 10 >= total * 9 and frequent >= 0.9:
        return Encoding(
            "big5hkscs",
            Text(
                f"not UTF-8; {big5} of {total} lines with other characters are valid Big5, "
                f"{frequent:.0%} of their characters are frequent hanzi",
                f"不符合UTF-8；{total}行含非ASCII字符，其中{big5}行符合Big5，"
                f"常用汉字占{frequent:.0%}",
            ),
        )
    guess = _statistics(b"\n".join(loud))
    if guess is not None:
        return guess
    return Encoding(
        "gb18030",
        Text(
            f"not UTF-8 and nothing fits well; {gb} of {total} lines are valid GB18030",
            f"不符合UTF-8，也无完全吻合的编码；{total}行中有{gb}行符合GB18030",
        ),
    )


def _common_hanzi(raw: bytes) -> float:
    """Return the share of level-1 hanzi and symbols of GB 2312 among wide characters."""
    codes = _wide_codes(raw, "gb18030")
    return _share(len(c) == 2 and 0xA1 <= c[0] <= 0xD7 and c[1] >= 0xA1 for c in codes)


def _frequent_big5(raw: bytes) -> float:
    """Return the share of the frequent hanzi and symbols of Big5 among wide characters."""
    codes = _wide_codes(raw, "big5hkscs")
    return _share(len(c) == 2 and 0xA1 <= c[0] <= 0xC6 for c in codes)


def _wide_codes(raw: bytes, name: str) -> list[bytes]:
    text = raw.decode(name, "replace")
    return [b"" if c == "\ufffd" else c.encode(name) for c in text if ord(c) > 0x7F]


def _share(hits: Iterable[bool]) -> float:
    found = list(hits)
    return sum(found) / len(found) if found else 0.0


def _statistics(raw: bytes) -> Encoding | None:
    from charset_normalizer import from_bytes

    best = from_bytes(
        raw[:_SAMPLE],
        cp_isolation=["gb18030", "big5", "big5hkscs", "euc_kr", "shift_jis", "cp1252"],
    ).best()
    if best is None:
        return None
    return Encoding(
        best.encoding,
        Text(
            f"charset-normalizer: chaos {best.chaos:.2f}, coherence {best.coherence:.2f}",
            f"charset-normalizer 判断：混乱度 {best.chaos:.2f}，连贯度 {best.coherence:.2f}",
        ),
    )
