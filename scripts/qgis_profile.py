"""Write a QGIS profile that has the citygrid plugin switched on.

Usage: qgis_profile.py PROFILES [LOCALE]

PROFILES is what QGIS takes as ``--profiles-path``. An existing profile keeps its
settings; only what is missing is added.
"""

from __future__ import annotations

import configparser
import sys
from pathlib import Path

#: No question and no network at start and at exit.
QUIET = {
    "PythonPlugins": {"citygrid_plugin": "true", "processing": "true"},
    "app": {"askToSaveMemoryLayers": "false", "checkVersion": "false"},
    "qgis": {"checkVersion": "false", "showTips350": "false"},
    "core": {"NewsFeed\\httpsfeedqgisorg\\disabled": "true"},
}


def write_profile(profiles: Path, locale: str = "") -> Path:
    """Return the settings file of the profile, made or completed.

    `locale` is a QGIS name ("zh-Hans") or a POSIX one ("zh_CN.UTF-8"); empty
    leaves the language to the system.
    """
    file = profiles / "profiles" / "default" / "QGIS" / "QGIS3.ini"
    file.parent.mkdir(parents=True, exist_ok=True)
    settings = configparser.RawConfigParser(delimiters=("=",), strict=False)
    settings.optionxform = str  # type: ignore[assignment,method-assign]
    if file.exists():
        settings.read(file, encoding="utf-8")
    wanted = {section: dict(values) for section, values in QUIET.items()}
    if locale.lower().startswith("zh"):
        wanted["locale"] = {"overrideFlag": "true", "userLocale": "zh-Hans"}
    for section, values in wanted.items():
        if not settings.has_section(section):
            settings.add_section(section)
        for key, value in values.items():
            if not settings.has_option(section, key):
                settings.set(section, key, value)
    with file.open("w", encoding="utf-8") as out:
        settings.write(out, space_around_delimiters=False)
    return file


if __name__ == "__main__":
    write_profile(Path(sys.argv[1]), *sys.argv[2:3])
