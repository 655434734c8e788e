"""Libraries installed into the profile, in QGIS's task manager."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from qgis.core import QgsTask

from citygrid_plugin.i18n import tr
from citygrid_plugin.libraries import BadBundle, Library, install_bundle, pip_arguments
from citygrid_plugin.services.command import environment, python

#: How often a running child is looked at.
_POLL_SECONDS = 0.2


class LibraryTask(QgsTask):
    """Installs libraries: from a bundle of wheels, or by pip in a child process.

    Parameters
    ----------
    bundle : Path or None
        A folder or zip file of wheels; None: pip asks its package index.
    done : callable
        Called in the GUI thread with what went wrong; empty when nothing did.
    """

    def __init__(
        self,
        wanted: Sequence[Library],
        folder: Path,
        bundle: Path | None,
        done: Callable[[str], None],
    ) -> None:
        super().__init__(tr("citygrid: libraries", "citygrid：运行库"), QgsTask.Flag.CanCancel)
        self._wanted, self._folder, self._bundle = list(wanted), folder, bundle
        self._done = done
        self._trouble = ""

    def run(self) -> bool:
        """Install; QGIS calls this in a thread of the pool."""
        try:
            if self._bundle is None:
                self._pip()
            else:
                install_bundle(self._bundle, self._wanted, self._folder)
        except BadBundle as error:
            self._trouble = (
                tr(
                    f"The bundle has no wheel for this Python of: {', '.join(error.missing)}",
                    f"离线包缺少适用于当前 Python 的：{'、'.join(error.missing)}",
                )
                if error.missing
                else str(error)
            )
        except OSError as error:
            self._trouble = str(error)
        return not self._trouble

    def finished(self, result: bool) -> None:
        """Say how it went, in the GUI thread."""
        stopped = tr("Cancelled.", "已取消。") if self.isCanceled() else ""
        self._done("" if result else self._trouble or stopped)

    def _pip(self) -> None:
        command = [python(), "-m", "pip", *pip_arguments(self._wanted, self._folder)]
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        while True:
            try:
                _, said = child.communicate(timeout=_POLL_SECONDS)
                break
            except subprocess.TimeoutExpired:
                if self.isCanceled():
                    child.kill()
        if child.returncode:
            lines = said.strip().splitlines() or [str(child.returncode)]
            self._trouble = lines[-1] + (
                tr(
                    " (Debian: apt install python3-pip; without a network: an offline bundle)",
                    "（Debian：apt install python3-pip；无网络时请用离线包）",
                )
                if "No module named pip" in said
                else ""
            )
