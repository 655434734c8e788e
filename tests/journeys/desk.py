"""A real QGIS desktop under a virtual screen, driven by a script inside it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = Path(__file__).resolve().parent / "inside"
SECONDS = 240


@dataclass(frozen=True)
class Visit:
    """What came of one run of QGIS.

    Attributes
    ----------
    said : dict
        What the script inside wrote down by `say`.
    exit_code : int
        Of QGIS itself: 0 unless it crashed, even at its very end.
    """

    exit_code: int
    said: dict[str, Any]
    log: str
    folder: Path

    def check(self) -> Visit:
        """Fail with the log unless the script came to its end and QGIS left with 0."""
        trouble = self.said.get("trouble", "" if self.said.get("done") else "never came to its end")
        assert not trouble, f"{trouble}\n{self.log[-6000:]}"
        assert self.exit_code == 0, f"QGIS left with {self.exit_code}\n{self.log[-6000:]}"
        return self


def environment(**more: str) -> dict[str, str]:
    """The environment of QGIS: the checkout's libraries, software rendering, private folders."""
    env = {k: v for k, v in os.environ.items() if k not in ("PROJ_LIB", "PROJ_DATA", "DISPLAY")}
    env.pop("QT_QPA_PLATFORM", None)
    env |= {
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(SCRIPTS), sysconfig.get_paths()["purelib"]]),
        "QGIS_PLUGINPATH": str(ROOT),
        "LIBGL_ALWAYS_SOFTWARE": "1",
    }
    return env | more


def profile(folder: Path, locale: str, enabled: bool) -> Path:
    """Make a private set of profiles, with the plugin switched on or off."""
    sys.path.insert(0, str(ROOT / "scripts"))
    from qgis_profile import make_profile

    made = make_profile(folder / "profiles", locale)
    if not enabled:
        settings = made / "QGIS" / "QGIS3.ini"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text.replace("citygrid_plugin=true", "citygrid_plugin=false"))
    return folder / "profiles"


def install(folder: Path, into: Path) -> None:
    """Package the plugin and install it with its libraries, as ``make install`` does."""
    scripts = ROOT / "scripts"
    zipped = folder / "dist" / "citygrid_plugin.zip"
    for command in (
        [scripts / "package.py", zipped.parent],
        [scripts / "install_plugin.py", zipped, "--profile", into],
    ):
        subprocess.run([sys.executable, *command], check=True, capture_output=True)


def unpack(package: Path, into: Path) -> None:
    """Put a packaged plugin into a profile, as QGIS's plugin manager does: no library comes along."""
    sys.path.insert(0, str(ROOT / "scripts"))
    from install_plugin import unpack as put

    put(package, into)


def start(
    script: str,
    folder: Path,
    *,
    locale: str = "zh-Hans",
    enabled: bool = True,
    installed: bool = False,
    offline: Path | None = None,
    **facts: Any,
) -> subprocess.Popen[str]:
    """Start QGIS with a script of ``inside/``; `facts` are handed to it.

    `installed` leaves the checkout out: the plugin must come from the profile; with `offline`,
    a package, it is put there without any library.
    """
    folder.mkdir(parents=True, exist_ok=True)
    runtime = folder / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    (folder / "facts.json").write_text(json.dumps({k: str(v) for k, v in facts.items()}))
    profiles = profile(folder, locale, enabled)
    more = {"CITYGRID_VISIT": str(folder), "XDG_RUNTIME_DIR": str(runtime)}
    if offline:
        unpack(offline, profiles / "profiles" / "default")
    elif installed:
        install(folder, profiles / "profiles" / "default")
    if offline or installed:
        more |= {"PYTHONPATH": str(SCRIPTS), "QGIS_PLUGINPATH": ""}
    command = [
        shutil.which("xvfb-run") or "xvfb-run", "-a", "-s", "-screen 0 1600x1000x24",
        "qgis", "--profiles-path", str(profiles),
        "--nologo", "--noversioncheck", "--code", str(SCRIPTS / script),
    ]  # fmt: skip
    return subprocess.Popen(
        command,
        env=environment(**more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        start_new_session=True,
    )


def finish(child: subprocess.Popen[str], folder: Path) -> Visit:
    """Wait for QGIS and gather what it said."""
    try:
        log, _ = child.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        # The whole session of our own: xvfb-run, the X server and QGIS.
        os.killpg(child.pid, signal.SIGKILL)
        log, _ = child.communicate()
        log += f"\nkilled after {SECONDS} s"
    file = folder / "said.json"
    said = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return Visit(child.returncode, said, log, folder)


def visit(script: str, folder: Path, **facts: Any) -> Visit:
    """Run QGIS with a script from start to exit."""
    return finish(start(script, folder, **facts), folder)
