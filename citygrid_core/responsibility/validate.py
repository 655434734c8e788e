"""Are the rules fit for use? Everything that is wrong with them, rule by rule."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from citygrid_core.errors import Problem, Text
from citygrid_core.responsibility.departments import DepartmentHistory, circles_of
from citygrid_core.responsibility.errors import problem
from citygrid_core.responsibility.frames import column, texts
from citygrid_core.responsibility.rules import KINDS, SEVERAL, read_rules
from citygrid_core.responsibility.strength import DEFAULT_ORDER
from citygrid_core.standards import Edition


def validate(
    rules: pd.DataFrame,
    departments: pd.DataFrame,
    edition: Edition,
    areas: pd.DataFrame,
    *,
    grids: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
) -> list[Problem]:
    """Check duty rules against the register, the catalogue and the areas.

    Parameters
    ----------
    rules : DataFrame or GeoDataFrame
        Columns of the store's ``duty_rules``; with ``source_row`` the problems name the
        row of the file.
    departments : DataFrame
        code, name, successor_code, valid_from, valid_to; of all times.
    edition : Edition
        Whose classes the rules speak of; classes of the city's own are in its catalogue
        (a folder of standards of the user's).
    areas, grids, groups : DataFrame
        With a column code; of all times. Grids and groups are checked only when given.

    Returns
    -------
    list of Problem
        By row, when there are rows: what can't be read (see `DutyBook.problems`), unknown
        departments, classes and places, bodies that had ended before the rule began;
        at the end circles of succession (without a row). A rule may have several.
    """
    problems = list(read_rules(rules, DEFAULT_ORDER).problems)
    codes, rows = texts(column(rules, "code")), texts(column(rules, "source_row"))
    known = {"area": _known(areas), "grid": _known(grids), "grid_group": _known(groups)}
    successors = dict(
        zip(
            texts(column(departments, "code")),
            texts(column(departments, "successor_code")),
            strict=True,
        )
    )
    circles = circles_of(successors)
    # A register with a circle says nothing about who has ended.
    register = None if circles else DepartmentHistory(departments)
    fields = ("place", "place_code", "object_kind", "class_code", "department_code", "valid_from")
    for code, row, *values in zip(
        codes, rows, *(texts(column(rules, f)) for f in fields), strict=True
    ):
        number = int(row) if row else None
        place, place_code, kind, class_code, department, begin = values
        for field, found, expected in (
            *_unknown_department(department, begin, set(successors), register),
            *_unknown_class(kind, class_code, edition),
            *_unknown_place(place, place_code, known.get(place)),
        ):
            problems.append(problem(f"duty.unknown_{field}", code, field, found, expected, number))
    problems.sort(key=lambda p: p.row or 0)
    return problems + circles


Fault = tuple[str, Text, Text]


def _known(frame: pd.DataFrame | None) -> set[str] | None:
    return None if frame is None else set(texts(column(frame, "code")))


def _said(value: str) -> Text:
    return Text(repr(value), f"“{value}”")


def _unknown_department(
    code: str, begin: str, known: set[str], register: DepartmentHistory | None
) -> Iterator[Fault]:
    if not code:
        return
    if code not in known:
        yield (
            "department_code",
            _said(code),
            Text("a department of the register", "部门名录中的部门"),
        )
    elif register is not None and begin and not register.on(code, begin[:10]).alive:
        yield (
            "department_code",
            Text(f"{code}, ended by {begin}", f"“{code}”，{begin} 前已撤销"),
            Text(
                "a body of the time of the rule, or one with a successor",
                "规则有效期内存在或有承接者的部门",
            ),
        )


def _unknown_class(kind: str, code: str, edition: Edition) -> Iterator[Fault]:
    if not code:
        return
    for name in (kind,) if kind in KINDS else KINDS:
        catalogue = edition.catalogues["component" if name == "component" else "event"]
        if any(c.startswith(code) for c in catalogue.classes):
            return
        if len(code) == 2 and catalogue.has_major(code):
            return
    zh = {"component": "部件", "event": "事件"}.get(kind, "")
    yield (
        "class_code",
        _said(code),
        Text(
            f"a class of {edition.id}, or the beginning of one ({kind or 'component or event'})",
            f"{edition.id} 的{zh}类别代码或其前缀",
        ),
    )


def _unknown_place(place: str, codes: str, known: set[str] | None) -> Iterator[Fault]:
    if known is None or not codes:
        return
    words = {
        "area": Text("the code of an area of the city", "本市行政区划代码"),
        "grid": Text("the code of a unit grid", "单元网格标识码"),
        "grid_group": Text("the code of a grid group", "网格组代码"),
    }
    for code in SEVERAL.split(codes):
        # A city's or province's digits name all the counties that begin with them.
        if code in known or (place == "area" and any(k.startswith(code) for k in known)):
            continue
        yield "place_code", _said(code), words[place]
