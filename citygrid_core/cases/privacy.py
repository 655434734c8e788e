"""Personal data that hide in reports: phone numbers, identity numbers, names.

What is no use to a case is not kept: who reported it is masked or dropped before anything
is stored or set aside (Personal Information Protection Law, art. 6 and 51).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from citygrid_core.errors import Problem, Text

#: What a mapping may say of a column.
TREATMENTS = ("mask", "drop", "keep")
#: Columns that are personal by their name, whatever the mapping says nothing of.
_NAMED = re.compile(
    r"姓名|联系人|举报人|投诉人|反映人|来电人|报案人|诉求人|联系方式|联系电话|电话|手机|身份证|证件号|微信|邮箱"
    r"|\b(?:first|last|full|caller|contact|reporter)[ _]?name\b|phone|mobile|e-?mail|id[ _]?card",
    re.IGNORECASE,
)
_GAP = r"[ \-]?"
_MOBILE = (
    rf"(?P<mobile>(?:(?:\+|00)?86{_GAP})?1[3-9]\d(?:{_GAP}\d{{4}}{_GAP}\d{{4}}|\.\d{{4}}\.\d{{4}}))"
)
_LANDLINE = r"(?P<landline>0\d{2,3}\)?[ \-]?[2-9]\d{3}[ \-]?\d{3,4})"
_BORN = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_IDENTITY = rf"(?P<identity>[1-9]\d{{5}}{_BORN}\d{{3}}[\dX])"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE = rf"(?P<plate>[{_PROVINCES}][A-HJ-Z][ ·•.\-]?[A-HJ-NP-Z0-9]{{4,5}}[A-HJ-NP-Z0-9挂学警港澳])"
_MAIL = r"(?P<mail>[0-9A-Z._+\-]+)(?=@[0-9A-Z\-]+\.[A-Z])"
#: Numbers that show by themselves what they are.
_SELF = re.compile(
    rf"(?:(?<![0-9A-Z.])|(?<=tel)|(?<=mob)|(?<=phone)|(?<=qq))(?:{_IDENTITY}|{_MOBILE}|{_LANDLINE})(?![0-9A-Z])"
    rf"|{_PLATE}(?![0-9A-Z])|{_MAIL}",
    re.IGNORECASE,
)
#: What may stand between a word and what it names: in a sentence, in JSON, in XML.
_IS = r"[\"'<>/：:=\s]"
_WHO = r"姓名|联系人|举报人|投诉人|反映人|来电人|报案人|诉求人|(?:first|last|full|caller|contact|reporter)[ _]?name"
_PHONE = r"电话|手机|座机|联系方式|tel|phone|mobile"
_ACCOUNT = r"身份证|证件|护照|银行卡|卡号|微信|wechat|weixin|qq|id[ _]?card"
#: Names, and numbers of no form of their own: known by the word in front of them.
_TOLD = re.compile(
    rf"(?:(?:{_WHO}){_IS}{{1,6}}|我叫|名叫|姓名[是为])"
    r"(?P<name>[\u4e00-\u9fff·]{2,4}|[A-Z][A-Z'\-]+(?: [A-Z][A-Z'\-]*)?)"
    rf"|(?:{_PHONE})(?:号码|号|[是为])?{_IS}{{0,6}}(?P<number>\d(?:{_GAP}\d){{6,}})(?![\d*])"
    rf"|(?:{_ACCOUNT})(?:号码|号|[是为])?{_IS}{{0,6}}(?P<account>[0-9A-Z][0-9A-Z_.\-]{{4,}})(?![0-9A-Z*])",
    re.IGNORECASE,
)
#: How many characters are kept in front and behind.
_KEPT = {
    "mobile": (3, 2), "landline": (4, 0), "identity": (6, 0), "plate": (3, 1), "mail": (1, 0),
    "name": (1, 0), "number": (3, 0), "account": (2, 0),
}  # fmt: skip
#: What a text must have of which anything is masked, looked for first as most have nothing:
#: seven digits, a letter with the digits of a plate; a mail's sign, a word.
_MAY = (
    re.compile(r"[0-9０-９](?:[ \-－.)）]*[0-9０-９]){6}"),
    re.compile(r"[A-Za-zＡ-Ｚ][ ·•.\-]?(?=[A-Za-z]*[0-9０-９])\w{5}"),
)
_HINTS = (
    "@", "＠", "姓名", "联系人", "举报人", "投诉人", "反映人", "来电人", "报案人", "诉求人", "我叫", "名叫", "ame", "AME",
    "身份证", "证件", "护照", "银行卡", "卡号", "微信", "hat", "wei", "QQ", "qq", "ard",
)  # fmt: skip
_CODE = re.compile(r"[0-9A-Za-z_\-]*")


def is_personal(column: str) -> bool:
    """Whether a column is personal by its name: a reporter's name, phone, identity number."""
    return bool(_NAMED.search(unicodedata.normalize("NFKC", column)))


