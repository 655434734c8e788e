"""The codes of areas, grids, components and events as values.

A value can't hold a wrong code: building one checks it against its edition.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, TypeVar

import pandas as pd

from citygrid_core.errors import Text
from citygrid_core.standards.batch import valid_codes
from citygrid_core.standards.check import faults
from citygrid_core.standards.edition import DEFAULT_EDITION, Edition, load_edition
from citygrid_core.standards.errors import Fault, InvalidCode
from citygrid_core.standards.explanation import Explanation, explain_structure
from citygrid_core.standards.structure import CodeKind, Part

C = TypeVar("C", bound="_Code")


class _Code:
    """What all code types share; each names its kind and its parts as fields."""

    __slots__ = ()
    kind: ClassVar[CodeKind]
    edition: str
    held: Edition

    @classmethod
    def parse(cls: type[C], text: str, edition: str | Edition = DEFAULT_EDITION) -> C:
        """Parse a code, strictly: ASCII digits only, nothing around them.

        Parameters
        ----------
        text : str
            The code.
        edition : str or Edition
            Which generation of the standards it follows.

        Raises
        ------
        InvalidCode
            Which digits are wrong, and why.
        UnknownEdition
            No such edition.
        """
        held = load_edition(edition)
        structure = held.structures[cls.kind]
        wrong = faults(text, cls.kind, held)
        if wrong:
            raise InvalidCode(structure.label, text, held.id, wrong)
        parts: dict[str, Any] = structure.split(text)
        if "sequence" in parts:
            parts["sequence"] = int(parts["sequence"])
        code = object.__new__(cls)
        for f in fields(cls):  # type: ignore[arg-type]
            object.__setattr__(code, f.name, parts.get(f.name))
        object.__setattr__(code, "edition", held.id)
        object.__setattr__(code, "held", held)
        return code

    @classmethod
    def valid(cls, codes: pd.Series, edition: str | Edition = DEFAULT_EDITION) -> pd.Series:
        """Tell for each text whether it is a valid code of this kind.

        Parameters
        ----------
        codes : Series
            Texts; anything else, and missing values, are invalid.

        Returns
        -------
        Series of bool
            Aligned to the input's index.
        """
        return valid_codes(codes, cls.kind, load_edition(edition))

    @classmethod
    def faults(cls, text: object, edition: str | Edition = DEFAULT_EDITION) -> list[Fault]:
        """Return everything that is wrong with a code, without raising."""
        return faults(text, cls.kind, load_edition(edition))

    def explain(self, lang: str = "en") -> Explanation:
        """Explain the code part by part.

        Parameters
        ----------
        lang : str
            ``en`` or ``zh``; how ``str()`` of the result reads.
        """
        return explain_structure(str(self), self.kind, self.held, lang)

    def __str__(self) -> str:
        out = []
        for part in self.held.structures[self.kind].parts:
            value = getattr(self, part.name)
            if value is None:
                break
            out.append(f"{value:0{part.digits}d}" if isinstance(value, int) else value)
        return "".join(out)

    def __post_init__(self) -> None:
        """Check a value built from its parts.

        Raises
        ------
        InvalidCode
            A part has too many or too few digits, or the code as a whole is wrong.
        """
        held = load_edition(self.edition)
        object.__setattr__(self, "held", held)
        structure = held.structures[self.kind]
        wrong = [
            fault
            for part, start, _ in structure.spans()
            for fault in _part_width(part, start, getattr(self, part.name))
        ]
        if wrong:
            shown = "-".join(str(getattr(self, p.name)) for p in structure.parts)
            raise InvalidCode(structure.label, shown, held.id, wrong)
        wrong = faults(str(self), self.kind, held)
        if wrong:
            raise InvalidCode(structure.label, str(self), held.id, wrong)


def _part_width(part: Part, start: int, value: object) -> list[Fault]:
    """Return the fault of a part that does not fill its digits exactly."""
    if value is None or (isinstance(value, str) and len(value) == part.digits):
        return []
    if isinstance(value, int) and 0 < value < 10**part.digits:
        return []
    most = "9" * part.digits
    reason = Text(f"has {part.digits} digits", f"应为 {part.digits} 位")
    cure = Text("", "")
    if isinstance(value, int):
        reason = Text(
            f"runs from {'1'.zfill(part.digits)} to {most}",
            f"应在 {'1'.zfill(part.digits)} 至 {most} 之间",
        )
        cure = Text("the numbers of this place are used up", "该范围内的编号已用完")
    return [
        Fault("code.serial", start + 1, start + part.digits, str(value), part.label, reason, cure)
    ]


@dataclass(frozen=True, order=True, slots=True)
class AreaCode(_Code):
    """Code of an area: county 6, street 9 or community 12 digits (GB/T 2260, GB/T 10114).

    Parameters
    ----------
    county : str
        6 digits.
    street, community : str or None
        3 digits each; None above that level.

    Examples
    --------
    >>> str(AreaCode.parse("320705001002").parent)
    '320705001'
    """

    kind: ClassVar[CodeKind] = "area"
    county: str
    street: str | None = None
    community: str | None = None
    edition: str = DEFAULT_EDITION
    held: Edition = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.community is not None and self.street is None:
            structure = load_edition(self.edition).structures[self.kind]
            part, start, end = list(structure.spans())[1]
            reason = Text("is missing below a community", "缺少，社区代码须含街道")
            wrong = Fault("code.serial", start + 1, end, "", part.label, reason)
            raise InvalidCode(structure.label, self.county, self.edition, [wrong])
        super(AreaCode, self).__post_init__()

    @property
    def level(self) -> str:
        """``county``, ``street`` or ``community``."""
        if self.community is not None:
            return "community"
        return "county" if self.street is None else "street"

    @property
    def parent(self) -> AreaCode | None:
        """The area above; None for a county."""
        above = {"community": 9, "street": 6}.get(self.level)
        return None if above is None else AreaCode.parse(str(self)[:above], self.held)

    def contains(self, other: AreaCode | GridCode) -> bool:
        """Whether another area's or a grid's code lies in this one (itself included)."""
        return str(other).startswith(str(self))


@dataclass(frozen=True, order=True, slots=True)
class GridCode(_Code):
    """Identification code of a unit grid: community code and sequence.

    15 digits (GB/T 30428.1, GB/T 47678.3); 14 in CJ/T 213-2005. A management grid
    looks the same: its kind is stored beside the code.

    Parameters
    ----------
    county : str
        6 digits.
    street, community : str
        3 digits each.
    sequence : int
        From 1; more than 999 (99) in a community is an error.
    """

    kind: ClassVar[CodeKind] = "grid"
    county: str
    street: str
    community: str
    sequence: int
    edition: str = DEFAULT_EDITION
    held: Edition = field(init=False, repr=False, compare=False)

    @property
    def area(self) -> AreaCode:
        """The community that the grid lies in."""
        return AreaCode.parse(self.community_code, self.held)

    @property
    def community_code(self) -> str:
        """12 digits of the community."""
        return self.county + self.street + self.community

    @property
    def street_code(self) -> str:
        """9 digits of the street."""
        return self.county + self.street


@dataclass(frozen=True, order=True, slots=True)
class ComponentCode(_Code):
    """Identification code of a component: county, class and sequence.

    16 digits = 6 + 2 + 2 + 6 (CJ/T 214-2007, GB/T 30428.2); 17 = 6 + 2 + 3 + 6
    (GB/T 47678.5). The sequence counts per county and minor class.

    Parameters
    ----------
    county, major, minor : str
        Digits with their leading zeros.
    sequence : int
        1 to 999999.
    """

    kind: ClassVar[CodeKind] = "component"
    county: str
    major: str
    minor: str
    sequence: int
    edition: str = DEFAULT_EDITION
    held: Edition = field(init=False, repr=False, compare=False)

    @property
    def class_code(self) -> str:
        """Major and minor digits: the key of `Edition.component_classes`."""
        return self.major + self.minor


@dataclass(frozen=True, order=True, slots=True)
class EventTypeCode(_Code):
    """Type code of an event (2026: matter 事项): county and class, 10 or 11 digits.

    It names a type of problem in a county, not one case.

    Parameters
    ----------
    county, major, minor : str
        Digits with their leading zeros.
    """

    kind: ClassVar[CodeKind] = "event"
    county: str
    major: str
    minor: str
    edition: str = DEFAULT_EDITION
    held: Edition = field(init=False, repr=False, compare=False)

    @property
    def class_code(self) -> str:
        """Major and minor digits: the key of `Edition.event_classes`."""
        return self.major + self.minor


#: What GB/T 47678 calls an event is a matter (事项); the code type is the same.
MatterCode = EventTypeCode
