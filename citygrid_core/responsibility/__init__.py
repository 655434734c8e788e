"""Responsibility: who answers here, for this class, in which role, on which day, and why.

Rules are data with dates and documents; the order of their strength is a profile.
No owner and two owners are answers of their own.
"""

from citygrid_core.responsibility.audit import audit, part_around
from citygrid_core.responsibility.book import DutyBook, OneAnswer
from citygrid_core.responsibility.departments import Body, DepartmentHistory
from citygrid_core.responsibility.errors import CrsMismatch, DepartmentCircle, MissingColumns
from citygrid_core.responsibility.near import (
    FLAG_ABOVE,
    REACH,
    near_border,
    near_columns,
    nearest_others,
)
from citygrid_core.responsibility.near_point import NearAnswer, near_point
from citygrid_core.responsibility.precedents import best_precedents, precedents
from citygrid_core.responsibility.reasons import Reason, Reasons
from citygrid_core.responsibility.resolved import OUTCOMES, Resolved, framed
from citygrid_core.responsibility.rules import Rule
from citygrid_core.responsibility.strength import DEFAULT_ORDER, PLACES, ROLES, Order
from citygrid_core.responsibility.validate import validate

__all__ = [
    "DEFAULT_ORDER",
    "FLAG_ABOVE",
    "OUTCOMES",
    "PLACES",
    "REACH",
    "ROLES",
    "Body",
    "CrsMismatch",
    "DepartmentCircle",
    "DepartmentHistory",
    "DutyBook",
    "MissingColumns",
    "NearAnswer",
    "OneAnswer",
    "Order",
    "Reason",
    "Reasons",
    "Resolved",
    "Rule",
    "audit",
    "best_precedents",
    "framed",
    "near_border",
    "near_columns",
    "near_point",
    "nearest_others",
    "part_around",
    "precedents",
    "validate",
]
