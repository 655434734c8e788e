"""Numbers of others in the workspace: a manhole number is used once, an asset number once by its owner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from citygrid_core.census.numbers import whose
from citygrid_core.errors import Problem, Text
from citygrid_core.workspace import Workspace

COLUMNS = ("manhole_number", "asset_number")
#: Who carries a number: (number, owner or "" for everybody) to component code.
Carried = dict[tuple[str, str], str]


def carriers(
    workspace: Workspace, column: str, numbers: Sequence[str]
) -> list[tuple[str, str, str]]:
    """Return (number, in whose series, component code) of the components that carry numbers."""
    held = workspace.read(
        "components",
        where={column: sorted(set(numbers))},
        columns=["code", column, "owning_code"],
        geometry=False,
    )
    rows = zip(held[column], held["owning_code"], held["code"], strict=True)
    return [(str(n), whose(column, owner), str(code)) for n, owner, code in rows]


def used(
    workspace: Workspace,
    numbers: Sequence[Mapping[str, str]],
    owners: Sequence[object],
    but: str = "",
) -> list[Problem]:
    """Return a problem for each number that another component carries, or that comes twice.

    Parameters
    ----------
    numbers : sequence of mapping
        Of each component: column to number.
    owners : sequence
        The owning body of each; nothing when it is unknown.
    but : str
        Code of the component that may have it.
    """
    found = []
    for column in COLUMNS:
        said = [(n[column], o) for n, o in zip(numbers, owners, strict=True) if n.get(column)]
        if not said:
            continue
        held = carriers(workspace, column, [n for n, _ in said])
        carried: Carried = {(n, o): code for n, o, code in held if code != but}
        for number, owner in said:
            other = carried.setdefault((number, whose(column, owner)), "")
            if other:
                found.append(number_used(column, number, other))
            else:
                carried[number, whose(column, owner)] = number
    return found


def number_used(column: str, number: str, other: str) -> Problem:
    """Return the problem of a number that another component carries, or another row has."""
    return Problem(
        "number.used",
        Text(f"{number} twice", f"{number} 重复")
        if other == number
        else Text(f"{number}, carried by {other}", f"{number}，已用于 {other}"),
        Text("a number of its own", "不重复的编号"),
        field=column,
    )
