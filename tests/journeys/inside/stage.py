"""For scripts that run inside QGIS: facts in, findings out, pictures, and a clean way to leave."""

from __future__ import annotations

import faulthandler
import json
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QEventLoop, QTimer
from qgis.utils import iface

FOLDER = Path(os.environ["CITYGRID_VISIT"])
FACTS: dict[str, str] = json.loads((FOLDER / "facts.json").read_text())
_said: dict[str, Any] = {}
#: A script that hangs says where, before it is killed from outside.
_STUCK_SECONDS = 225
_stuck = (FOLDER / "stuck.txt").open("w")
faulthandler.dump_traceback_later(_STUCK_SECONDS, file=_stuck)


def say(**facts: Any) -> None:
    """Write findings down; they survive a crash that comes later."""
    _said.update(facts)
    text = json.dumps(_said, ensure_ascii=False, default=str)
    (FOLDER / "said.json").write_text(text, encoding="utf-8")


def _unhandled(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    """An exception in a slot: QGIS would show a dialog and wait for a person."""
    text = "".join(traceback.format_exception(kind, error, trace))
    say(trouble=_said.get("trouble", "") + text)


sys.excepthook = _unhandled


def wait(milliseconds: int) -> None:
    """Let QGIS go on for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def wait_for(done: Callable[[], bool], seconds: float = 30) -> bool:
    """Let QGIS go on until `done` says so."""
    for _ in range(int(seconds * 20)):
        if done():
            return True
        wait(50)
    return False


def drawn() -> None:
    """Wait until the map is drawn."""
    canvas = iface.mapCanvas()
    canvas.refresh()
    canvas.waitWhileRendering()
    wait(200)
    canvas.waitWhileRendering()


def picture(name: str) -> None:
    """Take a picture of the main window."""
    drawn()
    QgsApplication.processEvents()
    iface.mainWindow().grab().save(str(FOLDER / f"{name}.png"))


def screen(name: str) -> None:
    """Take a picture of the whole screen: tool tips, menus and dialogs too."""
    QgsApplication.processEvents()
    QgsApplication.primaryScreen().grabWindow(0).save(str(FOLDER / f"{name}.png"))


def run(act: Callable[[], None]) -> None:
    """Play `act` when QGIS is up, then leave as a user does."""

    def play() -> None:
        try:
            act()
            say(done=True)
        except BaseException:
            say(trouble=_said.get("trouble", "") + traceback.format_exc())
        from qgis.core import QgsProject

        QgsProject.instance().clear()
        QgsProject.instance().setDirty(False)
        QTimer.singleShot(0, iface.actionExit().trigger)

    def begin() -> None:
        QTimer.singleShot(500, play)

    iface.initializationCompleted.connect(begin)
