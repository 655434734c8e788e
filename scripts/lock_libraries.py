"""Write requirements/libraries.txt: what the core needs and what that needs in turn, pinned.

Usage: lock_libraries.py        (asks the package index; nothing is installed)

pyproj is left out: its wheel makes QGIS crash at exit, and QGIS brings its own. The number
after ``#`` is the oldest version that any of the others takes.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "requirements" / "libraries.txt"
HEAD = (
    "# Made by scripts/lock_libraries.py. Without pyproj: QGIS brings its own (docs/decisions).\n"
)
NEVER = {"pyproj"}


def direct() -> list[str]:
    """Return the requirements that pyproject.toml declares."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text[text.index("dependencies = [") :]
    return re.findall(r'"([^"]+)"', block[: block.index("\n]")])


def resolve() -> list[dict[str, object]]:
    """Return the metadata of everything that pip would install from nothing."""
    pins = (ROOT / "requirements" / "qgis.txt").read_text(encoding="utf-8")
    constraints = ROOT / "requirements" / ".constraints.txt"
    constraints.write_text(re.sub(r"^pyproj==.*\n", "", pins, flags=re.MULTILINE))
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet"]
    command += ["--report", "-", "-c", str(constraints), *direct()]
    try:
        out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    finally:
        constraints.unlink()
    return [one["metadata"] for one in json.loads(out)["install"]]


def main() -> None:
    found = resolve()
    oldest: dict[str, Version] = {}
    said = [text for one in found for text in one.get("requires_dist", ())] + direct()
    for requirement in map(Requirement, said):
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            name = canonicalize_name(requirement.name)
            for spec in requirement.specifier:
                if spec.operator in (">=", "~=", "=="):
                    version = Version(spec.version.removesuffix(".*"))
                    oldest[name] = max(oldest.get(name, version), version)
    lines = []
    for one in sorted(found, key=lambda m: canonicalize_name(str(m["name"]))):
        name = canonicalize_name(str(one["name"]))
        if name not in NEVER:
            lines.append(f"{name}=={one['version']}  # {oldest.get(name, '0')}\n")
    LIST.write_text(HEAD + "".join(lines), encoding="utf-8")
    print(f"{len(lines)} libraries: {LIST.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
