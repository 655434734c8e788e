"""Switch the citygrid plugin on in a QGIS profile.

Usage: qgis_profile.py PROFILES [LOCALE]

PROFILES is what QGIS takes as ``--profiles-path``; its default profile is made or
completed. An existing profile keeps its settings: only what is missing is added.
"""

from __future__ import annotations

import configparser
import sys
from pathlib import Path

#: No question and no network at start and at exit.
QUIET = {
    "app": {"askToSaveMemoryLayers": "false"},
    "qgis": {"checkVersion": "false"},
    "core": {"NewsFeed\\httpsfeedqgisorg\\disabled": "true"},
}


def _write(profile: Path, wanted: dict[str, dict[str, str]], *, force: bool = False) -> None:
    file = profile / "QGIS" / "QGIS3.ini"
    file.parent.mkdir(parents=True, exist_ok=True)
    settings = configparser.RawConfigParser(delimiters=("=",), strict=False)
    settings.optionxform = str  # type: ignore[assignment,method-assign]
    settings.read(file, encoding="utf-8")
    for section, values in wanted.items():
        if not settings.has_section(section):
            settings.add_section(section)
        for key, value in values.items():
            if force or not settings.has_option(section, key):
                settings.set(section, key, value)
    with file.open("w", encoding="utf-8") as out:
        settings.write(out, space_around_delimiters=False)


def enable(profile: Path) -> None:
    """Switch the plugin on in `profile`; nothing else is touched."""
    _write(profile, {"PythonPlugins": {"citygrid_plugin": "true"}}, force=True)


def make_profile(profiles: Path, locale: str = "") -> Path:
    """Return a profile for this project alone, quiet and with the plugin switched on.

    Parameters
    ----------
    locale : str
        A QGIS name ("zh-Hans") or a POSIX one ("zh_CN.UTF-8"); other than Chinese
        leaves the language to the system.
    """
    profile = profiles / "profiles" / "default"
    wanted = {section: dict(values) for section, values in QUIET.items()}
    if locale.lower().startswith("zh"):
        wanted["locale"] = {"overrideFlag": "true", "userLocale": "zh-Hans"}
    _write(profile, wanted)
    enable(profile)
    return profile


if __name__ == "__main__":
    make_profile(Path(sys.argv[1]), *sys.argv[2:3])
