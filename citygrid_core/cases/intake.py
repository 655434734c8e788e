"""Rows of a case file become cases, or problems that say what is wrong with them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from citygrid_core import isotime
from citygrid_core.cases.stages import STAGES, TIMES, stage
from citygrid_core.errors import Problem, Text
from citygrid_core.standards import (
    DEFAULT_EDITION,
    ClassKind,
    Edition,
    Proposal,
    case_sources,
    classify,
    load_edition,
    perhaps,
)

Problems = dict[Any, list[Problem]]
_NOTHING = Text("", "")
_KINDS: dict[str, ClassKind] = {
    "component": "component",
    "部件": "component",
    "管理部件": "component",
    "event": "event",
    "matter": "event",
    "事件": "event",
    "事项": "event",
}
_KIND_ZH: dict[ClassKind, str] = {"component": "部件", "event": "事件（事项）"}
_TIME_COLUMNS = (*TIMES, "due_at")


@dataclass(frozen=True, slots=True)
class Intake:
    """Cases as they can be stored, and what is wrong.

    Attributes
    ----------
    frame : DataFrame or GeoDataFrame
        All rows, normalised, in the order and with the index of the input.
    problems : dict
        Index label to why the row can't be a case; several reasons are all given.
    findings : dict
        Index label to what a person should know of a row that is good all the same.
    """

    frame: pd.DataFrame
    problems: Problems = field(default_factory=dict)
    findings: Problems = field(default_factory=dict)

    @property
    def good(self) -> pd.DataFrame:
        """Rows that nothing is wrong with."""
        good: pd.DataFrame = self.frame[~self.frame.index.isin(list(self.problems))]
        return good


def intake(
    rows: pd.DataFrame,
    edition: str | Edition = DEFAULT_EDITION,
    *,
    from_edition: str | Edition | None = None,
    sources: Mapping[str, str] | None = None,
    default_source: str = "other",
    default_kind: ClassKind | None = None,
    latest: str = "",
) -> Intake:
    """Normalise and check rows of cases.

    Classes are found by code, by a code without its leading zeros, or by name; the
    kind of object follows from the class where only one kind has it. In
    GB/T 47678.5 the majors 01-05 of components and of matters share their digits:
    there ``object_kind`` must be given, or the name. Times become ISO text; a time
    before an earlier stage's is a problem. The stage follows from the times; a
    later one that is given stays, an earlier one does not, and a finding says so.

    Parameters
    ----------
    rows : DataFrame or GeoDataFrame
        Some of the columns of the store's cases; unique index. source_number,
        class_code and reported_at are needed.
    edition : str or Edition
        Edition of the classes wanted.
    from_edition : str or Edition, optional
        Edition that the file speaks, if another.
    sources : mapping, optional
        What people write to our codes, beside `standards.case_sources`.
    default_source : str
        Source of rows that name none.
    default_kind : str, optional
        Kind of object of rows whose class leaves it open.
    latest : str, optional
        ISO wall clock of now: nothing can have happened after it. A deadline may lie ahead.

    Returns
    -------
    Intake
        All rows, with source, object_kind, class_code, times and stage normalised.
    """
    frame = rows.copy(deep=False)  # columns are replaced, never written into
    taken = Intake(frame)
    _need(taken, "source_number")
    _source(taken, sources or {}, default_source)
    _classes(taken, load_edition(edition), from_edition, default_kind)
    parsed = _times(taken)
    _ahead(taken, parsed, latest)
    _order(taken, parsed)
    _stage(taken)
    return taken


def _note(
    into: Problems,
    index: Any,
    rule: str,
    name: str,
    found: object,
    expected: Text,
    cure: Text = _NOTHING,
) -> None:
    if isinstance(found, Text):
        shown = found
    else:
        text = "" if found is None or found != found else str(found)
        shown = Text(text, text) if text else Text("nothing", "空值")
    problem = Problem(rule, shown, expected, cure, field=name)
    into.setdefault(index, []).append(problem)


def _texts(frame: pd.DataFrame, name: str) -> pd.Series:
    """Return a column as stripped text, empty where it is missing."""
    if name not in frame.columns:
        return pd.Series("", index=frame.index, dtype=object)
    values = frame[name].tolist()
    if set(map(type, values)) == {str}:
        said = list(map(str.strip, values))
    else:
        values = frame[name].astype(object).tolist()
        said = ["" if v is None or v != v else str(v).strip() for v in values]
    texts: pd.Series = pd.Series(said, index=frame.index, dtype=object)
    return texts


def _need(taken: Intake, name: str) -> None:
    texts = _texts(taken.frame, name)
    taken.frame[name] = texts
    for index in texts.index[texts == ""]:
        _note(
            taken.problems,
            index,
            "case.missing",
            name,
            None,
            Text("a value", "非空值"),
            Text("without it a second import can't know the case", "缺少则无法识别重复导入的案件"),
        )


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _source(taken: Intake, more: Mapping[str, str], default: str) -> None:
    known = case_sources()
    codes = {_plain(str(code)): str(code) for code in known.index}
    for code, row in known.iterrows():
        for said in (row["name"], row.get("name_en", ""), *str(row["aliases"]).split("#")):
            if said:
                codes[_plain(str(said))] = str(code)
    codes |= {_plain(said): code for said, code in more.items()}
    texts = _texts(taken.frame, "source")
    mapped = texts.map({t: codes.get(_plain(t)) for t in texts.unique()})
    mapped = mapped.where(texts != "", default)
    words = ", ".join(map(str, known.index))
    for index in texts.index[mapped.isna()]:
        _note(
            taken.problems,
            index,
            "case.source",
            "source",
            texts[index],
            Text(f"one of {words}", "、".join(map(str, known["name"])) + " 之一"),
            Text(
                "map the value, or add an alias to case_sources.csv",
                "请在映射中转换该值，或在 case_sources.csv 中补充别名",
            ),
        )
    taken.frame["source"] = mapped.astype(object).where(mapped.notna(), None)


def _classes(
    taken: Intake,
    edition: Edition,
    from_edition: str | Edition | None,
    default_kind: ClassKind | None,
) -> None:
    frame = taken.frame
    texts, kinds = _texts(frame, "class_code"), _texts(frame, "object_kind")
    given = kinds.map({k: _KINDS.get(_plain(k)) for k in kinds.unique()})
    wrong_kind = (kinds != "") & given.isna()
    for index in frame.index[wrong_kind]:
        _note(
            taken.problems,
            index,
            "case.kind",
            "object_kind",
            kinds[index],
            Text("component or event", "部件或事件（事项）"),
        )
    found = {
        kind: classify(texts, edition, kind=kind, from_edition=from_edition) for kind in _KIND_ZH
    }
    hit = {kind: table["class_code"].notna() for kind, table in found.items()}
    open_ = given.isna()
    only = {
        "component": open_ & hit["component"] & ~hit["event"],
        "event": open_ & hit["event"] & ~hit["component"],
    }
    kind_of = given.astype(object).where(given.notna(), None)
    for kind, rows in only.items():
        kind_of = kind_of.mask(rows, kind)
    both = open_ & hit["component"] & hit["event"] & ~wrong_kind
    if default_kind is not None:
        kind_of = kind_of.mask(both, default_kind)
        both = both & False
    code = pd.Series(None, index=frame.index, dtype=object)
    for kind, table in found.items():
        code = code.mask(kind_of == kind, table["class_code"])
    for index in frame.index[both]:
        _note(
            taken.problems,
            index,
            "case.kind",
            "object_kind",
            _both(texts[index], edition, found, index),
            Text("the kind of object: component or event", "对象类别：部件或事件（事项）"),
            Text("name the kind, or write the class by name", "请注明对象类别，或用名称填写类别"),
        )
    unknown = code.isna() & ~both & ~wrong_kind
    for index in frame.index[unknown]:
        _unknown_class(taken.problems, index, texts[index], kind_of[index], edition, found)
    # A value of None survives in an object column only when it is put there last.
    frame["object_kind"] = kind_of.astype(object).where(kind_of.notna(), None)
    frame["class_code"] = code.astype(object).where(code.notna(), None)


def _both(text: str, edition: Edition, found: dict[ClassKind, pd.DataFrame], index: Any) -> Text:
    names = [
        edition.class_label(kind, str(table.at[index, "class_code"]))
        for kind, table in found.items()
    ]
    return Text(
        f"{text} = {' / '.join(n.en for n in names)}", f"{text} = {' / '.join(n.zh for n in names)}"
    )


def _unknown_class(
    problems: Problems,
    index: Any,
    text: str,
    kind: ClassKind | None,
    edition: Edition,
    found: dict[ClassKind, pd.DataFrame],
) -> None:
    kinds: list[ClassKind] = [kind] if kind is not None else list(found)
    near: list[Proposal] = []
    for k in kinds:
        proposals: Any = found[k].at[index, "proposals"]
        near += proposals
    near.sort(key=lambda p: -p.score)
    named_en, named_zh = " or ".join(kinds), "或".join(_KIND_ZH[k] for k in kinds)
    _note(
        problems,
        index,
        "case.class",
        "class_code",
        text,
        Text(f"a class of {edition.id} ({named_en})", f"{edition.id} 的{named_zh}类别"),
        perhaps(near),
    )


def _times(taken: Intake) -> dict[str, pd.Series]:
    """Turn times into ISO text; return them as datetime64 too."""
    parsed: dict[str, pd.Series] = {}
    for name in _TIME_COLUMNS:
        if name not in taken.frame.columns:
            continue
        stamps, iso = _stamps(taken.frame[name])
        for index in iso.index[iso.notna() & stamps.isna()]:
            _note(
                taken.problems,
                index,
                "case.time",
                name,
                iso[index],
                Text("a date and time like 2026-07-01T08:30:00", "如 2026-07-01T08:30:00 的时间"),
            )
        parsed[name] = stamps
        taken.frame[name] = iso
    if "reported_at" not in parsed:
        taken.frame["reported_at"] = pd.Series(None, index=taken.frame.index, dtype=object)
    for index in taken.frame.index[taken.frame["reported_at"].isna()]:
        _note(
            taken.problems,
            index,
            "case.missing",
            "reported_at",
            None,
            Text("when it was reported", "上报时间"),
        )
    return parsed


def _stamps(column: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return moments, and the texts as ISO, None for nothing.

    ISO, with ``T`` or a blank, with or without a time; what can't be read stays as it came:
    the reject shows it.
    """
    cells: list[Any] = column.astype(object).tolist()
    if set(map(type, cells)) != {str}:
        cells = ["" if v is None or v != v else str(v) for v in cells]
    moments, strict = isotime.read(cells)
    values = np.array(cells, dtype=object)
    rest = np.flatnonzero(~strict)
    values[rest] = [text.strip() or None for text in values[rest]]
    doubt = rest[values[rest] != None]  # noqa: E711 - an array of objects
    if len(doubt):
        codes, distinct = pd.factorize(values[doubt])
        uniques = [str(text).replace("/", "-") for text in distinct]
        read = pd.to_datetime(uniques, format="ISO8601", errors="coerce").to_numpy()
        moments[doubt] = read.astype("datetime64[s]")[codes]
        known = doubt[~np.isnat(moments[doubt])]
        values[known] = isotime.written(moments[known])
    return pd.Series(moments, index=column.index), pd.Series(
        values, index=column.index, dtype=object
    )


