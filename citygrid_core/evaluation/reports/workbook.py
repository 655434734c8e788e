"""The evaluation as a workbook whose rates and scores are formulas on the counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from citygrid_core.errors import Language
from citygrid_core.evaluation.formulas import count_name
from citygrid_core.evaluation.indicators import Indicator
from citygrid_core.evaluation.reports.words import CONFIDENCE, WORDS
from citygrid_core.evaluation.scheme import Part, Scheme
from citygrid_core.evaluation.table import TOTAL, Table, at
from citygrid_core.tables.saving import workbook

_COUNTS = {"en": "counts", "zh": "计数"}
_RATES = {"en": "indicators", "zh": "指标"}
_SCORES = {"en": "scores", "zh": "得分"}
_NOTES = {"en": "notes", "zh": "说明"}


@dataclass(frozen=True)
class Book:
    """What goes into a workbook.

    Attributes
    ----------
    counts : DataFrame
        Elementary counts by group, with the total as the last row.
    sizes : DataFrame or None
        What parts of a scheme are divided by.
    further : mapping of str to DataFrame
        Tables of their own, by the name of their sheet; columns as people call them.
    made_on : date
        Property of the file: the end of the period, never a clock.
    """

    title: str
    counts: pd.DataFrame
    table: Table
    names: Mapping[str, str]
    chosen: list[Indicator]
    scheme: Scheme | None
    parts: tuple[Part, ...]
    score: pd.DataFrame | None
    sizes: pd.DataFrame | None
    further: Mapping[str, pd.DataFrame]
    notes: list[tuple[str, str]]
    made_on: dt.date


def write(book: Book, path: Path, lang: Language) -> None:
    """Write the workbook: counts, indicators by formulas, scores by formulas, notes."""
    moment = dt.datetime.combine(book.made_on, dt.time())
    with workbook(path, title=book.title, made=moment) as file:
        _Writer(file, book, lang).all()


class _Writer:
    def __init__(self, file: Any, book: Book, lang: Language) -> None:
        self.file, self.book, self.lang = file, book, lang
        self.head = file.add_format(
            {"bold": True, "bg_color": "#EEF2F6", "border": 1, "text_wrap": True}
        )
        self.formats = {
            "count": file.add_format({"num_format": "#,##0.##"}),
            "rate": file.add_format({"num_format": "0.0%"}),
            "mean": file.add_format({"num_format": "#,##0.00"}),
        }
        self.rows = {group: i + 1 for i, group in enumerate(book.counts.index)}
        self.column = {name: i + 1 for i, name in enumerate(book.counts.columns)}

    def all(self) -> None:
        """Write all sheets; what people want first stands first."""
        order = (
            [_RATES, _COUNTS, _NOTES]
            if self.book.scheme is None
            else [_SCORES, _RATES, _COUNTS, _NOTES]
        )
        pages = {id(name): self.file.add_worksheet(name[self.lang]) for name in order}
        self._counts(pages[id(_COUNTS)])
        self._indicators(pages[id(_RATES)])
        if self.book.scheme is not None:
            self._scores(pages[id(_SCORES)])
        for name, table in self.book.further.items():
            self._plain(self.file.add_worksheet(name), table)
        page = pages[id(_NOTES)]
        page.set_column(0, 0, 28)
        page.set_column(1, 1, 110)
        for r, pair in enumerate(self.book.notes):
            for c, text in enumerate(pair):
                page.write_string(r, c, text, self.head if c == 0 else None)

    def _name(self, group: str) -> str:
        return (
            WORDS["total"].text(self.lang) if group == TOTAL else self.book.names.get(group, group)
        )

    def _frame(self, page: Any, heads: list[str]) -> None:
        page.freeze_panes(1, 1)
        page.set_column(0, 0, 24)
        page.set_column(1, max(1, len(heads)), 13)
        page.set_row(0, 48)
        self._printed(page, len(heads))
        for c, text in enumerate(["", *heads]):
            page.write_string(0, c, text, self.head)
        for group, r in self.rows.items():
            page.write_string(r, 0, self._name(group))

    def _printed(self, page: Any, columns: int) -> None:
        """Set a sheet up for paper: A4 across, heads on every page, narrow tables on one page's width."""
        page.set_landscape()
        page.set_paper(9)
        page.repeat_rows(0)
        page.repeat_columns(0)
        if columns <= 14:
            page.fit_to_pages(1, 0)

    def _plain(self, page: Any, table: pd.DataFrame) -> None:
        page.freeze_panes(1, 1)
        page.set_row(0, 32)
        self._printed(page, len(table.columns))
        for c, name in enumerate(table.columns):
            page.set_column(c, c, 28 if c == 0 else 18)
            page.write_string(0, c, str(name), self.head)
            for r, value in enumerate(table[name].tolist(), 1):
                if isinstance(value, int | float):
                    if value == value:
                        page.write_number(
                            r, c, value, self.formats["mean" if value % 1 else "count"]
                        )
                else:
                    page.write_string(r, c, "" if value is None else str(value))

    def _counts(self, page: Any) -> None:
        self._frame(page, [count_name(c, self.lang) for c in self.book.counts.columns])
        for group, r in self.rows.items():
            for name, c in self.column.items():
                value = at(self.book.counts, group, name)
                if value == value:
                    page.write_number(r, c, value, self.formats["count"])

    def _cell(self, name: str, r: int) -> str:
        from xlsxwriter.utility import xl_rowcol_to_cell

        return f"'{_COUNTS[self.lang]}'!{xl_rowcol_to_cell(r, self.column[name])}"

    def _sum(self, factors: Mapping[str, float], r: int) -> str:
        return "".join(
            ("-" if factor < 0 else "+" if i else "") + self._cell(name, r)
            for i, (name, factor) in enumerate(factors.items())
        )

    def _indicators(self, page: Any) -> None:
        self._frame(page, [i.name.text(self.lang) for i in self.book.chosen])
        for group, r in self.rows.items():
            for c, i in enumerate(self.book.chosen, 1):
                value = at(self.book.table.value, group, i.code)
                if any(self.book.counts[n].isna().all() for n in i.counts):
                    continue  # this city does not keep it
                above = self._sum(i.numerator, r)
                formula = f"={above}"
                if i.denominator:
                    below = self._sum(i.denominator, r)
                    formula = f'=IF({below}>0,({above})/({below}),"")'
                page.write_formula(r, c, formula, self.formats[i.kind], _cached(value))

    def _scores(self, page: Any) -> None:
        from xlsxwriter.utility import xl_rowcol_to_cell

        parts, scheme, score = self.book.parts, self.book.scheme, self.book.score
        assert scheme is not None
        assert score is not None
        place = {i.code: c for c, i in enumerate(self.book.chosen, 1)}
        names = {i.code: i.name.text(self.lang) for i in self.book.chosen}
        heads = [f"{names[p.indicator]} ({p.weight:g})" for p in parts]
        self._frame(page, [*heads, WORDS["score"].text(self.lang), WORDS["grade"].text(self.lang)])
        weight = sum(p.weight for p in parts)
        for group, r in self.rows.items():
            for c, part in enumerate(parts, 1):
                cell = f"'{_RATES[self.lang]}'!{xl_rowcol_to_cell(r, place[part.indicator])}"
                size = 1.0
                if part.per and self.book.sizes is not None:
                    size = at(self.book.sizes, group, part.per)
                page.write_formula(
                    r, c, _points(part, cell, size), self.formats["mean"],
                    _cached(at(score, group, part.indicator)),
                )  # fmt: skip
            last = len(parts)
            points = f"{xl_rowcol_to_cell(r, 1)}:{xl_rowcol_to_cell(r, last)}"
            # a part without a base is left out, and the others are scaled up
            base = "+".join(
                f"IF(ISNUMBER({xl_rowcol_to_cell(r, c)}),{p.weight:g},0)"
                for c, p in enumerate(parts, 1)
            )
            page.write_formula(
                r,
                last + 1,
                f'=IF(({base})>0,SUM({points})*{weight:g}/({base}),"")',
                self.formats["mean"],
                _cached(at(score, group, "score")),
            )
            cell = xl_rowcol_to_cell(r, last + 1)
            grade = '""'
            for g in reversed(scheme.grades):
                grade = f'IF({cell}>={g.at:g},"{g.name}",{grade})'
            grade = f'=IF(ISNUMBER({cell}),{grade},"")'
            page.write_formula(r, last + 2, grade, None, str(score.at[group, "grade"]))


def _cached(value: float) -> float | str:
    """Return what a formula's cell shows until it is computed anew."""
    return "" if value != value else value


def _points(part: Part, cell: str, size: float) -> str:
    """Return the formula of the points that a value gives."""
    value = cell if not part.per else f"({cell}/{size:g})"
    if part.kind == "share":
        inner = f"{part.weight:g}*MIN({value},1)"
    elif part.kind == "rest":
        inner = f"{part.weight:g}*MAX(0,MIN(1,1-{value}))"
    elif part.kind == "threshold":
        inner = f"MAX(0,{part.weight:g}-{part.loss:g}*100*MAX(0,{part.at:g}-{value}))"
    else:
        inner = f"{part.weight * part.steps[-1][1] / 100:g}"
        for end, points in reversed(part.steps[:-1]):
            inner = f"IF({value}<={end:g},{part.weight * points / 100:g},{inner})"
    ok = f"ISNUMBER({cell})" if not part.per or size > 0 else "FALSE"
    return f'=IF({ok},{inner},"")'


__all__ = ["CONFIDENCE", "Book", "write"]
