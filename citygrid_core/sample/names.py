"""Chinese names: of roads, places and bodies. All of it invented, none of it a real city's."""

from __future__ import annotations

import numpy as np

PROVINCE, CITY = "江西省", "云汀市"
RIVER, RAILWAY = "澜江", "云澜铁路"
COUNTIES = ("梧汀区", "望澜区", "临塘区", "青栎区", "松湖区", "白鹭区", "石岭区")

FAMOUS = (
    "人民", "解放", "建设", "和平", "胜利", "朝阳", "新华", "文化", "青年", "民主", "团结", "幸福",
    "光明", "友谊", "迎宾", "站前", "中山", "长江", "黄河", "庐山", "井冈", "创新", "科技", "学院",
    "体育", "富民", "振兴", "复兴", "永安", "长安", "兴业", "前进", "东风", "红旗", "五一", "八一",
)  # fmt: skip
_FIRST = (
    "朝新建文青红金银玉长安永平和兴华明春秋云清江福祥瑞康宁泰丰裕景锦绣翠碧丹紫白石梧桐松柏"
    "桂榆槐杨柳竹梅兰荷菊莲枫杏桃李橘樟楠杉鹤鹭燕雁凤龙麒凌晓晨星月霞雪岚溪泉湖塘桥渡埠"
)
_SECOND = (
    "阳华安宁康泰丰盛昌隆兴旺和顺祥瑞福寿德仁义礼智信诚善美秀雅清远望归来鸣飞翔岭坡岗坪"
    "洲滩湾汀浦港溪泉池塘湖河桥亭台楼阁庭园苑林森桐梓柏枫梅竹菊兰荷莲霞虹云月星光辉"
)
_COMPOUND = ("花园", "小区", "家园", "苑", "新村", "公寓", "名邸", "雅居", "佳苑", "华庭")
_SURNAMES = "陈林黄张李王吴刘蔡杨郑许谢郭洪曾邱廖赖徐周叶苏庄吕江何萧罗高潘简朱钟彭游詹胡施沈余卢"
_PLACES_OLD = (
    "老街",
    "水产",
    "粮站",
    "砖瓦厂",
    "渡口",
    "牌坊",
    "铁匠",
    "油坊",
    "染坊",
    "会馆",
    "仓前",
    "桥头",
)
DIGITS = "〇一二三四五六七八九"


def chinese_number(n: int) -> str:
    """Return a number below 10,000 in Chinese, as on street signs: 12 is 十二."""
    if n >= 1000:
        rest = n % 1000
        zero = "零" if 0 < rest < 100 else ""
        return DIGITS[n // 1000] + "千" + (zero + _full(rest) if rest else "")
    return _full(n)


def _full(n: int) -> str:
    if n < 10:
        return DIGITS[n]
    if n < 20:
        return "十" + (DIGITS[n % 10] if n % 10 else "")
    if n < 100:
        return DIGITS[n // 10] + "十" + (DIGITS[n % 10] if n % 10 else "")
    rest = n % 100
    if not rest:
        return DIGITS[n // 100] + "百"
    tens = DIGITS[rest // 10] + "十" if rest >= 10 else "零"
    return DIGITS[n // 100] + "百" + tens + (DIGITS[rest % 10] if rest % 10 else "")


class Names:
    """Gives out names, each once.

    Parameters
    ----------
    part, parts : int
        Roads of different counties take their names from different parts of the
        list; with many counties the parts overlap, as in a province.
    seed : int
        Seed of the city: the order of the list.
    """

    def __init__(
        self, rng: np.random.Generator, part: int = 0, parts: int = 1, seed: int = 1
    ) -> None:
        roots = sorted({a + b for a in _FIRST for b in _SECOND if a != b} - set(FAMOUS))
        order = np.random.default_rng(20260700 + seed).permutation(len(roots))
        size = max(len(roots) // max(parts, 1), 700)
        start = part * size
        self._roots: list[str] = [roots[order[(start + i) % len(roots)]] for i in range(size)]
        self._next = 0
        self._famous = list(FAMOUS)
        self._used: set[str] = set()
        self.rng = rng

    def famous(self) -> str:
        """Return a root for a main road; the well-known ones come first."""
        return self._famous.pop(0) if self._famous else self.root()

    def root(self) -> str:
        """Return a root of two characters that was not given out before."""
        root = self._roots[self._next % len(self._roots)]
        again = self._next // len(self._roots)
        self._next += 1
        return root + ("新" * again)

    def compound(self, kind: str) -> str:
        """Return the name of a compound: gated estate, old estate, factory, school ..."""
        root = self.root()
        if kind == "estate":
            kind = _COMPOUND[int(self.rng.integers(len(_COMPOUND)))]
        return root + kind

    def person_shop(self, trade: str) -> str:
        """Return the name of a small shop."""
        if self.rng.random() < 0.4:
            return _SURNAMES[int(self.rng.integers(len(_SURNAMES)))] + "记" + trade
        return self.root() + trade

    def old_name(self) -> str:
        """Return a root for a name that a road had before."""
        i = int(self.rng.integers(len(_PLACES_OLD)))
        name, tail = _PLACES_OLD[i], ""
        for tries in range(10_000):
            if name + tail not in self._used:
                break
            tail = "".join(
                _FIRST[int(self.rng.integers(len(_FIRST)))] for _ in range(1 + (tries > 20))
            )
        name += tail
        self._used.add(name)
        return name
