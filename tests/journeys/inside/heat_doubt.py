"""A city whose places are half known and whose grids changed: what the dock warns of, and on which grids."""

import qgis.utils
from hands import LEFT, NONE, click_map, press, widget
from qgis.core import QgsProject
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QAction, QApplication, QComboBox, QSlider, QTabWidget, QToolBar
from qgis.utils import iface
from stage import FACTS, FOLDER, drawn, picture, run, say, wait, wait_for

PROJECT = QgsProject.instance()


def act() -> None:
    from citygrid_plugin.layers import heat_live as live

    iface.mainWindow().resize(1600, 1000)
    plugin = qgis.utils.plugins["citygrid_plugin"]
    plugin.open_workspace(FACTS["workspace"])
    drawn()
    room = plugin.heat
    bar = widget("CitygridToolBar", QToolBar)
    QTest.mouseClick(bar.widgetForAction(widget("citygrid_heat_analysis", QAction)), LEFT)
    assert wait_for(lambda: room.desk.answer is not None, 60), room.page.said.text()
    box = widget("citygrid_heat_grids", QComboBox)
    slider = widget("citygrid_heat_slider", QSlider)

    # June on the grids of today: one merged since, one split since.
    slider.setValue(5)
    wait(300)
    drawn()
    hatched = [
        f["code"] for f in live.find_live(PROJECT, live.WEAK).getFeatures() if f["class"] == 0
    ]
    say(period=room.desk.answer.question.span.name, warnings=room.page.warnings.text(),
        legend=room.page.legend.texts(), hatched=sorted(hatched), said=room.page.said.text(),
        today=dict(zip(room.desk.city.codes, room.desk.answer.tally.cases.tolist(), strict=True)))  # fmt: skip
    picture("doubt_today")

    # On its own day's, chosen by the keyboard: the cells that were there, in the same classes.
    bounds = room.desk.map.bounds
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert wait_for(lambda: room.desk.city.at == FACTS["began"], 60)
    drawn()
    say(then=dict(zip(room.desk.city.codes, room.desk.answer.tally.cases.tolist(), strict=True)),
        same_scale=bounds == room.desk.map.bounds, grids=room.desk.grids_in_words(),
        layer=live.find_live(PROJECT, live.HEAT).name())  # fmt: skip
    picture("doubt_its_day")
    click_map(float(FACTS["x"]), float(FACTS["y"]))
    assert wait_for(lambda: room.card_page.view.card is not None, 20)
    say(card=room.clicking.code, open=[s.title for s in room.card_page.view.card.sections])
    picture("doubt_card")
    room.printing.write(FOLDER / "doubt_sheet.png", dpi=80)

    # Another analysis, opened with what the map shows.
    bar = widget("citygrid_heat_tabs", QTabWidget).tabBar()
    QTest.mouseClick(bar, LEFT, NONE, bar.tabRect(4).center())

    def close() -> None:
        # QGIS shows it before it is modal: no modal widget is known
        there = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
        dialog = next((w for w in there if hasattr(w, "createProcessingParameters")), None)
        if dialog is None:
            QTimer.singleShot(100, close)
            return
        made = dialog.createProcessingParameters()
        asked = ("WORKSPACE", "FROM", "TO", "AT", "RECOUNT")
        say(analysis={name: str(made.get(name)) for name in asked})
        dialog.grab().save(str(FOLDER / "doubt_more.png"))
        dialog.reject()

    picture("doubt_analyses")
    QTimer.singleShot(300, close)
    press("citygrid_heat_analysis_open")

    # The slider comes to December: the grids of that day are those of today.
    room.dock.turn_to(0)
    slider.setValue(11)
    assert wait_for(
        lambda: room.desk.city.at == "" and room.desk.answer.question.span.first == "2025-12-01", 60
    )
    say(december=len(room.desk.city.codes))
    press("citygrid_heat_weak")
    wait(100)
    say(shown=live.find_live(PROJECT, live.WEAK) in iface.mapCanvas().layers())


run(act)
