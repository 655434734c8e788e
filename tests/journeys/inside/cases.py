"""A case from the phone call to the closed file: taken in, linked, voided, sent, advanced."""

import qgis.utils
from hands import LEFT, choose_row, click_map, in_dialog, keys, press, widget
from qgis.core import QgsApplication, QgsPointXY, QgsProject
from qgis.PyQt.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from qgis.PyQt.QtGui import QDragEnterEvent, QDropEvent
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import (
    QAction,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QTreeWidget,
)
from qgis.utils import iface
from stage import FACTS, FOLDER, drawn, picture, run, say, wait, wait_for
from window import inventory

X, Y = float(FACTS["x"]), float(FACTS["y"])
SECOND = (X + 6, Y + 1)


def trigger(name: str) -> None:
    """Press a button of the toolbar."""
    action = iface.mainWindow().findChild(QAction, name)
    assert action.isEnabled(), name
    action.trigger()
    QgsApplication.processEvents()


def texts(tree: QTreeWidget) -> list[list[str]]:
    rows = (tree.topLevelItem(i) for i in range(tree.topLevelItemCount()))
    return [[row.text(c) for c in range(tree.columnCount())] for row in rows]


def drop(target: object, *files: str) -> None:
    """Drop files on a page, as from a file manager."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(f) for f in files])
    how = (Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
    for event in (QDragEnterEvent(QPoint(5, 5), *how), QDropEvent(QPointF(5, 5), *how)):
        QApplication.sendEvent(target, event)


def choose_class(letters: str) -> None:
    line = widget("citygrid_intake_class", QLineEdit)
    line.setFocus()
    keys(line, letters, Qt.Key.Key_Return)


def point_at(x: float, y: float) -> None:
    if not widget("citygrid_intake_pick").isChecked():
        press("citygrid_intake_pick")
    click_map(x, y)
    QgsApplication.processEvents()


def answer(text: str) -> None:
    """Type into the one line of the dialog that comes, and accept it."""

    def act(dialog: object) -> None:
        line = dialog.findChild(QLineEdit)
        line.setFocus()
        keys(line, text, Qt.Key.Key_Return)

    in_dialog(act)


def button_texts() -> list[str]:
    page = plugin().cases.dock.case
    found = page.steps.findChildren(QPushButton)
    return [b.objectName().removeprefix("citygrid_step_") for b in found if b.isVisible()]


def plugin() -> object:
    return qgis.utils.plugins["citygrid_plugin"]


def read() -> None:
    """Wait until the card is there."""
    wait(50)
    assert wait_for(lambda: not plugin().cases.cards.busy)
    wait(100)


def take_in() -> str:
    room = plugin().cases
    page = room.dock.intake
    # Class by the initials of its pinyin, place by a click, the component that lies there.
    choose_class(FACTS["letters"])
    canvas = iface.mapCanvas()
    canvas.setCenter(QgsPointXY(X, Y))
    canvas.zoomScale(700)
    drawn()
    point_at(X + 2, Y)
    box = widget("citygrid_intake_component", QComboBox)
    say(offered=[box.itemText(i) for i in range(box.count())], facts=page.known.facts())
    box.setCurrentIndex(1)
    box.activated.emit(1)
    text = widget("citygrid_intake_description", QPlainTextEdit)
    text.setFocus()
    keys(text, FACTS["description"])
    source = widget("citygrid_intake_source", QComboBox)
    source.setFocus()
    while source.currentData() != "collector":
        keys(source, "", Qt.Key.Key_Up)
        source.activated.emit(source.currentIndex())
    keys(widget("citygrid_intake_reporter", QLineEdit), FACTS["reporter"])
    keys(widget("citygrid_intake_phone", QLineEdit), "13812345678")
    register = widget("citygrid_intake_register", QCheckBox)
    QTest.mouseClick(register, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(8, 10))
    drop(page, FACTS["photo"])
    say(photos=page.photo_button.text(), register=register.isChecked())
    picture("cases_intake")
    QTest.keyClick(page.description, Qt.Key.Key_F9)
    QgsApplication.processEvents()
    say(first=room.intake._stored, stored=widget("citygrid_intake_said", QLabel).text())
    return str(room.intake._stored)


def take_in_again(first: str) -> str:
    """The same problem, told by another: linked by one key, then void with a reason."""
    room = plugin().cases
    point_at(*SECOND)
    twins = widget("citygrid_intake_twins", QListWidget)
    say(twins=[twins.item(i).text() for i in range(twins.count())],
        marked=len(room.intake._near))  # fmt: skip
    picture("cases_twin")
    QTest.keyClick(room.dock.intake.description, Qt.Key.Key_F8)
    QgsApplication.processEvents()
    second = str(room.intake._stored)
    assert second != first, second
    answer(FACTS["reason"])
    press("citygrid_intake_void")
    say(void=widget("citygrid_intake_said", QLabel).text())
    return second


def by_address() -> None:
    """An address instead of a click: its candidates, and what is known there."""
    room = plugin().cases
    line = room.dock.intake.address
    line.setFocus()
    keys(line, FACTS["address"], Qt.Key.Key_Return)
    found = room.dock.intake.found.found
    say(address=[p.name for p in found.places], there=room.dock.intake.known.facts())
    picture("cases_address")
    # Another address is typed over it, and F9 pressed: the place of the one before is not its.
    line.clear()
    keys(line, FACTS["nowhere"], Qt.Key.Key_F9)
    say(nowhere=room.dock.intake.said.text(), stored_last=room.intake._stored,
        pins=len(room.intake._pins), told=room.dock.intake.known.headline.text())  # fmt: skip
    line.clear()


def send(number: str) -> None:
    room = plugin().cases
    room.dock.show_page(room.dock.dispatch)
    tree = widget("citygrid_dispatch_list", QTreeWidget)
    assert wait_for(lambda: tree.topLevelItemCount() > 0)
    at = next(i for i, row in enumerate(texts(tree)) if row[-1] == number)
    choose_row(tree, at)
    say(proposed=texts(tree)[at], why=room.dock.dispatch.why.facts(),
        body=room.dock.dispatch.department.chosen())  # fmt: skip
    picture("cases_dispatch")
    press("citygrid_dispatch_send")
    say(sent=widget("citygrid_dispatch_said", QLabel).text())


def follow(number: str) -> None:
    room = plugin().cases
    room.dock.show_page(room.dock.queue)
    tree = widget("citygrid_queue_list", QTreeWidget)
    assert wait_for(lambda: any(row[-1] == number for row in texts(tree)))
    area = widget("citygrid_queue_area", QComboBox)
    at = area.findData(FACTS["street"])
    area.setCurrentIndex(at)
    area.activated.emit(at)
    wait(300)
    assert wait_for(lambda: room.queue._task is None)
    rows = texts(tree)
    press("citygrid_queue_next")
    say(queue=rows, counts=widget("citygrid_queue_counts", QLabel).text())
    from citygrid_plugin.layers.project import find_layer

    layer = find_layer(QgsProject.instance(), "case_lights")
    # As of a moment that is past nothing can be done with a case.
    room.cards.show(number, "2026-01-01T00:00:00")
    read()
    say(past=button_texts(), past_said=room.dock.case.said.text())
    say(lights={f["number"]: f["light"] for f in layer.getFeatures()}, view=layer.name())
    picture("cases_queue")
    toggle = widget("citygrid_queue_map", QCheckBox)
    toggle.click()
    say(subset=find_layer(QgsProject.instance(), "cases").subsetString())
    toggle.click()


def advance(number: str) -> None:
    room = plugin().cases
    room.open_case(number)
    read()
    page = room.dock.case
    say(dispatched=button_texts(), card=page.lines.facts(), title=page.title.text(),
        pictures=page.photos.count())  # fmt: skip
    picture("cases_card")

    def delay(dialog: object) -> None:
        line = dialog.findChild(QLineEdit, "citygrid_step_reason")
        line.setFocus()
        keys(line, FACTS["reason"])
        dialog.grab().save(str(FOLDER / "cases_step.png"))
        box = dialog.findChild(QDialogButtonBox)
        QTest.mouseClick(box.button(QDialogButtonBox.StandardButton.Ok), LEFT)

    in_dialog(delay)
    press("citygrid_step_delay")
    read()
    say(delayed=page.said.text())
    # Somebody else handles it meanwhile: the button that is still there is refused, with reasons.
    from citygrid_plugin.services.command import run_command

    done = run_command(
        ["cases", "advance", FACTS["workspace"], number, "--step", "handle", "--at",
         room.service.now()]
    )  # fmt: skip
    say(other=done.report)
    wait(1100)
    press("citygrid_step_handle")
    read()
    say(refused=page.said.text(), handled=button_texts())
    picture("cases_refused")
    for step in ("check", "close"):
        wait(1100)
        press(f"citygrid_step_{step}")
        read()
    say(closed=button_texts(), end=page.title.text())
    picture("cases_closed")


def act() -> None:
    iface.mainWindow().setGeometry(0, 0, 1600, 1000)
    plugin().open_workspace(FACTS["workspace"])
    trigger("citygrid_cases")
    assert wait_for(lambda: plugin().cases.path is not None)
    controller = iface.mapCanvas().temporalController()
    from citygrid_plugin.layers.project import find_layer

    times = find_layer(QgsProject.instance(), "cases").temporalProperties()
    span = QgsProject.instance().timeSettings()
    say(temporal=times.isActive(), field=times.startField(), step=span.timeStep(),
        range=[span.temporalRange().begin().toString("yyyy-MM-dd"),
               span.temporalRange().end().toString("yyyy-MM-dd")],
        frames=controller.totalFrameCount())  # fmt: skip
    first = take_in()
    second = take_in_again(first)
    by_address()
    send(first)
    follow(first)
    advance(first)
    say(second=second)
    # Switched off in the middle of the work: no dock, pin or view stays behind.
    plugin().cases.queue.read()
    qgis.utils.unloadPlugin("citygrid_plugin")
    there = inventory()
    say(
        docks=[name for name in there["docks"] if name.startswith("Citygrid")],
        canvas=there["canvas"], view_left=find_layer(QgsProject.instance(), "case_lights"),
    )  # fmt: skip


run(act)
