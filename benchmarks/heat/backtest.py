"""Forecasts of real cases by class and month, beside the baselines.

    PYTHONPATH=. CITYGRID_DATA=FOLDER python benchmarks/heat/backtest.py [--horizon day week month]
        [--column REASON|TYPE] [--toronto FOLDER --year 2018] [--floor 3] [--markdown FILE]

The cases of one city (boston311_2015: 81,408, January to August 2015; or Toronto, see
`cities.toronto`) are counted on square cells and forecast again and again, each time from the
days before only. Prints what beats what. With ``--floor N`` cases are drawn N times from a
known intensity as well, to see how often even that is worse than the best baseline.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import pandas as pd

from benchmarks.heat import cities
from benchmarks.heat.oracle import floor
from citygrid_core.heat import forecast as fc
from citygrid_core.operations.heat.backtest import ALL, CHANCE, class_table, with_q


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=float, help="of a cell, metres (400; Toronto 500)")
    parser.add_argument("--horizon", choices=list(fc.HORIZONS), nargs="+", default=["week"])
    parser.add_argument("--from", dest="first", default="2015-03-02")
    parser.add_argument("--classes", type=int, default=12)
    parser.add_argument("--column", choices=["TYPE", "REASON"], default="REASON")
    parser.add_argument("--toronto", type=Path)
    parser.add_argument("--year", type=int, default=2018)
    parser.add_argument("--floor", type=int, default=0)
    parser.add_argument("--markdown", type=Path)
    options = parser.parse_args()
    if options.toronto:
        known = cities.toronto(options.toronto, options.side or 500, options.year)
        first = pd.Timestamp(options.year, 1, 1).date()
    else:
        known = cities.boston(options.side or 400, options.column)
        first = pd.Timestamp(options.first).date()
    code = known.counts["class_code"]
    cubes = {"all": known.cube()}
    for name in code.value_counts().index[: options.classes]:
        cubes[name] = known.cube((code == name).to_numpy())
    said, tables = {}, []
    for horizon in options.horizon:
        start = time.process_time()
        parts = [
            class_table(known, cube, cubes["all"], horizon, first).assign(**{"class": name})
            for name, cube in cubes.items()
        ]
        table = with_q(pd.concat(parts, ignore_index=True))
        seconds = time.process_time() - start
        drawn = None
        if options.floor:
            begin = (first - known.first).days
            drawn = floor(cubes, known.ground, horizon, begin, known.first, times=options.floor)
        said[horizon] = summary(table, drawn)
        tables.append(table)
        print(
            f"{horizon}: {len(cubes)} classes in {seconds:.1f} s of CPU, load {os.getloadavg()[0]:.1f}"
        )
        losers(table)
    wide = pd.DataFrame(said)
    print(wide.to_string())
    if options.markdown:
        lines = [f"| | {' | '.join(wide)} |", "|---" * (len(said) + 1) + "|"]
        lines += [f"| {name} | {' | '.join(row)} |" for name, *row in wide.itertuples()]
        text = "\n".join(lines) + "\n\n" + class_months(tables[0])
        options.markdown.write_text(text, encoding="utf-8")


def losers(table: pd.DataFrame) -> None:
    """Say which class-months were worse, by how much, and how sure."""
    chosen = table[(table["model"] == fc.CHOSEN) & (table["month"] != ALL)]
    for row in chosen[chosen["gain"] < -0.01].sort_values("p_worse").itertuples():
        print(
            f"  {row[-2]:32} {row.month} {row.cases:6d} cases {row.gain:+7.1%} "
            f"({row.low:+.1%} to {row.high:+.1%}) p {row.p_worse:.4f} q {row.q_worse:.3f} {row.models}"
        )


def summary(table: pd.DataFrame, drawn: pd.DataFrame | None) -> dict[str, str]:
    """Return the lines of the docs' table for one horizon."""
    wide = table.pivot(index=["class", "month"], columns="model", values="efficiency")
    chosen = table[table["model"] == fc.CHOSEN].set_index(["class", "month"])
    monthly = chosen.index.get_level_values("month") != ALL
    months, whole = chosen[monthly], chosen[~monthly]
    mine = wide.loc[months.index]
    lines = {"class-months": f"{len(months)}"}
    for name, said in (
        ("persistence", "persistence"), ("seasonal", "the seasonal mean"), ("kde", "KDE"),
        ("mean", "the mean of all days"),
    ):  # fmt: skip
        lines[f"beats {said}"] = f"{(mine[fc.CHOSEN] > mine[name]).mean():.0%}"
    lines["beats the best of the first three, found afterwards"] = (
        f"{(months['gain'] > 0).mean():.0%}"
    )
    lines["worse than that best by more than 1 %"] = f"{(months['gain'] < -0.01).mean():.0%}"
    if drawn is not None:
        lines["… the true intensity itself, drawn cases"] = f"{(drawn['truth'] < -0.01).mean():.1%}"
        lines["… the same procedure, drawn cases"] = f"{(drawn['chosen'] < -0.01).mean():.1%}"
    lines["… beyond chance, each by itself (p ≤ 5 %)"] = f"{(months['p_worse'] <= 0.05).mean():.0%}"
    lines["… beyond chance among all (FDR 5 %)"] = f"{(months['q_worse'] <= CHANCE).mean():.0%}"
    lines["better beyond chance (95 % interval)"] = f"{(months['low'] > 0).mean():.0%}"
    lines["mean gain on that best"] = f"{months['gain'].mean():+.1%}"
    if drawn is not None:
        lines["… the true intensity itself, drawn cases "] = f"{drawn['truth'].mean():+.1%}"
    lines["over all months: better, classes"] = f"{(whole['gain'] > 0).sum()} of {len(whole)}"
    worse = [f"{n} {g:+.1%}" for (n, _), g in whole["gain"].items() if g < -0.01]
    lines["over all months: worse by more than 1 %"] = f"{len(worse)} {', '.join(worse)}".strip()
    lines["90 % intervals held: all grids, busy grids"] = (
        f"{whole['coverage'].mean():.1%}, {whole['busy_coverage'].mean():.1%}"
    )
    return lines


def class_months(table: pd.DataFrame) -> str:
    """The long table of the docs: each class and month, the chosen beside the baselines."""
    lines = [
        "| class | month | cases | chosen | persistence | mean | seasonal | KDE | gain on the best (95 %) |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for (name, month), part in table.groupby(["class", "month"], sort=False):
        by = part.set_index("model")
        top = by.loc[fc.CHOSEN]
        marks = [
            f"{by.at[m, 'efficiency']:.3f}"
            for m in (fc.CHOSEN, "persistence", "mean", "seasonal", "kde")
        ]
        lines.append(
            f"| {name} | {month} | {top['cases']} | **{marks[0]}** | {' | '.join(marks[1:])} | "
            f"{top['gain']:+.1%} ({top['low']:+.1%} to {top['high']:+.1%}) |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
