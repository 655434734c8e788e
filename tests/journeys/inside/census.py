"""A surveyor's hour: classes by keys and typing, clicks, questions, undo, a second look."""

import os
import signal
import time

import qgis.utils
from qgis.core import QgsCoordinateTransform, QgsPointXY, QgsProject
from qgis.PyQt.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from qgis.PyQt.QtGui import QDragEnterEvent, QDropEvent, QImage, QInputMethodEvent
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QAction, QApplication, QDockWidget
from qgis.utils import iface
from stage import FACTS, FOLDER, drawn, picture, run, say, wait, wait_for

PROJECT = QgsProject.instance()
X, Y = float(FACTS["x"]), float(FACTS["y"])
#: (how the class is chosen, what is typed, corners in metres from the middle)
FIRST = (
    ("/", "yswg", [(0, 0)]),  # 雨水井盖, one letter wrong
    ("/", "路灯", [(6, 2)]),
    ("/", "ljx", [(-5, 4)]),  # 垃圾箱
    ("/", "04002", [(-9, -3)]),  # 行道树
    ("/", "jiaotonghulan", [(-12, 8), (0, 9), (8, 8.5)]),  # 交通护栏, a line
    ("/", "绿地", [(4, -12), (12, -12), (12, -6), (5, -5)]),  # an area
)
#: Repeated ones: one key and one click (or the corners).
REPEATED = (
    ("1", [(3, 6)]), ("2", [(9, 5)]), ("3", [(-7, -8)]), ("4", [(-3, -9)]), ("2", [(14, 2)]),
    ("5", [(-14, -12), (-6, -13)]), ("6", [(-14, 2), (-10, 2), (-10, 5)]), ("1", [(7, -2)]),
    ("3", [(1, 12)]), ("4", [(11, 11)]), ("1", [(-3, 1)]), ("2", [(-12, -6)]), ("R", [(0, -5)]),
    ("R", [(3, -9)]),
)  # fmt: skip


def plugin():
    return qgis.utils.plugins["citygrid_plugin"]


def dock() -> QDockWidget:
    return iface.mainWindow().findChild(QDockWidget, "CitygridCensusDock")


def service():
    return plugin().census.service


def canvas():
    return iface.mapCanvas()


def key(what, text: str = "") -> None:
    """A key as the keyboard sends it, to whatever has the focus."""
    target = QApplication.focusWidget() or canvas()
    if text and not text.isascii():
        # Chinese comes from an input method, as a whole word.
        typed = QInputMethodEvent()
        typed.setCommitString(text)
        QApplication.sendEvent(target, typed)
    elif text:
        QTest.keyClicks(target, text)
    else:
        QTest.keyClick(target, what)
    QApplication.processEvents()


def letter(name: str) -> None:
    key(getattr(Qt.Key, f"Key_{name}"))


def click(
    dx: float, dy: float, button=Qt.MouseButton.LeftButton, *, x: float = X, y: float = Y
) -> None:
    """Click the map so many metres from the middle."""
    from citygrid_plugin.layers.project import find_layer

    crs = find_layer(PROJECT, "grids").crs()
    there = QgsCoordinateTransform(crs, PROJECT.crs(), PROJECT).transform(
        QgsPointXY(x + dx, y + dy)
    )
    pixel = canvas().mapSettings().mapToPixel().transform(there)
    where = QPoint(round(pixel.x()), round(pixel.y()))
    QTest.mouseMove(canvas().viewport(), where)
    QTest.mouseClick(canvas().viewport(), button, Qt.KeyboardModifier.NoModifier, where)


def draw(corners) -> float:
    """Draw a component and return the milliseconds of the last click, until it was stored."""
    for corner in corners[:-1]:
        click(*corner)
    begun = time.perf_counter()
    if len(corners) == 1:
        click(*corners[0])
    else:
        click(*corners[-1])
        begun = time.perf_counter()
        click(*corners[-1], Qt.MouseButton.RightButton)
    return (time.perf_counter() - begun) * 1000


def look_at(x: float = X, y: float = Y) -> None:
    from citygrid_plugin.services.map_view import centre_on

    canvas().zoomScale(250)
    centre_on(canvas(), x, y)
    drawn()


def placed() -> str:
    return plugin().census.subject


def banner() -> str:
    shown = plugin().census._banner
    return shown.text.text() if shown.isVisible() else ""


