"""Install the packaged plugin into a QGIS profile, with the libraries it lacks.

Usage: install_plugin.py ZIP [--profile FOLDER] [--python PYTHON]

The libraries go to ``python/citygrid_libs`` of the profile, at the versions of
``requirements/libraries.txt``, and only those that QGIS's own Python has not. pyproj is
never installed: its wheel makes QGIS crash at exit; QGIS brings its own.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from citygrid_plugin.libraries import canonical, lacking, pip_arguments  # noqa: E402

PLUGIN = "citygrid_plugin"


def default_profile() -> Path:
    """Return the folder of the user's default QGIS profile."""
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ["APPDATA"]) / "QGIS" / "QGIS3"
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support" / "QGIS" / "QGIS3"
    else:
        data = os.environ.get("XDG_DATA_HOME") or home / ".local" / "share"
        base = Path(data) / "QGIS" / "QGIS3"
    return base / "profiles" / "default"


def unpack(package: Path, profile: Path) -> Path:
    """Put the plugin in place; the old one is replaced only when the new one is whole."""
    plugins = profile / "python" / "plugins"
    plugins.mkdir(parents=True, exist_ok=True)
    target = plugins / PLUGIN
    with tempfile.TemporaryDirectory(dir=plugins, prefix=".citygrid-") as fresh:
        with zipfile.ZipFile(package) as archive:
            archive.extractall(fresh)
        if target.is_symlink():
            target.unlink()
        elif target.exists():
            shutil.move(target, Path(fresh) / "old")
        shutil.move(Path(fresh) / PLUGIN, target)
    return target


def versions(python: str, libraries: Path) -> dict[str, str]:
    """Return what QGIS's Python has, the profile's libraries included."""
    code = (
        "import json, sys; from importlib import metadata; "
        f"sys.path.insert(0, {str(libraries)!r}); "
        "found = {}; "
        "[found.setdefault(d.metadata['Name'], d.version) for d in metadata.distributions()]; "
        "print(json.dumps(found))"
    )
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    out = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True, env=env)
    return {canonical(k): v for k, v in json.loads(out.stdout).items() if k}


def install_libraries(python: str, libraries: Path) -> list[str]:
    """Install what is missing or too old; return the pins installed."""
    wanted = lacking(versions(python, libraries))
    if wanted:
        command = [python, "-m", "pip"]
        if subprocess.run([*command, "--version"], capture_output=True).returncode:
            # Debian's Python has no pip of its own; the checkout's runs on the same Python.
            command[0] = sys.executable
        subprocess.run([*command, "--quiet", *pip_arguments(wanted, libraries)], check=True)
    return [f"{one.name}=={one.version}" for one in wanted]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=Path)
    parser.add_argument("--profile", type=Path, default=default_profile())
    parser.add_argument("--python", default="/usr/bin/python3", help="the Python that QGIS uses")
    given = parser.parse_args()
    target = unpack(given.package, given.profile)
    sys.path.insert(0, str(ROOT / "scripts"))
    from qgis_profile import enable

    enable(given.profile)
    installed = install_libraries(given.python, given.profile / "python" / "citygrid_libs")
    print(f"plugin:    {target}")
    print(f"libraries: {', '.join(installed) if installed else 'all there'}")


if __name__ == "__main__":
    main()
