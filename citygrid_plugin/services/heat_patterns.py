"""How spots came about: emerging patterns up to the period that the map shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from citygrid_core.errors import CitygridError, Text
from citygrid_plugin.i18n import tr
from citygrid_plugin.services.heat_city import HeatCity, Question

if TYPE_CHECKING:
    import pandas as pd

#: So many times at most are looked back, and at least are needed.
_MOST, _LEAST = 24, 4


class TooShort(CitygridError):
    """A trend needs more times than there are."""

    def __init__(self, times: int) -> None:
        super().__init__(
            Text(
                f"patterns need at least {_LEAST} whole weeks or months up to the period, "
                f"{times} are there",
                f"演变分析至少需要截至该时段的 {_LEAST} 个完整的周或月，现有 {times} 个",
            )
        )


@dataclass(frozen=True)
class Patterns:
    """What was found.

    Attributes
    ----------
    key : object
        Of the question: equal keys have equal patterns.
    frame : DataFrame
        `heat.histories`, in the order of the grids.
    step : str
        ``week`` or ``month``.
    first, last : str
        First days of the first and the last time.
    """

    key: object
    frame: pd.DataFrame
    step: str
    first: str
    last: str

    @staticmethod
    def key_of(question: Question) -> object:
        """Return what patterns depend on: the cases, and the last day."""
        return repr(question.choice), _step(question), question.span.last

    def title(self) -> str:
        """Return the title of the layer: which times were looked at."""
        said = self.times()
        none = (self.frame["pattern"] == "").all()
        return tr(
            f"how spots came about, {said}" + (": no grid has a pattern" if none else ""),
            f"热点演变（{said}）" + ("：无网格呈现演变类型" if none else ""),
        )

    def times(self) -> str:
        """Return which times were looked at."""
        first, last = (d if self.step == "week" else d[:7] for d in (self.first, self.last))
        return tr(
            f"by {self.step}, {first} to {last}",
            f"按{'周' if self.step == 'week' else '月'}，{first} 至 {last}",
        )

    def rows(self, city: HeatCity) -> Iterator[tuple[str, float, float, str, str]]:
        """Yield code, a point inside, spot and pattern of each grid that has one."""
        frame = self.frame
        there = (frame["pattern"] != "").to_numpy()
        points = city.view.grids.geometry[there].representative_point()
        for code, point, spot, pattern in zip(
            city.view.cube.grids[there], points, frame["spot"][there], frame["pattern"][there],
            strict=True,
        ):  # fmt: skip
            yield str(code), point.x, point.y, str(spot), str(pattern)


def find_patterns(
    city: HeatCity, question: Question, progress: Callable[[str, int, int], None]
) -> Patterns:
    """Find patterns in the whole weeks or months up to the last day asked; meant for a task.

    Raises
    ------
    TooShort
    """
    import numpy as np

    from citygrid_core.heat import histories

    progress("series", 0, 2)
    cube, step = city.view.cube, _step(question)
    choice = replace(question.choice, to_day=min(question.span.last, cube.last_day))
    series, starts = cube.series(choice, step=step)
    whole = _whole(starts, step, cube.first_day, min(question.span.last, cube.last_day))
    series, starts = series[:, whole][:, -_MOST:], starts[whole][-_MOST:]
    if len(starts) < _LEAST:
        raise TooShort(len(starts))
    progress("patterns", 1, 2)
    frame = histories(series, city.view.near, np.maximum(city.areas / 10_000.0, 1e-9))
    progress("done", 2, 2)
    return Patterns(Patterns.key_of(question), frame, step, str(starts[0]), str(starts[-1]))


def _step(question: Question) -> str:
    return "week" if question.span.step in ("day", "week") else "month"


def _whole(starts: Any, step: str, first: str, last: str) -> Any:
    """Return which times lie wholly between two days."""
    import numpy as np

    from citygrid_plugin.services.periods import spans

    if not len(starts):
        return np.zeros(0, dtype=bool)
    found = {one.first: one for one in spans(step, str(starts[0]), last)}
    return np.array(
        [s in found and s >= first and found[s].last <= last for s in map(str, starts)], dtype=bool
    )
