"""Personal data that hide in reports: phone numbers, identity numbers, names.

What is no use to a case is not kept: who reported it is masked or dropped before anything
is stored or set aside (Personal Information Protection Law, art. 6 and 51).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

import numpy as np
import pandas as pd

#: What a mapping may say of a column.
TREATMENTS = ("mask", "drop", "keep")
#: Columns that are personal by their name, whatever the mapping says nothing of.
_NAMED = re.compile(
    r"姓名|联系人|举报人|投诉人|反映人|来电人|报案人|诉求人|联系方式|联系电话|电话|手机|身份证|证件号|微信|邮箱"
    r"|\b(?:first|last|full|caller|contact|reporter)[ _]?name\b|phone|mobile|e-?mail|id[ _]?card",
    re.IGNORECASE,
)
_GAP = r"[ \-]?"
_MOBILE = rf"(?P<mobile>(?:\+?86{_GAP})?1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}})"
_LANDLINE = r"(?P<landline>0\d{2,3}[ \-]?[2-9]\d{6,7})"
_BORN = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_IDENTITY = rf"(?P<identity>[1-9]\d{{5}}{_BORN}\d{{3}}[\dXx])"
_PRIVATE = re.compile(rf"(?<![0-9A-Za-z.])(?:{_IDENTITY}|{_MOBILE}|{_LANDLINE})(?![0-9A-Za-z])")
#: How many digits are kept in front and behind.
_KEPT = {"mobile": (3, 2), "landline": (4, 0), "identity": (6, 0)}


def is_personal(column: str) -> bool:
    """Whether a column is personal by its name: a reporter's name, phone, identity number."""
    return bool(_NAMED.search(unicodedata.normalize("NFKC", column)))


def masked(text: str) -> str:
    """Return a text with the digits of phone and identity numbers in it starred.

    Full-width digits, blanks and hyphens between them don't hide a number. A number
    of another length (a case, a coordinate) stays.

    >>> masked("请联系王先生138-1234-5678，桂花路12号")
    '请联系王先生138-****-**78，桂花路12号'
    """
    plain = "".join(_narrow(c) for c in text)
    out = list(text)
    for found in _PRIVATE.finditer(plain):
        front, back = _KEPT[str(found.lastgroup)]
        places = [i for i in range(*found.span()) if plain[i].isdigit() or plain[i] in "Xx"]
        if found.group().lstrip("+").startswith("86") and found.lastgroup == "mobile":
            front += 2
        for i in places[front : len(places) - back]:
            out[i] = "*"
    return "".join(out)


def name_masked(text: str) -> str:
    """Return a name, a number, or whatever stands in a personal column, all but its first starred."""
    inside = masked(text)
    return inside if inside != text else text[:1] + "*" * (len(text) - 1)


def reporter_note(name: str, phone: str, how: str) -> str:
    """Return what the note of a case keeps of who reported it.

    Parameters
    ----------
    how : str
        One of `TREATMENTS`.

    >>> reporter_note("王先生", "13812345678", "mask")
    '反映人 王** 138******78'
    >>> reporter_note("王先生", "13812345678", "drop")
    ''
    """
    said = [text.strip() for text in (name, phone) if text.strip()]
    if how == "drop" or not said:
        return ""
    return " ".join(["反映人", *(said if how == "keep" else map(name_masked, said))])


def masked_texts(column: pd.Series) -> pd.Series:
    """Return a column with each text `masked`; looked at are only those with seven digits."""
    values = np.array(column, dtype=object)
    texts = [t if isinstance(t, str) else "" for t in values.tolist()]
    # A column is searched as one text: a line break ends every run of digits.
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1)
    found = [f.start() for f in _MAY.finditer("\n".join(texts))]
    for i in np.unique(np.searchsorted(ends, found, side="right")):
        values[i] = masked(texts[i])
    out: pd.Series = pd.Series(values, index=column.index, dtype=object)
    return out


def concealed(
    row: Mapping[str, str], said: Mapping[str, str], texts: tuple[str, ...]
) -> dict[str, str]:
    """Return a row as it came without what is personal.

    Parameters
    ----------
    row : mapping
        Column of the file to text.
    said : mapping
        Column to one of `TREATMENTS`; those not named are masked when they are personal
        by their name.
    texts : tuple of str
        Columns of free text: numbers inside are masked unless they are to be kept.
    """
    out = {}
    for name, text in row.items():
        how = said.get(name) or ("mask" if is_personal(name) else "")
        if how == "drop":
            out[name] = ""
        elif how == "mask" and name not in texts:
            out[name] = name_masked(text)
        else:
            out[name] = masked(text) if name in texts and how != "keep" else text
    return out


def _narrow(character: str) -> str:
    """Return the narrow form of one character, where that is one character too."""
    if character.isascii():
        return character
    narrow = unicodedata.normalize("NFKC", character)
    return narrow if len(narrow) == 1 else character


_MAY = re.compile(r"\d(?:[ \-－]?\d){6}")
