"""Code: the component's own identification code and its class."""

from __future__ import annotations

import numpy as np
import pandas as pd

from citygrid_core.census.rules.base import NO_DATA, Rule, Verdict
from citygrid_core.census.rules.material import Material, values_of
from citygrid_core.errors import Text
from citygrid_core.standards import ComponentCode, load_edition

_CODE = "component code of the edition: 6 county + 2 major + 2 or 3 minor + 6 sequence"


class CodeForm(Rule):
    """The code breaks the structure of the edition."""

    id, group, field = "C01", "code", "code"
    title = Text("not a component code of the edition", "不符合本版本的部件标识码结构")
    cure = Text("`standards explain CODE` says which digits", "可用 standards explain 查看")
    source = _CODE

    def judge(self, m: Material) -> Verdict:
        """All digits, the right length, a known county and class, a sequence above 0."""
        given = m.values("code").given
        good = ComponentCode.valid(pd.Series(m.codes, dtype=object), m.edition).to_numpy(dtype=bool)
        return m.verdict(given, ~good, m.codes)


class CodeOfOtherClass(Rule):
    """The code names another class than the record."""

    id, group, field = "C02", "code", "code"
    title = Text("code and class contradict each other", "标识码中的类别与部件类别不符")
    cure = Text("retire the code and survey the component anew", "终止原码并重新登记")
    source = _CODE

    def judge(self, m: Material) -> Verdict:
        """Compare the digits of the class."""
        class_ = m.values("class_code")
        return m.verdict(m.well_coded & class_.given, m.code_class != class_.text(), m.codes)


class ClassUnknown(Rule):
    """The class is none of the edition, nor of the city's own."""

    id, group, field = "C03", "code", "class_code"
    title = Text("unknown class", "部件类别不存在")
    cure = Text("see the proposals of `standards explain`", "请查看 standards explain 的建议")
    source = "class table of the edition"

    def judge(self, m: Material) -> Verdict:
        """Say also of which other edition it is, when it is of one."""
        class_ = m.values("class_code")
        lost = [c for c, known in _known(m).items() if not known]
        said = {c: _other_edition(c, m.edition.id) for c in lost}
        return m.verdict(class_.given, ~m.known_class, class_.mapped(said, ""))


class CodeTwice(Rule):
    """Two valid components have one code."""

    id, group, field = "C04", "code", "code"
    title = Text("the code is used twice", "标识码重复")
    cure = Text("keep the older one, mint a new code for the other", "保留在先者，另一部件重新编码")
    source = "codes are minted once (handbook); sequence counts per county and class"

    def judge(self, m: Material) -> Verdict:
        """Count codes among valid components."""
        code = m.values("code")
        twice = pd.Series(code.codes).duplicated(keep=False).to_numpy()
        return m.verdict(code.given, twice, m.codes)


class CountyUnknown(Rule):
    """The code's county is none of this city."""

    id, group, field = "C05", "code", "code"
    title = Text("the code's county is none of this city", "标识码中的区县不属于本市")
    source = "GB/T 2260 (sourced)"

    def judge(self, m: Material) -> Verdict:
        """Look six digits up among the areas."""
        if m.areas is None or not len(m.areas):
            return NO_DATA
        county = values_of(m.code_county) if len(m) else m.values("code")
        known = set(m.areas["code"])
        return m.verdict(m.well_coded, ~county.test(known.__contains__), m.codes)


