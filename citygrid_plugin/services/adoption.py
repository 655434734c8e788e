"""Edits made in QGIS that are not in the journal yet: which they are, and whether rules hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from citygrid_core.workspace.schema import FAMILIES
from citygrid_plugin.i18n import language, shown, tr
from citygrid_plugin.services.session import open_workspace

_KEYED = re.compile(r"fid (\d+)(?: \((.*?)\))?")


@dataclass(frozen=True)
class Edit:
    """One row that differs from the journal.

    Attributes
    ----------
    table : str
        Of the store.
    kind : str
        altered, added, removed.
    key : str
        Code of the row; the number of a removed one.
    """

    table: str
    kind: str
    key: str

    @property
    def title(self) -> str:
        """The table, in the user's language."""
        for family in FAMILIES.values():
            if self.table in family.tables.values():
                return shown(family.label)
        return self.table

    @property
    def kind_name(self) -> str:
        """The kind, in the user's language."""
        return {
            "altered": tr("changed", "修改"),
            "added": tr("new", "新增"),
            "removed": tr("deleted", "删除"),
        }.get(self.kind, self.kind)


@dataclass(frozen=True)
class Pending:
    """What an adoption would take in.

    Attributes
    ----------
    edits : tuple of Edit
    faults : tuple of str
        What is wrong with the duty rules that were edited: they would be set aside.
    others : tuple of str
        Findings that an adoption doesn't cure.
    """

    edits: tuple[Edit, ...]
    faults: tuple[str, ...]
    others: tuple[str, ...]


def pending(path: Path, problems: list[dict[str, Any]]) -> Pending:
    """Sort the findings of ``citygrid verify --json``, and check the rules that were edited."""
    edits, others = [], []
    for one in problems:
        rule, found = str(one.get("rule", "")), one.get("found", "")
        text = found.get("en", "") if isinstance(found, dict) else str(found or one.get("en", ""))
        if rule.startswith("seal."):
            match = _KEYED.search(text)
            number, key = match.groups() if match else ("", "")
            edits.append(Edit(str(one.get("field") or ""), rule[5:], key or number))
        else:
            others.append(str(one.get(language(), "")))
    codes = {e.key for e in edits if e.table.startswith("duty_rules")}
    return Pending(tuple(edits), tuple(_faults(path, codes)), tuple(others))


def _faults(path: Path, codes: set[str]) -> list[str]:
    """Return what is wrong with the rules of these codes."""
    if not codes:
        return []
    from citygrid_core.responsibility import validate
    from citygrid_core.standards import load_edition

    with open_workspace(path) as workspace:
        rules = workspace.read("duty_rules", at="all")
        mine = rules[rules["code"].isin(codes)]
        found = validate(
            mine,
            workspace.read("departments", at="all"),
            load_edition(workspace.edition),
            workspace.read("areas", at="all"),
            grids=workspace.read("grids", at="all"),
            groups=workspace.read("grid_groups", at="all"),
        )
    return [problem.text(language()) for problem in found]
