"""The co-ordination list: an unclear answer is put on it, and leaves it as a rule and a precedent.

proposed → confirmed, when the body that was proposed takes it; or → disputed → decided,
when it is told. Each step adds a row to the log; none is ever changed. A confirmation
or a decision makes a duty rule of the kind ``decided`` for a piece of ground, valid from
its day, and the question is asked again before anything is stored: it must be answered.
"""

from __future__ import annotations

from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.census import match_departments
from citygrid_core.errors import CitygridError, Text, UsageError
from citygrid_core.operations.city import City
from citygrid_core.operations.grids.commit import Cause
from citygrid_core.report import Report
from citygrid_core.responsibility import ROLES, DutyBook, audit, part_around, precedents
from citygrid_core.workspace import Transaction, Workspace

#: Step to the states that it may be taken in, and the state after it (None: unchanged).
STEPS: dict[str, tuple[tuple[str, ...], str | None]] = {
    "confirm": (("proposed",), "confirmed"),
    "contest": (("proposed",), "disputed"),
    "decide": (("disputed",), "decided"),
    "document": (("proposed", "disputed"), None),
}
Step = Literal["confirm", "contest", "decide", "document"]
#: Where a decision holds.
Scope = Literal["part", "finding", "grid", "community"]


def disputes(
    workspace: Workspace, *, state: str | None = None, code: str | None = None
) -> gpd.GeoDataFrame:
    """Return the co-ordination list, all states or one; columns of ``duty_disputes``."""
    where = {k: v for k, v in (("state", state), ("code", code)) if v}
    return workspace.read("duty_disputes", where=where or None)


def dispute_log(workspace: Workspace, code: str) -> pd.DataFrame:
    """Return the steps of one dispute, the first one first."""
    rows = workspace.read("duty_dispute_log", where={"dispute_code": code})
    ordered: pd.DataFrame = rows.sort_values("seq", ignore_index=True)
    return ordered


def held(workspace: Workspace, code: str) -> gpd.GeoDataFrame:
    """Return one dispute.

    Raises
    ------
    UsageError
        There is none of that code.
    """
    found = disputes(workspace, code=code)
    if not len(found):
        raise UsageError(Text(f"there is no dispute {code}", f"没有协调事项“{code}”"))
    return found


def department_code(workspace: Workspace, typed: str | None) -> str | None:
    """Return the code of a department typed as a code or a name; None for None.

    Raises
    ------
    UsageError
        The register has none of that name; similar ones are proposed.
    """
    if typed is None:
        return None
    register = workspace.read("departments", at="all")
    found = match_departments(pd.Series([typed], dtype=object), register).iloc[0]
    if pd.isna(found["code"]):
        near = "、".join(str(p) for p in found["proposals"][:3])
        raise UsageError(
            Text(
                f"{typed!r} is no department of the register"
                + (f"; perhaps {near}" if near else ""),
                f"部门名录中没有“{typed}”" + (f"；可能是 {near}" if near else ""),
            )
        )
    return str(found["code"])


def similar(
    workspace: Workspace,
    point: gpd.GeoDataFrame,
    *,
    class_code: str,
    object_kind: str = "component",
    at: str | None = None,
    city: City | None = None,
) -> gpd.GeoDataFrame:
    """Return the precedents that are like a question; see `responsibility.precedents`.

    Parameters
    ----------
    point : GeoDataFrame
        One point, in any CRS.
    """
    city = city or City(workspace, at)
    asked = _question(city, point, object_kind, class_code)
    said = city.duties.resolve(asked, at=at).iloc[0]
    bodies = {
        b for r in ROLES for b in (said[f"{r}_candidates"] or said[f"{r}_code"] or "").split("#") if b
    }  # fmt: skip
    place = asked.geometry.iloc[0]
    return precedents(
        city.disputes,
        place.x,
        place.y,
        object_kind=object_kind,
        class_code=class_code,
        bodies=bodies,
        at=at,
    )


