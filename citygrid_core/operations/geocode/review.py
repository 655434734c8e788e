"""What a person decides of doubtful addresses comes back: points, and new names for places."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from citygrid_core.errors import Problem, Text, UsageError
from citygrid_core.geocode import ACCEPT
from citygrid_core.operations.city import City
from citygrid_core.operations.geocode.index import gazetteer
from citygrid_core.operations.importing.storing import store
from citygrid_core.report import Report
from citygrid_core.tables import Field, read
from citygrid_core.workspace import Workspace
from citygrid_core.workspace.schema import FAMILIES

#: So many candidates are shown beside a row.
SHOWN = 5
#: What a person fills in.
FILLED = ("choice", "corrected", "set_x", "set_y", "alias")
_YES = frozenset(("1", "y", "yes", "true", "是", "√"))
_FIELDS = (
    Field("id", "text", labels=("编号",)),
    Field("address", "text", labels=("地址",)),
    Field("choice", "integer", labels=("选定候选",)),
    Field("corrected", "text", labels=("更正地址",)),
    Field("set_x", "number", labels=("指定x",)),
    Field("set_y", "number", labels=("指定y",)),
    Field("alias", "text", labels=("存为别名",)),
    Field("candidates", "text", labels=("候选",)),
)


@dataclass(frozen=True, slots=True)
class NewName:
    """A further name of a place.

    Attributes
    ----------
    place : its code, or its name where only one place has it
    name : the alias or former name
    former : whether it is a name no longer in use
    since, until : ISO dates of a former name, where known
    """

    place: str
    name: str
    former: bool = False
    since: str = ""
    until: str = ""

    @property
    def told(self) -> str:
        """The name as it is stored, a former one with its dates."""
        if not (self.former and (self.since or self.until)):
            return self.name
        return f"{self.name}({self.since}至{self.until})"


def review_rows(answers: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that a person has to decide, with candidates and cells to fill in.

    Parameters
    ----------
    answers : DataFrame
        What `geocode_file` answers.

    Returns
    -------
    DataFrame
        Each row not accepted; ``candidate_1`` … say who may be meant. A person fills in
        ``choice`` (the number of a candidate), or ``corrected`` (the address as it should
        read), or ``set_x`` and ``set_y`` (metres in the workspace's CRS); and in ``alias``
        "yes" or the name that shall lead to the place from now on.
    """
    doubtful = answers[answers["outcome"] != "accepted"]
    shown: dict[str, Any] = {
        c: doubtful[c] for c in ("id", "address", "source_row", "outcome") if c in doubtful
    }
    found = [_listed(v) for v in doubtful["candidates"]]
    for k in range(SHOWN):
        shown[f"candidate_{k + 1}"] = [_said(c[k]) if k < len(c) else "" for c in found]
    shown |= dict.fromkeys(FILLED, "")
    shown["reasons"] = [
        "；".join(str(r.get("zh", "")) for r in _listed(v)) for v in doubtful["reasons"]
    ]
    shown["candidates"] = [json.dumps(c, ensure_ascii=False) for c in found]
    # Numbers and words are filled in there.
    rows: pd.DataFrame = pd.DataFrame(shown, index=doubtful.index).astype(
        dict.fromkeys(FILLED, object)
    )
    return rows


def _listed(value: Any) -> list[Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value) if value else []
        except json.JSONDecodeError:
            value = []
    return value if isinstance(value, list) else []


def _said(c: Mapping[str, Any]) -> str:
    where = f"{c['area']} " if c.get("area") else ""
    return (
        f"{where}{c['name']} ({c['level']}, {100 * c['probability']:.0f} %, ±{c['error_m']:.0f} m)"
    )


def apply_review(
    workspace: Workspace,
    path: Path,
    *,
    accept: float = ACCEPT,
    on: str,
    who: str = "",
    dry_run: bool = False,
) -> tuple[Report, pd.DataFrame]:
    """Take a review file back: decided rows get their point, chosen names become aliases.

    Returns
    -------
    report, decided
        ``decided``: id, address, source_row, outcome, ``decided_by`` (candidate, corrected,
        point, nobody), x, y, error_m, level, place_code, grid and areas. Rows left open
        keep the outcome "ambiguous"; what was filled in wrongly is rejected with its reason.
    """
    batch = read(path, _FIELDS, positions="ignore")
    report = Report("geocode review", read=batch.read, dry_run=dry_run)
    report.problems = [p for r in batch.rejects for p in r.problems]
    matcher = gazetteer(workspace)
    rows: list[dict[str, Any]] = []
    names: list[NewName] = []
    bad = len(batch.rejects)
    for row in batch.frame.to_dict("records"):
        try:
            decided, matched = _decide(row, matcher, accept)
        except UsageError as error:
            bad += 1
            line = int(row["source_row"])
            report.problems.append(
                Problem(
                    "review.row", error.message, Text("one decision", "一项判定"), row=line,
                    file=Path(path).name,
                )
            )  # fmt: skip
            continue
        kept = {c: row.get(c) for c in ("id", "address", "source_row")}
        rows.append({**kept, **decided})
        name = _new_name(row, matched)
        if name is not None:
            names.append(name)
    columns = ["id", "address", "source_row", "outcome", "decided_by", "x", "y", "error_m",
               "level", "place_code"]  # fmt: skip
    frame: pd.DataFrame = pd.DataFrame(rows, columns=columns)
    xy = [frame[c].to_numpy(np.float64) for c in ("x", "y")]
    located = City(workspace).place(*xy).set_axis(frame.index)
    stored = add_names(workspace, names, on=on, who=who, dry_run=dry_run)
    report.rejected, report.stored = bad, len(frame)
    by = frame["decided_by"].value_counts()
    report.details = {f"by_{k}": int(v) for k, v in by.items()} | {"names_added": stored}
    whole: pd.DataFrame = pd.concat([frame, located], axis=1)
    return report, whole


