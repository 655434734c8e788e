"""The synthetic city with known truth, as files."""

from __future__ import annotations

from pathlib import Path

from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.sample import generate


def sample(
    folder: Path, *, scale: str = "small", seed: int = 1, progress: Progress = no_progress
) -> Report:
    """Write the sample city into `folder`; see `citygrid_core.sample.generate`."""
    summary = generate(folder, scale=scale, seed=seed, progress=progress)
    return Report("sample", details={"folder": str(folder), **summary})
