"""What the next day, week or month will bring to each grid: made once, kept, and scored.

A forecast that was made is kept as it was: asked again, it is read, not made anew. So
yesterday's forecast is really yesterday's when it is scored.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.errors import Text, UsageError
from citygrid_core.heat import forecast as fc
from citygrid_core.operations.heat.cube import WATCHED
from citygrid_core.operations.heat.select import Selection, begins, grids_at
from citygrid_core.operations.importing.intake import problem
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.workspace import Workspace

#: Days before the forecast that are looked at.
LONGEST = 730
#: Fewer days than this give no forecast.
SHORTEST = 21
#: Classes with a forecast of their own: the most frequent, with as many cases at least.
CLASSES, FEWEST = 12, 60
#: The rest together.
OTHER = "other"
#: Of a class the best part of the grids is kept; of all cases every grid.
KEPT = 0.1


@dataclass(frozen=True)
class Known:
    """What is known before a day: cases by grid and day, on the grids of that day.

    Attributes
    ----------
    codes : array of grid codes
    grids : GeoDataFrame, aligned to them
    counts : DataFrame
        Placed cases with ``grid`` (position), ``day`` (number), object_kind, class_code,
        hour, cases.
    first : datetime.date
        The day number 0.
    days : int
    """

    codes: npt.NDArray[np.object_]
    grids: gpd.GeoDataFrame
    counts: pd.DataFrame
    first: dt.date
    days: int
    ground: fc.Ground

    @property
    def last(self) -> dt.date:
        """The last day known."""
        return self.first + dt.timedelta(self.days - 1)

    def cube(self, chosen: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[np.float32]:
        """Return cases by grid and day, of some of the rows."""
        rows = self.counts if chosen is None else self.counts[chosen]
        place = rows["grid"].to_numpy() * self.days + rows["day"].to_numpy()
        flat = np.bincount(place, rows["cases"].to_numpy(), len(self.codes) * self.days)
        return flat.reshape(len(self.codes), self.days).astype(np.float32)


def known_before(
    workspace: Workspace, on: str, *, until: str | None = None, longest: int = LONGEST
) -> Known:
    """Return what is known before a day, on the grids of that day.

    Parameters
    ----------
    until : str, optional
        Days up to this one instead, as a backtest looks at: ISO, included.

    Raises
    ------
    UsageError
        There are no counts before that day, too few days, or no grids.
    """
    day = day_of(on)
    last = dt.date.fromisoformat(until) if until else day - dt.timedelta(1)
    grids = grids_at(workspace, on, "code").sort_values("code")
    codes = grids["code"].astype(str).to_numpy(dtype=object)
    held = Selection(to_day=last.isoformat())
    counts = held.within(held.counts(workspace), None)
    if len(set(counts["grid_code"]) - set(codes) - {""}):
        # cases on grids that are no more: each counts by its own point
        counts = held.within(held.counts(workspace, at=on, recount=True), None)
    day_text = counts["day"].astype(str).str[:10]
    counts = counts[(day_text >= (last - dt.timedelta(longest - 1)).isoformat()).to_numpy()]
    if counts.empty:
        raise UsageError(
            Text(
                f"no cases are counted before {on}; run: citygrid heat update",
                f"{on} 之前没有已计数的案件，请先运行 citygrid heat update",
            )
        )
    when = pd.to_datetime(counts["day"].astype(str).str[:10])
    first = max(when.min().date(), last - dt.timedelta(longest - 1))
    days = (last - first).days + 1
    if days < SHORTEST:
        raise UsageError(
            Text(
                f"{days} days are known before {on}; a forecast needs {SHORTEST}",
                f"{on} 之前仅有 {days} 天数据，预测至少需要 {SHORTEST} 天",
            )
        )
    number = (when - pd.Timestamp(first)).dt.days
    place = pd.Index(codes).get_indexer(counts["grid_code"].astype(str))
    there = (place >= 0) & (number >= 0).to_numpy()
    rows = pd.DataFrame(
        {
            "grid": place, "day": number.to_numpy(),
            **{n: counts[n].to_numpy() for n in ("object_kind", "class_code", "hour", "cases")},
        }
    )[there].reset_index(drop=True)  # fmt: skip
    middle = grids.geometry.representative_point()
    ground = fc.Ground.of(np.column_stack([middle.x, middle.y]), grids.geometry.area.to_numpy())
    return Known(codes, grids.reset_index(drop=True), rows, first, days, ground)


def parts(
    known: Known, class_code: str | None
) -> Iterator[tuple[str | None, str, npt.NDArray[np.bool_]]]:
    """Yield what has a forecast of its own: kind, class, and its rows.

    All cases ("", first), each frequent class, and the rest (`OTHER`); or, when a class or
    the prefix of one is said, that alone.
    """
    counts = known.counts
    if class_code:
        mine = begins(counts["class_code"], class_code).to_numpy()
        if not mine.any():
            raise UsageError(
                Text(f"no cases of the class {class_code!r}", f"没有“{class_code}”类案件")
            )
        kinds = counts.loc[mine, "object_kind"].unique()
        yield (str(kinds[0]) if len(kinds) == 1 else None), class_code, mine
        return
    yield None, "", np.ones(len(counts), dtype=np.bool_)
    sums = counts.groupby(["object_kind", "class_code"])["cases"].sum().reset_index()
    sums = (
        sums[sums["cases"] >= FEWEST]
        .sort_values(
            ["cases", "object_kind", "class_code"], ascending=[False, True, True], kind="stable"
        )
        .head(CLASSES)
    )
    rest = np.ones(len(counts), dtype=np.bool_)
    for kind, code in zip(sums["object_kind"], sums["class_code"], strict=True):
        mine = (counts["object_kind"].eq(kind) & counts["class_code"].eq(code)).to_numpy()
        rest &= ~mine
        yield str(kind), str(code), mine
    if counts.loc[rest, "cases"].sum() >= FEWEST:
        yield None, OTHER, rest


def heat_forecast(
    workspace: Workspace,
    *,
    on: str,
    horizon: str = "day",
    class_code: str | None = None,
    again: bool = False,
    who: str = "",
    dry_run: bool = False,
    progress: Progress = no_progress,
) -> tuple[Report, pd.DataFrame]:
    """Forecast each grid's cases from a day on, by the days before it; kept in the workspace.

    Parameters
    ----------
    on : str
        First day that is forecast, ISO. Only days before it are looked at.
    horizon : str
        ``day``, ``week`` (7 days) or ``month`` (30 days).
    class_code : str, optional
        A class or the prefix of one, as one forecast. By default: all cases, each
        frequent class, and the rest.
    again : bool
        Make it anew although it was made before, and keep the new one.

    Returns
    -------
    Report, DataFrame
        Books in grids: stored, or unchanged when it was kept before. One row for each kept
        grid and class: object_kind, class_code, grid_code, place, expected, low, high,
        chance, usual. ``details["forecasts"]`` says for each class the model, why, and its
        backtest beside all models.
    """
    day_of(on)
    check_horizon(horizon)
    held = kept_forecast(workspace, on=on, horizon=horizon, class_code=class_code)
    if held is not None and not again:
        report = Report("heat forecast", read=len(held.grids), unchanged=len(held.grids))
        report.details = {**_details(on, horizon, held.forecasts), "how": "kept"}
        return report, held.grids
    known = known_before(workspace, on)
    made = make_forecast(workspace, on=on, horizon=horizon, class_code=class_code, known=known,
                         progress=progress)  # fmt: skip
    there = _all_kept(workspace, {"day": on, "horizon": horizon})
    with workspace.transaction(
        "heat forecast", who=who, parameters={"day": on, "horizon": horizon}
    ) as tx:
        if again:
            tx.delete("heat_forecasts", _same(there.forecasts, made).index.tolist())
            tx.delete("heat_expected", _same(there.grids, made).index.tolist())
        else:  # a class that was asked before by itself stays as it is
            made = Kept(made.forecasts[~_of(made.forecasts, there)].reset_index(drop=True),
                        made.grids[~_of(made.grids, there)].reset_index(drop=True))  # fmt: skip
        tx.insert("heat_forecasts", made.forecasts)
        tx.insert("heat_expected", made.grids)
        if dry_run:
            tx.rollback()
    report = Report("heat forecast", read=len(made.grids), stored=len(made.grids))
    report.dry_run = dry_run
    report.details = {**_details(on, horizon, made.forecasts), "how": "made"}
    report.problems += [*stale(workspace), *silent(known, on)]
    return report, made.grids


@dataclass(frozen=True)
class Kept:
    """A forecast as it is kept: one row for each class, and the rows of its grids."""

    forecasts: pd.DataFrame
    grids: pd.DataFrame


def kept_forecast(
    workspace: Workspace, *, on: str, horizon: str = "day", class_code: str | None = None
) -> Kept | None:
    """Return a forecast that was made before, None when none was.

    Parameters
    ----------
    class_code : str, optional
        Only this class, as it was asked when it was made; default: all that were made
        together with the forecast of all cases (class "").
    """
    where: dict[str, Any] = {"day": on, "horizon": horizon}
    if class_code:
        where["class_code"] = class_code
    held = _all_kept(workspace, where)
    if class_code and len(held.forecasts) > 1:  # of both kinds; what is asked is one for all
        held = Kept(*(f[f["object_kind"].isna()] for f in (held.forecasts, held.grids)))
    if held.forecasts.empty or not (class_code or (held.forecasts["class_code"] == "").any()):
        return None
    return held


def _all_kept(workspace: Workspace, where: dict[str, Any]) -> Kept:
    both = [
        pd.DataFrame(workspace.read(name, where=where)).assign(
            class_code=lambda f: f["class_code"].fillna("")
        )
        for name in ("heat_forecasts", "heat_expected")
    ]
    return Kept(*both)


def _of(rows: pd.DataFrame, other: Kept) -> pd.Series[bool]:
    """Return which rows are of a class, of one kind or of both, that another forecast has."""

    def keys(frame: pd.DataFrame) -> pd.Series[str]:
        return frame["object_kind"].fillna("").astype(str) + ":" + frame["class_code"].astype(str)

    return keys(rows).isin(set(keys(other.forecasts)))


def _same(rows: pd.DataFrame, other: Kept) -> pd.DataFrame:
    found: pd.DataFrame = rows[_of(rows, other)]
    return found


def make_forecast(
    workspace: Workspace, *, on: str, horizon: str, class_code: str | None = None,
    known: Known | None = None, only_all: bool = False, progress: Progress = no_progress,
) -> Kept:  # fmt: skip
    """Make a forecast without keeping it; see `heat_forecast`.

    Parameters
    ----------
    only_all : bool
        Only that of all cases together.
    """
    known = known or known_before(workspace, on)
    everything = known.cube()
    asked = list(parts(known, class_code))[: 1 if only_all else None]
    forecasts, grids = [], []
    for i, (kind, code, mine) in enumerate(asked):
        progress("forecasting", i, len(asked))
        cube = known.cube(mine)
        one = fc.forecast(cube, known.ground, horizon, everything)
        about = {"day": on, "horizon": horizon, "object_kind": kind, "class_code": code}
        forecasts.append({**about, **_told(one, known, int(cube.sum()))})
        grids.append(
            _grids(one, known.codes, KEPT if code and not class_code else 1.0).assign(**about)
        )
    progress("done", len(asked), len(asked))
    return Kept(pd.DataFrame(forecasts), pd.concat(grids, ignore_index=True))


def _told(one: fc.Forecast, known: Known, cases: int) -> dict[str, Any]:
    scores = one.scores[one.choice.model]
    said: dict[str, Any] = {
        "model": one.choice.model, "simple": one.choice.simple, "fell_back": one.choice.fell_back,
        "why_zh": one.choice.why.zh, "why_en": one.choice.why.en,
        "expected": round(one.total, 4), "level": one.level,
        "known_from": known.first.isoformat(), "known_to": known.last.isoformat(),
        "known_cases": cases, "forecasts": len(scores.cases),
        "scored_cases": int(scores.cases.sum()),
    }  # fmt: skip
    said |= marks(scores)
    said["coverage"], said["busy_coverage"] = _round(one.coverage), _round(one.busy_coverage)
    said["backtest"] = json.dumps({n: marks(s) for n, s in one.scores.items()}, sort_keys=True)
    return said


def marks(scores: fc.Scores) -> dict[str, float | None]:
    """Return hit rate, PAI, PEI* at 1, 3 and 5 % of the area, and the log score, rounded."""
    found = {}
    for name in ("hit_rate", "pai", "pei"):
        for share, value in zip(scores.shares, getattr(scores, name), strict=True):
            found[f"{name}_{100 * share:.0f}"] = _round(value)
    found["log_score"] = _round(scores.log_score)
    return found


def _grids(one: fc.Forecast, codes: npt.NDArray[np.object_], share: float) -> pd.DataFrame:
    expected = one.expected.round(4)
    order = np.lexsort((codes.astype(str), -expected))
    frame: pd.DataFrame = pd.DataFrame(
        {
            "grid_code": codes, "expected": expected, "low": one.low, "high": one.high,
            "chance": one.chance.round(4), "usual": one.usual.round(4),
        }
    ).iloc[order[: max(20, int(np.ceil(share * len(codes))))]]  # fmt: skip
    frame.insert(1, "place", np.arange(1, len(frame) + 1))
    frame = frame.reset_index(drop=True)
    return frame


def _round(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)


def _details(on: str, horizon: str, forecasts: pd.DataFrame) -> dict[str, Any]:
    days = fc.HORIZONS[horizon][0]
    last = dt.date.fromisoformat(on) + dt.timedelta(days - 1)
    plain = forecasts.astype(object).where(forecasts.notna(), None)
    said = [
        {**{str(k): v for k, v in row.items() if k not in ("day", "horizon")},
         "backtest": json.loads(row["backtest"])}
        for row in plain.to_dict("records")
    ]  # fmt: skip
    return {"from": on, "to": last.isoformat(), "horizon": horizon, "forecasts": said}


def stale(workspace: Workspace) -> list[Any]:
    """Return a finding when cases changed after their last count."""
    noted = workspace.changes("cases", WATCHED)
    if noted is None or not len(noted[0].index.union(noted[1].index)):
        return []
    changed = len(noted[0].index.union(noted[1].index))
    return [
        problem(
            "heat.stale", "cases",
            Text(f"{changed} changed since the last count", f"上次计数后变动 {changed} 件"),
            Text("counts of today's cases", "与当前案件一致的计数"),
            Text("run: citygrid heat update, then forecast with --again",
                 "请运行 citygrid heat update，再以 --again 重新预测"),
        )
    ]  # fmt: skip


def silent(known: Known, on: str) -> list[Any]:
    """Return a finding when the last days before a forecast have no case, as never before.

    Weeks that nobody has imported yet look like weeks without a problem.
    """
    seen = np.append(np.unique(known.counts["day"].to_numpy()), known.days)
    gaps = np.diff(seen) - 1
    if gaps[-1] <= max(7, gaps[:-1].max(initial=0)):
        return []
    return [
        problem(
            "heat.silent", "day",
            Text(f"{gaps[-1]} days without any case before {on}", f"{on} 之前连续 {gaps[-1]} 天无案件"),
            Text("cases up to the day before", "截至前一日的案件"),
            Text("import the newest cases, run citygrid heat update, then forecast with --again",
                 "请导入最新案件并运行 citygrid heat update，再以 --again 重新预测"),
        )
    ]  # fmt: skip


def day_of(text: str) -> dt.date:
    """Return a day that was written as ISO."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            Text(f"{text!r} is not a date like 2026-10-31", f"“{text}”不是日期，应如 2026-10-31")
        ) from None


def check_horizon(horizon: str) -> None:
    """Refuse what is no horizon."""
    if horizon not in fc.HORIZONS:
        words = ", ".join(fc.HORIZONS)
        raise UsageError(
            Text(f"no horizon {horizon!r}: {words}", f"没有预测时长“{horizon}”：{words}")
        )