def begin() -> None:
    iface.mainWindow().resize(1600, 1000)
    # There is no window manager here that would give us the keyboard.
    QApplication.setActiveWindow(iface.mainWindow())
    plugin().open_workspace(FACTS["workspace"])
    wait(300)
    look_at()
    iface.mainWindow().findChild(QAction, "citygrid_census").trigger()
    wait(200)
    assert dock().isVisible()
    assert service().desk is not None, dock().page.said.text()


def place_twenty() -> None:
    codes, ms, shown_ms = [], [], []
    for n, (_first, typed, corners) in enumerate(FIRST):
        assert canvas().hasFocus(), QApplication.focusWidget()
        key(Qt.Key.Key_Slash)
        key(None, typed)
        if n == 0:
            picture("census_search")
            say(offered=dock().page.search.codes())
        letter("Return")
        assert canvas().hasFocus()
        ms.append(draw(corners))
        codes.append(placed())
        say(class_of_last=dock().page.chosen.text(), alert_of_last=banner())
        if banner():
            letter("K")
    strokes = []
    for name, corners in REPEATED:
        before = service().desk.workspace.count("components")
        letter(name)
        begun = time.perf_counter()
        ms.append(draw(corners))
        # Its symbol is on the screen as soon as the viewport is painted.
        assert placed() in plugin().census._fresh.codes()
        canvas().viewport().repaint()
        shown_ms.append((time.perf_counter() - begun) * 1000)
        strokes.append(service().desk.workspace.count("components") - before)
        codes.append(placed())
        if banner():
            letter("K")
    say(codes=codes, click_ms=[round(t) for t in ms], drawn_ms=[round(t) for t in shown_ms])
    say(stored_by_one_key_and_one_drawing=strokes)
    picture("census_placed")


def questions() -> None:
    """Each alert, each answered by one key."""
    said = {}
    FACTS["twin_dx"], FACTS["twin_dy"]
    letter("1")
    click(0.35, 0.0)
    said["twin"] = banner()
    picture("census_twin")
    old = plugin().census._alerts[0].other
    gone = placed()
    letter("M")
    say(merged=[gone, old], after_merge=placed(), banner_after=banner())
    look_at(float(FACTS["border_x"]), float(FACTS["border_y"]))
    letter("2")
    click(0, 0, x=float(FACTS["border_x"]), y=float(FACTS["border_y"]))
    said["border"] = banner()
    picture("census_border")
    letter("K")
    say(border_code=placed(), kept=banner())
    look_at()
    # Another owner by the fields: Tab leads there, then R takes it along.
    letter("2")
    click(-16, 14)
    letter("Tab")
    form = dock().page.form
    assert form.fields["state"].hasFocus(), QApplication.focusWidget()
    letter("Tab")
    box = form.fields["owning_code"]
    box.lineEdit().selectAll()
    key(None, FACTS["other_owner"])
    letter("Return")
    wait(50)
    key(Qt.Key.Key_Escape) if not canvas().hasFocus() else None
    say(owner_given=service().values(placed())["owning_code"])
    picture("census_fields")
    letter("R")
    click(-16, 10)
    said["owner"] = banner()
    letter("D")
    say(owner_by_rule=service().values(placed())["owning_code"], owner_code=placed())
    # Outside the survey area.
    page = dock().page
    at = page.area.findData(f"area:{FACTS['other_community']}")
    page.area.setCurrentIndex(at)
    page.area.activated.emit(at)
    letter("3")
    click(-16, 6)
    said["outside"] = banner()
    before = placed()
    letter("X")
    say(dropped=before)
    page.area.setCurrentIndex(0)
    page.area.activated.emit(0)
    say(alerts=said)


def photo() -> None:
    """A picture dropped on the dock belongs to the component placed last."""
    picture_ = QImage(40, 30, QImage.Format.Format_RGB32)
    picture_.fill(Qt.GlobalColor.darkCyan)
    file = FOLDER / "dropped.jpg"
    assert picture_.save(str(file))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    page = dock().page
    hand = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier)  # fmt: skip
    QApplication.sendEvent(page, QDragEnterEvent(QPoint(20, 20), *hand))
    QApplication.sendEvent(page, QDropEvent(QPointF(20, 20), *hand))
    assert wait_for(lambda: page.said.text() and "…" not in page.said.text(), 60)
    say(photographed=placed(), photo_said=page.said.text())
    assert page.placed.text().endswith("<td>1</td></tr></table>"), page.placed.text()
    picture("census_photo")
    canvas().setFocus()