def _decide(
    row: Mapping[str, Any], matcher: Any, accept: float
) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Return what a person decided of one row, and how the place was named."""
    choice, x, y = row.get("choice"), row.get("set_x"), row.get("set_y")
    corrected = _text(row.get("corrected"))
    chosen = choice is not None and not pd.isna(choice)
    placed = [v is not None and not pd.isna(v) for v in (x, y)]
    if chosen + bool(corrected) + any(placed) > 1:
        raise UsageError(Text("several decisions for one row", "同一行有多项判定"))
    if any(placed):
        if not all(placed):
            raise UsageError(Text("only one of set_x and set_y", "set_x 与 set_y 须同时填写"))
        return _row("accepted", "point", x, y, 5.0, "point", ""), []
    if chosen:
        found = _listed(row.get("candidates"))
        if not 1 <= int(choice or 0) <= len(found):
            raise UsageError(
                Text(
                    f"choice {choice}: there are {len(found)} candidates",
                    f"选定候选 {choice}：共有 {len(found)} 个候选",
                )
            )
        c = found[int(choice or 0) - 1]
        done = _row("accepted", "candidate", c["x"], c["y"], c["error_m"], c["level"], c["code"])
        return done, c.get("matched", [])
    if corrected:
        answer = matcher.geocode(pd.Series([corrected]), accept=accept).iloc[0]
        if answer["outcome"] != "accepted":
            raise UsageError(
                Text(f"{corrected!r} is not certain either", f"“{corrected}”仍不能确定")
            )
        c = answer["candidates"][0]
        done = _row(
            "accepted", "corrected", answer["x"], answer["y"], answer["error_m"],
            answer["level"], c["code"],
        )  # fmt: skip
        return done, list(answer["matched"])
    nan = float("nan")
    return _row("ambiguous", "nobody", nan, nan, nan, "", ""), []


def _row(
    outcome: str, by: str, x: Any, y: Any, error: Any, level: str, code: str
) -> dict[str, Any]:
    return {
        "outcome": outcome, "decided_by": by, "x": float(x), "y": float(y),
        "error_m": float(error), "level": level, "place_code": code,
    }  # fmt: skip


def _new_name(row: Mapping[str, Any], matched: Sequence[Mapping[str, str]]) -> NewName | None:
    said = _text(row.get("alias"))
    if not said or not matched or not matched[0].get("code"):
        return None
    name = matched[0]["typed"] if said.lower() in _YES else said
    return None if name == matched[0]["name"] else NewName(matched[0]["code"], name)


def _text(value: Any) -> str:
    return "" if value is None or value is pd.NA or value != value else str(value).strip()


def add_names(
    workspace: Workspace, names: Sequence[NewName], *, on: str, who: str = "", dry_run: bool = False
) -> int:
    """Give places further names; the places get a new version from that day.

    Returns
    -------
    int
        How many names are new; a name that a place has already changes nothing.

    Raises
    ------
    UsageError
        A place is not known, or its name stands for several.
    """
    if not names:
        return 0
    for new in names:
        if not new.name.strip() or "#" in new.name:
            raise UsageError(Text(f"{new.name!r} is no name", f"“{new.name}”不是名称"))
    held = workspace.read("places")
    changed = held.copy()
    touched: list[Any] = []
    added = 0
    codes, called = held["code"].to_numpy(object), held["name"].to_numpy(object)
    for new in names:
        at = np.flatnonzero(codes == new.place)
        if not len(at):
            at = np.flatnonzero(called == new.place)
        if len(at) != 1:
            raise UsageError(
                Text(
                    f"{new.place!r} is the code or name of {len(at)} places",
                    f"“{new.place}”对应 {len(at)} 个地名（代码或名称）",
                )
            )
        column = changed.columns.get_loc("former_names" if new.former else "aliases")
        own = [v for v in _text(changed.iat[at[0], column]).split("#") if v]
        if new.told in own or new.name == called[at[0]]:
            continue
        changed.iat[at[0], column] = "#".join([*own, new.told])
        touched.append(at[0])
        added += 1
    rows = changed.iloc[sorted(set(touched))]
    facts = {"names": [f"{n.place}={n.told}" for n in names], "on": on}
    with workspace.transaction("gazetteer alias", who=who, parameters=facts) as tx:
        family = FAMILIES["places"]
        store(tx, workspace, family, rows, ("code",), ("aliases", "former_names"), on)
        if dry_run:
            tx.rollback()
    return added