def _ahead(taken: Intake, parsed: dict[str, pd.Series], latest: str) -> None:
    """Report each time at which something is said to have happened that is still to come."""
    if not latest:
        return
    now = np.datetime64(latest, "s")
    for name in TIMES:
        if name not in parsed:
            continue
        for at in np.flatnonzero(parsed[name].to_numpy() > now):
            index = taken.frame.index[at]
            _note(
                taken.problems,
                index,
                "case.future",
                name,
                taken.frame.at[index, name],
                Text(
                    f"no later than {latest}, now in the city", f"不晚于 {latest}（本市当前时间）"
                ),
                Text(
                    "correct the time, or the clock of the device or computer that told it",
                    "请更正时间，或校准上报设备、本机的时钟",
                ),
            )


def _order(taken: Intake, parsed: dict[str, pd.Series]) -> None:
    """Report each time that is before the latest of the stages ahead of it."""
    latest: pd.Series | None = None
    latest_name = pd.Series("", index=taken.frame.index, dtype=object)
    for name in TIMES:
        if name not in parsed:
            continue
        now = parsed[name]
        if latest is None:
            latest, latest_name = now, latest_name.mask(now.notna(), name)
            continue
        early = now.notna() & latest.notna() & (now < latest)
        for index in now.index[early]:
            before = str(latest_name[index])
            stamp: Any = taken.frame.at[index, before]
            _note(
                taken.problems,
                index,
                "case.order",
                name,
                taken.frame.at[index, name],
                Text(f"no earlier than {before} {stamp}", f"不早于 {before} {stamp}"),
                Text("correct one of the two times", "请更正两个时间之一"),
            )
        later = now.notna() & (latest.isna() | (now >= latest))
        latest = latest.mask(later, now)
        latest_name = latest_name.mask(later, name)


def _stage(taken: Intake) -> None:
    frame = taken.frame
    by_times = stage(frame)
    given = _texts(frame, "stage")
    strange = (given != "") & ~given.isin(STAGES)
    for index in frame.index[strange]:
        _note(
            taken.problems,
            index,
            "case.stage",
            "stage",
            given[index],
            Text("one of " + ", ".join(STAGES), "、".join(STAGES) + " 之一"),
        )
    rank = {name: i for i, name in enumerate(STAGES)}
    # their times tell more than that: whatever happened has happened
    behind = given.map(rank) < by_times.map(rank)
    differs = (given != "") & ~strange & (given != by_times)
    for index in frame.index[differs & (behind | ~given.isin(["verified", "void"]))]:
        _note(
            taken.findings,
            index,
            "case.stage",
            "stage",
            given[index],
            Text(f"{by_times[index]}, as its times tell", f"按时间应为 {by_times[index]}"),
            Text("the times were believed", "已按时间确定阶段")
            if behind[index]
            else Text("the stage given was kept", "已保留所给阶段"),
        )
    frame["stage"] = given.where((given != "") & ~behind, by_times).astype(object)
