"""Seals of many rows, made on another core while the rows are written."""

from __future__ import annotations

import gc
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from citygrid_core.workspace.schema import Column
from citygrid_core.workspace.seals import SIZE, seals

#: With fewer rows a process of its own costs more than it saves.
LEAST = 20_000


@contextmanager
def sealing(
    table: str,
    fids: Sequence[int],
    columns: Sequence[Column],
    values: Sequence[Sequence[Any]],
    wkb: Sequence[bytes | None] | None = None,
) -> Iterator[Callable[[], bytes]]:
    """Yield what returns the seals of rows, one after the other, when it is asked; see `seals`.

    Many rows are sealed by a forked process, which sees the values where they are and
    hands back 16 bytes for each. It touches nothing but them. Where it can't be made, or
    dies, the seals are made here.
    """

    def here() -> bytes:
        return b"".join(seals(table, fids, columns, values, wkb))

    child = _fork(here) if len(fids) >= LEAST and (os.cpu_count() or 1) > 1 else None
    if child is None:
        yield here
        return
    pid, source = child
    try:
        yield lambda: _taken(source, len(fids)) or here()
    finally:
        os.close(source)  # a child that still writes ends by it
        os.waitpid(pid, 0)


def _fork(work: Callable[[], bytes]) -> tuple[int, int] | None:
    """Begin some work in a forked process; return its id and where its answer is read."""
    if not hasattr(os, "fork"):
        return None
    source, target = os.pipe()
    try:
        with warnings.catch_warnings():
            # Threads of numpy's libraries sleep; the child calls none of them.
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
    except OSError:
        os.close(source)
        os.close(target)
        return None
    if pid:
        os.close(target)
        return pid, source
    try:
        gc.disable()
        os.close(source)
        answer = memoryview(work())
        while answer:
            answer = answer[os.write(target, answer) :]
    finally:
        os._exit(0)  # a short answer tells of an error


def _taken(source: int, number: int) -> bytes:
    """Return the seals that a child sends; nothing when it sends too few."""
    parts = []
    while part := os.read(source, 1 << 20):
        parts.append(part)
    whole = b"".join(parts)
    return whole if len(whole) == number * SIZE else b""
