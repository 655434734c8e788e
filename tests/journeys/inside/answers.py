"""Who answers here: point, click, read, pin, copy, ask for another day."""

import json
import time

import qgis.utils
from hands import choose_row, click_map, dock, keys, move_map, open_branch, press, widget
from qgis.core import QgsApplication, QgsPointXY
from qgis.PyQt.QtCore import QDate, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QComboBox, QDateEdit, QListWidget, QToolTip
from qgis.utils import iface
from stage import FACTS, drawn, picture, run, say, screen, wait

PLACES = json.loads(FACTS["places"])


def ask_class(code: str) -> None:
    """Search a class by typing, as a user does."""
    box = widget("citygrid_answer_class", QComboBox)
    box.setFocus()
    line = box.lineEdit()
    line.selectAll()
    QTest.keyClicks(line, code)
    wait(100)
    popup = box.completer().popup()
    QTest.keyClick(popup if popup.isVisible() else line, Qt.Key.Key_Down)
    QTest.keyClick(popup if popup.isVisible() else line, Qt.Key.Key_Return)
    QgsApplication.processEvents()


def go(x: float, y: float, metres: float = 160) -> None:
    canvas = iface.mapCanvas()
    canvas.setCenter(QgsPointXY(x, y))
    canvas.zoomScale(metres * 8)


def act() -> None:
    iface.mainWindow().setGeometry(0, 0, 1600, 1000)
    plugin = qgis.utils.plugins["citygrid_plugin"]
    plugin.open_workspace(FACTS["workspace"])
    press("citygrid_button_ask")
    answers = dock("CitygridAnswerDock")
    view = answers.view

    # Hover tells the cell.
    one = PLACES["one"]
    go(one["x"], one["y"])
    drawn()
    move_map(one["x"], one["y"])
    wait(200)
    say(tip=QToolTip.text())
    screen("answers_hover")

    # A click without a class, then a class found by typing.
    click_map(one["x"], one["y"])
    say(place=view.facts(), place_outcome=view.card.outcome)
    cards = {}
    for name, place in PLACES.items():
        go(place["x"], place["y"])
        ask_class(place["class_code"])
        click_map(place["x"], place["y"])
        card = view.card
        cards[name] = {
            "outcome": card.outcome, "near": card.near, "headline": card.headline,
            "class": card.class_code, "grid": card.grid_code, "facts": card.facts(),
            "bodies": card.bodies, "dispute": answers.dispute_button.isEnabled(),
        }  # fmt: skip
        if name == "one":
            open_branch(view.tree, place["role"])
        picture(f"answers_{name}")
        press("citygrid_answer_pin")
    say(cards=cards)

    # Pinned cards: numbers on the map, chosen again, copied, taken off by the keyboard.
    pins = widget("citygrid_answer_pins", QListWidget)
    say(pins=[pins.item(i).text() for i in range(pins.count())])
    choose_row(pins, 0)
    say(again=view.card.class_code)
    press("citygrid_answer_copy")
    say(copied=QgsApplication.clipboard().text())
    first, last = PLACES["one"], list(PLACES.values())[-1]
    iface.mapCanvas().zoomToFullExtent()
    picture("answers_pinned")
    keys(pins, "", Qt.Key.Key_Delete)
    say(left=pins.count())

    # Another day, other departments.
    go(first["x"], first["y"])
    ask_class(FACTS["old_class"])
    click_map(first["x"], first["y"])
    say(now=view.facts())
    QTest.mouseClick(
        answers.dated, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
        answers.dated.rect().center() - answers.dated.rect().bottomRight() / 2
        + answers.dated.rect().bottomRight() * 0.1,
    )  # fmt: skip
    if not answers.dated.isChecked():
        keys(answers.dated, " ")
    widget("citygrid_answer_date", QDateEdit).setDate(
        QDate.fromString(FACTS["old_day"], "yyyy-MM-dd")
    )
    QgsApplication.processEvents()
    say(then=view.facts(), at=view.card.at)
    picture("answers_old_day")
    keys(answers.dated, " ")

    # How long a card takes: from the click to the painted card.
    # Beside other work the wall clock says how busy the machine is; the thread's own time, the card.
    times, own = {}, {}
    for name, place in PLACES.items():
        ask_class(place["class_code"])
        go(place["x"], place["y"])
        drawn()
        took, worked = [], []
        for _ in range(15):
            began, busy = time.perf_counter(), time.thread_time()
            plugin.answers.ask(QgsPointXY(place["x"], place["y"]), 1.0)
            view.repaint()
            took.append((time.perf_counter() - began) * 1e3)
            worked.append((time.thread_time() - busy) * 1e3)
        times[name], own[name] = (round(sorted(v)[len(v) // 2], 1) for v in (took, worked))
    say(cpu_milliseconds=own)
    say(milliseconds=times, last=last["class_code"])
    press("citygrid_answer_ask")
    say(tool_off=iface.mapCanvas().mapTool() is not plugin.answers._tool)


run(act)
