"""What citygrid needs beside QGIS, and what of it is missing here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import metadata

from citygrid_plugin.i18n import tr


@dataclass(frozen=True)
class Requirement:
    """One library: its distribution, the oldest version that works, and what needs it."""

    distribution: str
    minimum: str
    version: str = ""

    @property
    def met(self) -> bool:
        """Whether the version found is there and new enough."""
        return bool(self.version) and _number(self.version) >= _number(self.minimum)

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
    "fiona": "1.9",
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
    "libpysal": "4.9",
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


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def missing(needed: dict[str, str] | None = None) -> list[Requirement]:
    """Return the libraries that are absent or too old.

    Only the installed packages' metadata is read: nothing heavy is imported.
    """
    lacking = []
    for distribution, minimum in (needed or NEEDED).items():
        try:
            version = metadata.version(distribution)
        except metadata.PackageNotFoundError:
            version = ""
        requirement = Requirement(distribution, minimum, version or "")
        if not requirement.met:
            lacking.append(requirement)
    return lacking


def cure(lacking: list[Requirement], folder: str) -> str:
    """Return the command that installs what is missing into the QGIS profile.

    pyproj is left out on purpose: its wheel makes QGIS crash at exit; it comes
    with QGIS (Debian: package python3-pyproj).
    """
    names = " ".join(
        f'"{one.distribution}>={one.minimum}"' for one in lacking if one.distribution != "pyproj"
    )
    if not names:
        return "apt install python3-pyproj proj-bin"
    return f'python3 -m pip install --no-deps --target "{folder}" {names}'
