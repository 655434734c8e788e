"""Departments: who answers in the sample city, with codes whose check characters are right."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from citygrid_core.sample.mesh import Array
from citygrid_core.sample.names import CITY
from citygrid_core.sample.plan import Plan
from citygrid_core.standards import social_credit_check

_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
FOUNDED = "2015-01-01"
#: The day of the merger of two bodies, and of some rules.
MERGED = "2025-07-01"

#: Bodies of the city: key, name without the city's, short name, kind of body
#: (government 11, institution 12, company 91), key of the body above.
_CITY_BODIES = (
    ("city", "城市管理局", "市城管局", "11", ""),
    ("roads", "市政设施管理处", "市政处", "12", "city"),
    ("works", "市政工程管理处", "工程处", "12", "city"),
    ("lamps", "路灯管理所", "路灯所", "12", "city"),
    ("green", "园林绿化中心", "园林中心", "12", "city"),
    ("clean", "环境卫生管理中心", "环卫中心", "12", "city"),
    ("building", "住房和城乡建设局", "市住建局", "11", ""),
    ("river", "河道管理所", "河道所", "12", "waterbureau"),
    ("waterbureau", "水利局", "市水利局", "11", ""),
    ("environment", "生态环境局", "市环境局", "11", ""),
    ("police", "公安局交通警察支队", "交警支队", "11", "security"),
    ("security", "公安局", "市公安局", "11", ""),
    ("fire", "消防救援支队", "消防支队", "11", ""),
    ("transport", "交通运输局", "市交通局", "11", ""),
    ("water", "水务集团有限公司", "水务集团", "91", ""),
    ("drain", "排水有限责任公司", "排水公司", "91", "water"),
    ("power", "供电公司", "供电公司", "91", ""),
    ("gas", "燃气有限公司", "燃气公司", "91", ""),
    ("telecom", "通信有限公司", "云汀通信", "91", ""),
    ("cable", "广电网络有限公司", "云汀广电", "91", ""),
    ("bus", "公共交通集团有限公司", "公交集团", "91", "transport"),
    ("post", "邮政分公司", "云汀邮政", "91", ""),
    ("expressway", "环城快速路运营有限公司", "快速路公司", "91", "transport"),
    ("rail", "铁路工务段", "工务段", "91", ""),
    ("parkco", "绿苑园林养护有限公司", "绿苑公司", "91", ""),
)  # fmt: skip
_COUNTY_BODIES = (
    ("bureau", "城市管理局", "城管局", "11", "city"),
    ("garden", "园林绿化所", "园林所", "12", "green"),
    ("sanitation", "环境卫生管理所", "环卫所", "12", "clean"),
)


@dataclass(frozen=True)
class Departments:
    """The register, and the code of each body by its key.

    Attributes
    ----------
    frame : DataFrame
        Columns of the departments family.
    code : dict
        Key to code; keys of counties and streets are followed by the area code:
        ``bureau360131``, ``office360131001``.
    """

    frame: pd.DataFrame
    code: dict[str, str]

    def spelled(self) -> dict[str, tuple[str, str, str]]:
        """Return for each code the name, the short name and the first alias."""
        out = {}
        for row in self.frame.itertuples():
            alias = str(row.aliases).split("#")[0] or str(row.short_name)
            out[str(row.code)] = (str(row.name), str(row.short_name), alias)
        return out


def credit_code(kind: str, area: str, serial: int) -> str:
    """Return a unified social credit code (GB 32100) of an invented body.

    Parameters
    ----------
    kind : str
        Registering authority and kind of body, two characters.
    serial : int
        Makes the eight characters of the organisation code (GB 11714).
    """
    body = f"MB{serial:06d}"
    value = {**{str(d): d for d in range(10)}, **{chr(55 + d): d for d in range(10, 36)}}
    rest = 11 - sum(value[c] * w for c, w in zip(body, _ORG_WEIGHTS, strict=True)) % 11
    check = {10: "X", 11: "0"}.get(rest, str(rest))
    code = f"{kind}{area}{body}{check}"
    return code + social_credit_check(code)


class Register:
    """The register of departments while the city is founded, county by county."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.code: dict[str, str] = {}
        self._rows: list[dict[str, str]] = []
        for key, name, short, kind, above in _CITY_BODIES:
            alias = CITY[:2] + (name if kind != "91" else short)
            alias = "" if alias in (CITY + name, short) else alias
            self._add(key, CITY + name, short, kind, "360100", above, alias)
        self._rows[[r[0] for r in _CITY_BODIES].index("works")].update(
            valid_to=MERGED, successor_code=self.code["roads"], note="并入市政设施管理处"
        )

    def found_county(self, county: int, streets: pd.DataFrame, estates: list[str]) -> None:
        """Add the bodies of a county.

        Parameters
        ----------
        streets : DataFrame
            code and name of its streets: each has an office.
        estates : list of str
            Names of estates that have a property company of their own.
        """
        area, name = self.plan.county_codes[county], self.plan.county_names[county]
        for key, body, short, kind, above in _COUNTY_BODIES:
            full = CITY + name + body
            self._add(key + area, full, name + short, kind, area, above, name + body)
        for code, street in zip(streets["code"], streets["name"], strict=True):
            full = f"{CITY}{name}人民政府{street}办事处"
            above, alias = "bureau" + area, f"{name}{street}办事处"
            self._add("office" + code, full, f"{name}{street}办", "11", area, above, alias)
        for estate in estates:
            full = f"云汀{estate}物业服务有限公司"
            self._add("estate" + estate, full, f"{estate}物业", "91", "360100", "", "")

    def departments(self) -> Departments:
        """Return the register as it stands."""
        frame = pd.DataFrame(self._rows)
        frame["parent_code"] = [self.code.get(k, "") for k in frame["parent_code"]]
        return Departments(frame, dict(self.code))

    def _add(
        self, key: str, name: str, short: str, kind: str, area: str, above: str, aliases: str
    ) -> None:
        self.code[key] = credit_code(kind, area, 10_101 + 37 * len(self._rows))
        self._rows.append(
            {
                "code": self.code[key], "name": name, "short_name": short, "aliases": aliases,
                "parent_code": above, "successor_code": "", "valid_from": FOUNDED,
                "valid_to": "", "note": "",
            }
        )  # fmt: skip


def spell(codes: Array, departments: Departments, rng: np.random.Generator) -> Array:
    """Return names as people type them: mostly full, some short, some an alias.

    All can be matched exactly; an empty code gives an empty name.
    """
    spelled = departments.spelled()
    luck = rng.random(len(codes))
    which = np.where(luck < 0.85, 0, np.where(luck < 0.95, 1, 2))
    return np.array(
        [spelled[c][w] if c else "" for c, w in zip(codes, which, strict=True)], dtype=object
    )


def streets_of(areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return code and name of the streets among areas."""
    out: pd.DataFrame = pd.DataFrame(areas.loc[areas["level"] == "street", ["code", "name"]])
    return out
