"""Make the plugin's zip, with the core inside: ready for QGIS's plugin manager.

Usage: package.py FOLDER [WHEELS]

Writes FOLDER/citygrid_plugin.zip; with a folder of wheels FOLDER/citygrid_plugin_offline.zip,
which installs its libraries without a network.

The same sources make the same bytes: entries are sorted, times fixed, modes plain.
"""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLUGIN = "citygrid_plugin"
SKIPPED_FOLDERS = {"__pycache__", "tests"}
SKIPPED_SUFFIXES = {".pyc", ".pyo", ".orig", ".swp"}
#: The oldest time that a zip can say: no clock in the package.
TIME = (1980, 1, 1, 0, 0, 0)


def entries(wheels: Path | None) -> Iterator[tuple[str, Path]]:
    """Yield (name in the zip, file): the plugin, its metadata, the core, the licence."""
    for path in _files(ROOT / PLUGIN):
        if path.relative_to(ROOT / PLUGIN).parts[0] != "bundle":
            yield f"{PLUGIN}/{path.relative_to(ROOT / PLUGIN).as_posix()}", path
    for path in _files(ROOT / "citygrid_core"):
        yield f"{PLUGIN}/bundle/{path.relative_to(ROOT).as_posix()}", path
    for name in ("LICENSE", "CHANGELOG.md", "README.md"):
        if (ROOT / name).is_file():
            yield f"{PLUGIN}/{name}", ROOT / name
    yield f"{PLUGIN}/libraries.txt", ROOT / "requirements" / "libraries.txt"
    for path in sorted(wheels.glob("*.whl")) if wheels else ():
        yield f"{PLUGIN}/wheels/{path.name}", path


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        skipped = SKIPPED_FOLDERS & set(path.parts) or path.suffix in SKIPPED_SUFFIXES
        if path.is_file() and not skipped:
            yield path


def make(folder: Path, wheels: Path | None = None) -> Path:
    """Write the zip and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / (f"{PLUGIN}_offline.zip" if wheels else f"{PLUGIN}.zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for name, path in sorted(entries(wheels)):
            entry = zipfile.ZipInfo(name, TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            package.writestr(entry, path.read_bytes())
    return target


if __name__ == "__main__":
    given = [Path(one) for one in sys.argv[1:]] or [Path("dist")]
    target = make(*given[:2])
    print(f"{target}  {target.stat().st_size / 1e6:.1f} MB")
