"""All messy files, their list, and the truth about them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from citygrid_core.sample.files import write_rows
from citygrid_core.sample.messy.cases import write_cases
from citygrid_core.sample.messy.components import write_components
from citygrid_core.sample.messy.registers import write_departments, write_duties
from citygrid_core.sample.messy.source import Source
from citygrid_core.sample.messy.spatial import write_areas, write_gazetteer


def write_messy(source: Source, folder: Path) -> int:
    """Write the messy files into ``folder`` and return the number of planted defects.

    ``truth.csv`` has one row for each defect; ``files.csv`` one for each file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = [
        *write_components(source, folder),
        write_departments(source, folder),
        write_duties(source, folder),
        write_gazetteer(source, folder),
        write_cases(source, folder),
        write_areas(source, folder),
    ]
    truth = [row for table, _ in written for row in table.truth()]
    write_rows(folder / "files.csv", pd.DataFrame([line for _, line in written]))
    write_rows(folder / "truth.csv", pd.DataFrame(truth))
    return len(truth)


__all__ = ["Source", "write_messy"]
