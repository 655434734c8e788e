"""A supervisor's question: what is hot, how sure, who answers; by mouse, from the button to the card."""

import time

import qgis.utils
from hands import LEFT, NONE, click_map, drag_map, in_dialog, keys, press, widget
from qgis.core import QgsApplication, QgsProject
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import (
    QAction,
    QComboBox,
    QDialog,
    QLineEdit,
    QRadioButton,
    QSlider,
    QTabWidget,
    QToolBar,
)
from qgis.utils import iface
from stage import FACTS, FOLDER, drawn, picture, run, say, wait, wait_for

PROJECT = QgsProject.instance()


def tab(number: int) -> None:
    """Click a tab of the dock."""
    bar = widget("citygrid_heat_tabs", QTabWidget).tabBar()
    QTest.mouseClick(bar, LEFT, NONE, bar.tabRect(number).center())
    wait(50)


def click_button(name: str) -> None:
    """Click a radio button where its mark is."""
    button = widget(name, QRadioButton)
    QTest.mouseClick(button, LEFT, NONE, QPoint(8, button.height() // 2))
    QgsApplication.processEvents()


def act() -> None:
    from citygrid_plugin.layers import heat_live as live
    from citygrid_plugin.layers.project import find_layer

    iface.mainWindow().resize(1600, 1000)
    plugin = qgis.utils.plugins["citygrid_plugin"]
    plugin.open_workspace(FACTS["workspace"])
    drawn()
    room = plugin.heat

    # One click: heat, its unit, its significance.
    began = time.perf_counter()
    bar = widget("CitygridToolBar", QToolBar)
    action = widget("citygrid_heat_analysis", QAction)
    busy = time.process_time()
    QTest.mouseClick(bar.widgetForAction(action), LEFT)
    assert wait_for(lambda: room.desk.answer is not None, 60), room.page.said.text()
    iface.mapCanvas().waitWhileRendering()
    say(first_seconds=time.perf_counter() - began, first_cpu=time.process_time() - busy)
    drawn()
    picture("heat_map")
    say(legend=room.page.legend.texts(), said=room.page.said.text(),
        warnings=room.page.warnings.text(), cases=room.desk.answer.tally.total)  # fmt: skip

    # A click on a grid: its card.
    began, busy = time.perf_counter(), time.process_time()
    click_map(float(FACTS["x"]), float(FACTS["y"]))
    assert wait_for(lambda: room.card_page.view.card is not None, 20)
    say(card_seconds=time.perf_counter() - began, card_cpu=time.process_time() - busy, card=room.card_page.view.facts(),
        headline=room.card_page.view.card.headline, grid=room.clicking.code,
        sections=[s.title for s in room.card_page.view.card.sections],
        trend=[b.cases for b in room.card_page.trend.bars()])  # fmt: skip
    picture("heat_card")

    # Back to the map: patterns, another month by the keyboard, one class by typing.
    tab(0)
    press("citygrid_heat_patterns")
    assert wait_for(lambda: not room.desk.busy, 60)
    say(no_pattern=live.find_live(PROJECT, live.PATTERNS).name())
    box = widget("citygrid_heat_class", QComboBox)
    offered = [box.itemData(i) for i in range(box.count())]
    box.setCurrentIndex(offered.index(("event", FACTS["pattern_class"])))
    room.page.asked.emit()
    wait(100)
    assert wait_for(lambda: not room.desk.busy, 60)
    layer = live.find_live(PROJECT, live.PATTERNS)
    say(patterns=layer.name(), kinds=[label for _, label in live.legend_rows(layer)])
    picture("heat_patterns")
    spot = next(layer.getFeatures()).geometry().asPoint()
    click_map(spot.x(), spot.y())
    say(history=room.card_page.view.facts())
    picture("heat_history")
    tab(0)
    press("citygrid_heat_patterns")
    box.setCurrentIndex(0)
    room.page.asked.emit()
    wait(100)
    slider = widget("citygrid_heat_slider", QSlider)
    same = room.desk.map.bounds
    room.desk.rest.setInterval(60_000)  # however slow this machine is, the slider never rests
    times, busy = [], time.process_time()
    for _ in range(3):
        began = time.perf_counter()
        QTest.keyClick(slider, Qt.Key.Key_Left)
        wait(0)
        iface.mapCanvas().waitWhileRendering()
        times.append(round(1000 * (time.perf_counter() - began)))
    busy = time.process_time() - busy
    streets = find_layer(PROJECT, "places_line")
    moving = streets.labelsEnabled()
    room.desk.rest.setInterval(0)
    wait(200)
    say(streets=[moving, streets.labelsEnabled()])
    say(period=room.desk.answer.question.span.name, same_scale=same == room.desk.map.bounds,
        redraw_ms=times, redraw_cpu_ms=1000 * busy / 3,
        month=room.desk.answer.tally.total)  # fmt: skip

    # QGIS's own controller plays on from here.
    controller = room.timing.controller
    before = controller.currentFrameNumber()
    controller.setFramesPerSecond(5)
    controller.playForward()
    wait_for(lambda: controller.currentFrameNumber() > before, 10)
    controller.pause()
    wait(200)
    say(played=[before, controller.currentFrameNumber(), slider.value()],
        range=iface.mapCanvas().temporalRange().begin().toString("yyyy-MM-dd"),
        shown=room.desk.answer.question.span.first)  # fmt: skip

    # One class by typing, one source, evenings of working days; then all of it again.
    box.setFocus()
    box.lineEdit().selectAll()
    keys(box.lineEdit(), FACTS["class_code"])
    popup = box.completer().popup()
    assert wait_for(popup.isVisible, 5)
    keys(popup, "", Qt.Key.Key_Down, Qt.Key.Key_Return)
    room.page.sources.setItemCheckState(0, Qt.CheckState.Checked)
    for day in (6, 7):
        press(f"citygrid_heat_weekday_{day}")
    room.page.hours.slider.setLowerValue(12)
    room.page.period.show_span("2025-01-01", "2025-12-31")
    wait(200)
    drawn()
    question = room.desk.answer.question
    say(narrow=[room.page.class_name(), question.choice.classes, question.choice.sources,
                list(question.choice.hours), question.choice.weekdays, question.span.days],
        narrow_cases=room.desk.answer.tally.total)  # fmt: skip
    picture("heat_narrow")
    box.setCurrentIndex(0)
    room.page.sources.setItemCheckState(0, Qt.CheckState.Unchecked)
    for day in (6, 7):
        press(f"citygrid_heat_weekday_{day}")
    room.page.hours.slider.setLowerValue(0)
    room.page.period.step.setCurrentIndex(room.page.period.step.findData("month"))
    # One class in one month, where a street of shops is hot beyond chance.
    box.setCurrentIndex(offered.index(("event", FACTS["spot_class"])))
    slider.setValue(8)
    wait(200)
    drawn()
    say(hot=int((room.desk.found["spot"] == "hot").sum()))
    picture("heat_spots")
    box.setCurrentIndex(0)
    slider.setValue(9)
    wait(200)

    # Two periods: swiped by a drag, side by side, with the same scale.
    tab(2)
    click_button("citygrid_heat_way_swipe")
    assert wait_for(lambda: room.comparing.swipe and not room.comparing.swipe.image.isNull(), 20)
    x, y = float(FACTS["x"]), float(FACTS["y"])
    middle = iface.mapCanvas().center()
    drag_map((x, y), (middle.x() - 60, middle.y()))
    drawn()
    say(
        share=room.comparing.swipe.share,
        compared=room.compare_page.said.text(),
        both=room.compare_page.legend.texts(),
    )
    picture("heat_swipe")
    click_button("citygrid_heat_way_side")
    assert wait_for(lambda: room.comparing.side is not None, 20)
    drawn()
    room.comparing.side.waitWhileRendering()
    wait(300)
    say(scales=[iface.mapCanvas().scale(), room.comparing.side.scale()])
    picture("heat_side")
    room.printing.write(FOLDER / "sheet_two.png", dpi=80)
    click_button("citygrid_heat_way_off")
    wait(100)
    say(uncovered=room.comparing.swipe is None and room.comparing.side is None)

    # The sheet, as the buttons write it.
    tab(3)
    drawn()

    def name(dialog: QDialog) -> None:
        edit = dialog.findChild(QLineEdit, "fileNameEdit")
        edit.setCompleter(None)  # what it offers while names are typed takes the Return
        edit.selectAll()
        say(typing=True)
        keys(edit, str(FOLDER / "sheet_one.pdf"), Qt.Key.Key_Return)
        say(named=edit.text(), closed=not dialog.isVisible())

    in_dialog(name)
    press("citygrid_heat_pdf")
    picture("heat_print")
    say(sheets=[f.stat().st_size for f in sorted(FOLDER.glob("sheet_*"))])

    # Off: the map is as it was.
    QTest.mouseClick(bar.widgetForAction(action), LEFT)
    drawn()
    say(off=not live.live_group(PROJECT).isVisible(), mode=int(controller.navigationMode()))


run(act)
