"""The unified social credit code of a department (GB 32100-2015)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np
import pandas as pd

from citygrid_core.errors import Text
from citygrid_core.standards.batch import Bools
from citygrid_core.standards.errors import Fault, InvalidCode
from citygrid_core.standards.explanation import ExplainRow, Explanation

#: Characters of the code in the order of their values (GB 32100, table 1): no I, O, S, V, Z.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LABEL = Text("unified social credit code", "统一社会信用代码")
_VALUE = {c: i for i, c in enumerate(ALPHABET)}
_WEIGHTS = np.array([pow(3, i, 31) for i in range(17)], dtype=np.int64)
_DIGITS = 18
_CHARACTER = Text("character", "字符")
_CHECK = Text("check character", "校验码")
_LOOK_ALIKE = {"I": "1", "O": "0", "S": "5", "Z": "2", "V": "U"}
_AUTHORITIES = {
    "1": Text("institutional organisation office", "机构编制"),
    "2": Text("foreign affairs", "外交"),
    "3": Text("judicial administration", "司法行政"),
    "4": Text("culture", "文化"),
    "5": Text("civil affairs", "民政"),
    "6": Text("tourism", "旅游"),
    "7": Text("religious affairs", "宗教"),
    "8": Text("trade unions", "工会"),
    "9": Text("market regulation", "工商（市场监管）"),
    "A": Text("military", "中央军委改革和编制办公室"),
    "N": Text("agriculture", "农业"),
    "Y": Text("other", "其他"),
}


def social_credit_check(code: str) -> str:
    """Return the check character that belongs to the first 17 characters of `code`.

    The weighted sum of the values, weights 3^i mod 31, plus the check value is a
    multiple of 31 (GB 32100-2015, 4.2 and annex).

    Parameters
    ----------
    code : str
        17 characters, or 18 of which the last is ignored.

    Raises
    ------
    InvalidCode
        A character outside the alphabet, or another length.
    """
    wrong = _character_faults(code[:17])
    if len(code) not in (17, _DIGITS):
        wrong += [_length_fault(code)]
    if wrong:
        raise InvalidCode(LABEL, code, "", wrong)
    total = sum(_VALUE[c] * int(w) for c, w in zip(code[:17], _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def is_social_credit_code(code: object) -> bool:
    """Whether `code` is a valid social credit code: form and check character."""
    return not social_credit_faults(code)


def social_credit_faults(code: object) -> list[Fault]:
    """Return everything that is wrong with a social credit code; empty when it is valid."""
    if not isinstance(code, str):
        shown = "" if code is None else str(code)
        reason = Text(f"is {type(code).__name__}, not text", "不是文本")
        return [Fault("code.type", 1, max(len(shown), 1), shown, _CHARACTER, reason)]
    wrong = _character_faults(code)
    if len(code) != _DIGITS:
        wrong.append(_length_fault(code))
    if wrong:
        return wrong
    county = code[2:8]
    if not county.isdigit():
        reason = Text("must be six digits (GB/T 2260)", "应为 6 位数字（GB/T 2260）")
        return [Fault("code.county", 3, 8, county, Text("area", "登记机关行政区划"), reason)]
    right = social_credit_check(code)
    if right != code[17]:
        reason = Text(
            f"does not fit the first 17, which ask for {right} (GB 32100)",
            f"与前 17 位不符，应为 {right}（GB 32100）",
        )
        cure = Text("compare each character with the certificate", "请对照登记证书逐位核对")
        return [Fault("code.check", 18, 18, code[17], _CHECK, reason, cure)]
    return []


def social_credit_valid(codes: pd.Series) -> pd.Series:
    """Tell for each text whether it is a valid social credit code.

    Parameters
    ----------
    codes : Series
        Texts; anything else, and missing values, are invalid.

    Returns
    -------
    Series of bool
        Aligned to the input's index.
    """
    values = codes.to_numpy(dtype=object)
    good: Bools = np.fromiter(
        (isinstance(v, str) and len(v) == _DIGITS for v in values), np.bool_, len(values)
    )
    texts = [v if g else "0" * _DIGITS for v, g in zip(values, good, strict=True)]
    points = np.array(texts, dtype=f"U{_DIGITS}").view(np.uint32).reshape(len(values), _DIGITS)
    table = np.full(128, -1, dtype=np.int64)
    for c, value in _VALUE.items():
        table[ord(c)] = value
    number = np.where(points < 128, table[np.minimum(points, 127)], -1)
    good &= (number >= 0).all(axis=1) & (number[:, 2:8] <= 9).all(axis=1)
    good &= (-(number[:, :17] @ _WEIGHTS) % 31) == number[:, 17]
    verdict: pd.Series = pd.Series(good, index=codes.index, name=codes.name)
    return verdict


def _character_faults(text: str) -> list[Fault]:
    out = []
    for i, c in enumerate(text, 1):
        if c in _VALUE:
            continue
        reason = Text("is not in the alphabet of GB 32100", "不在 GB 32100 字符集中")
        plain = unicodedata.normalize("NFKC", c).strip().upper()
        meant = plain if plain in _VALUE else _LOOK_ALIKE.get(plain, "")
        if c.isspace() or not plain:
            cure = Text("remove the blank", "请删除空格")
        elif meant:
            cure = Text(f"perhaps {meant} was meant", f"可能应为 {meant}")
        else:
            cure = Text("I, O, S, V and Z are never used", "不使用 I、O、S、V、Z")
        out.append(Fault("code.character", i, i, c, _CHARACTER, reason, cure))
    return out


def _length_fault(text: str) -> Fault:
    n = len(text)
    first, last = (n + 1, _DIGITS) if n < _DIGITS else (_DIGITS + 1, n)
    reason = Text(f"has {n} characters, not {_DIGITS}", f"有 {n} 位，应为 {_DIGITS} 位")
    return Fault("code.length", first, last, text[_DIGITS:], Text("the code", "代码"), reason)


@dataclass(frozen=True, order=True, slots=True)
class SocialCreditCode:
    """An 18-character code: authority, category, area, organisation, check (GB 32100-2015).

    Parameters
    ----------
    text : str
        The whole code.
    """

    text: str

    def __post_init__(self) -> None:
        wrong = social_credit_faults(self.text)
        if wrong:
            raise InvalidCode(LABEL, self.text, "", wrong)

    @classmethod
    def parse(cls, text: str) -> SocialCreditCode:
        """Parse a code, strictly.

        Raises
        ------
        InvalidCode
            Which characters are wrong, and why.
        """
        return cls(text)

    @classmethod
    def valid(cls, codes: pd.Series) -> pd.Series:
        """Tell for each text whether it is a valid code; see `social_credit_valid`."""
        return social_credit_valid(codes)

    def __str__(self) -> str:
        return self.text

    @property
    def organisation(self) -> str:
        """Nine characters of the organisation (GB 11714)."""
        return self.text[8:17]

    def explain(self, lang: str = "en") -> Explanation:
        """Explain the code part by part."""
        t = self.text
        authority = _AUTHORITIES.get(t[0], Text("unknown", "未知"))
        number, category = t[2:8], t[1]
        rows = (
            (1, 1, Text("authority", "登记管理部门"), authority),
            (2, 2, Text("category", "机构类别"), Text(category, category)),
            (3, 8, Text("area", "登记机关行政区划"), Text(number, number)),
            (9, 17, Text("organisation", "主体标识码"), Text(t[8:17], t[8:17])),
            (18, 18, _CHECK, Text("fits", "正确")),
        )
        return Explanation(
            t,
            "department",
            LABEL,
            "",
            tuple(
                ExplainRow(a, b, t[a - 1 : b], p, m, "GB 32100", "sourced") for a, b, p, m in rows
            ),
            lang,
        )
