"""Code: numbers that others gave to the component."""

from __future__ import annotations

import numpy as np
import pandas as pd

from citygrid_core.census.rules.base import NO_DATA, Rule, Verdict
from citygrid_core.census.rules.material import Material, values_of
from citygrid_core.errors import Text

_MANHOLE = "manhole identity cards of several cities, 19 digits (unconfirmed)"
DIGITS = 19


class ManholeNumberForm(Rule):
    """A manhole number has not 19 digits."""

    id, group, field = "C11", "code", "manhole_number"
    title = Text("a manhole number has 19 digits", "井盖编号应为19位数字")
    source = _MANHOLE

    def judge(self, m: Material) -> Verdict:
        """Digits and length."""
        number = m.values("manhole_number")
        good = number.test(lambda v: len(v) == DIGITS and v.isascii() and v.isdigit())
        return m.verdict(number.given, ~good, number)


class ManholeNumberTwice(Rule):
    """Two components have one manhole number."""

    id, group, field = "C12", "code", "manhole_number"
    title = Text("the manhole number is used twice", "井盖编号重复")
    source = _MANHOLE

    def judge(self, m: Material) -> Verdict:
        """Count numbers."""
        number = m.values("manhole_number")
        return m.verdict(
            number.given, pd.Series(number.codes).duplicated(keep=False).to_numpy(), number
        )


class ManholeNumberElsewhere(Rule):
    """A manhole number stands at something that is no manhole."""

    id, group, severity, field = "C13", "code", "warning", "manhole_number"
    title = Text("a manhole number at something else", "非井盖类部件填有井盖编号")
    source = _MANHOLE

    def judge(self, m: Material) -> Verdict:
        """The name of the class says whether it is a manhole."""
        number = m.values("manhole_number")
        name = values_of(m.by_class("name"))
        manhole = name.test(lambda n: "井盖" in n or "箅" in n)
        return m.verdict(number.given & name.given, ~manhole, number)


class AssetNumberTwice(Rule):
    """One owner has one asset number twice."""

    id, group, field = "C14", "code", "asset_number"
    title = Text("the owner's asset number is used twice", "同一权属单位的资产编号重复")
    source = "asset registers number each thing once (common practice)"

    def judge(self, m: Material) -> Verdict:
        """Count pairs of owner and number."""
        number, owner = m.values("asset_number"), m.values("owning_code")
        pair = pd.DataFrame({"a": number.codes, "b": owner.codes})
        return m.verdict(number.given, pair.duplicated(keep=False).to_numpy(), number)


class ManholeNumberMissing(Rule):
    """A manhole without a number among numbered ones of its owner."""

    id, group, severity, field = "C15", "code", "hint", "manhole_number"
    title = Text(
        "no manhole number, though its owner numbers manholes", "缺井盖编号（同权属已编号）"
    )
    source = _MANHOLE
    tolerance, unit = 0.5, "share of numbered manholes of the owner"

    def judge(self, m: Material) -> Verdict:
        """Only where the owner has numbered more than the given share."""
        number = m.values("manhole_number")
        if not number.given.any():
            return NO_DATA
        name = values_of(m.by_class("name"))
        owner = m.values("owning_code")
        manhole = name.test(lambda n: "井盖" in n) & owner.given
        share = np.zeros(len(owner.distinct) + 1)
        total = np.bincount(owner.codes[manhole], minlength=len(share))
        have = np.bincount(owner.codes[manhole & number.given], minlength=len(share))
        share[: len(total)] = have / np.maximum(total, 1)
        numbering = share[owner.codes] > m.limit(self)
        return m.verdict(manhole & numbering, ~number.given)
