"""A city's rules of the way of a case, as data: steps, guards, limits on them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from citygrid_core.cases.lifecycle.errors import BadProfile, UnknownProfile
from citygrid_core.cases.privacy import TREATMENTS
from citygrid_core.cases.twins import Reach
from citygrid_core.errors import Text
from citygrid_core.vocabulary import POSTS, STAGE_LABELS

if sys.version_info >= (3, 11):
    import tomllib
else:  # pragma: no cover
    import tomli as tomllib

STAGES = tuple(STAGE_LABELS)
HOLDS = ("", "suspended", "deferred")
NEED_LABELS: dict[str, Text] = {
    "reason": Text("reason", "原因"),
    "department": Text("department", "承办部门"),
    "until": Text("until", "期限"),
    "document": Text("document", "文号"),
}
NEEDS = tuple(NEED_LABELS)
GUARDS = (
    "verified_if_public", "delays_left", "before_due", "until_later", "until_ahead",
    "suspension_short", "suspension_left", "appeals_left",
)  # fmt: skip
CLOCKS = ("", "start", "stop", "again", "until")
#: Kinds of objects; classes of both may have one code.
OBJECTS = ("component", "event")
_FOLDER = files("citygrid_core.cases") / "profiles"


@dataclass(frozen=True, slots=True)
class Step:
    """One operation on a case.

    Attributes
    ----------
    sources : frozenset of str
        Stages that it may start from.
    to : str
        Stage that it leads to; "" when the case stays where it is.
    needs : tuple of str
        What must be said with it: of `NEEDS`.
    guards : tuple of str
        What else must hold: of `GUARDS`.
    clock : str
        What it does to the limit of handling: of `CLOCKS`.
    hold : str or None
        The hold that it sets; None when it leaves holds alone.
    held : bool
        Only for a case on hold.
    anyhow : bool
        Whether a case is on hold does not matter.
    first : bool
        Begins a case.
    """

    name: str
    label: Text
    post: str
    sources: frozenset[str] = frozenset()
    to: str = ""
    needs: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    clock: str = ""
    hold: str | None = None
    held: bool = False
    anyhow: bool = False
    first: bool = False


@dataclass(frozen=True)
class Profile:
    """How cases run in a city; attributes as in ``profiles/default.toml``."""

    id: str
    title: Text
    steps: Mapping[str, Step]
    register_at_once: frozenset[str]
    max_delays: int
    max_suspension_days: int
    max_suspension_total_days: int
    max_appeals: int
    auto_dispatch: float
    twins: Reach
    recur_m: float
    recur_days: float
    yellow: float
    red: float
    rework_limit: str
    reporter: str

    @classmethod
    @lru_cache(maxsize=32)
    def load(cls, name: str = "default", folder: Path | None = None) -> Profile:
        """Load a profile: the user's folder first, then those of the package.

        Raises
        ------
        UnknownProfile, BadProfile
        """
        return _profile(_read(name, folder))


def profiles(folder: Path | None = None) -> list[str]:
    """Return the names of the profiles there are."""
    own = [p.stem for p in sorted(folder.glob("*.toml"))] if folder else []
    packed = sorted(p.name[:-5] for p in _FOLDER.iterdir() if p.name.endswith(".toml"))
    return list(dict.fromkeys([*packed, *own]))


def _read(name: str, folder: Path | None, seen: tuple[str, ...] = ()) -> dict[str, Any]:
    own = folder / f"{name}.toml" if folder else None
    source = own if own is not None and own.is_file() else _FOLDER / f"{name}.toml"
    if not source.is_file():
        raise UnknownProfile(name, profiles(folder))
    try:
        table = tomllib.loads(source.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadProfile(name, str(error)) from error
    base = table.pop("extends", None)
    if base is None:
        return table
    if base in (*seen, name):
        raise BadProfile(name, "extends " + " -> ".join((*seen, name, base)))
    under = _read(base, folder, (*seen, name))
    steps = {k: dict(v) for k, v in under.get("step", {}).items()}
    for key, step in table.pop("step", {}).items():
        if step.get("removed"):
            steps.pop(key, None)
        else:
            steps[key] = {**steps.get(key, {}), **step}
    return {**under, **table, "step": steps}


def _profile(table: dict[str, Any]) -> Profile:
    name = str(table.get("id", "?"))
    try:
        steps = {key: _step(name, key, step) for key, step in table["step"].items()}
        out = Profile(
            id=name,
            title=Text(**table["title"]),
            steps=steps,
            register_at_once=frozenset(table["register_at_once"]),
            max_delays=int(table["max_delays"]),
            max_suspension_days=int(table["max_suspension_days"]),
            max_suspension_total_days=int(table["max_suspension_total_days"]),
            max_appeals=int(table["max_appeals"]),
            auto_dispatch=float(table["auto_dispatch"]),
            twins=_reach(table),
            recur_m=float(table["recur_m"]),
            recur_days=float(table["recur_days"]),
            yellow=float(table["yellow"]),
            red=float(table["red"]),
            rework_limit=str(table["rework_limit"]),
            reporter=str(table.get("reporter", "mask")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadProfile(name, str(error)) from error
    if sum(s.first for s in steps.values()) != 1:
        raise BadProfile(name, "exactly one step begins a case (first = true)")
    if out.max_suspension_total_days < out.max_suspension_days:
        days = f"{out.max_suspension_total_days} < max_suspension_days = {out.max_suspension_days}"
        raise BadProfile(name, f"max_suspension_total_days = {days}")
    if out.rework_limit not in ("again", "continue"):
        raise BadProfile(name, f"rework_limit = {out.rework_limit!r}")
    if out.reporter not in TREATMENTS:
        raise BadProfile(name, f"reporter = {out.reporter!r}")
    return out


def _reach(table: dict[str, Any]) -> Reach:
    """Read how near twins are, and the classes that have metres or hours of their own."""
    metres, hours = float(table["twin_m"]), float(table["twin_hours"])
    told: dict[str, Any] = {}
    for code, said in table.get("twin", {}).items():
        told |= {f"{code} {c}": s for c, s in said.items()} if code in OBJECTS else {code: said}
    own = tuple(
        (str(code), float(said.get("m", metres)), float(said.get("hours", hours)))
        for code, said in sorted(told.items())
    )
    return Reach(metres, hours, own)


def _step(profile: str, name: str, table: dict[str, Any]) -> Step:
    step = Step(
        name=name,
        label=Text(**table["label"]),
        post=str(table["post"]),
        sources=frozenset(table.get("from", ())),
        to=table.get("to", ""),
        needs=tuple(table.get("needs", ())),
        guards=tuple(table.get("guards", ())),
        clock=table.get("clock", ""),
        hold=table.get("hold"),
        held=bool(table.get("held", False)),
        anyhow=bool(table.get("anyhow", False)),
        first=bool(table.get("first", False)),
    )
    for said, known in (
        (step.sources, STAGES), ({step.to} - {""}, STAGES), (step.needs, NEEDS),
        (step.guards, GUARDS), ({step.clock}, CLOCKS), ({step.hold} - {None}, HOLDS),
        ({step.post}, POSTS),
    ):  # fmt: skip
        unknown = sorted(str(word) for word in set(said) - set(known))
        if unknown:
            raise BadProfile(profile, f"step.{name}: {', '.join(unknown)}")
    return step