def masked(text: str) -> str:
    """Return a text with what in it is a person's starred.

    Phone and identity numbers, number plates, mail addresses; names and accounts behind a word
    that announces them (姓名：, 联系人, 微信号, first_name). Full-width digits, blanks, hyphens
    don't hide a number. A number of another length (a case, a coordinate) stays.

    >>> masked("请联系王先生138-1234-5678，桂花路12号")
    '请联系王先生138-****-**78，桂花路12号'
    >>> masked("联系人：张三丰，车牌赣A12345")
    '联系人：张**，车牌赣A1***5'
    """
    out = list(text)
    for pattern in (_SELF, _TOLD):
        plain = "".join(map(_narrow, out))
        for found in pattern.finditer(plain):
            kind = str(found.lastgroup)
            front, back = _KEPT[kind]
            places = [i for i in range(*found.span(kind)) if plain[i].isalnum()]
            if kind == "mobile" and found[kind].lstrip("+0").startswith("86"):
                front += found[kind].index("86") + 2 - found[kind].startswith("+")
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
    """Return a column with each text `masked`; looked at are only those that may have anything."""
    values = np.array(column, dtype=object)
    texts = [t if isinstance(t, str) else "" for t in values.tolist()]
    # A column is searched as one text: a line break ends what is looked for.
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1)
    joined = "\n".join(texts)
    found = [f.start() for pattern in _MAY for f in pattern.finditer(joined)]
    for hint in _HINTS:
        at = joined.find(hint)
        while at >= 0:
            found.append(at)
            at = joined.find(hint, at + 1)
    for i in np.unique(np.searchsorted(ends, found, side="right")):
        values[i] = masked(texts[i])
    out: pd.Series = pd.Series(values, index=column.index, dtype=object)
    return out


def concealed(
    row: Mapping[str, str],
    said: Mapping[str, str],
    texts: Collection[str] = (),
    codes: Collection[str] = (),
) -> dict[str, str]:
    """Return a row as it came without what is personal.

    Parameters
    ----------
    row : mapping
        Column of the file to text.
    said : mapping
        Column to one of `TREATMENTS`; those not named are masked whole when they are
        personal by their name, else what is personal inside is (`masked`).
    texts : collection of str
        Columns of free text, of which only what is inside is masked.
    codes : collection of str
        Columns of codes: one of letters and digits alone stays, whatever it looks like.
    """
    out = {}
    for name, text in row.items():
        how = said.get(name) or ("mask" if is_personal(name) else "")
        if how == "drop":
            out[name] = ""
        elif how == "keep" or (name in codes and _CODE.fullmatch(text)):
            out[name] = text
        else:
            out[name] = name_masked(text) if how and name not in texts else masked(text)
    return out


def unspoken(problem: Problem, codes: Collection[str] = ()) -> Problem:
    """Return a problem whose words repeat nothing personal of what was found.

    Parameters
    ----------
    codes : collection of str
        Fields of codes, as in `concealed`.
    """
    said = (problem.found, problem.expected, problem.cure)
    if problem.field in codes and _CODE.fullmatch(problem.found.en.strip("'\"")):
        return problem
    found, expected, cure = (Text(masked(t.en), masked(t.zh)) for t in said)
    return replace(problem, found=found, expected=expected, cure=cure)


def _narrow(character: str) -> str:
    """Return the narrow form of one character, where that is one character too."""
    if character.isascii():
        return character
    narrow = unicodedata.normalize("NFKC", character)
    return narrow if len(narrow) == 1 else character
