"""Following a queue, and sending what waits to the bodies that answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qgis.core import QgsApplication, QgsProject
from qgis.PyQt.QtCore import QObject

from citygrid_core.cases.dispatch import WAITS
from citygrid_core.errors import CitygridError
from citygrid_plugin.i18n import language, shown, tr
from citygrid_plugin.layers.case_views import condition, drop_lights, filter_cases, show_lights
from citygrid_plugin.services.calls import CallTask
from citygrid_plugin.services.card import Line, Section
from citygrid_plugin.services.case_words import (
    LIGHTS,
    choice,
    department,
    hold_words,
    left_out,
    moment,
    reason_lines,
)
from citygrid_plugin.services.cases import read_proposals, read_queue

if TYPE_CHECKING:
    from citygrid_plugin.gui.case_room import CaseRoom

#: How many cases a list shows: nobody walks through more.
_MOST = 2000
#: A share beyond it says no more than that it is very late.
_FULL = 9.99


class QueueDesk(QObject):
    """The queue of the filter: read in a task, listed, drawn by light, walked through."""

    def __init__(self, room: CaseRoom) -> None:
        super().__init__(room)
        self._room, self._page = room, room.dock.queue
        self._task: CallTask | None = None
        self._rows: Any = None
        page = self._page
        page.asked.connect(self.read)
        page.chosen.connect(self._chosen)
        page.opened.connect(room.open_case)
        page.map_toggled.connect(lambda _: self._filter_map())
        room.service.renewed.connect(self._offer)

    def close(self) -> None:
        """Stop a task that still runs; take the view by light away."""
        self._drop()
        drop_lights(QgsProject.instance())
        self.deleteLater()

    def begin(self, there: bool) -> None:
        """Start anew: another workspace is open, or none."""
        self._drop()
        drop_lights(QgsProject.instance())
        self._rows = None
        self._page.show_cases([], "")
        self._page.on_map.setChecked(False)
        if there:
            self._offer()
            self._page.classes.set_classes(*self._room.session.classes())

    def _offer(self) -> None:
        """Offer areas, the larger first, and departments."""
        names = self._room.service.area_names()
        codes = sorted(names, key=lambda code: (len(code), code))
        areas = {code: f"{names[code]}  {code}" for code in codes}
        self._page.set_choices(areas, self._room.service.departments())

    @property
    def shows_something(self) -> bool:
        """Whether a queue was read."""
        return self._rows is not None

    def read(self) -> None:
        """Read the queue anew; the last question wins."""
        from citygrid_core.operations.cases.queue import Filter

        path, page, cities = self._room.path, self._page, self._room.service.cities
        if path is None:
            return
        self._drop()
        at, asked = page.moment() or self._room.service.now(), Filter(**page.asked_for())
        self._filter_map()
        page.counts.setText(tr("Reading…", "正在读取……"))
        self._task = CallTask(
            tr("citygrid: queue of cases", "citygrid：案件队列"),
            lambda: (cities.get(path), *read_queue(path, at, asked)), self._done,
        )  # fmt: skip
        QgsApplication.taskManager().addTask(self._task)

    def _drop(self) -> None:
        if self._task is not None:
            self._task.drop()
        self._task = None

    def _done(self, result: Any) -> None:
        self._task = None
        if isinstance(result, CitygridError):
            self._page.show_cases([], shown(result))
            return
        loaded, report, rows = result
        self._room.service.renew(loaded)
        self._rows = rows.set_index("number", drop=False)
        service = self._room.service
        listed = []
        for row in rows.head(_MOST).itertuples():
            share = "" if row.share != row.share else f"  {min(row.share, _FULL):.0%}"
            share += "+" if row.share > _FULL else ""
            cells = [
                f"{shown(LIGHTS[row.light])}{share}", moment(row.due_at),
                service.class_name(row.object_kind, row.class_code),
                choice("case_stage", row.stage) + hold_words(row.hold, row.lapsed),
                department(service, row.department_code), row.number,
            ]  # fmt: skip
            listed.append((row.number, row.light, cells))
        counted = [f"{shown(LIGHTS[k])} {n:,}" for k, n in report.details["lights"].items() if n]
        total = tr(f"{len(rows):,} open", f"在办 {len(rows):,} 件") + left_out(len(rows), _MOST)
        self._page.show_cases(listed, " · ".join([total, *counted]))
        show_lights(QgsProject.instance(), rows, report.details["at"], service.class_name)

    def _chosen(self, number: str) -> None:
        row = self._rows.loc[number]
        if row["geometry"] is not None and not row["geometry"].is_empty:
            self._room.zoom(row["geometry"].x, row["geometry"].y)
        self._room.cards.show(number, self._page.moment())

    def _filter_map(self) -> None:
        asked = self._page.asked_for() if self._page.on_map.isChecked() else {}
        filter_cases(QgsProject.instance(), condition(asked))


class DispatchDesk(QObject):
    """Proposals with candidates and reasons; a person sends what is unclear."""

    def __init__(self, room: CaseRoom) -> None:
        super().__init__(room)
        self._room, self._page = room, room.dock.dispatch
        self._task: CallTask | None = None
        self._rows: Any = None
        page = self._page
        page.asked.connect(self.read)
        page.chosen.connect(self._chosen)
        page.send_wanted.connect(self._send)
        page.clear_wanted.connect(self._send_clear)
        room.service.renewed.connect(self._offer)

    def close(self) -> None:
        """Stop a task that still runs."""
        if self._task is not None:
            self._task.drop()
        self.deleteLater()

    def begin(self, there: bool) -> None:
        """Start anew: another workspace is open, or none."""
        if self._task is not None:
            self._task.drop()
        self._task, self._rows = None, None
        self._page.show_cases([], 0)
        self._page.say("")
        if there:
            self._offer()

    def _offer(self) -> None:
        self._page.set_departments(self._room.service.departments())

    def read(self) -> None:
        """Read what waits, with proposals."""
        path, cities = self._room.path, self._room.service.cities
        if path is None or self._task is not None:
            return
        lang = language()
        self._task = CallTask(
            tr("citygrid: proposals", "citygrid：派遣建议"),
            lambda: read_proposals(path, cities, lang), self._done,
        )  # fmt: skip
        QgsApplication.taskManager().addTask(self._task)

    def _done(self, result: Any) -> None:
        self._task = None
        if isinstance(result, CitygridError):
            self._page.say(shown(result))
            return
        # what needs a person first
        rows = result.sort_values(["auto", "number"], kind="stable").set_index("number", drop=False)
        self._rows, service = rows, self._room.service
        listed = [
            (
                row.number,
                [
                    shown(WAITS[row.waits]), department(service, row.handling_code),
                    f"{row.confidence:.1%}",
                    service.class_name(row.object_kind, row.class_code), row.number,
                ],
            )
            for row in rows.head(_MOST).itertuples()
        ]  # fmt: skip
        self._page.show_cases(listed, int(rows["auto"].astype(bool).sum()))
        count = len(rows)
        self._page.say(tr(f"{count:,} wait", f"待派遣 {count:,} 件") + left_out(count, _MOST))

    def _chosen(self, number: str) -> None:
        row, service = self._rows.loc[number], self._room.service
        codes = [c for c in str(row["candidates"] or "").split("#") if c]
        lines = [Line(str(i), department(service, code)) for i, code in enumerate(codes, 1)] or [
            Line("–", tr("nobody", "无部门"))
        ]
        border = row["border_m"]
        if row["near_code"]:
            name = department(service, row["near_code"])
            lines.append(
                Line(
                    tr("Border", "边界"),
                    tr(f"{name}, {border:.0f} m away", f"{name}，{border:.0f} 米外"),
                )
            )
        reasons = reason_lines(row["reasons"])
        self._page.show_one(
            (
                Section(tr("Candidates", "候选部门"), tuple(lines)),
                Section(tr("Reasons", "理由"), tuple(Line(str(i), r) for i, r in enumerate(reasons, 1))),
            ),
            str(row["handling_code"] or ""),
        )  # fmt: skip
        if row["geometry"] is not None:
            self._room.zoom(row["geometry"].x, row["geometry"].y)
        self._room.cards.show(number)

    def _send(self, body: str) -> None:
        number = self._page.number()
        if not number:
            return
        if not body:
            self._page.say(tr("Choose a department.", "请选择部门。"))
            return
        self._do([number], body)

    def _send_clear(self) -> None:
        rows = self._rows
        self._do(list(rows.index[rows["auto"].astype(bool)]), "")

    def _do(self, numbers: list[str], body: str) -> None:
        service = self._room.service
        try:
            report = service.dispatch(numbers, body, service.now())
        except CitygridError as error:
            self._page.say(shown(error))
            return
        self._rows = self._rows.drop(index=numbers)
        sent = tr(f"Sent: {report.stored:,}", f"已派遣 {report.stored:,} 件")
        self.read()
        self._page.say("\n".join([sent, *(shown(p) for p in report.problems)]))
