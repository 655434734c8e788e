"""How people write addresses: noise models over clean ones, all documented."""

from __future__ import annotations

import functools

import numpy as np

from citygrid_core.sample.names import chinese_number

_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
#: Characters of the names and what is typed for them by sound.
_POOL = (
    "朝潮新心建健文闻青清轻红宏洪金今京银玉育长常安鞍永勇和河荷华花滑兴星春明名鸣秋丘云匀江将姜湖胡福扶祥详"
    "瑞锐康宁凝泰太丰风峰裕景井锦绣秀翠碧丹单紫石时桐童同松柏百桂贵榆于槐怀杨阳扬柳竹逐梅眉兰蓝莲连枫杏李里"
    "理桃陶橘菊樟章楠南男鹤鹭路陆燕雁凤奉龙隆麒奇凌零晓小晨辰月悦霞侠雪岚溪西泉全塘堂桥乔渡埠步昌旺望顺仁人"
    "义艺礼智志信诚城善美雅远归来飞翔岭坡洲州滩湾汀浦港池亭停台楼阁庭廷园圆苑院虹光辉街巷像大道北东冬"
)


@functools.cache
def homophones() -> dict[str, str]:
    """Return for characters of the sample's names others that sound the same (pypinyin)."""
    from pypinyin import lazy_pinyin

    by_sound: dict[str, list[str]] = {}
    for c in dict.fromkeys(_POOL):
        by_sound.setdefault(lazy_pinyin(c)[0], []).append(c)
    return {
        c: "".join(o for o in cs if o != c) for cs in by_sound.values() for c in cs if len(cs) > 1
    }


@functools.cache
def _to_traditional():  # type: ignore[no-untyped-def]
    from opencc import OpenCC

    return OpenCC("s2t").convert


def traditional(text: str) -> str:
    """Return the text in traditional characters."""
    return str(_to_traditional()(text))


def full_width(text: str) -> str:
    """Return the text with full-width digits."""
    return text.translate(_FULL_WIDTH)


def by_sound(text: str, rng: np.random.Generator) -> str:
    """Replace one character of a name by one that sounds the same."""
    table = homophones()
    at = [i for i, c in enumerate(text) if c in table]
    if not at:
        return text
    i = at[int(rng.integers(len(at)))]
    other = table[text[i]]
    return text[:i] + other[int(rng.integers(len(other)))] + text[i + 1 :]


def typo(text: str, rng: np.random.Generator) -> str:
    """Lose, double or swap one character of a name (of three and more)."""
    if len(text) < 3:
        return text + text[-1]
    i = int(rng.integers(len(text) - 1))
    kind = int(rng.integers(3))
    if kind == 0:
        return text[:i] + text[i + 1 :]
    if kind == 1:
        return text[: i + 1] + text[i:]
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :]


def number_in_chinese(number: str) -> str:
    """Return a house number such as 128号 as 一百二十八号."""
    digits = "".join(c for c in number if c.isdigit())
    return chinese_number(int(digits)) + number[len(digits) :] if digits else number
