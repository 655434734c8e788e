"""The standards as data: editions, classes, code types, and what maps between them.

Facts come from CSV and TOML files beside this room, each with its confidence; a
folder of your own (``CITYGRID_STANDARDS``) extends or overrides them, see
``docs/standards.md``.

>>> from citygrid_core.standards import ComponentCode, load_edition
>>> code = ComponentCode.parse("32070501001000101")
>>> code.county, code.class_code, code.sequence
('320705', '01001', 101)
>>> load_edition().component_class(code.class_code).name
'供水井盖'
>>> load_edition().component_class(code.class_code).label.en
'Water-supply manhole cover'
>>> ComponentCode.parse("32070501016000101")
Traceback (most recent call last):
...
citygrid_core.standards.errors.InvalidCode: '32070501016000101' is no component code of \
gbt47678-2026: digits 9-11 '016' (minor class) is no class of major 01 Municipal utilities in \
gbt47678-2026; classes of a city's own: any major 080-999
"""

from citygrid_core.standards.classes import (
    Catalogue,
    ClassInfo,
    ClassKind,
    ClassMatch,
    Proposal,
    in_language,
    perhaps,
    plain_name,
)
from citygrid_core.standards.codes import (
    AreaCode,
    ComponentCode,
    EventTypeCode,
    GridCode,
    MatterCode,
)
from citygrid_core.standards.credit import (
    SocialCreditCode,
    is_social_credit_code,
    social_credit_check,
    social_credit_faults,
    social_credit_valid,
)
from citygrid_core.standards.crosswalks import crosswalk, crosswalks
from citygrid_core.standards.edition import (
    CONFIDENCE,
    DEFAULT_EDITION,
    DeliveryField,
    Edition,
    editions,
    load_edition,
)
from citygrid_core.standards.errors import (
    Fault,
    InvalidCode,
    UnknownClass,
    UnknownCrosswalk,
    UnknownEdition,
)
from citygrid_core.standards.explanation import ExplainRow, Explanation
from citygrid_core.standards.lookup import explain
from citygrid_core.standards.matching import classify
from citygrid_core.standards.tables import case_limits, case_sources, indicators

__all__ = [
    "CONFIDENCE",
    "DEFAULT_EDITION",
    "AreaCode",
    "Catalogue",
    "ClassInfo",
    "ClassKind",
    "ClassMatch",
    "ComponentCode",
    "DeliveryField",
    "Edition",
    "EventTypeCode",
    "ExplainRow",
    "Explanation",
    "Fault",
    "GridCode",
    "InvalidCode",
    "MatterCode",
    "Proposal",
    "SocialCreditCode",
    "UnknownClass",
    "UnknownCrosswalk",
    "UnknownEdition",
    "case_limits",
    "case_sources",
    "classify",
    "crosswalk",
    "crosswalks",
    "editions",
    "explain",
    "in_language",
    "indicators",
    "is_social_credit_code",
    "load_edition",
    "perhaps",
    "plain_name",
    "social_credit_check",
    "social_credit_faults",
    "social_credit_valid",
]