def propose(
    workspace: Workspace,
    point: gpd.GeoDataFrame,
    cause: Cause,
    *,
    class_code: str,
    object_kind: str = "component",
    role: str | None = None,
    department: str | None = None,
    case_number: str | None = None,
    clause: str = "",
    dry_run: bool = False,
) -> Report:
    """Put one question on the co-ordination list.

    Parameters
    ----------
    point : GeoDataFrame
        One point, in any CRS.
    cause : Cause
        The day, who proposes, the reason, the document.
    role : str, optional
        By default the first role that is unclear there on that day.
    department : str, optional
        Code of the body that is proposed to answer.

    Returns
    -------
    Report
        ``details``: code (minted here), state, outcome, candidates.

    Raises
    ------
    UsageError
        Outside the city, an unknown department, or every role has one body and none was named.
    """
    city = City(workspace, cause.on)
    asked = _question(city, point, object_kind, class_code)
    said = city.duties.resolve(asked, at=cause.on).iloc[0]
    if role is None:
        needed = city.duties.order.expected.get(object_kind, ROLES)
        unclear = [
            r
            for r in ROLES
            if said[f"{r}_outcome"] == "several" or (r in needed and said[f"{r}_outcome"] == "none")
        ]
        if not unclear:
            raise UsageError(
                Text(
                    "every role has one body there; name the role that is disputed (--role)",
                    "该处各角色均有唯一部门；请指定有异议的角色（--role）",
                )
            )
        role = unclear[0]
    elif role not in ROLES:
        raise UsageError(Text(f"{role!r} is no role: {', '.join(ROLES)}", f"“{role}”不是责任角色"))
    _alive(city.duties, department, cause.on)
    candidates = said[f"{role}_candidates"] or said[f"{role}_code"] or ""
    rules = sorted({r.rule.code for r in said["reasons"] if r.role == role and r.rule is not None})
    place = asked.iloc[0]
    row = asked.geometry.to_frame("geometry").assign(
        state="proposed",
        object_kind=object_kind,
        class_code=class_code,
        role=role,
        grid_code=place["grid_code"],
        community_code=place["community_code"],
        outcome=said[f"{role}_outcome"],
        candidates=candidates or None,
        rules="#".join(rules) or None,
        case_number=case_number,
        department_code=department,
        proposed_on=cause.on,
        document=cause.document or None,
        clause=clause or None,
        note=cause.reason or None,
    )
    with workspace.transaction("duties dispute propose", who=cause.who) as tx:
        code = f"XT{tx.mint('duty dispute', 1)[0]:06d}"
        tx.insert("duty_disputes", row.assign(code=code))
        _log(tx, code, 1, "propose", "proposed", cause, department, clause)
        if dry_run:
            tx.rollback()
    report = Report("duties disputes propose", read=1, stored=1, dry_run=dry_run)
    report.details = {
        "code": code, "state": "proposed", "role": role, "outcome": said[f"{role}_outcome"],
        "candidates": candidates,
    }  # fmt: skip
    return report


def advance(
    workspace: Workspace,
    code: str,
    step: Step,
    cause: Cause,
    *,
    department: str | None = None,
    clause: str = "",
    scope: Scope = "part",
    dry_run: bool = False,
) -> Report:
    """Take a dispute one step on.

    Parameters
    ----------
    step : str
        ``confirm`` (the proposed body takes it) and ``decide`` make a rule; ``contest``
        says that it does not take it; ``document`` adds a paper to an open dispute.
    department : str, optional
        Who confirms or is decided to answer; by default the body that was proposed. Who
        contests.
    scope : str
        Where the rule holds: ``part`` of the unit grid that no border of a rule cuts
        (default), ``finding``: the whole connected or scattered ground where the same
        rules leave the same question open, the whole unit ``grid``, or the ``community``.

    Raises
    ------
    UsageError
        No such dispute, a step that its state does not allow, nobody named, an unknown
        or ended department.
    CitygridError
        The rule would not settle the question (the reason names the stronger rule).
    """
    mine = held(workspace, code)
    row = mine.iloc[0]
    allowed, after = STEPS[step]
    if row["state"] not in allowed:
        raise UsageError(
            Text(
                f"{code} is {row['state']}: {step} needs {' or '.join(allowed)}",
                f"{code} 当前状态不允许该步骤（{step} 仅限 {'、'.join(allowed)}）",
            )
        )
    last = int(dispute_log(workspace, code)["seq"].max())
    before = dispute_log(workspace, code)["on"].max()
    if cause.on < str(before)[:10]:
        raise UsageError(
            Text(
                f"{cause.on} is before the last step of {code} ({before})",
                f"{cause.on} 早于 {code} 的上一步骤（{before}）",
            )
        )
    settles = step in ("confirm", "decide")
    city = City(workspace, cause.on)
    body = department or (row["department_code"] if settles else None)
    if settles and not body:
        raise UsageError(
            Text("say which department answers (--department)", "请指定责任部门（--department）")
        )
    _alive(city.duties, body, cause.on)
    change: dict[str, Any] = {"state": after or row["state"]}
    if settles:
        change |= {"department_code": body, "settled_on": cause.on, "rule_code": code}
        change |= {"document": cause.document or row["document"], "clause": clause or row["clause"]}
    report = Report(f"duties disputes {step}", read=1, stored=1, dry_run=dry_run)
    with workspace.transaction(f"duties dispute {step}", who=cause.who) as tx:
        if settles:
            ground = _ground(city, row, cause.on, scope)
            rule = _rule(row, str(body), ground, cause, clause, city)
            tx.insert("duty_rules", rule)
            _check(workspace, city, row, str(body), cause.on)
            report.details["area_m2"] = round(float(ground.area), 1)
        tx.update("duty_disputes", mine[["state"]].assign(**change))
        _log(tx, code, last + 1, step, str(change["state"]), cause, body, clause)
        if dry_run:
            tx.rollback()
    report.details |= {"code": code, "state": change["state"]}
    if settles:
        report.details |= {"rule": code, "department": city.duties.departments.name(str(body))}
    return report


