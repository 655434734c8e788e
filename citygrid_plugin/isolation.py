"""Keeps the C libraries of Python wheels apart from QGIS's own.

QGIS is linked with the system's GEOS, GDAL and PROJ, so their symbols are global
in its process. The wheels of shapely, pyogrio and fiona bring newer copies, and
the dynamic linker of Linux would bind those to the system's symbols of the same
name: mixed GEOS versions then fail ("WKB output dimension must be 2 or 3") or
crash. Loaded with ``RTLD_DEEPBIND`` a library prefers its own symbols.
Windows and macOS bind by library and need nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ExtensionFileLoader, ModuleSpec, PathFinder
from types import ModuleType

#: Packages whose wheels bring C libraries that QGIS has too.
PACKAGES = frozenset({"shapely", "pyogrio", "fiona", "rasterio", "pyproj"})
_DEEPBIND: int = getattr(os, "RTLD_DEEPBIND", 0)


class _DeepLoader(ExtensionFileLoader):
    """Loads an extension module with symbols of its own first."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Open the library; the flag of the process is changed for this moment only."""
        flags = sys.getdlopenflags()
        sys.setdlopenflags(flags | _DEEPBIND)
        try:
            return super().create_module(spec)
        finally:
            sys.setdlopenflags(flags)


class _DeepFinder(MetaPathFinder):
    """Finds the extension modules of `PACKAGES`."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec with the loader above, or None: others find it."""
        if fullname.partition(".")[0] not in PACKAGES:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, ExtensionFileLoader):
            spec.loader = _DeepLoader(spec.loader.name, spec.loader.path)
        return spec


_finder = _DeepFinder()


def isolate() -> None:
    """Load the wheels' libraries apart from now on; calling it again changes nothing."""
    if _DEEPBIND and _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)


def release() -> None:
    """Stop: the mirror of `isolate`. What is loaded stays loaded."""
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)


def sound() -> bool:
    """Return whether shapely works here; it doesn't when another plugin loaded it mixed."""
    if "shapely" not in sys.modules:
        return True
    import shapely

    square = shapely.box(0.0, 0.0, 1.0, 1.0)
    try:
        return bool(shapely.from_wkb(shapely.to_wkb(square)).equals(square))
    except shapely.errors.GEOSException:
        return False
