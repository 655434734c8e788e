"""The co-ordination list of the workspace that is open: read here, written by the command."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from citygrid_core.workspace.schema import CHOICES
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.services.session import open_workspace

OPEN = ("proposed", "disputed")


@dataclass(frozen=True)
class Dispute:
    """One entry of the list.

    Attributes
    ----------
    x, y : float
        In the workspace's CRS.
    steps : tuple of str
        What happened, one line each, the first one first.
    """

    code: str
    state: str
    object_kind: str
    class_code: str
    role: str
    grid_code: str
    department: str
    candidates: str
    note: str
    x: float
    y: float
    steps: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """Whether it still has to be settled."""
        return self.state in OPEN


def read_disputes(path: Path) -> list[Dispute]:
    """Return the whole list, the open ones first, then the newest."""
    from citygrid_core.operations.responsibility.disputes import disputes

    with open_workspace(path) as workspace:
        held = disputes(workspace)
        log = workspace.read("duty_dispute_log")
        register = workspace.read("departments", at="all", geometry=False)
    names = dict(zip(register["code"], register["name"], strict=True))
    steps: dict[str, list[str]] = {}
    for row in log.sort_values("seq").to_dict("records"):
        steps.setdefault(row["dispute_code"], []).append(_step(row, names))
    found = [
        Dispute(
            code=row["code"],
            state=row["state"],
            object_kind=row["object_kind"],
            class_code=row["class_code"],
            role=row["role"],
            grid_code=_text(row["grid_code"]),
            department=_name(row["department_code"], names),
            candidates=_names(row["candidates"], names),
            note=_text(row["note"]),
            x=float(row["geometry"].x),
            y=float(row["geometry"].y),
            steps=tuple(steps.get(row["code"], ())),
        )
        for row in held.to_dict("records")
    ]
    found.sort(key=lambda d: d.code, reverse=True)
    found.sort(key=lambda d: not d.open)
    return found


def read_departments(path: Path) -> dict[str, str]:
    """Return the bodies of today: code to name."""
    with open_workspace(path) as workspace:
        register = workspace.read("departments", geometry=False).sort_values("name")
    return dict(zip(register["code"], register["name"], strict=True))


def allowed(state: str) -> set[str]:
    """Return the steps that a dispute in this state may take."""
    from citygrid_core.operations.responsibility.disputes import STEPS

    return {step for step, (before, _) in STEPS.items() if state in before}


def _step(row: dict[str, Any], names: dict[str, str]) -> str:
    choices = CHOICES["dispute_step"]
    word = shown(choices[row["step"]]) if row["step"] in choices else row["step"]
    parts = [_text(row["on"])[:10], word, _name(row["department_code"], names)]
    parts += [_text(row["document"]) + _text(row["clause"]), _text(row["note"]), _text(row["who"])]
    return " · ".join(p for p in parts if p)


def _name(code: Any, names: dict[str, str]) -> str:
    text = _text(code)
    return names.get(text, text)


def _names(codes: Any, names: dict[str, str]) -> str:
    return tr(" or ", " 或 ").join(_name(c, names) for c in _text(codes).split("#") if c)


def _text(value: Any) -> str:
    text = "" if value is None or value != value else str(value)
    return "" if text in ("NULL", "None", "nan", "NaT", "<NA>") else text
