"""How long the GUI's thread is kept by the queue and the evaluation of a large city."""

import time
from collections.abc import Callable

import qgis.utils
from hands import choose_row, press, widget
from qgis.core import QgsProject
from qgis.PyQt.QtCore import QDateTime, QTimer
from qgis.PyQt.QtWidgets import QAction, QComboBox, QTabWidget
from qgis.utils import iface
from stage import FACTS, picture, run, say, wait, wait_for

TICK_MS = 10


class Watch:
    """The longest time between two turns of the event loop, by the thread's CPU and by the clock."""

    def __init__(self) -> None:
        self.rows: list[list[object]] = []
        self._timer = QTimer()
        self._timer.timeout.connect(self._tick)
        self._timer.start(TICK_MS)
        self._reset()

    def _reset(self) -> None:
        self._cpu = self._wall = 0.0
        self._last = time.thread_time(), time.perf_counter()

    def _tick(self) -> None:
        now = time.thread_time(), time.perf_counter()
        self._cpu = max(self._cpu, now[0] - self._last[0])
        self._wall = max(self._wall, now[1] - self._last[1])
        self._last = now

    def did(self, name: str, what: Callable[[], object], done: Callable[[], bool]) -> None:
        """Do something, wait until it is done, and note what it took."""
        self._reset()
        begun, spent = time.perf_counter(), time.process_time()
        what()
        self._tick()
        assert wait_for(done, 180), name
        wait(60)
        self._tick()
        self.rows.append([
            name, round(1000 * self._cpu), round(1000 * self._wall),
            round(time.perf_counter() - begun, 2), round(time.process_time() - spent, 2),
        ])  # fmt: skip
        say(rows=self.rows)


def choose(name: str, data: object) -> None:
    """Take an entry of a box, as a click does."""
    box = widget(name, QComboBox)
    at = next(i for i in range(box.count()) if box.itemData(i) == data)
    box.setCurrentIndex(at)
    box.activated.emit(at)


def act() -> None:
    from citygrid_plugin.layers.project import find_layer

    iface.mainWindow().setGeometry(0, 0, 1600, 1000)
    plugin, watch = qgis.utils.plugins["citygrid_plugin"], Watch()
    watch.did("open the city", lambda: plugin.open_workspace(FACTS["workspace"]), lambda: True)
    canvas = iface.mapCanvas()
    canvas.freeze(True)
    room = plugin.cases
    watch.did("open the dock of cases", room.open, lambda: room.path is not None)
    queue, page = room.queue, room.dock.queue
    page.timed.blockSignals(True)
    page.timed.setChecked(True)
    page.timed.blockSignals(False)
    page.at.setDateTime(QDateTime.fromString(FACTS["at"], "yyyy-MM-dd HH:mm"))
    tabs = widget("citygrid_case_tabs", QTabWidget)

    def read(name: str, what: Callable[[], object]) -> None:
        watch.did(name, what, lambda: queue._task is None and queue.shows_something)

    read("read the queue", lambda: tabs.setCurrentIndex(1))
    say(open=page.list.topLevelItemCount())
    street = next(g[:9] for g in queue._rows["grid_code"] if g)
    read("a street's queue", lambda: choose("citygrid_queue_area", street))
    read("draw only these", lambda: press("citygrid_queue_map"))
    read("the whole city", lambda: choose("citygrid_queue_area", ""))
    read("red ones", lambda: choose("citygrid_queue_light", "red"))
    read("all lights", lambda: choose("citygrid_queue_light", ""))
    press("citygrid_queue_map")
    for i in range(4):
        watch.did(
            f"next case ({i + 1})",
            lambda: press("citygrid_queue_next"),
            lambda: not room.cards.busy,
        )
    canvas.freeze(False)
    picture("queue")
    canvas.freeze(True)
    iface.mainWindow().findChild(QAction, "citygrid_evaluation").trigger()
    desk, dock = room.evaluation, room.evaluation._dock
    assert wait_for(lambda: not desk.busy, 180)
    dock.set_day(FACTS["at"])

    def asked(name: str, what: Callable[[], object]) -> None:
        watch.did(name, what, lambda: not desk.busy)

    asked("a month by street, read", lambda: press("citygrid_evaluation_refresh"))
    for key in (("area", "community"), ("area", "grid")):
        asked(f"by {key[1]}", lambda key=key: choose("citygrid_evaluation_by", key))
    say(grids=dock.groups.topLevelItemCount())
    for code in ("reported", "dispose_on_time_rate"):
        asked(f"indicator {code}", lambda code=code: choose("citygrid_evaluation_indicator", code))
    asked("for the mix", lambda: press("citygrid_evaluation_mix"))
    asked("as it is", lambda: press("citygrid_evaluation_mix"))
    asked("a grid's cases", lambda: choose_row(dock.groups, 3))
    canvas.freeze(False)
    canvas.setExtent(find_layer(QgsProject.instance(), "evaluation").extent())
    picture("grids")
    canvas.freeze(True)
    for key in (("department", ""), ("class", ""), ("area", "street")):
        asked(f"by {key[1] or key[0]}", lambda key=key: choose("citygrid_evaluation_by", key))
    asked("a street's cases", lambda: choose_row(dock.groups, 1))
    asked("what was sent back", lambda: dock.pages.setCurrentIndex(2))
    canvas.freeze(False)


run(act)
