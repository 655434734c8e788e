"""A city's own calibration: how far an answer is believed is learnt from its own cases."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from citygrid_core.errors import Text, UsageError
from citygrid_core.geocode import Calibration, Gazetteer, Labelled, as_toml, fit
from citygrid_core.operations.geocode.addresses import ADDRESS_FIELDS
from citygrid_core.operations.geocode.index import CALIBRATION, gazetteer
from citygrid_core.operations.importing.intake import SourceOptions
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.tables import read
from citygrid_core.workspace import Workspace

#: Fewer labelled addresses can't tell anything of a city.
FEWEST = 50
_FOLDS = 5
_BINS = 10
#: Two points this near are in one grid, near enough for the books (half a nominal cell).
_SAME = 50.0


def fit_city(
    workspace: Workspace,
    path: Path,
    *,
    options: SourceOptions = SourceOptions(),
    who: str = "",
    dry_run: bool = False,
    output: Path | None = None,
    progress: Progress = no_progress,
) -> Report:
    """Fit the calibration of a city from addresses whose places are known, and keep it.

    Parameters
    ----------
    path : Path
        A table with ``address`` and the true position; rows without a position are
        addresses of places that don't exist.
    output : Path, optional
        The calibration is written there too, as TOML.

    Returns
    -------
    Report
        ``details``: expected calibration error and share of covered truths before
        and after, by cross-validation in five parts (row number modulo five).

    Raises
    ------
    UsageError
        Fewer than `FEWEST` addresses.
    """
    batch = read(
        path, ADDRESS_FIELDS, **options.reading(), to_crs=workspace.crs, positions="optional",
    )  # fmt: skip
    frame = batch.frame
    addresses = frame["address"].fillna("").astype(str)
    if len(frame) < FEWEST:
        raise UsageError(
            Text(
                f"{len(frame)} labelled addresses; at least {FEWEST} are needed",
                f"仅有 {len(frame)} 条已标注地址，至少需要 {FEWEST} 条",
            )
        )
    x, y = frame.geometry.x.to_numpy(np.float64), frame.geometry.y.to_numpy(np.float64)
    matcher = gazetteer(workspace)
    before = matcher.calibration
    fold = np.arange(len(frame)) % _FOLDS
    probability, covered = np.zeros(len(frame)), np.zeros(len(frame))
    for k in range(_FOLDS):
        progress("fitting", k, _FOLDS + 1)
        rest, own = fold != k, fold == k
        made = fit(Labelled(matcher, addresses[rest], x[rest], y[rest]), made="a part", own=True)
        probability[own], covered[own], _ = _judged(matcher, made, addresses[own], x[own], y[own])
    was, held, right = _judged(matcher, before, addresses, x, y)
    name = f"{len(frame)} labelled addresses of {Path(path).name}"
    final = fit(Labelled(matcher, addresses, x, y), made=name, own=True)
    report = Report("geocode fit", read=batch.read, stored=len(frame), dry_run=dry_run)
    report.rejected = len(batch.rejects)
    report.problems = [p for r in batch.rejects for p in r.problems]
    exists = np.isfinite(x)
    report.details = {
        "calibration_error_before": round(calibration_error(was, right), 4),
        "calibration_error_after": round(calibration_error(probability, right), 4),
        "covered_before": round(float(held[exists].mean()), 4),
        "covered_after": round(float(covered[exists].mean()), 4),
    }
    if output is not None:
        output.write_text(as_toml(final), encoding="utf-8")
        report.details["output"] = str(output)
    if not dry_run:
        workspace.set_meta(CALIBRATION, as_toml(final), who=who)
    progress("done", _FOLDS + 1, _FOLDS + 1)
    return report


def calibration_error(
    probability: npt.NDArray[np.float64], right: npt.NDArray[np.float64]
) -> float:
    """Return the expected calibration error: bins of a tenth, weighted by their answers."""
    at = np.minimum((probability * _BINS).astype(int), _BINS - 1)
    gaps = [
        abs(probability[at == k].mean() - right[at == k].mean()) * (at == k).mean()
        for k in range(_BINS)
        if (at == k).any()
    ]
    return float(sum(gaps))


def _judged(
    matcher: Gazetteer, calibration: Calibration, addresses: object, x: object, y: object
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return probability, whether the error covers the truth, and the chance of the grid."""
    own = Gazetteer(matcher.tables, calibration)
    answers = own.geocode(addresses, accept=2.0)  # type: ignore[arg-type]
    first = [c[0] if c else {} for c in answers["candidates"]]
    dx = np.array([c.get("x", np.nan) for c in first]) - x
    dy = np.array([c.get("y", np.nan) for c in first]) - y
    gap = np.hypot(dx, dy)
    near = np.clip(1 - np.abs(dx) / (2 * _SAME), 0, 1) * np.clip(1 - np.abs(dy) / (2 * _SAME), 0, 1)
    covered = (gap <= answers["error_m"].to_numpy(np.float64)).astype(np.float64)
    probability = answers["probability"].to_numpy(np.float64)
    return probability, covered, np.nan_to_num(near)
