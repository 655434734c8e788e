"""What a rule is: one small class that judges all components at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.errors import Text

if TYPE_CHECKING:
    from citygrid_core.census.rules.material import Material

Group = Literal[
    "frame", "structure", "code", "geometry", "logic", "completeness", "position", "time",
    "attachments",
]  # fmt: skip
Severity = Literal["error", "warning", "hint"]
Checked = Literal["components", "grids", "attachments"]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]

NOBODY: Ints = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Verdict:
    """What a rule says.

    Attributes
    ----------
    judged : int
        How many objects it could judge; 0 means that there was no data, which is
        not the same as clean.
    at : int array
        Positions of the objects found wrong, in the frame of the rule's family.
    found : object array
        What stands there, as text; aligned to `at`.
    other : object array or None
        Code of the other object of a pair, aligned to `at`.
    """

    judged: int
    at: Ints = field(default_factory=lambda: NOBODY)
    found: Objects = field(default_factory=lambda: np.empty(0, dtype=object))
    other: Objects | None = None


NO_DATA = Verdict(0)


class Rule(ABC):
    """One numbered rule of the book.

    A rule is declared by its class attributes and judges in `judge`; it keeps no
    state, so one instance serves all checks.

    Attributes
    ----------
    id : str
        Group letter and number, e.g. ``"C04"``; never given to another rule.
    severity : str
        ``error`` (must not be delivered), ``warning`` (look at it), ``hint``.
    title, cure : Text
        What is wrong, and what to do about it.
    source : str
        Standard and clause, or the practice it comes from, with its confidence.
    tolerance : float or None
        In the unit named by `unit`; a profile may change it.
    field : str
        The column it is about.
    whole : bool
        Whether it can only be judged on all components of the city.
    """

    id: ClassVar[str]
    group: ClassVar[Group]
    severity: ClassVar[Severity] = "error"
    title: ClassVar[Text]
    cure: ClassVar[Text] = Text("", "")
    source: ClassVar[str]
    field: ClassVar[str] = ""
    tolerance: ClassVar[float | None] = None
    unit: ClassVar[str] = ""
    family: ClassVar[Checked] = "components"
    whole: ClassVar[bool] = False

    @abstractmethod
    def judge(self, m: Material) -> Verdict:
        """Judge everything in `m` at once."""

    def fix(self, m: Material, at: Ints) -> pd.DataFrame | None:
        """Return the columns that would put rows right, or None when no fix is safe.

        Parameters
        ----------
        m : Material
        at : int array
            Positions of components that this rule found wrong.

        Returns
        -------
        DataFrame or None
            Indexed by position; rows that can't be fixed safely are left out.
        """
        return None

    @classmethod
    def fixes(cls) -> bool:
        """Whether the rule knows a safe fix."""
        return cls.fix is not Rule.fix


def fixed(at: Ints, **columns: Any) -> pd.DataFrame:
    """Return a fix: columns with new values, indexed by position."""
    frame: pd.DataFrame = pd.DataFrame(
        {name: pd.Series(list(v), index=pd.Index(at), dtype=object) for name, v in columns.items()},
        index=pd.Index(at),
    )
    return frame