def undo() -> None:
    letter("4")
    click(16, -2)
    gone = placed()
    letter("Z")
    say(undone=gone, undo_said=dock().page.said.text())
    letter("4")
    click(16, -2)
    say(again=placed())


def second_look() -> None:
    tabs = dock().tabs
    tabs.setCurrentIndex(1)
    page = dock().resurvey
    page.name.setText("2026")
    QTest.mouseClick(page.begin, Qt.MouseButton.LeftButton)
    canvas().setFocus()
    total = len(service().resurvey.round)
    visited = []
    desk = plugin().census
    for outcome in ("1", "3", "1", "2", "1"):
        code = _now()
        visited.append((code, outcome))
        letter(outcome)
        if outcome == "2":
            drawn()
            shape = service().desk.read(code).geometry.iloc[0]
            middle = shape.representative_point()
            around = {"Point": [(1.5, 1)], "MultiPolygon": [(1, 1), (5, 1), (5, 5)]}
            for corner in around.get(shape.geom_type, [(1, 1), (5, 1)]):
                click(*corner, x=middle.x, y=middle.y)
            if shape.geom_type != "Point":
                click(0, 0, Qt.MouseButton.RightButton)
    QTest.mouseClick(page.listing, Qt.MouseButton.LeftButton)
    picture("census_resurvey")
    letter("4")
    form = dock().page.form
    assert form.fields["state"].hasFocus()
    changed = desk.subject
    QTest.keyClick(form.fields["state"], Qt.Key.Key_Down)
    letter("Return")
    wait(50)
    visited.append((changed, "4"))
    say(
        round=total,
        left=service().resurvey.round.left,
        visited=visited,
        listed=page.left.topLevelItemCount(),
    )
    back = _now()
    letter("1")
    letter("Z")
    say(back_to=[back, _now()])
    QTest.mouseClick(page.begin, Qt.MouseButton.LeftButton)


def _now() -> str:
    return dock().resurvey.now.text().split("</b> ")[1].split("<")[0]


def findings() -> None:
    dock().tabs.setCurrentIndex(2)
    page = dock().findings
    QTest.mouseClick(page.check, Qt.MouseButton.LeftButton)
    assert wait_for(page.check.isEnabled, 60)
    total = page.list.topLevelItemCount()
    page.step()
    first = page.current()
    say(findings=total, headline=page.headline.text())
    canvas().setFocus()
    letter("N")
    second = page.current()
    QTest.keyClicks(page.reason, "seen on the spot")
    QTest.keyClick(page.reason, Qt.Key.Key_Return)
    say(stepped=[first, second], accepted=second, left_open=page.list.topLevelItemCount())
    picture("census_findings")


def conflicts() -> None:
    """Mine and theirs side by side; one key takes theirs."""
    dock().tabs.setCurrentIndex(3)
    page = dock().conflicts
    say(conflicts=page.list.topLevelItemCount(), sides=page.sides.text())
    canvas().setFocus()
    picture("census_conflict")
    letter("2")
    say(conflicts_left=page.list.topLevelItemCount())


def board() -> None:
    """The leader looks: figures, then the map by progress."""
    iface.mainWindow().findChild(QAction, "citygrid_board").trigger()
    shown = iface.mainWindow().findChild(QDockWidget, "CitygridCensusBoard")
    wait(300)
    QTest.mouseClick(shown.refresh, Qt.MouseButton.LeftButton)
    assert not shown.refresh.isEnabled()
    assert wait_for(shown.refresh.isEnabled, 60)
    canvas().zoomToFullExtent()
    shown.on_map.click()
    people = [shown.people.topLevelItem(i) for i in range(shown.people.topLevelItemCount())]
    say(board=shown.facts.facts(), people=[[p.text(i) for i in range(5)] for p in people])
    say(forecast=shown.forecast.text())
    picture("census_board")


def act() -> None:
    begin()
    picture("census_begun")
    if FACTS["part"] == "kill":
        letter_codes = []
        key(Qt.Key.Key_Slash)
        key(None, "ysjg")
        letter("Return")
        for n in range(5):
            click(4 * n - 8, 3)
            letter_codes.append(placed())
            say(codes=letter_codes)
        os.kill(os.getpid(), signal.SIGKILL)
    place_twenty()
    questions()
    undo()
    photo()
    second_look()
    findings()
    conflicts()
    board()


run(act)
