"""The libraries that citygrid needs, with what they need in turn: listed, compared, unpacked.

Knows nothing of QGIS, so that the plugin, `scripts/install_plugin.py` and the tests share it.
A wheel is a zip file: unpacked into a folder of the path it is installed, without pip and
without a network. pyproj is on no list and never unpacked: its wheel makes QGIS crash at exit.
"""

from __future__ import annotations

import re
import shutil
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

#: Never installed: QGIS brings its own.
NEVER = frozenset({"pyproj"})
_HERE = Path(__file__).resolve().parent
_LINE = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)\s+#\s+(\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Library:
    """One library: the version that was tried with the others, and the oldest that they take."""

    name: str
    version: str
    oldest: str


class BadBundle(Exception):
    """A bundle that can't be used.

    Attributes
    ----------
    missing : list of str
        Libraries for which it has no wheel that fits here.
    """

    def __init__(self, missing: Iterable[str], why: str = "") -> None:
        self.missing = list(missing)
        super().__init__(why or ", ".join(self.missing))


def library_list(folder: Path = _HERE) -> list[Library]:
    """Return all libraries: of the packaged plugin, or of the checkout."""
    own = folder / "libraries.txt"
    file = own if own.is_file() else folder.parent / "requirements" / "libraries.txt"
    found = _LINE.findall(file.read_text(encoding="utf-8"))
    return [Library(canonical(n), v, o) for n, v, o in found]


def canonical(name: str) -> str:
    """Return a distribution's name as lists and wheels are compared by (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def number(version: str) -> tuple[int, ...]:
    """Return a version as numbers, enough to compare releases."""
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def lacking(have: Mapping[str, str], listed: Iterable[Library] | None = None) -> list[Library]:
    """Return the libraries that are absent or too old.

    Parameters
    ----------
    have : mapping of str to str
        Canonical name to version, of what Python finds.
    """
    listed = library_list() if listed is None else listed
    return [
        one
        for one in listed
        if one.name not in NEVER
        and (not have.get(one.name) or number(have[one.name]) < number(one.oldest))
    ]


def pip_arguments(wanted: Iterable[Library], folder: Path) -> list[str]:
    """Return what follows ``python -m pip``: exactly these, nothing of their own choice."""
    pins = [f"{one.name}=={one.version}" for one in wanted]
    quiet = ["--no-deps", "--upgrade", "--disable-pip-version-check", "--target", str(folder)]
    return ["install", *quiet, *pins]


def fits(wheel: str) -> bool:
    """Return whether a wheel is for this Python and this system, by its name (PEP 427)."""
    parts = wheel.removesuffix(".whl").split("-")
    if len(parts) < 5:
        return False
    pythons, abis, platforms = (part.split(".") for part in parts[-3:])
    system = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    family, _, machine = system.partition("_")
    machine = machine.rpartition("_")[2] if family == "macosx" else machine
    machine = "x86_64" if machine == "64" else machine
    here = any(
        p == "any"
        or p == system
        or (
            family in ("linux", "macosx")
            and p.startswith(("manylinux", "linux") if family == "linux" else "macosx")
            and p.endswith((f"_{machine}", "_universal2"))
        )
        for p in platforms
    )
    major, minor = sys.version_info[:2]
    own = f"cp{major}{minor}"
    for python in pythons:
        if python in ("py3", f"py{major}{minor}", own):
            speaks = True
        elif python.startswith("cp3") and "abi3" in abis:
            speaks = int(python[3:] or 0) <= minor
        else:
            continue
        if speaks and here and any(a in ("none", "abi3", own) for a in abis):
            return True
    return False


def install_bundle(bundle: Path, wanted: Iterable[Library], folder: Path) -> list[Library]:
    """Unpack the wheels of a bundle into a folder; all that is wanted, or nothing.

    Parameters
    ----------
    bundle : Path
        A folder of wheels, or a zip file of them.
    folder : Path
        Where the profile keeps citygrid's libraries; made when needed.

    Raises
    ------
    BadBundle
        It is no bundle, or lacks a library.
    """
    wanted = list(wanted)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as draft_:
        draft = Path(draft_)
        wheels = _wheels(bundle, draft / "wheels")
        missing = [f"{w.name}=={w.version}" for w in wanted if _key(w) not in wheels]
        if missing:
            raise BadBundle(missing)
        fresh = draft / "site"
        for one in wanted:
            _unpack(wheels[_key(one)], fresh)
        gone = {one.name for one in wanted}
        for old in folder.glob("*.dist-info"):
            if canonical(old.name.split("-")[0]) in gone:
                shutil.move(str(old), str(draft / f"old-{old.name}"))
        for thing in sorted(fresh.iterdir() if fresh.is_dir() else ()):
            target = folder / thing.name
            if target.exists():
                shutil.move(str(target), str(draft / f"old-{thing.name}"))
            shutil.move(str(thing), str(target))
    return wanted


def _key(one: Library) -> tuple[str, str]:
    return one.name, one.version


def _wheels(bundle: Path, into: Path) -> dict[tuple[str, str], Path]:
    """Return the wheels of a bundle that fit here, by name and version."""
    try:
        if bundle.is_file():
            with zipfile.ZipFile(bundle) as archive:
                into.mkdir(parents=True)
                for name in archive.namelist():
                    if name.endswith(".whl"):
                        target = into / PurePosixPath(name).name
                        target.write_bytes(archive.read(name))
            bundle = into
        files = sorted(bundle.glob("*.whl"))
    except (zipfile.BadZipFile, OSError) as error:
        raise BadBundle([], str(error)) from error
    found: dict[tuple[str, str], Path] = {}
    for file in files:
        name, _, rest = file.name.partition("-")
        if canonical(name) not in NEVER and fits(file.name):
            found[canonical(name), rest.split("-")[0]] = file
    return found


def _unpack(wheel: Path, into: Path) -> None:
    """Unpack a wheel; what its ``.data`` folder keeps for the library goes beside the rest."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            for entry in archive.infolist():
                parts = PurePosixPath(entry.filename).parts
                if entry.is_dir() or ".." in parts or PurePosixPath(entry.filename).is_absolute():
                    continue
                if parts[0].endswith(".data"):
                    if len(parts) < 3 or parts[1] not in ("purelib", "platlib"):
                        continue
                    parts = parts[2:]
                target = into.joinpath(*parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(entry))
    except (zipfile.BadZipFile, OSError) as error:
        raise BadBundle([wheel.name], f"{wheel.name}: {error}") from error
