"""Load, unload, load: what the main window has before, between and after."""

import qgis.utils
from stage import picture, run, say, wait
from window import inventory

NAME = "citygrid_plugin"


def load() -> None:
    assert qgis.utils.loadPlugin(NAME)
    assert qgis.utils.startPlugin(NAME)
    wait(300)


def act() -> None:
    assert NAME not in qgis.utils.plugins, "it is loaded already"
    say(before=inventory())
    load()
    say(loaded=inventory())
    assert qgis.utils.unloadPlugin(NAME)
    wait(300)
    say(unloaded=inventory())
    load()
    say(again=inventory())
    picture("loaded")
    assert qgis.utils.unloadPlugin(NAME)
    wait(300)
    say(at_last=inventory())


run(act)
