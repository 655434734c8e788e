"""The layers of the project against the declaration of the store."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qgis.core import QgsApplication, QgsVectorLayer

from citygrid_core.workspace.schema import CHOICES, FAMILIES
from citygrid_plugin.i18n import set_language
from citygrid_plugin.layers import palette
from citygrid_plugin.layers.fields import apply_fields
from citygrid_plugin.layers.heat import nice_breaks

TYPES = {
    "text": "string", "integer": "integer", "real": "double", "boolean": "boolean",
    "date": "date", "datetime": "datetime",
}  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda f: f.name)
def test_aliases_and_value_lists_are_those_of_the_store(
    qgis_app: QgsApplication, family: object, lang: str
) -> None:
    set_language(lang)  # type: ignore[arg-type]
    try:
        columns = "&".join(f"field={c.name}:{TYPES[c.type]}" for c in family.columns)  # type: ignore[attr-defined]
        plain_layer = QgsVectorLayer(f"None?{columns}", "layer", "memory")
        apply_fields(plain_layer, family, {"01001": "供水井盖"})  # type: ignore[arg-type]
        for index, column in enumerate(family.columns):  # type: ignore[attr-defined]
            assert plain_layer.attributeAlias(index) == column.label.text(lang)
            setup = plain_layer.editorWidgetSetup(index)
            if column.choices:
                offered = {v: k for one in setup.config()["map"] for k, v in one.items()}
                assert offered == {k: t.text(lang) for k, t in CHOICES[column.choices].items()}
    finally:
        set_language(None)


class TestNiceBreaks:
    def test_an_example(self) -> None:
        rates = [0.4, 0.9, 1.1, 1.9, 2.2, 3.1, 4.8, 7.9, 12.0, 15.8]
        assert nice_breaks(rates, 5) == [0, 1, 3, 8, 10, 20]

    def test_no_case_no_class(self) -> None:
        assert nice_breaks([]) == []

    @given(st.lists(st.floats(1e-3, 1e6), min_size=1), st.integers(2, 8))
    def test_every_rate_has_its_class(self, rates: list[float], classes: int) -> None:
        bounds = nice_breaks(rates, classes)
        assert bounds == sorted(set(bounds))
        assert 2 <= len(bounds) <= classes + 1
        assert bounds[0] == 0
        assert bounds[-1] >= max(rates)


def test_there_is_a_font_with_chinese(qgis_app: QgsApplication) -> None:
    from qgis.PyQt.QtGui import QFont, QFontMetrics

    metrics = QFontMetrics(QFont(palette.font_family()))
    assert all(metrics.inFont(c) for c in "单元网格部件责任热力")
