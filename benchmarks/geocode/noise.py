"""Noise models: an address that exists (or not) as hurried people would type it.

Each model is a small function; `addresses` draws from all of them and returns the
truth beside each address, so that a part can calibrate and another, disjoint by street,
can test.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd
import shapely
from opencc import OpenCC
from pypinyin import lazy_pinyin

_DIGITS = "零一二三四五六七八九"
#: Standard error of a surveyed position along each axis, metres: 5 m holds 95 %.
SURVEY = 5.0 / 2.4477
_VECTORS = {"东": (1, 0), "西": (-1, 0), "南": (0, -1), "北": (0, 1)}


def homophones() -> dict[str, list[str]]:
    """Common characters (GB 2312, first level) by sound."""
    groups: dict[str, list[str]] = defaultdict(list)
    chars = []
    for high in range(0xB0, 0xD8):
        for low in range(0xA1, 0xFF):
            try:
                chars.append(bytes([high, low]).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    sounds = lazy_pinyin("\n".join(chars).replace("\n", "")) if chars else []
    for c, s in zip(chars, sounds, strict=True):
        groups[s].append(c)
    return {c: [o for o in groups[s] if o != c] for c, s in zip(chars, sounds, strict=True)}


def chinese(number: int) -> str:
    """Return a number below 10,000 in Chinese."""
    if number == 0:
        return "零"
    out, text = "", str(number)
    for i, d in enumerate(text):
        unit = ["", "十", "百", "千"][len(text) - 1 - i]
        if d == "0":
            if not out.endswith("零") and text[i:].strip("0"):
                out += "零"
        else:
            out += _DIGITS[int(d)] + unit
    return out[1:] if out.startswith("一十") else out


class Noise:
    """Draws addresses from a gazetteer's places."""

    def __init__(
        self, places: pd.DataFrame, hidden: pd.DataFrame, regions: dict[str, str], seed: int
    ) -> None:
        self.rng = np.random.default_rng(seed)
        self.regions = regions
        self.kind = {k: f.to_dict("records") for k, f in places.groupby("kind")}
        self.streets = self.kind["street"]
        self.lines = [s["geometry"] for s in self.streets]
        self.by_name = defaultdict(list)
        for s in self.streets:
            self.by_name[s["name"]].append(s)
        self.tree = shapely.STRtree(self.lines)
        self.plates = [p for p in self.kind["plate"] if p["street_name"]]
        self.buildings = [p for p in self.kind["plate"] if p["zone_name"]]
        self.hidden = hidden.to_dict("records")
        self.sounds = homophones()
        self.trad = OpenCC("s2t")
        self.names = {p["name"] for f in self.kind.values() for p in f}
        self.most: dict[str, int] = defaultdict(int)
        for p in self.plates:
            self.most[p["street_name"]] = max(self.most[p["street_name"]], _main(p["number"]))

    def pick(self, rows: list[Any]) -> Any:
        return rows[int(self.rng.integers(len(rows)))]

    def region(self, row: dict[str, Any], always: bool = False) -> str:
        name = self.regions.get(row["county_code"], "")
        return name if always or self.rng.random() < 0.6 else ""

    def plate(self) -> tuple[dict[str, Any], str, str, str]:
        p = self.pick(self.plates)
        return p, self.region(p), p["street_name"], p["number"]

    # each model: text, x, y (nan when the place does not exist)

    def clean(self) -> tuple[str, float, float]:
        p, r, s, n = self.plate()
        return f"{r}{s}{n}", p["geometry"].x, p["geometry"].y

    def inside(self) -> tuple[str, float, float]:
        p, r, s, n = self.plate()
        b, u, f = self.rng.integers(1, 20, 3)
        tail = self.pick(
            [f"{b}号楼{u}单元{f}01室", f"院{b}栋{u}单元", f"{f}楼", f"({b}楼)", f"{f}{u:02d}室"]
        )
        return f"{r}{s}{n}{tail}", p["geometry"].x, p["geometry"].y

    def homophone(self) -> tuple[str, float, float]:
        p, r, s, n = self.plate()
        at = int(self.rng.integers(max(len(s) - 1, 1)))
        options = self.sounds.get(s[at], [])
        if not options:
            return self.clean()
        return f"{r}{s[:at]}{self.pick(options)}{s[at + 1 :]}{n}", p["geometry"].x, p["geometry"].y

    def typo(self) -> tuple[str, float, float]:
        p, r, s, n = self.plate()
        at = int(self.rng.integers(max(len(s) - 1, 1)))
        how = self.rng.integers(3)
        other = self.pick(list(self.sounds))
        new = [s[:at] + other + s[at + 1 :], s[:at] + s[at + 1 :], s[:at] + other + s[at:]][how]
        return f"{r}{new}{n}", p["geometry"].x, p["geometry"].y

    def suffix(self) -> tuple[str, float, float]:
        p, r, s, n = self.plate()
        stem = s.removesuffix("大道").removesuffix("路").removesuffix("街")
        return f"{r}{stem}{n}", p["geometry"].x, p["geometry"].y

    def old(self) -> tuple[str, float, float]:
        for _ in range(200):
            p, r, s, n = self.plate()
            street = self.by_name.get(s, [{}])[0]
            named = [v for v in (street.get("former_names"), street.get("aliases")) if v]
            if named:
                name = self.pick(str(self.pick(named)).split("#"))
                return f"{r}{name}{n}", p["geometry"].x, p["geometry"].y
        return self.clean()

    def written(self) -> tuple[str, float, float]:
        p, r, s, n = self.plate()
        digits = str(_main(n))
        how = self.rng.integers(4)
        if how == 0:
            text = self.trad.convert(f"{r}{s}{n}")
        elif how == 1 and n == digits + "号":
            text = f"{r}{s}{chinese(int(digits))}号"
        elif how == 2:
            text = f"{r} {s} {n}".translate({ord(str(d)): chr(0xFF10 + d) for d in range(10)})
        else:
            text = f"{r}{r}{s}{n}" if r else f"{s}，{n}"
        return text, p["geometry"].x, p["geometry"].y

    def sub_number(self) -> tuple[str, float, float]:
        """A number's part that the gazetteer lacks; in Shanghai such doors lie 30 m off (median)."""
        p, r, s, n = self.plate()
        far = self.rng.normal(0, 26, 2)
        text = f"{r}{s}{_main(n)}-{int(self.rng.integers(1, 9))}号"
        return text, p["geometry"].x + far[0], p["geometry"].y + far[1]

    def missing_plate(self) -> tuple[str, float, float]:
        if not self.hidden:
            return self.clean()
        h = self.pick(self.hidden)
        return f"{self.region(h)}{h['street_name']}{h['number']}号", h["x"], h["y"]

    def crossing(self, offset: bool = False) -> tuple[str, float, float]:
        for _ in range(200):
            a = int(self.rng.integers(len(self.streets)))
            near = [
                int(b) for b in self.tree.query(self.lines[a], predicate="intersects") if b != a
            ]
            near = [b for b in near if self.streets[b]["name"] != self.streets[a]["name"]]
            if not near:
                continue
            b = self.pick(near)
            met = shapely.intersection(self.lines[a], self.lines[b])
            if met.geom_type != "Point":
                continue
            one, two = self.streets[a], self.streets[b]
            text = self.pick(["{}与{}交叉口", "{}{}路口", "{}、{}交汇处", "{}和{}交叉路口"])
            text = self.region(one) + text.format(one["name"], two["name"])
            if not offset:
                return text, met.x, met.y
            walk = float(self.rng.integers(2, 15) * 10)
            line = self.lines[a]
            at = line.project(met)
            # People guess distances: a sixth more or less is usual.
            end = line.interpolate(at + walk * (1 + self.rng.normal(0, 0.15)))
            dx, dy = end.x - met.x, end.y - met.y
            if at + walk > line.length or max(abs(dx), abs(dy)) < 1:
                continue
            way = max(_VECTORS, key=lambda k: _VECTORS[k][0] * dx + _VECTORS[k][1] * dy)
            return f"{text}{way}{walk:.0f}米", end.x, end.y
        return self.clean()

    def crossing_offset(self) -> tuple[str, float, float]:
        return self.crossing(offset=True)

    def beside(self) -> tuple[str, float, float]:
        p, r, s, n = self.plate()
        a, far = self.rng.uniform(0, 2 * np.pi), abs(self.rng.normal(0, 12))
        word = self.pick(["旁", "门口", "旁边", "前", "附近"])
        return (
            f"{r}{s}{n}{word}",
            p["geometry"].x + far * np.cos(a),
            p["geometry"].y + far * np.sin(a),
        )

    def beside_poi(self) -> tuple[str, float, float]:
        p = self.pick(self.kind["poi"])
        a, far = self.rng.uniform(0, 2 * np.pi), abs(self.rng.normal(0, 20))
        word = self.pick(["旁", "门口", "附近", "对面"])
        text = f"{self.region(p, True)}{p['name']}{word}"
        return text, p["geometry"].x + far * np.cos(a), p["geometry"].y + far * np.sin(a)

    def side(self) -> tuple[str, float, float]:
        p = self.pick(self.kind["poi"])
        way, far = self.pick(list(_VECTORS)), float(self.rng.integers(2, 12) * 10)
        dx, dy = _VECTORS[way]
        text = f"{self.region(p, True)}{p['name']}{way}侧{far:.0f}米"
        slip = self.rng.normal(0, 0.2 * far, 2)
        return text, p["geometry"].x + dx * far + slip[0], p["geometry"].y + dy * far + slip[1]

    def poi(self) -> tuple[str, float, float]:
        p = self.pick(self.kind["poi"])
        return f"{self.region(p)}{p['name']}", p["geometry"].x, p["geometry"].y

    def building(self) -> tuple[str, float, float]:
        p = self.pick(self.buildings) if self.buildings else None
        if p is None:
            return self.clean()
        number = _main(p["number"])
        tail = self.pick([f"{number}栋", f"{number}号楼", f"{number}幢2单元", f"{number}#"])
        return f"{self.region(p)}{p['zone_name']}{tail}", p["geometry"].x, p["geometry"].y

    def compound(self) -> tuple[str, float, float]:
        z = self.pick(self.kind["zone"])
        x, y = _inside(z["geometry"], self.rng)
        return f"{self.region(z)}{z['name']}", x, y

    def street_only(self) -> tuple[str, float, float]:
        s = self.pick(self.streets)
        at = s["geometry"].interpolate(self.rng.random(), normalized=True)
        return f"{self.region(s)}{s['name']}", at.x, at.y

    def no_street(self) -> tuple[str, float, float]:
        nan = float("nan")
        while True:
            name = "".join(self.pick(list(self.sounds)) for _ in range(2)) + self.pick(["路", "街"])
            if name not in self.names:
                return (
                    f"{self.region(self.pick(self.streets))}{name}{self.rng.integers(1, 300)}号",
                    nan,
                    nan,
                )

    def no_number(self) -> tuple[str, float, float]:
        _, r, s, _ = self.plate()
        return (
            f"{r}{s}{self.most[s] + int(self.rng.integers(60, 2000))}号",
            float("nan"),
            float("nan"),
        )

    def no_poi(self) -> tuple[str, float, float]:
        name = "".join(self.pick(list(self.sounds)) for _ in range(3))
        return f"{name}{self.pick(['大厦', '超市', '医院'])}", float("nan"), float("nan")

    def elsewhere(self) -> tuple[str, float, float]:
        _, _, s, n = self.plate()
        city = self.pick(["北京市朝阳区", "广州市天河区", "成都市武侯区", "西安市雁塔区"])
        return f"{city}{s}{n}", float("nan"), float("nan")


