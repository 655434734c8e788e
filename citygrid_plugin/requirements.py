"""What citygrid needs beside QGIS, and what of it is missing here."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from citygrid_plugin.i18n import tr
from citygrid_plugin.libraries import (
    Library,
    canonical,
    lacking,
    library_list,
    number,
    pip_arguments,
)


@dataclass(frozen=True)
class Requirement:
    """One library: its distribution, the oldest version that works, and what needs it."""

    distribution: str
    minimum: str
    version: str = ""

    @property
    def met(self) -> bool:
        """Whether the version found is there and new enough."""
        return bool(self.version) and number(self.version) >= number(self.minimum)

    def text(self) -> str:
        """Return one line for people: what is needed and what was found."""
        found = (
            tr(f"found {self.version}", f"现有 {self.version}")
            if self.version
            else tr("not installed", "未安装")
        )
        return f"{self.distribution} ≥ {self.minimum}  ({found})"


#: The libraries that the core imports; `pyproject.toml` declares the same (a test compares).
NEEDED = {
    "numpy": "1.24",
    "pandas": "2.0",
    "shapely": "2.0",
    "pyproj": "3.4",
    "geopandas": "1.0.1",
    "pyogrio": "0.7",
    "scipy": "1.10",
    "sqlalchemy": "2.0",
    "click": "8.1",
    "rich": "13",
    "openpyxl": "3.1",
    "xlrd": "2.0",
    "charset-normalizer": "3.0",
    "rapidfuzz": "3.0",
    "pypinyin": "0.49",
    "opencc-python-reimplemented": "0.1.7",
    "pyahocorasick": "2.0",
    "esda": "2.5",
    "rasterio": "1.3",
    "contourpy": "1.0.7",
    "scikit-learn": "1.3",
    "chinesecalendar": "1.9",
    "jinja2": "3.1",
    "xlsxwriter": "3.1",
    "weasyprint": "60",
    "ezdxf": "1.1",
    "pillow": "9.4",
}


def found_here() -> dict[str, str]:
    """Return the version of every distribution that Python finds, by canonical name.

    Only the installed packages' metadata is read: nothing heavy is imported.
    """
    have: dict[str, str] = {}
    for one in metadata.distributions():
        name = one.metadata["Name"]
        if name:
            have.setdefault(canonical(name), one.version or "")
    return have


def missing(needed: dict[str, str] | None = None) -> list[Requirement]:
    """Return the libraries that are absent or too old."""
    short = []
    for distribution, minimum in (needed or NEEDED).items():
        try:
            version = metadata.version(distribution)
        except metadata.PackageNotFoundError:
            version = ""
        requirement = Requirement(distribution, minimum, version or "")
        if not requirement.met:
            short.append(requirement)
    return short


def to_install(missing: list[Requirement], have: dict[str, str] | None = None) -> list[Library]:
    """Return all that has to be installed: what is missing, and what that needs in turn.

    Parameters
    ----------
    missing : list of Requirement
        The plugin's own requirements that are not met.
    have : dict, optional
        As `found_here` tells.
    """
    listed = library_list()
    short = {canonical(one.distribution) for one in missing}
    also = {one.name for one in lacking(found_here() if have is None else have, listed)}
    return [one for one in listed if one.name in short | also]


def cure(wanted: list[Library], folder: str) -> str:
    """Return the command that installs libraries into the QGIS profile.

    pyproj is left out on purpose: its wheel makes QGIS crash at exit; it comes
    with QGIS (Debian: package python3-pyproj).
    """
    if not wanted:
        return "apt install python3-pyproj proj-bin"
    words = pip_arguments(wanted, Path(folder))
    return shlex.join(["python3", "-m", "pip", *words])
