"""The `citygrid` command as a child process.

A job that opens foreign files must not run inside QGIS: the wheels of pyogrio and
fiona bring an SQLite of their own, and two in one process destroy a GeoPackage.
A child also dies at once when the user cancels; because every operation is one
transaction, nothing is left half done.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from citygrid_plugin.bootstrap import core_folder
from citygrid_plugin.i18n import language, tr

#: How often a running child is looked at: cancelling takes no longer than this.
_POLL_SECONDS = 0.1

OnProgress = Callable[[str, int, int], None]


@dataclass
class CommandResult:
    """How a command ended.

    Attributes
    ----------
    exit_code : int
        0 done, 1 done with findings or rejects, 2 usage, 3 unusable input, 4 internal error.
    report : dict
        The JSON object that it printed; empty when it printed none.
    messages : str
        What it wrote to stderr beside progress.
    cancelled : bool
        Whether it was stopped by the user; then nothing was stored.
    """

    exit_code: int
    report: dict[str, Any] = field(default_factory=dict)
    messages: str = ""
    cancelled: bool = False

    @property
    def done(self) -> bool:
        """Whether the job did its work, with or without findings."""
        return not self.cancelled and self.exit_code in (0, 1) and "error" not in self.report

    def error(self) -> str:
        """Return what went wrong, in the user's language."""
        if self.cancelled:
            return tr("Cancelled; nothing was changed.", "已取消，未作任何更改。")
        said = self.report.get("error", {})
        text = said.get(language(), "") if isinstance(said, dict) else str(said)
        return text or self.messages.strip() or tr("The job failed.", "作业失败。")

    def summary(self) -> str:
        """Return the books of the operation in one line."""
        r = self.report
        if "read" not in r:
            return tr("Done.", "已完成。")
        return tr(
            f"read {r['read']} = stored {r['stored']} + unchanged {r['unchanged']}"
            f" + rejected {r['rejected']}",
            f"读入 {r['read']} = 入库 {r['stored']} + 未变 {r['unchanged']} + 退回 {r['rejected']}",
        )

    def problems(self) -> list[str]:
        """Return every finding or reject as one line in the user's language."""
        return [str(p.get(language(), "")) for p in self.report.get("problems", [])]


def python() -> str:
    """Return the Python interpreter that runs beside this QGIS.

    Inside QGIS on Windows and macOS ``sys.executable`` is QGIS itself.
    """
    if "python" in Path(sys.executable).name.lower():
        return sys.executable
    names = ("python3.exe", "python.exe") if os.name == "nt" else ("bin/python3",)
    for folder in (Path(sys.exec_prefix), Path(sys.base_exec_prefix)):
        for name in names:
            if (folder / name).is_file():
                return str(folder / name)
    return "python3"


def environment() -> dict[str, str]:
    """Return the child's environment: the same libraries as here, progress as JSON lines."""
    env = {k: v for k, v in os.environ.items() if k not in ("PROJ_LIB", "PROJ_DATA")}
    paths = [str(core_folder()), *(p for p in sys.path if p)]
    env["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(paths))
    env["CITYGRID_PROGRESS"] = "json"
    env["CITYGRID_LANG"] = language()
    env["PYTHONIOENCODING"] = "utf-8"
    return env


def run_command(
    arguments: Sequence[str],
    *,
    cancelled: Callable[[], bool] = lambda: False,
    progress: OnProgress = lambda step, done, total: None,
) -> CommandResult:
    """Run ``citygrid ARGUMENTS --json`` and wait for it.

    Parameters
    ----------
    arguments : sequence of str
        Command, arguments and options, without ``--json``.
    cancelled : callable
        Asked ten times a second; when it says True the child is killed.
    progress : callable
        ``progress(step, done, total)``, called from a thread of its own.
    """
    command = [
        python(),
        "-c",
        "from citygrid_core.cli import main; main()",
        *arguments,
        "--json",
    ]
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    said: list[str] = []
    out: list[bytes] = []
    readers = [
        threading.Thread(target=_read_messages, args=(child.stderr, said, progress), daemon=True),
        threading.Thread(target=_read_all, args=(child.stdout, out), daemon=True),
    ]
    for reader in readers:
        reader.start()
    stopped = False
    while True:
        try:
            child.wait(_POLL_SECONDS)
            break
        except subprocess.TimeoutExpired:
            if not stopped and cancelled():
                stopped = True
                child.kill()
    for reader in readers:
        reader.join()
    return CommandResult(
        child.returncode,
        _parse(b"".join(out).decode("utf-8", "replace")),
        "\n".join(said),
        cancelled=stopped,
    )


def _read_all(stream: IO[bytes], into: list[bytes]) -> None:
    with stream:
        into.append(stream.read())


def _read_messages(stream: IO[bytes], into: list[str], progress: OnProgress) -> None:
    with stream:
        for raw in stream:
            line = raw.decode("utf-8", "replace").rstrip()
            try:
                step = json.loads(line)
                progress(str(step["step"]), int(step["done"]), int(step["total"]))
            except (ValueError, TypeError, KeyError):
                into.append(line)


def _parse(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
