"""An unclear answer: put on the list, contested, decided; then the card has one answer."""

import json

import qgis.utils
from hands import choose_row, click_map, dock, in_dialog, keys, press, widget
from qgis.core import QgsPointXY
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QComboBox, QDialog, QLineEdit, QTreeWidget
from qgis.utils import iface
from stage import FACTS, picture, run, say, screen, wait_for

PLACE = json.loads(FACTS["place"])


def fill(dialog: QDialog, **values: str) -> None:
    for name, text in values.items():
        field = dialog.findChild(QLineEdit, f"citygrid_dispute_{name}")
        if field is None:
            field = dialog.findChild(QComboBox, f"citygrid_dispute_{name}").lineEdit()
        field.selectAll()
        QTest.keyClicks(field, text)


def accept(dialog: QDialog) -> None:
    QTest.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)


def states() -> list[list[str]]:
    tree = widget("citygrid_disputes", QTreeWidget)
    rows = (tree.topLevelItem(i) for i in range(tree.topLevelItemCount()))
    return [[row.text(c) for c in range(4)] for row in rows]


def act() -> None:
    iface.mainWindow().setGeometry(0, 0, 1600, 1000)
    plugin = qgis.utils.plugins["citygrid_plugin"]
    plugin.open_workspace(FACTS["workspace"])
    press("citygrid_button_ask")
    answers = dock("CitygridAnswerDock")
    canvas = iface.mapCanvas()
    canvas.setCenter(QgsPointXY(PLACE["x"], PLACE["y"]))
    canvas.zoomScale(1500)
    box = widget("citygrid_answer_class", QComboBox)
    box.setCurrentIndex(box.findText(PLACE["class_code"], Qt.MatchFlag.MatchContains))
    click_map(PLACE["x"], PLACE["y"])
    say(before=answers.view.card.outcome, headline=answers.view.card.headline)

    def propose(dialog: QDialog) -> None:
        fill(dialog, reason=FACTS["reason"], who="Li")
        screen("disputes_propose")
        accept(dialog)

    in_dialog(propose)
    press("citygrid_answer_dispute")
    tree = widget("citygrid_disputes", QTreeWidget)
    assert wait_for(lambda: tree.topLevelItemCount() == 1, 40)
    say(proposed=states())
    choose_row(tree, 0)

    in_dialog(lambda dialog: (fill(dialog, reason="no", who="Wang"), accept(dialog)))
    press("citygrid_disputes_contest")
    assert wait_for(lambda: widget("citygrid_disputes_decide").isEnabled(), 40)
    say(contested=states(), may_confirm=widget("citygrid_disputes_confirm").isEnabled())

    def decide(dialog: QDialog) -> None:
        fill(dialog, department=FACTS["department"], document="2026-7", who="Zhao")
        accept(dialog)

    in_dialog(decide)
    press("citygrid_disputes_decide")
    assert wait_for(lambda: not tree.topLevelItemCount(), 40), states()
    keys(widget("citygrid_disputes_open"), " ")
    choose_row(tree, 0)
    say(decided=states(), steps=tree.topLevelItem(0).childCount())
    picture("disputes_decided")

    dock("CitygridAnswerDock")
    answers.ask_button.setFocus()
    click_map(PLACE["x"], PLACE["y"])
    card = answers.view.card
    say(after=card.outcome, bodies=card.bodies, sections=[s.title for s in card.sections])
    picture("disputes_answer")


run(act)
