"""Dates and times in the many ways that people and programs write them.

What can be read in two ways is not read: ``05.03.2026`` may be March or May.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import NamedTuple
from zoneinfo import ZoneInfo

from citygrid_core.errors import Text

#: Serial days of a sheet that are taken for dates: 1950-01-01 to 2100-12-31.
FIRST_SERIAL, LAST_SERIAL = 18264, 73415
_EPOCH, _EPOCH_1904 = dt.datetime(1899, 12, 30), dt.datetime(1904, 1, 1)

_TIME = (
    r"(?:(?P<noon>上午|早上|凌晨|中午|下午|晚上|am|pm)\s*)?"
    r"(?P<h>\d{1,2})\s*(?:[:：时點点]\s*)(?:(?P<mi>\d{1,2})\s*分?)?"
    r"(?:[:：]?\s*(?P<s>\d{1,2})(?:[.,](?P<f>\d{1,9}))?\s*秒?)?"
    r"\s*(?P<ampm>am|pm|a\.m\.|p\.m\.)?\s*"
    r"(?P<zone>z|utc|gmt|[+-]\d{2}:?\d{2}|[+-]\d{2})?"
)
_DAY = (
    r"(?P<y>\d{4})\s*(?P<sep>[-/.年])\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*[日号]?"
    r"\s*(?:\(?(?:星期|周|礼拜)[一二三四五六日天]\)?)?"
)
_YEAR_FIRST = re.compile(rf"{_DAY}(?:[\sT,]*{_TIME})?", re.I)
_YEAR_LAST = re.compile(
    rf"(?P<a>\d{{1,2}})\s*[-/.]\s*(?P<b>\d{{1,2}})\s*[-/.]\s*(?P<y>\d{{4}})(?:[\sT,]*{_TIME})?",
    re.I,
)
_NAMED = re.compile(
    rf"(?:(?P<d>\d{{1,2}})[\s\-]*(?P<mon>[a-z]{{3,9}})\.?|(?P<mon2>[a-z]{{3,9}})\.?\s*(?P<d2>\d{{1,2}}))"
    rf"[\s,\-]*(?P<y>\d{{4}})(?:[\sT,]*{_TIME})?",
    re.I,
)
_COMPACT = re.compile(
    r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:T?(?P<h>\d{2})(?P<mi>\d{2})(?P<s>\d{2})?)?"
)
_SERIAL = re.compile(r"(?P<day>\d{5})(?P<part>\.\d+)?")
_SHORT_YEAR = re.compile(r"\d{1,2}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}日?(?:\s.*)?")
_NO_DAY = re.compile(r"\d{4}(?:\s*[-/.年]\s*(?:\d{1,2}\s*月?)?)?")
_HANZI = re.compile(r"[〇零○一二三四五六七八九]{4}年")
_MONTHS = {
    name: k + 1
    for k, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    )
}
_DIGITS = dict(zip("〇零○一二三四五六七八九", "000123456789", strict=True))


class Moment(NamedTuple):
    """A date, or date and time, that a text means.

    Attributes
    ----------
    value : datetime
        Wall clock, to the second.
    timed : bool
        Whether the text says a time of day.
    how : Text or None
        How it was understood, when that was not plain to see.
    """

    value: dt.datetime
    timed: bool
    how: Text | None = None


class NoMoment(NamedTuple):
    """Why a text is no date, and what to do."""

    why: Text
    cure: Text


_HANZI_DATE = Text("Chinese notation", "中文日期写法")
_WRITE = Text("write it as 2026-03-05", "请写作 2026-03-05")
_UNKNOWN = NoMoment(Text("a date", "日期"), _WRITE)
#: What stands before or behind an hour: from which hour to which it can be meant, and how many
#: are added. Another hour can be read in two ways (晚上12点: the night's beginning or its end), or
#: in none (上午13点).
_DAYTIME: dict[str, tuple[tuple[int, int, int], ...]] = {
    "凌晨": ((0, 6, 0), (12, 12, -12)),
    "早上": ((4, 11, 0),),
    "上午": ((0, 11, 0),),
    "中午": ((10, 13, 0), (1, 3, 12)),
    "下午": ((1, 11, 12), (12, 23, 0)),
    "晚上": ((5, 11, 12), (17, 23, 0)),
    "am": ((0, 11, 0), (12, 12, -12)),
    "pm": ((1, 11, 12), (12, 23, 0)),
}
_AMBIGUOUS = NoMoment(
    Text("a time of day that can be read in one way", "含义唯一的时刻"),
    Text("write it in 24 hours: 2026-03-05 23:30", "请用24小时制书写，如 2026-03-05 23:30"),
)


def parse(text: str, zone: ZoneInfo, *, date1904: bool = False) -> Moment | NoMoment:
    """Read one date or date with time.

    Parameters
    ----------
    text : str
        Not empty.
    zone : ZoneInfo
        Where the wall clock hangs: a time with an offset is converted to it.
    date1904 : bool
        Whether serial days count from 1904, as old Excel for Mac did.
    """
    said = unicodedata.normalize("NFKC", text).strip().strip("'\"").replace("−", "-")
    if _HANZI.match(said):
        said = _hanzi(said)
    try:
        if found := _YEAR_FIRST.fullmatch(said):
            g = found.groupdict()
            moment = _moment(int(g["y"]), int(g["m"]), int(g["d"]), g, zone)
            if g["sep"] == "年" and isinstance(moment, Moment):
                return moment._replace(how=moment.how or _HANZI_DATE)
            return moment
        if found := _COMPACT.fullmatch(said):
            g = found.groupdict()
            return _moment(int(g["y"]), int(g["m"]), int(g["d"]), g, zone)
        if found := _SERIAL.fullmatch(said):
            return _serial(float(said), bool(found["part"]), date1904)
        if found := _YEAR_LAST.fullmatch(said):
            return _year_last(found.groupdict(), zone)
        if found := _NAMED.fullmatch(said):
            g = found.groupdict()
            month = _MONTHS.get((g["mon"] or g["mon2"])[:3].lower())
            if month:
                return _moment(int(g["y"]), month, int(g["d"] or g["d2"]), g, zone)
    except (ValueError, OverflowError):
        return NoMoment(
            Text("a day and time that exist", "真实存在的日期和时间"),
            Text("correct it", "请更正"),
        )
    if _SHORT_YEAR.fullmatch(said):
        return NoMoment(
            Text("a date with a year of four digits", "四位年份的日期"),
            Text("write the year in full: 2026-03-05", "请写全年份，如 2026-03-05"),
        )
    if _NO_DAY.fullmatch(said):
        return NoMoment(
            Text("a date with month and day", "含月和日的日期"),
            Text("say the day: 2026-03-05", "请写明日期，如 2026-03-05"),
        )
    return _UNKNOWN


def _year_last(g: dict[str, str | None], zone: ZoneInfo) -> Moment | NoMoment:
    a, b, year = int(g["a"] or 0), int(g["b"] or 0), int(g["y"] or 0)
    if a <= 12 and b <= 12 and a != b:
        return NoMoment(
            Text(
                f"a date that can be read in one way, not as {year}-{b:02d}-{a:02d} "
                f"and {year}-{a:02d}-{b:02d}",
                f"含义唯一的日期，而非既可为 {year}-{b:02d}-{a:02d} 又可为 {year}-{a:02d}-{b:02d}",
            ),
            _WRITE,
        )
    day, month = (b, a) if b > 12 else (a, b)
    return _moment(year, month, day, g, zone)


def _moment(
    year: int, month: int, day: int, g: dict[str, str | None], zone: ZoneInfo
) -> Moment | NoMoment:
    if year < 1900:
        raise ValueError(year)
    if g.get("h") is None:
        return Moment(dt.datetime(year, month, day), timed=False)
    hour, minute = int(g["h"] or 0), int(g.get("mi") or 0)
    said = (g.get("noon") or g.get("ampm") or "").lower().replace(".", "")
    if said:
        meant = [hour + more for a, b, more in _DAYTIME[said] if a <= hour <= b]
        if not meant:
            return _AMBIGUOUS
        hour = meant[0]
    later = dt.timedelta()
    if hour == 24 and not minute:
        hour, later = 0, dt.timedelta(days=1)
    value = dt.datetime(year, month, day, hour, minute, int(g.get("s") or 0)) + later
    offset = g.get("zone")
    if not offset:
        return Moment(value, timed=True)
    there = value.replace(tzinfo=_offset(offset))
    local = there.astimezone(zone).replace(tzinfo=None)
    if local == value:
        return Moment(value, timed=True)
    return Moment(
        local,
        True,
        Text(
            f"offset {offset} to the wall clock of {zone.key}",
            f"由时区{offset}换算为{zone.key}时间",
        ),
    )


def _offset(text: str) -> dt.timezone:
    if text[0] not in "+-":
        return dt.timezone.utc
    digits = text[1:].replace(":", "")
    shift = dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return dt.timezone(shift if text[0] == "+" else -shift)


def _serial(days: float, timed: bool, date1904: bool) -> Moment | NoMoment:
    epoch = _EPOCH_1904 if date1904 else _EPOCH
    shifted = days + (1462 if date1904 else 0)
    if not FIRST_SERIAL <= shifted <= LAST_SERIAL:
        return _UNKNOWN
    value = epoch + dt.timedelta(seconds=round(days * 86400))
    return Moment(value, timed, Text("serial day of Excel", "Excel 日期序列值"))


def _hanzi(text: str) -> str:
    """Return a date whose numbers are hanzi (二〇二六年三月十五日) with digits."""

    def number(found: re.Match[str]) -> str:
        said = found.group()
        if "十" not in said:
            return "".join(_DIGITS[c] for c in said)
        tens, ones = said.split("十", 1)
        return str(int(_DIGITS.get(tens, "1")) * 10 + int(_DIGITS.get(ones, "0")))

    return re.sub(r"[〇零○一二三四五六七八九十]+", number, text)
