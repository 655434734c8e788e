"""The rule book of the census: numbered rules, and the engine that runs any part of it."""

from citygrid_core.census.rules.base import NO_DATA, Rule, Verdict
from citygrid_core.census.rules.engine import Checked, check
from citygrid_core.census.rules.material import Material
from citygrid_core.census.rules.registry import rule_book, rules

__all__ = ["NO_DATA", "Checked", "Material", "Rule", "Verdict", "check", "rule_book", "rules"]
