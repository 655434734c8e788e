"""Chinese numerals as people write them in addresses."""

from __future__ import annotations

_DIGITS = {
    **dict(zip("〇一二三四五六七八九", range(10), strict=True)),
    **dict(zip("零壹贰叁肆伍陆柒捌玖", range(10), strict=True)),
    **{"○": 0, "两": 2, "幺": 1, "貳": 2, "參": 3, "陸": 6},
}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_TENS = {"廿": 20, "卅": 30, "卌": 40}

#: Every character a Chinese numeral may be made of, for a regular expression's class.
CHARACTERS = "".join([*_DIGITS, *_UNITS, *_TENS])


def to_digits(numeral: str) -> str | None:
    """Return a Chinese numeral in Arabic digits, or None when it is none.

    Numbers with units (三百二十一, 两千零五, 百二 for 120) are computed; bare
    digits (三二〇) are read one by one, so leading zeros stay.

    Examples
    --------
    >>> to_digits("三百二十一"), to_digits("十五"), to_digits("三〇二"), to_digits("廿三")
    ('321', '15', '302', '23')
    """
    if not numeral:
        return None
    if all(c in _DIGITS for c in numeral):
        return "".join(str(_DIGITS[c]) for c in numeral)
    total, digit, last_unit = 0, None, 10_000
    for c in numeral:
        if c in _DIGITS:
            if digit:  # two digits in a row: 三二十 is no number
                return None
            digit = _DIGITS[c]
            if digit == 0:
                digit, last_unit = None, 11  # 一百零五: what follows are ones or tens
        elif c in _TENS:
            if digit is not None or last_unit <= 10:
                return None
            total, last_unit = total + _TENS[c], 10
        else:
            unit = _UNITS.get(c)
            if unit is None or unit >= last_unit:
                return None
            total += (1 if digit is None else digit) * unit
            digit, last_unit = None, unit
    if digit is not None:
        # 三百二 means 320, 三百零二 means 302.
        total += digit * (last_unit // 10 if last_unit in (100, 1000) else 1)
    return str(total)