class CodeUsedAgain(Rule):
    """An ended component of another class or far away had the code."""

    id, group, field = "C06", "code", "code"
    title = Text("the code belonged to another component", "标识码曾属于其他部件")
    cure = Text("codes are never used again", "废止的标识码不得重新使用")
    source = "handbook: codes are never reused; GB/T 30428.1 for grids (sourced)"
    tolerance, unit = 100.0, "m"

    def judge(self, m: Material) -> Verdict:
        """Compare class and place with what ended."""
        if m.before is None or not len(m.before):
            return NO_DATA
        past = m.before.drop_duplicates("code", keep="last").set_index("code")
        position = pd.Index(past.index).get_indexer(m.codes)
        known = position >= 0
        there = position[known]
        bad = np.zeros(len(m), dtype=bool)
        if known.any():
            then = past.geometry.representative_point()
            dx = m.xy[known, 0] - then.x.to_numpy()[there]
            dy = m.xy[known, 1] - then.y.to_numpy()[there]
            class_ = past["class_code"].to_numpy(dtype=object)[there]
            other = (np.hypot(dx, dy) > m.limit(self)) | (
                class_ != m.values("class_code").text()[known]
            )
            # A version that ends the day the next begins is the same component.
            ended = past["valid_to"].fillna("").to_numpy(dtype=object)[there]
            gap = ended.astype(str) < m.values("valid_from").text()[known].astype(str)
            bad[known] = other & gap
        return m.verdict(known, bad, m.codes)


class SequenceNearlyFull(Rule):
    """The sequence of a county and class runs out."""

    id, group, severity, field = "C07", "code", "hint", "code"
    title = Text("the sequence of this county and class runs out", "该区县该类别的顺序码即将用尽")
    cure = Text("split the class with the city's own minors", "可用扩展小类分担")
    source = _CODE + "; 000001-999999"
    tolerance, unit = 950_000.0, "number"

    def judge(self, m: Material) -> Verdict:
        """The highest number per county and class; one finding each."""
        group = m.scope
        top = pd.Series(m.sequence).groupby(group).transform("max").to_numpy()
        high = (m.sequence > m.limit(self)) & (m.sequence == top)
        return m.verdict(m.well_coded, high, m.codes)


class OwnClassUnnamed(Rule):
    """A class of the city's own is not named as one."""

    id, group, severity, field = "C08", "code", "hint", "name"
    title = Text(
        "a class of the city's own that is not named as one", "扩展类别名称未标注（自定义）"
    )
    source = "2026 drafts: minors 080-999, name ending in （自定义） (single-source)"

    def judge(self, m: Material) -> Verdict:
        """Look at the names of extension classes."""
        listed = m.edition.catalogues["component"].classes
        own = m.known_class & ~m.values("class_code").test(listed.__contains__)
        name = m.values("name")
        marked = name.test(lambda v: v.endswith(("（自定义）", "(自定义)")))
        return m.verdict(own, ~marked, name)


class OldEditionCode(Rule):
    """The code has the length of another edition."""

    id, group, severity, field = "C09", "code", "warning", "code"
    title = Text("a code of another edition", "标识码为其他版本的长度")
    cure = Text("`standards migrate` brings it over", "请用 standards migrate 迁移")
    source = "16 digits until 2013, 17 from 2026 (single-source)"

    def judge(self, m: Material) -> Verdict:
        """Compare the number of digits."""
        lengths, _, clean = m.code_digits
        own = m.edition.component_code_digits
        other = clean & np.isin(lengths, [n for n in (16, 17) if n != own])
        return m.verdict(clean, other, m.codes)


class SourceKeyTwice(Rule):
    """Two components have one source and key."""

    id, group, field = "C10", "code", "source_key"
    title = Text("source and key are used twice", "来源与来源主键重复")
    cure = Text("one of them was imported under a wrong key", "其一导入时主键有误")
    source = "imports are idempotent by the source's own key (handbook)"

    def judge(self, m: Material) -> Verdict:
        """Count pairs of source and key."""
        source, key = m.values("source"), m.values("source_key")
        pair = pd.Series((source.codes + 1) * (len(key.distinct) + 1) + key.codes + 1)
        return m.verdict(key.given, pair.duplicated(keep=False).to_numpy(), key)


def _known(m: Material) -> dict[str, bool]:
    class_ = m.values("class_code")
    seen: dict[str, bool] = {}
    good = class_.codes[m.known_class]
    valid = set(np.unique(good).tolist())
    for i, code in enumerate(class_.distinct):
        seen[code] = i in valid
    return seen


def _other_edition(code: str, own: str) -> str:
    from citygrid_core.standards import editions

    for edition in editions():
        if edition != own and code in load_edition(edition).catalogues["component"].classes:
            return f"{code} ({edition})"
    return code
