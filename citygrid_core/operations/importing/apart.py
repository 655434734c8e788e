"""Work that runs ahead in a process of its own, while its results are used here."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any, TypeVar

T = TypeVar("T")


def apart(work: Callable[..., Iterator[T]], *arguments: Any) -> Iterator[T]:
    """Yield what `work` yields in another process, which is one result ahead.

    Parameters
    ----------
    work : callable
        A generator function of a module.
    arguments
        What it takes; they and the results go through pickle. An error that it raises is
        raised here.
    """
    # A fresh interpreter: threads of numba and GDAL don't survive a fork.
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(there, work, arguments), daemon=True)
    process.start()
    there.close()
    try:
        while True:
            try:
                kind, said = here.recv()
            except EOFError:
                process.join()
                raise RuntimeError(f"the reading process ended with {process.exitcode}") from None
            if kind == "error":
                raise said
            if kind == "done":
                return
            yield said
    finally:
        process.terminate()
        process.join()
        here.close()


def _send(to: Connection, work: Callable[..., Iterator[Any]], arguments: tuple[Any, ...]) -> None:
    try:
        for result in work(*arguments):
            to.send(("result", result))
        to.send(("done", None))
    except BrokenPipeError:
        pass  # nobody wants the rest
    except Exception as error:
        to.send(("error", error))
