"""What many tests start from is made once in a process, then copied."""

from __future__ import annotations

import functools
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

_KEPT = tempfile.TemporaryDirectory(prefix="citygrid-tests-")


def once(build: Callable[..., None]) -> Callable[..., None]:
    """Let ``build(path, **how)`` run once for each ``how``; after that its file is copied."""

    @functools.cache
    def made(**how: Any) -> Path:
        path = Path(tempfile.mkdtemp(dir=_KEPT.name)) / "made.gpkg"
        build(path, **how)
        return path

    @functools.wraps(build)
    def call(path: Path, **how: Any) -> None:
        shutil.copy(made(**how), path)

    return call
