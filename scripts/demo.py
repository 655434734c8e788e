"""Build the sample city in a workspace, step by step, by the commands a user types."""

from __future__ import annotations

import contextlib
import io
import json
import shlex
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from citygrid_core.cli.app import build

DAY = "2025-01-01"
#: The last day that the sample city tells of: a computer whose clock stands before it takes it too.
END = "2026-01-01"


def citygrid(*args: object) -> dict[str, Any]:
    """Run one command as if typed, show it, and return its JSON answer."""
    words = [str(a) for a in args]
    print("$ citygrid", shlex.join(words), flush=True)
    said = io.StringIO()
    status = 0
    try:
        with contextlib.redirect_stdout(said):
            build().main([*words, "--json"], prog_name="citygrid")
    except SystemExit as left:
        status = int(left.code or 0)
    if status not in (0, 1):
        sys.exit(f"citygrid left with {status}: {said.getvalue()}")
    answer: dict[str, Any] = json.loads(said.getvalue())
    return answer


def main(out: Path) -> None:
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    city, files, base = out / "city.gpkg", out / "files", out / "files" / "base.gpkg"
    metres = ("--crs", "EPSG:4547")
    plan: list[tuple[object, ...]] = [
        ("sample", files),
        ("init", city, "--areas", files / "areas.gpkg", "--name", "云汀市", "--at", DAY),
        ("grids", "draw", city, "--roads", f"{base}:roads", "--barriers", f"{base}:barriers",
         "--buildings", f"{base}:buildings", "--compounds", f"{base}:compounds",
         "--water", f"{base}:water", "--parks", f"{base}:parks", "--at", DAY),
        ("grids", "check", city, "--buildings", f"{base}:buildings"),
        ("departments", "import", city, files / "departments.csv", "--at", DAY),
        ("duties", "import", city, files / "duties.csv", "--at", DAY),
        ("duties", "import", city, files / "duties.gpkg", "--layer", "line", "--at", DAY),
        ("duties", "import", city, files / "duties.gpkg", "--layer", "polygon", "--at", DAY),
        ("census", "import", city, files / "components.csv", *metres, "--at", DAY),
        ("census", "import", city, files / "components.gpkg", "--layer", "line", "--at", DAY),
        ("census", "import", city, files / "components.gpkg", "--layer", "polygon", "--at", DAY),
        *(
            ("gazetteer", "import", city, files / "gazetteer.gpkg", "--layer", layer, "--at", DAY)
            for layer in ("streets", "zones", "plates", "pois")
        ),
        ("geocode", city, files / "addresses.csv", "-o", out / "addresses.csv"),
        ("cases", "limits", city, files / "limits.csv"),
        ("cases", "calendar", city, files / "calendar.csv"),
        ("cases", "import", city, files / "cases.csv", *metres, "--at", END),
        ("cases", "import", city, files / "cases_next.csv", *metres, "--at", END),
        ("heat", "update", city),
        ("heat", "table", city, "-o", out / "heat.csv"),
        ("verify", city),
    ]  # fmt: skip
    done = []
    for step in plan:
        begun = time.perf_counter()
        answer = citygrid(*step)
        name = " ".join(str(w) for w in step[:2] if not isinstance(w, Path))
        done.append((name, step, answer, time.perf_counter() - begun))
    _print(done)
    month = ("--period", "2025-11", "--scheme", "cjt292", "--overwrite")
    for by, name in (("area", "areas"), ("department", "departments")):
        citygrid("evaluate", city, *month, "--by", by, "-o", out / f"november-{name}.html")
    november = ("--from", "2025-11-01", "--to", "2025-11-30")
    citygrid("heat", "surface", city, *november, "-o", out / "density.tif", "--overwrite")
    citygrid("cases", "overdue", city, "--at", "2025-11-30T08:00", "-o", out / "overdue.csv")
    for page in ("brief.html", "brief.pdf"):
        citygrid("heat", "brief", city, "--date", "2025-11-30", "-o", out / page)


def _print(done: list[tuple[str, tuple[object, ...], dict[str, Any], float]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="What happened: read = stored + unchanged + rejected")
    for head in ("operation", "file", "read", "stored", "unchanged", "rejected", "", "seconds"):
        table.add_column(head, justify="left" if head in ("operation", "file") else "right")
    for name, step, answer, seconds in done:
        files = [w for w in step if isinstance(w, Path) and w.suffix in (".csv", ".gpkg")]
        file = files[1].name if len(files) > 1 else ""
        if "--layer" in step:
            file += f":{step[step.index('--layer') + 1]}"
        books = [int(answer[k]) for k in ("read", "stored", "unchanged", "rejected")]
        balanced = "ok" if books[0] == sum(books[1:]) else "LOST"
        table.add_row(name, file, *(f"{n:,}" for n in books), balanced, f"{seconds:.1f}")
    Console(width=120).print(table)
    if any(
        a["read"] != sum(int(a[k]) for k in ("stored", "unchanged", "rejected"))
        for _, _, a, _ in done
    ):
        sys.exit("rows were lost: see LOST above")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