def _question(
    city: City, point: gpd.GeoDataFrame, object_kind: str, class_code: str
) -> gpd.GeoDataFrame:
    projected = point.iloc[:1].to_crs(city.workspace.crs)
    shape = projected.geometry.iloc[0]
    asked = city.points(shapely.get_x([shape]), shapely.get_y([shape]))
    asked["object_kind"], asked["class_code"] = object_kind, class_code
    if asked["community_code"].isna().any():
        raise UsageError(
            Text(
                f"{shape.x:.3f}, {shape.y:.3f} is outside the city",
                f"{shape.x:.3f}, {shape.y:.3f} 不在城市范围内",
            )
        )
    return asked


def _alive(book: DutyBook, department: str | None, on: str) -> None:
    if department is None:
        return
    if department not in book.departments:
        raise UsageError(
            Text(
                f"{department!r} is no department of the register",
                f"部门名录中没有“{department}”",
            )
        )
    body = book.departments.on(department, on)
    if book.departments.ended(department, on):
        raise UsageError(
            Text(
                f"{department} had ended by {on}; today {body.today_name} ({body.today_code})",
                f"“{department}”至 {on} 已撤销，现为{body.today_name}（{body.today_code}）",
            )
        )


def _ground(city: City, row: Any, on: str, scope: Scope) -> Any:
    """Return the polygon for which a dispute is settled."""
    if scope == "community" or row["grid_code"] is None:
        areas = city.areas
        return areas.loc[areas["code"] == row["community_code"]].geometry.iloc[0]
    at = city.positions(np.array([row.geometry.x]), np.array([row.geometry.y]))[0]
    if at >= len(city.grids):
        raise UsageError(
            Text(f"no unit grid lies there on {on}", f"{on} 该处没有单元网格"),
        )
    grid = city.grids.iloc[[int(at)]]
    if scope == "grid":
        return grid.geometry.iloc[0]
    if scope == "finding":
        classes = pd.DataFrame({k: [row[k]] for k in ("object_kind", "class_code")})
        roles = {row["object_kind"]: [row["role"]]}
        found = audit(city.duties, city.grids, classes, at=on, roles=roles)
        found = found[(found["role"] == row["role"])]
        found = found[found.geometry.distance(row.geometry) <= 1e-6]
        if len(found):
            return found.geometry.iloc[0]
    return part_around(city.duties, grid, row.geometry)


def _rule(
    row: Any, body: str, ground: Any, cause: Cause, clause: str, city: City
) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "code": [row["code"]],
            "place": ["decided"],
            "object_kind": [row["object_kind"]],
            "class_code": [row["class_code"]],
            "role": [row["role"]],
            "department_code": [body],
            "valid_from": [cause.on],
            "document": [cause.document or row["document"]],
            "clause": [clause or row["clause"]],
            "note": [cause.reason or None],
        },
        geometry=[ground],
        crs=city.workspace.crs,
    )


def _check(workspace: Workspace, city: City, row: Any, body: str, on: str) -> None:
    """Ask again, with the rule there: the body must answer."""
    book = DutyBook(workspace.read("duty_rules", at="all"), city.departments, groups=city.groups)
    frame = gpd.GeoDataFrame(geometry=[row.geometry], crs=workspace.crs)
    asked = _question(city, frame, row["object_kind"], row["class_code"])
    said = book.resolve(asked, at=on).iloc[0]
    if said[f"{row['role']}_code"] != body:
        why = [r for r in said["reasons"] if r.role == row["role"]]
        raise CitygridError(
            Text(
                "the rule would not settle it: " + "; ".join(r.text("en") for r in why),
                "该规则不足以确定责任：" + "；".join(r.text("zh") for r in why),
            )
        )


def _log(
    tx: Transaction,
    code: str,
    seq: int,
    step: str,
    state: str,
    cause: Cause,
    department: str | None,
    clause: str,
) -> None:
    line = {
        "dispute_code": code, "seq": seq, "step": step, "on": cause.on, "who": cause.who or None,
        "state": state, "department_code": department, "document": cause.document or None,
        "clause": clause or None, "note": cause.reason or None,
    }  # fmt: skip
    tx.insert("duty_dispute_log", pd.DataFrame([line], dtype=object))