EXISTING = {
    "clean": 10, "inside": 8, "homophone": 8, "typo": 6, "suffix": 4, "old": 5, "written": 8,
    "missing_plate": 8, "sub_number": 2, "crossing": 8, "crossing_offset": 5, "beside": 5, "beside_poi": 4, "side": 3,
    "poi": 6, "building": 5, "compound": 3, "street_only": 3,
}  # fmt: skip
ABSENT = {"no_street": 4, "no_number": 4, "no_poi": 2, "elsewhere": 2}


def addresses(noise: Noise, count: int) -> pd.DataFrame:
    """Draw addresses: model, address, x, y, real_x, real_y (missing: the place does not exist).

    x, y is the place as the city's books have it: it says which grid is the right one.
    The books are surveyed to 5 m in 95 of 100 cases (GB/T 37149): real_x, real_y is where
    the place really is, what the stated error must cover.
    """
    models = {**EXISTING, **ABSENT}
    share = np.array(list(models.values()), dtype=float)
    drawn = noise.rng.choice(list(models), size=count, p=share / share.sum())
    rows = [(m, *getattr(noise, m)()) for m in drawn]
    drawn_at = pd.DataFrame(rows, columns=["model", "address", "x", "y"])
    slip = noise.rng.normal(0, SURVEY, (count, 2))
    drawn_at["real_x"], drawn_at["real_y"] = drawn_at["x"] + slip[:, 0], drawn_at["y"] + slip[:, 1]
    return drawn_at


def _main(number: str) -> int:
    digits = "".join(c if c.isdigit() else " " for c in number).split()
    return int(digits[0]) if digits else 0


def _inside(shape: Any, rng: np.random.Generator) -> tuple[float, float]:
    while True:
        x0, y0, x1, y1 = shape.bounds
        x, y = rng.uniform(x0, x1), rng.uniform(y0, y1)
        if shape.covers(shapely.Point(x, y)):
            return float(x), float(y)
