"""A team opens its pack: the form of a component, its picture, the list of further ones."""

from qgis.core import QgsProject
from qgis.PyQt.QtWidgets import QLabel, QLineEdit
from qgis.utils import iface
from stage import FACTS, FOLDER, drawn, run, say, wait


def act() -> None:
    iface.mainWindow().resize(1400, 900)
    iface.addProject(FACTS["project"])
    drawn()
    layer = QgsProject.instance().mapLayer("citygrid_components_point")
    iface.setActiveLayer(layer)
    layer.startEditing()
    feature = next(f for f in layer.getFeatures() if f["photo"])
    form = iface.getFeatureForm(layer, feature)
    form.resize(640, 980)
    form.show()
    wait(800)
    form.grab().save(str(FOLDER / "pack_form.png"))
    labels = [one.text() for one in form.findChildren(QLabel) if one.text()]
    paths = [one.text() for one in form.findChildren(QLineEdit) if "DCIM" in one.text()]
    say(labels=labels, paths=paths, rows=layer.featureCount())
    form.close()
    layer.rollBack()
    iface.mainWindow().grab().save(str(FOLDER / "pack_map.png"))


run(act)
