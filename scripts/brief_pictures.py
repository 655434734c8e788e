"""Pictures of the heat brief, in both languages, from a workspace with cases.

    python scripts/brief_pictures.py CITY.gpkg 2025-11-20 docs/images

Nothing is kept in the workspace. Needs pdftoppm (poppler-utils).
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path
from typing import Literal

from PIL import Image

from citygrid_core.operations.heat.brief import heat_brief
from citygrid_core.operations.heat.brief_page import write_brief
from citygrid_core.workspace import Workspace

LANGUAGES: tuple[Literal["zh", "en"], ...] = ("zh", "en")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("day")
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    with Workspace.open(options.workspace) as ws, tempfile.TemporaryDirectory() as made:
        brief = heat_brief(ws, on=options.day, dry_run=True)
        for lang in LANGUAGES:
            page = write_brief(ws, brief, Path(made) / f"{lang}.pdf", lang=lang)
            picture = options.folder / f"heat-brief-{lang}"
            words = ["pdftoppm", "-r", "75", "-png", "-singlefile", str(page), str(picture)]
            subprocess.run(words, check=True)
            with Image.open(picture.with_suffix(".png")) as large:
                large.quantize(64).save(picture.with_suffix(".png"), optimize=True)
            print(picture.with_suffix(".png"))


if __name__ == "__main__":
    main()
