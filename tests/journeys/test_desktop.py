"""Journeys through a real QGIS desktop. Pictures go to ``out/journeys`` for people to look at."""

from __future__ import annotations

from pathlib import Path

from desk import visit


def test_load_unload_load_leaves_the_main_window_as_it_was(tmp_path: Path) -> None:
    said = visit("load_unload.py", tmp_path, enabled=False).check().said
    before, loaded = said["before"], said["loaded"]
    assert said["unloaded"] == before
    assert said["again"] == loaded
    assert said["at_last"] == before
    # What it adds, so that the comparison can't pass on a plugin that did nothing.
    assert set(loaded["toolbars"]) - set(before["toolbars"]) == {"CitygridToolBar"}
    assert set(loaded["docks"]) - set(before["docks"]) == {"CitygridDock"}
    assert set(loaded["providers"]) - set(before["providers"]) == {"citygrid"}
