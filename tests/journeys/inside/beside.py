"""QGIS with the city open: drawing, reading and editing while another process imports."""

from pathlib import Path

import qgis.utils
from qgis.core import QgsProject
from stage import FACTS, FOLDER, run, say, wait

PROJECT = QgsProject.instance()
DONE = Path(FACTS["done"])


def act() -> None:
    from citygrid_plugin.layers.project import find_layer

    qgis.utils.plugins["citygrid_plugin"].open_workspace(FACTS["workspace"])
    layer = find_layer(PROJECT, "components_point")
    say(before=layer.featureCount())
    (FOLDER / "open").touch()
    passes, commits, retries = 0, [], 0
    fids = sorted(f.id() for f in layer.getFeatures())[:3]
    while not DONE.exists() or len(commits) < len(fids):
        for one in PROJECT.mapLayers().values():
            sum(1 for _ in one.getFeatures())
        # An edit each pass, committed while the other process writes.
        if len(commits) < len(fids):
            fid = fids[len(commits)]
            assert layer.startEditing()
            index = layer.fields().indexOf("note")
            assert layer.changeAttributeValue(fid, index, "edited in QGIS")
            while not layer.commitChanges():
                retries += 1
                assert retries < 20, layer.commitErrors()
                wait(500)
            commits.append(layer.getFeature(fid)["code"])
        passes += 1
        wait(50)
    layer.dataProvider().reloadData()
    say(passes=passes, commits=commits, retries=retries)
    say(after=sum(1 for _ in layer.getFeatures()))


run(act)
